"""The settings our service is measured with: as shipped, on ports and in a folder of the bench."""

from __future__ import annotations

from pathlib import Path

from tests.servers import free_port

SETTINGS = """\
[organisation]
name = "Gemeente Voorbeeld"
address = "klachten@stad.example"
web = "http://127.0.0.1:{web}"
[database]
url = "{url}"
[smtp]
listen = "127.0.0.1:{smtp}"
[relay]
host = "127.0.0.1"
port = {sink}
[web]
listen = "127.0.0.1:{web}"
[security]
keys = ["change-me-to-32-random-bytes-or-more"]
[paths]
local = "{folder}"
"""
TEAMS = """\
teams:
  - {id: klachten, name: Klachten, sorting: true, members: [{address: anna@stad.example, name: Anna}]}
"""


def settings(folder: Path, port: int, sink_port: int, url: str) -> Path:
    """Written into this folder: the settings file."""
    path = folder / "mailagent.toml"
    said = SETTINGS.format(folder=folder, smtp=port, sink=sink_port, web=free_port(), url=url)
    path.write_text(said, "utf-8")
    (folder / "rules").mkdir()
    (folder / "rules" / "teams.yaml").write_text(TEAMS, "utf-8")
    return path
