"""The postbus in a browser: read what arrived, answer it, write a complaint, and play the beheerder."""

from __future__ import annotations

import asyncio
import re
import smtplib
from datetime import timedelta
from email.message import EmailMessage
from urllib.parse import quote

from aiohttp import web
from markupsafe import Markup, escape

from mailagent.core.orders import sensible_for
from mailagent.core.reference import kenmerken
from mailagent.demo import beheer
from mailagent.demo.guard import guard, our_names, set_headers, unhindered
from mailagent.demo.people import JAN, PEOPLE, Person, hand_in, new_mail, reply
from mailagent.demo.postbus import Item
from mailagent.demo.stage import Stage
from mailagent.flow import tick
from mailagent.shipped import search_path
from mailagent.store import klachten
from mailagent.web import static
from mailagent.web.form import sent_by
from mailagent.web.pages import PAGES, Pages, shown

STAGE = web.AppKey("stage", Stage)

ROOT = "/postbus"
NEWEST = 50
"""How many mails a page lists."""

FORWARD = {"dag": timedelta(days=1), "week": timedelta(weeks=1)}
"""How far the buttons move the clock on."""

HEADERS_THAT_MATTER = (
    "Return-Path",
    "Reply-To",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "Content-Language",
)

EXAMPLE = "#opgelost gegrond\nWij zijn gaan kijken. U hebt gelijk, en het is vandaag hersteld."

_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,190}", re.ASCII)
_NOT_IN_HTML = re.compile(r"https?://|-+$")
"""Lines of the plain twin that the other twin shows otherwise: a link is a button, a rule is a heading."""

_LINK = re.compile(r"https?://[^\s<>\"']+")


def add_pages(app: web.Application, stage: Stage) -> None:
    """Put the postbus beside the public pages."""
    names = our_names(stage.house.settings)
    postbus = web.Application(middlewares=[guard(names)])
    search = [search_path("web", None)[-1] / "demo"]
    postbus[STAGE] = stage
    postbus[PAGES] = Pages(search, stage.world.organisation)
    postbus[static.STATIC] = static.read_static(search)
    postbus.on_response_prepare.append(set_headers)
    postbus.add_routes(ROUTES)
    unhindered(app, ROOT)
    app.add_subapp(ROOT, postbus)


def _page(request: web.Request, name: str, values: dict[str, object], status: int = 200) -> web.Response:
    stage = request.app[STAGE]
    everywhere = {"people": PEOPLE, "now": stage.clock.now(), "done": request.query.get("gedaan", "")}
    return shown(request, name, everywhere | values, status)


async def start(request: web.Request) -> web.Response:
    """The three parts one can play."""
    postbus = request.app[STAGE].postbus
    known = {who.address for who in PEOPLE}
    counts = {address: postbus.count(address) for address in {*known, *postbus.addresses()}}
    others = [address for address in postbus.addresses() if address not in known]
    return _page(request, "start", {"counts": counts, "others": others, "smtp": _smtp(request)})


def _smtp(request: web.Request) -> str:
    return request.app[STAGE].house.settings.smtp.listen


async def inbox(request: web.Request) -> web.Response:
    """What arrived for one person, newest first."""
    stage, who = request.app[STAGE], _person(request)
    items = await asyncio.to_thread(stage.postbus.of, who.address)
    return _page(request, "inbox", {"who": who, "items": items[:NEWEST]})


async def item(request: web.Request) -> web.Response:
    """One mail, and the form to answer it."""
    who, found = _person(request), _item(request)
    return await _mail_page(request, who, found)


async def answer(request: web.Request) -> web.Response:
    """Send an answer to a mail."""
    who, found = _person(request), _item(request)
    text = (await sent_by(request)).first("tekst").strip()
    if not text:
        return await _mail_page(request, who, found, "Schrijf eerst een antwoord.")
    mail = reply(who, found, text, request.app[STAGE].clock.now())
    problem = await _send(request, who, mail)
    if problem:
        return await _mail_page(request, who, found, problem, text)
    return _to_inbox(who)


async def new(request: web.Request) -> web.Response:
    """The form for a new mail."""
    who = _person(request)
    return _page(request, "new", {"who": who, "error": "", "subject": "", "text": ""})


async def write(request: web.Request) -> web.Response:
    """Send a new mail to the municipality."""
    who, sent = _person(request), await sent_by(request)
    subject, text = sent.first("onderwerp").strip(), sent.first("tekst").strip()
    problem = "" if text else "Schrijf eerst wat er aan de hand is."
    if not problem:
        problem = await _send(request, who, new_mail(who, subject, text, request.app[STAGE].clock.now()))
    if problem:
        values = {"who": who, "error": problem, "subject": subject, "text": text}
        return _page(request, "new", values, status=400)
    return _to_inbox(who)


async def office(request: web.Request) -> web.Response:
    """The beheerder: every klacht, and the clock."""
    world = request.app[STAGE].world
    found = await asyncio.to_thread(beheer.lines, world)
    strays = await asyncio.to_thread(beheer.without_klacht, world)
    ahead = beheer.next_last_day(found, world.now())
    return _page(request, "office", {"lines": found, "strays": strays[:NEWEST], "ahead": ahead})


async def klacht(request: web.Request) -> web.Response:
    """All of one klacht."""
    found = await asyncio.to_thread(beheer.dossier, request.match_info["kenmerk"], request.app[STAGE].world)
    if found is None:
        raise web.HTTPNotFound
    return _page(request, "klacht", {"dossier": found})


async def move_clock(request: web.Request) -> web.Response:
    """Move the clock on, and let it do what is due."""
    stage, how = request.app[STAGE], (await sent_by(request)).first("naar")
    by = FORWARD.get(how)
    if how == "laatste_dag":
        found = await asyncio.to_thread(beheer.lines, stage.world)
        ahead = beheer.next_last_day(found, stage.world.now())
        by = ahead[1] if ahead else None
    if by is None:
        raise web.HTTPBadRequest(text="Deze tijd kent de demo niet.")
    stage.clock.forward(by)
    await asyncio.to_thread(tick.sweep, stage.world)
    await asyncio.to_thread(stage.settle)
    raise web.HTTPSeeOther(f"{ROOT}/beheer?gedaan=klok")


def _person(request: web.Request) -> Person:
    address = request.match_info["address"].lower()
    if not _ADDRESS.fullmatch(address):
        raise web.HTTPNotFound
    known = next((who for who in PEOPLE if who.address == address), None)
    agent = request.app[STAGE].world.organisation.agent(address)
    return known or Person(agent.name if agent else address, address, "behandelaar" if agent else JAN.part)


def _item(request: web.Request) -> Item:
    number = int(request.match_info["number"])
    found = request.app[STAGE].postbus.get(_person(request).address, number)
    if found is None:
        raise web.HTTPNotFound
    return found


async def _mail_page(
    request: web.Request, who: Person, found: Item, error: str = "", text: str = ""
) -> web.Response:
    values = {
        "who": who,
        "item": found,
        "linked": _linked(found.text),
        "framed": _framed(found.html),
        "height": _height(found.text),
        "headers": HEADERS_THAT_MATTER,
        "example": EXAMPLE,
        "tags": await asyncio.to_thread(_tags, request.app[STAGE], who, found),
        "error": error,
        "text": text,
    }
    return _page(request, "mail", values, status=400 if error else 200)


def _tags(stage: Stage, who: Person, found: Item) -> tuple[tuple[str, str], ...]:
    """What a behandelaar can order about the klacht of this mail now."""
    about = kenmerken(found.subject)
    if who.part == JAN.part or not about:
        return ()
    with stage.world.store.read() as tx:
        klacht = klachten.by_kenmerk(tx, about[0])
    return sensible_for(klacht, stage.world.organisation) if klacht else ()


def _linked(text: str) -> Markup:
    """Plain text whose links can be clicked."""
    parts, end = [], 0
    for found in _LINK.finditer(text):
        parts += [escape(text[end : found.start()]), _link(found[0])]
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])


def _link(url: str) -> Markup:
    return Markup('<a href="{0}" target="_blank" rel="noopener">{0}</a>').format(url)


def _framed(html: str) -> str:
    """The HTML twin for a frame: its links open beside it, as in any mail program."""
    return html.replace("<head>", '<head><base target="_blank">', 1)


def _height(text: str) -> int:
    """About how high the HTML twin will be, in pixels: a frame cannot ask, without a script."""
    shown = [line for line in text.splitlines() if not _NOT_IN_HTML.match(line)]
    return min(220 + sum(27 + 27 * (len(line) // 66) if line else 12 for line in shown), 2000)


async def _send(request: web.Request, who: Person, mail: EmailMessage) -> str:
    """Send it by SMTP and wait for what follows; what went wrong, "" where all went well."""
    stage = request.app[STAGE]
    try:
        await asyncio.to_thread(hand_in, mail, who, stage.smtp)
    except (OSError, smtplib.SMTPException) as problem:
        return f"De mailserver nam de mail niet aan: {problem}"
    await asyncio.to_thread(stage.settle)
    return ""


def _to_inbox(who: Person) -> web.Response:
    raise web.HTTPSeeOther(f"{ROOT}/post/{quote(who.address)}?gedaan=verstuurd")


ROUTES = (
    web.get("", start),
    web.get("/", start),
    web.get("/static/{name}", static.show),
    web.get("/post/{address}", inbox),
    web.get("/post/{address}/nieuw", new),
    web.post("/post/{address}/nieuw", write),
    web.get(r"/post/{address}/{number:\d{1,9}}", item),
    web.post(r"/post/{address}/{number:\d{1,9}}", answer),
    web.get("/beheer", office),
    web.get("/beheer/{kenmerk}", klacht),
    web.post("/klok", move_clock),
)
