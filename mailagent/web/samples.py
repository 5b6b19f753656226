"""One set of values or more for every page, to check by before an admin's own pages may be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from mailagent.core.errors import Mistake
from mailagent.core.feedback import MAX_PHOTOS, MAX_TEXT, Answer
from mailagent.core.organisation import StandardAnswer, Topic
from mailagent.core.surveys import KINDS, MULTIPLE, Option, Question, Survey, Words
from mailagent.flow.confirm import Waiting
from mailagent.flow.outward import Leaving
from mailagent.flow.survey import Asked
from mailagent.flow.vote import Invitation
from mailagent.web.confirm import CLOSED
from mailagent.web.manners import GONE, PROBLEMS
from mailagent.web.pages import Pages, Values
from mailagent.web.survey import Filled, form_values
from mailagent.web.vote import SATISFIED, UNSATISFIED, Error, Typed

KENMERK = "KL26-00042"

_INVITATION = Invitation(
    KENMERK,
    "Afval en inzameling",
    "nl",
    datetime(2026, 4, 7, 12, 5, tzinfo=UTC),
    (
        StandardAnswer("duidelijk", "Het antwoord was duidelijk", satisfied=True),
        StandardAnswer(
            "niet-opgelost", "Het is niet opgelost", satisfied=False, reopens=True, topic="uitkomst"
        ),
        StandardAnswer("anders", "Iets anders", satisfied=False, reopens=True, open=True),
    ),
    (Topic("uitkomst", "Over de uitkomst", "About the outcome", "À propos du résultat"),),
)
_FORM: Values = {
    "invitation": _INVITATION,
    "typed": Typed(SATISFIED),
    "error": None,
    "max_text": MAX_TEXT,
    "max_photos": MAX_PHOTOS,
}
_WRONG: Values = {
    "typed": Typed(UNSATISFIED, ("anders",), "", contact_refused=True),
    "error": Error("Bij dit antwoord hoort een uitleg.", "toelichting", "no_text"),
}
_BARE: Values = {"invitation": replace(_INVITATION, category="", answers=()), "typed": Typed()}
_THANKS: Values = {"invitation": _INVITATION, "answer": Answer(satisfied=True), "reopens": False}
_UNHAPPY: Values = {
    "answer": Answer(satisfied=False, text="Hij is nog vol.", contact_refused=True),
    "reopens": True,
}
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
    "kto": (_FORM, {**_FORM, **_WRONG}, {**_FORM, **_BARE}),
    "kto_bedankt": (_THANKS, {**_THANKS, **_UNHAPPY}),
    "enquete": (
        form_values(_ASKED, Filled(), {}, _OPT_OUT),
        form_values(replace(_ASKED, category=""), Filled({"nps": ("7",)}), _MISSED, _OPT_OUT),
        form_values(_ASKED, Filled(), {"": "malformed"}, _OPT_OUT),
    ),
    "enquete_bedankt": ({"asked": _ASKED},),
    "afmelden": ({},),
    "afgemeld": ({},),
    "bevestig": ({"waiting": Waiting(KENMERK, "anna@stad.example", _ORDER, "open", (_LEAVING,))},),
    "bevestig_gedaan": ({"kenmerk": KENMERK},),
    **dict.fromkeys((*GONE.values(), *CLOSED.values()), ({"kenmerk": KENMERK}, {"kenmerk": ""})),
    **dict.fromkeys(PROBLEMS.values(), ({},)),
}


def mistakes(pages: Pages) -> list[Mistake]:
    """Everything an admin should mend in their own pages; an empty list when all is well."""
    return pages.mistakes(SAMPLES)
