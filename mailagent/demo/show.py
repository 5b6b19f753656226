"""Runs the demo: everything at once in one process, and the play on top of it."""

from __future__ import annotations

import asyncio

from mailagent.demo.life import STEPS, Interrupted, Life, play
from mailagent.demo.pages import add_pages
from mailagent.demo.relay import PostbusRelay
from mailagent.demo.stage import Stage
from mailagent.demo.telling import Teller
from mailagent.service import make_doors, serve
from mailagent.web.app import make_app


async def run(stage: Stage, stop: asyncio.Event, teller: Teller, *, stay: bool) -> bool:
    """Play one life; then, where it held, `stay` up until `stop`. Says whether every step held."""
    settings = stage.house.settings
    app = make_app(make_doors(stage.house))
    add_pages(app, stage)
    relay = PostbusRelay(stage.postbus, (settings.relay.host, settings.relay.port))
    await relay.start()
    started = asyncio.Event()
    try:
        async with asyncio.TaskGroup() as running:
            running.create_task(serve(stage.house, stop, app, started=started.set))
            await started.wait()
            held = await asyncio.to_thread(_played, stage, teller, stop)
            if held and stay:
                _invite(stage, teller)
                await stop.wait()
            stop.set()
    finally:
        await relay.stop()
    return held


def _played(stage: Stage, teller: Teller, stop: asyncio.Event) -> bool:
    teller.title(
        "Eén klacht, van begin tot eind",
        f"Jan is melder. Anna en Bram behandelen klachten van {stage.world.organisation.name}.\n"
        "Alle mail gaat over echte SMTP, elke klik over echte HTTP.",
    )
    life = Life(stage.world, stage.postbus, stage.smtp, teller, stop.is_set)
    try:
        held = play(life)
    except Interrupted:
        return True
    teller.line("")
    if held:
        teller.line(f"Alle {len(STEPS)} stappen kloppen. Dit was {life.kenmerk}.", "bold green")
    else:
        teller.line("Een stap klopt niet. De demo stopt.", "bold red")
    return held


def _invite(stage: Stage, teller: Teller) -> None:
    host, port = stage.smtp
    teller.line("")
    teller.line("Nu bent u aan de beurt. Speel melder, behandelaar en beheerder in de postbus.")
    teller.line(f"Of stuur zelf een mail aan {stage.world.organisation.address} naar poort {port} op {host}.")
    if scans := stage.house.settings.letters.folder:
        teller.line(f"Een scan (PDF, TIFF of JPEG) die u in {scans} legt, komt binnen als brief.")
    teller.line("Stoppen: Ctrl-C.")
    teller.line(f"klaar: {stage.world.organisation.web}/postbus", "bold")
