"""A klacht finds who handles it: by rule, by tag, as the next one, and never whom it is about."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from desk import Desk, Got, Person, open_desk

from mailagent.core.clocks import Clock
from mailagent.core.organisation import Absence, Agent, Team
from mailagent.store import terms

ANNA, BRAM, CARLA, DIRK = (f"{name}@stad.example" for name in ("anna", "bram", "carla", "dirk"))
AFVAL = Team("afval", "Team Afval", (Agent(BRAM, "Bram Smit"), Agent(DIRK, "Dirk Bos")))


@pytest.fixture
def two_teams(tmp_path: Path) -> Desk:
    """Anna sorts; Bram and Dirk do the waste."""
    return open_desk(tmp_path, members=[ANNA, AFVAL])


def jan_writes(desk: Desk, subject: str, text: str = "Ik werd onbeleefd behandeld aan de balie.") -> Got:
    jan = desk.citizen("jan@home.example")
    jan.writes(subject, text)
    return jan.gets("ontvangstbevestiging")


def statutory(desk: Desk, kenmerk: str) -> Clock:
    klacht = desk.klacht(kenmerk)
    with desk.world.store.read() as tx:
        [clock] = [clock for _, clock in terms.running(tx, klacht.id) if clock.name == "statutory"]
    return clock


# --- C6114: wrong routing


def test_kk_route_c6114_what_came_to_the_wrong_team_goes_back_with_the_reason_and_on(two_teams: Desk) -> None:
    anna, bram, dirk = (two_teams.agent(a) for a in (ANNA, BRAM, DIRK))
    kenmerk = jan_writes(two_teams, "Container", "De gft-bak is weer niet geleegd.").kenmerk
    anna.replies(anna.gets("nieuw_voor_team"), "#team afval")
    assert "gaat naar Team Afval" in anna.gets("opdracht_uitgevoerd").text

    task = bram.gets("nieuw_voor_team")
    assert "Anna stuurde de klacht door van Klachten." in task.text
    assert "De gft-bak is weer niet geleegd." in task.text
    dirk.gets("nieuw_voor_team")
    bram.replies(task, "#verkeerd\nDit gaat over de balie, niet over de bak.")
    bram.gets("opdracht_uitgevoerd")

    again = anna.gets("nieuw_voor_team")
    assert "Bram Smit stuurde de klacht door van Team Afval: Dit gaat over de balie" in again.text
    anna.replies(again, "#toewijzen dirk")
    dirk.replies(dirk.gets("toegewezen"), "#in_behandeling")

    klacht = two_teams.klacht(kenmerk)
    assert (klacht.status, klacht.assigned_to) == ("in_behandeling", DIRK)
    assert [e.data["team"] for e in two_teams.history(kenmerk) if e.kind == "routed"] == ["afval", "klachten"]


def test_kk_route_c6114_after_the_routing_somebody_else_takes_what_was_in_behandeling(
    two_teams: Desk,
) -> None:
    anna, bram = two_teams.agent(ANNA), two_teams.agent(BRAM)
    kenmerk = jan_writes(two_teams, "Container").kenmerk
    task = anna.gets("nieuw_voor_team")
    anna.replies(task, "#in_behandeling")
    anna.replies(task, "#team afval")
    assert two_teams.klacht(kenmerk).assigned_to is None

    moved = bram.gets("nieuw_voor_team")
    assert "#in_behandeling" in moved.text
    bram.replies(moved, "#in_behandeling")

    assert two_teams.klacht(kenmerk).assigned_to == BRAM


def test_kk_route_the_choice_of_the_sorting_team_is_the_way_to_the_other(tmp_path: Path) -> None:
    rules = tmp_path / "own" / "rules"
    rules.mkdir(parents=True)
    (rules / "categories.yaml").write_text(
        "categories:\n  - {id: overig, name: Overig, team: klachten}\n"
        "  - {id: lang, name: Met commissie, team: klachten, clock: awb_commissie}\n",
        "utf-8",
    )
    (rules / "rules.yaml").write_text("rules: []\n", "utf-8")
    desk = open_desk(tmp_path, more=f'[paths]\nlocal = "{tmp_path}/own"')
    anna = desk.agent(ANNA)
    kenmerk = jan_writes(desk, "Balie").kenmerk
    task = anna.gets("nieuw_voor_team")
    assert statutory(desk, kenmerk).last_day == date(2026, 4, 13)

    anna.replies(task, "#categorie lang")

    assert "maandag 11 mei 2026" in anna.gets("opdracht_uitgevoerd").text
    assert desk.klacht(kenmerk).deadline == statutory(desk, kenmerk).last_day == date(2026, 5, 11)
    assert statutory(desk, kenmerk).started_at == desk.klacht(kenmerk).received_at
    desk.passes(days=22)
    anna.reads_all()
    anna.replies(task, "#categorie overig")
    assert desk.klacht(kenmerk).deadline == date(2026, 4, 13)
    desk.passes(minutes=1)
    assert "halverwege" in anna.gets("herinnering").text, "crossed by the shorter clock, and never before"


def test_a_task_that_no_rule_sorted_offers_what_sorts_it(two_teams: Desk) -> None:
    anna, bram = two_teams.agent(ANNA), two_teams.agent(BRAM)
    two_teams.citizen("jan@home.example").writes("Vraag", "Hierbij een klacht over het zwembad.")
    task = anna.gets("nieuw_voor_team")
    assert "#categorie naam" in task.text
    assert "#team naam" in task.text
    assert "#verkeerd" not in task.text

    anna.replies(task, "#categorie overig\n#team afval")

    there = bram.gets("nieuw_voor_team")
    assert "#verkeerd reden" in there.text
    assert "#categorie" not in there.text


# --- the next one


def test_the_next_one_is_the_one_whose_last_day_comes_first(two_teams: Desk) -> None:
    anna = two_teams.agent(ANNA)
    first = jan_writes(two_teams, "Eerste").kenmerk
    two_teams.passes(days=3)
    second = jan_writes(two_teams, "Tweede").kenmerk
    anna.gets("nieuw_voor_team")
    task = anna.gets("nieuw_voor_team")

    anna.replies(task, "#opgelost gegrond\nWij bieden u onze excuses aan.\n#volgende")

    done = anna.gets("opdracht_uitgevoerd")
    assert f"{first} staat op uw naam" in done.text
    given = anna.gets("toegewezen")
    assert given.kenmerk == first
    anna.replies(given, "#opgelost ongegrond\nWij hebben het nagekeken.")
    assert two_teams.klacht(first).status == two_teams.klacht(second).status == "opgelost"

    anna.replies(given, "#volgende")
    assert "Er wacht geen klacht op Klachten" in anna.gets("opdracht_niet_begrepen").text


def test_the_next_one_is_the_urgent_one_however_late_it_came(two_teams: Desk) -> None:
    anna = two_teams.agent(ANNA)
    jan_writes(two_teams, "Eerste")
    anna.gets("nieuw_voor_team")
    two_teams.passes(days=3)
    second = jan_writes(two_teams, "Tweede").kenmerk
    task = anna.gets("nieuw_voor_team")

    anna.replies(task, "#prioriteit spoed")
    anna.reads_all()

    anna.replies(task, "#volgende")

    assert f"{second} staat op uw naam" in anna.gets("opdracht_uitgevoerd").text


def test_who_has_enough_gets_no_next_one(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, members=[Agent(ANNA, "Anna", capacity=1)])
    anna = desk.agent(ANNA)
    jan_writes(desk, "Eerste")
    jan_writes(desk, "Tweede")
    task = anna.gets("nieuw_voor_team")

    anna.replies(task, "#volgende\n#volgende")
    assert "uw maximum is 1" in anna.gets("opdracht_niet_begrepen").text
    assert {klacht.assigned_to for klacht in desk.klachten()} == {None}
    anna.replies(task, "#volgende")
    anna.gets("opdracht_uitgevoerd")


# --- who is absent


def away(until: int = 6) -> list[str | Agent]:
    bram = Agent(BRAM, "Bram Smit", absent=(Absence(date(2026, 3, 2), date(2026, 3, until), DIRK),))
    return [ANNA, bram, DIRK]


def test_nothing_is_sent_to_who_is_absent_and_the_deputy_gets_it(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, members=away())
    anna, bram, dirk = (desk.agent(a) for a in (ANNA, BRAM, DIRK))
    kenmerk = jan_writes(desk, "Balie").kenmerk
    dirk.gets("nieuw_voor_team")

    anna.replies(anna.gets("nieuw_voor_team"), "#toewijzen bram")

    told = anna.gets("opdracht_uitgevoerd").text
    assert "Bram Smit is afwezig tot en met 06-03-2026; de mails gaan zolang naar Dirk." in told
    task = dirk.gets("toegewezen")
    assert "omdat Bram Smit afwezig is" in task.text
    assert "naam van Bram Smit" in task.text
    bram.gets_nothing()
    missed = [e.data for e in desk.history(kenmerk) if e.kind == "mail_suppressed"]
    assert {(m["mail"], m["reason"], m["recipient"]) for m in missed} == {
        ("nieuw_voor_team", "absent", BRAM),
        ("toegewezen", "absent", BRAM),
    }
    dirk.replies(task, "#in_behandeling")
    assert desk.klacht(kenmerk).assigned_to == BRAM

    desk.passes(days=5)
    jan = desk.citizen("jan@home.example")
    jan.replies(jan.gets("in_behandeling"), "Ik hoor graag van u.")
    bram.gets("aanvulling")
    dirk.reads_all()


def test_where_a_whole_team_is_absent_the_coordinator_hears_of_it(tmp_path: Path) -> None:
    of_anna, of_bram = (Absence(date(2026, 3, 2), date(2026, 3, 6), who) for who in (BRAM, ANNA))
    people = [Agent(ANNA, "Anna", absent=(of_anna,)), Agent(BRAM, "Bram", absent=(of_bram,))]
    desk = open_desk(tmp_path, members=people)

    jan_writes(desk, "Balie")

    desk.agent(CARLA).gets("nieuw_voor_team")
    desk.agent(ANNA).gets_nothing()
    desk.agent(BRAM).gets_nothing()


# --- whom it is about (Awb 9:7), and what is confidential


def test_whom_the_klacht_is_about_neither_handles_it_nor_hears_of_it(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, members=[ANNA, BRAM])
    anna, bram = desk.agent(ANNA), desk.agent(BRAM)
    kenmerk = jan_writes(desk, "Bram lachte mij uit").kenmerk
    task, brams = anna.gets("nieuw_voor_team"), bram.gets("nieuw_voor_team")

    anna.replies(task, "#beklaagde bram\n#in_behandeling")
    anna.gets("opdracht_uitgevoerd")
    bram.replies(brams, "#opgelost ongegrond\nHet viel mee.")

    assert "9:7" in bram.gets("opdracht_niet_begrepen").text
    assert desk.klacht(kenmerk).status == "in_behandeling"
    anna.replies(task, "#toewijzen bram")
    assert "9:7" in anna.gets("opdracht_niet_begrepen").text
    bram.replies(brams, "Zo is het niet gegaan.")
    assert "bewaard als notitie" in bram.gets("opdracht_uitgevoerd").text
    jan = desk.citizen("jan@home.example")
    jan.replies(jan.gets("in_behandeling"), "Het was dinsdag.")
    anna.gets("aanvulling")
    bram.gets_nothing()


def everything_in(mails: list[Got]) -> str:
    return "\n".join(mail.subject + mail.text + mail.html for mail in mails)


def test_mails_to_agents_about_a_confidential_klacht_carry_no_content(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, members=[ANNA, BRAM])
    anna, bram, jan = desk.agent(ANNA), desk.agent(BRAM), desk.citizen("jan@home.example")
    kenmerk = jan_writes(desk, "Geheim onderwerp", "Geheime woorden.").kenmerk
    task = anna.gets("nieuw_voor_team")
    bram.reads_all()

    anna.replies(task, "#vertrouwelijk\n#toewijzen bram")
    given = bram.gets("toegewezen")
    bram.replies(given, "#in_behandeling\n#status")
    jan.replies(jan.gets("in_behandeling"), "Nog meer geheime woorden.")
    jan.replies(jan.gets("aanvulling_ontvangen"), "Geheime woorden ten slotte.")

    told = [mail for mail in desk.mailboxes[BRAM] if mail is not desk.mailboxes[BRAM][0]]
    told += [mail for mail in desk.mailboxes[ANNA] if mail.kind == "opdracht_uitgevoerd"]
    assert {mail.kind for mail in told} == {"toegewezen", "opdracht_uitgevoerd", "aanvulling"}
    assert "eheim" not in everything_in(told)
    assert "home.example" not in everything_in(told)
    assert all("vertrouwelijk" in mail.text and "vertrouwelijk" in mail.html for mail in told)

    bram.replies(given, "#vertrouwelijk nee")
    jan.replies(_last(jan), "Weer gewone woorden.")
    assert "Weer gewone woorden." in _last(bram).text
    assert desk.klacht(kenmerk).by_hand == ("confidential",)


def _last(person: Person) -> Got:
    return person.desk.mailboxes[person.address][-1]
