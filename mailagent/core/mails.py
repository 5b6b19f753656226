"""The mails we send: for whom each is, what it may say, and what it must say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MELDER, AGENT, OTHER = "melder", "agent", "other"
"""For whom a mail is; the last: somebody outside, or whom a klacht is about."""

Value = str | bool | tuple[str, ...] | tuple[tuple[str, ...], ...]
Values = Mapping[str, Value]
"""What a mail is filled in with. Moments and days are written out in the mail's language."""

ALWAYS = ("organisation", "organisation_address", "organisation_web", "kenmerk", "language", "way")
"""Every mail may name these. `organisation_address` is a mail address; `way` says how it leaves
(core/ways.py)."""

ON_PAPER = ("address", "return_address", "date", "code", "code_url", "qr")
"""A letter may name these as well: the lines in the window, ours above it, its day, and the smileys of its
round on paper, which are empty where it has none."""

KLACHT = ("subject", "category", "status", "received", "channel", "last_day", "melder_name", "handler")
"""Every mail about a klacht may name these. `category` is its name, `status` and `channel` are the words
of the store; an unknown `category` or `melder_name` is empty, and so is the name of the `handler` where
nobody has it."""

SMILEYS = ("satisfied_url", "unsatisfied_url", "link_until")
"""Every mail to the melder may name these; they are empty where its round has no open invitation."""

REPLIES = ("satisfied_reply", "unsatisfied_reply")
"""So may it these: links that open a reply in which the word stands already. They hold the reply address."""

TO_AGENTS = ("tags", "reply_link", "confidential", "stands_in_for")
"""Every mail to an agent may name these: what makes sense now, the link that begins a reply of this reader (a
tag is put behind it), whether the klacht is confidential and its content therefore left out, and the name
of the absent agent for whom its reader stands in."""

ECHOED = {
    "subject": 150,
    "melder_name": 80,
    "sender": 254,
    "postal": 400,
    "recipient": 254,
    "quote": 5_000,
    "description": 20_000,
    "attachments": 120,
    "locked": 120,
    "left_out": 120,
    "order": 5_000,
    "dossier": 100_000,
    "note": 5_000,
    "problems": 400,
    "ignored": 120,
    "why": 400,
    "history": 300,
    "error": 400,
    "answers": 2_500,
    "low": 400,
    "held": 400,
    "automatic": 400,
    "waiting": 400,
    "lost": 400,
    "letters": 400,
}
"""Words that a stranger may have written, and how many characters of them a mail shows. Whoever renders
makes them inert: a stranger can enter a victim's address and let us carry a link to it."""


TASK = ("colour", "why", "human", "suggested", "history", "earlier", "brought", "postal")
"""What a mail about work to do may say beside its own: how the term stands, what the rules decided, why
they left it to a human, what earlier klachten suggest, what happened before, the melder's earlier klachten,
how many there were, and where the melder gets letters."""


@dataclass(frozen=True, slots=True)
class MailKind:
    """One folder under templates/mail. `must` are the variables its text has to show; `may` those it can.

    What `may` names may be left out, and is then empty. `about` are the facts of the klacht it may name.
    `switch` names the setting that turns it off, where there is one.
    """

    audience: str
    must: tuple[str, ...]
    may: tuple[str, ...] = ()
    switch: str = ""
    about: tuple[str, ...] = KLACHT

    @property
    def optional(self) -> tuple[str, ...]:
        """What the sender may leave out."""
        more = {MELDER: SMILEYS + REPLIES + ON_PAPER, AGENT: TO_AGENTS}.get(self.audience, ())
        return tuple(name for name in self.may + more if name not in self.must)

    @property
    def variables(self) -> frozenset[str]:
        """Everything a template of this mail may use."""
        return frozenset(ALWAYS + self.about + self.must + self.optional)


MAILS: dict[str, MailKind] = {
    # to the melder
    "ontvangstbevestiging": MailKind(
        MELDER,
        ("kenmerk", "received", "last_day", "quote"),
        ("attachments", "locked", "encrypted", "advised"),
    ),
    "geweigerd_wachtwoord": MailKind(MELDER, ("kenmerk", "locked")),
    "geweigerd_versleuteld": MailKind(MELDER, ("kenmerk",)),
    "geweigerd_te_groot": MailKind(MELDER, ("size", "most", "received"), about=("subject", "melder_name")),
    "in_behandeling": MailKind(MELDER, ("kenmerk",), ("last_day",), switch="mail_in_behandeling"),
    "aanvulling_ontvangen": MailKind(
        MELDER, ("kenmerk",), ("last_day", "attachments"), switch="mail_aanvulling"
    ),
    "antwoord": MailKind(MELDER, ("kenmerk", "text")),
    "vraag": MailKind(MELDER, ("kenmerk", "text")),
    "afgehandeld": MailKind(
        MELDER, ("kenmerk", "text", "oordeel", *SMILEYS), ("conclusions", "ombudsman", "ombudsman_until")
    ),
    "afgehandeld_na_ontevreden": MailKind(MELDER, ("kenmerk", "text", *SMILEYS)),
    "feedback_ontvangen": MailKind(MELDER, ("kenmerk",), ("reopens",)),
    "heropend": MailKind(MELDER, ("kenmerk", "text")),
    "ingetrokken": MailKind(MELDER, ("kenmerk",), ("text",)),
    "naar_tevredenheid": MailKind(MELDER, ("kenmerk",), ("text",)),
    "doorgestuurd": MailKind(MELDER, ("kenmerk", "text"), ("forwarded_to",)),
    "niet_in_behandeling": MailKind(MELDER, ("kenmerk", "ground", "ombudsman", "ombudsman_until"), ("text",)),
    "verdaging": MailKind(MELDER, ("kenmerk", "last_day", "text"), ("was",)),
    "instemming": MailKind(MELDER, ("kenmerk", "last_day"), ("text", "was")),
    "hoorzitting": MailKind(MELDER, ("kenmerk", "begins", "place"), ("text", "changed")),
    "kto_uitnodiging": MailKind(
        MELDER,
        ("kenmerk", "title", "survey_url", "link_until", "opt_out_url"),
        ("intro",),
        switch="mail_kto_uitnodiging",
    ),
    "kto_herinnering": MailKind(
        MELDER,
        ("kenmerk", "link_until", "opt_out_url"),
        ("title", "survey_url"),
        switch="mail_kto_herinnering",
    ),
    # to others
    "verdaging_beklaagde": MailKind(
        OTHER, ("kenmerk", "last_day"), ("was",), about=("subject", "received", "last_day")
    ),
    "doorgestuurd_extern": MailKind(
        OTHER,
        ("kenmerk", "description"),
        ("sender", "name", "text", "attachments", "left_out"),
        about=("subject", "received", "melder_name"),
    ),
    "afschrift_beklaagde": MailKind(
        OTHER,
        ("kenmerk", "description"),
        ("attachments", "left_out"),
        about=("subject", "received", "last_day", "melder_name"),
    ),
    # to an agent
    "nieuw_voor_team": MailKind(
        AGENT,
        ("kenmerk", "description", "last_day"),
        ("team", "attachments", "left_out", "refers_to", "sender", "locked", "encrypted", *TASK),
    ),
    "toegewezen": MailKind(
        AGENT, ("kenmerk", "description", "last_day"), ("team", "by", "attachments", "left_out", *TASK)
    ),
    "aanvulling": MailKind(
        AGENT,
        ("kenmerk", "description"),
        ("withdraws", "asked_by", "sender", "attachments", "left_out", "locked", "encrypted", *TASK),
    ),
    "reactie_melder": MailKind(
        AGENT,
        ("kenmerk", "description"),
        (
            *("confirmed", "asked_by", "sender", "smiley", "reasons", "attachments", "left_out"),
            *("locked", "encrypted", *TASK),
        ),
    ),
    "verzoek_tot_heropenen": MailKind(
        AGENT,
        ("kenmerk", "description"),
        ("reasons", "attachments", "left_out", "locked", "encrypted", *TASK),
    ),
    "opvolgtaak": MailKind(AGENT, ("kenmerk", "answers"), ("low", "title"), switch="mail_opvolgtaak"),
    "samengevoegd": MailKind(AGENT, ("kenmerk", "merged", "description"), TASK),
    "terugbellen": MailKind(AGENT, ("kenmerk", "call_due"), ("note", "attempts", "by", *TASK)),
    "opdracht_uitgevoerd": MailKind(AGENT, ("kenmerk", "done"), ("note", "ignored", "dossier")),
    "opdracht_niet_begrepen": MailKind(AGENT, ("kenmerk", "problems", "help")),
    "opdracht_bevestigen": MailKind(AGENT, ("kenmerk", "order", "confirm_url", "link_until"), ("why",)),
    "ter_beoordeling": MailKind(
        AGENT, ("kenmerk", "why", "description"), ("sender", "attachments"), about=("subject", "received")
    ),
    "brief_controleren": MailKind(
        AGENT,
        ("kenmerk", "description", "confidence"),
        ("reason", "retype", "reaction", "unsafe", "attachments", "left_out"),
    ),
    "inloglink": MailKind(AGENT, ("kenmerk", "login_url", "link_until", "page"), about=()),
    "brief_nodig": MailKind(
        AGENT,
        ("kenmerk", "mail", "law"),
        (
            *("reason", "text", "conclusions", "oordeel", "ground", "was", "begins", "place", "forwarded_to"),
            *("ombudsman", "ombudsman_until", "postal", "recipient", "error"),
        ),
    ),
    "hulp": MailKind(AGENT, ("help",), about=()),
    "niet_bezorgd": MailKind(
        AGENT, ("kenmerk", "mail", "error"), ("recipient", "to_melder", "dead", "on_paper")
    ),
    "brieven": MailKind(AGENT, ("kenmerk", "day", "letters", "batch_number"), ("left_out",), about=()),
    # to the coordinator, about a mailbox we fetch from
    "postbus_stil": MailKind(AGENT, ("mailbox", "since", "error"), about=()),
    "postbus_hersteld": MailKind(AGENT, ("mailbox", "since"), about=()),
    # to the coordinator, about rules or mails that were changed and cannot be taken over
    "regels_geweigerd": MailKind(AGENT, ("mistakes",), ("more",), about=()),
    "mails_geweigerd": MailKind(AGENT, ("mistakes",), ("more",), about=()),
    # may lie open on a screen, so it knows nothing of what the melder wrote
    "herinnering": MailKind(
        AGENT, ("kenmerk", "last_day", "level"), ("awaits", "late"), about=("category", "status")
    ),
    "escalatie": MailKind(
        AGENT,
        ("kenmerk", "last_day", "level"),
        ("awaits", "late", "team"),
        about=("category", "status", "handler"),
    ),
    # to an agent in the morning, and to the coordinator: they list klachten, and know no more of these
    "dagoverzicht": MailKind(
        AGENT,
        ("kenmerk", "day"),
        ("klachten", "more", "figures", "held", "automatic", "mailboxes", "waiting", "lost"),
        about=(),
    ),
    "weekoverzicht": MailKind(
        AGENT, ("kenmerk", "first_day", "until_day", "trend"), ("klachten", "more"), about=()
    ),
}
"""`done`, `problems`, `reasons`, `attachments`, `locked`, `ignored`, `answers`, `low`, `held`, `automatic`,
`mailboxes`, `waiting`, `lost`, `letters` are tuples of words, `figures` of (name, number), `klachten` of
(kenmerk, category, status, colour, when its first term ends, handler), `trend` of (category, received, the
week before, handled, the week before, days on average, the week before),
`help` and `tags` of (tag, what it does), `tags` those that make sense now; `quote`, `description`, `text`,
`order` and `note` are plain text of a writer; `oordeel` is one of OORDELEN, `ground` one of GROUNDS;
`reopens`, `withdraws`, `confirmed`, `encrypted`, `advised`, `to_melder` and `late` are booleans; `awaits` is
what stops a clock (see core/clocks.py); the rest are words. `kenmerk` may be empty in `hulp`, and is in
`geweigerd_te_groot` and the mails about a mailbox."""

BY_LAW = {
    "ontvangstbevestiging": "Awb 9:6",
    "verdaging": "Awb 9:11 lid 2",
    "hoorzitting": "Awb 9:10",
    "doorgestuurd": "Awb 2:3",
    "niet_in_behandeling": "Awb 9:8 lid 3",
    "afgehandeld": "Awb 9:12",
}
"""The mails to the melder that the law asks for: who cannot get one by mail gets it as a letter."""

TO_MELDER = frozenset(name for name, kind in MAILS.items() if kind.audience == MELDER)
