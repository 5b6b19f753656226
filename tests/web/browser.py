"""A browser without scripts or a will of its own: it opens pages, fills in forms and presses buttons."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse, FormData, web
from aiohttp.test_utils import TestClient, TestServer
from desk import Desk
from surveyed import fake_surveys

from mailagent.core.errors import LinkGone, LinkUnknown, Problem
from mailagent.core.feedback import Answer, SmileyForm, check_answer
from mailagent.core.organisation import Organisation, StandardAnswer
from mailagent.flow.confirm import Waiting
from mailagent.flow.originals import Original
from mailagent.flow.vote import Invitation
from mailagent.service import make_doors
from mailagent.shipped import search_path
from mailagent.web.app import make_app
from mailagent.web.doors import Doors, OriginalDoors

Fields = list[tuple[str, str]]


class Form(HTMLParser):
    """The fields of a page, and what a browser would send of them as they stand."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.inputs: list[dict[str, str | None]] = []
        self.labels: set[str] = set()
        self.text = ""
        self._typing = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("input", "textarea"):
            self.inputs.append({"type": tag, **dict(attrs)})
        if tag == "label":
            self.labels.add(dict(attrs)["for"] or "")
        self._typing = tag == "textarea"

    def handle_endtag(self, tag: str) -> None:
        self._typing = self._typing and tag != "textarea"

    def handle_data(self, data: str) -> None:
        if self._typing:
            self.text += data

    def of(self, name: str) -> list[str]:
        """The values this field can have."""
        return [str(each["value"]) for each in self.inputs if each["name"] == name]

    @property
    def sends(self) -> Fields:
        """Ticked boxes, the chosen radio, and every text."""
        fields: Fields = []
        for each in self.inputs:
            name = str(each["name"])
            if each["type"] in ("radio", "checkbox"):
                fields += [(name, str(each["value"]))] if "checked" in each else []
            else:
                fields.append((name, self.text.removeprefix("\n") if each["type"] == "textarea" else ""))
        return fields


@dataclass(frozen=True)
class Page:
    """What came back."""

    path: str
    status: int
    headers: Mapping[str, str]
    html: str

    @property
    def form(self) -> Form:
        """The form on it."""
        return Form(self.html)

    @property
    def heading(self) -> str:
        """What it says first."""
        return self.html.partition("<h1>")[2].partition("</h1>")[0]


class Browser:
    """Talks HTTP to an app."""

    def __init__(self, runner: asyncio.Runner, client: TestClient[Any, Any]) -> None:
        self._runner, self._client = runner, client

    def get(self, path: str, method: str = "GET", **headers: str) -> Page:
        """Open a page; `_` in a header's name stands for `-`."""
        return self._ask(method, path, None, headers)

    def post(self, path: str, data: Fields | FormData | bytes, **headers: str) -> Page:
        """Send these very fields, or bytes."""
        return self._ask("POST", path, data, headers)

    def press(self, page: Page, *also: tuple[str, str]) -> Page:
        """Press the button of a page, after typing, choosing or ticking `also`."""
        boxes = {each["name"] for each in page.form.inputs if each["type"] == "checkbox"}
        changed = {name for name, _ in also} - boxes
        kept = [(name, value) for name, value in page.form.sends if name not in changed]
        return self.post(page.path, [*kept, *also])

    def _ask(
        self, method: str, path: str, data: Fields | FormData | bytes | None, headers: dict[str, str]
    ) -> Page:
        async def ask() -> Page:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            sent = FormData(data) if isinstance(data, list) else data
            response: ClientResponse
            async with self._client.request(method, path, data=sent, headers=named) as response:
                text = await response.text(errors="replace")
                return Page(response.url.raw_path, response.status, response.headers, text)

        return self._runner.run(ask())


@contextmanager
def browsing(app: web.Application) -> Iterator[Browser]:
    """A browser and a served app."""
    with asyncio.Runner() as runner:

        async def begin() -> TestClient[Any, Any]:
            server = TestServer(app)
            await server.start_server(access_log=None)
            return TestClient(server)

        client = runner.run(begin())
        try:
            yield Browser(runner, client)
        finally:
            runner.run(client.close())


ANSWERS = (
    StandardAnswer("duidelijk", "Het antwoord was duidelijk", satisfied=True),
    StandardAnswer("vol", "De bak is nog vol", satisfied=False, reopens=True),
    StandardAnswer("anders", "Iets anders", satisfied=False, open=True),
)
INVITATION = Invitation(
    "KL26-00042", "Afval en inzameling", "nl", datetime(2026, 4, 7, 12, 5, tzinfo=UTC), SmileyForm(ANSWERS)
)
ORDER = Waiting("KL26-00042", "anna@stad.example", "#opgelost\nDe bak is leeg.", "open")
STAD = Organisation("Gemeente Stad", "klachten@stad.example", "https://stad.example")


def told(ask: Callable[..., Invitation], *about: object) -> Invitation | Problem:
    """What came of it, or what it raised."""
    try:
        return ask(*about)
    except Problem as problem:
        return problem


@dataclass
class FakeFlow:
    """A flow that remembers what it was asked. A token is the word for what is wrong with it, or `goed`."""

    invitation: Invitation = INVITATION
    order: Waiting = ORDER
    organisation: Organisation = STAD
    counted: list[Answer] = field(default_factory=list)
    confirmed: list[int] = field(default_factory=list)
    viewed: list[int] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)

    def doors(self, *more: Path, trusted_proxies: Sequence[str] = ()) -> Doors:
        """For an app; `more` are folders of an admin that go before ours."""
        return Doors(
            read_smiley=lambda token: (self._known(token), 1),
            look=lambda links: [told(self._look, *link) for link in links],
            cast=lambda votes: [told(self._cast, *vote) for vote in votes],
            smileys_of=self._coded,
            read_confirm=self._known,
            waiting=self._waiting,
            confirm=self._confirm,
            surveys=fake_surveys(self.invitation.language),
            originals=OriginalDoors(self._known, self._original, self._seen),
            organisation=self.organisation,
            search=[*more, *search_path("web", None)],
            trusted_proxies=trusted_proxies,
        )

    def _coded(self, code: str) -> str:
        self.tried.append(code)
        if code != "K7QP3MXD":
            raise LinkUnknown
        return "/kto/goed"

    _WRONG = ("goed", "expired", "answered", "older_round", "crash", "closed")

    def _known(self, token: str) -> int:
        if token not in self._WRONG:
            raise LinkUnknown
        return self._WRONG.index(token)

    def _look(self, round_id: int, number: int) -> Invitation:
        assert number == 1
        if self._WRONG[round_id] == "crash":
            raise RuntimeError("secret internals")
        if round_id:
            raise LinkGone(self._WRONG[round_id], "KL26-00042", self.invitation.language)
        return self.invitation

    def _cast(self, round_id: int, number: int, answer: Answer) -> Invitation:
        found = self._look(round_id, number)
        check_answer(answer, found.form.answers)
        self.counted.append(answer)
        return found

    def _original(self, event_id: int) -> Original:
        if event_id or self.viewed:
            raise LinkGone(self._WRONG[event_id] if event_id else "answered", "KL26-00042")
        return Original("KL26-00042", "anna@stad.example", 2)

    def _seen(self, event_id: int) -> bytes:
        self._original(event_id)
        self.viewed.append(event_id)
        return b"\xff\xd8 what came in"

    def _waiting(self, pending_id: int) -> Waiting:
        if pending_id:
            raise LinkGone("expired", "KL26-00042")
        return self.order

    def _confirm(self, pending_id: int) -> Waiting:
        found = self._waiting(pending_id)
        if found.state == "open":
            self.confirmed.append(pending_id)
            self.order = Waiting(found.kenmerk, found.agent, found.text, "done")
        return self.order


def doors_of(desk: Desk) -> Doors:
    """The doors to a whole desk, as the service makes them."""
    return make_doors(desk.house)


def path_of(url: str) -> str:
    """The path of a link in a mail."""
    return "/" + url.split("/", 3)[3]


@contextmanager
def surfing(flow: FakeFlow, *more: Path, trusted_proxies: Sequence[str] = ()) -> Iterator[Browser]:
    """A browser before a fake flow."""
    with browsing(make_app(flow.doors(*more, trusted_proxies=trusted_proxies))) as browser:
        yield browser
