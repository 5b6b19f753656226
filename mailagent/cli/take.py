"""`mailagent take`: put real mail in by hand, and see what becomes of it."""

from __future__ import annotations

import mailbox
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from mailagent.cli.console import HERE, AsJson, ConfigFile, err, fail, opened, out, say_json
from mailagent.core.mail import Envelope
from mailagent.flow.arrive import keep
from mailagent.flow.process import process
from mailagent.flow.world import World
from mailagent.store import arrivals


def take(
    paths: Annotated[list[Path], typer.Argument(help="A mail, a folder of mails, or an mbox.")],
    config: ConfigFile = HERE,
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Take mails in as if they had arrived. Prints kenmerk or verdict per mail; answers leave by `serve`."""
    if missing := next((path for path in paths if not path.exists()), None):
        fail(f"{missing}: there is no such file")
    mails = [mail for path in paths for mail in _mails(path)]
    with opened(config) as house:
        told = [
            _take(name, raw, house.world)
            for name, raw in track(mails, "mails", console=err, transient=True, disable=len(mails) < 20)
        ]
    if json:
        say_json(told)
        return
    for one in told:
        line = f"{one['file']}: {one['kenmerk'] or '-'} {one['verdict']} {one['reason']}"
        out.print(line, markup=False, highlight=False)


def _mails(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.is_dir():
        for file in sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith(".")):
            yield str(file), file.read_bytes()
        return
    raw = path.read_bytes()
    if raw.startswith(b"From ") and raw.count(b"\nFrom ") > 0:
        with closing(mailbox.mbox(path, create=False)) as box:
            for number, key in enumerate(box.keys(), 1):
                yield f"{path}#{number}", box.get_bytes(key)
        return
    yield str(path), raw


def _take(name: str, raw: bytes, world: World) -> dict[str, object]:
    [id] = keep([Envelope(raw, "take", world.now())], world)
    process(id, world)
    with world.store.read() as tx:
        [row] = arrivals.told_of(tx, id=id)
    return {
        "file": name,
        "arrival": id,
        "kenmerk": row.kenmerk,
        "verdict": row.verdict,
        "reason": row.reason,
    }
