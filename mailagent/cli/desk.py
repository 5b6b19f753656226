"""`list`, `show`, `why`, `stuck` and `retry`: what the desk knows, and putting aside mail back to work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.table import Column, Table

from mailagent.cli import asked, traced
from mailagent.cli.console import HERE, AsJson, ConfigFile, fail, opened, out, say_json
from mailagent.core import explained
from mailagent.core.echo import veiled
from mailagent.core.evidence import KINDS
from mailagent.core.klacht import STATUSES
from mailagent.core.klantcontact import KANALEN
from mailagent.flow import deliver, dossier
from mailagent.flow.world import PROCESS
from mailagent.store import arrivals, klachten, notices


def listed(
    config: ConfigFile = HERE,
    status: Annotated[str | None, typer.Option(help=f"One of: {', '.join(STATUSES)}.")] = None,
    limit: Annotated[int, typer.Option(help="How many at most.")] = 50,
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """The newest klachten."""
    if status and status not in STATUSES:
        fail(f"unknown status {status}; there are {', '.join(STATUSES)}")
    with opened(config) as house, house.world.store.read() as tx:
        rows = [
            {**asdict(k), "colour": dossier.colour(tx, k, house.world), "who": k.assigned_to or k.team}
            for k in klachten.listed(tx, status=status, limit=limit)
        ]
    if json:
        say_json(rows)
        return
    table = Table(
        Column("kenmerk", no_wrap=True),
        "status",
        Column("kanaal", no_wrap=True),
        "categorie",
        Column("uiterlijk", no_wrap=True),
        Column("kleur", no_wrap=True),
        "wie",
        "onderwerp",
    )
    for row in rows:
        row["channel"] = KANALEN[row["channel"]].lower()
        names = ("kenmerk", "status", "channel", "category", "deadline", "colour", "who", "subject")
        table.add_row(*(str(row[name] or "") for name in names))
    out.print(table)


def show(kenmerk: str, config: ConfigFile = HERE, json: AsJson = False) -> None:  # noqa: FBT002
    """One klacht with its history, its mails with their proof, and what its melder answered."""
    with opened(config) as house, house.world.store.read() as tx:
        klacht = klachten.by_kenmerk(tx, kenmerk)
        if klacht is None:
            fail(f"there is no klacht {kenmerk}")
        told = dossier.of(tx, klacht, house.world) | {
            "melder_kto": asked.by_melder(tx, klacht, house.world),
            "arrivals": [_arrival(row) for row in arrivals.told_of(tx, kenmerk=klacht.kenmerk)],
        }
    if json:
        say_json(told)
    else:
        _lines(dossier.lines(told, house.world.surveys))
        _lines(asked.lines(told["melder_kto"]))


def _lines(lines: Iterable[str]) -> None:
    for line in lines:
        out.print(line.rstrip(), markup=False, highlight=False)


def why(
    what: Annotated[str | None, typer.Argument(help="A kenmerk or an arrival id.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every arrival.")] = False,  # noqa: FBT002
    config: ConfigFile = HERE,
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Why each mail landed where it did: the evidence and the verdict."""
    if (what is None) == (not all_):
        fail("name a kenmerk or an arrival id, or use --all")
    with opened(config) as house, house.world.store.read() as tx:
        number = int(what) if what and what.isdecimal() else None
        rows = arrivals.told_of(tx, id=number, kenmerk=None if number is not None else what)
    told = [_arrival(row) for row in rows]
    if not told and not all_:
        fail(f"there is no arrival or klacht {what}")
    if json:
        say_json(told)
        return
    for one in told:
        _print_why(one)


def _arrival(row: Any) -> dict[str, Any]:
    trace = row.trace or {}
    return {
        "arrival": row.id,
        "message_id": row.message_id,
        "sha256": row.sha256,
        "channel": row.channel,
        "received_at": row.received_at or row.reached_at,
        "state": row.state,
        "verdict": row.verdict,
        "kenmerk": row.kenmerk,
        "reason": row.reason,
        "explained": veiled(" ".join(_explained(row, trace.get("verdict")))),
        "evidence": [{**one, "words": KINDS[one["kind"]]} for one in trace.get("evidence", [])],
        "route": trace.get("route"),
        "sorting": trace.get("sorting"),
    }


def _explained(row: Any, verdict: Mapping[str, Any] | None) -> Iterator[str]:
    """What became of it and why, in sentences."""
    if row.state == arrivals.STUCK:
        yield f"{explained.STUCK} ({row.reason})."
    elif row.state != arrivals.DONE or verdict is None:
        yield explained.NOT_READ
    else:
        yield explained.explained(verdict)
    if row.ruling:
        yield explained.ruled(row.ruling)


def _print_why(one: Mapping[str, Any]) -> None:
    kenmerk = one["kenmerk"] or "geen klacht"
    verdict = one["verdict"] or one["state"]
    out.print(f"[bold]arrival {one['arrival']}[/bold] → {verdict} ({kenmerk}): ", end="", highlight=False)
    out.print(one["explained"], markup=False, highlight=False)
    for evidence in one["evidence"]:
        line = f"    {evidence['kind']} {evidence['value']} ({evidence['source']}): {evidence['words']}"
        out.print(line, markup=False, highlight=False)
    if not one["evidence"]:
        out.print("    niets wees naar een bestaande klacht", highlight=False)
    for line in traced.lines(one["sorting"]) if one["sorting"] else ():
        out.print(f"    {line}", markup=False, highlight=False)


def stuck(config: ConfigFile = HERE, json: AsJson = False) -> None:  # noqa: FBT002
    """Arrivals that stepped aside, and mails that do not leave, each with its reason."""
    with opened(config) as house, house.world.store.read() as tx:
        aside = [_arrival(row) for row in arrivals.stuck(tx)]
        left = [
            {
                "notice": n.id,
                "mail": n.kind,
                "to": n.recipient,
                "state": n.state,
                "why": notices.proofs(tx, n)[-1].detail,
            }
            for n in notices.struggling(tx)
        ]
    if json:
        say_json({"arrivals": aside, "notices": left})
        return
    for one in aside:
        _print_why(one)
    for mail in left:
        line = f"notice {mail['notice']} {mail['mail']} → {mail['to']}, {mail['state']}: {mail['why']}"
        out.print(line, markup=False, highlight=False)
    if not aside and not left:
        out.print("Er wacht niets.", highlight=False)


def retry(
    ids: Annotated[
        list[int] | None, typer.Argument(help="Arrival ids; none: all that stepped aside.")
    ] = None,
    config: ConfigFile = HERE,
    json: AsJson = False,  # noqa: FBT002
) -> None:
    """Put arrivals that stepped aside back to work; without ids also mails that could not be sent."""
    with opened(config) as house:
        store = house.world.store
        with store.begin() as tx:
            again = arrivals.put_back(tx, ids or None)
            store.enqueue(tx, PROCESS, again)
            mails = [] if ids else deliver.try_again(tx, house.world)
    if json:
        say_json({"arrivals": again, "notices": mails})
    else:
        out.print(f"{len(again)} arrivals and {len(mails)} mails go back to work.", highlight=False)
