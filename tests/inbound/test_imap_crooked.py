"""An IMAP server that answers nonsense: nothing of it is believed, and nothing behind it is lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from imapclient.exceptions import IMAPClientError

from mailagent.core.mail import Envelope, Slot
from mailagent.inbound import imap
from mailagent.inbound.imap import check_login, poll
from tests.inbound.crooked import GOOD, INTERNALDATE, NOON, Crooked, selected, serving


@pytest.fixture
def server() -> Iterator[Crooked]:
    with serving() as crooked:
        yield crooked


class Reader:
    """Polls the crooked server, and remembers what came of it."""

    def __init__(self, server: Crooked) -> None:
        self.access = server.access()
        self.kept: list[Envelope] = []
        self.aside: dict[Slot, str] = {}

    def keep(self, envelopes: Sequence[Envelope]) -> Sequence[int]:
        self.kept += envelopes
        return [len(self.kept)]

    def known_uids(self, _mailbox: str, _uidvalidity: int) -> set[int]:
        return {envelope.slot.uid for envelope in self.kept if envelope.slot}

    def poll(self) -> int:
        return poll(self.access, self.keep, self.known_uids, lambda: NOON, self.aside)


@pytest.fixture
def reader(server: Crooked) -> Reader:
    return Reader(server)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"* 1 FETCH (UID 1 " + INTERNALDATE + b" BODY[] NIL)\r\n", id="no body"),
        pytest.param(b"* 1 FETCH (UID 1 " + INTERNALDATE + b" BODY[] 42)\r\n", id="a number for a body"),
        pytest.param(b"* 1 FETCH (UID 1 " + INTERNALDATE + b" BODY[] (a b))\r\n", id="a list for a body"),
        pytest.param(b"* 1 FETCH (UID 1 " + INTERNALDATE + b")\r\n", id="body left out"),
        pytest.param(b"* 1 FETCH (UID 1 BODY[])\r\n", id="uneven"),
        pytest.param(b"* 1 FETCH (1 2 UID 1)\r\n", id="a number for a name"),
        pytest.param(b"* 1 FETCH ((UID 1\r\n", id="open brackets"),
        pytest.param(b"* 1 FETCH (UID een BODY[] {1}\r\nx)\r\n", id="a word for a UID"),
        pytest.param(b"* 9 FETCH (UID 9 " + INTERNALDATE + b" BODY[] {1}\r\nx)\r\n", id="another mail"),
        pytest.param(b"* 1 FETCH " + b"(" * 90_000 + b"\r\n", id="brackets without end"),
        pytest.param(b"HANG UP", id="hangs up"),
    ],
)
def test_nonsense_for_one_mail_holds_up_no_other(server: Crooked, reader: Reader, answer: bytes) -> None:
    server.answers[b"UID FETCH 1"] = answer

    assert reader.poll() == 1
    assert [envelope.raw for envelope in reader.kept] == [b"goed"]
    assert list(reader.aside) == [Slot("x", 7, 1)]


@pytest.mark.parametrize("verdict", [b"NO not now", b"BAD what", b"NO [SERVERBUG] oops geheim-woord"])
def test_a_refusal_for_one_mail_holds_up_no_other(server: Crooked, reader: Reader, verdict: bytes) -> None:
    server.verdicts[b"UID FETCH 1"] = verdict
    assert reader.poll() == 1
    assert list(reader.aside) == [Slot("x", 7, 1)]
    assert "geheim-woord" not in "".join(reader.aside.values())


@pytest.mark.parametrize("date", [b"", b"INTERNALDATE NIL ", b'INTERNALDATE "gisteren" '])
def test_a_mail_without_a_date_of_arrival_is_kept_at_the_moment_of_keeping(
    server: Crooked, reader: Reader, date: bytes
) -> None:
    server.answers[b"UID SEARCH"] = b"* SEARCH 1\r\n"
    server.answers[b"UID FETCH 1"] = b"* 1 FETCH (UID 1 " + date + b"BODY[] {1}\r\nx)\r\n"
    assert reader.poll() == 1
    assert [(envelope.raw, envelope.reached_at) for envelope in reader.kept] == [(b"x", NOON)]


def test_a_clock_that_runs_ahead_does_not_date_a_mail_after_its_keeping(
    server: Crooked, reader: Reader
) -> None:
    server.answers[b"UID FETCH 2"] = GOOD.replace(b"01-Mar-2026", b"03-Mar-2026")
    reader.poll()
    assert [envelope.reached_at for envelope in reader.kept] == [NOON]


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (b"SELECT", b"* 2 EXISTS\r\n"),
        (b"SELECT", b"* OK [UIDVALIDITY 7] ok\r\n"),
        (b"UID SEARCH", b"* SEARCH een twee\r\n"),
        (b"UID SEARCH", b"HANG UP"),
    ],
)
def test_a_mailbox_that_makes_no_sense_is_left_alone(
    server: Crooked, reader: Reader, command: bytes, answer: bytes
) -> None:
    server.answers[command] = answer
    with pytest.raises((IMAPClientError, OSError)):
        reader.poll()
    assert reader.kept == []
    assert not any(asked.startswith(b"UID FETCH") for asked in server.asked)


def test_an_empty_mailbox_is_not_searched(server: Crooked, reader: Reader) -> None:
    server.answers[b"SELECT"] = selected(0)
    assert reader.poll() == 0
    assert not any(asked.startswith(b"UID SEARCH") for asked in server.asked)


def test_one_broken_line_is_the_network_and_the_mail_keeps_its_place(server: Crooked, reader: Reader) -> None:
    server.answers[b"UID FETCH 1"] = b"* 1 FETCH (UID 1 " + INTERNALDATE + b" BODY[] {5}\r\neerst)\r\n"
    server.hang_up_once_at = b"UID FETCH 1"

    assert reader.poll() == 2
    assert [envelope.raw for envelope in reader.kept] == [b"eerst", b"goed"]
    assert reader.aside == {}


def test_a_server_that_falls_silent_over_one_mail_holds_up_no_other(
    server: Crooked, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "SOCKET_SECONDS", 1.0)
    server.mute_at = b"UID FETCH 1"

    assert reader.poll() == 1
    assert list(reader.aside) == [Slot("x", 7, 1)]


def test_a_server_that_hangs_up_on_everything_ends_the_round(
    server: Crooked, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "LOST_LINES", 4)
    server.answers |= {
        b"SELECT": selected(50),
        b"UID SEARCH": b"* SEARCH " + b" ".join(b"%d" % uid for uid in range(1, 51)) + b"\r\n",
        b"UID FETCH": b"HANG UP",
    }
    del server.answers[b"UID FETCH 2"]
    with pytest.raises((IMAPClientError, OSError)):
        reader.poll()
    assert sum(asked.startswith(b"LOGIN") for asked in server.asked) == 5


def test_a_server_that_repeats_the_password_is_not_quoted(server: Crooked, reader: Reader) -> None:
    server.verdicts[b"LOGIN"] = b'NO jan "geheim-woord" is wrong'
    answer = check_login(reader.access)
    assert answer is not None
    assert "is wrong" in answer
    assert "geheim-woord" not in answer
