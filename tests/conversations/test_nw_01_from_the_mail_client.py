"""A klacht handled from the agent's own mail client alone, over real SMTP, under the strictest proof."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from desk import Desk
from wire import wired_desk

STRICT = 'strict"\nauthserv_id = "mx.stad.example'
BEHIND_OUR_MX = '[intake]\nown_hosts = ["mx.stad.example"]\nbehind_own_mx = ["127.0.0.0/8"]'
PASSED = "mx.stad.example; dmarc=pass header.from=stad.example"
PASSED_ELSEWHERE = "mx.stad.example; dmarc=pass header.from=evil.example"


@pytest.fixture
def strict(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    """A whole service at work behind a mail server that says whose mail is real."""
    with wired_desk(tmp_path, database_url, proof=STRICT, more=BEHIND_OUR_MX) as desk:
        yield desk


def test_nw_01_a_klacht_is_handled_from_the_mail_client_with_all_three_proofs(strict: Desk) -> None:
    jan, anna = strict.citizen("jan@home.example"), strict.agent("anna@stad.example")
    jan.writes("Container", "De gft-bak is weer niet geleegd.")
    receipt, task = jan.gets("ontvangstbevestiging"), anna.gets("nieuw_voor_team")

    def status() -> str:
        return strict.klacht(receipt.kenmerk).status

    anna.replies(task, "#in_behandeling", Authentication_Results=PASSED)
    assert status() == "in_behandeling"
    jan.gets("in_behandeling")

    anna.replies(task, "#antwoord\nIn welke straat staat de bak?", Authentication_Results=PASSED)
    jan.replies(jan.gets("antwoord"), "In de Dorpsstraat.")
    told = anna.gets("aanvulling")
    assert "In de Dorpsstraat." in told.text

    anna.replies(told, "#opgelost gegrond\nDe bak is geleegd.", Authentication_Results=PASSED)
    jan.replies(jan.gets("afgehandeld"), "ontevreden\nHij is nog vol.")
    assert status() == "verzoek_tot_heropenen"

    asked = anna.gets("verzoek_tot_heropenen")
    assert "Hij is nog vol." in asked.text
    anna.replies(asked, "#heropenen\nDe bak is overgeslagen.", Authentication_Results=PASSED)
    jan.gets("heropend")
    anna.replies(asked, "#opgelost gegrond\nNu is hij leeg.", Authentication_Results=PASSED)
    jan.replies(jan.gets("afgehandeld"), "tevreden")

    assert status() == "gesloten"
    done = [e for e in strict.history(receipt.kenmerk) if e.actor == "agent" and e.kind != "order_refused"]
    assert {e.who for e in done} == {anna.address}
    steps = ("taken_up", "answered", "resolved", "reopened")
    assert [e.kind for e in done if e.kind in steps] == [*steps[:3], "reopened", "resolved"]


def test_nw_01_with_one_of_the_three_proofs_missing_nothing_is_done(strict: Desk) -> None:
    jan, anna = strict.citizen("jan@home.example"), strict.agent("anna@stad.example")
    jan.writes("Container", "De gft-bak is weer niet geleegd.")
    task = anna.gets("nieuw_voor_team")

    strict.citizen("mallory@evil.example").replies(
        task, "#in_behandeling", Authentication_Results=PASSED_ELSEWHERE
    )
    assert strict.klacht(task.kenmerk).status == "nieuw"
    anna.gets("opdracht_niet_begrepen")
    anna.writes(f"Re: {task.subject}", "#in_behandeling", Authentication_Results=PASSED)
    assert strict.klacht(task.kenmerk).status == "nieuw"
    assert strict.klachten()[0].refers_to == task.kenmerk
    anna.replies(task, "#in_behandeling")
    assert strict.klacht(task.kenmerk).status == "nieuw"
    assert "#in_behandeling" in anna.gets("opdracht_bevestigen").text
