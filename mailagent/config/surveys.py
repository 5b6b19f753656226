"""The files in rules/surveys, one survey each, as the admin wrote it. The name of a file is the id."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from mailagent.config.fields import Id, Name, Part, at_least_one
from mailagent.config.yaml import Sheet, read_sheet
from mailagent.core.errors import Mistake, Mistakes
from mailagent.core.overview import SMILEYS
from mailagent.core.surveys import EVENTS, MULTIPLE, Option, Question, Survey, Words
from mailagent.shipped import ROOT, found_in

SURVEYS = "surveys"

Channel = Literal["email", "letter", "message", "web", "phone", "counter"]
Status = Literal["nieuw", "in_behandeling", "opgelost", "gesloten", "heropend", "verzoek_tot_heropenen"]
EventWord = Literal["received", "taken_up", "answered", "resolved", "closed", "reopened"]
Kind = Literal["nps", "rating", "multiple", "open", "yes_no"]


class OptionEntry(Part):
    id: Id
    text: Name
    en: str = ""
    fr: str = ""


class QuestionEntry(Part):
    id: Id
    kind: Kind
    text: Name
    en: str = ""
    fr: str = ""
    required: bool = True
    options: tuple[OptionEntry, ...] = Field((), max_length=20)
    many: bool = False


class TranslationEntry(Part):
    title: Name
    intro: str = ""


class SendsEntry(Part):
    event: EventWord
    days: int = Field(0, ge=0, le=365)
    hours: int = Field(0, ge=0, le=240)


class SurveyFile(Part):
    title: Name
    intro: str = ""
    en: TranslationEntry | None = None
    fr: TranslationEntry | None = None
    sends: SendsEntry
    channels: tuple[Channel, ...] = ()
    categories: tuple[str, ...] = ()
    statuses: tuple[Status, ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    link_days: int = Field(14, ge=1, le=90)
    questions: Annotated[tuple[QuestionEntry, ...], AfterValidator(at_least_one)] = Field(max_length=20)


def load_surveys(
    folder: Path | None, categories: Collection[str] | None, mistakes: list[Mistake]
) -> dict[str, Survey]:
    """Every survey by its id: the admin's own, and ours where they have no file of that name.

    What is wrong is added to `mistakes`; `folder` is their rules folder. `categories` are those there are,
    None where they cannot be read.
    """
    mistakes += _strangers(folder)
    surveys = {}
    for path in found_in(f"{SURVEYS}/*.yaml", [folder, ROOT / "rules"] if folder else [ROOT / "rules"]):
        try:
            sheet = read_sheet(path, SurveyFile)
        except Mistakes as problem:
            mistakes += problem.mistakes
            continue
        mistakes += _wrong(sheet, categories)
        surveys[path.stem] = _survey(path.stem, sheet.content)
    return surveys


def _survey(id: str, entry: SurveyFile) -> Survey:
    english, french = entry.en or _NOTHING, entry.fr or _NOTHING
    return Survey(
        id,
        Words(entry.title, english.title, french.title),
        Words(entry.intro, english.intro, french.intro),
        tuple(_question(question) for question in entry.questions),
        entry.sends.event,
        timedelta(days=entry.sends.days, hours=entry.sends.hours),
        entry.link_days,
        entry.channels,
        entry.categories,
        entry.statuses,
        entry.first_day,
        entry.last_day,
    )


_NOTHING = TranslationEntry.model_construct(title="")


def _question(entry: QuestionEntry) -> Question:
    options = tuple(Option(one.id, Words(one.text, one.en, one.fr)) for one in entry.options)
    words = Words(entry.text, entry.en, entry.fr)
    return Question(entry.id, entry.kind, words, entry.required, options, entry.many)


def _strangers(rules: Path | None) -> Iterator[Mistake]:
    """Files in the admin's folder that nothing reads: a name with a typo, or one that is no id."""
    folder = rules / SURVEYS if rules else None
    for path in sorted(folder.iterdir()) if folder and folder.is_dir() else ():
        if path.suffix == ".yml":
            yield Mistake(str(path), None, "is not read; the name of a survey ends in .yaml")
        elif path.suffix == ".yaml" and not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", path.stem):
            what = "its name is the id of the survey: small letters, digits, - and _, without spaces"
            yield Mistake(str(path), None, what)


def _wrong(sheet: Sheet[SurveyFile], categories: Collection[str] | None) -> Iterator[Mistake]:
    survey = sheet.content
    if sheet.path.stem == SMILEYS:
        yield sheet.mistake((), f"{SMILEYS} are the smiley rounds in every figure: give it another name")
    yield from sheet.twice(("questions",), "id", [question.id for question in survey.questions])
    for number, question in enumerate(survey.questions):
        yield from _wrong_options(sheet, number, question)
    for language in ("en", "fr"):
        yield from _half_translated(sheet, language)
    for number, category in enumerate(survey.categories):
        if categories is not None and category not in categories:
            what = f"there is no category '{category}'; there is {', '.join(categories) or 'none'}"
            yield sheet.mistake(("categories", number), what)
    if survey.first_day and survey.last_day and survey.last_day < survey.first_day:
        yield sheet.mistake(("last_day",), f"{survey.last_day} lies before first_day, {survey.first_day}")
    yield from _never_sent(sheet)


def _never_sent(sheet: Sheet[SurveyFile]) -> Iterator[Mistake]:
    """A status that no klacht has just after the event: nobody would ever be invited."""
    event, statuses = sheet.content.sends.event, sheet.content.statuses
    if statuses and not set(statuses) & set(EVENTS[event]):
        then = " or ".join(EVENTS[event])
        yield sheet.mistake(("statuses",), f"after '{event}' a klacht is {then}: nobody would be invited")


def _wrong_options(sheet: Sheet[SurveyFile], number: int, question: QuestionEntry) -> Iterator[Mistake]:
    place = ("questions", number)
    yield from sheet.twice((*place, "options"), "id", [option.id for option in question.options])
    if question.kind == MULTIPLE and len(question.options) < 2:
        yield sheet.mistake((*place, "options"), f"question '{question.id}' needs two options or more")
    if question.kind != MULTIPLE and question.options:
        yield sheet.mistake((*place, "options"), f"options go with kind multiple, not with {question.kind}")
    if question.kind != MULTIPLE and question.many:
        yield sheet.mistake((*place, "many"), f"many goes with kind multiple, not with {question.kind}")


def _half_translated(sheet: Sheet[SurveyFile], language: str) -> Iterator[Mistake]:
    """A translation is whole or not there: nobody reads half a page in another language."""
    places = dict(_translations(sheet.content, language))
    if any(places.values()):
        for place, words in places.items():
            if not words:
                what = f"'{language}' is missing here, and other parts of this survey have it"
                yield sheet.mistake(place, what)


def _translations(survey: SurveyFile, language: str) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Every place where this language may stand, and what does."""
    own: TranslationEntry | None = getattr(survey, language)
    yield (language,), own.title if own else ""
    if own and survey.intro:
        yield (language, "intro"), own.intro
    for number, question in enumerate(survey.questions):
        yield ("questions", number), getattr(question, language)
        for place, option in enumerate(question.options):
            yield ("questions", number, "options", place), getattr(option, language)
