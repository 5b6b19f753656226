"""The files that go along with a mail: as they arrived, or made by us; and which stay behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailagent.core import chat
from mailagent.core.errors import Unreadable
from mailagent.core.feedback import photo_names
from mailagent.core.mail import Attachment, Mail
from mailagent.core.postroom import LETTER_FILE, picture_name
from mailagent.flow.world import World
from mailagent.store import arrivals, conversations, letters, photos
from mailagent.store.notices import Notice

MOST_FILES, MOST_OCTETS = 10, 5_000_000
"""So many go along with one mail, and so large together: in base64 they are a third larger, and every relay
takes 10 MB."""

_UNFIT = """
    app apk bat chm cmd com cpl dll docm exe gadget hta htm html img inf iso jar js jse lnk msc msi msp pif
    pptm ps1 ps2 psc1 reg scf scr sct shtml svg swf url vb vbe vbs vhd wsc wsf wsh xlam xlsm
"""
UNFIT = frozenset(_UNFIT.split())
"""Endings of files for which a relay may refuse the whole mail, and which an agent should not open by a
click."""


def along(notice: Notice, world: World) -> tuple[list[Attachment], list[str]]:
    """What goes along with a mail, and the names of what stays behind."""
    if ours := notice.values.get("enclosed"):
        return [Attachment(name, kind, text.encode()) for name, kind, text in ours], []
    if round_id := notice.values.get("photos_of"):
        with world.store.read() as tx:
            jpegs = photos.of_round(tx, round_id)
        return [
            Attachment(name, "image/jpeg", jpeg)
            for name, jpeg in zip(photo_names(len(jpegs)), jpegs, strict=True)
        ], []
    if whole := notice.values.get("original_of"):
        return _original(whole, notice, world)
    if letter := notice.values.get("pictures_of"):
        with world.store.read() as tx:
            pages = letters.pictures(tx, letter)
        pictures = tuple(Attachment(picture_name(number), "image/jpeg", jpeg) for number, jpeg in pages)
        return chosen(notice.values["attachments"], Mail(attachments=pictures))
    if not (arrival_id := notice.values.get("files_of")):
        return [], []
    return chosen(notice.values["attachments"], _mail_of(arrival_id, world))


def _mail_of(arrival_id: int, world: World) -> Mail:
    """A mail with its files; a letter with its masked pages, for nothing else of it ever leaves."""
    with world.store.read() as tx:
        if archive := letters.archive(tx, arrival_id):
            return Mail(attachments=(Attachment(LETTER_FILE, "application/pdf", archive),))
        if message := conversations.body(tx, arrival_id):
            return chat.read(message).as_mail()
        raw = arrivals.raw(tx, arrival_id)
    return _read(raw, world)


def _original(arrival_id: int, notice: Notice, world: World) -> tuple[list[Attachment], list[str]]:
    """The whole mail of the melder, byte for byte; where it is too large, the files in it that fit."""
    with world.store.read() as tx:
        raw, message = arrivals.raw(tx, arrival_id), conversations.body(tx, arrival_id)
    if message:
        return chosen(notice.values["attachments"], chat.read(message).as_mail())
    if raw and len(raw) <= MOST_OCTETS:
        return [Attachment(f"{notice.values['kenmerk']}.eml", "message/rfc822", raw)], []
    return chosen(notice.values["attachments"], _read(raw, world))


def chosen(names: Sequence[str], mail: Mail) -> tuple[list[Attachment], list[str]]:
    """Of the files of these names as many as fit, the first ones first; and the names of all others."""
    going: list[Attachment] = []
    left, room = list(names), MOST_OCTETS
    for file in _named(names, mail):
        if len(going) < MOST_FILES and len(file.content) <= room and not _is_unfit(file.name):
            going.append(file)
            left.remove(file.name)
            room -= len(file.content)
    return going, left


def _read(raw: bytes | None, world: World) -> Mail:
    """Nothing, where it is gone or cannot be read (any more)."""
    try:
        return world.parse(raw) if raw else Mail()
    except Unreadable:
        return Mail()


def _named(names: Sequence[str], mail: Mail) -> Iterator[Attachment]:
    """The files of these names, in this order; also those of a mail that was passed on as a whole."""
    there = [*mail.attachments, *(mail.enclosed.attachments if mail.enclosed else ())]
    for name in names:
        found = next((file for file in there if file.name == name), None)
        if found:
            there.remove(found)
            yield found


def _is_unfit(name: str) -> bool:
    return name.rstrip(". ").rpartition(".")[2].lower() in UNFIT
