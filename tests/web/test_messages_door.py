"""The door of messages, over HTTP: whose signature it is, what is refused, and the way of an answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from browser import Browser, FakeFlow, Page, browsing, doors_of, surfing
from chatting import MESSAGES, ScriptedGateway, scripted_gateway, signed, whatsapp
from desk import Desk, open_desk

from mailagent.store import arrivals, notices
from mailagent.web.app import make_app
from mailagent.web.visitors import MOST_POSTS

DOOR = "/api/berichten"
HEADER = "X_Hub_Signature_256"


def desk_in(folder: Path, url: str = "") -> Desk:
    return open_desk(folder, more=MESSAGES.format(url=url))


def hand_in(browser: Browser, body: bytes, signature: str = "") -> Page:
    return browser.post(DOOR, body, **{HEADER: signature or signed(body), "Content_Type": "application/json"})


def kept(desk: Desk) -> int:
    with desk.world.store.read() as tx:
        return arrivals.last_judged(tx)


def test_the_gateway_asks_who_we_are_and_hears_its_own_word(tmp_path: Path) -> None:
    with browsing(make_app(doors_of(desk_in(tmp_path)))) as browser:
        asked = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
        page = browser.get(f"{DOOR}?{asked}wij-zijn-het")
        assert (page.status, page.html) == (200, "1158201444")
        assert page.headers["Content-Type"].startswith("text/plain")
        for wrong in (
            f"{asked}anders",
            "hub.challenge=1",
            "",
            f"{asked.replace('subscribe', 'x')}wij-zijn-het",
        ):
            assert browser.get(f"{DOOR}?{wrong}").status == 403


def test_kk_app_c9853_over_the_wire_in_and_out(tmp_path: Path) -> None:
    with scripted_gateway() as gateway:
        desk = desk_in(tmp_path, gateway.url)
        body = whatsapp("De gft-bak is weer niet geleegd.")
        with browsing(make_app(doors_of(desk))) as browser:
            page = hand_in(browser, body)
            assert (page.status, json.loads(page.html)) == (200, {"kept": 1})
            assert hand_in(browser, body).status == 200  # a gateway may repeat itself
        gateway.script = [503, 200]
        desk.settle()
        desk.passes(minutes=2)
        [klacht] = desk.klachten()
        check_answered(gateway, klacht.kenmerk)
        with desk.world.store.read() as tx:
            [receipt] = [n for n in notices.of_klacht(tx, klacht.id) if n.kind == "ontvangstbevestiging"]
            lines = notices.proofs(tx, receipt)
    assert [line.what for line in lines] == ["owed", "offered", "delayed", "accepted"]
    assert "wamid.OUT" in lines[-1].detail


def check_answered(gateway: ScriptedGateway, kenmerk: str) -> None:
    first, again = gateway.heard
    assert (first.body, first.headers["idempotency-key"]) == (again.body, again.headers["idempotency-key"])
    assert first.headers["x-hub-signature-256"] == signed(first.body)
    assert first.headers["authorization"] == "Bearer toegang"
    told = json.loads(first.body)
    assert (told["messaging_product"], told["to"], told["type"]) == ("whatsapp", "31612345678", "text")
    assert kenmerk in told["text"]["body"]


@pytest.mark.parametrize(
    "signature",
    ["sha256=" + "0" * 64, "sha1=abc", "ë", signed(b"another body"), signed(b"{}", "other secret")],
)
def test_what_nobody_signed_is_not_kept(tmp_path: Path, signature: str) -> None:
    desk = desk_in(tmp_path)
    with browsing(make_app(doors_of(desk))) as browser:
        assert hand_in(browser, whatsapp("Bak"), signature).status == 403
        assert browser.post(DOOR, whatsapp("Bak"), Content_Type="application/json").status == 403
    desk.settle()
    assert kept(desk) == 0


def test_who_guesses_signatures_has_to_wait_and_the_gateway_never(tmp_path: Path) -> None:
    with browsing(make_app(doors_of(desk_in(tmp_path)))) as browser:
        wrong = [hand_in(browser, b"{}", "sha256=0").status for _ in range(MOST_POSTS + 2)]
        assert wrong == [403] * MOST_POSTS + [429] * 2
        assert {hand_in(browser, whatsapp(f"Bericht {n}")).status for n in range(MOST_POSTS + 5)} == {200}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "the body is no JSON"),
        (b"\xff\xfe", "the body is no JSON"),
        (b"[" * 100_000, "the body is no JSON"),
        (b"[]", "the body is no JSON object"),
        (b"{}", "id is missing"),
        (b'{"id":"1","from":"jan"}', "text is missing"),
        (b'{"id":"1","text":"Bak"}', "from is missing"),
        (b'{"id":"1","from":"jan de vries","text":"Bak"}', "from is missing"),
        (b'{"id":"1","from":"jan","text":"Bak","at":"gisteren"}', "at is no moment"),
        (b'{"id":"1","from":"jan","text":"Bak","attachments":[{"content":"?"}]}', "no base64"),
        (b'{"id":"1","from":"jan","text":"Bak","attachments":{}}', "attachments is no list"),
        (b'{"entry":[7]}', "an item of entry is no JSON object"),
        (b'{"messages":[{"id":"1","from":"jan","text":"Bak"},{"id":"2"}]}', "from is missing"),
    ],
)
def test_what_is_no_message_is_refused_whole_with_what_is_wrong(
    tmp_path: Path, body: bytes, said: str
) -> None:
    desk = desk_in(tmp_path)
    with browsing(make_app(doors_of(desk))) as browser:
        page = hand_in(browser, body)
    assert page.status == 400
    assert said in json.loads(page.html)["error"]
    desk.settle()
    assert kept(desk) == 0


def test_what_only_tells_of_messages_of_ours_is_welcome_and_nothing_is_kept(tmp_path: Path) -> None:
    body = b'{"entry":[{"changes":[{"value":{"statuses":[{"id":"wamid.OUT","status":"delivered"}]}}]}]}'
    with browsing(make_app(doors_of(desk_in(tmp_path)))) as browser:
        assert json.loads(hand_in(browser, body).html) == {"kept": 0}


def test_too_much_is_refused_before_it_is_read(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, more=MESSAGES.format(url="") + "[intake]\nmax_bytes = 10000")
    with browsing(make_app(doors_of(desk))) as browser:
        page = hand_in(browser, whatsapp("x" * 20_000))
    assert (page.status, json.loads(page.html)) == (413, {"error": "more than 10000 octets in one body"})


def test_without_messages_there_is_no_door() -> None:
    with surfing(FakeFlow()) as browser:
        assert browser.get(DOOR).status == 404
        assert browser.post(DOOR, b"{}").status == 404
