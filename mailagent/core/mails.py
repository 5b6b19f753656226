"""The mails we send: for whom each is, what it may say, and what it must say."""

from __future__ import annotations

from dataclasses import dataclass

MELDER, AGENT = "melder", "agent"

ALWAYS = ("organisation", "organisation_address", "organisation_web", "kenmerk", "language")
"""Every mail may name these."""

KLACHT = ("subject", "category", "status", "received", "channel", "last_day", "melder_name")
"""Every mail about a klacht may name these. Moments and days are written out in the mail's language."""

SMILEYS = ("satisfied_url", "unsatisfied_url", "link_until")


@dataclass(frozen=True, slots=True)
class MailKind:
    """One folder under templates/mail. `must` are the variables its text has to show; `may` those it can.

    `switch` names the setting that turns it off, where there is one.
    """

    audience: str
    must: tuple[str, ...]
    may: tuple[str, ...] = ()
    switch: str = ""

    @property
    def variables(self) -> frozenset[str]:
        """Everything a template of this mail may use."""
        return frozenset(ALWAYS + KLACHT + self.must + self.may)


MAILS: dict[str, MailKind] = {
    # to the melder
    "ontvangstbevestiging": MailKind(MELDER, ("kenmerk", "received", "last_day", "quote"), ("attachments",)),
    "in_behandeling": MailKind(MELDER, ("kenmerk",), ("last_day",), switch="mail_in_behandeling"),
    "antwoord": MailKind(MELDER, ("kenmerk", "text")),
    "afgehandeld": MailKind(
        MELDER, ("kenmerk", "text", "oordeel", *SMILEYS), ("ombudsman", "ombudsman_until")
    ),
    "afgehandeld_na_ontevreden": MailKind(MELDER, ("kenmerk", "text", *SMILEYS)),
    "feedback_ontvangen": MailKind(MELDER, ("kenmerk",), ("reopens",)),
    "heropend": MailKind(MELDER, ("kenmerk", "text")),
    "ingetrokken": MailKind(MELDER, ("kenmerk",), ("text",)),
    "naar_tevredenheid": MailKind(MELDER, ("kenmerk",), ("text",)),
    "doorgestuurd": MailKind(MELDER, ("kenmerk", "text")),
    "niet_in_behandeling": MailKind(MELDER, ("kenmerk", "ground", "ombudsman", "ombudsman_until"), ("text",)),
    # to an agent
    "nieuw_voor_team": MailKind(
        AGENT, ("kenmerk", "description", "last_day"), ("team", "attachments", "why", "refers_to", "sender")
    ),
    "toegewezen": MailKind(AGENT, ("kenmerk", "description", "last_day"), ("team", "by", "attachments")),
    "reactie_melder": MailKind(AGENT, ("kenmerk", "description"), ("confirmed", "sender", "attachments")),
    "verzoek_tot_heropenen": MailKind(AGENT, ("kenmerk", "description"), ("reasons",)),
    "opdracht_uitgevoerd": MailKind(AGENT, ("kenmerk", "done"), ("note", "ignored")),
    "opdracht_niet_begrepen": MailKind(AGENT, ("kenmerk", "problems", "help")),
    "opdracht_bevestigen": MailKind(AGENT, ("kenmerk", "order", "confirm_url", "link_until")),
    "hulp": MailKind(AGENT, ("help",)),
    "herinnering": MailKind(AGENT, ("kenmerk", "last_day", "level")),
}
"""`done`, `problems`, `reasons`, `attachments`, `ignored` are tuples of sentences; `help` is a tuple of
(tag, what it does); `quote`, `description`, `text`, `order` and `note` are plain text of a writer, already
made inert; `reopens`, `confirmed` are booleans; the rest are words."""
