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
    "admitted": "a human decided that it is a klacht",
    "appended": "a human added it to this klacht",
    "duplicate": "the same message (Message-ID and content) was kept before",
    "unreadable": "the reader gave up within its limits",
    "oversize": "larger than intake.max_bytes",
    "bounce": "a delivery report, attached by VERP or by our own Message-ID",
    "secure_notice": "a notice of a safe mail elsewhere: what was written has not come in",
    "encrypted": "written for a key we do not have: smime or pgp",
    "locked": "so many files ask for a password",
    "automatic": "a name in SCREENS: nobody answers this mail",
    "own_address": "it comes from one of our own addresses",
    "spam": "our own mail server marked it as spam",
    "token_melder": "the reply address of a melder, for this klacht",
    "token_agent": "the reply address issued to this agent, for this klacht",
    "token_message": "the reply address issued to this agent, for this message that was set aside",
    "token_from_elsewhere": "a valid reply address, but not from the address it was issued to",
    "reference_own": "In-Reply-To or References holds a Message-ID of ours",
    "reference_known": "In-Reply-To or References holds a stored foreign Message-ID",
    "subject_kenmerk": "a kenmerk in the subject",
    "sender_is_party": "the sender is the melder of the klacht that the mail points at",
    "sender_is_agent": "the sender is a registered agent",
    "forwarded": "an agent passed it on; the value is the first writer, where that can be seen",
    "on_behalf": "the agent wrote whose klacht it is (#namens)",
    "proof_by_token": "the setting takes address and token as proof enough",
    "dmarc_pass": "our own mail server says: aligned DMARC or DKIM pass",
    "dmarc_fail": "our own mail server says: DMARC fail",
    "forged_results": "Authentication-Results bear our authserv-id where only a forger puts it",
    "feedback_word": "the first new line is nothing but a smiley or its word, and its round is open",
    "flood": "its sender brought so many klachten in a day that it may be a robot",
    "no_sender": "no sender address could be found",
}


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
