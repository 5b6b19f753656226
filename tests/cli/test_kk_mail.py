"""`mailagent klantcontact`, after a real exchange of mails."""

from __future__ import annotations

import json
from pathlib import Path

from desk import open_desk
from typer.testing import CliRunner

from mailagent.cli import app


def test_kk_mail_c1199_a_mail_becomes_a_klacht_a_task_and_a_klantcontact(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, database=f"sqlite:///{tmp_path}/mailagent.db")
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    receipt, task = jan.gets("ontvangstbevestiging"), anna.gets("nieuw_voor_team")
    anna.replies(task, "#antwoord\nBij welk loket was dat?")
    jan.replies(jan.gets("antwoord"), "Het was bij loket 3.")
    desk.citizen("eve@elsewhere.example").replies(receipt, "Ik was het.")

    ran = CliRunner().invoke(
        app, ["klantcontact", task.kenmerk, "--config", str(tmp_path / "mailagent.toml")]
    )

    assert ran.exit_code == 0, ran.output
    told = json.loads(ran.stdout)
    texts = [(c["betrokkene"]["initiator"], c["klantcontact"]["inhoud"].strip()) for c in told]
    assert texts == [
        (True, "Ik werd onbeleefd behandeld."),
        (False, "Bij welk loket was dat?"),
        (True, "Het was bij loket 3."),
    ]
    assert [c["internetaak"] and c["internetaak"]["status"] for c in told] == [
        "verwerkt",
        None,
        "te_verwerken",
    ]
    assert [c["onderwerpobject"] for c in told] == [None, {"wasKlantcontact": 1}, None]
    assert {c["klantcontact"]["referentienummer"] for c in told} == {task.kenmerk}
    assert receipt.reply_to not in ran.stdout
    assert task.reply_to not in ran.stdout


def test_kk_mail_of_a_klacht_that_is_not_there_nothing_is_told(tmp_path: Path) -> None:
    open_desk(tmp_path, database=f"sqlite:///{tmp_path}/mailagent.db")

    ran = CliRunner().invoke(
        app, ["klantcontact", "KL26-09999", "--config", str(tmp_path / "mailagent.toml")]
    )

    assert ran.exit_code == 2
