"""Terms of our own beside that of the law: each stops by what is done, and goes otherwise by a human."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from desk import Desk, open_desk
from relays import FULL, TAKEN, moody
from rule_files import write

from mailagent.core.clocks import COLOURS, Clock, Preset, colour, worst
from mailagent.store import klachten, terms

JAN, ANNA = "jan@home.example", "anna@stad.example"

CATEGORIES = """\
categories:
  - {id: afval, name: Afval, team: klachten, service: [ontvangst, in_behandeling, reactie, oplossing]}
  - {id: bejegening, name: Bejegening, team: klachten, clock: awb_commissie, service: [reactie, toestand]}
  - {id: overig, name: Overig, team: klachten}
"""
RULES = """\
rules:
  - {id: gft, dan: {categorie: afval}, punten: [{woord: [gft], punten: 2}]}
  - {id: balie, dan: {categorie: bejegening}, punten: [{woord: [balie], punten: 2}]}
"""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Desk]:
    """A desk whose categories have service clocks."""
    write(tmp_path, categories=CATEGORIES, rules=RULES)
    desk = open_desk(tmp_path, more=f'[paths]\nlocal = "{tmp_path}"')
    yield desk
    desk.house.close()


def clocks_of(desk: Desk, kenmerk: str) -> dict[str, Clock]:
    """The clocks that run, by name; but for that of Awb 9:8, which has tests of its own."""
    klacht = desk.klacht(kenmerk)
    with desk.world.store.read() as tx:
        return {clock.name: clock for _, clock in terms.running(tx, klacht.id) if clock.name != "awb_9_8"}


def running(desk: Desk, kenmerk: str) -> dict[str, str]:
    """The clocks that run: name → end."""
    return {name: clock.said_end for name, clock in clocks_of(desk, kenmerk).items()}


def waste(desk: Desk) -> str:
    desk.citizen(JAN).writes("Container", "De gft is niet geleegd.")
    return desk.agent(ANNA).gets("nieuw_voor_team").kenmerk


def rudeness(desk: Desk) -> str:
    desk.citizen(JAN).writes("Balie", "Aan de balie was men onbeleefd.")
    return desk.agent(ANNA).gets("nieuw_voor_team").kenmerk


def orders(desk: Desk, kenmerk: str, order: str) -> None:
    """Anna answers her task about it."""
    task = next(m for m in desk.mailboxes[ANNA] if m.kenmerk == kenmerk and m.kind == "nieuw_voor_team")
    desk.agent(ANNA).replies(task, order)


def test_kl_06_response_and_resolution_run_beside_the_law_and_stop_each_by_itself(served: Desk) -> None:
    kenmerk = waste(served)
    assert running(served, kenmerk) == {
        "statutory": "2026-04-13",
        "in_behandeling": "2026-03-03",
        "reactie": "2026-03-04T09:00:00+00:00",  # Monday 10:00 here: 7 + 8 + 1 hours
        "oplossing": "2026-03-16T09:00:00+00:00",
    }
    orders(served, kenmerk, "#in_behandeling")
    assert set(running(served, kenmerk)) == {"statutory", "reactie", "oplossing"}
    orders(served, kenmerk, "#vraag\nWelke straat is het?")
    assert set(running(served, kenmerk)) == {"statutory", "oplossing"}
    orders(served, kenmerk, "#opgelost gegrond\nDe bak is geleegd.")
    assert running(served, kenmerk) == {}


def test_kl_06_a_receipt_that_nobody_took_keeps_its_clock_running(served: Desk) -> None:
    relay = moody(served)
    relay.mood = lambda recipient, _raw: FULL if recipient == JAN else TAKEN
    kenmerk = waste(served)
    assert "ontvangst" in running(served, kenmerk)

    relay.mood = lambda _recipient, _raw: TAKEN
    served.passes(hours=1)

    assert "ontvangst" not in running(served, kenmerk)


def test_kl_06_green_amber_and_red_with_a_notice_before_and_after_the_breach(served: Desk) -> None:
    kenmerk = waste(served)
    seen = []
    for _ in range(12):
        served.passes(hours=4)
        seen.append(colour(clocks_of(served, kenmerk)["reactie"], served.now()))
    assert list(dict.fromkeys(seen)) == list(COLOURS)

    crossed = [
        e for e in served.history(kenmerk) if e.kind == "level_crossed" and e.data["clock"] == "reactie"
    ]
    assert [e.data["level"] for e in crossed] == ["halverwege", "bijna", "te_laat"]
    assert "herinnering" in [m.kind for m in served.mailboxes[ANNA]]


def test_kl_06_a_category_without_service_clocks_has_the_law_alone(served: Desk) -> None:
    served.citizen(JAN).writes("Vraag", "Hierbij een klacht over het zwembad.")
    kenmerk = served.agent(ANNA).gets("nieuw_voor_team").kenmerk
    assert running(served, kenmerk) == {"statutory": "2026-04-13"}


def test_kl_06_another_category_brings_its_own_clocks_and_the_log_keeps_the_old_ends(served: Desk) -> None:
    kenmerk = waste(served)
    served.passes(hours=20)

    orders(served, kenmerk, "#categorie bejegening")

    assert str(served.klacht(kenmerk).deadline) == "2026-05-11"
    assert running(served, kenmerk) == {
        "reactie": "2026-03-04T09:00:00+00:00",
        "statutory": "2026-05-11",
        "toestand": "2026-03-04",
    }
    told = [e.data for e in served.history(kenmerk) if e.kind == "term_changed"]
    assert [(d["clock"], d["was"], d["ends"]) for d in told] == [
        ("in_behandeling", "2026-03-03", ""),
        ("oplossing", "2026-03-16T09:00:00+00:00", ""),
        ("awb_commissie", "2026-04-13", "2026-05-11"),
        ("toestand", "", "2026-03-04"),
    ]
    klacht = served.klacht(kenmerk)
    with served.world.store.read() as tx:
        law = [(v, c.preset.id, s) for v, c, s in terms.versions(tx, klacht.id) if c.name == "statutory"]
    assert law == [(1, "awb", served.now()), (2, "awb_commissie", None)]


def test_kl_06_nw_02_a_clock_that_runs_keeps_the_term_it_began_with(served: Desk) -> None:
    kenmerk = waste(served)
    before = running(served, kenmerk)
    presets: dict[str, Preset] = served.world.presets  # an admin changed clocks.yaml since
    presets["awb"] = replace(presets["awb"], weeks=2, extension=1)
    presets["reactie"] = replace(presets["reactie"], hours=1, levels=())

    orders(served, kenmerk, "#prioriteit hoog")
    served.passes(hours=24)

    assert running(served, kenmerk) == before
    crossed = [e.data["level"] for e in served.history(kenmerk) if e.kind == "level_crossed"]
    assert "halverwege" in crossed
    served.agent(ANNA).reads_all()
    newer = running(served, waste(served))
    assert newer["statutory"] == "2026-03-17"
    assert newer["reactie"] == "2026-03-03T10:00:00+00:00"


def test_nw_02_whose_klacht_a_committee_advises_on_hears_so_with_the_receipt(served: Desk) -> None:
    jan, advice = served.citizen(JAN), "Een commissie adviseert ons over uw klacht."
    rudeness(served)
    told = jan.gets("ontvangstbevestiging")
    for words in (told.text, told.html):
        assert advice in words
        assert "maandag 11 mei 2026" in words
    waste(served)
    assert advice not in jan.gets("ontvangstbevestiging").text


def test_kl_06_what_was_done_already_is_not_asked_for_again(served: Desk) -> None:
    served.citizen(JAN).writes("Vraag", "Hierbij een klacht over het zwembad.")
    kenmerk = served.agent(ANNA).gets("nieuw_voor_team").kenmerk
    orders(served, kenmerk, "#in_behandeling")

    orders(served, kenmerk, "#categorie afval")

    assert set(running(served, kenmerk)) == {"statutory", "reactie", "oplossing"}


def test_kl_06_nw_02_a_klacht_that_was_handled_gets_no_new_clocks(served: Desk) -> None:
    kenmerk = waste(served)
    orders(served, kenmerk, "#opgelost gegrond\nDe bak is geleegd.")

    orders(served, kenmerk, "#categorie bejegening")

    assert running(served, kenmerk) == {}


def test_re_02_the_term_of_a_state_ends_with_the_state_and_makes_the_klacht_urgent(served: Desk) -> None:
    kenmerk = rudeness(served)
    assert running(served, kenmerk)["toestand"] == "2026-03-04"
    assert served.klacht(kenmerk).priority == "normaal"

    served.passes(days=2, hours=10)
    assert served.klacht(kenmerk).priority == "spoed"

    orders(served, kenmerk, "#in_behandeling")
    assert served.klacht(kenmerk).priority == "normaal"
    assert running(served, kenmerk)["toestand"] == "2026-03-25"
    told = [(e.data["was"], e.data["priority"]) for e in served.history(kenmerk) if e.kind == "prioritised"]
    assert told == [("normaal", "spoed"), ("spoed", "normaal")]

    orders(served, kenmerk, "#opgelost gegrond\nOnze excuses.")
    assert running(served, kenmerk) == {}


def test_re_02_a_priority_that_a_human_chose_stands(served: Desk) -> None:
    kenmerk = rudeness(served)
    orders(served, kenmerk, "#prioriteit laag")

    served.passes(days=9)

    assert served.klacht(kenmerk).priority == "laag"


def test_re_02_a_harder_klacht_must_be_taken_up_sooner(served: Desk) -> None:
    kenmerk = rudeness(served)
    served.passes(hours=20)

    orders(served, kenmerk, "#complexiteit hoog")

    assert running(served, kenmerk)["toestand"] == "2026-03-03"
    served.passes(hours=17)
    assert served.klacht(kenmerk).priority == "spoed"


def test_re_02_date_state_and_complexity_are_never_empty(served: Desk) -> None:
    klacht = served.klacht(rudeness(served))
    for field in ("received_at", "status", "complexity"):
        with served.world.store.begin() as tx, pytest.raises(sa.exc.DBAPIError, match="(?i)null"):
            klachten.save(tx, replace(klacht, **{field: None}))  # type: ignore[arg-type]


def test_kl_06_a_klacht_shows_the_colour_of_its_worst_clock(served: Desk) -> None:
    kenmerk = waste(served)
    served.passes(days=5)
    clocks = clocks_of(served, kenmerk)
    assert worst(list(clocks.values()), served.now()) == "te_laat"
    assert colour(clocks["statutory"], served.now()) == "op_schema"
