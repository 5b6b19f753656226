"""What people answered: `mailagent kto` in every form it has, and `mailagent show` of one klacht."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from asking import Asking
from desk import MONDAY, Desk, open_desk
from test_spreadsheet import read_back
from typer.testing import CliRunner

from mailagent.cli import app
from mailagent.core.klacht import Klacht
from mailagent.flow import survey as life
from mailagent.store import klachten, surveys

RUNNER = CliRunner()
UNTIL = ("--until", "2026-03-31")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk whose database the command opens as well."""
    desk = open_desk(tmp_path, database=f"sqlite:///{tmp_path}/mailagent.db")
    yield desk
    desk.house.close()


@pytest.fixture
def ask(desk: Desk) -> Any:
    """Run a command on this desk."""
    config = Path(desk.world.store.engine.url.database).with_name("mailagent.toml")

    def run(*words: str, code: int = 0) -> Any:
        result = RUNNER.invoke(app, [*words, "--config", str(config)])
        assert result.exit_code == code, (result.output, result.exception)
        return result

    return run


@pytest.fixture
def kto(ask: Any) -> Any:
    """Run `mailagent kto` on this desk."""
    return partial(ask, "kto")


def handled(desk: Desk, name: str, smiley: str = "", *reasons: str) -> None:
    """Somebody has a klacht, it is handled, and they click, or not."""
    citizen, anna = desk.citizen(f"{name}@home.example"), desk.agent("anna@stad.example")
    citizen.writes("Container", f"De gft-bak van {name} is weer niet geleegd.")
    anna.replies(anna.gets("nieuw_voor_team"), "#opgelost gegrond\nDe bak is vanochtend geleegd.")
    mail = citizen.gets("afgehandeld")
    if smiley:
        citizen.clicks(mail.smiley(smiley)).answers("", *reasons)
    anna.reads_all()


def surveyed(desk: Desk, *scores: int) -> str:
    """As many melders are invited to the survey we ship, and answer with these scores; the last kenmerk."""
    asked, kenmerk = Asking(desk), ""
    if life.states(desk.world)[0].state == "draft":
        life.activate("afhandeling", desk.world)
    for number, score in enumerate(scores):
        melder = f"piet{number}@home.example"
        kenmerk = asked.handled(f"Balie {desk.now():%d %H:%M}", melder)
        given = [("contact", "4"), ("duidelijk", "ja"), ("beter", "sneller"), ("tip", "geheim")]
        assert asked.answers(asked.out(kenmerk, melder), [*given, ("aanbevelen", str(score))]) == "thanks"
    return kenmerk


def test_kt_03_the_response_to_smileys_is_told_with_what_it_is_a_share_of(desk: Desk, kto: Any) -> None:
    handled(desk, "jan", "tevreden")
    handled(desk, "eva", "ontevreden", "duurde-te-lang")
    handled(desk, "kim")
    handled(desk, "bob")

    found = json.loads(kto("--json", *UNTIL).stdout)
    [smileys] = found["surveys"]
    satisfied = smileys["questions"][0]

    assert (smileys["survey"], found["until"]) == ("smileys", "2026-03-31")
    assert (smileys["response"]["answered"], smileys["response"]["delivered"]) == (2, 4)
    assert smileys["response"]["rate"] == 50.0
    assert (satisfied["question"], satisfied["satisfied"], satisfied["answers"]) == ("tevreden", 50.0, 2)
    assert [period["period"] for period in found["periods"]][::11] == ["2025-04", "2026-03"]
    assert [period["response"]["rate"] for period in smileys["over_time"]] == [None] * 11 + [50.0]
    screen = kto(*UNTIL).stdout
    assert "respons 50% (2 van 4 bezorgd)" in screen
    assert "100% Het duurde te lang (1)" in screen


def test_kt_03_nps_stands_beside_an_arrow_from_the_month_before(desk: Desk, kto: Any) -> None:
    surveyed(desk, 10, 9, 3, 3)
    desk.passes(days=31)
    surveyed(desk, 10, 9, 9, 7)

    found = json.loads(kto("--json", "--survey", "afhandeling", "--until", "2026-04-20").stdout)
    [survey] = found["surveys"]

    assert [one["nps"] for one in survey["questions"] if one["kind"] == "nps"] == [38]
    assert survey["trends"]["aanbevelen"] == {
        "change": 75,
        "direction": "up",
        "from": "2026-03",
        "to": "2026-04",
        "level_below": 5,
    }
    screen = kto("--survey", "afhandeling", "--until", "2026-04-20").stdout
    assert re.search(r"aanbevelen\W+NPS\W+38\W+8\W+75 \(4\)\W+↑ \+75", screen), screen
    assert "2026-04 tot nu" in screen
    assert "2026-04 tot nu" not in kto("--survey", "afhandeling", "--until", "2026-04-30").stdout


@pytest.mark.parametrize(
    ("by", "name", "shown"),
    [
        ("channel", "email", "email"),
        ("category", "afval", "Afval en inzameling"),
        ("period", "2026-03", "2026-03"),
    ],
)
def test_kt_03_figures_are_told_by_channel_category_and_period(
    desk: Desk, kto: Any, by: str, name: str, shown: str
) -> None:
    handled(desk, "jan", "tevreden")
    handled(desk, "kim")

    [smileys] = json.loads(kto("--json", "--by", by, *UNTIL).stdout)["surveys"]
    group = next(group for group in smileys["groups"] if group["group"] == name)

    assert (group["response"]["rate"], group["questions"][0]["satisfied"]) == (50.0, 100.0)
    assert re.search(rf"{shown}\W+2\W+1\W+50%\W+100% \(1\)", kto("--by", by, *UNTIL).stdout)


def test_kt_03_a_spreadsheet_reads_it_back(desk: Desk, kto: Any) -> None:
    handled(desk, "jan", "tevreden")
    surveyed(desk, 0, 3, 10)

    raw = kto("--csv", *UNTIL).stdout_bytes
    head, *lines = read_back(raw)
    told = [dict(zip(head, line, strict=True)) for line in lines]

    assert raw.endswith(b"\r\n")
    [smileys, survey] = [line for line in told if not line["vraag"]]
    assert (smileys["bezorgd"], smileys["beantwoord"], smileys["respons_procent"]) == ("4", "1", "25")
    assert (survey["enquete"], survey["bezorgd"]) == ("afhandeling", "3")
    [nps] = [line for line in told if line["soort"] == "nps"]
    assert (nps["nps"], nps["gemiddelde"], nps["antwoorden"]) == ("-33", "4,33", "3")
    [faster] = [line for line in told if line["keuze"] == "sneller"]
    assert (faster["tekst"], faster["aandeel_procent"]) == ("Sneller antwoorden", "100")
    assert b"geheim" not in raw


def test_kt_03_the_page_has_a_chart_and_its_table_for_each_figure(desk: Desk, kto: Any) -> None:
    surveyed(desk, 10, 3)

    html = kto("--html", *UNTIL).stdout

    assert html.count("<svg") == html.count("<details>") == 4
    assert "<h1>Wat melders van ons vinden</h1>" in html
    assert "geheim" not in html


def test_only_what_was_sent_in_these_days_counts(desk: Desk, kto: Any) -> None:
    handled(desk, "jan", "tevreden")
    day = MONDAY.date().isoformat()

    assert json.loads(kto("--json", "--since", day, "--until", day).stdout)["surveys"]
    assert json.loads(kto("--json", "--since", "2026-03-03", *UNTIL).stdout)["surveys"] == []
    assert "geen uitnodigingen" in kto("--until", "2026-03-01").stdout


def test_a_survey_without_invitations_is_told_as_such(kto: Any) -> None:
    assert "nog niets bezorgd" in kto("--survey", "afhandeling", *UNTIL).stdout
    [survey] = json.loads(kto("--json", "--survey", "afhandeling", *UNTIL).stdout)["surveys"]
    assert survey["response"]["rate"] is None
    assert [question["nps"] for question in survey["questions"]] == [None] * 5


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--survey", "balie"), "there is no survey balie; there is smileys, afhandeling"),
        (("--by", "team"), "--by is not team; there is channel, category, period"),
        (("--period", "day"), "--period is not day; there is week, month, quarter, year"),
        (("--language", "de"), "--language is not de; there is nl, en, fr"),
        (("--since", "gisteren"), "--since gisteren: that is no day; write it as 2026-01-31"),
        (("--until", "0001-01-01"), "that is no day"),
        (("--since", "2026-04-01", *UNTIL), "--since 2026-04-01 lies after the last day, 2026-03-31"),
        (("--csv", "--json"), "choose one"),
    ],
)
def test_what_cannot_be_told_is_one_clear_line(kto: Any, words: tuple[str, ...], said: str) -> None:
    result = kto(*words, code=2)
    assert said in result.stderr
    assert result.stdout == ""


def test_kt_04_a_klacht_shows_what_its_melder_answered_to_surveys_about_it(desk: Desk, ask: Any) -> None:
    kenmerk = surveyed(desk, 3)

    dossier = json.loads(ask("show", kenmerk, "--json").stdout)

    [survey] = dossier["surveys"]
    assert (survey["survey"], survey["state"]) == ("afhandeling", "answered")
    assert [(a["question"], a["score"], a["choices"], a["text"]) for a in survey["answers"]] == [
        ("contact", 4, [], ""),
        ("duidelijk", None, ["ja"], ""),
        ("beter", None, ["sneller"], ""),
        ("aanbevelen", 3, [], ""),
        ("tip", None, [], "geheim"),
    ]
    screen = ask("show", kenmerk).stdout
    assert "enquête afhandeling: answered" in screen
    assert "3 (van 10)" in screen
    assert "Sneller antwoorden" in screen


def test_kt_04_a_klacht_shows_how_its_melder_answered_over_all_klachten(desk: Desk, ask: Any) -> None:
    handled(desk, "piet0", "tevreden")
    handled(desk, "piet0", "ontevreden", "duurde-te-lang")
    handled(desk, "eva", "ontevreden", "duurde-te-lang")
    kenmerk = surveyed(desk, 8)

    dossier = json.loads(ask("show", kenmerk, "--json").stdout)

    smileys, survey = dossier["melder_kto"]
    assert (smileys["survey"], smileys["response"]["answered"], smileys["response"]["delivered"]) == (
        "smileys",
        2,
        3,
    )
    assert smileys["questions"][0]["satisfied"] == 50.0
    assert [one["average"] for one in survey["questions"] if one["kind"] == "nps"] == [8.0]
    screen = ask("show", kenmerk).stdout
    assert "smileys: 2 van 3 beantwoord, tevreden ja 50%" in screen
    assert (
        "afhandeling: 1 van 1 beantwoord, contact gemiddeld 4, duidelijk ja 100%, aanbevelen gemiddeld 8"
        in screen
    )


def test_kt_04_a_klacht_without_an_address_is_nobody_elses(desk: Desk, ask: Any) -> None:
    handled(desk, "jan", "tevreden")
    with desk.world.store.begin() as tx:
        letter = Klacht(0, "KL26-00077", "Brief", "Per post.", "", desk.now(), channel="letter")
        klachten.add(tx, letter, b"salt")

    dossier = json.loads(ask("show", "KL26-00077", "--json").stdout)

    assert (dossier["melder_kto"], dossier["surveys"]) == ([], [])
    assert "antwoordde" not in ask("show", "KL26-00077").stdout


def test_answers_are_told_although_the_file_of_the_survey_is_gone(desk: Desk, ask: Any, kto: Any) -> None:
    kenmerk = surveyed(desk, 3)
    with desk.world.store.begin() as tx:
        tx.execute(sa.text("UPDATE invitation SET survey = 'oud'"))
        surveys.move(tx, "oud", "draft", "active", desk.now())

    assert "aanbevelen: 3" in ask("show", kenmerk).stdout
    [survey] = json.loads(kto("--json", "--survey", "oud", *UNTIL).stdout)["surveys"]
    assert (survey["title"], [one["nps"] for one in survey["questions"] if one["nps"]]) == ("oud", [-100])
