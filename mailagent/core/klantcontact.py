"""What Open Klant would be told of a klacht: a klantcontact for each mail of the melder and each answer.

Field names and lengths are those of Open Klant 2.18 (klantinteracties v1); the parts stand in the order in
which they are posted (VNG cases C1199, C5499, C9708, C5655). What refers to another part has no uuid yet.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mailagent.core.chat import is_conversation, number_of
from mailagent.core.klacht import Klacht
from mailagent.core.postal import Postal

ONDERWERP, INHOUD, NAAM, ADRES, OBJECT = 200, 1000, 200, 80, 200
"""The most characters a field takes."""

KANALEN = {
    "email": "E-mail",
    "letter": "Brief",
    "message": "Bericht",
    "web": "Webformulier",
    "phone": "Telefoon",
    "counter": "Balie",
}
TALEN = {"nl": "nld", "en": "eng", "fr": "fra"}  # ISO 639-2
OMSCHRIJVING = "Opgenomen na een ontvangen e-mail"
OMSCHRIJVING_BERICHT = "Opgenomen na een ontvangen bericht"
HANDELING = "Lezen en bepalen benodigde actie"
_SECRET = re.compile(
    r"\+[rb]-[a-z2-7]{16}@|/(?:kto|bevestig|status|login)/[^\s>\"]+", re.IGNORECASE | re.ASCII
)


@dataclass(frozen=True, slots=True)
class Said:
    """One mail of the melder (`by` is ""), or one answer by an agent. `at` is when it was received or sent.

    `reached`: did it arrive, None where that is not known yet. `read_at`: when an agent first acted on it.
    """

    at: datetime
    text: str
    by: str = ""
    files: tuple[str, ...] = ()
    reached: bool | None = True
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Klantcontact:
    """What was said: documentary, never altered afterwards."""

    kanaal: str
    onderwerp: str
    inhoud: str
    indicatieContactGelukt: bool | None
    taal: str
    vertrouwelijk: bool
    plaatsgevondenOp: str
    referentienummer: str


@dataclass(frozen=True, slots=True)
class Contactnaam:
    """A name as the mail gave it: what is first name and what is not cannot be told."""

    voorletters: str
    voornaam: str
    voorvoegselAchternaam: str
    achternaam: str


@dataclass(frozen=True, slots=True)
class Correspondentieadres:
    """Where the melder gets letters, in lines; nobody has looked it up in the BAG."""

    nummeraanduidingId: None
    adresregel1: str
    adresregel2: str
    adresregel3: str
    land: str


@dataclass(frozen=True, slots=True)
class Betrokkene:
    """The melder. A sender address is not enough to link a partij."""

    wasPartij: None
    rol: str
    initiator: bool
    contactnaam: Contactnaam
    organisatienaam: str
    correspondentieadres: Correspondentieadres | None


@dataclass(frozen=True, slots=True)
class DigitaalAdres:
    """Where the melder wrote from."""

    adres: str
    soortDigitaalAdres: str
    omschrijving: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who took it in or answered: geautomatiseerde_actor, medewerker, or organisatorische_eenheid."""

    naam: str
    soortActor: str


@dataclass(frozen=True, slots=True)
class Bijlage:
    """A file, by its name."""

    objectId: str
    codeObjecttype: str
    codeRegister: str
    codeSoortObjectId: str


@dataclass(frozen=True, slots=True)
class Onderwerpobject:
    """What it is about: an earlier klantcontact, by its place in the list, from 1."""

    wasKlantcontact: int


@dataclass(frozen=True, slots=True)
class Internetaak:
    """What a mail asks of people. It is te_verwerken until an agent acts, and then verwerkt."""

    referentienummer: str
    gevraagdeHandeling: str
    toegewezenAanActoren: tuple[Actor, ...]
    status: str
    afgehandeldOp: str | None


@dataclass(frozen=True, slots=True)
class Contact:
    """All that is posted about one mail, in this order."""

    klantcontact: Klantcontact
    betrokkene: Betrokkene
    digitaaladres: DigitaalAdres | None
    actorklantcontact: Actor
    bijlagen: tuple[Bijlage, ...]
    onderwerpobject: Onderwerpobject | None
    internetaak: Internetaak | None


def contacts(klacht: Klacht, said: Sequence[Said], team: str) -> tuple[Contact, ...]:
    """One contact for each thing said, in the order given; an answer points at the last mail before it.

    `team` is the name of the team that reads what the melder writes.
    """
    questions = [place for place, one in enumerate(said, start=1) if not one.by]
    return tuple(
        Contact(
            _klantcontact(klacht, one, first=place == 1),
            _betrokkene(klacht, one),
            _address(klacht.melder),
            Actor(one.by[:NAAM], "medewerker") if one.by else Actor("mailagent", "geautomatiseerde_actor"),
            tuple(Bijlage(name[:OBJECT], "bestand", "mailagent", "bestandsnaam") for name in one.files),
            _about(place, questions) if one.by else None,
            None if one.by else _task(klacht, one, team),
        )
        for place, one in enumerate(said, start=1)
    )


def _klantcontact(klacht: Klacht, one: Said, *, first: bool) -> Klantcontact:
    return Klantcontact(
        kanaal=KANALEN[klacht.channel if first or is_conversation(klacht.melder) else "email"],
        onderwerp=_open(klacht.subject)[:ONDERWERP],
        inhoud=_open(one.text)[:INHOUD],
        indicatieContactGelukt=one.reached,
        taal=TALEN[klacht.language],
        vertrouwelijk=klacht.confidential,
        plaatsgevondenOp=one.at.isoformat(),
        referentienummer=klacht.kenmerk,
    )


def _betrokkene(klacht: Klacht, one: Said) -> Betrokkene:
    name = Contactnaam("", "", "", klacht.melder_name[:NAAM])
    return Betrokkene(
        None, "klant", not one.by, name, klacht.organisation[:NAAM], _correspondence(klacht.postal)
    )


def _correspondence(postal: Postal | None) -> Correspondentieadres | None:
    if postal is None or len(postal.street) > ADRES:
        return None
    place = f"{postal.postcode} {postal.city}"[:ADRES]
    return Correspondentieadres(None, postal.street, place, "", "NL")


def _address(melder: str) -> DigitaalAdres | None:
    if is_conversation(melder):  # a number is not enough to link a partij (C9853)
        number = number_of(melder)
        kind = "telefoonnummer" if number.lstrip("+").isdecimal() else "overig"
        return DigitaalAdres(number, kind, OMSCHRIJVING_BERICHT) if len(number) <= ADRES else None
    # an address that was cut off would be somebody else's
    return DigitaalAdres(melder, "email", OMSCHRIJVING) if 0 < len(melder) <= ADRES else None


def _about(place: int, questions: Sequence[int]) -> Onderwerpobject | None:
    before = [question for question in questions if question < place]
    return Onderwerpobject(before[-1]) if before else None


def _task(klacht: Klacht, one: Said, team: str) -> Internetaak:
    actors = [Actor(team[:NAAM], "organisatorische_eenheid")]
    if klacht.assigned_to:
        actors.append(Actor(klacht.assigned_to[:NAAM], "medewerker"))
    done = one.read_at.isoformat() if one.read_at else None
    status = "verwerkt" if done else "te_verwerken"
    return Internetaak(klacht.kenmerk, HANDELING, tuple(actors), status, done)


def _open(text: str) -> str:
    """A text without the reply addresses and links that work for their addressee alone."""
    return _SECRET.sub("[…]", text)
