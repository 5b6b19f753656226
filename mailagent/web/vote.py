"""The smiley page: what was clicked stands chosen, and only its button counts."""

from __future__ import annotations

from dataclasses import dataclass, replace

from aiohttp import web

from mailagent.core import feedback
from mailagent.core.errors import AnswerWrong
from mailagent.core.feedback import MAX_PHOTOS, MAX_TEXT, Answer
from mailagent.flow.vote import Invitation, Vote
from mailagent.together import Room, Together
from mailagent.web.doors import DOORS, Doors, Link
from mailagent.web.form import TRAP, Sent, sent_by
from mailagent.web.pages import Alike, moment, shown, shown_to_many
from mailagent.web.photos import developed

SATISFIED, UNSATISFIED = "tevreden", "ontevreden"


LOOKS = web.AppKey("looks", Together[Link, Invitation])
VOTES = web.AppKey("votes", Together[Vote, Invitation])


def line_up(app: web.Application, doors: Doors) -> None:
    """Whoever looks or votes while others do goes along with them."""
    app[LOOKS] = Together(doors.look, Room(50))
    app[VOTES] = Together(doors.cast, Room(50, 16 * 1024 * 1024, lambda vote: sum(map(len, vote[2].photos))))
    app.on_cleanup.append(_close)


async def _close(app: web.Application) -> None:
    await app[LOOKS].close()
    await app[VOTES].close()


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form. `choice`: tevreden, ontevreden or "". `ticked`: ids of standard answers."""

    choice: str = ""
    ticked: tuple[str, ...] = ()
    text: str = ""
    contact_refused: bool = False


@dataclass(frozen=True, slots=True)
class Error:
    """What is wrong with the form, as a word and in Dutch, and the id of the place where it can be mended."""

    text: str
    place: str
    word: str = ""


async def show(request: web.Request) -> web.Response:
    """GET and HEAD: the form. Mail scanners open every link, so nothing is counted here."""
    doors = request.app[DOORS]
    round = doors.read_smiley(request.match_info["token"])
    invitation = await request.app[LOOKS].ask(round)
    return _form(request, invitation, Typed(request.match_info.get("smiley", "")))


async def submit(request: web.Request) -> web.Response:
    """POST: the answer counts, once. The same answer again gets the same thanks."""
    doors = request.app[DOORS]
    round = doors.read_smiley(request.match_info["token"])
    typed = Typed(request.match_info.get("smiley", ""))
    try:
        sent = await sent_by(request)
        typed = _typed(sent)
        answer = _answer(sent, typed)
        if sent.first(TRAP):
            invitation = await request.app[LOOKS].ask(round)
        else:
            if sent.files and not answer.satisfied:
                answer = replace(answer, photos=await developed(request, sent.files))
            invitation = await request.app[VOTES].ask((*round, answer))
    except AnswerWrong as problem:
        invitation = await request.app[LOOKS].ask(round)
        return _form(request, invitation, typed, Error(str(problem), _place(typed, problem), problem.word))
    form = invitation.form
    if not answer.satisfied:
        refused = answer.contact_refused and form.ask_contact
        answer = replace(answer, photos=answer.photos if form.photos else (), contact_refused=refused)
    alike = thanks(answer, reopens=form.reopens and feedback.reopens(answer, form.answers))
    own = {"kenmerk": invitation.kenmerk}
    return shown_to_many(request, "kto_bedankt", alike, own, invitation.language)


def thanks(answer: Answer, *, reopens: bool) -> Alike:
    """What the page of thanks says to many: never what one of them wrote."""
    return {"satisfied": answer.satisfied, "reopens": reopens, "contact_refused": answer.contact_refused}


def _typed(sent: Sent) -> Typed:
    ticked = tuple(text for name, text in sent.fields if name in (SATISFIED, UNSATISFIED))
    contact_refused = bool(sent.first("geen_contact"))
    return Typed(sent.first("keuze"), ticked, sent.first("toelichting"), contact_refused)


def _answer(sent: Sent, typed: Typed) -> Answer:
    """Of the two groups on the page only the one under the chosen smiley counts; the other may be hidden."""
    if typed.choice not in (SATISFIED, UNSATISFIED):
        raise AnswerWrong("no_choice", "Kies of u tevreden bent.")
    satisfied = typed.choice == SATISFIED
    reasons = tuple(dict.fromkeys(text for name, text in sent.fields if name == typed.choice))
    return Answer(satisfied, reasons, typed.text, contact_refused=typed.contact_refused and not satisfied)


def _place(typed: Typed, problem: AnswerWrong) -> str:
    if problem.word in ("photos", "no_photo"):
        return "fotos"
    if typed.choice not in (SATISFIED, UNSATISFIED):
        return SATISFIED
    return "toelichting" if typed.ticked or typed.text else "antwoorden"


def _form(
    request: web.Request, invitation: Invitation, typed: Typed, error: Error | None = None
) -> web.Response:
    language = invitation.language
    alike = asked(invitation, typed, error)
    own = {"kenmerk": invitation.kenmerk, "until": moment(invitation.until, language)}
    if error:
        return shown(request, "kto", {**alike, **own}, 400, language)
    return shown_to_many(request, "kto", alike, own, language)


def asked(invitation: Invitation, typed: Typed, error: Error | None) -> Alike:
    """What the form is filled in with, but for what is one melder's own."""
    return {
        "category": invitation.category,
        "form": invitation.form,
        "typed": typed,
        "error": error,
        "max_text": MAX_TEXT,
        "max_photos": MAX_PHOTOS,
    }
