"""`mailagent mail`: a mail as its reader gets it, in a terminal or a browser, and all of them checked."""

from __future__ import annotations

import tempfile
import webbrowser
from pathlib import Path

import pytest
from test_cli import RUNNER, SAMPLE, ask, ask_json

from mailagent.cli import app
from mailagent.core.mails import MAILS


@pytest.fixture
def config(tmp_path: Path) -> str:
    """A configuration with a folder of the admin's own."""
    path = tmp_path / "mailagent.toml"
    own = f'[paths]\nlocal = "{tmp_path}/own"\n'
    path.write_text(SAMPLE.format(folder=tmp_path, relay=2526) + own, "utf-8")
    return str(path)


def test_preview_shows_a_mail() -> None:
    assert "KL26-" in ask("mail", "preview", "afgehandeld")
    assert set(ask_json("mail", "preview", "afgehandeld")) == {"subject", "text", "html"}
    ask("mail", "preview", "bestaat_niet", code=2)


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that a browser was asked to open."""
    asked: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda url: asked.append(url) or True)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return asked


def test_preview_opens_a_mail_in_a_browser(opened: list[str]) -> None:
    result = RUNNER.invoke(app, ["mail", "preview", "afgehandeld", "--language", "en", "--open"])

    assert result.exit_code == 0, result.output
    [page] = [Path(url.removeprefix("file://")) for url in opened]
    assert page.name == "afgehandeld.en.html"
    assert str(page) in result.stderr
    assert page.read_text("utf-8").startswith("<!doctype html>")
    assert result.stdout == ""


def test_our_mails_have_nothing_to_mend() -> None:
    assert f"{len(MAILS)} mails" in ask("mail", "check")


def test_check_names_what_is_wrong_with_a_mail_of_the_admin_and_ends_with_1(
    config: str, tmp_path: Path
) -> None:
    own = tmp_path / "own" / "templates" / "mail" / "heropend" / "subject.txt"
    own.parent.mkdir(parents=True)
    own.write_text("[{{ kenmerk }}] Heropend\n{# middels #}middels deze mail\n", "utf-8")

    told = ask_json("mail", "check", "--config", config, code=1)

    what = "“middels” is difficult; write: met"
    assert told["mistakes"] == [{"file": str(own), "line": 2, "what": what}]
    assert told["rendered"] > told["mails"] == len(MAILS)
