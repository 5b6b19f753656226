"""`mailagent why` tells in words where a mail landed, for every verdict and every reason there is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from desk import INTAKE, Desk, Got, open_desk
from mornings import at
from post_room import paper
from reports import comes_back
from typer.testing import CliRunner

from mailagent import inbound
from mailagent.cli import app
from mailagent.core.evidence import KINDS, Verdict
from mailagent.core.explained import AUTOMATIC, SET_ASIDE, VERDICTS, reason_of
from mailagent.core.letter import UNREADABLE
from mailagent.core.postroom import Divided
from mailagent.core.screening import SCREENS
from mailagent.flow.process import give_up
from mailagent.store import arrivals

JAN, ANNA, EVE = "jan@home.example", "anna@stad.example", "eve@evil.example"
OWN_MX = """\
authserv_id = "mx.stad.example"
[intake]
own_hosts = ["mx.stad.example"]
behind_own_mx = ["192.0.2.0/24"]
"""
PASSED = "mx.stad.example; dmarc=pass header.from=stad.example"
FORWARDED = (
    "-----Oorspronkelijk bericht-----\nVan: Jan <jan@home.example>\nVerzonden: ma 2 maart 2026 08:12\n"
)
FORWARDED += "Aan: Anna\nOnderwerp: Balie\n\nIk werd onbeleefd behandeld."


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk under strict proof, whose commands can be run."""
    desk = open_desk(tmp_path, database=f"sqlite:///{tmp_path}/mailagent.db", proof="strict", more=OWN_MX)
    yield desk
    desk.house.close()


@pytest.fixture
def task(desk: Desk) -> Got:
    desk.citizen(JAN).writes("Balie", "Ik werd onbeleefd behandeld.")
    return desk.agent(ANNA).gets("nieuw_voor_team")


def why(desk: Desk, folder: Path, *words: str) -> str:
    """What the command prints about the newest arrival, or about these, on one line."""
    with desk.world.store.read() as tx:
        newest = str(arrivals.told(tx)[-1].id)
    ran = CliRunner().invoke(app, ["why", *(words or (newest,)), "--config", str(folder / "mailagent.toml")])
    assert ran.exit_code == 0, ran.output
    return " ".join(ran.stdout.split())


def handled(desk: Desk, task: Got) -> Got:
    desk.agent(ANNA).replies(task, "#opgelost gegrond\nOnze excuses.", Authentication_Results=PASSED)
    return desk.citizen(JAN).gets("afgehandeld")


def _order(desk: Desk, task: Got) -> None:
    desk.agent(ANNA).replies(task, "#in_behandeling")


def _twice(desk: Desk, _task: Got) -> None:
    for _ in range(2):
        desk.citizen(JAN).hands_in(f"From: {JAN}\r\nTo: {INTAKE}\r\nSubject: Bak\r\n\r\nVol.\r\n".encode())


def _to_a_report(desk: Desk, task: Got) -> None:
    desk.agent(ANNA).replies(task, "#toewijzen anna", Authentication_Results=PASSED)
    at(desk, "2026-03-03 08:00")
    desk.agent(ANNA).replies(desk.agent(ANNA).gets("dagoverzicht"), "KL26-00001 #in_behandeling")


SENT: dict[str, tuple[Callable[[Desk, Got], object], str]] = {
    "NewKlacht": (
        lambda desk, task: desk.citizen(EVE).writes(f"Over {task.kenmerk}", "Hoe gaat het?"),
        "Dit is een nieuwe klacht. Een nieuw bericht. De mail noemt KL26-00001: of dat klopt, beoordeelt een",
    ),
    "Append": (
        lambda desk, task: desk.citizen(JAN).writes(f"Over {task.kenmerk}", "Het was bij loket 3."),
        "Dit hoort bij een klacht die er al is. Een reactie in het gesprek.",
    ),
    "AgentCommand": (_order, "Onze mailserver bewijst niet dat de behandelaar hem schreef"),
    "Settlement": (
        lambda desk, _task: [
            desk.citizen(EVE).writes("Koop nu", "Koop nu.", X_Spam_Flag="YES"),
            desk.agent(ANNA).replies(desk.agent(ANNA).gets("ter_beoordeling"), "#afwijzen reclame"),
        ],
        "Een behandelaar beslist over een bericht dat wachtte.",
    ),
    "ReportReply": (_to_a_report, "Dit is het antwoord van een behandelaar op een overzicht."),
    "Forward": (
        lambda desk, _task: desk.agent(ANNA).writes("FW: Balie", FORWARDED),
        "bevestigt van wie de klacht is. Een behandelaar stuurde het door. De melder lijkt jan@home",
    ),
    "FeedbackReply": (
        lambda desk, task: desk.citizen(JAN).replies(handled(desk, task), "Tevreden"),
        "Dit is een antwoord op de smileys.",
    ),
    "BounceNote": (
        lambda desk, _task: comes_back(desk, desk.citizen(JAN).gets("ontvangstbevestiging"), "5.1.1"),
        "Dit meldt hoe het een mail van ons verging.",
    ),
    "Scanned": (
        lambda desk, _task: desk.post_room.scans(desk.post_room.lies(paper(), [Divided((2, 2))])),
        "Dit zijn scans: elke brief komt apart binnen. Scheidingsvellen delen de stapel.",
    ),
    "AutoMail": (
        lambda desk, _task: desk.citizen(JAN).writes("Weg", "Weg.", Auto_Submitted="auto-replied"),
        "De mail zegt dat een computer hem stuurde",
    ),
    "Duplicate": (_twice, "Deze mail hadden wij al."),
    "Quarantine": (
        lambda desk, _task: desk.citizen(JAN).hands_in(
            b"From: jan@home.example\r\nSubject: x\r\n" + b"X-Long: " + b"x" * 300_000 + b"\r\n\r\nx"
        ),
        "Opzij gezet: wij kunnen de mail niet lezen. De kop van het bericht is te lang.",
    ),
    "Review": (
        lambda desk, _task: desk.citizen(EVE).writes("Koop nu", "Koop nu.", X_Spam_Flag="YES"),
        "Opzij gezet: een mens kijkt eerst. Onze mailserver vertrouwt dit bericht niet",
    ),
}


def test_every_verdict_is_tried_here_and_has_words() -> None:
    every = {kind.__name__ for kind in Verdict.__subclasses__()}
    assert set(SENT) == set(VERDICTS) == every


@pytest.mark.parametrize("verdict", SENT)
def test_why_explains_a_verdict_and_its_evidence_in_words(
    desk: Desk, task: Got, tmp_path: Path, verdict: str
) -> None:
    send, said = SENT[verdict]
    send(desk, task)

    with desk.world.store.read() as tx:
        [*_, row] = [row for row in arrivals.told(tx) if row.verdict == verdict]
    told = why(desk, tmp_path, str(row.id))

    assert f"→ {verdict} (" in told
    assert said in told
    for evidence in row.trace["evidence"]:
        assert (
            f"{evidence['kind']} {evidence['value']} ({evidence['source']}): {KINDS[evidence['kind']]}"
            in told
        )


def test_every_reason_that_is_no_sentence_has_words() -> None:
    assert set(AUTOMATIC) == {screen.name for screen in SCREENS} | {"own_address"}
    read = "".join(path.read_text("utf-8") for path in Path(inbound.__path__[0]).glob("*.py"))
    unreadable = {*re.findall(r'Unreadable\("(\w+)"', read), "too_slow", "out_of_memory", "broken"}
    judged = {"spam", "secure_notice", "flood", "no_scan", "pile", "key_gone", "no_reader"}
    assert set(SET_ASIDE) | set(UNREADABLE) == {*unreadable, *judged}
    assert reason_of("password") == UNREADABLE["password"]
    assert reason_of("geen afzender") == "Geen afzender."


def test_why_tells_what_a_human_decided_and_shows_no_secret(desk: Desk, task: Got, tmp_path: Path) -> None:
    desk.citizen(EVE).writes("Koop nu", "Koop nu.", X_Spam_Flag="YES")
    anna = desk.agent(ANNA)
    passed = "mx.stad.example; dmarc=pass header.from=stad.example"
    anna.replies(
        anna.gets("ter_beoordeling"), f"#afwijzen reclame aan {task.reply_to}", Authentication_Results=passed
    )

    told = why(desk, tmp_path, "2")

    assert f"{ANNA} wees het bericht af: reclame aan klachten+r-…@stad.example" in told


def test_why_tells_what_did_not_happen_yet(desk: Desk, task: Got, tmp_path: Path) -> None:
    desk.settle = lambda: None
    desk.citizen(JAN).writes("Afval", "De bak is vol.")
    assert "→ kept (geen klacht): Nog niet bekeken." in why(desk, tmp_path)
    with desk.world.store.read() as tx:
        [waiting] = [row.id for row in arrivals.told(tx) if row.state == "kept"]

    assert give_up(waiting, "het geheugen is op", desk.world, most=1)

    assert "→ stuck (geen klacht): Opzij gezet: het verwerken mislukte te vaak (het geheugen" in why(
        desk, tmp_path
    )
    ran = CliRunner().invoke(app, ["stuck", "--json", "--config", str(tmp_path / "mailagent.toml")])
    assert "het geheugen is op" in json.loads(ran.stdout)["arrivals"][0]["explained"]
    assert task
