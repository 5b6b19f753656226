"""Why a mail landed where it did, in words: what every verdict means, and every reason for one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mailagent.core.letter import UNREADABLE

VERDICTS = {
    "NewKlacht": "Dit is een nieuwe klacht",
    "Append": "Dit hoort bij een klacht die er al is",
    "AgentCommand": "Dit is een mail van een behandelaar",
    "Settlement": "Een behandelaar beslist over een bericht dat wachtte",
    "ReportReply": "Dit is het antwoord van een behandelaar op een overzicht",
    "Forward": "Dit wacht tot een behandelaar bevestigt van wie de klacht is",
    "FeedbackReply": "Dit is een antwoord op de smileys",
    "BounceNote": "Dit meldt hoe het een mail van ons verging",
    "Scanned": "Dit zijn scans: elke brief komt apart binnen",
    "AutoMail": "Dit is een automatische mail: bewaard, en nooit beantwoord",
    "Duplicate": "Deze mail hadden wij al",
    "Quarantine": "Opzij gezet: wij kunnen de mail niet lezen",
    "Review": "Opzij gezet: een mens kijkt eerst",
}

SET_ASIDE = {
    "spam": "Onze mailserver vertrouwt dit bericht niet: spam, of een vervalste afzender.",
    "secure_notice": "Een melding van een beveiligde mail. Wat de afzender schreef, staat achter de link.",
    "flood": "Van dit adres kwamen in een dag zo veel klachten dat het een robot kan zijn.",
    "too_large": "Het bericht is te groot om te lezen. Alleen de kop is gelezen.",
    "too_deep": "Het bericht zit te vaak in zichzelf verpakt.",
    "too_many_parts": "Het bericht heeft te veel onderdelen.",
    "header_too_long": "De kop van het bericht is te lang.",
    "html_too_large": "De opmaak van het bericht is te groot.",
    "too_slow": "Het lezen van het bericht duurde te lang.",
    "out_of_memory": "Het lezen van het bericht kostte te veel geheugen.",
    "no_scan": "De scanner stuurde een mail zonder PDF, TIFF, JPEG of HEIC.",
    "pile": "Dit lijken meer brieven in één bestand, en er liggen geen scheidingsvellen tussen.",
    "key_gone": "De sleutel waarmee deze brief is opgeborgen, staat niet meer in [security] keys.",
    "no_reader": "Hier kunnen geen brieven worden gelezen.",
    "broken": "Het bericht is kapot: wij kunnen het niet lezen.",
}
"""The reasons of Quarantine and Review that are no sentence by themselves."""

AUTOMATIC = {
    "own_address": "De afzender zijn wij zelf.",
    "auto_submitted": "De mail zegt dat een computer hem stuurde (Auto-Submitted).",
    "null_return_path": "De mail kan nergens naar terug: zo sturen mailservers hun meldingen.",
    "precedence": "De mail zegt dat hij er een van velen is (Precedence).",
    "list": "De mail komt van een mailinglijst of nieuwsbrief (List-…).",
    "x_loop": "De mail waarschuwt voor een lus (X-Loop).",
    "own_message_id": "Het is een mail van onszelf, die terugkwam.",
    "out_of_office_subject": "Het onderwerp is dat van een afwezigheidsbericht.",
    "autoreply_header": "De mail zegt dat hij een automatisch antwoord is (X-Autoreply en dergelijke).",
    "mailer_daemon": "Een mailserver is de afzender.",
    "report": "Het is een rapport van een mailserver.",
    "bounce": "Een mailserver meldt dat iets niet aankwam.",
}
"""The names of SCREENS, and our own address."""

NOT_READ, STUCK = "Nog niet bekeken.", "Opzij gezet: het verwerken mislukte te vaak"
_NOT_PROVEN = "Onze mailserver bewijst niet dat de behandelaar hem schreef: wat erin staat wacht op een link."
_RULED = {
    "admitted": "{by} nam het bericht aan",
    "appended": "{by} voegde het toe aan {kenmerk}",
    "cut": "{by} knipte de stapel in brieven",
    "dismissed": "{by} wees het bericht af",
}


def reason_of(word: str) -> str:
    """What a reason of Quarantine, Review or AutoMail means, as a sentence."""
    known = SET_ASIDE.get(word) or AUTOMATIC.get(word) or UNREADABLE.get(word)
    return known or (f"{word[:1].upper()}{word[1:].removesuffix('.')}." if word else "")


def explained(verdict: Mapping[str, Any]) -> str:
    """A stored verdict (`Verdict.as_dict`) in sentences."""
    return " ".join(_sentences(verdict))


def _sentences(verdict: Mapping[str, Any]) -> Iterator[str]:
    yield f"{VERDICTS[verdict['name']]}."
    if reason := reason_of(str(verdict["reason"])):
        yield reason
    if verdict.get("proven") is False:
        yield _NOT_PROVEN
    if verdict["name"] == "NewKlacht" and verdict["kenmerk"]:
        yield f"De mail noemt {verdict['kenmerk']}: of dat klopt, beoordeelt een mens."
    if melder := verdict.get("melder"):
        yield f"De melder lijkt {melder}."


def ruled(ruling: Mapping[str, Any]) -> str:
    """What a human decided about a message that was set aside, as a sentence."""
    said = _RULED[ruling["what"]].format(by=ruling["by"], kenmerk=ruling.get("kenmerk", ""))
    return f"{said}: {ruling['text']}" if ruling["what"] == "dismissed" else f"{said}."
