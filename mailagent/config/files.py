"""The rules folder: teams, categories, answers, keyword rules, clocks and holidays, as the admin wrote them.

A file of the same name in the admin's folder replaces ours as a whole. Every mistake in every file is named
at once, with its line and what would be right.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, Field, model_validator

from mailagent.config.clocks import ClocksFile, presets_of, wrong_clocks
from mailagent.config.doorsturen import DoorsturenFile, bodies_of, wrong_bodies
from mailagent.config.fields import Id, Name, Part, at_least_one
from mailagent.config.surveys import SURVEYS, load_surveys
from mailagent.config.teams import TeamsFile, teams_of, wrong_teams
from mailagent.config.yaml import Sheet, read_sheet
from mailagent.core import clocks
from mailagent.core.calendar import Calendar
from mailagent.core.clocks import Preset
from mailagent.core.errors import Mistake, Mistakes
from mailagent.core.organisation import Body, Category, StandardAnswer, Team, Topic, in_order
from mailagent.core.rules import Clue, Rule, RuleSet, decide
from mailagent.core.surveys import Survey
from mailagent.shipped import find


def _word(text: str) -> str:
    if not any(letter.isalnum() for letter in text):
        raise ValueError(f"'{text}' holds no letter or digit")
    return text


def _one_word(text: str) -> str:
    if not text.isalnum():
        raise ValueError(f"'{text}' is not one word of letters and digits; write more words as a frase")
    return text


def _counts(points: int) -> int:
    if not points:
        raise ValueError("should not be 0, which would count for nothing")
    return points


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


class ClueEntry(Part):
    woord: tuple[Annotated[str, AfterValidator(_one_word)], ...] = ()
    frase: tuple[Annotated[str, AfterValidator(_word)], ...] = ()
    punten: Annotated[int, AfterValidator(_counts)]

    @model_validator(mode="after")
    def _either(self) -> ClueEntry:
        if bool(self.woord) == bool(self.frase):
            raise ValueError("should have either woord or frase, with at least one in the list")
        return self


class ExamplesEntry(Part):
    wel: tuple[Name, ...] = ()
    niet: tuple[Name, ...] = ()


class RuleEntry(Part):
    id: Id
    category: str
    punten: Annotated[tuple[ClueEntry, ...], AfterValidator(at_least_one)]
    voorbeelden: ExamplesEntry = ExamplesEntry()


class RulesFile(Part):
    rules: tuple[RuleEntry, ...]


class HolidaysFile(Part):
    equated: tuple[date, ...]
    until: int = Field(ge=2000, le=2200)


@dataclass(frozen=True)
class RuleFiles:
    """What the rules folder says, in the words of the core. `clocks` and `surveys` are by id; `reports_at` is
    the hour at which reports are mailed, in Europe/Amsterdam."""

    teams: tuple[Team, ...]
    categories: tuple[Category, ...]
    answers: tuple[StandardAnswer, ...]
    topics: tuple[Topic, ...]
    rules: RuleSet
    clocks: Mapping[str, Preset]
    calendar: Calendar
    surveys: Mapping[str, Survey]
    reports_at: time
    bodies: tuple[Body, ...] = ()


def load_rules(local: Path | None = None) -> RuleFiles:
    """Read the rules folder: the admin's files in `local`/rules, and ours where they have none.

    Raises Mistakes with every mistake in every file.
    """
    mistakes = list(_strangers(local))
    teams = _read("teams.yaml", TeamsFile, local, mistakes)
    categories = _read("categories.yaml", CategoriesFile, local, mistakes)
    answers = _read("answers.yaml", AnswersFile, local, mistakes)
    rules = _read("rules.yaml", RulesFile, local, mistakes)
    terms = _read("clocks.yaml", ClocksFile, local, mistakes)
    holidays = _read("holidays.yaml", HolidaysFile, local, mistakes)
    elsewhere = _read("doorsturen.yaml", DoorsturenFile, local, mistakes)
    known = [entry.id for entry in categories.content.categories] if categories else None
    surveys = load_surveys(local, known, mistakes)
    mistakes += wrong_teams(teams) if teams else ()
    mistakes += _wrong_categories(categories, teams, terms) if categories else ()
    mistakes += _wrong_answers(answers) if answers else ()
    mistakes += _wrong_rules(rules, categories) if rules else ()
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
        _ruleset(rules),
        presets_of(terms.content),
        Calendar(frozenset(holidays.content.equated), holidays.content.until, office.opens, office.closes),
        surveys,
        office.reports,
        bodies_of(elsewhere.content) if elsewhere else (),
    )


def _ruleset(rules: Sheet[RulesFile]) -> RuleSet:
    # The source of a rule is kept with every decision, so it names no folder of this machine.
    return RuleSet(
        Rule(
            entry.id,
            entry.category,
            tuple(Clue("woord" if c.woord else "frase", c.woord or c.frase, c.punten) for c in entry.punten),
            f"rules/{rules.path.name}:{rules.line('rules', number)}",
        )
        for number, entry in enumerate(rules.content.rules)
    )


_FILES = (
    "teams.yaml",
    "categories.yaml",
    "answers.yaml",
    "rules.yaml",
    "clocks.yaml",
    "holidays.yaml",
    "doorsturen.yaml",
)


def _strangers(local: Path | None) -> Iterator[Mistake]:
    """Files in the admin's folder that nothing reads: mostly a name with a typo."""
    for path in sorted((local / "rules").iterdir()) if local and (local / "rules").is_dir() else ():
        if path.suffix in (".yaml", ".yml") and path.name not in _FILES:
            here = f"{', '.join(_FILES)}, and those in {SURVEYS}/"
            yield Mistake(str(path), None, f"is not read; the files here are {here}")


File = TypeVar("File", bound=Part)


def _read(name: str, model: type[File], local: Path | None, mistakes: list[Mistake]) -> Sheet[File] | None:
    path = find("rules", name, local)
    try:
        if path:
            return read_sheet(path, model)
        mistakes.append(Mistake(name, None, "is missing"))
    except Mistakes as problem:
        mistakes += problem.mistakes
    return None


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
    ids = [entry.id for entry in terms.content.clocks if entry.kind == "service"]
    known = [id for id in ids if id != clocks.HEROPEND]
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


def _wrong_rules(rules: Sheet[RulesFile], categories: Sheet[CategoriesFile] | None) -> Iterator[Mistake]:
    entries = rules.content.rules
    same = list(rules.twice(("rules",), "id", [entry.id for entry in entries]))
    yield from same
    if categories:
        known = [entry.id for entry in categories.content.categories]
        yield from _unknown(rules, "rules", "category", [entry.category for entry in entries], known)
    if not same:
        yield from _wrong_examples(rules)


def _wrong_examples(rules: Sheet[RulesFile]) -> Iterator[Mistake]:
    """Examples are the tests of a rule: `wel` must get its category, `niet` must not."""
    ruleset = _ruleset(rules)
    for number, entry in enumerate(rules.content.rules):
        for wanted, key, texts in (
            (True, "wel", entry.voorbeelden.wel),
            (False, "niet", entry.voorbeelden.niet),
        ):
            for place, text in enumerate(texts):
                decision = decide("", text, ruleset)
                if (decision.category == entry.category) != wanted:
                    found = decision.category or " = ".join(decision.tied) or "no category"
                    yield rules.mistake(
                        ("rules", number, "voorbeelden", key, place),
                        f"example of '{entry.id}' ({key}) gets {found}, with {decision.score} points",
                    )


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
