"""What a mail is filled in with: what was kept of it, written out in its language, and its links."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import segno

from mailagent.core import codes, reference
from mailagent.core.feedback import REPLY_WORDS
from mailagent.core.mails import AGENT, ECHOED, MAILS, SMILEYS, Value
from mailagent.core.masked import masked
from mailagent.core.orders import sensible
from mailagent.core.ways import LETTER, MAIL
from mailagent.flow.invite import GOVERNED
from mailagent.flow.world import World
from mailagent.outbound.links import Links
from mailagent.outbound.render import Templates
from mailagent.outbound.words import day, moment
from mailagent.store.notices import Notice

_DAYS, _MOMENTS = (
    ("last_day", "was", "ombudsman_until", "day", "first_day", "until_day"),
    ("received", "link_until", "since", "call_due", "begins"),
)

LONGEST_SUBJECT = 120
"""So much of a subject stands in a link, which some mail programs take no further than 2,000 characters."""


@dataclass(frozen=True, slots=True)
class Filling:
    """Fills in the mails of one house. Links are made here and nowhere else."""

    world: World
    links: Links

    def values(self, notice: Notice, templates: Templates, reply_to: str) -> Mapping[str, Value]:
        """What the template may say, written out in its language; links are made nowhere else."""
        stored = notice.values
        language = templates.language(notice.kind, str(stored.get("language", "nl")))
        values: dict[str, Value] = {name: _tuples(value) for name, value in stored.items()}
        values |= {name: _end(str(stored[name]), language) for name in _DAYS if name in stored}
        values |= {name: moment(str(stored[name]), language) for name in _MOMENTS if name in stored}
        values |= {
            "organisation": self.world.organisation.name,
            "organisation_address": self.world.organisation.address,
            "organisation_web": self.world.organisation.web,
        }
        if "klachten" in stored:
            values["klachten"] = tuple(
                (kenmerk, category, status, colour, _end(end, language), handler)
                for kenmerk, category, status, colour, end, handler in stored["klachten"]
            )
        values |= self._links_in(notice)
        if "round" in stored and notice.way == LETTER:
            values |= self._coded(stored)
        elif "round" in stored:
            values |= self._smileys(stored, reply_to if notice.way == MAIL else "", language)
        if MAILS[notice.kind].audience == AGENT:
            status, handler = str(stored.get("status", "")), str(stored.get("handler", ""))
            sorted_out, by = bool(stored.get("category", "x")), str(stored.get("onward", ""))
            values.setdefault("tags", sensible(status, handler, sorted_out=sorted_out, onward_by=by))
            # a reminder may lie open on a screen: what may not stand in the mail stands in no link of it
            about = stored.get("subject", "") if "subject" in MAILS[notice.kind].about else ""
            subject = f"Re: [{stored.get('kenmerk', '')}] {about}".rstrip()[:LONGEST_SUBJECT]
            values["reply_link"] = reference.mailto(reply_to, masked(subject), "")
            values |= {name: _hidden(values[name]) for name in ECHOED.keys() & values.keys()}
        return values

    def _links_in(self, notice: Notice) -> Iterator[tuple[str, str]]:
        stored, links = notice.values, self.links
        if "invitation" in stored:
            yield "survey_url", links.survey(stored["invitation"])
        if "login" in stored:
            yield "login_url", links.login(stored["login"])
        if "pending" in stored:
            yield "confirm_url", links.confirm(stored["pending"])
        if notice.kind in GOVERNED:
            invitation = stored.get("invitation")
            whose = ("invitation", invitation) if invitation else ("round", stored["round"][0])
            yield "opt_out_url", links.opt_out(*whose)

    def _smileys(self, stored: Mapping[str, Any], reply_to: str, language: str) -> dict[str, Value]:
        """The two links, and two replies that only have to be sent; none in a mail that leaves too late."""
        if datetime.fromisoformat(stored["link_until"]) <= self.world.now():
            return dict.fromkeys(SMILEYS, "")
        (id, number), subject = stored["round"], f"Re: [{stored['kenmerk']}]"
        links: dict[str, Value] = {
            "satisfied_url": self.links.smiley(id, number, satisfied=True),
            "unsatisfied_url": self.links.smiley(id, number, satisfied=False),
        }
        if not (reply_to and self.world.policy.by_reply):
            return links
        happy, unhappy = REPLY_WORDS.get(language, REPLY_WORDS["nl"])
        return links | {
            "satisfied_reply": reference.mailto(reply_to, subject, f"{happy}\r\n\r\n"),
            "unsatisfied_reply": reference.mailto(reply_to, subject, f"{unhappy}\r\n\r\n"),
        }

    def _coded(self, stored: Mapping[str, Any]) -> dict[str, Value]:
        """The code of the round, where to type it, and a square that a phone reads."""
        if datetime.fromisoformat(stored["link_until"]) <= self.world.now():
            return dict.fromkeys(SMILEYS, "")
        code = self.world.policy.code(*stored["round"])
        return {
            **dict.fromkeys(("satisfied_url", "unsatisfied_url"), ""),
            "code": codes.spaced(code),
            "code_url": self.links.code_page(),
            "qr": square(self.links.code_page(code)),
        }


def square(url: str) -> str:
    """A QR code as a picture that stands in the page itself. A quarter of it may be smudged."""
    return str(segno.make(url, error="q", micro=False).svg_data_uri(border=0, scale=4))


def _hidden(value: Value) -> Value:
    """No burgerservicenummer of a melder lies in the mailbox of an agent."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, tuple):
        return tuple(masked(line) for line in value if isinstance(line, str))
    return value


def _end(text: str, language: str) -> str:
    """A day; or a moment, where a term ends at an hour."""
    return moment(text, language) if "T" in text else day(text, language)


def _tuples(value: Any) -> Any:
    """JSON knows lists only."""
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value
