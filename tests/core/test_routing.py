"""What becomes of a mail: every row of ROUTES, and which row wins where several fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.core.evidence import (
    KINDS,
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
from mailagent.core.routing import ROUTES, Findings, decide

KL, OLD, ANNA, JAN = "KL26-00042", "KL26-00007", "anna@stad.example", "jan@home.example"
DEFAULTS = {"token_melder": KL, "token_agent": KL, "sender_is_party": KL, "sender_is_agent": ANNA}
DEFAULTS |= {"token_from_elsewhere": KL, "reference_own": OLD, "reference_known": OLD, "subject_kenmerk": OLD}
DEFAULTS |= {"appended": OLD, "admitted": ANNA, "token_message": "7", "on_behalf": JAN, "forwarded": JAN}
DEFAULTS |= {"token_report": "7"}
DEFAULTS |= {"bounce": KL, "automatic": "precedence", "unreadable": "too_deep", "feedback_word": "ontevreden"}


UNRULED = sorted(KINDS.keys() - {"admitted", "appended", "cut"})
"""What may be seen of a message before a human has judged it: a ruling wins over all of it."""


def seen(*kinds: str) -> list[Evidence]:
    """Evidence of these kinds; `kind=value` where the value matters."""
    pairs = [kind.partition("=") for kind in kinds]
    return [Evidence(kind, value if sign else DEFAULTS.get(kind, "")) for kind, sign, value in pairs]


def told(*kinds: str) -> tuple[str, Verdict]:
    verdict, row = decide(seen(*kinds))
    return row, verdict


NOT_CONFIRMED = Append("het antwoordadres klopt, de afzender is niet bevestigd", KL, confirmed=False)
FROM_ELSEWHERE = Review("het antwoordadres van een behandelaar, van een ander adres", KL)
PROVEN = AgentCommand("het geregistreerde adres en het antwoordadres kloppen", KL, ANNA, proven=True)
UNPROVEN = AgentCommand("het geregistreerde adres en het antwoordadres kloppen", KL, ANNA, proven=False)
FALSE_NAME = Review("een ander schreef een uitslag in de naam van onze mailserver")

ROWS = {
    "admitted": (("admitted", "spam"), NewKlacht("een behandelaar nam het aan")),
    "appended": (("appended", "spam"), Append("een behandelaar voegde het toe", OLD, confirmed=False)),
    "cut": (("cut", "pile"), Scanned("een behandelaar knipte de stapel")),
    "duplicate": (("duplicate=7",), Duplicate("hetzelfde bericht is al bewaard")),
    "unreadable": (("unreadable",), Quarantine("too_deep")),
    "oversize": (("oversize",), Quarantine("too_large")),
    "bounce": (("bounce",), BounceNote("een bericht over bezorging", KL)),
    "secure_notice": (("secure_notice", "automatic"), Review("secure_notice")),
    "automatic": (("automatic", "reference_own"), AutoMail("precedence", OLD)),
    "own_address": (("own_address",), AutoMail("own_address")),
    "scans": (("scans",), Scanned("een scanner stuurde het")),
    "no_scan": (("no_scan",), Review("no_scan")),
    "separators": (("separators",), Scanned("scheidingsvellen delen de stapel")),
    "pile": (("pile", "letter_kenmerk"), Review("pile")),
    "spam": (("spam",), Review("spam")),
    "agent_from_elsewhere": (("token_from_elsewhere",), FROM_ELSEWHERE),
    "agent": (("token_agent", "sender_is_agent", "dmarc_pass"), PROVEN),
    "settlement": (
        ("token_message", "sender_is_agent", "dmarc_pass"),
        Settlement("het geregistreerde adres en het antwoordadres kloppen", "", ANNA, 7, proven=True),
    ),
    "report": (
        ("token_report", "sender_is_agent", "dmarc_pass"),
        ReportReply("het geregistreerde adres en het antwoordadres kloppen", "", ANNA, 7, proven=True),
    ),
    "melder_forged": (("token_melder", "sender_is_party", "dmarc_fail"), NOT_CONFIRMED),
    "melder_false_results": (("token_melder", "sender_is_party", "forged_results"), NOT_CONFIRMED),
    "melder_elsewhere": (("token_melder",), NOT_CONFIRMED),
    "forged": (("dmarc_fail",), Review("spam")),
    "on_behalf": (
        ("on_behalf", "forwarded", "sender_is_agent", "dmarc_pass"),
        NewKlacht("een behandelaar stuurde het door namens de melder"),
    ),
    "forward": (
        ("forwarded", "sender_is_agent", "dmarc_pass"),
        Forward("een behandelaar stuurde het door", "", ANNA, JAN),
    ),
    "party_false_results": (("sender_is_party", "reference_own", "forged_results"), FALSE_NAME),
    "feedback": (
        ("token_melder", "sender_is_party", "feedback_word"),
        FeedbackReply("een antwoord op de smileys", KL, satisfied=False),
    ),
    "melder": (("token_melder", "sender_is_party"), Append("het antwoordadres van de melder", KL)),
    "no_sender": (("no_sender",), Review("geen afzender")),
    "party": (("sender_is_party", "subject_kenmerk"), Append("een reactie in het gesprek", KL)),
    "flood": (("flood", "reference_known"), Review("flood")),
    "new": ((), NewKlacht("een nieuw bericht")),
}


def test_what_an_agent_passed_on_without_a_visible_writer_is_for_a_human() -> None:
    row, verdict = told("forwarded=", "sender_is_agent", "dmarc_pass")
    assert (row, verdict.name) == ("forward", "Review")


@pytest.mark.parametrize("doubt", ["forged_results", "spam"])
def test_a_doubtful_forward_opens_nothing_by_itself(doubt: str) -> None:
    verdict = told("on_behalf", "forwarded", "sender_is_agent", "dmarc_pass", doubt)[1]
    assert isinstance(verdict, Forward | Review)


def test_every_row_of_the_table_is_tried_here() -> None:
    assert list(ROWS) == [route.name for route in ROUTES]


@pytest.mark.parametrize("row", ROWS)
def test_the_row_decides(row: str) -> None:
    kinds, verdict = ROWS[row]
    assert told(*kinds) == (row, verdict)


def test_the_table_knows_only_kinds_of_evidence_that_exist() -> None:
    assert {kind for route in ROUTES for kind in (*route.needs, *route.lacks)} <= set(KINDS)


def test_the_last_row_fits_every_mail() -> None:
    assert ROUTES[-1].needs == ROUTES[-1].lacks == ()


@given(st.sets(st.sampled_from(UNRULED)))
def test_a_duplicate_wins_over_everything(kinds: set[str]) -> None:
    row, verdict = told("duplicate", *kinds)
    assert (row, verdict.name) == ("duplicate", "Duplicate")


@given(st.lists(st.sampled_from(sorted(KINDS)), unique=True))
def test_the_order_in_which_evidence_was_found_does_not_matter(kinds: list[str]) -> None:
    assert told(*kinds) == told(*sorted(kinds))


@given(st.sets(st.sampled_from(sorted(set(KINDS) - {"token_agent"}))))
def test_no_mail_orders_anything_without_the_token_of_that_agent(kinds: set[str]) -> None:
    assert not isinstance(told(*kinds)[1], AgentCommand)


@given(st.sets(st.sampled_from(UNRULED)))
def test_a_token_from_elsewhere_never_executes(kinds: set[str]) -> None:
    assert not isinstance(told("token_from_elsewhere", *kinds)[1], (AgentCommand, Append, FeedbackReply))


@given(st.sets(st.sampled_from(UNRULED)))
def test_automatic_mail_is_never_a_reaction_an_order_or_a_new_klacht(kinds: set[str]) -> None:
    verdict = told("automatic", *kinds)[1]
    waits = isinstance(verdict, Review) and "secure_notice" in kinds
    assert waits or isinstance(verdict, (AutoMail, BounceNote, Duplicate, Quarantine))


@pytest.mark.parametrize("doubt", ["dmarc_fail", "forged_results"])
@given(kinds=st.sets(st.sampled_from(UNRULED)))
def test_a_sender_in_doubt_confirms_nothing(doubt: str, kinds: set[str]) -> None:
    verdict = told(doubt, *kinds)[1]
    assert not isinstance(verdict, FeedbackReply)
    assert not (isinstance(verdict, Append) and verdict.confirmed)
    assert not (isinstance(verdict, AgentCommand) and verdict.proven)


@given(st.sets(st.sampled_from(sorted(set(KINDS) - {"sender_is_party"}))))
def test_nobody_but_a_party_speaks_for_the_melder(kinds: set[str]) -> None:
    verdict = told(*kinds)[1]
    assert not isinstance(verdict, FeedbackReply)
    assert not (isinstance(verdict, Append) and verdict.confirmed)


WHO_WINS = [
    ("unreadable", ("unreadable", "oversize", "automatic", "token_melder")),
    ("oversize", ("oversize", "bounce", "automatic")),
    ("bounce", ("bounce", "automatic=null_return_path", "token_melder", "sender_is_party")),
    ("bounce", ("bounce", "secure_notice")),
    ("secure_notice", ("secure_notice", "spam")),
    ("secure_notice", ("secure_notice", "token_melder", "sender_is_party")),
    ("agent", ("secure_notice", "token_agent", "sender_is_agent")),
    ("automatic", ("automatic", "own_address", "spam")),
    ("automatic", ("automatic", "token_agent", "sender_is_agent", "dmarc_pass")),
    ("own_address", ("own_address", "token_agent", "sender_is_agent", "dmarc_pass")),
    ("agent_from_elsewhere", ("token_from_elsewhere", "sender_is_agent", "dmarc_pass")),
    ("agent_from_elsewhere", ("token_from_elsewhere", "sender_is_party", "reference_own")),
    ("spam", ("token_from_elsewhere", "dmarc_fail", "spam")),
    ("agent", ("token_agent", "sender_is_agent", "dmarc_fail")),
    ("spam", ("token_agent", "sender_is_agent", "spam", "dmarc_pass")),
    ("agent", ("token_agent", "sender_is_agent", "sender_is_party")),
    ("spam", ("spam", "token_melder", "sender_is_party", "feedback_word")),
    ("spam", ("spam", "token_melder", "dmarc_fail")),
    ("melder_forged", ("token_melder", "sender_is_party", "dmarc_fail", "forged_results", "feedback_word")),
    ("melder_false_results", ("token_melder", "sender_is_party", "forged_results", "feedback_word")),
    ("melder_elsewhere", ("token_melder", "no_sender")),
    ("melder_elsewhere", ("token_melder", "dmarc_pass", "subject_kenmerk")),
    ("forged", ("dmarc_fail", "sender_is_party", "reference_own")),
    ("forged", ("dmarc_fail", "sender_is_party", "forged_results")),
    ("feedback", ("token_melder", "sender_is_party", "feedback_word", "dmarc_pass", "reference_own")),
    ("no_sender", ("no_sender", "subject_kenmerk", "reference_own")),
    ("party", ("flood", "sender_is_party")),
    ("admitted", ("flood", "admitted")),
    ("new", ("forged_results",)),
    ("new", ("sender_is_agent", "dmarc_pass")),
    ("new", ("feedback_word", "reference_own")),
]


@pytest.mark.parametrize(("row", "kinds"), WHO_WINS)
def test_the_first_row_that_fits_decides(row: str, kinds: tuple[str, ...]) -> None:
    assert told(*kinds)[0] == row


@pytest.mark.parametrize(
    ("evidence", "proven"),
    [
        (("dmarc_pass",), True),
        (("proof_by_token",), True),
        ((), False),
        (("dmarc_fail",), False),
        (("forged_results",), False),
        (("proof_by_token", "forged_results"), False),
        (("proof_by_token", "dmarc_fail"), False),
    ],
)
def test_an_order_waits_for_its_confirm_link_unless_it_is_proven(
    evidence: tuple[str, ...], *, proven: bool
) -> None:
    assert told("token_agent", "sender_is_agent", *evidence)[1] == (PROVEN if proven else UNPROVEN)


@pytest.mark.parametrize(
    ("kinds", "refers_to"),
    [
        (("subject_kenmerk",), OLD),
        (("reference_known",), OLD),
        (
            ("reference_own=KL26-00001", "reference_known=KL26-00002", "subject_kenmerk=KL26-00003"),
            "KL26-00001",
        ),
        (("subject_kenmerk=KL26-00003", "reference_known=KL26-00002"), "KL26-00002"),
        ((), ""),
    ],
)
def test_a_stranger_who_names_a_klacht_gets_a_new_one_that_refers_to_it(
    kinds: tuple[str, ...], refers_to: str
) -> None:
    assert told(*kinds) == ("new", NewKlacht("een nieuw bericht", refers_to))


def test_a_reaction_belongs_to_the_klacht_of_which_the_sender_is_a_party() -> None:
    # the mail answers one klacht, and names another in its subject
    assert told("reference_own=KL26-00001", "sender_is_party=KL26-00001", "subject_kenmerk=KL26-00009") == (
        "party",
        Append("een reactie in het gesprek", "KL26-00001"),
    )


def test_the_reply_address_decides_whatever_the_subject_says() -> None:
    verdict = told("subject_kenmerk=KL26-00009", "token_melder", "sender_is_party=KL26-00009")[1]
    assert verdict.kenmerk == KL


@pytest.mark.parametrize(
    ("kinds", "kenmerk"),
    [
        (("token_melder", "reference_own=KL26-00009"), KL),
        (("token_agent", "sender_is_agent"), KL),
        (("reference_known",), OLD),
        (("subject_kenmerk",), ""),
        ((), ""),
    ],
)
def test_an_out_of_office_reply_is_kept_with_the_klacht_it_answers(
    kinds: tuple[str, ...], kenmerk: str
) -> None:
    assert told("automatic=out_of_office_subject", *kinds)[1] == AutoMail("out_of_office_subject", kenmerk)


@pytest.mark.parametrize("doubt", ["spam", "dmarc_fail"])
def test_a_notice_of_a_safe_mail_in_a_false_name_is_spam(doubt: str) -> None:
    assert told("secure_notice", doubt)[1] == Review("spam")


def test_a_smiley_word_says_which_of_the_two() -> None:
    for word, satisfied in (("tevreden", True), ("ontevreden", False)):
        verdict = told("token_melder", "sender_is_party", f"feedback_word={word}")[1]
        assert verdict == FeedbackReply("een antwoord op de smileys", KL, satisfied=satisfied)


def test_findings_give_the_first_value_of_the_first_kind_that_was_seen() -> None:
    findings = Findings(tuple(seen("subject_kenmerk=a", "reference_own=b", "reference_own=c")))
    assert findings.value("reference_known", "reference_own", "subject_kenmerk") == "b"
    assert findings.value("spam") == ""
    assert findings.kinds == {"subject_kenmerk", "reference_own"}
    assert "spam" not in findings


def test_verdict_and_evidence_are_kept_as_plain_values() -> None:
    assert PROVEN.as_dict() == {
        "name": "AgentCommand",
        "reason": "het geregistreerde adres en het antwoordadres kloppen",
        "kenmerk": KL,
        "agent": ANNA,
        "proven": True,
    }
    assert NewKlacht("een nieuw bericht", OLD).as_dict() == {
        "name": "NewKlacht",
        "reason": "een nieuw bericht",
        "kenmerk": OLD,
    }
    assert Evidence("spam", "yes", "X-Spam-Flag").as_dict() == {
        "kind": "spam",
        "value": "yes",
        "source": "X-Spam-Flag",
    }


def test_two_verdicts_are_the_same_only_when_they_are_of_one_kind() -> None:
    review, verdict = Review("spam"), Verdict("spam")
    assert review == Review("spam")
    assert review != verdict
