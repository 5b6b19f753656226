"""Mail that nobody answers."""

from __future__ import annotations

import pytest

from mailagent.core.mail import Attachment, Bounce, Mail
from mailagent.core.screening import SCREENS, screened

HUMAN = "jan@home.example"


def mail(subject: str = "Klacht over de bak", **lines: str) -> Mail:
    headers = tuple((name.replace("_", "-"), value) for name, value in lines.items())
    return Mail(subject=subject, sender=HUMAN, headers=headers)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("auto_submitted", mail(auto_submitted="auto-replied")),
        ("auto_submitted", mail(auto_submitted="Auto-Generated; reason=x")),
        ("null_return_path", mail(return_path="<>")),
        ("precedence", mail(precedence="Bulk")),
        ("list", mail(list_unsubscribe="<mailto:uit@lijst.example>")),
        ("x_loop", mail(x_loop="klachten@stad.example")),
        ("out_of_office_subject", mail("Automatisch antwoord: Uw klacht")),
        ("out_of_office_subject", mail("Afwezig: Uw klacht")),
        ("out_of_office_subject", mail("Afwezigheidsbericht")),
        ("out_of_office_subject", mail("Out of Office AutoReply: your complaint")),
        ("out_of_office_subject", mail("Abwesenheitsnotiz")),
        ("out_of_office_subject", mail("Réponse automatique : votre plainte")),
        ("out_of_office_subject", mail("Jan de Vries: out of office", x_auto_response_suppress="All")),
        ("autoreply_header", mail(x_autoreply="yes")),
        ("mailer_daemon", Mail(sender="MAILER-DAEMON@mx.example")),
        ("mailer_daemon", Mail(headers=(("from", "MAILER-DAEMON <>"),))),
        ("report", mail(content_type="multipart/report; report-type=feedback-report")),
        ("report", Mail(attachments=(Attachment(None, "message/feedback-report", b""),))),
        (
            "report",
            Mail(
                subject="complaint about message from 192.0.2.1",
                attachments=(Attachment(None, "message/rfc822", b"X-HmXmrOriginalRecipient: a@b.example\n"),),
            ),
        ),
        ("bounce", Mail(bounce=Bounce("failed"))),
    ],
)
def test_a_machine_is_recognised(name: str, written: Mail) -> None:
    assert screened(written, None) == name


@pytest.mark.parametrize(
    "written",
    [
        mail(),
        mail(auto_submitted="no"),
        mail(x_auto_response_suppress="All"),
        mail(x_autoreply="no"),
        mail(return_path="<jan@home.example>"),
        mail("Re: Automatisch antwoord: Uw klacht"),
        mail("Afwezigheid van de wijkagent"),
        mail("Niemand op kantoor bereikbaar, altijd out of office"),
        mail(precedence="normal"),
    ],
)
def test_a_person_is_not_taken_for_a_machine(written: Mail) -> None:
    assert screened(written, HUMAN) is None


def test_the_envelope_counts_above_the_return_path_line() -> None:
    assert screened(mail(return_path="<jan@home.example>"), "") == "null_return_path"
    assert screened(mail(return_path="<>"), HUMAN) is None


def test_our_own_message_id_comes_back_only_from_a_loop() -> None:
    own = Mail(sender=HUMAN, message_id="<abcdefghijklmnop.mailagent@stad.example>")
    assert screened(own, HUMAN, "stad.example") == "own_message_id"
    assert screened(own, HUMAN, "elders.example") is None


def test_every_screen_has_a_name_of_its_own() -> None:
    assert len({screen.name for screen in SCREENS}) == len(SCREENS)
