"""The relay's own words for every mail, over a line that is kept while it lasts."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from scripted import HANG_UP, POLITE, Scripted, commands, scripted
from servers import free_port

from mailagent.flow.receipt import Receipt
from mailagent.outbound.relay import Relay, RelayAccess

MAIL = b"Subject: Klacht\r\n\r\nRegel een.\r\n.Regel twee.\r\n"
OURS, JAN = "klachten+b-abcdefghijklmnop@stad.example", "jan@home.example"


@pytest.fixture(params=["one by one", "at once"], autouse=True)
def _commands_go(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "at once":
        monkeypatch.setitem(POLITE, "EHLO", POLITE["EHLO"].replace("8BITMIME", "8BITMIME\r\n250-PIPELINING"))


@contextmanager
def relay(*script: dict[str, str], username: str = "") -> Iterator[tuple[Relay, Scripted]]:
    with scripted(*script) as server:
        relay = Relay(RelayAccess("127.0.0.1", server.port, username, "geheim"), "stad.example")
        yield relay, server
        relay.close()


def deliver(relay: Relay) -> Receipt:
    [receipt] = relay.deliver([(OURS, JAN, MAIL)])
    return receipt


def test_a_mail_that_was_taken_has_the_relays_own_words() -> None:
    with relay() as (ours, server):
        receipt = deliver(ours)

        assert receipt == Receipt(250, f"127.0.0.1:{server.port}: 2.0.0 queued as SCRIPT")
        assert receipt.accepted
        assert server.mails == [MAIL.replace(b"\r\n.", b"\r\n..")]
        mail_from, rcpt_to = server.lines[0][1:3]
        assert (mail_from, rcpt_to) == (f"MAIL FROM:<{OURS}> BODY=8BITMIME", f"RCPT TO:<{JAN}>")


def test_many_mails_share_one_line() -> None:
    with relay() as (ours, server):
        assert all(deliver(ours).accepted for _ in range(5))

        assert len(server.lines) == 1
        assert commands(server.lines[0]) == ["ehlo", *5 * ["MAIL", "RCPT", "DATA"]]


def test_mails_at_once_have_lines_of_their_own_which_are_kept() -> None:
    parcels = [(OURS, f"melder{number}@home.example", MAIL) for number in range(3)]
    with relay() as (ours, server):
        for some in (parcels, parcels[:2], parcels):
            assert all(receipt.accepted for receipt in ours.deliver(some))

        assert len(server.mails) == 8
        assert len(server.lines) == 3
        assert sorted(commands(line).count("MAIL") for line in server.lines) == [2, 3, 3]


def test_what_the_relay_says_of_one_mail_it_does_not_say_of_those_beside_it() -> None:
    with relay({"RCPT": "550 5.1.1 no such person"}, {"greeting": HANG_UP}) as (ours, server):
        receipts = ours.deliver([(OURS, JAN, MAIL)] * 4)

        assert sorted(receipt.code for receipt in receipts) == [0, 250, 250, 550]
        assert sum(map(bool, server.mails)) == 2
        assert all(receipt.accepted for receipt in ours.deliver([(OURS, JAN, MAIL)] * 4))


def test_a_relay_that_is_silent_over_one_line_is_not_waited_for_as_long_over_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mailagent.outbound.relay.TIMEOUT", 1.0)
    monkeypatch.setattr("mailagent.outbound.relay.SHORT", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as server:
        ours = Relay(RelayAccess("127.0.0.1", server.getsockname()[1]), "stad.example")
        began = time.monotonic()
        receipts = ours.deliver([(OURS, JAN, MAIL)] * 8)

        assert [(receipt.code, receipt.away) for receipt in receipts] == [(0, True)] * 8
        assert time.monotonic() - began < 6


def test_what_was_handed_over_is_waited_for_also_where_another_line_was_silent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mailagent.outbound.relay.SHORT", 1.0)
    answer = Scripted.answer

    def thinks_long(self: Scripted, command: str) -> str:
        time.sleep(1.2 if command == "." else 0)
        return answer(self, command)

    monkeypatch.setattr(Scripted, "answer", thinks_long)
    with relay({"greeting": HANG_UP}) as (ours, server):
        receipts = ours.deliver([(OURS, JAN, MAIL)] * 3)
        assert sorted(receipt.code for receipt in receipts) == [0, 250, 250]
        assert len(server.mails) == 2


@pytest.mark.parametrize(
    ("script", "code", "final"),
    [
        ({"RCPT": "550 5.1.1 no such person"}, 550, True),
        ({"RCPT": "452 4.2.2 mailbox full"}, 452, False),
        ({"DATA": "451 later"}, 451, False),
        ({"DATA": "554 no valid recipients"}, 554, True),
        ({".": "554 5.6.0 spam"}, 554, True),
        ({".": "451 4.3.0 busy"}, 451, False),
    ],
)
def test_a_refusal_of_one_mail_is_its_own(script: dict[str, str], code: int, *, final: bool) -> None:
    with relay(script) as (ours, server):
        refused, next_one = deliver(ours), deliver(ours)

        assert (refused.code, refused.final, refused.accepted) == (code, final, False)
        assert next_one.accepted
        assert len(server.lines) == 1


@pytest.mark.parametrize(
    "script",
    [
        {"greeting": "554 go away"},
        {"greeting": "421 too busy"},
        {"greeting": HANG_UP},
        {"EHLO": HANG_UP},
        {"AUTH": "535 5.7.8 wrong password"},
        {"MAIL": "530 5.7.0 authentication required"},
        {"MAIL": "550 5.7.1 you may not send as this"},
        {"MAIL": "421 shutting down"},
        {"RCPT": HANG_UP},
        {"DATA": HANG_UP},
        {".": HANG_UP},
    ],
)
def test_a_relay_that_does_not_want_us_or_hangs_up_ends_no_mail(script: dict[str, str]) -> None:
    with relay(script, username="stad") as (ours, server):
        lost, next_one = deliver(ours), deliver(ours)

        assert (lost.code, lost.final, lost.accepted) == (0, False, False)
        assert str(server.port) in lost.text
        assert "geheim" not in lost.text
        assert next_one.accepted
        assert len(server.lines) == 2


@pytest.mark.parametrize("script", [{"DATA": "250 ok"}, {"RCPT": "354 go on"}, {"MAIL": "250 ok\r\n250 ok"}])
def test_a_relay_that_answers_something_else_has_taken_nothing(script: dict[str, str]) -> None:
    with relay(script) as (ours, server):
        lost, next_one = deliver(ours), deliver(ours)

        assert (lost.code, lost.accepted, lost.final) == (0, False, False)
        assert next_one.accepted
        assert (len(server.mails), len(server.lines)) == (1, 2)


@pytest.mark.parametrize("answer", ["421 bye", HANG_UP])
def test_a_line_that_died_while_nobody_spoke_is_made_anew(answer: str) -> None:
    with relay() as (ours, server):
        assert deliver(ours).accepted
        server.script.append({"MAIL": answer})
        assert deliver(ours).accepted
        assert len(server.lines) == 2
        assert len(server.mails) == 2


@pytest.mark.parametrize("answer", ["451 later", HANG_UP])
def test_a_line_that_cannot_forget_a_refused_mail_is_left(answer: str) -> None:
    with relay({"RCPT": "550 5.1.1 no such person"}, {"RSET": answer}) as (ours, server):
        assert deliver(ours).code == 550
        assert deliver(ours).accepted
        assert len(server.lines) == 2


def test_a_relay_that_is_down_is_a_receipt_and_a_sentence_for_the_admin() -> None:
    port = free_port()
    ours = Relay(RelayAccess("127.0.0.1", port), "stad.example")

    assert deliver(ours).code == 0
    assert f"127.0.0.1:{port}" in (ours.check() or "")


def test_a_relay_that_wants_a_login_it_does_not_get_fails_the_check() -> None:
    with relay({"AUTH": "535 5.7.8 wrong password"}, username="stad") as (ours, _):
        assert "535" in (ours.check() or "")
    with relay(username="stad") as (ours, _):
        assert ours.check() is None


def test_a_password_that_smtp_cannot_say_is_a_sentence_too() -> None:
    with scripted() as server:
        ours = Relay(RelayAccess("127.0.0.1", server.port, "stad", "gehéim"), "stad.example")

        assert "ascii" in (ours.check() or "")
        assert deliver(ours).code == 0


def test_starttls_that_the_relay_does_not_know_sends_nothing_in_the_clear() -> None:
    with scripted() as server:
        ours = Relay(RelayAccess("127.0.0.1", server.port, "stad", "geheim", tls="starttls"), "stad.example")

        assert deliver(ours).code == 0
        assert commands(server.lines[0]) == ["ehlo"]


def test_a_name_that_does_not_exist_is_a_receipt(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> object:
        raise socket.gaierror("name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert deliver(Relay(RelayAccess("relay.nergens.example", 25), "stad.example")).code == 0
