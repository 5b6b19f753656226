"""From evidence to verdict: the ROUTES table, read top to bottom; the first row that fits decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from mailagent.core.evidence import (
    AgentCommand,
    Append,
    AutoMail,
    BounceNote,
    Duplicate,
    Evidence,
    FeedbackReply,
    Forward,
    NewKlacht,
    Quarantine,
    ReportReply,
    Review,
    Scanned,
    Settlement,
    Verdict,
)


@dataclass(frozen=True)
class Findings:
    """All evidence about one mail."""

    evidence: tuple[Evidence, ...]

    @cached_property
    def kinds(self) -> frozenset[str]:
        """What was found."""
        return frozenset(e.kind for e in self.evidence)

    def __contains__(self, kind: str) -> bool:
        return kind in self.kinds

    def value(self, *kinds: str) -> str:
        """The value of the first of these kinds that was found."""
        return next((e.value for kind in kinds for e in self.evidence if e.kind == kind), "")


Maker = Callable[[Findings], Verdict]


@dataclass(frozen=True, slots=True)
class Route:
    """One row: its name, the kinds it needs, the verdict it gives, and the kinds that must be absent."""

    name: str
    needs: tuple[str, ...]
    verdict: Maker
    lacks: tuple[str, ...] = ()

    def fits(self, findings: Findings) -> bool:
        """Everything needed is there, nothing that must be absent."""
        return findings.kinds.issuperset(self.needs) and findings.kinds.isdisjoint(self.lacks)


def _is(verdict: type[Verdict], reason: str, *about: str) -> Maker:
    """A verdict with a fixed reason; its kenmerk is the value of the first kind of `about` that was found."""
    return lambda findings: verdict(reason, findings.value(*about))


def _because(verdict: type[Verdict], kind: str, *about: str) -> Maker:
    """A verdict whose reason is the evidence itself."""
    return lambda findings: verdict(findings.value(kind), findings.value(*about))


def is_doubtful(evidence: Sequence[Evidence]) -> bool:
    """Did our own mail server doubt the sender, or another write in its name?"""
    return any(e.kind in ("dmarc_fail", "forged_results") for e in evidence)


def _proven(findings: Findings) -> bool:
    stands = "dmarc_pass" in findings or "proof_by_token" in findings
    return stands and not is_doubtful(findings.evidence)


_BOTH = "het geregistreerde adres en het antwoordadres kloppen"


def _command(findings: Findings) -> Verdict:
    agent, kenmerk = findings.value("sender_is_agent"), findings.value("token_agent")
    return AgentCommand(_BOTH, kenmerk, agent, _proven(findings))


def _settlement(findings: Findings) -> Verdict:
    agent, arrival = findings.value("sender_is_agent"), int(findings.value("token_message"))
    return Settlement(_BOTH, "", agent, arrival, _proven(findings))


def _report_reply(findings: Findings) -> Verdict:
    agent, report = findings.value("sender_is_agent"), int(findings.value("token_report"))
    return ReportReply(_BOTH, "", agent, report, _proven(findings))


def _forward(findings: Findings) -> Verdict:
    melder = findings.value("on_behalf", "forwarded")
    if not melder:
        return Review("een behandelaar stuurde dit door, en wij zien niet van wie het is")
    return Forward("een behandelaar stuurde het door", "", findings.value("sender_is_agent"), melder)


def _feedback(findings: Findings) -> Verdict:
    satisfied = findings.value("feedback_word") == "tevreden"
    return FeedbackReply("een antwoord op de smileys", findings.value("token_melder"), satisfied)


def _notice(findings: Findings) -> Verdict:
    # who phishes likes to write such notices too: nobody is then sent to open one
    doubted = "spam" in findings or "dmarc_fail" in findings
    kenmerk = findings.value("token_melder", "token_from_elsewhere")
    return Review("spam" if doubted else "secure_notice", kenmerk)


def _unconfirmed(findings: Findings) -> Verdict:
    reason = "het antwoordadres klopt, de afzender is niet bevestigd"
    return Append(reason, findings.value("token_melder"), confirmed=False)


def _appended(findings: Findings) -> Verdict:
    return Append("een behandelaar voegde het toe", findings.value("appended"), confirmed=False)


_THREAD = ("reference_own", "reference_known", "subject_kenmerk", "letter_kenmerk")
_ABOUT = ("token_melder", "token_agent", "reference_own", "reference_known")

TOO_LARGE = "too_large"
"""Why a mail above intake.max_bytes is in Quarantine."""

PILE = "pile"
"""Why a pile that nobody divided waits for a human."""

ROUTES = (
    Route("admitted", ("admitted",), _is(NewKlacht, "een behandelaar nam het aan", *_THREAD)),
    Route("appended", ("appended",), _appended),
    Route("cut", ("cut",), _is(Scanned, "een behandelaar knipte de stapel")),
    Route("duplicate", ("duplicate",), _is(Duplicate, "hetzelfde bericht is al bewaard")),
    Route("unreadable", ("unreadable",), _because(Quarantine, "unreadable")),
    Route("oversize", ("oversize",), _is(Quarantine, TOO_LARGE)),
    Route("bounce", ("bounce",), _is(BounceNote, "een bericht over bezorging", "bounce")),
    Route(
        "secure_notice", ("secure_notice",), _notice, lacks=("token_agent", "token_message", "token_report")
    ),
    Route("automatic", ("automatic",), _because(AutoMail, "automatic", *_ABOUT)),
    Route("own_address", ("own_address",), _is(AutoMail, "own_address")),
    Route("scans", ("scans",), _is(Scanned, "een scanner stuurde het")),
    Route("no_scan", ("no_scan",), _is(Review, "no_scan")),
    Route("separators", ("separators",), _is(Scanned, "scheidingsvellen delen de stapel")),
    Route("pile", ("pile",), _is(Review, PILE)),
    Route("spam", ("spam",), _is(Review, "spam")),
    Route(
        "agent_from_elsewhere",
        ("token_from_elsewhere",),
        _is(Review, "het antwoordadres van een behandelaar, van een ander adres", "token_from_elsewhere"),
    ),
    Route("agent", ("token_agent", "sender_is_agent"), _command),
    Route("settlement", ("token_message", "sender_is_agent"), _settlement),
    Route("report", ("token_report", "sender_is_agent"), _report_reply),
    Route("melder_forged", ("token_melder", "dmarc_fail"), _unconfirmed),
    Route("melder_false_results", ("token_melder", "forged_results"), _unconfirmed),
    Route("melder_elsewhere", ("token_melder",), _unconfirmed, lacks=("sender_is_party",)),
    Route("forged", ("dmarc_fail",), _is(Review, "spam")),
    Route(
        "on_behalf",
        ("on_behalf", "sender_is_agent", "dmarc_pass"),
        _is(NewKlacht, "een behandelaar stuurde het door namens de melder", *_THREAD),
        lacks=("forged_results",),
    ),
    Route("forward", ("forwarded", "sender_is_agent"), _forward),
    Route(
        "party_false_results",
        ("sender_is_party", "forged_results"),
        _is(Review, "een ander schreef een uitslag in de naam van onze mailserver"),
    ),
    Route("feedback", ("token_melder", "feedback_word"), _feedback),
    Route("melder", ("token_melder",), _is(Append, "het antwoordadres van de melder", "token_melder")),
    Route("no_sender", ("no_sender",), _is(Review, "geen afzender")),
    Route("party", ("sender_is_party",), _is(Append, "een reactie in het gesprek", "sender_is_party")),
    Route("flood", ("flood",), _is(Review, "flood")),
    Route("new", (), _is(NewKlacht, "een nieuw bericht", *_THREAD)),
)


UNANSWERED = frozenset(
    {
        "duplicate",
        "unreadable",
        "bounce",
        "automatic",
        "own_address",
        "spam",
        "dmarc_fail",
        "forged_results",
        "secure_notice",
        "no_sender",
    }
)
"""Evidence that nobody waits for an answer of ours, or somebody else than the one who would get it."""


def may_be_answered(evidence: Sequence[Evidence]) -> bool:
    """May the writer hear from us, although a human did not yet judge the mail?"""
    return not any(e.kind in UNANSWERED for e in evidence)


def decide(evidence: Sequence[Evidence]) -> tuple[Verdict, str]:
    """The verdict, and the name of the row that gave it."""
    findings = Findings(tuple(evidence))
    route = next(r for r in ROUTES if r.fits(findings))
    return route.verdict(findings), route.name
