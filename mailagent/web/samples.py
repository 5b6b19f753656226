"""One set of values or more for every page, to check by before an admin's own pages may be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from mailagent.core.errors import Mistake
from mailagent.core.feedback import Answer, SmileyForm
from mailagent.core.organisation import StandardAnswer, Topic
from mailagent.core.surveys import KINDS, MULTIPLE, Option, Question, Survey, Words
from mailagent.flow.confirm import Waiting
from mailagent.flow.originals import Original
from mailagent.flow.outward import Leaving
from mailagent.flow.survey import Asked
from mailagent.flow.vote import Invitation
from mailagent.web.confirm import CLOSED
from mailagent.web.manners import GONE, PROBLEMS
from mailagent.web.original import GONE as NO_MORE
from mailagent.web.pages import Pages, Values
from mailagent.web.survey import Filled, form_values
from mailagent.web.vote import SATISFIED, UNSATISFIED, Error, Typed, asked, thanks

KENMERK = "KL26-00042"

_INVITATION = Invitation(
    KENMERK,
    "Afval en inzameling",
    "nl",
    datetime(2026, 4, 7, 12, 5, tzinfo=UTC),
    SmileyForm(
        (
            StandardAnswer("duidelijk", "Het antwoord was duidelijk", satisfied=True),
            StandardAnswer(
                "niet-opgelost", "Het is niet opgelost", satisfied=False, reopens=True, topic="uitkomst"
            ),
            StandardAnswer("anders", "Iets anders", satisfied=False, reopens=True, open=True),
        ),
        (Topic("uitkomst", "Over de uitkomst", "About the outcome", "À propos du résultat"),),
    ),
)
_OWN: Values = {"kenmerk": KENMERK, "until": "dinsdag 7 april 2026 om 14.05 uur"}
_TYPED = Typed(UNSATISFIED, ("anders",), "", contact_refused=True)
_ERROR = Error("Bij dit antwoord hoort een uitleg.", "toelichting", "no_text")
_BARE = replace(_INVITATION, category="", form=SmileyForm(()))
_UNHAPPY = Answer(satisfied=False, text="Hij is nog vol.", contact_refused=True)
_ORDER = "#opgelost gegrond\nDe bak is vanochtend geleegd."
_LEAVING = Leaving(
    "info@elders.example",
    "doorgestuurd_extern",
    "Dit is voor u.",
    "Jan jan@home.example",
    "Sloot",
    "De sloot achter ons huis stinkt.",
    ("sloot.pdf",),
)

_OPTIONS = (Option("sneller", Words("Sneller antwoorden")), Option("uitleg", Words("Beter uitleggen")))
_QUESTIONS = tuple(
    Question(kind, kind, Words("Hoe vond u dat?"), required, _OPTIONS if kind == MULTIPLE else (), many)
    for kind in KINDS
    for required, many in ((kind == MULTIPLE, kind == MULTIPLE),)
)
_SURVEY = Survey("balie", Words("Hoe ging het?"), Words("Kort."), _QUESTIONS, "closed", timedelta(0), 14)
_ASKED = Asked(KENMERK, "Afval en inzameling", "nl", _INVITATION.until, _SURVEY)
_MISSED = {"nps": "required", "rating": "unknown", "multiple": "one", "open": "too_long", "yes_no": "nothing"}
_OPT_OUT = "/afmelden/x"

SAMPLES: Mapping[str, Sequence[Values]] = {
    "kto": (
        {**_OWN, **asked(_INVITATION, Typed(SATISFIED), None)},
        {**_OWN, **asked(_INVITATION, _TYPED, _ERROR)},
        {**_OWN, **asked(_BARE, Typed(), None)},
    ),
    "kto_bedankt": (
        {**_OWN, **thanks(Answer(satisfied=True), reopens=False)},
        {**_OWN, **thanks(_UNHAPPY, reopens=True)},
    ),
    "enquete": (
        form_values(_ASKED, Filled(), {}, _OPT_OUT),
        form_values(replace(_ASKED, category=""), Filled({"nps": ("7",)}), _MISSED, _OPT_OUT),
        form_values(_ASKED, Filled(), {"": "malformed"}, _OPT_OUT),
    ),
    "enquete_bedankt": ({"asked": _ASKED},),
    "afmelden": ({},),
    "code": ({"code": "", "wrong": False}, {"code": "K7QP-3MXD", "wrong": True}),
    "afgemeld": ({},),
    "bevestig": ({"waiting": Waiting(KENMERK, "anna@stad.example", _ORDER, "open", (_LEAVING,))},),
    "bevestig_gedaan": ({"kenmerk": KENMERK},),
    "origineel": ({"waiting": Original(KENMERK, "anna@stad.example", 2)},),
    **dict.fromkeys(
        (*GONE.values(), *CLOSED.values(), *NO_MORE.values()), ({"kenmerk": KENMERK}, {"kenmerk": ""})
    ),
    **dict.fromkeys(PROBLEMS.values(), ({},)),
}


def mistakes(pages: Pages) -> list[Mistake]:
    """Everything an admin should mend in their own pages; an empty list when all is well."""
    return pages.mistakes(SAMPLES)
