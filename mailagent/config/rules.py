"""rules.yaml: the rules by which a klacht gets its category, its team and more, as the admin wrote them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from mailagent.config.fields import Id, Loc, Name, Part, at_least_one
from mailagent.config.yaml import Sheet
from mailagent.core.clues import KINDS, TEXTUAL, Clue, Kind
from mailagent.core.message import IN_TEXT, NUMBERS, Message
from mailagent.core.patterns import wrong_pattern
from mailagent.core.rule import Condition, Effect, Group, Rule, Score, Status
from mailagent.core.rules import RuleSet


def _word(text: str) -> str:
    if not any(letter.isalnum() for letter in text):
        raise ValueError(f"'{text}' holds no letter or digit")
    return text


def _one_word(text: str) -> str:
    if not text.isalnum():
        raise ValueError(f"'{text}' is not one word of letters and digits; write more words as a frase")
    return text


def _pattern(text: str) -> str:
    if wrong := wrong_pattern(text):
        raise ValueError(f"'{text}' {wrong}")
    return text


def _domain(text: str) -> str:
    if "@" in text.lstrip("@") or "." not in text.strip("@."):
        raise ValueError(f"'{text}' is no domain; write it as example.org")
    return text


def _counts(points: int) -> int:
    if not points:
        raise ValueError("should not be 0, which would count for nothing")
    return points


FieldName = Literal[
    "onderwerp",
    "tekst",
    "van",
    "aan",
    "bijlage.naam",
    "bijlage.type",
    "bijlage.aantal",
    "kanaal",
    "taal",
    "brief.betreft",
    "brief.kenmerk",
    "brief.datum",
    "brief.postcode",
    "brief.afzender",
    "brief.ocr_zekerheid",
]


class ConditionEntry(Part):
    """One test, or tests that belong together: `een_van` any of them, `alle` all of them, `geen` none of
    them."""

    woord: tuple[Annotated[str, AfterValidator(_one_word)], ...] = ()
    frase: tuple[Annotated[str, AfterValidator(_word)], ...] = ()
    regex: Annotated[str, AfterValidator(_pattern)] = ""
    is_: str = Field("", alias="is")
    in_lijst: tuple[Name, ...] = ()
    van_domein: tuple[Annotated[str, AfterValidator(_domain)], ...] = ()
    groter_dan: float | None = None
    veld: tuple[FieldName, ...] = ()
    een_van: tuple[ConditionEntry, ...] = ()
    alle: tuple[ConditionEntry, ...] = ()
    geen: tuple[ConditionEntry, ...] = ()

    @model_validator(mode="after")
    def _one_test(self) -> ConditionEntry:
        kinds, grouped = self.kinds(), bool(self.een_van or self.alle or self.geen)
        if len(kinds) + grouped != 1:
            raise ValueError(f"should have one test of {', '.join(KINDS)}, or een_van, alle and geen")
        if grouped and self.veld:
            raise ValueError("veld belongs to the tests within een_van, alle and geen")
        if kinds:
            self._fits(kinds[0])
        return self

    def _fits(self, kind: Kind) -> None:
        if kind in ("is", "in_lijst", "groter_dan") and not self.veld:
            raise ValueError(f"{kind} needs a veld, as in {{veld: [kanaal], is: letter}}")
        if kind == "groter_dan" and (wrong := [name for name in self.veld if name not in NUMBERS]):
            raise ValueError(f"'{wrong[0]}' is no number; groter_dan can read {', '.join(NUMBERS)}")

    def kinds(self) -> list[Kind]:
        """The tests that are here, which should be one at most."""
        return [kind for kind in KINDS if self.values(kind)]

    def values(self, kind: Kind) -> tuple[str, ...]:
        """What a test looks for; nothing where it is not here."""
        value: Any = getattr(self, "is_" if kind == "is" else kind)
        if isinstance(value, tuple):
            return value
        return () if value in ("", None) else (str(value),)


class ScoreEntry(ConditionEntry):
    """A test that is worth something."""

    punten: Annotated[int, AfterValidator(_counts)]


class EffectEntry(Part):
    """What a rule sets."""

    categorie: str | None = None
    team: str | None = None
    prioriteit: Literal["laag", "normaal", "hoog", "spoed"] | None = None
    complexiteit: Literal["laag", "normaal", "hoog"] | None = None
    labels: tuple[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")], ...] = ()
    vertrouwelijk: Literal[True] | None = None
    mens: str = ""

    @model_validator(mode="after")
    def _something(self) -> EffectEntry:
        if not self.model_dump(exclude_defaults=True):
            raise ValueError(f"should set at least one of {', '.join(type(self).model_fields)}")
        return self


class MessageEntry(Part):
    """A message to try a rule on, field by field."""

    onderwerp: str = ""
    tekst: str = ""
    van: str = ""
    aan: tuple[str, ...] = ()
    bijlagen: tuple[Name, ...] = ()
    kanaal: str = "email"
    taal: str = "nl"
    brief: dict[Literal["betreft", "kenmerk", "datum", "postcode", "afzender", "ocr_zekerheid"], str] = {}


def _kind_of(value: Any) -> str:
    return "example" if isinstance(value, dict | MessageEntry) else "sentence"


ExampleEntry = Annotated[
    Annotated[Name, Tag("sentence")] | Annotated[MessageEntry, Tag("example")], Discriminator(_kind_of)
]


class ExamplesEntry(Part):
    wel: tuple[ExampleEntry, ...] = ()
    niet: tuple[ExampleEntry, ...] = ()


class RuleEntry(Part):
    id: Id
    naam: str = ""
    status: Status = "actief"
    als: ConditionEntry | None = None
    punten: Annotated[tuple[ScoreEntry, ...], AfterValidator(at_least_one)] | None = None
    drempel: int = Field(1, ge=1)
    dan: EffectEntry
    stop: bool = False
    voorbeelden: ExamplesEntry = ExamplesEntry()

    @model_validator(mode="after")
    def _gate_or_score(self) -> RuleEntry:
        if self.punten is None:
            if self.als is None:
                raise ValueError("should have als (a gate) or punten (a rule that scores)")
            if self.dan.categorie:
                raise ValueError("a gate (als without punten) sets no categorie; give its tests punten")
            if "drempel" in self.model_fields_set:
                raise ValueError("drempel counts punten, and a gate has none")
        elif self.stop or self.dan.mens:
            raise ValueError("stop and mens belong to a gate (als without punten)")
        return self


class RulesFile(Part):
    rules: tuple[RuleEntry, ...]


def rules_of(sheet: Sheet[RulesFile]) -> tuple[Rule, ...]:
    """The rules in the words of the core, each with the line it stands on."""
    return tuple(_rule(sheet, number, entry) for number, entry in enumerate(sheet.content.rules))


def ruleset_of(sheet: Sheet[RulesFile], revision: str = "") -> RuleSet:
    """The rules made ready for use."""
    return RuleSet(rules_of(sheet), revision)


def _rule(sheet: Sheet[RulesFile], number: int, entry: RuleEntry) -> Rule:
    scores = tuple(
        Score(condition_of(one), one.punten, _source(sheet, ("rules", number, "punten", place)))
        for place, one in enumerate(entry.punten or ())
    )
    return Rule(
        entry.id,
        _effect(entry.dan),
        scores,
        condition_of(entry.als) if entry.als else None,
        entry.drempel,
        entry.stop,
        entry.status,
        _source(sheet, ("rules", number)),
    )


def _source(sheet: Sheet[RulesFile], loc: Loc) -> str:
    # kept with every decision, so it names no folder of this machine
    return f"rules/{sheet.path.name}:{sheet.line(*loc)}"


def _effect(entry: EffectEntry) -> Effect:
    return Effect(
        entry.categorie,
        entry.team,
        entry.prioriteit,
        entry.complexiteit,
        entry.labels,
        bool(entry.vertrouwelijk),
        entry.mens,
    )


def condition_of(entry: ConditionEntry) -> Condition:
    """A condition in the words of the core."""
    kinds = entry.kinds()
    if not kinds:
        return Group(_all(entry.een_van), _all(entry.alle), _all(entry.geen))
    kind = kinds[0]
    default = IN_TEXT if kind in TEXTUAL else ("van",)
    return Clue(kind, entry.values(kind), entry.veld or default)


def _all(entries: Sequence[ConditionEntry]) -> tuple[Condition, ...]:
    return tuple(condition_of(entry) for entry in entries)


def message_of(example: str | MessageEntry) -> Message:
    """An example as rules read it."""
    if isinstance(example, str):
        return Message("", example)
    return Message(
        example.onderwerp,
        example.tekst,
        example.van,
        example.aan,
        tuple((name, "") for name in example.bijlagen),
        example.kanaal,
        example.taal,
        tuple(example.brief.items()),
    )
