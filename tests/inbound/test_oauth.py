"""Tokens for a mailbox: asked for in both ways, renewed and remembered, and taken by a real IMAP server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from servers import free_port

from mailagent.core.errors import TryLater
from mailagent.core.mail import Envelope
from mailagent.inbound.imap import MailboxAccess, check_login, poll
from mailagent.inbound.oauth import NoToken, TokenAccess, Tokens
from tests.dovecot import Dovecot
from tests.tokens import TokenServer

USER = "klachten@stad.example"


class Memory:
    """Remembers refresh tokens by their origin, as the store does; and what time it is."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.time = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
        self.is_down = False

    def keep(self, origin: str, token: str) -> None:
        if self.is_down:
            raise TryLater
        self.kept[origin] = token

    def tokens(self, server: TokenServer, refresh_token: str = "", **changes: str) -> Tokens:
        given = {"client_id": "mailagent", "client_secret": "client-geheim", "scope": "imap"} | changes
        access = TokenAccess(server.url, refresh_token=refresh_token, **given)
        return Tokens(access, lambda: self.time, lambda origin: self.kept.get(origin, ""), self.keep)


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[TokenServer, Dovecot]]:
    with TokenServer(USER) as giving:
        dovecot = Dovecot({USER: "niet-nodig"}, introspection=giving.introspection).start()
        yield giving, dovecot
        dovecot.stop()


@pytest.fixture
def server(both: tuple[TokenServer, Dovecot]) -> TokenServer:
    """The token server, as if it had just started."""
    giving, _ = both
    giving.asked, giving.valid, giving.refresh_tokens = [], set(), {"vernieuw-0"}
    giving.rotates, giving.expires_in, giving.answer = True, 3600, None
    return giving


@pytest.fixture
def dovecot(both: tuple[TokenServer, Dovecot]) -> Dovecot:
    return both[1]


def mailbox(dovecot: Dovecot, tokens: Tokens) -> MailboxAccess:
    return MailboxAccess("klachten", dovecot.host, USER, port=dovecot.port, tls=False, tokens=tokens)


def fetch(access: MailboxAccess) -> list[bytes]:
    """What one round brings from the mailbox."""
    kept: list[bytes] = []

    def keep(envelopes: Sequence[Envelope]) -> Sequence[int]:
        kept.extend(envelope.raw for envelope in envelopes)
        return [len(kept)]

    poll(access, keep, lambda _mailbox, _uidvalidity: set(), lambda: datetime.now(UTC))
    return kept


def test_the_clients_own_credentials_are_enough_where_there_is_no_refresh_token(
    server: TokenServer, memory: Memory
) -> None:
    assert memory.tokens(server).ask() in server.valid
    assert server.asked == [
        {
            "grant_type": "client_credentials",
            "client_id": "mailagent",
            "client_secret": "client-geheim",
            "scope": "imap",
        }
    ]
    assert memory.kept == {}


def test_a_refresh_token_brings_an_access_token_and_its_successor_is_remembered(
    server: TokenServer, memory: Memory
) -> None:
    tokens = memory.tokens(server, "vernieuw-0")
    tokens.ask()
    tokens.ask()
    restarted = memory.tokens(server, "vernieuw-0")
    restarted.ask()

    asked = [fields["refresh_token"] for fields in server.asked]
    assert len(set(asked)) == 3
    assert asked[0] == "vernieuw-0"
    assert set(memory.kept.values()) == server.refresh_tokens


def test_another_refresh_token_in_the_settings_wins_over_what_came_from_the_old_one(
    server: TokenServer, memory: Memory
) -> None:
    memory.tokens(server, "vernieuw-0").ask()
    server.refresh_tokens = {"van-de-beheerder"}
    memory.tokens(server, "van-de-beheerder").ask()
    assert server.asked[-1]["refresh_token"] == "van-de-beheerder"


def test_a_successor_that_could_not_be_remembered_is_not_lost(server: TokenServer, memory: Memory) -> None:
    tokens = memory.tokens(server, "vernieuw-0")
    memory.is_down = True
    with pytest.raises(TryLater):
        tokens.ask()
    memory.is_down = False
    assert tokens.ask() in server.valid
    assert set(memory.kept.values()) == server.refresh_tokens


def test_a_token_is_used_until_shortly_before_its_end(server: TokenServer, memory: Memory) -> None:
    tokens = memory.tokens(server)
    assert tokens.current() == ""
    token = tokens.ask()
    memory.time += timedelta(minutes=58)
    assert tokens.current() == token
    memory.time += timedelta(minutes=1, seconds=1)
    assert tokens.current() == ""


@pytest.mark.parametrize("life", ["3600", None, "soon", -1, [1]])
def test_a_life_that_makes_no_sense_is_an_hour(server: TokenServer, memory: Memory, life: object) -> None:
    server.expires_in = life
    tokens = memory.tokens(server)
    token = tokens.ask()
    memory.time += timedelta(minutes=30)
    assert tokens.current() == token


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((400, b'{"error": "invalid_grant", "error_description": "AADSTS70008: expired"}'), "AADSTS70008"),
        ((401, b"<html>no</html>"), "401"),
        ((500, b""), "500"),
        ((200, b"<html>maintenance</html>"), "no access_token"),
        ((200, b'{"access_token": 7}'), "no access_token"),
        ((200, b"[1]"), "no access_token"),
        ((200, b"[" * 60_000), "no access_token"),
    ],
)
def test_a_server_that_gives_no_token_says_why(
    server: TokenServer, memory: Memory, answer: tuple[int, bytes], said: str
) -> None:
    server.answer = answer
    with pytest.raises(NoToken, match=said):
        memory.tokens(server).ask()


def test_a_server_that_is_not_there_is_named(server: TokenServer, memory: Memory) -> None:
    tokens = memory.tokens(server)
    port = free_port()
    tokens.access = TokenAccess(f"http://127.0.0.1:{port}/token", "mailagent", "client-geheim")
    with pytest.raises(NoToken, match=f"127.0.0.1:{port} cannot be asked"):
        tokens.ask()


def test_no_secret_is_ever_shown(server: TokenServer, dovecot: Dovecot, memory: Memory) -> None:
    tokens = memory.tokens(server, "vernieuw-0")
    token = tokens.ask()
    shown = repr(tokens) + repr(mailbox(dovecot, tokens))
    server.refresh_tokens = {"ingetrokken"}
    with pytest.raises(NoToken) as refused:
        tokens.ask()
    shown += str(refused.value)
    with pytest.raises(NoToken) as refused:
        memory.tokens(server, client_id="een ander").ask()
    shown += str(refused.value)

    assert "*** has expired" in shown
    assert "who is ***?" in shown
    for secret in ("client-geheim", "vernieuw", token):
        assert secret not in shown


@pytest.mark.parametrize("refresh_token", ["", "vernieuw-0"])
def test_dovecot_takes_the_token_and_gives_its_mail(
    server: TokenServer, dovecot: Dovecot, memory: Memory, refresh_token: str
) -> None:
    with dovecot.client(USER) as client:
        client.select_folder("INBOX")
        client.delete_messages(client.search())
        client.expunge()
        client.append("INBOX", b"Subject: hoi\r\n\r\nhoi\r\n")
    access = mailbox(dovecot, memory.tokens(server, refresh_token))
    assert check_login(access) is None
    assert fetch(access) == [b"Subject: hoi\r\n\r\nhoi\r\n"]
    assert len(server.asked) == 1


def test_a_token_that_ended_before_its_time_is_asked_for_once_more(
    server: TokenServer, dovecot: Dovecot, memory: Memory
) -> None:
    access = mailbox(dovecot, memory.tokens(server, "vernieuw-0"))
    assert check_login(access) is None
    server.revoke()
    assert check_login(access) is None
    assert len(server.asked) == 2


def test_a_fresh_token_that_is_refused_is_not_asked_for_again(
    server: TokenServer, dovecot: Dovecot, memory: Memory
) -> None:
    server.answer = (200, b'{"access_token": "van-een-ander", "expires_in": 3600}')
    said = check_login(mailbox(dovecot, memory.tokens(server)))
    assert said is not None
    assert "does not let" in said
    assert "van-een-ander" not in said
    assert len(server.asked) == 1


def test_check_says_that_no_token_was_given(server: TokenServer, dovecot: Dovecot, memory: Memory) -> None:
    said = check_login(mailbox(dovecot, memory.tokens(server, "onbekend")))
    assert said is not None
    assert said.startswith("klachten: 127.0.0.1:")
    assert "invalid_grant" in said
