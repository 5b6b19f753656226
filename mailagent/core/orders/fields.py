"""Fields of a klacht that a human sets; no rule changes them afterwards."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Self

from mailagent.core import klacht as life
from mailagent.core.errors import NotPossible, NotUnderstood
from mailagent.core.events import Assigned, Event, FieldSet
from mailagent.core.klacht import Klacht
from mailagent.core.orders.order import Case, Done, Order
from mailagent.core.orders.routing import named, routed, the_agent, with_hand

MOST_LABELS = 20

_LABEL = re.compile(r"[^\W_][\w-]{0,39}")
ADDRESS = re.compile(r"[^\s<>,;:\"@]{1,64}@[^\s<>,;:\"@]{1,254}")
_NO = ("nee", "no", "niet", "uit", "off")


def _set(case: Case, klacht: Klacht, name: str, value: str, was: str) -> tuple[Klacht, FieldSet]:
    """The klacht with a field that a human set, and what happened."""
    changed = replace(klacht, by_hand=with_hand(klacht, name))
    return changed, FieldSet(case.at, case.actor, name, value, was)


def _one_of(tag: str, rest: str, known: Mapping[str, str]) -> str:
    """The value a word stands for; a suggestion where it stands for none."""
    word = re.sub(r"[\s-]+", "_", rest.strip(" \t\xa0.,;:").casefold())
    if word in known:
        return known[word]
    values = ", ".join(dict.fromkeys(known.values()))
    if not word:
        raise NotUnderstood(f"#{tag}: schrijf erachter wat het wordt: {values}.")
    raise NotUnderstood(f"#{tag}: “{rest.strip()[:80]}” ken ik niet.{_meant(word, known)} Er is: {values}.")


def _meant(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" Bedoelde u {near[0]}?" if near else ""


@dataclass(frozen=True, slots=True)
class Categorise(Order):
    """What it is about."""

    words: ClassVar = ("categorie", "category")
    usage: ClassVar = "#categorie naam"
    help: ClassVar = (
        "waar de klacht over gaat. Bij het sorteerteam gaat hij meteen naar het team van die categorie; de "
        "laatste dag wordt opnieuw berekend"
    )

    name: str

    @classmethod
    def read(cls, rest: str, text: str) -> Self:  # noqa: ARG003 - takes no text
        """An id or a name."""
        if not (name := rest.strip(" \t\xa0.,;:")):
            raise NotUnderstood("#categorie: schrijf erachter waar de klacht over gaat.")
        return cls(name)

    def carry_out(self, case: Case) -> Done:
        """What the sorting team has chosen goes to whom it is for."""
        wanted, every = self.name.casefold(), case.organisation.categories
        category = next((c for c in every if wanted in (c.id, c.name.casefold())), None)
        if category is None:
            known = [word for c in every for word in (c.id, c.name.casefold())]
            raise NotPossible(
                f"“{self.name}” is geen bekende categorie.{_meant(wanted, known)} "
                f"Bekend zijn: {', '.join(c.id for c in every)}."
            )
        klacht = replace(case.klacht, category=category.id)
        klacht, event = _set(case, klacht, "category", category.id, case.klacht.category or "")
        said = f"De categorie is {category.name}."
        team, here = case.organisation.team(category.team), case.organisation.team(klacht.team)
        if team.id == here.id:
            return Done(klacht, (event,), said)
        if here.sorting and not klacht.assigned_to:
            done = routed(replace(case, klacht=klacht), team)
            return Done(done.klacht, (event, *done.events), f"{said} {done.said}")
        way = f"Die hoort bij {team.name}; met #team {team.id} gaat de klacht daarheen."
        return Done(klacht, (event,), f"{said} {way}")


_PRIORITY = {word: word for word in life.PRIORITIES} | {
    "low": "laag",
    "normal": "normaal",
    "high": "hoog",
    "urgent": "spoed",
}
_COMPLEXITY = {word: value for word, value in _PRIORITY.items() if value in life.COMPLEXITIES}


@dataclass(frozen=True, slots=True)
class Prioritise(Order):
    """How soon."""

    words: ClassVar = ("prioriteit", "priority")
    usage: ClassVar = "#prioriteit woord"
    help: ClassVar = "laag, normaal, hoog of spoed"

    value: str

    @classmethod
    def read(cls, rest: str, text: str) -> Self:  # noqa: ARG003 - takes no text
        """One of four words."""
        return cls(_one_of("prioriteit", rest, _PRIORITY))

    def carry_out(self, case: Case) -> Done:
        """Set it."""
        klacht = replace(case.klacht, priority=self.value)
        klacht, event = _set(case, klacht, "priority", self.value, case.klacht.priority)
        return Done(klacht, (event,), f"De prioriteit is {self.value}.")


@dataclass(frozen=True, slots=True)
class Complicate(Order):
    """How hard."""

    words: ClassVar = ("complexiteit", "complexity")
    usage: ClassVar = "#complexiteit woord"
    help: ClassVar = "laag, normaal of hoog; de laatste dag wordt opnieuw berekend waar die ervan afhangt"

    value: str

    @classmethod
    def read(cls, rest: str, text: str) -> Self:  # noqa: ARG003 - takes no text
        """One of three words."""
        return cls(_one_of("complexiteit", rest, _COMPLEXITY))

    def carry_out(self, case: Case) -> Done:
        """Set it."""
        klacht = replace(case.klacht, complexity=self.value)
        klacht, event = _set(case, klacht, "complexity", self.value, case.klacht.complexity)
        return Done(klacht, (event,), f"De complexiteit is {self.value}.")


@dataclass(frozen=True, slots=True)
class Label(Order):
    """Words to find it by."""

    words: ClassVar = ("label", "labels")
    usage: ClassVar = "#label woord -woord"
    help: ClassVar = "labels erbij, en met een streepje ervoor eraf; meer dan één mag"

    on: tuple[str, ...]
    off: tuple[str, ...]

    @classmethod
    def read(cls, rest: str, text: str) -> Self:  # noqa: ARG003 - takes no text
        """Words of letters, digits, `-` and `_`."""
        words = [word for word in re.split(r"[\s,;\xa0]+", rest.casefold()) if word.strip(".")]
        off = [word[1:].strip("#.") for word in words if word[0] in "-\u2013\u2212"]
        on = [word.lstrip("+#").strip(".") for word in words if word[0] not in "-\u2013\u2212"]
        if not words:
            raise NotUnderstood("#label: schrijf er een of meer woorden achter; met -woord gaat er een af.")
        if odd := [word for word in on + off if not _LABEL.fullmatch(word)]:
            raise NotUnderstood(f"#label: “{odd[0][:80]}” is geen label: alleen letters, cijfers, - en _.")
        return cls(tuple(dict.fromkeys(on)), tuple(dict.fromkeys(off)))

    def carry_out(self, case: Case) -> Done:
        """Add and take off."""
        had = case.klacht.labels
        if unknown := [word for word in self.off if word not in had]:
            has = f"Wel: {', '.join(had)}." if had else "Er zijn geen labels."
            raise NotPossible(f"{case.klacht.kenmerk} heeft geen label “{unknown[0]}”. {has}")
        labels = tuple(word for word in dict.fromkeys((*had, *self.on)) if word not in self.off)
        if len(labels) > MOST_LABELS:
            raise NotPossible(f"Een klacht heeft ten hoogste {MOST_LABELS} labels. Haal er eerst een af.")
        klacht = replace(case.klacht, labels=labels)
        klacht, event = _set(case, klacht, "labels", ", ".join(labels), ", ".join(had))
        said = f"Labels: {', '.join(labels)}." if labels else "Er zijn geen labels meer."
        return Done(klacht, (event,), said)


@dataclass(frozen=True, slots=True)
class Confide(Order):
    """Keep its content out of our mails to agents."""

    words: ClassVar = ("vertrouwelijk", "confidential")
    usage: ClassVar = "#vertrouwelijk [nee]"
    help: ClassVar = (
        "mails aan behandelaars laten voortaan weg wat de melder schreef en meestuurde; met nee erachter "
        "niet meer"
    )

    on: bool

    @classmethod
    def read(cls, rest: str, text: str) -> Self:  # noqa: ARG003 - takes no text
        """Yes, where nothing stands behind it."""
        word = rest.strip(" \t\xa0.,;:!").casefold()
        if word not in (*_NO, "", "ja", "yes"):
            raise NotUnderstood(f"#vertrouwelijk: wat bedoelt u met “{word[:80]}”? Niets erachter, of nee.")
        return cls(word not in _NO)

    def carry_out(self, case: Case) -> Done:
        """Set it."""
        words = {True: "ja", False: "nee"}
        klacht = replace(case.klacht, confidential=self.on)
        klacht, event = _set(case, klacht, "confidential", words[self.on], words[case.klacht.confidential])
        said = (
            "is vertrouwelijk: de inhoud staat niet meer in mails"
            if self.on
            else "is niet meer vertrouwelijk"
        )
        return Done(klacht, (event,), f"{klacht.kenmerk} {said}.")


@dataclass(frozen=True, slots=True)
class AllowContact(Order):
    """The melder, who wanted to hear nothing more, does so again."""

    words: ClassVar = ("contact",)
    usage: ClassVar = "#contact"
    help: ClassVar = (
        "de melder wilde geen contact meer en mailde daarna zelf dat het weer mag: vanaf nu gaan onze mails "
        "weer naar de melder"
    )

    def carry_out(self, case: Case) -> Done:
        """Only with a mail of the melder on record that is younger than the refusal."""
        klacht, mail = case.klacht, case.melders_mail
        if klacht.contact_allowed:
            raise NotPossible(f"De melder van {klacht.kenmerk} krijgt onze mails al.")
        if mail is None or (case.refused_at and mail.at <= case.refused_at):
            raise NotPossible(
                "De melder wilde geen contact meer, en heeft daarna niet zelf gemaild. Contact kan weer als "
                "die mail er is. Mogelijk is: #notitie."
            )
        klacht = replace(klacht, contact_allowed=True)
        proof = f"bericht {mail.arrival}"
        klacht, event = _set(case, klacht, "contact_allowed", f"ja ({proof})", "nee")
        return Done(klacht, (event,), f"Onze mails gaan weer naar de melder. Het bewijs is {proof}.")


@dataclass(frozen=True, slots=True)
class NameBeklaagde(Order):
    """Whom the klacht is about: they may not handle it (Awb 9:7)."""

    words: ClassVar = ("beklaagde", "accused")
    usage: ClassVar = "#beklaagde naam"
    help: ClassVar = (
        "over wie de klacht gaat: een collega of een e-mailadres. Die krijgt de klacht niet te behandelen en "
        "krijgt er geen taken meer van (Awb 9:7); met nee erachter: over niemand"
    )

    name: str

    @classmethod
    def read(cls, rest: str, text: str) -> Self:  # noqa: ARG003 - takes no text
        """A colleague, an address, or nobody."""
        if not (name := named(rest)):
            raise NotUnderstood("#beklaagde: schrijf erachter over wie de klacht gaat: naam of adres.")
        return cls("" if name.casefold() in (*_NO, "niemand", "nobody", "-") else name)

    def carry_out(self, case: Case) -> Done:
        """Whoever has it loses it, where it is about them."""
        klacht, address = case.klacht, self._address(case)
        changed = replace(klacht, beklaagde=address)
        changed, event = _set(case, changed, "beklaagde", address, klacht.beklaagde)
        if not address:
            return Done(changed, (event,), f"{klacht.kenmerk} gaat over geen persoon.")
        said = f"{klacht.kenmerk} gaat over {address}, die hem niet mag behandelen (Awb 9:7)."
        events: tuple[Event, ...] = (event,)
        if klacht.assigned_to == address:
            changed = replace(changed, assigned_to=None)
            events += (Assigned(case.at, case.actor, "", klacht.team or ""),)
            said += " Hij staat op geen naam meer."
        return Done(changed, events, said)

    def _address(self, case: Case) -> str:
        if not self.name or ADDRESS.fullmatch(self.name):
            return self.name.lower()
        return the_agent(self.name, case.organisation).address
