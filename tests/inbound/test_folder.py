"""The drop folder: finished files alone, kept before they are moved, taken once, and never lost."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from mailagent.core.errors import TryLater
from mailagent.core.mail import Envelope
from mailagent.inbound.folder import Folder

WHOLE = b"%PDF-1.7\n...\n%%EOF\n"


@dataclass
class Table:
    """A folder, what was kept of it, and a clock that a test moves."""

    path: Path
    kept: list[Envelope] = field(default_factory=list)
    time: datetime = datetime(2026, 3, 2, 9, tzinfo=UTC)
    fails: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.folder = Folder(self.path, self._keep, lambda: self.time, most=1000)

    def _keep(self, envelopes: Sequence[Envelope]) -> Sequence[int]:
        self.fails()
        self.kept += envelopes
        return range(len(self.kept))

    def drops(self, name: str, content: bytes = WHOLE) -> Path:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        os.utime(file, (self.time.timestamp(), self.time.timestamp()))
        return file

    def looks(self, **later: float) -> int:
        self.time += timedelta(**later)
        return self.folder.look()

    def lies(self) -> list[str]:
        return sorted(str(f.relative_to(self.path)) for f in self.path.rglob("*") if f.is_file())


@pytest.fixture
def table(tmp_path: Path) -> Table:
    return Table(tmp_path)


def test_a_file_is_kept_when_it_has_lain_still_and_then_moves_to_done(table: Table) -> None:
    table.drops("brief.pdf")

    assert table.looks(seconds=6) == 0, "it was never seen before"
    assert table.looks(seconds=6) == 1

    [kept] = table.kept
    assert (kept.raw, kept.via, kept.channel, kept.peer) == (WHOLE, "folder", "letter", "brief.pdf")
    assert table.lies() == ["done/brief.pdf"]
    assert (table.path / "done/brief.pdf").read_bytes() == WHOLE


def test_a_file_that_still_grows_is_left_alone(table: Table) -> None:
    for length in range(1, 4):
        table.drops("brief.tif", b"x" * length)
        assert table.looks(seconds=6) == 0
    table.looks(seconds=6)
    assert [kept.raw for kept in table.kept] == [b"xxx"]


def test_half_a_pdf_waits_for_its_end_and_is_taken_at_last(table: Table) -> None:
    table.drops("brief.pdf", WHOLE[:12])
    table.looks(seconds=6)
    assert table.looks(seconds=60) == 0
    assert table.looks(minutes=10) == 1


def test_a_file_is_taken_under_its_last_name(table: Table) -> None:
    part = table.drops("brief.pdf.part")
    table.looks(seconds=6)
    assert table.looks(seconds=6) == 0
    part.rename(table.path / "brief.pdf")
    table.looks(seconds=6)
    assert table.looks(seconds=6) == 1


def test_the_folder_says_when_it_came_by_post_and_the_file_does_not(table: Table) -> None:
    table.drops("2026-02-27/een.pdf")
    table.drops("20260220 twee.pdf")
    table.drops("elders/drie.pdf")
    table.looks(seconds=6)
    table.looks(seconds=6)

    days = {kept.peer: kept.reached_at.date() for kept in table.kept}
    assert days == {"een.pdf": date(2026, 2, 27), "20260220 twee.pdf": table.time.date()}
    assert "done/2026-02-27/een.pdf" in table.lies()
    assert list((table.path / "bezig").iterdir()) == []
    assert "elders/drie.pdf" in table.lies()


def test_nothing_is_moved_before_it_is_kept_and_it_is_tried_again(table: Table) -> None:
    def full() -> None:
        raise TryLater

    table.fails = full
    table.drops("2026-02-27/brief.pdf")
    table.looks(seconds=6)
    assert table.looks(seconds=6) == 0
    [lies] = table.lies()
    assert re.fullmatch(r"bezig/[0-9a-f]{32}/2026-02-27/brief.pdf", lies)

    table.fails = lambda: None
    assert table.looks(seconds=6) == 1
    assert table.kept[0].reached_at.date() == date(2026, 2, 27)
    assert table.lies() == ["done/2026-02-27/brief.pdf"]
    assert list((table.path / "bezig").iterdir()) == []


def test_after_a_crash_between_keeping_and_moving_it_is_kept_once_more(table: Table) -> None:
    """Which `store.letters.twin` notices: see `test_letters_in`."""
    table.drops("bezig/brief.pdf")
    assert Table(table.path).looks() == 1
    assert table.lies() == ["done/brief.pdf"]


def test_two_files_of_one_name_are_two_letters_and_none_is_overwritten(table: Table) -> None:
    for content in (WHOLE, WHOLE + b"2"):
        table.drops("scan.pdf", content)
        table.looks(seconds=6)
        table.looks(seconds=6)
    assert table.lies() == ["done/scan-2.pdf", "done/scan.pdf"]
    assert len(table.kept) == 2


def test_a_scan_whose_name_was_used_again_is_never_done_before_it_is_kept(table: Table) -> None:
    """One process keeps for long; meanwhile another sees its file, and the scanner writes the next one."""
    other, held = Table(table.path), True

    def stalls() -> None:
        other.time = table.time
        assert other.looks() == 1
        table.drops("scan.pdf", WHOLE + b"2")
        other.fails = dies
        other.looks(seconds=6)
        assert other.looks(seconds=6) == 0

    def dies() -> None:
        if held:
            raise TryLater

    table.drops("scan.pdf")
    table.fails = stalls
    table.looks(seconds=6)
    table.looks(seconds=6)
    assert [name for name in table.lies() if name.startswith("done/")] == ["done/scan.pdf"]

    held = False
    assert other.looks() == 1
    assert other.kept[-1].raw == WHOLE + b"2"
    assert table.lies() == ["done/scan-2.pdf", "done/scan.pdf"]


def test_a_file_that_cannot_be_moved_to_done_is_kept_once_and_holds_up_no_other(table: Table) -> None:
    table.drops("2026-02-27/een.pdf")
    table.drops("twee.pdf")
    table.looks(seconds=6)
    in_the_way = table.path / "done/2026-02-27"
    in_the_way.write_text("no folder", "utf-8")
    assert table.looks(seconds=6) == 1
    assert table.looks(seconds=6) == 0
    assert sorted(kept.peer for kept in table.kept) == ["een.pdf", "twee.pdf"]

    in_the_way.unlink()
    table.looks(seconds=6)
    assert table.lies() == ["done/2026-02-27/een.pdf", "done/twee.pdf"]
    assert len(table.kept) == 2


class Share(Folder):
    """A folder on a share: what somebody has open cannot be moved."""

    def _moved(self, file: Path, name: Path, where: str) -> Path | None:
        if file.name == "open.pdf":
            (self.path / where / name).parent.mkdir(parents=True)
            raise PermissionError(file)
        return super()._moved(file, name, where)


def test_a_file_that_somebody_has_open_holds_up_no_other(table: Table) -> None:
    table.folder = Share(table.path, table._keep, lambda: table.time, most=1000)
    table.drops("open.pdf")
    table.drops("tekening.pdf")
    table.looks(seconds=6)
    assert table.looks(seconds=6) == 1
    assert table.lies() == ["done/tekening.pdf", "open.pdf"]
    assert list((table.path / "bezig").iterdir()) == []


def test_what_is_too_large_is_put_aside_in_sight(table: Table) -> None:
    table.drops("tekening.tif", b"x" * 1001)
    table.looks(seconds=6)
    assert table.looks(seconds=6) == 0
    assert table.lies() == ["te_groot/tekening.tif"]


@pytest.mark.parametrize("name", [".verborgen.pdf", "Thumbs.db", "brief.tmp", "brief.pdf~"])
def test_what_is_no_scan_stays_where_it_is(table: Table, name: str) -> None:
    table.drops(name)
    table.looks(seconds=6)
    assert table.looks(minutes=20) == 0
    assert table.lies() == [name]


def test_a_link_to_elsewhere_is_not_followed(table: Table, tmp_path_factory: pytest.TempPathFactory) -> None:
    secret = tmp_path_factory.mktemp("elders") / "geheim.pdf"
    secret.write_bytes(WHOLE)
    (table.path / "brief.pdf").symlink_to(secret)
    table.looks(minutes=20)
    assert table.looks(minutes=20) == 0
