"""Mail from a real IMAP server: kept once, marked after, and none lost to what others do to the mailbox."""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

import pytest
from imapclient.exceptions import IMAPClientError

from mailagent.core.errors import TryLater
from mailagent.core.mail import Envelope, Slot
from mailagent.inbound import imap
from mailagent.inbound.imap import MailboxAccess, check_login, poll
from tests.dovecot import Dovecot

MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PASSWORD = "geheim-woord"
USERS = {f"user{number}": PASSWORD for number in range(60)}


class Ledger:
    """Remembers what was kept and where it lay, as the store does; breaks when told to."""

    def __init__(self) -> None:
        self.kept: list[Envelope] = []
        self.failure: BaseException | None = None
        self.killed_after_commit = False
        self.before_commit: Callable[[Envelope], None] = lambda _: None

    def keep(self, envelopes: Sequence[Envelope]) -> Sequence[int]:
        [envelope] = envelopes
        self.before_commit(envelope)
        if self.failure is not None:
            raise self.failure
        slots = [kept.slot for kept in self.kept]
        assert envelope.slot not in slots, "fetched a mail that is in the ledger"
        self.kept.append(envelope)
        if self.killed_after_commit:
            raise KeyboardInterrupt
        return [len(self.kept)]

    def known_uids(self, mailbox: str, uidvalidity: int) -> set[int]:
        slots = [envelope.slot for envelope in self.kept if envelope.slot]
        return {s.uid for s in slots if (s.mailbox, s.uidvalidity) == (mailbox, uidvalidity)}

    @property
    def subjects(self) -> list[str]:
        return [envelope.raw.split(b"\r\n")[0].decode().removeprefix("Subject: ") for envelope in self.kept]


class Box:
    """A mailbox on the server, and a ledger that reads it."""

    def __init__(self, server: Dovecot, user: str) -> None:
        self.server = server
        self.user = user
        self.other = server.client(user)
        self.ledger = Ledger()
        self.access = MailboxAccess("klachten", server.host, self.user, PASSWORD, server.port, tls=False)

    def receives(self, *subjects: str, folder: str = "INBOX", at: datetime = MONDAY) -> None:
        for subject in subjects:
            self.other.append(folder, b"Subject: " + subject.encode() + b"\r\n\r\nhoi\r\n", msg_time=at)

    def round(self, aside: dict[Slot, str] | None = None) -> int:
        now = lambda: datetime.now(UTC)  # noqa: E731
        return poll(self.access, self.ledger.keep, self.ledger.known_uids, now, aside)

    def flags(self, folder: str = "INBOX") -> list[set[bytes]]:
        self.other.select_folder(folder, readonly=True)
        answer = self.other.fetch(self.other.search(), ["FLAGS"])
        return [set(answer[uid][b"FLAGS"]) - {b"\\Recent"} for uid in sorted(answer)]

    def spoil(self, subject: str) -> None:
        """Damage a mail on disk, so that the server hangs up on whoever asks for it."""
        sound = [path for path in self.server.files(self.user) if os.access(path, os.R_OK)]
        [path] = [path for path in sound if path.read_text().startswith(f"Subject: {subject}\n")]
        path.chmod(0)

    def mend(self) -> None:
        for path in self.server.files(self.user):
            path.chmod(0o600)


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    dovecot = Dovecot(USERS | {"cafe": "wachtwoord-é"}).start()
    yield dovecot
    dovecot.stop()


@pytest.fixture(scope="module")
def unused() -> Iterator[str]:
    return iter(USERS)


@pytest.fixture
def box(server: Dovecot, unused: Iterator[str]) -> Iterator[Box]:
    made = Box(server, next(unused))
    yield made
    made.other.logout()


def test_new_mails_are_kept_once_over_several_rounds(box: Box) -> None:
    assert box.round() == 0
    box.receives("een", "twee")
    assert box.round() == 2
    assert box.round() == 0
    box.receives("drie")
    assert box.round() == 1
    assert box.ledger.subjects == ["een", "twee", "drie"]


def test_a_mail_comes_with_its_octets_its_slot_and_the_moment_it_reached_the_mailbox(box: Box) -> None:
    raw = b"Subject: Caf\xe9\r\n\r\n.\r\nnul-loos, regel van " + b"x" * 5_000 + b"\r\n"
    box.other.append("INBOX", raw, msg_time=datetime(2026, 3, 1, 23, 30, tzinfo=UTC))
    box.round()

    [kept] = box.ledger.kept
    validity = box.other.folder_status("INBOX", ["UIDVALIDITY"])[b"UIDVALIDITY"]
    assert kept.raw == raw
    assert (kept.via, kept.channel, kept.sender) == ("imap:klachten", "email", None)
    assert kept.slot == Slot("klachten", validity, 1)
    assert kept.reached_at == datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    assert kept.reached_at.tzinfo is not None


def test_a_mail_that_someone_else_read_is_not_lost(box: Box) -> None:
    box.receives("gelezen", "ongelezen")
    box.other.select_folder("INBOX")
    box.other.add_flags([1], [b"\\Seen", b"\\Flagged"])
    assert box.round() == 2
    box.other.remove_flags([1, 2], [b"\\Seen"])
    assert box.round() == 0


def test_a_mail_is_marked_only_after_its_commit(box: Box) -> None:
    at_commit: list[list[set[bytes]]] = []
    box.ledger.before_commit = lambda _: at_commit.append(box.flags())
    box.receives("een", "twee")
    box.round()

    assert at_commit == [[set(), set()], [{b"\\Seen"}, set()]]
    assert box.flags() == [{b"\\Seen"}, {b"\\Seen"}]


@pytest.mark.parametrize("failure", [TryLater(), OSError(28, "disk full"), RuntimeError("bug")])
def test_a_mail_that_is_not_kept_is_not_marked_and_comes_again(box: Box, failure: Exception) -> None:
    box.receives("een", "twee")
    box.ledger.failure = failure
    aside: dict[Slot, str] = {}
    with pytest.raises(type(failure)):
        box.round(aside)
    assert (box.flags(), aside) == ([set(), set()], {})

    box.ledger.failure = None
    assert box.round() == 2


def test_a_crash_between_keeping_and_marking_does_not_keep_twice(box: Box) -> None:
    box.receives("een", "twee")
    box.ledger.killed_after_commit = True
    with pytest.raises(KeyboardInterrupt):
        box.round()
    assert box.flags() == [set(), set()]

    box.ledger.killed_after_commit = False
    assert box.round() == 1
    assert box.ledger.subjects == ["een", "twee"]


def test_a_new_uidvalidity_loses_nothing(box: Box) -> None:
    box.other.create_folder("Intake")
    box.access = dataclasses.replace(box.access, folder="Intake")
    box.receives("een", "twee", folder="Intake")
    box.round()
    box.other.delete_folder("Intake")
    time.sleep(1.1)  # Dovecot makes the number from the clock, in seconds
    box.other.create_folder("Intake")
    box.receives("een", "twee", "drie", folder="Intake")

    assert box.round() == 3
    assert box.ledger.subjects == ["een", "twee", "een", "twee", "drie"]
    assert len({envelope.slot.uidvalidity for envelope in box.ledger.kept if envelope.slot}) == 2


def test_a_gap_in_the_uids_hides_nothing(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "SEARCH_MAILS", 2)
    box.receives("1", "2", "3", "4", "5", "6", "7")
    box.other.select_folder("INBOX")
    box.other.delete_messages([2, 3])
    box.other.expunge()
    assert box.round() == 5
    assert box.ledger.subjects == ["1", "4", "5", "6", "7"]


def test_a_mail_that_cannot_be_fetched_steps_aside_and_comes_once_it_can(box: Box) -> None:
    box.receives("een", "gif", "drie")
    box.spoil("gif")
    aside: dict[Slot, str] = {}

    assert box.round(aside) == 2
    assert box.ledger.subjects == ["een", "drie"]
    assert [slot.uid for slot in aside] == [2]
    assert "FETCH" in next(iter(aside.values()))

    box.receives("vier")
    assert box.round(aside) == 1
    box.mend()
    assert box.round(aside) == 1
    assert box.ledger.subjects == ["een", "drie", "vier", "gif"]
    assert aside == {}


def test_a_mailbox_full_of_poison_still_gives_its_good_mails(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "LOST_LINES", 6)
    monkeypatch.setattr(imap, "RETRIES", 2)
    poison = [f"gif{n}" for n in range(8)]
    box.receives(*poison, "goed")
    for subject in poison:
        box.spoil(subject)
    aside: dict[Slot, str] = {}

    rounds = 0
    while "goed" not in box.ledger.subjects:
        rounds += 1
        assert rounds < 5
        try:
            box.round(aside)
        except (IMAPClientError, OSError):
            continue
    assert len(aside) == 8
    box.receives("later")
    assert box.round(aside) == 1  # what is known to be poison no longer spoils a round


def test_a_poison_mail_that_is_deleted_is_forgotten(box: Box) -> None:
    box.receives("gif")
    box.spoil("gif")
    aside: dict[Slot, str] = {}
    box.round(aside)
    for path in box.server.files(box.user):
        path.unlink()
    assert box.round(aside) == 0
    assert aside == {}


@pytest.mark.parametrize(("mark", "flags"), [("Geregistreerd", {b"Geregistreerd"}), ("", set())])
def test_the_mark_is_the_admins_choice(box: Box, mark: str, flags: set[bytes]) -> None:
    box.access = dataclasses.replace(box.access, mark=mark)
    box.receives("een")
    box.round()
    assert box.flags() == [flags]
    assert box.round() == 0


def test_kept_mails_move_to_a_folder_and_what_a_crash_left_behind_moves_later(box: Box) -> None:
    box.other.create_folder("Verwerkt")
    box.access = dataclasses.replace(box.access, move_to="Verwerkt")
    box.receives("een", "twee")
    box.ledger.killed_after_commit = True
    with pytest.raises(KeyboardInterrupt):
        box.round()

    box.ledger.killed_after_commit = False
    assert box.round() == 1
    assert box.flags() == []
    assert box.flags("Verwerkt") == [{b"\\Seen"}, {b"\\Seen"}]


def test_a_folder_that_is_not_there_does_not_stop_the_mail(box: Box) -> None:
    box.access = dataclasses.replace(box.access, move_to="Weg")
    box.receives("een", "twee")
    assert (box.round(), box.round()) == (2, 0)
    assert "no folder 'Weg'" in str(check_login(box.access))


def test_stopping_ends_a_round_between_two_mails(box: Box) -> None:
    box.receives("een", "twee", "drie")
    ledger = box.ledger
    kept = poll(
        box.access,
        ledger.keep,
        ledger.known_uids,
        lambda: datetime.now(UTC),
        stopping=lambda: len(ledger.kept) >= 2,
    )
    assert kept == 2


def test_a_password_outside_ascii_opens_the_door(server: Dovecot) -> None:
    access = MailboxAccess("x", server.host, "cafe", "wachtwoord-é", server.port, tls=False)
    assert check_login(access) is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, None),
        ({"password": "verkeerd-woord"}, "does not let"),
        ({"port": 1}, "cannot be reached"),
        ({"folder": "Bestaat niet"}, "refused"),
        ({"tls": True}, "cannot be reached"),
    ],
)
def test_check_login_says_what_is_wrong(box: Box, change: dict[str, object], said: str | None) -> None:
    access = dataclasses.replace(box.access, **change)  # type: ignore[arg-type]
    answer = check_login(access)
    if said is None:
        assert answer is None
    else:
        assert answer is not None
        assert answer.startswith("klachten: ")
        assert said in answer
        assert access.password not in answer
    assert access.password not in repr(access)
