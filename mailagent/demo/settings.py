"""The demo's own municipality: a mailagent.toml and a rules folder, written once, as an admin would."""

from __future__ import annotations

import json
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mailagent.config.files import RuleFiles
from mailagent.config.settings import Settings
from mailagent.core.errors import Problem
from mailagent.demo.people import ANNA, BRAM, CARLA, MUNICIPALITY
from mailagent.house import load

PORTS = {
    "MAILAGENT_SMTP__LISTEN": ("127.0.0.1:2525", "neemt de demo mail aan"),
    "MAILAGENT_RELAY__PORT": ("2526", "komt de post van de demo aan"),
    "MAILAGENT_WEB__LISTEN": ("127.0.0.1:8080", "staan de pagina's van de demo"),
}
"""The variables that move a port of the demo, with what stands in its settings and what the port is for."""

SCANS = "scans"
"""The folder of the post room, in that of the demo."""

_SETTINGS = """\
# The settings of the demo. It wrote them the first time, and leaves them alone: change them as you like.
# To begin anew: stop the demo and remove this folder.

[organisation]
name = "Gemeente Voorbeeld"
address = {address}
web = "http://127.0.0.1:8080"            # the demo puts the port of [web] here
coordinator = {coordinator}

[database]
url = {database}

[smtp]
listen = "127.0.0.1:2525"

[relay]
host = "127.0.0.1"                       # here the demo's own postbus listens
port = 2526

[web]
listen = "127.0.0.1:8080"

[security]
keys = [{key}]

[agents]
proof = "token"                          # no mail server stands before the demo that could prove a sender

[feedback]
mail_after_unhappy = true

[caps]
windows = {{ 10 = 1000 }}                  # who tries things out sends more mail than a melder does

[letters]
folder = {scans}                       # a scan that you drop here comes in as a letter

[paths]
local = {local}
"""

_TEAMS = f"""\
# The people of the demo. A member is known by one e-mail address.

teams:
  - id: klachten
    name: Klachten
    sorting: true
    members:
      - address: {ANNA.address}
        name: {ANNA.name}
      - address: {BRAM.address}
        name: {BRAM.name}
"""


class PortTaken(Problem):
    """Somebody else has a port of the demo."""

    def __init__(self, taken: Taken) -> None:
        super().__init__(str(taken))


@dataclass(frozen=True, slots=True)
class Taken:
    """A port we cannot have, the variable that moves it, and a value that may do."""

    port: int
    variable: str
    other: str

    def __str__(self) -> str:
        return (
            f"Poort {self.port} is bezet; daar {PORTS[self.variable][1]}. "
            f"Kies een andere, bijvoorbeeld: {self.variable}={self.other} mailagent demo"
        )


def prepare(folder: Path, env: Mapping[str, str]) -> tuple[Settings, RuleFiles]:
    """The demo's settings and rules, written where they are not there yet. Raises Mistakes.

    Of the environment only the ports count, and the address of the pages: a demo must never reach the
    database or the relay of a real installation.
    """
    file = folder / "mailagent.toml"
    (folder / SCANS).mkdir(parents=True, exist_ok=True)
    _write_once(folder / "rules" / "teams.yaml", _TEAMS)
    _write_once(file, _settings(folder))
    allowed = {name: value for name, value in env.items() if name in (*PORTS, _WEB)}
    settings, rules = load(file, allowed)
    if _WEB not in allowed:
        settings, rules = load(file, allowed | {_WEB: _address_of_pages(settings)})
    return settings, rules


_WEB = "MAILAGENT_ORGANISATION__WEB"


def _address_of_pages(settings: Settings) -> str:
    anywhere = settings.web.host in ("0.0.0.0", "::")
    return f"http://{'127.0.0.1:' + str(settings.web.port) if anywhere else settings.web.listen}"


def _write_once(file: Path, text: str) -> None:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")


def _settings(folder: Path) -> str:
    values = {
        "address": MUNICIPALITY,
        "coordinator": CARLA.address,
        "database": f"sqlite:///{folder}/mailagent.db",
        "key": secrets.token_hex(32),
        "scans": str(folder / SCANS),
        "local": str(folder),
    }
    # a TOML basic string is written as JSON writes it
    return _SETTINGS.format(**{name: json.dumps(value) for name, value in values.items()})


def taken(settings: Settings) -> Taken | None:
    """The first of our ports that somebody else has."""
    doors = (
        ("MAILAGENT_SMTP__LISTEN", settings.smtp.host, settings.smtp.port),
        ("MAILAGENT_RELAY__PORT", settings.relay.host, settings.relay.port),
        ("MAILAGENT_WEB__LISTEN", settings.web.host, settings.web.port),
    )
    for variable, host, port in doors:
        if not _is_free(host, port):
            other = str(port + 1000) if port < 60_000 else str(port - 1000)
            return Taken(port, variable, other if variable.endswith("PORT") else f"{host}:{other}")
    return None


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, port))
        except OSError:
            return False
    return True


def free_ports() -> dict[str, str]:
    """Ports that nobody has just now, as variables: for a demo beside another."""
    doors = [socket.socket() for _ in range(3)]
    for door in doors:
        door.bind(("127.0.0.1", 0))
    smtp, relay, web = (int(door.getsockname()[1]) for door in doors)
    for door in doors:
        door.close()
    return {
        "MAILAGENT_SMTP__LISTEN": f"127.0.0.1:{smtp}",
        "MAILAGENT_RELAY__PORT": str(relay),
        "MAILAGENT_WEB__LISTEN": f"127.0.0.1:{web}",
    }
