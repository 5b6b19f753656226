"""Settings: what loads, what is refused, and that every mistake is named at once with its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from mailagent.config.sample import SAMPLE, SAMPLE_KEY, sample
from mailagent.config.settings import Settings, load_settings
from mailagent.core.errors import Mistakes

MINIMAL = f"""\
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
keys = ["{SAMPLE_KEY}"]
"""

IMAP = """
[[imap]]
name = "klachten"
host = "imap.voorbeeld.example"
port = 993
username = "klachten"
password = "geheim"
"""


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    return tmp_path / "mailagent.toml"


def load(toml: Path, text: str, **env: str) -> Settings:
    toml.write_text(text, "utf-8")
    return load_settings(toml, env)


def mistakes(toml: Path, text: str, **env: str) -> list[str]:
    """Each mistake as the admin reads it, without the folder of the test."""
    with pytest.raises(Mistakes) as refused:
        load(toml, text, **env)
    return [str(mistake).replace(f"{toml.parent}/", "") for mistake in refused.value.mistakes]


def test_what_must_be_filled_in_is_enough(toml: Path) -> None:
    settings = load(toml, MINIMAL)
    assert settings.organisation.web == "https://klachten.voorbeeld.example"
    assert settings.organisation.kenmerk_prefix == "KL"
    assert settings.database.url == "sqlite:///var/mailagent.db"
    assert (settings.smtp.host, settings.smtp.port, settings.smtp.max_bytes) == ("127.0.0.1", 8025, 52428800)
    assert settings.relay.tls == "none"
    assert settings.agents.proof == "strict"
    assert settings.intake.max_bytes == 26214400
    assert settings.caps.windows == {10: 10, 30: 15, 60: 25}
    assert settings.feedback.link_days == 5
    assert settings.paths.local is None
    assert settings.imap == ()


def test_everything_can_be_set(toml: Path) -> None:
    text = (
        MINIMAL.replace('keys = ["', f'keys = ["{"n" * 32}", "').replace(
            "port = 1025", 'port = 25\nusername = "u"\npassword = "p"\ntls = "starttls"'
        )
        + f"""
[agents]
proof = "token"
[intake]
own_hosts = ["mx1.voorbeeld.example"]
forms = ["Formulier@voorbeeld.example"]
[caps.windows]
5 = 2
[paths]
local = "{toml.parent}"
"""
        + IMAP
    )
    settings = load(toml, text)
    assert settings.security.keys == ("n" * 32, SAMPLE_KEY)
    assert settings.relay.tls == "starttls"
    assert settings.intake.forms == ("formulier@voorbeeld.example",)
    assert settings.caps.windows == {5: 2}
    assert settings.paths.local == toml.parent
    assert settings.imap[0].mailbox == "INBOX"
    assert settings.imap[0].tls is True


def test_the_environment_goes_over_the_file(toml: Path) -> None:
    settings = load(
        toml,
        MINIMAL,
        MAILAGENT_RELAY__PASSWORD="geheim",
        MAILAGENT_RELAY__PORT="2525",
        MAILAGENT_SECURITY__KEYS=f"{'a' * 32}, {'b' * 32}",
        MAILAGENT_FEEDBACK__MAIL_AFTER_UNHAPPY="true",
        MAILAGENT_CORPORA="/not/a/setting",
        HOME="/root",
    )
    assert (settings.relay.password, settings.relay.port) == ("geheim", 2525)
    assert settings.security.keys == ("a" * 32, "b" * 32)
    assert settings.feedback.mail_after_unhappy is True


def test_a_section_may_come_from_the_environment_alone(toml: Path) -> None:
    text = MINIMAL.replace('[database]\nurl = "sqlite:///var/mailagent.db"\n', "")
    settings = load(toml, text, MAILAGENT_DATABASE__URL="postgresql://db/mailagent")
    assert settings.database.url == "postgresql://db/mailagent"


def test_every_mistake_is_named_at_once_with_its_line(toml: Path) -> None:
    text = (
        MINIMAL.replace("name =", "nmae =")
        .replace("klachten@voorbeeld.example", "klachten at voorbeeld")
        .replace("port = 1025", 'port = "many"')
        .replace('listen = "127.0.0.1:8025"', 'listen = "8025"')
        .replace(SAMPLE_KEY, "short")
    ) + '\n[agents]\nproof = "none"\n\n[relais]\nhost = "x"\n'
    assert mistakes(toml, text) == [
        "mailagent.toml:1: 'name' is missing",
        "mailagent.toml:2: 'nmae' is not known here; did you mean 'name'?",
        "mailagent.toml:3: address: 'klachten at voorbeeld' is no e-mail address; "
        "write it as name@example.org, without < and >",
        "mailagent.toml:10: listen: '8025' should be a host and a port, as in 127.0.0.1:8025",
        "mailagent.toml:14: port: should be a whole number",
        "mailagent.toml:20: keys, item 1: has 5 characters; a key needs 32 or more",
        "mailagent.toml:23: proof: should be 'strict' or 'token'",
        "mailagent.toml:25: 'relais' is not known here; did you mean 'relay'?",
    ]


def test_a_missing_section_says_what_it_needs(toml: Path) -> None:
    text = MINIMAL.replace('[relay]\nhost = "127.0.0.1"\nport = 1025\n', "")
    assert mistakes(toml, text) == ["mailagent.toml: 'relay' is missing; it needs host, port"]


def test_a_mistake_in_the_environment_names_the_variable(toml: Path) -> None:
    found = mistakes(
        toml, MINIMAL, MAILAGENT_RELAY__PORT="many", MAILAGENT_WEB__LISTNE="x", MAILAGENT_KLACHT__X="1"
    )
    assert found == [
        "MAILAGENT_KLACHT__X: 'klacht' is not known here; known here: organisation, database, smtp, lmtp, "
        "relay, dkim, web, security, agents, intake, letters, caps, feedback, printing, messages, "
        "retention, paths, metrics, imap",
        "MAILAGENT_RELAY__PORT: port: should be a whole number",
        "MAILAGENT_WEB__LISTNE: 'listne' is not known here; did you mean 'listen'?",
    ]


def test_a_list_of_mailboxes_cannot_be_set_by_one_variable(toml: Path) -> None:
    found = mistakes(toml, MINIMAL + IMAP, MAILAGENT_IMAP__PASSWORD="x")
    assert found == ["MAILAGENT_IMAP__PASSWORD: imap: should be a list"]


@pytest.mark.parametrize(
    "listen", ["0.0.0.0:8080", "[::]:8080", "mail.voorbeeld.example:8080", "10.0.0.1:80"]
)
@pytest.mark.parametrize("door", ["8025", "8080"])
def test_the_key_of_the_docs_is_refused_once_anything_listens_to_the_world(
    toml: Path, listen: str, door: str
) -> None:
    [mistake] = mistakes(toml, MINIMAL.replace(f"127.0.0.1:{door}", listen))
    assert mistake.startswith(f"mailagent.toml:20: '{SAMPLE_KEY}' is the key of the docs")


@pytest.mark.parametrize("listen", ["[::1]:8080", "localhost:8080", "127.0.0.2:0"])
def test_the_key_of_the_docs_will_do_at_home(toml: Path, listen: str) -> None:
    settings = load(toml, MINIMAL.replace("127.0.0.1:8080", listen))
    assert settings.web.is_loopback


def test_sections_are_compared_even_where_another_one_is_wrong(toml: Path) -> None:
    text = MINIMAL.replace("127.0.0.1:8080", "0.0.0.0:8080").replace("port = 1025", "port = 0")
    found = mistakes(toml, text + "\n[intake]\nmax_bytes = 99000000\n")
    assert [mistake.partition(": ")[0] for mistake in found] == [
        "mailagent.toml:14",
        "mailagent.toml:20",
        "mailagent.toml:23",
    ]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("klachten@", "klachten+in@", "may hold no '\\+'"),
        ("klachten@", "k" * 46 + "@", "45 characters"),
        ("https://klachten", "klachten", "should be an address like https://"),
        ("sqlite:///var", "mysql://var", "should begin with sqlite:///"),
        ('name = "Gemeente Voorbeeld"', 'name = " "', "should not be empty"),
        ("[database]", 'coordinator = "Klachten@voorbeeld.example"\n[database]', "another address"),
        ("[database]", 'kenmerk_prefix = "klacht"\n[database]', "one to four capitals"),
        ("[security]", 'trusted_proxies = ["proxy"]\n[security]', "does not appear to be"),
        ("[security]", '[paths]\nlocal = "/no/such/folder"\n[security]', "no folder /no/such/folder"),
        ("[security]", "[feedback]\nlink_days = 0\n[security]", "should be 1 or more"),
        ("[security]", "[caps]\nwindows = { ten = 1 }\n[security]", "should be a whole number"),
        (f'"{SAMPLE_KEY}"', "", "should hold at least one"),
        ("[smtp]", "[smtp", "is not TOML"),
        ("[smtp]", "[smtp]\nlisten = 1", "is not TOML"),
    ],
)
def test_what_cannot_work_is_refused_with_what_would(toml: Path, old: str, new: str, what: str) -> None:
    [mistake] = mistakes(toml, MINIMAL.replace(old, new, 1))
    assert re.match(r"mailagent\.toml:\d+: ", mistake)
    assert re.search(what, mistake)


def test_two_mailboxes_of_one_name_are_refused_at_the_second(toml: Path) -> None:
    [mistake] = mistakes(toml, MINIMAL + IMAP + IMAP)
    assert mistake.startswith("mailagent.toml:30: another mailbox has the name 'klachten'")


def test_a_file_that_is_not_there_or_no_text_is_a_mistake_too(toml: Path) -> None:
    with pytest.raises(Mistakes, match="no such file"):
        load_settings(toml, {})
    toml.write_bytes(b"\xff\xfe")
    with pytest.raises(Mistakes, match="UTF-8"):
        load_settings(toml, {})
    with pytest.raises(Mistakes, match="cannot be read"):
        load_settings(toml.parent, {})


def test_secrets_are_not_shown(toml: Path) -> None:
    settings = load(toml, MINIMAL + IMAP, MAILAGENT_RELAY__PASSWORD="geheim")
    assert "geheim" not in repr(settings)
    assert SAMPLE_KEY not in repr(settings)


def test_the_sample_loads_and_carries_the_key_it_is_given(toml: Path) -> None:
    settings = load(toml, sample("k" * 43))
    assert settings.security.keys == ("k" * 43,)


def test_the_sample_names_every_setting_with_its_default(toml: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its comments opened it loads, and what it shows as a default is the default."""
    monkeypatch.chdir(toml.parent)
    Path("dkim.pem").write_text("-----BEGIN PRIVATE KEY-----", "utf-8")
    opened = re.sub(r"^# (?=\[|\w+ = )", "", SAMPLE, flags=re.MULTILINE)
    settings = load(toml, opened)
    missing: list[str] = []

    def compare(part: BaseModel, path: str) -> None:
        for name, field in type(part).model_fields.items():
            value = getattr(part, name)
            if name not in part.model_fields_set:
                missing.append(f"{path}.{name}")
            elif isinstance(value, BaseModel):
                compare(value, f"{path}.{name}")
            elif not field.is_required() and f"{path}.{name}" not in (".imap", "imap.password"):
                assert value == field.default, f"{path}.{name}"

    for mailbox in settings.imap:
        compare(mailbox, "imap")
    compare(settings, "")
    assert missing == []
    assert len(settings.imap) == 1


def dkim(key: Path, domain: str = "voorbeeld.example") -> str:
    return f'{MINIMAL}\n[dkim]\ndomain = "{domain}"\nselector = "klachten"\nkey = "{key}"\n'


def test_a_signature_names_its_key_file_and_says_where_it_is_wrong(toml: Path) -> None:
    key = toml.parent / "dkim.pem"
    line = dkim(key).splitlines().index(f'key = "{key}"') + 1

    assert mistakes(toml, dkim(key)) == [
        f"mailagent.toml:{line}: key: cannot read {key.name}: No such file or directory"
    ]
    key.write_text("geen sleutel", "utf-8")
    assert mistakes(toml, dkim(key)) == [
        f"mailagent.toml:{line}: key: {key.name} holds no private key in PEM"
    ]


def test_a_signature_of_another_domain_is_worth_nothing(toml: Path) -> None:
    key = toml.parent / "dkim.pem"
    key.write_text("-----BEGIN PRIVATE KEY-----", "utf-8")

    [said] = mistakes(toml, dkim(key, domain="elders.example"))
    assert "should be the domain of organisation.address" in said
    assert load(toml, dkim(key)).dkim is not None


def test_what_is_scanned_comes_in_by_a_door_of_its_own(toml: Path) -> None:
    folder = toml.parent / "scans"
    written = f'{MINIMAL}\n[letters]\naddress = "{{}}"\nfolder = "{folder}"\n'
    [missing] = mistakes(toml, written.format("scans@voorbeeld.example"))
    assert "folder: there is no folder " in missing

    folder.mkdir()
    own = load(toml, MINIMAL).organisation.address
    [same] = mistakes(toml, written.format(own))
    assert "should be another address than those under [organisation]" in same
    assert load(toml, written.format("scans@voorbeeld.example")).letters.folder == folder
