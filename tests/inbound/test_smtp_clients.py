"""Who may hand us mail: allowed networks, and limits for strangers that our own servers never meet."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from mailagent.inbound import clients
from mailagent.inbound.clients import ANYWHERE, BUSY, NOT_FROM_HERE, Clients, networks_among
from mailagent.inbound.keeper import Keeper
from mailagent.inbound.smtp import SmtpSink
from tests.sink import NOON, Door, Post, Wire

STRANGER = "192.0.2.7"
OWN_MX = "10.1.2.3"


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> str:
    """An address that is not ours. All of 127.0.0.0/8 is this machine, so a part of it is put outside."""
    monkeypatch.setattr(clients, "THIS_MACHINE", ("127.0.0.1/32",))
    return "127.0.0.2"


@pytest.mark.parametrize(
    ("client", "allowed"),
    [
        ("10.1.2.3", True),
        ("::ffff:10.1.2.3", True),
        ("2001:db8::25", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("11.1.2.3", False),
        ("2001:db9::25", False),
        ("fe80::1%eth0", False),
    ],
)
def test_only_the_allowed_networks_and_this_machine_may_come_in(*, client: str, allowed: bool) -> None:
    answer = Clients(["10.0.0.0/8", "2001:db8::/32"]).turn_away(client, [])
    assert answer == (None if allowed else NOT_FROM_HERE)


@pytest.mark.parametrize("client", ["192.0.2.7", "2001:db8::1", "fe80::1%eth0"])
def test_without_networks_everyone_may_come_in(client: str) -> None:
    assert Clients().turn_away(client, []) is None


def test_a_stranger_talks_ten_times_at_once_and_leaves_room_for_others() -> None:
    door = Clients()
    assert door.turn_away(STRANGER, [STRANGER] * 9) is None
    assert door.turn_away(STRANGER, [STRANGER] * 10) == BUSY
    assert door.turn_away("192.0.2.8", [STRANGER] * 10) is None


def test_a_place_with_many_addresses_is_one_stranger() -> None:
    talking = [f"2001:db8:0:1::{number:x}" for number in range(10)]
    assert Clients().turn_away("2001:db8:0:1::ffff", talking) == BUSY
    assert Clients().turn_away("2001:db8:0:2::ffff", talking) is None


def test_our_own_mx_takes_all_the_room_there_is_and_no_more() -> None:
    door = Clients(known=["10.0.0.0/8"])
    assert door.turn_away(OWN_MX, [OWN_MX] * 99) is None
    assert door.turn_away(OWN_MX, [OWN_MX] * 100) == BUSY


def test_strangers_together_leave_room_for_our_own_mx() -> None:
    door = Clients(known=["10.0.0.0/8"])
    talking = [f"192.0.{place}.{line}" for place in range(8) for line in range(10)]
    assert door.turn_away("198.51.100.1", talking[:-1]) is None
    assert door.turn_away("198.51.100.1", talking) == BUSY
    assert door.turn_away(OWN_MX, talking) is None
    assert door.turn_away("198.51.100.1", [*talking[:-1], *[OWN_MX] * 20]) is None


def test_a_stranger_sends_sixty_mails_a_minute_and_may_go_on_in_the_next() -> None:
    door = Clients()
    assert [door.sends_too_much(STRANGER, 600.0) for _ in range(62)] == [False] * 60 + [True] * 2
    assert not door.sends_too_much("192.0.2.8", 659.0)
    assert not door.sends_too_much(STRANGER, 660.0)


@pytest.mark.parametrize("client", [OWN_MX, "127.0.0.1", "::1"])
def test_our_own_servers_are_never_slowed_down(client: str) -> None:
    door = Clients(known=["10.0.0.0/8"])
    assert not any(door.sends_too_much(client, 0.0) for _ in range(10_000))


def test_over_lmtp_everyone_is_our_own_server() -> None:
    door = Clients(["10.0.0.0/8"], ANYWHERE)
    assert not any(door.sends_too_much(OWN_MX, 0.0) for _ in range(100))
    assert door.turn_away(STRANGER, []) == NOT_FROM_HERE


def test_a_mailbox_is_no_network() -> None:
    assert networks_among(["klachten", "10.0.0.0/8", "2001:db8::/32"]) == ["10.0.0.0/8", "2001:db8::/32"]


@pytest.fixture
def post(elsewhere: str) -> Iterator[Post]:
    assert elsewhere
    opened = Post()
    yield opened
    opened.close()


def test_a_client_from_elsewhere_hears_in_plain_words_where_to_go(elsewhere: str) -> None:
    post = Post(door=Door(("127.0.0.1", 0), Clients(["10.0.0.0/8"])))
    try:
        with Wire(post.port, elsewhere) as stranger:
            assert stranger.hear() == NOT_FROM_HERE
            assert stranger.hear() == ""
        with Wire(post.port) as ours:
            ours.until_data()
    finally:
        post.close()


def test_the_hundred_and_first_client_is_asked_to_come_back(post: Post) -> None:
    with ExitStack() as lines:
        first = [lines.enter_context(Wire(post.port)) for _ in range(100)]
        assert all(wire.hear().startswith("220") for wire in first)
        with Wire(post.port) as late:
            assert late.hear() == BUSY
        assert first[0].asks(b"QUIT").startswith("221")
        assert first[0].hear() == ""
        with Wire(post.port) as later:
            assert later.hear().startswith("220")


def test_a_stranger_that_keeps_sending_is_slowed_down_and_nobody_else_is(post: Post, elsewhere: str) -> None:
    post.sink.door.clients.sends_too_much(elsewhere, 0.0)
    with Wire(post.port, elsewhere) as stranger, Wire(post.port) as ours:
        for wire in (stranger, ours):
            wire.hear()
            wire.asks(b"EHLO mx.test")
        codes = []
        for _ in range(130):  # two minutes' worth: it may be the end of a minute just now
            codes.append(stranger.asks(b"MAIL FROM:<jan@home.example>")[:9])
            assert ours.asks(b"MAIL FROM:<jan@home.example>").startswith("250")
            for wire in (stranger, ours):
                wire.asks(b"RSET")
    assert codes[:60] == ["250 2.1.0"] * 60
    assert "451 4.7.1" in codes


class HungUp(asyncio.Transport):
    """The line of a client that is gone already: nothing says any more who it was."""

    def __init__(self) -> None:
        super().__init__()
        self.closed = False

    def close(self) -> None:
        self.closed = True


def test_a_client_that_hung_up_before_we_could_greet_it_is_no_mistake_of_ours() -> None:
    async def comes_and_goes() -> tuple[HungUp, SmtpSink]:
        line = HungUp()
        door = Door(("127.0.0.1", 0))
        sink = SmtpSink(Keeper(lambda _: []), "klachten@stad.example", 1000, lambda: NOON, door)
        await sink.start()
        talk = sink.session(asyncio.get_running_loop())
        talk.connection_made(line)
        talk.connection_lost(None)
        await sink.stop()
        return line, sink

    line, sink = asyncio.run(comes_and_goes())
    assert line.closed
    assert not sink.sessions
