"""What happened to a klacht, each event as a Dutch sentence: for whoever works on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

EVENTS = {
    "received": "De klacht kwam binnen. {why}",
    "reacted": "De melder reageerde",
    "split_off": "Een tweede klacht is afgesplitst: {kenmerk}",
    "letter_read": "De brief is gelezen ({status}, zekerheid {confidence}). Ontvangen op {received_on}",
    "transcribed": "Een mens schreef op wat er in de brief staat",
    "receipt_dated": "De brief kwam op {day}; dat was {was}",
    "original_asked": "Een behandelaar vroeg om bladzijde {page} van de brief zelf",
    "original_viewed": "Een behandelaar bekeek bladzijde {page} van de brief zelf",
    "taken_up": "In behandeling genomen",
    "assigned": "Toegewezen aan {to}",
    "routed": "Naar een ander team gestuurd: {team}. {why}",
    "field_set": "{name} is nu {value}, was {was}",
    "noted": "Interne notitie",
    "answered": "Antwoord gestuurd aan de melder",
    "letter_written": "Brief gemaakt voor de melder",
    "letter_posted": "Op de post gedaan: {mails}",
    "asked": "Vraag gestuurd aan de melder",
    "call_promised": "De melder wordt gebeld",
    "not_reached": "Gebeld en niet bereikt (poging {attempt})",
    "called_back": "De melder is gebeld",
    "call_overdue": "De melder is niet op tijd gebeld",
    "merged": "De klacht gaat verder in {into}",
    "merged_in": "Klacht {merged} gaat verder in deze",
    "extended": "Verdaagd: de laatste dag is nu {last_day}, was {was}",
    "delay_agreed": "De melder vindt uitstel goed: de laatste dag is nu {last_day}, was {was}",
    "forwarded": "Doorgestuurd naar {name} {to}",
    "copy_sent": "Afschrift gestuurd aan {to}",
    "hearing_invited": "De melder is uitgenodigd voor een gesprek: {place}",
    "hearing_held": "De melder is gehoord",
    "hearing_waived": "De melder hoeft niet te worden gehoord",
    "resolved": "Afgehandeld (oordeel: {oordeel})",
    "closed": "Gesloten (reden: {reason})",
    "reopened": "Opnieuw geopend",
    "reopen_requested": "De melder vraagt om de klacht opnieuw te openen",
    "reopen_declined": "De klacht blijft afgehandeld",
    "feedback_given": "De melder gaf een oordeel: {satisfied}",
    "invited": "Uitgenodigd voor de vragenlijst {survey}",
    "reminded": "De melder kreeg een herinnering",
    "survey_answered": "De melder vulde de vragenlijst {survey} in",
    "follow_up_asked": "Een laag cijfer vraagt om een vervolg",
    "opted_out": "De melder wil geen vragenlijsten meer",
    "round_expired": "De smileys zijn verlopen",
    "settled": "De klacht is gesloten ({why})",
    "level_crossed": "Herinnering: {level}. De laatste dag is {last_day}",
    "term_changed": "De termijn {clock} is opnieuw berekend: was {was}, is nu {ends}",
    "prioritised": "De prioriteit is {priority}, want dat volgt uit status en complexiteit",
    "mail_suppressed": "De mail ‘{mail}’ is niet verstuurd ({reason})",
    "mail_bounced": "De mail ‘{mail}’ aan {recipient} kwam niet aan",
    "address_revived": "Het adres {address} doet het weer",
    "automatic_kept": "Een automatische mail is bewaard ({screen})",
    "order_parked": "Een opdracht wacht op bevestiging",
    "order_lapsed": "Een opdracht is niet op tijd bevestigd",
    "order_refused": "Een opdracht is niet uitgevoerd: {problems}",
    "reply_address_misused": "Iemand anders schreef naar het antwoordadres van {agent}",
}
"""Event → sentence, filled in with what the event says. Nothing the melder wrote stands in it, but the rules
may name a word of it (`why`)."""

QUIET = frozenset(
    {
        "automatic_kept",
        "mail_suppressed",
        "order_parked",
        "order_lapsed",
        "order_refused",
        "reply_address_misused",
    }
)
"""What a short history leaves out."""


def told(kind: str, data: Mapping[str, Any]) -> str:
    """An event as a sentence; after erasure without its details."""
    details = defaultdict(str, {name: _plain(value) for name, value in data.items()})
    return EVENTS[kind].format_map(details).strip()


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "tevreden" if value else "niet tevreden"
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    return str(value).replace("_", " ")
