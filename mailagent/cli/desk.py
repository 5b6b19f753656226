"""`list`, `show`, `why`, `stuck` and `retry`: what the desk knows, and putting aside mail back to work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.table import Column, Table

from mailagent.cli import asked
from mailagent.cli.console import HERE, AsJson, ConfigFile, fail, opened, out, say_json
from mailagent.core import clocks
from mailagent.core.calendar import AMSTERDAM
from mailagent.core.clocks import Clock
from mailagent.core.echo import veiled
from mailagent.core.klacht import STATUSES, Klacht
from mailagent.flow import deliver
from mailagent.flow.world import PROCESS, World
from mailagent.store import arrivals, dead_addresses, klachten, notices, photos, rounds, terms
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
        Column("kenmerk", no_wrap=True),
        "status",
        "categorie",
        Column("uiterlijk", no_wrap=True),
        "kleur",
        "wie",
        "onderwerp",
    )
    for row in rows:
        names = ("kenmerk", "status", "category", "deadline", "colour", "who", "subject")
        table.add_row(*(str(row[name] or "") for name in names))
    out.print(table)


def _colour(tx: Tx, klacht: Klacht, world: World) -> str:
    return clocks.worst([clock for _, clock in terms.running(tx, klacht.id)], world.now())


def show(kenmerk: str, config: ConfigFile = HERE, json: AsJson = False) -> None:  # noqa: FBT002
    """One klacht with its history, its mails with their proof, and what its melder answered."""
    with opened(config) as house, house.world.store.read() as tx:
        klacht = klachten.by_kenmerk(tx, kenmerk)
        if klacht is None:
            fail(f"there is no klacht {kenmerk}")
        dossier = _dossier(tx, klacht, house.world)
    if json:
        say_json(dossier)
    else:
        _print_dossier(klacht, dossier)
        _lines(asked.lines(dossier, house.world.surveys))


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
        {"round": r.number, "state": r.state, "why": r.why, "until": r.expires_at, "satisfied": r.satisfied}
        | {"text": r.text, "photos": photos.count(tx, r.id)}
        for r in rounds.of_klacht(tx, klacht.id)
    ]
    return {
        **_veiled(asdict(klacht)),
        "colour": _colour(tx, klacht, world),
        "clocks": [_clock(*kept, world.now()) for kept in terms.versions(tx, klacht.id)],
        "melder_dead": _dead(tx, klacht),
        "history": [_veiled(asdict(event)) for event in klachten.history(tx, klacht.id)],
        "mails": mails,
        "rounds": answers,
        "surveys": _veiled(asked.about_klacht(tx, klacht)),
        "melder_kto": asked.by_melder(tx, klacht, world),
        "arrivals": [_arrival(row) for row in arrivals.told_of(tx, kenmerk=klacht.kenmerk)],
    }


def _clock(version: int, clock: Clock, stopped_at: datetime | None, now: datetime) -> dict[str, Any]:
    """One version of a clock, with its colour where it runs."""
    return {
        "clock": clock.preset.id,
        "version": version,
        "started_at": clock.started_at,
        "ends": clock.said_end,
        "stopped_at": stopped_at,
        "colour": "" if stopped_at else clocks.colour(clock, now),
    }


def _veiled(value: Any) -> Any:
    """The same, whatever was quoted in it."""
    match value:
        case str():
            return veiled(value)
        case dict():
            return {name: _veiled(one) for name, one in value.items()}
        case list() | tuple():
            return [_veiled(one) for one in value]
    return value


def _dead(tx: Tx, klacht: Klacht) -> dict[str, Any] | None:
    """Since when the melder's address takes no mail, and why; None where it does."""
    dead = dead_addresses.among(tx, [klacht.melder])
    return {"since": one.since, "status": one.status} if (one := dead.get(klacht.melder)) else None


_FACTS = (
    "subject",
    "melder",
    "category",
    "team",
    "assigned_to",
    "received_at",
    "deadline",
    "colour",
    "priority",
    "complexity",
    "oordeel",
)


def _print_dossier(klacht: Klacht, dossier: Mapping[str, Any]) -> None:
    """Lines and no tables: a dossier is read from top to bottom, on any screen."""
    out.print(f"[bold]{klacht.kenmerk}[/bold] {klacht.status}", highlight=False)
    facts = {**dossier, "received_at": _moment(klacht.received_at)}
    if dead := dossier["melder_dead"]:
        facts["melder"] += f" (neemt geen mail aan sinds {_moment(dead['since'])}: {dead['status']})"
    _lines(f"  {name:12} {facts[name] or '-'}" for name in _FACTS)
    _lines(["", "Termijnen", *(f"  {_term(one)}" for one in dossier["clocks"])])
    _lines(["", dossier["description"], "", "Wat er gebeurde"])
    for event in dossier["history"]:
        who = f"{event['actor']} {event['who']}".strip()
        _lines([f"  {_moment(event['at'])} {event['kind']} ({who}), daarna {event['status']}"])
        _lines(f"      {name}: {_short(said)}" for name, said in _news(event))
    _lines(["", "Mails"])
    for mail in dossier["mails"]:
        _lines([f"  {mail['mail']} aan {mail['to']}: {mail['state']}"])
        for p in mail["proof"]:
            said = (_moment(p["at"]), p["what"], p["code"], p["detail"])
            _lines([f"      {' '.join(str(word) for word in said if word)}"])
    _lines(
        f"  smileys, ronde {r['round']}: {r['state']}{_because(r['why'])}, tot {_moment(r['until'])}"
        + (f", foto’s: {r['photos']}" if r["photos"] else "")
        for r in dossier["rounds"]
    )


def _term(one: Mapping[str, Any]) -> str:
    """A clock, until when it runs or ran, and how it stands."""
    ends = one["ends"]
    until = _moment(datetime.fromisoformat(ends)) if "T" in ends else ends
    how = f"gestopt {_moment(one['stopped_at'])}" if one["stopped_at"] else one["colour"]
    return f"{one['clock']}, versie {one['version']}: tot {until}, {how}"


def _news(event: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What an event says that the dossier does not say already."""
    for name, value in event["data"].items():
        if value and not (event["kind"] == "received" and name == "text"):
            yield name, ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _because(why: str) -> str:
    return f" ({why})" if why else ""


def _moment(at: datetime) -> str:
    """In our own time."""
    return f"{at.astimezone(AMSTERDAM):%Y-%m-%d %H:%M}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 160 else f"{line[:159]}…"


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
        "evidence": trace.get("evidence", []),
        "route": trace.get("route"),
        "sorting": trace.get("sorting"),
    }


def _print_why(one: Mapping[str, Any]) -> None:
    kenmerk = one["kenmerk"] or "geen klacht"
    verdict = one["verdict"] or one["state"]
    out.print(f"[bold]arrival {one['arrival']}[/bold] → {verdict} ({kenmerk}): ", end="", highlight=False)
    out.print(str(one["reason"]), markup=False, highlight=False)
    for evidence in one["evidence"]:
        line = f"    {evidence['kind']}: {evidence['value']} ({evidence['source']})"
        out.print(line, markup=False, highlight=False)
    if not one["evidence"]:
        out.print("    niets wees naar een bestaande klacht", highlight=False)
    for line in _sorted_by(one["sorting"] or {}):
        out.print(f"    {line}", markup=False, highlight=False)


def _sorted_by(sorting: Mapping[str, Any]) -> Iterator[str]:
    """How the rules chose the category: each hit with its points and its place in the file."""
    if sorting:
        runner_up = sorting["runner_up"] or "geen"
        yield (
            f"categorie: {sorting['category'] or 'een mens kiest'}, {sorting['score']} punten; "
            f"tweede: {runner_up}, verschil {sorting['margin']}"
        )
        for hit in sorting["hits"]:
            yield f"  {hit['source']} {hit['rule_id']}: “{hit['matched']}” {hit['points']:+d}"


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
