"""`mailagent letter queue`, `print`, `posted`, `preview` and `to`: letters that leave on paper."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from mailagent.cli.console import HERE, AsJson, ConfigFile, err, fail, opened, out, say_json
from mailagent.config.settings import load_settings
from mailagent.core.errors import Mistakes
from mailagent.core.events import AGENT, Actor
from mailagent.core.mails import TO_MELDER
from mailagent.core.postal import postcode as read_postcode
from mailagent.core.ways import LETTER, NOT_ON_PAPER
from mailagent.flow import melder, print_queue
from mailagent.flow.world import World
from mailagent.outbound.filling import square
from mailagent.outbound.forms import templates_for
from mailagent.outbound.press import NotPressed, pressed
from mailagent.outbound.samples import samples
from mailagent.store import printing
from mailagent.store.notices import Notice

BY_HAND = Actor(AGENT)
"""Whoever types on this machine."""


def queue(config: ConfigFile = HERE, json: AsJson = False) -> None:  # noqa: FBT002
    """Letters that wait to be printed, and printed ones of which nobody said that they were posted."""
    with opened(config) as house, house.world.store.read() as tx:
        waiting = [_told(one) for one in printing.unposted(tx)]
    if json:
        say_json(waiting)
        return
    for one in waiting:
        batch = f"partij {one['batch']}" if one["batch"] else "wacht op afdrukken"
        line = f"{one['letter']} {one['kenmerk']} {one['mail']} → {one['to']}: {one['state']}, {batch}"
        out.print(line, markup=False, highlight=False)
    if not waiting:
        out.print("Er wacht geen brief.", highlight=False)


def _told(one: Notice) -> dict[str, Any]:
    return {
        "letter": one.id,
        "kenmerk": one.values.get("kenmerk", ""),
        "mail": one.kind,
        "to": one.recipient,
        "owed_at": one.owed_at,
        "state": "printed" if one.offered_at else "waiting",
        "printed_at": one.offered_at,
        "batch": one.batch_id,
    }


def print_(
    file: Annotated[Path, typer.Argument(help="Where the PDF goes.")],
    again: Annotated[int, typer.Option("--again", help="A batch that was printed before.")] = 0,
    config: ConfigFile = HERE,
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Take what waits into a batch, and write it as one PDF with a list on top."""
    with opened(config) as house:
        if not house.world.policy.prints:
            fail(f"{config} has no [printing]: there is no print queue")
        begun = again or print_queue.begin(house.world)
        _remind(house.world, begun)
        if not begun:
            fail("no letter waits to be printed")
        try:
            batch, pdf = house.letters.pdf(begun)
            file.write_bytes(pdf)
        except (NotPressed, OSError) as problem:
            fail(f"batch {begun}: {problem}. Then: mailagent letter print {file} --again {begun}")
    told = {"batch": begun, "file": str(file), "letters": [_told(one) for one in batch.letters]}
    if json:
        say_json(told)
    else:
        many = len(batch.letters)
        out.print(f"batch {begun}: {many} letters in {file}. Posted? mailagent letter posted {begun}")


def _remind(world: World, begun: int) -> None:
    """Of each other batch that is not posted: it may never have come out, and nobody would look for it."""
    with world.store.read() as tx:
        left = Counter(one.batch_id for one in printing.unposted(tx) if one.batch_id not in (None, begun))
    for batch, letters in left.items():
        err.print(
            f"batch {batch}: of {letters} letters nobody said that they are in the post. "
            f"Not printed? mailagent letter print FILE --again {batch}. "
            f"Posted? mailagent letter posted {batch}",
            markup=False,
            highlight=False,
        )


def posted(
    batch: Annotated[int, typer.Argument(help="The number of the batch.")],
    config: ConfigFile = HERE,
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """The letters of a batch were put in the post."""
    with opened(config) as house:
        found = print_queue.confirm(batch, BY_HAND, house.world)
    if json:
        say_json([_told(one) for one in found])
    else:
        out.print(f"batch {batch}: {len(found)} letters are posted.", highlight=False)


def to(  # noqa: PLR0913 - each is a line of an envelope, or what the melder asked for
    kenmerk: str,
    street: Annotated[str, typer.Option(help="Street and number.")] = "",
    postcode: Annotated[str, typer.Option(help="1234 AB.")] = "",
    city: Annotated[str, typer.Option(help="The place.")] = "",
    name: Annotated[str, typer.Option(help="As it stands on the envelope.")] = "",
    prefers: Annotated[str, typer.Option(help="email, letter or message; none: whatever reaches.")] = "",
    config: ConfigFile = HERE,
) -> None:
    """Where the melder of a klacht gets letters, and by which channel they want to be answered."""
    if postcode and not read_postcode(postcode):
        fail(f"{postcode} is no postcode; write it as 1234 AB")
    said = {
        "melder_name": name,
        "street": street,
        "postcode": read_postcode(postcode),
        "city": city,
        "prefers": prefers,
    }
    with opened(config) as house:
        after = melder.correct(kenmerk, {field: value for field, value in said.items() if value}, house.world)
    wants = f", by {after.prefers}" if after.prefers else ""
    out.print(f"{kenmerk}: {after.postal or 'no postal address'}{wants}", markup=False, highlight=False)


def preview(
    name: Annotated[str, typer.Argument(help="A mail to the melder: a folder under templates/mail.")],
    file: Annotated[Path, typer.Argument(help="Where the PDF goes.")],
    language: Annotated[str, typer.Option(help="nl, en or fr.")] = "nl",
    config: Annotated[Path | None, typer.Option("--config", help="For your own templates.")] = None,
) -> None:
    """One mail as a letter, filled in with sample words."""
    if name not in TO_MELDER - NOT_ON_PAPER:
        fail(f"there is no letter {name}; there are: {', '.join(sorted(TO_MELDER - NOT_ON_PAPER))}")
    try:
        templates = templates_for(LETTER, load_settings(config, os.environ).paths.local if config else None)
        values = samples(name)
        filled = {**values, "qr": square(str(values["code_url"]))}
        file.write_bytes(pressed([templates.render(name, language, filled).html]))
    except (Mistakes, NotPressed) as problem:
        fail(str(problem))
    out.print(f"{name} as a letter: {file}", markup=False, highlight=False)
