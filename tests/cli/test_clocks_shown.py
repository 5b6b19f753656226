"""What `list`, `show` and `trend` tell of the clocks: colours, every term, and which way it goes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from desk import Desk, open_desk
from rule_files import write
from typer.testing import CliRunner

from mailagent.cli import app

RUNNER = CliRunner()
CATEGORIES = "categories:\n  - {id: afval, name: Afval, team: klachten, service: [in_behandeling, reactie]}\n"
RULES = "rules:\n  - {id: gft, dan: {categorie: afval}, punten: [{woord: [gft], punten: 2}]}\n"


def served(folder: Path) -> Desk:
    """A desk with service clocks, on a database that the command line can open too, and one klacht."""
    write(folder, categories=CATEGORIES, rules=RULES)
    desk = open_desk(folder, database=f"sqlite:///{folder}/db", more=f'[paths]\nlocal = "{folder}"')
    desk.citizen("jan@home.example").writes("Container", "De gft is niet geleegd.")
    return desk


def ask(folder: Path, *words: str) -> str:
    result = RUNNER.invoke(app, [*words, "--config", str(folder / "mailagent.toml")])
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


def test_kl_06_list_tells_the_colour_of_the_worst_clock(tmp_path: Path) -> None:
    served(tmp_path).house.close()
    rows: list[dict[str, Any]] = json.loads(ask(tmp_path, "list", "--json"))
    assert [(row["kenmerk"], row["colour"]) for row in rows] == [("KL26-00001", "te_laat")]
    assert "te_laat" in ask(tmp_path, "list")


def test_kl_06_show_tells_every_term_with_its_end_its_colour_and_when_it_stopped(tmp_path: Path) -> None:
    desk = served(tmp_path)
    anna = desk.agent("anna@stad.example")
    anna.replies(anna.gets("nieuw_voor_team"), "#in_behandeling")
    desk.house.close()

    told = ask(tmp_path, "show", "KL26-00001")

    assert "  in_behandeling, versie 1: tot 2026-03-03, gestopt 2026-03-02 10:00\n" in told
    assert "  reactie, versie 1: tot 2026-03-04 10:00, te_laat\n" in told
    clocks = json.loads(ask(tmp_path, "show", "KL26-00001", "--json"))["clocks"]
    assert [(c["clock"], c["ends"], bool(c["stopped_at"])) for c in clocks] == [
        ("awb", "2026-04-13", False),
        ("awb_9_8", "2026-03-30", True),
        ("in_behandeling", "2026-03-03", True),
        ("reactie", "2026-03-04T09:00:00+00:00", False),
    ]


def test_kl_05_trend_tells_the_last_week_of_each_category_with_the_week_before(tmp_path: Path) -> None:
    served(tmp_path).house.close()
    told = json.loads(ask(tmp_path, "trend", "--json"))
    assert told["categories"] == [], "the klacht is of long ago"
    assert "tussen haakjes de week ervoor" in ask(tmp_path, "trend")
