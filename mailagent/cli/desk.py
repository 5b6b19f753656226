"""`list`, `show`, `why`, `stuck` and `retry`: what the desk knows, and putting aside mail back to work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.table import Column, Table

from mailagent.cli.console import HERE, AsJson, ConfigFile, fail, opened, out, say_json
from mailagent.core import clocks
from mailagent.core.klacht import STATUSES, Klacht
from mailagent.flow.world import POST, PROCESS, World
from mailagent.store import arrivals, klachten, notices, rounds, terms
from mailagent.store.store import Tx


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
            {**asdict(k), "colour": _colour(tx, k, house.world), "who": k.assigned_to or k.team}
            for k in klachten.listed(tx, status=status, limit=limit)
        ]
    if json:
        say_json(rows)
        return
    table = Table(
        Column("kenmerk", no_wrap=True), "status", "categorie", "uiterlijk", "kleur", "wie", "onderwerp"
    )
    for row in rows:
        names = ("kenmerk", "status", "category", "deadline", "colour", "who", "subject")
        table.add_row(*(str(row[name] or "") for name in names))
    out.print(table)


def _colour(tx: Tx, klacht: Klacht, world: World) -> str:
    running = [clock for _, clock in terms.running(tx, klacht.id)]
    colours = [clocks.colour(clock, world.now()) for clock in running]
    return max(colours, key=("op_schema", "bijna", "te_laat").index, default="")


def show(kenmerk: str, config: ConfigFile = HERE, json: AsJson = False) -> None:  # noqa: FBT002
    """One klacht with its history, its mails with their proof, and its smiley rounds."""
    with opened(config) as house, house.world.store.read() as tx:
        klacht = klachten.by_kenmerk(tx, kenmerk)
        if klacht is None:
            fail(f"there is no klacht {kenmerk}")
        dossier = _dossier(tx, klacht, house.world)
    if json:
        say_json(dossier)
    else:
        _print_dossier(klacht, dossier)


def _dossier(tx: Tx, klacht: Klacht, world: World) -> dict[str, Any]:
    """Everything about a klacht; links and reply addresses stay with their addressees."""
    mails = [
        {
            "mail": n.kind,
            "to": n.recipient,
            "state": n.state,
            "proof": [asdict(line) for line in notices.proofs(tx, n)],
        }
        for n in notices.of_klacht(tx, klacht.id)
    ]
    answers = [
        {"round": r.number, "state": r.state, "until": r.expires_at, "satisfied": r.satisfied, "text": r.text}
        for r in rounds.of_klacht(tx, klacht.id)
    ]
    return {
        **asdict(klacht),
        "colour": _colour(tx, klacht, world),
        "history": [asdict(event) for event in klachten.history(tx, klacht.id)],
        "mails": mails,
        "rounds": answers,
        "arrivals": [_arrival(row) for row in arrivals.told_of(tx, kenmerk=klacht.kenmerk)],
    }


def _print_dossier(klacht: Klacht, dossier: Mapping[str, Any]) -> None:
    out.print(f"[bold]{klacht.kenmerk}[/bold] {klacht.status}", highlight=False)
    for name in (
        "subject",
        "melder",
        "category",
        "team",
        "assigned_to",
        "received_at",
        "deadline",
        "colour",
        "oordeel",
    ):
        out.print(f"  {name:12} {dossier[name] or '-'}", markup=False, highlight=False)
    out.print(f"\n{klacht.description}\n", markup=False, highlight=False)
    history = Table("moment", "wat", "door", "wie", "status daarna", "inhoud")
    for event in dossier["history"]:
        said = ", ".join(f"{k}: {v}" for k, v in event["data"].items() if v)[:120]
        history.add_row(
            f"{event['at']:%Y-%m-%d %H:%M}",
            event["kind"],
            event["actor"],
            event["who"],
            event["status"],
            said,
        )
    out.print(history)
    mails = Table("mail", "aan", "stand", "bewijs")
    for mail in dossier["mails"]:
        proof = "; ".join(f"{p['what']} {p['code'] or ''} {p['detail']}".strip() for p in mail["proof"])
        mails.add_row(mail["mail"], mail["to"], mail["state"], proof)
    out.print(mails)


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
        "evidence": trace.get("evidence", []),
        "route": trace.get("route"),
    }


def _print_why(one: Mapping[str, Any]) -> None:
    kenmerk = one["kenmerk"] or "geen klacht"
    verdict = one["verdict"] or one["state"]
    out.print(f"[bold]arrival {one['arrival']}[/bold] → {verdict} ({kenmerk}): ", end="", highlight=False)
    out.print(str(one["reason"]), markup=False, highlight=False)
    for evidence in one["evidence"]:
        line = f"    {evidence['kind']}: {evidence['value']} ({evidence['source']})"
        out.print(line, markup=False, highlight=False)


def stuck(config: ConfigFile = HERE, json: AsJson = False) -> None:  # noqa: FBT002
    """Arrivals that stepped aside, and mails that could not be sent, each with its reason."""
    with opened(config) as house, house.world.store.read() as tx:
        aside = [_arrival(row) for row in arrivals.stuck(tx)]
        failed = [
            {"notice": n.id, "mail": n.kind, "to": n.recipient, "why": notices.proofs(tx, n)[-1].detail}
            for n in notices.in_state(tx, notices.FAILED)
        ]
    if json:
        say_json({"arrivals": aside, "notices": failed})
        return
    for one in aside:
        _print_why(one)
    for mail in failed:
        line = f"notice {mail['notice']} {mail['mail']} → {mail['to']}: {mail['why']}"
        out.print(line, markup=False, highlight=False)
    if not aside and not failed:
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
            mails = [] if ids else notices.put_back(tx, None)
            store.enqueue(tx, POST, mails)
    if json:
        say_json({"arrivals": again, "notices": mails})
    else:
        out.print(f"{len(again)} arrivals and {len(mails)} mails go back to work.", highlight=False)
