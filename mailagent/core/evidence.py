"""What a mail tells us about itself, and what we conclude: evidence in, verdict out."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields


@dataclass(frozen=True, slots=True)
class Evidence:
    """One observation: its `kind` (one of KINDS), the `value` seen, the header or table it is from."""

    kind: str
    value: str = ""
    source: str = ""

    def as_dict(self) -> dict[str, str]:
        """For the stored trace."""
        return asdict(self)


KINDS = {
    "admitted": "een behandelaar nam het bericht aan",
    "appended": "een behandelaar voegde het bericht toe",
    "token_message": "gestuurd aan het antwoordadres dat deze behandelaar kreeg voor een bericht dat wachtte",
    "token_report": "gestuurd aan het antwoordadres dat deze behandelaar kreeg voor een overzicht",
    "forwarded": "een behandelaar stuurde het door",
    "on_behalf": "de behandelaar schreef erbij van wie de klacht is",
    "cut": "een behandelaar knipte de stapel in brieven",
    "duplicate": "dezelfde mail, of dezelfde brief, kwam eerder binnen",
    "unreadable": "de mail is niet te lezen",
    "oversize": "de mail is te groot",
    "scans": "een scanner stuurde deze bestanden",
    "no_scan": "er zit geen scan bij de mail van de scanner",
    "separators": "er zitten scheidingsvellen tussen de brieven",
    "pile": "het lijken meer brieven, zonder scheidingsvellen ertussen",
    "secure_notice": "het is een bericht dat elders een beveiligde mail klaarstaat",
    "encrypted": "de mail is versleuteld met een sleutel die wij niet hebben",
    "locked": "er zitten bestanden met een wachtwoord bij",
    "flood": "dit adres stuurde in korte tijd heel veel berichten",
    "bounce": "het is een bericht van een mailserver over een mail van ons",
    "automatic": "de mail is door een computer verstuurd",
    "own_address": "de afzender zijn wij zelf",
    "spam": "onze mailserver vindt dit spam",
    "token_melder": "gestuurd aan een antwoordadres dat de melder, of een ander buiten ons, van ons kreeg",
    "token_agent": "gestuurd aan het antwoordadres dat deze behandelaar van ons kreeg",
    "token_from_elsewhere": "een goed antwoordadres, maar een andere afzender",
    "reference_own": "het is een antwoord op een mail van ons",
    "reference_known": "het is een antwoord op een mail die wij kennen",
    "subject_kenmerk": "er staat een kenmerk in het onderwerp",
    "letter_kenmerk": "er staat een kenmerk in de brief",
    "sender_is_party": "de afzender is de melder van deze klacht",
    "sender_is_agent": "de afzender is een behandelaar",
    "proof_by_token": "adres en antwoordadres samen zijn hier bewijs genoeg (instelling)",
    "dmarc_pass": "onze mailserver zegt: de afzender is echt",
    "dmarc_fail": "onze mailserver zegt: de afzender is niet echt",
    "forged_results": "iemand deed alsof onze mailserver de afzender had gecontroleerd",
    "feedback_word": "de eerste regel is alleen een smiley of het woord ervoor",
    "no_sender": "er is geen afzender te vinden",
}
"""Every kind, and what it means in words."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of an arrival. `reason` is for people; `kenmerk` is empty where none applies."""

    reason: str = ""
    kenmerk: str = ""

    @property
    def name(self) -> str:
        """The verdict's own word, as `why` prints it."""
        return type(self).__name__

    def as_dict(self) -> dict[str, object]:
        """Every field, with the name, for the stored trace."""
        return {"name": self.name, **{f.name: getattr(self, f.name) for f in fields(self)}}


class NewKlacht(Verdict):
    """A new klacht; `kenmerk` names an older one it refers to, for a human to judge."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Append(Verdict):
    """A reaction to a klacht; `confirmed` is False where the writer is not proven to be the melder."""

    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class AgentCommand(Verdict):
    """Orders, or a note, by an agent; `proven` is False where it must wait for a confirm link."""

    agent: str = ""
    proven: bool = True


@dataclass(frozen=True, slots=True)
class Settlement(Verdict):
    """An agent's ruling about the message `arrival`; `proven` is False where it waits for a confirm link."""

    agent: str = ""
    arrival: int = 0
    proven: bool = True


@dataclass(frozen=True, slots=True)
class ReportReply(Verdict):
    """Orders by an agent about klachten that `report` lists; `proven` is False where they wait for a confirm
    link."""

    agent: str = ""
    report: int = 0
    proven: bool = True


@dataclass(frozen=True, slots=True)
class Forward(Verdict):
    """An agent passed on the klacht of `melder`; it is opened when the agent has confirmed that."""

    agent: str = ""
    melder: str = ""


@dataclass(frozen=True, slots=True)
class FeedbackReply(Verdict):
    """A plain reply that is an answer to the smileys: its first new line says so and nothing else."""

    satisfied: bool = True


class BounceNote(Verdict):
    """A delivery report: information beside the klacht."""

    __slots__ = ()


class Scanned(Verdict):
    """What the post room scanned together: each letter in it comes in by itself."""

    __slots__ = ()


class AutoMail(Verdict):
    """Automatic mail: stored, never answered, changes nothing."""

    __slots__ = ()


class Duplicate(Verdict):
    """The same message again: recorded, nothing done twice."""

    __slots__ = ()


class Quarantine(Verdict):
    """Cannot be read within our limits: visible and retriable."""

    __slots__ = ()


class Review(Verdict):
    """A human must judge first: nothing is acknowledged."""

    __slots__ = ()
