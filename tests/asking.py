"""A desk that asks: an active survey, and what became of its invitations."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from desk import Desk, Got, open_desk

from mailagent.core.errors import LinkGone
from mailagent.core.surveys import Invitation
from mailagent.flow import survey
from mailagent.store import invitations

LOW = [("contact", "2"), ("duidelijk", "nee"), ("aanbevelen", "9"), ("tip", "Bel terug als u dat belooft.")]
HIGH = [("contact", "5"), ("duidelijk", "ja"), ("aanbevelen", "10")]

QUIET = "mail_kto_herinnering = false"


@dataclass
class Asking:
    """A desk with an active survey, and what the store knows of it."""

    desk: Desk

    def handled(self, subject: str = "Balie", sender: str = "jan@home.example") -> str:
        """A klacht that came in and was handled: its kenmerk."""
        melder, anna = self.desk.citizen(sender), self.desk.agent("anna@stad.example")
        melder.writes(subject, "Ik werd onbeleefd behandeld.")
        task = anna.gets("nieuw_voor_team")
        anna.replies(task, "#opgelost gegrond\nOnze excuses.")
        melder.gets("ontvangstbevestiging"), melder.gets("afgehandeld")
        anna.reads_all()
        return task.kenmerk

    def out(self, kenmerk: str, sender: str = "jan@home.example") -> Got:
        """The invitation, of which the moment comes now."""
        self.changed(kenmerk, send_at=self.desk.now(), due_at=self.desk.now())
        self.desk.passes(minutes=1)
        return self.desk.citizen(sender).gets("kto_uitnodiging")

    def invited(self, kenmerk: str) -> list[Invitation]:
        klacht = self.desk.klacht(kenmerk)
        with self.desk.world.store.read() as tx:
            return invitations.of_klacht(tx, klacht.id)

    def changed(self, kenmerk: str, **fields: object) -> None:
        """Its one invitation, with some fields otherwise."""
        [one] = self.invited(kenmerk)
        with self.desk.world.store.begin() as tx:
            invitations.save(tx, replace(one, **fields))  # type: ignore[arg-type]

    def answers(self, mail: Got, given: list[tuple[str, str]]) -> str:
        id = self.desk.house.links.read_survey(mail.link(r"/enquete/\S+").split("/")[4])
        try:
            survey.answer(id, given, self.desk.world)
        except LinkGone as gone:
            return gone.why
        self.desk.settle()
        return "thanks"

    def suppressed(self, kenmerk: str) -> list[tuple[str, str]]:
        events = [event for event in self.desk.history(kenmerk) if event.kind == "mail_suppressed"]
        return [(event.data["mail"], event.data["reason"]) for event in events]


def asking(folder: Path, more: str = QUIET, database: str = "sqlite:///") -> Asking:
    """A desk with the survey we ship, active; `more` goes under [feedback]."""
    desk = open_desk(folder, more=f"[feedback]\n{more}", database=database)
    survey.activate("afhandeling", desk.world)
    return Asking(desk)
