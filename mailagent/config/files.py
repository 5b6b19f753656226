"""The rules folder: teams, categories, answers, keyword rules, clocks and holidays, as the admin wrote them.

A file of the same name in the admin's folder replaces ours as a whole. Every mistake in every file is named
at once, with its line and what would be right.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field

from mailagent.config.clocks import ClocksFile, chosen_from, presets_of, wrong_clocks
from mailagent.config.doorsturen import DoorsturenFile, bodies_of, wrong_bodies
from mailagent.config.fields import Id, Name, Part
from mailagent.config.rule_mistakes import wrong_rules
from mailagent.config.rules import RulesFile, ruleset_of
from mailagent.config.surveys import SURVEYS, load_surveys
from mailagent.config.teams import TeamsFile, teams_of, wrong_teams
from mailagent.config.yaml import Sheet, read_in_part, read_sheet
from mailagent.core import clocks
from mailagent.core.calendar import Calendar
from mailagent.core.clocks import Preset
from mailagent.core.errors import Mistake, Mistakes
from mailagent.core.organisation import Body, Category, StandardAnswer, Team, Topic, in_order
from mailagent.core.rules import RuleSet
from mailagent.core.surveys import Survey
from mailagent.shipped import ROOT, first_of, found_in

# One model for each file, and one for each kind of entry in it; the keys are those of the files.


class CategoryEntry(Part):
    id: Id
    name: Name
    team: str
    clock: str = clocks.AWB
    service: tuple[str, ...] = ()


class CategoriesFile(Part):
    categories: tuple[CategoryEntry, ...]


class TopicEntry(Part):
    id: Id
    text: Name
    en: str = ""
    fr: str = ""


class AnswerEntry(Part):
    id: Id
    text: Name
    en: str = ""
    fr: str = ""
    satisfied: bool
    reopens: bool = False
    open: bool = False
    visible: bool = True
    topic: str = ""
    order: int = 0


class AnswersFile(Part):
    topics: tuple[TopicEntry, ...] = ()
    answers: tuple[AnswerEntry, ...]


class HolidaysFile(Part):
    equated: tuple[date, ...]
    until: int = Field(ge=2000, le=2200)


MODELS: Mapping[str, type[Part]] = {
    "teams.yaml": TeamsFile,
    "categories.yaml": CategoriesFile,
    "answers.yaml": AnswersFile,
    "rules.yaml": RulesFile,
    "clocks.yaml": ClocksFile,
    "holidays.yaml": HolidaysFile,
    "doorsturen.yaml": DoorsturenFile,
}
"""The files of the rules folder and what each may say; beside them stand the surveys."""


@dataclass(frozen=True)
class RuleFiles:
    """What the rules folder says, in the words of the core. `clocks` and `surveys` are by id; `reports_at` is
    the hour at which reports are mailed, in Europe/Amsterdam; `revision` names what all files say."""

    teams: tuple[Team, ...]
    categories: tuple[Category, ...]
    answers: tuple[StandardAnswer, ...]
    topics: tuple[Topic, ...]
    rules: RuleSet
    clocks: Mapping[str, Preset]
    calendar: Calendar
    surveys: Mapping[str, Survey]
    reports_at: time
    revision: str
    bodies: tuple[Body, ...] = ()


def load_rules(local: Path | None = None) -> RuleFiles:
    """Read the rules folder: the admin's files in `local`/rules, and ours where they have none.

    Raises Mistakes with every mistake in every file.
    """
    return read_rules(local / "rules" if local else None)


def read_rules(folder: Path | None) -> RuleFiles:
    """The same, from a rules folder by itself."""
    revision = revision_of(folder)
    mistakes = list(_strangers(folder))
    teams = _read("teams.yaml", TeamsFile, folder, mistakes)
    categories = _read("categories.yaml", CategoriesFile, folder, mistakes)
    answers = _read("answers.yaml", AnswersFile, folder, mistakes)
    rules = _read_rules(folder, mistakes)
    terms = _read("clocks.yaml", ClocksFile, folder, mistakes)
    holidays = _read("holidays.yaml", HolidaysFile, folder, mistakes)
    elsewhere = _read("doorsturen.yaml", DoorsturenFile, folder, mistakes)
    known = [entry.id for entry in categories.content.categories] if categories else None
    surveys = load_surveys(folder, known, mistakes)
    mistakes += wrong_teams(teams) if teams else ()
    mistakes += _wrong_categories(categories, teams, terms) if categories else ()
    mistakes += _wrong_answers(answers) if answers else ()
    teamed = [entry.id for entry in teams.content.teams] if teams else None
    mistakes += wrong_rules(rules, known, teamed) if rules else ()
    mistakes += wrong_clocks(terms) if terms else ()
    mistakes += _wrong_holidays(holidays) if holidays else ()
    mistakes += wrong_bodies(elsewhere) if elsewhere else ()
    if mistakes or not (teams and categories and answers and rules and terms and holidays):
        raise Mistakes(sorted(mistakes, key=lambda mistake: (mistake.file, mistake.line or 0)))
    topics = tuple(Topic(**entry.model_dump()) for entry in answers.content.topics)
    office = terms.content.office
    return RuleFiles(
        teams_of(teams.content),
        tuple(Category(**entry.model_dump()) for entry in categories.content.categories),
        in_order((StandardAnswer(**entry.model_dump()) for entry in answers.content.answers), topics),
        topics,
        ruleset_of(rules, revision),
        presets_of(terms.content),
        Calendar(frozenset(holidays.content.equated), holidays.content.until, office.opens, office.closes),
        surveys,
        office.reports,
        revision,
        bodies_of(elsewhere.content) if elsewhere else (),
    )


def files_of(folder: Path | None) -> list[Path]:
    """Every file that is read: the admin's own where they have it, else ours."""
    return [*first_of(MODELS, _folders(folder)), *found_in(f"{SURVEYS}/*.yaml", _folders(folder))]


def revision_of(folder: Path | None) -> str:
    """A name for what all files say now; "" where one cannot be read."""
    digest = hashlib.sha256()
    try:
        for path in files_of(folder):
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    except OSError:
        return ""
    return digest.hexdigest()[:12]


def _strangers(folder: Path | None) -> Iterator[Mistake]:
    """Files in the admin's folder that nothing reads: mostly a name with a typo."""
    for path in sorted(folder.iterdir()) if folder and folder.is_dir() else ():
        # an editor may have a hidden file there for as long as somebody types
        if path.suffix in (".yaml", ".yml") and path.name not in MODELS and not path.name.startswith("."):
            here = f"{', '.join(MODELS)}, and those in {SURVEYS}/"
            yield Mistake(str(path), None, f"is not read; the files here are {here}")


File = TypeVar("File", bound=Part)


def _read(name: str, model: type[File], folder: Path | None, mistakes: list[Mistake]) -> Sheet[File] | None:
    try:
        for path in first_of([name], _folders(folder)):
            return read_sheet(path, model)
        mistakes.append(Mistake(name, None, "is missing"))
    except Mistakes as problem:
        mistakes += problem.mistakes
    return None


def _read_rules(folder: Path | None, mistakes: list[Mistake]) -> Sheet[RulesFile] | None:
    """As much of the rules as can be read: one that is wrong does not hide what is wrong with the others."""
    try:
        for path in first_of(["rules.yaml"], _folders(folder)):
            sheet, wrong = read_in_part(path, RulesFile, "rules")
            mistakes += wrong
            return sheet
    except Mistakes as problem:
        mistakes += problem.mistakes
    return None


def _folders(folder: Path | None) -> list[Path]:
    return [*([folder] if folder else []), ROOT / "rules"]


def _wrong_categories(
    categories: Sheet[CategoriesFile], teams: Sheet[TeamsFile] | None, terms: Sheet[ClocksFile] | None
) -> Iterator[Mistake]:
    entries = categories.content.categories
    yield from categories.twice(("categories",), "id", [entry.id for entry in entries])
    if teams:
        known = [entry.id for entry in teams.content.teams]
        yield from _unknown(categories, "categories", "team", [entry.team for entry in entries], known)
    if terms:
        known = [entry.id for entry in terms.content.clocks if entry.kind == "statutory"]
        yield from _unknown(categories, "categories", "clock", [entry.clock for entry in entries], known)
        yield from _wrong_services(categories, terms)


def _wrong_services(categories: Sheet[CategoriesFile], terms: Sheet[ClocksFile]) -> Iterator[Mistake]:
    """Service clocks that are none, or that the program starts by itself."""
    known = chosen_from(terms.content)
    for number, entry in enumerate(categories.content.categories):
        for place, id in enumerate(entry.service):
            if id not in known or id in entry.service[:place]:
                what = "is in this list before" if id in known else "is no service clock that can be chosen"
                at = ("categories", number, "service", place)
                yield categories.mistake(at, f"'{id}' {what}; there is {', '.join(known) or 'none'}")


def _wrong_answers(answers: Sheet[AnswersFile]) -> Iterator[Mistake]:
    entries = answers.content.answers
    topics = [topic.id for topic in answers.content.topics]
    yield from answers.twice(("answers",), "id", [entry.id for entry in entries])
    yield from answers.twice(("topics",), "id", topics)
    yield from _unknown(answers, "answers", "topic", [entry.topic for entry in entries], ["", *topics])
    for number, entry in enumerate(entries):
        if entry.satisfied and entry.reopens:
            yield answers.mistake(("answers", number, "reopens"), "a satisfied answer cannot reopen a klacht")


def _wrong_holidays(holidays: Sheet[HolidaysFile]) -> Iterator[Mistake]:
    for number, day in enumerate(holidays.content.equated):
        if day.year > holidays.content.until:
            yield holidays.mistake(
                ("equated", number),
                f"{day} lies after `until`, the last year for which the table is complete",
            )


def _unknown(
    sheet: Sheet[Any], list_at: str, key: str, values: Sequence[str], known: Collection[str]
) -> Iterator[Mistake]:
    """Every entry of a list that names something no other file has."""
    for number, value in enumerate(values):
        if value not in known:
            what = f"there is no {key} '{value}'; there is {', '.join(known) or 'none'}"
            yield sheet.mistake((list_at, number, key), what)
