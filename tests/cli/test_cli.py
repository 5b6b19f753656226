"""What an admin types, and what it answers: exit codes, JSON, and mistakes with file and line."""

from __future__ import annotations

import json
import mailbox
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from servers import free_port
from typer.testing import CliRunner

from mailagent.cli import app

RUNNER = CliRunner()
MAIL = (
    b"From: Jan <jan@home.example>\r\nTo: klachten@stad.example\r\nSubject: Container\r\n"
    b"Message-ID: <%s@home.example>\r\n\r\nDe gft-bak is weer niet geleegd.\r\n"
)

SAMPLE = """
[organisation]
name = "Gemeente Voorbeeld"
address = "klachten@stad.example"
web = "http://127.0.0.1:8080"
[database]
url = "sqlite:///{folder}/mailagent.db"
[smtp]
listen = "127.0.0.1:2525"
[relay]
host = "127.0.0.1"
port = {relay}
[web]
listen = "127.0.0.1:8080"
[security]
keys = ["change-me-to-32-random-bytes-or-more"]
"""


@pytest.fixture
def config(tmp_path: Path) -> str:
    """A configuration as the docs show it."""
    path = tmp_path / "mailagent.toml"
    path.write_text(SAMPLE.format(folder=tmp_path, relay=free_port()), "utf-8")
    return str(path)


def ask(*words: str, code: int = 0) -> str:
    """Run a command; its standard output."""
    result = RUNNER.invoke(app, list(words))
    assert result.exit_code == code, (result.output, result.exception)
    return result.stdout


def ask_json(*words: str, code: int = 0) -> Any:
    """Run a command with --json; what it says, and nothing else."""
    return json.loads(ask(*words, "--json", code=code))


def test_init_writes_a_file_with_a_random_key_once(tmp_path: Path) -> None:
    path = tmp_path / "conf" / "mailagent.toml"

    ask("init", "--config", str(path))
    first = path.read_text("utf-8")
    ask("init", "--config", str(path), code=2)

    assert path.read_text("utf-8") == first
    assert "change-me" not in first
    assert path.stat().st_mode & 0o077 == 0


def test_a_missing_configuration_is_one_clear_line(tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["list", "--config", str(tmp_path / "none.toml")])

    assert result.exit_code == 2
    assert "mailagent init" in result.stderr
    assert "Traceback" not in result.stderr


def test_check_names_every_mistake_at_once_with_file_and_line(config: str) -> None:
    path = Path(config)
    text = re.sub(r"port = \d+", 'port = "x"\nhots = "y"', path.read_text("utf-8"))
    path.write_text(text, "utf-8")

    findings = ask_json("check", "--config", config, code=1)["findings"]

    texts = [finding["text"] for finding in findings]
    assert any("mailagent.toml:12" in text for text in texts), texts
    assert any("hots" in text for text in texts)


def test_check_says_what_strict_proof_means_and_that_nobody_answers(config: str) -> None:
    texts = " ".join(f["text"] for f in ask_json("check", "--config", config, code=1)["findings"])

    assert "confirm link" in texts
    assert "has no members" in texts
    assert "[relay]" in texts


def test_check_says_what_an_authserv_id_alone_is_worth(config: str) -> None:
    path = Path(config)
    path.write_text(path.read_text("utf-8") + '\n[agents]\nauthserv_id = "mx.stad.example"\n', "utf-8")

    texts = " ".join(f["text"] for f in ask_json("check", "--config", config, code=1)["findings"])

    assert "behind_own_mx is empty" in texts
    assert "own_hosts is empty" in texts


def test_take_puts_real_mail_in_and_why_explains_it(tmp_path: Path, config: str) -> None:
    mail = tmp_path / "klacht.eml"
    mail.write_bytes(MAIL % b"1")

    [taken] = ask_json("take", str(mail), "--config", config)
    [again] = ask_json("take", str(mail), "--config", config)

    assert (taken["kenmerk"], taken["verdict"]) == ("KL26-00001", "NewKlacht")
    assert again["verdict"] == "Duplicate"
    [why] = ask_json("why", "KL26-00001", "--config", config)
    assert why["arrival"] == taken["arrival"]
    assert why["message_id"] == "<1@home.example>"
    assert set(why) >= {
        "sha256",
        "channel",
        "received_at",
        "state",
        "verdict",
        "kenmerk",
        "reason",
        "evidence",
    }
    assert len(ask_json("why", "--all", "--config", config)) == 2
    [one] = ask_json("why", str(again["arrival"]), "--config", config)
    assert one["evidence"][0]["kind"] == "duplicate"


def test_take_reads_a_folder_and_an_mbox(tmp_path: Path, config: str) -> None:
    folder = tmp_path / "mails"
    folder.mkdir()
    (folder / "1.eml").write_bytes(MAIL % b"1")
    box = mailbox.mbox(tmp_path / "box.mbox")
    for number in (b"2", b"3"):
        box.add((MAIL % number).replace(b"weer", b"al " + number + b" keer"))
    box.close()

    taken = ask_json("take", str(folder), str(tmp_path / "box.mbox"), "--config", config)

    assert [one["verdict"] for one in taken] == ["NewKlacht"] * 3


def test_list_and_show_tell_the_klacht(tmp_path: Path, config: str) -> None:
    (tmp_path / "1.eml").write_bytes(MAIL % b"1")
    ask("take", str(tmp_path / "1.eml"), "--config", config)

    [listed] = ask_json("list", "--config", config)
    shown = ask_json("show", "kl26-00001", "--config", config)

    assert (listed["status"], listed["category"], listed["colour"]) == ("nieuw", "afval", "op_schema")
    assert listed["channel"] == "email"
    assert [event["kind"] for event in shown["history"]][0] == "received"
    assert shown["mails"][0]["proof"][0]["what"] == "owed"
    table = ask("list", "--config", config)
    assert "KL26-00001" in table
    assert "kanaal" in table
    assert "e-mail" in table
    assert "ontvangstbevestiging" in ask("show", "KL26-00001", "--config", config)
    ask("show", "KL26-09999", "--config", config, code=2)


def test_show_gives_no_link_or_reply_address_away(tmp_path: Path, config: str) -> None:
    (tmp_path / "1.eml").write_bytes(MAIL % b"1")
    ask("take", str(tmp_path / "1.eml"), "--config", config)

    shown = json.dumps(ask_json("show", "KL26-00001", "--config", config))

    assert "klachten+r-" not in shown
    assert "/kto/" not in shown


def test_stuck_and_retry_bring_quarantine_back(tmp_path: Path, config: str) -> None:
    deep = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(500)
    )
    (tmp_path / "diep.eml").write_bytes(b"From: a@b.example\r\nSubject: diep\r\n" + deep)
    ask("take", str(tmp_path / "diep.eml"), "--config", config)

    [aside] = ask_json("stuck", "--config", config)["arrivals"]
    assert aside["verdict"] == "Quarantine"
    assert ask_json("retry", "--config", config)["arrivals"] == [aside["arrival"]]
    assert ask_json("stuck", "--config", config)["arrivals"] == []


def test_kl_07_audit_verify_finds_what_was_changed_behind_our_back(tmp_path: Path, config: str) -> None:
    (tmp_path / "1.eml").write_bytes(MAIL % b"1")
    ask("take", str(tmp_path / "1.eml"), "--config", config)
    assert ask_json("audit", "verify", "--config", config)["broken"] == []

    with sqlite3.connect(tmp_path / "mailagent.db") as db:
        with pytest.raises(sqlite3.DatabaseError):
            db.execute("UPDATE event SET kind = 'closed'")
        with pytest.raises(sqlite3.DatabaseError):
            db.execute("DELETE FROM event")
        db.execute("UPDATE event_body SET who = 'iemand@anders.example'")
    db.close()

    broken, *_ = ask_json("audit", "verify", "--config", config, code=1)["broken"]
    assert (broken["kenmerk"], broken["seq"]) == ("KL26-00001", 1)


def test_a_database_that_does_not_answer_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "mailagent.toml"
    url = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
    sample = SAMPLE.format(folder=tmp_path, relay=free_port())
    path.write_text(re.sub(r'url = ".*"', f'url = "{url}"', sample), "utf-8")

    result = RUNNER.invoke(app, ["list", "--config", str(path)])
    texts = [f["text"] for f in ask_json("check", "--config", str(path), code=1)["findings"]]

    assert result.exit_code == 2
    assert "does not answer" in result.stderr
    assert any("does not answer" in text for text in texts)


def test_check_names_what_the_post_room_dropped_and_does_not_come_in(tmp_path: Path, config: str) -> None:
    scans = tmp_path / "scans"
    (scans / "te_groot").mkdir(parents=True)
    (scans / "te_groot" / "tekening.tif").write_bytes(b"x")
    path = Path(config)
    path.write_text(f'{path.read_text("utf-8")}[letters]\nfolder = "{scans}"\n', "utf-8")

    found = ask_json("check", "--config", config, code=1)["findings"]
    [said] = [f for f in found if "te_groot" in f["text"]]
    assert said["wrong"]
    assert "1 files" in said["text"]
    assert "smaller piles" in said["text"]
