"""What the post room scanned, from the file to the klacht: read, taken apart where it is a pile, and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from mailagent.core import reference
from mailagent.core.calendar import local_day
from mailagent.core.errors import TakesLong, Unreadable
from mailagent.core.events import MELDER, Actor
from mailagent.core.evidence import Evidence
from mailagent.core.klacht import Klacht
from mailagent.core.letter import AUTOMATIC, QUARANTINE, RETYPE, Letter
from mailagent.core.mail import Attachment, Envelope, Mail
from mailagent.core.masked import read_typed
from mailagent.core.postroom import (
    LETTER,
    TO_RETYPE,
    Divided,
    LetterRead,
    OnPaper,
    Part,
    Scan,
    complete,
    for_rules,
    is_party,
    is_scan,
    marked,
    postal_of,
    proposal,
    ranges_of,
    received_on,
    said_ranges,
)
from mailagent.core.rules import Decision, decide
from mailagent.core.rulings import CUT
from mailagent.core.trace import received_at
from mailagent.flow import sorting
from mailagent.flow.arrive import keep_within
from mailagent.flow.gather import Letter as Arrived
from mailagent.flow.happen import happen
from mailagent.flow.world import Act, PostRoom, World
from mailagent.store import arrivals, klachten, letters
from mailagent.store.arrivals import Kept
from mailagent.store.store import Tx

AGAIN = timedelta(days=90)
"""The same pages within so long are the same letter, scanned twice."""

NO_SUBJECT = "Brief"

_FILES = ("folder", "scan:", "cut:")


def read(kept: Kept, world: World, parse: Callable[[bytes], Mail]) -> Arrived:
    """What came in as a scan: a mail of a scanner, or one file. `TakesLong` for a file, which takes seconds,
    where `parse` is that of those who have no patience."""
    is_file = kept.envelope.via.startswith(_FILES)
    if is_file and parse is not world.parse:
        raise TakesLong
    mail, scan, unreadable, envelope = Mail(), Scan(), None, kept.envelope
    try:
        envelope = replace(envelope, raw=world.vault.open(envelope.raw))
        if is_file:
            scan = _deciphered(kept, envelope, world)
            mail = _as_mail(scan.letter) if scan.letter else mail
        else:
            mail = parse(envelope.raw)
    except Unreadable as problem:
        unreadable = problem
    if scan.letter and scan.letter.status == QUARANTINE:
        unreadable = Unreadable(f"{scan.letter.reason} ({envelope.peer})")
    came = received_at(mail, envelope, world.policy.own_servers.hosts, kept.kept_at)
    sender = kept.ruling.melder if kept.ruling else ""
    language = world.language(mail.text)
    return Arrived(
        kept.id, envelope, mail, world.now(), came, sender, unreadable, kept.ruling, b"", language, scan
    )


def _deciphered(kept: Kept, envelope: Envelope, world: World) -> Scan:
    """The letter in a file; or its parts, where it is a pile that sheets or an agent divide."""
    room, raw = world.post_room, envelope.raw
    if room is None:
        raise Unreadable("no_reader")
    ruling, alone = kept.ruling, envelope.via.startswith("cut:")
    if not ruling and not alone and _divides(sheets := room.sheets(raw)):
        return Scan(parts=_cut(raw, sheets, room))
    letter = room.read(raw)
    last = max((page.number for page in letter.pages), default=0)
    split = () if alone or not last else proposal(letter.pages, last)
    if ruling and ruling.what == CUT:
        wanted = complete(ranges_of(ruling.text) or split, last)
        return Scan(parts=_cut(raw, [Divided(pages) for pages in wanted], room))
    archive = b"" if letter.status == QUARANTINE else room.searchable(raw, letter)
    return Scan(letter, archive, split=split if len(split) > 1 and not ruling else ())


def _divides(sheets: Sequence[Divided]) -> bool:
    """Lie there sheets? Also one on top of a single letter, which tells when that came."""
    return len(sheets) > 1 or any(one.day or one.pages[0] > 1 for one in sheets)


def _cut(raw: bytes, divided: Sequence[Divided], room: PostRoom) -> tuple[Part, ...]:
    files = room.cut(raw, [one.pages for one in divided])
    return tuple(Part(file, one.pages, one.day) for file, one in zip(files, divided, strict=True))


def _as_mail(letter: Letter) -> Mail:
    """What a letter says, as any message is judged. Nobody is mailed at an address read from paper."""
    said = "" if letter.status in (RETYPE, QUARANTINE) else letter.text
    name = "" if letter.status == RETYPE else letter.value("name")
    return Mail(subject=letter.value("betreft") or NO_SUBJECT, sender_name=name, text=said, new_text=said)


def gather(tx: Tx, arrived: Arrived) -> list[Evidence]:
    """All evidence about what the post room handed in. No screen looks at it: whoever wrote the letter is no
    machine, whatever brought it here."""
    ruling, scan = arrived.ruling, arrived.scan
    found = [Evidence(ruling.what, ruling.kenmerk or ruling.by, "a human")] if ruling else []
    if arrived.unreadable:
        return [*found, Evidence("unreadable", arrived.unreadable.reason, "reader")]
    if not arrived.envelope.via.startswith(_FILES):
        return [*found, *_of_scanner(tx, arrived)]
    since = arrived.at - AGAIN
    if known := letters.twin(tx, arrived.arrival_id, arrived.envelope.sha256, scan.letter, since):
        found.append(Evidence("duplicate", str(known[0]), known[1]))
    if scan.parts:
        return [*found, Evidence("separators", said_ranges([part.pages for part in scan.parts]), "pages")]
    if scan.split:
        found.append(Evidence("pile", said_ranges(scan.split), "pages"))
    return [*found, *_thread(tx, scan.letter)] if scan.letter else found


def _of_scanner(tx: Tx, arrived: Arrived) -> Iterator[Evidence]:
    known = arrivals.same_message(tx, arrived.arrival_id, arrived.message_id, arrived.content_hash)
    if known:
        yield Evidence("duplicate", str(known), "Message-ID" if arrived.message_id else "content")
    files = _scans_in(arrived.mail)
    yield Evidence("scans" if files else "no_scan", str(len(files)), "attachments")


def _scans_in(mail: Mail) -> list[Attachment]:
    """The letters in a mail of a scanner. A picture within its text is a logo, where there is more."""
    files = [file for file in mail.attachments if is_scan(file.filename or "", file.content_type)]
    apart = [file for file in files if not (file.inline and file.content_type.startswith("image/"))]
    return apart or files


def _thread(tx: Tx, letter: Letter) -> Iterator[Evidence]:
    """Which klacht a letter names, and whether its writer is the melder of that one."""
    for kenmerk in reference.kenmerken(letter.value("our_kenmerk")):
        if klacht := klachten.by_kenmerk(tx, kenmerk):
            yield Evidence("letter_kenmerk", kenmerk, "letter")
            if is_party(klacht, letter):
                yield Evidence("sender_is_party", kenmerk, "name and address")


def take_apart(act: Act, arrived: Arrived) -> None:
    """Each letter of a pile, or of a scanner's mail, comes in by itself, on the same day."""
    scan, number = arrived.scan, arrived.arrival_id
    if scan.parts:
        pile = arrived.envelope.peer
        within = [
            (part.raw, f"cut:{number}", f"{pile} {said_ranges([part.pages])}", part.day)
            for part in scan.parts
        ]
    else:
        within = [(file.content, f"scan:{number}", file.name, None) for file in _scans_in(arrived.mail)]
    envelopes = [
        Envelope(raw, via, received_on(day, arrived.received_at), LETTER, peer=name)
        for raw, via, name, day in within
    ]
    keep_within(act.tx, envelopes, act.world)
    letters.forget(act.tx, [number])


def with_address(draft: Klacht, arrived: Arrived) -> Klacht:
    """A new klacht with what its letter says of its writer, where that can be relied upon."""
    letter = arrived.scan.letter
    if letter is None:
        return draft
    waits = letter.status == RETYPE and not draft.description
    draft = replace(draft, description=TO_RETYPE) if waits else draft
    postal = postal_of(letter) if letter.status != RETYPE else None
    if postal is None:
        return draft
    return replace(draft, street=postal.street, postcode=postal.postcode, city=postal.city)


def keep_pages(act: Act, arrived: Arrived) -> None:
    """What was read of a letter, also of one that a human must judge first."""
    policy, scan = act.world.policy, arrived.scan
    if scan.letter:
        key = policy.key_id(policy.keys[0])
        letters.keep(act.tx, arrived.arrival_id, scan.letter, scan.archive, key)


def keep(act: Act, arrived: Arrived, klacht: Klacht, *, reaction: bool) -> Klacht:
    """What was read of a letter is kept beside its klacht; where a human must look, one hears of it."""
    letter = arrived.scan.letter
    if letter is None:
        return klacht
    keep_pages(act, arrived)
    read = LetterRead(
        act.at,
        Actor(MELDER),
        arrival=arrived.arrival_id,
        status=letter.status,
        confidence=letter.confidence,
        received_on=local_day(arrived.received_at).isoformat(),
        scanned_at=arrived.at.isoformat(),
        pages=len(letter.pages),
        unsafe=tuple(page.number for page in letter.pages if not page.safe),
        text="" if letter.status == AUTOMATIC else marked(letter),
        reason=letter.reason,
        phone=letter.value("phone"),
        email=letter.value("email"),
        reaction=reaction,
    )
    return happen(act, klacht, [read])


def on_paper(tx: Tx, klacht: Klacht) -> OnPaper | None:
    """The letter with which a klacht came in; None where it came otherwise."""
    arrival_id = letters.of_klacht(tx, klacht.id)
    told = letters.told(tx, arrival_id) if arrival_id else None
    return OnPaper(arrival_id, told.status, told.pages, told.unsafe) if told else None


def typed(text: str, klacht: Klacht, world: World) -> tuple[Letter, Decision]:
    """What follows from the text of a letter that a human wrote: whose it is, and what it is about."""
    letter = read_typed(text)
    draft = replace(klacht, subject=letter.value("betreft") or klacht.subject, description=text)
    message = sorting.message_of_klacht(draft, {"letter": for_rules(letter)})
    return letter, decide(message, world.ruleset)
