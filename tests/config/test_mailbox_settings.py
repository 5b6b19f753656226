"""How an admin says where a mailbox is and how to log in, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailagent.config.settings import Settings, load_settings
from mailagent.core.errors import Mistakes

MAILBOX = """
[organisation]
name = "Gemeente Voorbeeld"
address = "klachten@voorbeeld.example"
web = "https://klachten.voorbeeld.example/"
[database]
url = "sqlite:///var/mailagent.db"
[smtp]
listen = "127.0.0.1:8025"
[relay]
host = "127.0.0.1"
port = 1025
[web]
listen = "127.0.0.1:8080"
[security]
keys = ["change-me-to-32-random-bytes-or-more"]
[[imap]]
name = "klachten"
host = "imap.voorbeeld.example"
port = 993
username = "klachten@voorbeeld.example"
"""
TOKENS = """
auth = "oauth"
token_url = "https://tokens.voorbeeld.example/token"
client_id = "mailagent"
"""


def load(folder: Path, more: str) -> Settings:
    path = folder / "mailagent.toml"
    path.write_text(MAILBOX + more, "utf-8")
    return load_settings(path, {})


def test_a_mailbox_opens_with_a_password(tmp_path: Path) -> None:
    [box] = load(tmp_path, 'password = "geheim"').imap
    assert (box.auth, box.alarm_minutes) == ("password", 30)
    assert "geheim" not in repr(box)


@pytest.mark.parametrize("more", ['client_secret = "geheim"', 'refresh_token = "geheim"'])
def test_a_mailbox_opens_with_a_token_and_its_secrets_are_not_shown(tmp_path: Path, more: str) -> None:
    [box] = load(tmp_path, TOKENS + more).imap
    assert box.auth == "oauth"
    assert "geheim" not in repr(box)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("", "'password' is needed where auth is 'password'"),
        (TOKENS, "'client_secret' is needed where auth is 'oauth'"),
        (TOKENS.replace("client_id", "scope") + 'client_secret = "x"', "'client_id' is needed"),
        (TOKENS.replace("https", "http"), "https://"),
        (TOKENS.replace("https:", "file:"), "https://"),
        ('password = "x"\nauth = "kerberos"', "auth"),
        ('password = "x"\nalarm_minutes = 0', "alarm_minutes"),
    ],
)
def test_a_mailbox_that_cannot_be_opened_is_a_mistake(tmp_path: Path, more: str, said: str) -> None:
    with pytest.raises(Mistakes) as refused:
        load(tmp_path, more)
    assert said in str(refused.value)
