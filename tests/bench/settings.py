"""The settings our service is measured with: as shipped, on ports and in a folder of the bench."""

from __future__ import annotations

from pathlib import Path

from tests.servers import free_port

KEY = "change-me-to-32-random-bytes-or-more"
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
trusted_proxies = ["127.0.0.0/8"]
[security]
keys = ["{key}"]
[paths]
local = "{folder}"
"""
TEAMS = """\
teams:
  - {id: klachten, name: Klachten, sorting: true, members: [{address: anna@stad.example, name: Anna}]}
"""


def settings(folder: Path, port: int, sink_port: int, url: str, web: int = 0) -> Path:
    """Written into this folder: the settings file. Without a port for the pages they get one that is free."""
    path = folder / "mailagent.toml"
    said = SETTINGS.format(folder=folder, smtp=port, sink=sink_port, web=web or free_port(), url=url, key=KEY)
    path.write_text(said, "utf-8")
    (folder / "rules").mkdir()
    (folder / "rules" / "teams.yaml").write_text(TEAMS, "utf-8")
    return path
