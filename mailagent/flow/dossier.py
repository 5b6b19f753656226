"""Everything about one klacht, as values and as lines to read: for the command line, and for `#status`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from mailagent.core import clocks
from mailagent.core.calendar import AMSTERDAM
from mailagent.core.clocks import Clock
from mailagent.core.echo import veiled
from mailagent.core.events import MELDER
from mailagent.core.feedback import Brought, Earlier
from mailagent.core.klacht import Klacht
from mailagent.core.postroom import LETTER
from mailagent.core.surveys import Survey
from mailagent.flow import asked
from mailagent.flow.world import World
from mailagent.store import dead_addresses, klachten, letters, melders, notices, terms
from mailagent.store.store import Tx


def colour(tx: Tx, klacht: Klacht, world: World) -> str:
    """How its running clocks stand: the worst of them."""
    return clocks.worst([clock for _, clock in terms.running(tx, klacht.id)], world.now())


def of(tx: Tx, klacht: Klacht, world: World) -> dict[str, Any]:
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
    return {
        **veil(asdict(klacht)),
        "postal": str(klacht.postal or ""),
        "letter": _letter(tx, klacht),
        "colour": colour(tx, klacht, world),
        "clocks": [_clock(*kept, world.now()) for kept in terms.versions(tx, klacht.id)],
        "melder_dead": _dead(tx, klacht),
        **_of_this_melder(tx, klacht),
        "history": [veil(asdict(event)) for event in klachten.history(tx, klacht.id)],
        "mails": mails,
        "rounds": asked.smileys(tx, klacht),
        "surveys": veil(asked.about_klacht(tx, klacht)),
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


def veil(value: Any) -> Any:
    """The same without what is secret, whatever was quoted in it."""
    match value:
        case str():
            return veiled(value)
        case dict():
            return {name: veil(one) for name, one in value.items()}
        case list() | tuple():
            return [veil(one) for one in value]
    return value


def _dead(tx: Tx, klacht: Klacht) -> dict[str, Any] | None:
    """Since when the melder's address takes no mail, and why; None where it does."""
    dead = dead_addresses.among(tx, [klacht.melder])
    return {"since": one.since, "status": one.status} if (one := dead.get(klacht.melder)) else None


MOST_EARLIER = 50


def _of_this_melder(tx: Tx, klacht: Klacht) -> dict[str, Any]:
    """How many klachten of this melder there are and how they ended, and the newest others; nothing of it
    where this one is confidential."""
    if klacht.confidential or not klacht.melder:
        return {"melder_brought": None, "melder_earlier": []}
    found = melders.brought(tx, [klacht.melder], MOST_EARLIER + 1)().get(klacht.melder.lower(), Brought())
    counts = {name: value for name, value in asdict(found).items() if name != "newest"}
    earlier = found.besides(klacht.kenmerk, MOST_EARLIER)
    return {"melder_brought": counts, "melder_earlier": [asdict(one) for one in earlier]}


_OF_THE_MELDER = ("subject", "melder", "postal")

_FACTS = (
    "subject",
    "melder",
    "postal",
    "prefers",
    "channel",
    "category",
    "team",
    "assigned_to",
    "received_at",
    "deadline",
    "colour",
    "priority",
    "complexity",
    "oordeel",
    "language",
)


def lines(
    dossier: Mapping[str, Any], surveys: Mapping[str, Survey], *, discreet: bool = False
) -> Iterator[str]:
    """A dossier as it is read from top to bottom, on any screen and in a mail; `discreet`: without what the
    melder wrote, and who that is. `surveys` are those there are, by id."""
    yield f"{dossier['kenmerk']} {dossier['status']}"
    facts = {**dossier, "received_at": _moment(dossier["received_at"])}
    if dead := dossier["melder_dead"]:
        facts["melder"] += f" (neemt geen mail aan sinds {_moment(dead['since'])}: {dead['status']})"
    hidden = _OF_THE_MELDER if discreet else ()
    yield from (f"  {name:12} {facts[name] or '-'}" for name in _FACTS if name not in hidden)
    yield from ("", "Termijnen", *(f"  {_term(one)}" for one in dossier["clocks"]))
    yield from () if discreet else ("", *dossier["description"].splitlines())
    if letter := dossier["letter"]:
        yield from _of_letter(letter, discreet=discreet)
    yield from ("", "Wat er gebeurde")
    for event in dossier["history"]:
        yield from _event(event, discreet=discreet)
    if brought := dossier["melder_brought"]:
        yield from ("", f"Van deze melder: {Brought(**brought)}")
        yield from (f"  {Earlier(**one)}" for one in dossier["melder_earlier"])
    yield from ("", "Mails")
    for mail in dossier["mails"]:
        yield from _mail(mail, dossier["melder"] if discreet else "")
    yield from asked.lines(dossier, surveys, discreet=discreet)


def _letter(tx: Tx, klacht: Klacht) -> dict[str, Any] | None:
    """What was read of the letter with which it came, without its pages; None where it came otherwise."""
    arrival = letters.of_klacht(tx, klacht.id) if klacht.channel == LETTER else 0
    told = letters.told(tx, arrival) if arrival else None
    return asdict(told) if told else None


def _of_letter(letter: Mapping[str, Any], *, discreet: bool) -> Iterator[str]:
    """How sure we are of it, and what it says of its writer: to call, never to mail (Awb 2:8)."""
    pages, unsafe = len(letter["pages"]), ", ".join(map(str, letter["unsafe"]))
    yield from ("", "De brief")
    yield f"  gelezen met zekerheid {letter['confidence']} van 100 ({letter['status']}), {pages} bladzijden"
    if unsafe:
        yield f"  alleen te zien met #origineel: bladzijde {unsafe}"
    for name in () if discreet else ("phone", "email", "their_kenmerk"):
        if name in letter["fields"]:
            yield f"  {name:12} {letter['fields'][name][0]}"


def _event(event: Mapping[str, Any], *, discreet: bool) -> Iterator[str]:
    """One event, and what it says."""
    known = event["actor"] != MELDER or not discreet
    who = f"{event['actor']} {event['who'] if known else ''}".strip()
    yield f"  {_moment(event['at'])} {event['kind']} ({who}), daarna {event['status']}"
    if not discreet:
        yield from (f"      {name}: {_short(said)}" for name, said in _news(event))


def _mail(mail: Mapping[str, Any], melder: str) -> Iterator[str]:
    """One mail and its proof; who the melder is, where that is asked for, is left out."""
    to = "de melder" if melder and mail["to"] == melder else mail["to"]
    yield f"  {mail['mail']} aan {to}: {mail['state']}"
    for p in mail["proof"]:
        said = (_moment(p["at"]), p["what"], p["code"], p["detail"])
        yield f"      {' '.join(str(word) for word in said if word)}"


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


def _moment(at: datetime) -> str:
    """In our own time."""
    return f"{at.astimezone(AMSTERDAM):%Y-%m-%d %H:%M}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 160 else f"{line[:159]}…"
