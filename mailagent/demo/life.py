"""One whole life of a klacht, played over real SMTP and real HTTP; every step is checked."""

from __future__ import annotations

import re
import smtplib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage

from mailagent.demo import browser
from mailagent.demo.people import ANNA, BRAM, JAN, Person, hand_in, new_mail, reply
from mailagent.demo.postbus import Item, Postbus
from mailagent.demo.telling import Teller
from mailagent.flow.world import World
from mailagent.store import audit, klachten

PATIENCE = 30.0
"""How many seconds a mail may take to arrive before the step does not hold."""

_POLL = 0.05

COMPLAINT = """\
Goedendag,

Onze gft-bak is al drie weken niet geleegd. Ik heb twee keer gebeld en niemand belde terug.
De bak stinkt en zit vol. Kunt u ervoor zorgen dat hij wordt geleegd?

Met vriendelijke groet,
Jan de Vries"""


class NotHeld(Exception):
    """A step of the play did not hold."""

    def __init__(self, expected: str, came: str) -> None:
        super().__init__(f"{expected}: {came}")
        self.expected = expected
        self.came = came


class Interrupted(Exception):
    """Someone stopped the demo during the play."""


@dataclass
class Life:
    """The play, as far as it has come."""

    world: World
    postbus: Postbus
    smtp: tuple[str, int]
    teller: Teller
    stopped: Callable[[], bool]
    patience: float = PATIENCE
    kenmerk: str = ""
    mails: dict[str, Item] = field(default_factory=dict)
    started_after: int = field(init=False)

    def __post_init__(self) -> None:
        self.started_after = self.postbus.last

    def check(self, holds: bool, expected: str, came: object) -> None:  # noqa: FBT001 - reads as a sentence
        """Say that it holds, or end the play with what came instead."""
        if not holds:
            raise NotHeld(expected, str(came))
        self.teller.held(expected)

    def sends(self, who: Person, subject: str, text: str) -> None:
        """A new mail to the municipality."""
        mail = new_mail(who, subject, text, self.world.now())
        self.teller.mail(f"{who.first_name} stuurt", subject, text)
        self._hand_in(who, mail)
        self.mails["complaint"] = Item(0, who.address, bytes(mail))

    def replies(self, who: Person, to: Item, text: str) -> None:
        """An answer to a mail in someone's postbus."""
        mail = reply(who, to, text, self.world.now())
        self.teller.mail(f"{who.first_name} antwoordt", str(mail["subject"]), text)
        self._hand_in(who, mail)

    def _hand_in(self, who: Person, mail: EmailMessage) -> None:
        said = hand_in(mail, who, self.smtp)
        self.check(said.startswith("250"), "de server zegt 250: de mail is bewaard", said)

    def gets(self, who: Person, subject: str, shown_from: str = "") -> Item:
        """The next mail of this play in someone's postbus with these words in its subject."""
        until = time.monotonic() + self.patience
        while not (found := self._new(who, subject)):
            if self.stopped():
                raise Interrupted
            if time.monotonic() > until:
                came = [item.subject for item in self.postbus.newest(who.address, self.started_after)]
                raise NotHeld(f"een mail aan {who.first_name}: “{subject}”", str(came or "niets"))
            time.sleep(_POLL)
        self.teller.mail(f"{who.first_name} krijgt", found.subject, found.text, shown_from)
        return found

    def _new(self, who: Person, subject: str) -> Item | None:
        known = {(item.address, item.number) for item in self.mails.values()}
        for item in self.postbus.newest(who.address, self.started_after):
            about = f"[{self.kenmerk}]" in item.subject if self.kenmerk else self._answers_complaint(item)
            if about and subject in item.subject and (item.address, item.number) not in known:
                self.mails[f"{who.first_name} {item.number}"] = item
                return item
        return None

    def _answers_complaint(self, item: Item) -> bool:
        return item.header("in-reply-to") == self.mails["complaint"].header("message-id")

    def smiley(self, item: Item, word: str) -> str:
        """The link of one of the two smileys in a mail."""
        links = re.findall(rf"^http\S+/{word}$", item.text, re.MULTILINE)
        if len(links) != 1:
            raise NotHeld(f"een link voor ‘{word}’ in de mail", f"{len(links)} links")
        return str(links[0])

    def status(self) -> str:
        """The status of the klacht now."""
        with self.world.store.read() as tx:
            found = klachten.by_kenmerk(tx, self.kenmerk)
        return found.status if found else "er is geen klacht"

    def has_status(self, wanted: str) -> None:
        """Check the status."""
        status = self.status()
        self.check(status == wanted, f"de klacht heeft de status {wanted}", status)

    def events(self) -> list[str]:
        """The words of everything that happened to the klacht."""
        with self.world.store.read() as tx:
            found = klachten.by_kenmerk(tx, self.kenmerk)
            return [event.kind for event in klachten.history(tx, found.id)] if found else []


def _jan_complains(life: Life) -> None:
    life.sends(JAN, "Gft-bak weer niet geleegd", COMPLAINT)


def _acknowledged(life: Life) -> None:
    receipt = life.gets(JAN, "Wij hebben uw klacht ontvangen")
    found = re.search(r"\[([A-Z]+\d\d-\d{5})\]", receipt.subject)
    life.check(found is not None, "er staat een kenmerk in het onderwerp", receipt.subject)
    life.kenmerk = found[1] if found else ""
    day = re.search(r"^Antwoord uiterlijk: (.+)$", receipt.text, re.MULTILINE)
    life.check(day is not None, f"{life.kenmerk}: de laatste dag staat in de mail", receipt.text)
    life.has_status("nieuw")


def _team_gets_task(life: Life) -> None:
    life.mails["task"] = life.gets(ANNA, "Nieuwe klacht", shown_from="Er is een klacht")
    bram = life.gets(BRAM, "Nieuwe klacht", shown_from="Kenmerk")
    own = {life.mails["task"].header("reply-to"), bram.header("reply-to")}
    life.check(len(own) == 2, "Anna en Bram hebben elk een eigen antwoordadres", own)


def _anna_resolves(life: Life) -> None:
    text = "#opgelost gegrond\nUw bak is drie keer overgeslagen. Dat spijt ons.\nHij is vanochtend geleegd."
    life.replies(ANNA, life.mails["task"], text)
    life.gets(ANNA, "Gedaan", shown_from="Uw mail is verwerkt")
    life.has_status("opgelost")


def _jan_gets_smileys(life: Life) -> None:
    mail = life.gets(JAN, "Wij hebben uw klacht afgehandeld", shown_from="Bent u tevreden")
    life.mails["handled"] = mail
    links = {life.smiley(mail, "tevreden"), life.smiley(mail, "ontevreden")}
    life.check(len(links) == 2, "er staan twee smileys in de mail", links)


def _scanner_changes_nothing(life: Life) -> None:
    before = life.events()
    life.teller.says("Een virusscanner opent alle links, nog voor Jan zijn mail leest.")
    for word in ("tevreden", "ontevreden"):
        link = life.smiley(life.mails["handled"], word)
        answers = (browser.sniff(link), browser.look(link).status, browser.look(link).status)
        life.check(set(answers) == {200}, f"de pagina achter ‘{word}’ opent gewoon", answers)
    life.check(life.events() == before, "er is niets veranderd: alleen de knop telt", life.events())
    life.has_status("opgelost")


def _jan_is_unhappy(life: Life) -> None:
    page = browser.look(life.smiley(life.mails["handled"], "ontevreden"))
    life.check("Ik ben niet tevreden" in page.html, "Jan ziet de pagina met zijn keuze", page.html[:200])
    said = "De bak van de buren is geleegd, de mijne niet. Hij zit nog steeds vol."
    life.teller.says(f"Jan schrijft: “{said}” en drukt op Versturen.")
    thanks = page.fill_in(said).send()
    life.check(thanks.status == 200 and "Bedankt" in thanks.html, "Jan ziet een bedankje", thanks.status)
    life.gets(JAN, "Wij hebben uw reactie ontvangen")


def _team_is_asked(life: Life) -> None:
    mail = life.gets(ANNA, "De melder is niet tevreden", shown_from="Kenmerk")
    life.mails["request"] = mail
    life.check("de mijne niet" in mail.text, "Anna leest waarom Jan niet tevreden is", mail.text)
    life.has_status("verzoek_tot_heropenen")


def _anna_reopens(life: Life) -> None:
    text = "#heropenen\nDe wagen heeft uw bak overgeslagen. Wij sturen hem vandaag terug."
    life.replies(ANNA, life.mails["request"], text)
    life.gets(ANNA, "Gedaan", shown_from="Uw mail is verwerkt")
    life.gets(JAN, "Wij hebben uw klacht opnieuw geopend")
    life.has_status("heropend")


def _anna_resolves_again(life: Life) -> None:
    text = "#opgelost gegrond\nDe bak is vanmiddag geleegd. De chauffeur heeft een foto gemaakt."
    life.replies(ANNA, life.mails["request"], text)
    life.gets(ANNA, "Gedaan", shown_from="Uw mail is verwerkt")
    life.mails["handled again"] = life.gets(JAN, "Wij hebben uw klacht afgehandeld", "Wat wij hebben")
    life.has_status("opgelost")


def _old_link_is_over(life: Life) -> None:
    page = browser.look(life.smiley(life.mails["handled"], "ontevreden"))
    life.check(page.status == 410, "de oude link werkt niet meer (410), met uitleg", page.status)


def _jan_is_satisfied(life: Life) -> None:
    page = browser.look(life.smiley(life.mails["handled again"], "tevreden"))
    thanks = page.fill_in("Nu is hij leeg. Bedankt!").send()
    life.check(thanks.status == 200 and "Bedankt" in thanks.html, "Jan ziet een bedankje", thanks.status)
    life.has_status("gesloten")


def _log_is_whole(life: Life) -> None:
    with life.world.store.read() as tx:
        found = [(count, broken) for name, count, broken in audit.verify(tx) if name == life.kenmerk]
    count, broken = found[0] if found else (0, [])
    came = broken or "een leeg logboek"
    life.check(count > 0 and not broken, f"{count} gebeurtenissen, en geen is veranderd", came)


STEPS: tuple[tuple[str, Callable[[Life], None]], ...] = (
    ("Jan mailt een klacht", _jan_complains),
    ("Jan krijgt een ontvangstbevestiging, met kenmerk en laatste dag", _acknowledged),
    ("Het team krijgt de taak per mail", _team_gets_task),
    ("Anna handelt de klacht af: zij antwoordt met #opgelost", _anna_resolves),
    ("Jan krijgt het antwoord, met twee smileys", _jan_gets_smileys),
    ("Een mailscanner opent de links; dat verandert niets", _scanner_changes_nothing),
    ("Jan klikt op ‘niet tevreden’ en schrijft waarom", _jan_is_unhappy),
    ("Het team krijgt een verzoek tot heropenen", _team_is_asked),
    ("Anna heropent de klacht", _anna_reopens),
    ("Anna handelt de klacht opnieuw af", _anna_resolves_again),
    ("De smileys uit de eerste mail werken niet meer", _old_link_is_over),
    ("Jan is tevreden; de klacht is gesloten", _jan_is_satisfied),
    ("Het logboek van de klacht klopt", _log_is_whole),
)
"""The play: the name of each step, and what happens in it."""


def play(life: Life) -> bool:
    """Play every step; False at the first that does not hold. `Interrupted` where someone stopped it."""
    for number, (title, step) in enumerate(STEPS, 1):
        life.teller.step(number, title)
        try:
            step(life)
        except NotHeld as problem:
            life.teller.failed(problem.expected, problem.came)
            return False
        except (OSError, smtplib.SMTPException) as problem:
            life.teller.failed("een server die antwoordt", f"{type(problem).__name__}: {problem}")
            return False
    return True
