"""Rules: a thousand on one mail beside a loop over `re` that does the same tests, and ten thousand klachten
read anew.

The rules are of the mix we expect: seven in ten look for words or phrases, three for an expression; one in
ten is a gate. The mails are of 5 KB, and each differs from the others."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import sqlalchemy as sa

from mailagent.core.clues import Clue, Kind
from mailagent.core.klacht import Klacht
from mailagent.core.message import Message
from mailagent.core.rule import Effect, Group, Rule, Score
from mailagent.core.rules import RuleSet, decide
from mailagent.flow import replay
from mailagent.house import load, open_house
from mailagent.inbound.parse import parse
from mailagent.store import klachten
from mailagent.store.tables import arrival
from tests.bench.bars import Bar, spread
from tests.bench.settings import settings

FEW, MANY = 10, 1_000
MAILS, OCTETS = 40, 5_000
ROUNDS = 5
FASTER, DEARER, A_MAIL, A_REPLAY = 20.0, 15.0, 5.0, 60.0
"""What is asked: so many times faster than the loop, so many times dearer with a hundred times the rules, so
many milliseconds for a mail, and seconds for a replay."""
HISTORY = 10_000
RECEIVED = datetime(2026, 1, 5, 10, tzinfo=UTC)

STARTS = "b d f g k l m p r s t v z br kr st"
MIDDLES, ENDS = "aa oe ij ui ee", "k l m p r t"


@dataclass(frozen=True)
class Case:
    """Rules, and the same tests as expressions of `re`."""

    rules: RuleSet
    loop: Sequence[re.Pattern[str]]


def _vocabulary(random: Random) -> list[str]:
    """Words that no stemmer touches much, and of which none is a part of another."""
    words = {
        "".join(random.choice(part.split()) for part in (STARTS, MIDDLES, ENDS, STARTS, MIDDLES, ENDS))
        for _ in range(6_000)
    }
    return sorted(words)


def _case(random: Random, words: Sequence[str], count: int) -> Case:
    rules, loop = [], []
    for number in range(count):
        kind, text, pattern = _test(random, words, number)
        clue = Clue(kind, (text,))
        loop.append(re.compile(pattern, re.IGNORECASE))
        if number % 10 == 9:
            rules.append(Rule(f"r{number}", Effect(labels=("x",)), (), Group(any_of=(clue,))))
        else:
            rules.append(Rule(f"r{number}", Effect(f"c{number % 20}"), (Score(clue, 1 + number % 4),)))
    return Case(RuleSet(rules), loop)


def _test(random: Random, words: Sequence[str], number: int) -> tuple[Kind, str, str]:
    one, other = random.choice(words), random.choice(words)
    match number % 10:
        case 0 | 1:
            return "regex", rf"\b{one[:4]}\w+ \w+ {other[:4]}", rf"\b{one[:4]}\w+ \w+ {other[:4]}"
        case 2:
            return "regex", rf"\b({one}|{other})(en|s)?\b", rf"\b({one}|{other})(en|s)?\b"
        case 3 | 4:
            return "frase", f"{one} {other}", rf"\b{one} {other}\b"
        case _:
            return "woord", one, rf"\b{one}\b"


def _mails(random: Random, words: Sequence[str]) -> list[Message]:
    common = words[:: len(words) // 400]
    texts = []
    for _ in range(MAILS):
        text = ""
        while len(text) < OCTETS:
            text += random.choice(words if random.random() < 0.3 else common) + random.choice(
                [" ", " ", ". "]
            )
        texts.append(Message("", text))
    return texts


def _took(step: Callable[[Message], object], mails: Sequence[Message]) -> float:
    """Milliseconds for a mail."""
    began = time.perf_counter()
    for mail in mails:
        step(mail)
    return (time.perf_counter() - began) * 1000 / len(mails)


def bars(folder: Path) -> list[Bar]:
    """Measure and print; what it came to."""
    print(f"\nRules on a mail of {OCTETS:,} octets, milliseconds; medians of {ROUNDS} rounds")
    random = Random(6)
    words = _vocabulary(random)
    few, many = _case(random, words, FEW), _case(random, words, MANY)
    mails = _mails(random, words)
    _same_answers(many, mails)
    cold = _took(lambda mail: decide(mail, many.rules), _mails(Random(7), words))
    took: dict[str, list[float]] = {name: [] for name in ("loop", "few", "many")}
    steps: dict[str, Callable[[Message], object]] = {
        "loop": lambda mail: [one.search(mail.text) for one in many.loop],
        "few": lambda mail: decide(mail, few.rules),
        "many": lambda mail: decide(mail, many.rules),
    }
    _took(steps["few"], mails)
    for round_ in range(ROUNDS):
        for name in steps if round_ % 2 else reversed(steps):
            took[name].append(_took(steps[name], mails))
    for name, what in (
        ("loop", f"a loop over re, {MANY:,}"),
        ("few", f"{FEW} rules"),
        ("many", f"{MANY:,} rules"),
    ):
        print(f"  {what:24} {spread(took[name], 3)}", flush=True)
    print(f"  {MANY:,} rules, words never seen {cold:.3f}")
    again = _replayed(folder)
    print(f"  a replay of {HISTORY:,} klachten: {again:.1f} s")
    return [
        Bar(
            f"{MANY:,} rules on a mail",
            "a loop over re",
            [slow / fast for slow, fast in zip(took["loop"], took["many"], strict=True)],
            FASTER,
        ),
        Bar(
            f"{MANY:,} rules on a mail",
            f"{FEW} rules",
            [many_ / few_ for many_, few_ in zip(took["many"], took["few"], strict=True)],
            DEARER,
            at_most=True,
        ),
        Bar(
            f"{MANY:,} rules on a mail",
            f"{A_MAIL:.0f} ms",
            [ms / A_MAIL for ms in took["many"]],
            1,
            at_most=True,
        ),
        Bar(f"replay of {HISTORY:,} klachten", f"{A_REPLAY:.0f} s", [again / A_REPLAY], 1, at_most=True),
    ]


def _same_answers(case: Case, mails: Sequence[Message]) -> None:
    """What the loop finds we find too, and of phrases and expressions nothing else."""
    found = expected = 0
    for mail in mails:
        theirs = {f"r{number}" for number, one in enumerate(case.loop) if one.search(mail.text)}
        decision = decide(mail, case.rules)
        ours = {hit.rule_id for hit in decision.hits} | {gate.rule_id for gate in decision.gates}
        exact = {id for id in ours ^ theirs if int(id[1:]) % 10 < 5}
        if missed := (theirs - ours) | exact:
            raise SystemExit(f"another answer than the loop: {sorted(missed)[:5]}")
        found, expected = found + len(ours), expected + len(theirs)
    print(f"  {expected:,} tests hold by the loop, {found:,} by ours (a word also by its stem)")


def _replayed(folder: Path) -> float:
    """Seconds for a replay of the shipped rules over a whole history."""
    said, rules = load(settings(folder, 1, 1, f"sqlite:///{folder}/db"), {})
    house = open_house(said, rules, parse, lambda: RECEIVED)
    try:
        _fill(house.world.store.engine)
        began = time.perf_counter()
        world = house.world
        result = replay.replay(world.ruleset, world.organisation, None, world, lambda _count: None)
        took = time.perf_counter() - began
        if result.read != HISTORY or not result.moves:
            raise SystemExit(f"{result.read} klachten were read, {len(result.moves)} would move")
        return took
    finally:
        house.close()


TEXT = (
    "De gft-bak in straat {n} is al {m} weken niet geleegd. Ik heb gebeld en ben niet teruggebeld. ",
    "De medewerker aan balie {n} was onbeleefd en stuurde mij weg. Dat is al de {m}e keer. ",
    "Lantaarnpaal {n} brandt niet en het is donker op het fietspad, sinds {m} dagen. ",
    "Mijn aanvraag {n} is afgewezen zonder dat iemand mij hoorde. Het besluit klopt niet, zie punt {m}. ",
)


def _fill(engine: sa.Engine) -> None:
    sorting = {"category": "overig", "score": 1, "runner_up": None, "margin": 1, "hits": []}
    with engine.begin() as tx:
        rows = []
        for number in range(HISTORY):
            text = TEXT[number % len(TEXT)].format(n=number, m=number % 7) * 15
            new = Klacht(
                id=0,
                kenmerk=f"KL26-{number:05}",
                subject=f"Klacht {number}",
                description=text,
                melder=f"melder{number}@home.example",
                received_at=RECEIVED + timedelta(minutes=number),
                category="overig",
                team="klachten",
            )
            kept = klachten.add(tx, new, b"salt")
            rows.append(
                {
                    "channel": "email",
                    "via": "smtp",
                    "peer": "",
                    "recipients": [],
                    "sha256": f"{number:064}",
                    "reached_at": RECEIVED,
                    "kept_at": RECEIVED,
                    "state": "done",
                    "verdict": "NewKlacht",
                    "trace": {"sorting": sorting},
                    "klacht_id": kept.id,
                }
            )
        tx.execute(sa.insert(arrival), rows)
