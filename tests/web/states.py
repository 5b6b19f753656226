"""Every page in every state it can be in, reached as a visitor reaches it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from browser import INVITATION, ORDER, FakeFlow
from chromium import SECONDS, complaints_of, served
from playwright.sync_api import BrowserContext, Page

from mailagent.config.files import load_rules
from mailagent.core.errors import TryLater
from mailagent.core.feedback import MAX_TEXT, SmileyForm
from mailagent.flow.vote import Invitation
from mailagent.web.app import make_app
from mailagent.web.visitors import MOST_POSTS

LANGUAGES = ("nl", "en", "fr")
RULES = load_rules(None)
LONG = "Gladheidsbestrijding en straatreinigingswerkzaamheden"

SEND = "form button"
_FORM_SENT = """fields => {
  const form = document.createElement("form")
  form.method = "post"
  for (const [name, value] of Object.entries(fields)) {
    const field = document.createElement("textarea")
    field.name = name
    field.value = value
    form.append(field)
  }
  document.body.append(form)
  form.submit()
}"""


@dataclass
class BusyFlow(FakeFlow):
    """A flow whose database is away when an answer comes."""

    def _cast(self, *_: object) -> Invitation:
        raise TryLater


@dataclass(frozen=True)
class State:
    """A page as it can be: how one gets there, with which flow behind it, and how the server calls it."""

    reach: Callable[[Page, str], object]
    status: int = 200
    flow: Callable[[], FakeFlow] = FakeFlow
    languages: tuple[str, ...] = LANGUAGES


def send(page: Page) -> None:
    """Press the button of the form, and be where it leads."""
    with page.expect_navigation():
        page.click(SEND)


def _at(path: str) -> Callable[[Page, str], object]:
    return lambda page, base: page.goto(base + path)


def _answers(word: str, *ticked: str, text: str = "") -> Callable[[Page, str], None]:
    """Open the link of a smiley, tick these, write this, and press the button."""

    def reach(page: Page, base: str) -> None:
        page.goto(f"{base}/kto/goed/{word}")
        for id in ticked:
            page.check(f"#{id}")
        page.fill("#toelichting", text)
        send(page)

    return reach


_CHOSEN = ("1-2", "3-uitleg", "2-nee", "4-10")


def _fills_in(chosen: Sequence[str], tip: str = "") -> Callable[[Page, str], None]:
    """Answer the survey so, and press the button."""

    def reach(page: Page, base: str) -> None:
        page.goto(f"{base}/enquete/goed")
        for id in chosen:
            page.check(f"#antwoord-{id}")
        page.fill("#antwoord-5", tip)
        send(page)

    return reach


def _presses(path: str) -> Callable[[Page, str], None]:
    def reach(page: Page, base: str) -> None:
        page.goto(base + path)
        send(page)

    return reach


def _sends(path: str, before: int = 0, **fields: str) -> Callable[[Page, str], None]:
    """What no form of ours would send; `before` it others of the same place sent as many answers."""

    def reach(page: Page, base: str) -> None:
        for _ in range(before):
            assert page.request.post(f"{base}/kto/goed", form={"keuze": "tevreden"}).ok
        page.goto(f"{base}/kto/goed")
        page.wait_for_load_state("networkidle")
        page.evaluate(f"history.replaceState(null, '', '{path}')")
        with page.expect_navigation():
            page.evaluate(_FORM_SENT, fields)

    return reach


def _order(state: str) -> Callable[[], FakeFlow]:
    return lambda: FakeFlow(order=replace(ORDER, state=state))


_BARE = replace(INVITATION, category="", form=SmileyForm((), photos=False, ask_contact=False))
_DUTCH = ("nl",)

STATES = {
    "kto_tevreden": State(_at("/kto/goed/tevreden")),
    "kto_ontevreden": State(_at("/kto/goed/ontevreden")),
    "kto_open": State(_at("/kto/goed")),
    "kto_zonder_antwoorden": State(_at("/kto/goed/ontevreden"), flow=lambda: FakeFlow(invitation=_BARE)),
    "kto_zonder_keuze": State(_presses("/kto/goed"), 400),
    "kto_niets_gezegd": State(_answers("ontevreden"), 400),
    "kto_zonder_uitleg": State(_answers("ontevreden", "antwoord-anders-ontevreden", "geen_contact"), 400),
    "kto_te_lang": State(_answers("ontevreden", text="wrakhoutverwerking " * (MAX_TEXT // 10)), 400),
    "bedankt_tevreden": State(_answers("tevreden")),
    "bedankt_ontevreden": State(_answers("ontevreden", "antwoord-duurde-te-lang")),
    "bedankt_heropenen": State(_answers("ontevreden", "geen_contact", text="Hij is nog vol.")),
    "gebruikt": State(_at("/kto/answered/tevreden"), 410),
    "verlopen": State(_at("/kto/expired/tevreden"), 410),
    "ouder": State(_at("/kto/older_round/tevreden"), 410),
    "enquete": State(_at("/enquete/goed")),
    "enquete_niets_ingevuld": State(_presses("/enquete/goed"), 400),
    "enquete_half": State(_fills_in(_CHOSEN[:2], "wrakhoutverwerking " * (MAX_TEXT // 10)), 400),
    "enquete_bedankt": State(_fills_in(_CHOSEN)),
    "enquete_gebruikt": State(_at("/enquete/answered"), 410),
    "enquete_gesloten": State(_at("/enquete/closed"), 410),
    "code": State(_at("/s")),
    "code_van_het_vierkant": State(_at("/s/K7QP3MXD")),
    "code_onbekend": State(_presses("/s"), 400),
    "afmelden": State(_at("/afmelden/goed")),
    "afgemeld": State(_presses("/afmelden/goed")),
    "niet_gevonden": State(_at("/kto/verzonnen/tevreden"), 404),
    "niet_mogelijk": State(_sends("/gezond", keuze="tevreden"), 405),
    "te_groot": State(_sends("/kto/goed", toelichting="x" * 70_000), 413),
    "te_vaak": State(_sends("/kto/goed", before=MOST_POSTS, keuze="tevreden"), 429),
    "later": State(_answers("tevreden"), 503, BusyFlow),
    "bevestig": State(_at("/bevestig/goed"), flow=_order("open"), languages=_DUTCH),
    "bevestig_gedaan": State(_presses("/bevestig/goed"), flow=_order("open"), languages=_DUTCH),
    "bevestig_al_gedaan": State(_at("/bevestig/goed"), 410, _order("done"), _DUTCH),
    "bevestig_geweigerd": State(_at("/bevestig/goed"), 410, _order("refused"), _DUTCH),
    "bevestig_verlopen": State(_at("/bevestig/expired"), 410, languages=_DUTCH),
    "origineel": State(_at("/origineel/goed"), languages=_DUTCH),
    "origineel_al_bekeken": State(_at("/origineel/answered"), 410, languages=_DUTCH),
    "origineel_verlopen": State(_at("/origineel/expired"), 410, languages=_DUTCH),
    "origineel_weg": State(_at("/origineel/closed"), 410, languages=_DUTCH),
}
SHOWN = [(name, language) for name, state in STATES.items() for language in state.languages]


@contextmanager
def reached(context: BrowserContext, name: str, language: str, *more: Path) -> Iterator[Page]:
    """A page in one of its states, served to somebody who reads this language, before whom nothing failed."""
    state = STATES[name]
    flow = state.flow()
    shown = replace(flow.invitation, language=language)
    if shown.form.answers:
        answers = tuple(answer for answer in RULES.answers if answer.visible)
        shown = replace(shown, category=LONG, form=SmileyForm(answers, RULES.topics))
    flow.invitation = shown
    context.set_extra_http_headers({"Accept-Language": language})
    page = context.new_page()
    page.set_default_timeout(SECONDS * 1000)
    statuses = []
    page.on("response", lambda heard: statuses.append(heard.status) if _is_page(heard.url) else None)
    with complaints_of(page) as said, served(make_app(flow.doors(*more))) as base:
        state.reach(page, base)
        assert statuses[-1] == state.status
        yield page
        said = [line for line in said if f"status of {state.status} " not in line]
        assert not said, said
    assert context.cookies() == []


def _is_page(url: str) -> bool:
    return "/static/" not in url
