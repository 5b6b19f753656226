"""A demo at work in a process of its own, and a plain browser to look at it."""

from __future__ import annotations

import os
import re
import signal
import smtplib
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from types import TracebackType
from typing import Self

from servers import free_port

PATIENCE = 60


def command(*arguments: str) -> list[str]:
    """`mailagent demo` with these arguments, on the Python that runs the tests."""
    return [sys.executable, "-m", "mailagent", "demo", *arguments]


def own_ports() -> dict[str, str]:
    """Ports for one demo, as variables."""
    return {
        "MAILAGENT_SMTP__LISTEN": f"127.0.0.1:{free_port()}",
        "MAILAGENT_RELAY__PORT": str(free_port()),
        "MAILAGENT_WEB__LISTEN": f"127.0.0.1:{free_port()}",
    }


def environment(ports: Mapping[str, str]) -> dict[str, str]:
    """What a user's shell has, with these ports."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("MAILAGENT_")}
    return {**own, **ports}


class Demo:
    """From `with` to the end of it; `told` is all it printed until it was ready."""

    def __init__(self, folder: Path, ports: Mapping[str, str] | None = None) -> None:
        self.ports = ports or own_ports()
        self._process = subprocess.Popen(
            command("--folder", str(folder)),
            env=environment(self.ports),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.told = ""
        self.url = ""

    def __enter__(self) -> Self:
        assert self._process.stdout
        for line in self._process.stdout:
            self.told += line
            if found := re.match(r"klaar: (\S+)$", line):
                self.url = found[1]
                return self
        raise AssertionError(f"the demo ended: {self.told}")

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self.stop()

    def stop(self) -> tuple[int, str]:
        """Ask it to stop, as make and systemd do: its exit code, and what it said on standard error."""
        self._process.send_signal(signal.SIGTERM)
        _, said = self._process.communicate(timeout=5)
        return self._process.returncode, said

    def kenmerk(self) -> str:
        """The klacht of its play."""
        found = re.search(r"Dit was (\S+)\.", self.told)
        assert found, self.told
        return found[1]

    def mail(self, sender: str, subject: str, text: str) -> None:
        """Send a mail by SMTP, as any mail program would."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, "klachten@voorbeeld.example", subject
        mail.set_content(text)
        host, port = self.ports["MAILAGENT_SMTP__LISTEN"].split(":")
        with smtplib.SMTP(host, int(port), timeout=PATIENCE) as smtp:
            smtp.send_message(mail)

    def look(self, path: str = "", **headers: str) -> tuple[int, str]:
        """GET a page of the postbus: its status and its HTML."""
        return fetch(urllib.request.Request(self.url + path, headers=headers))

    def press(self, path: str, fields: Mapping[str, str], **headers: str) -> tuple[int, str]:
        """POST a form of the postbus, from its own page unless `Origin` says otherwise."""
        body = urllib.parse.urlencode(fields).encode()
        own = {"Origin": self.url.removesuffix("/postbus")}
        return fetch(urllib.request.Request(self.url + path, body, own | headers, method="POST"))

    def mails(self, address: str) -> list[tuple[str, str]]:
        """Path and subject of each mail in someone's postbus, newest first."""
        _, html = self.look(f"/post/{address}")
        return re.findall(r'href="/postbus(/post/[^"]+/\d+)">([^<]+)</a>', html)


def fetch(request: urllib.request.Request) -> tuple[int, str]:
    """What the server answered, whatever it was."""
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, answer.read().decode()


class Outline(HTMLParser):
    """What matters in a page to someone who does not see it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.named: set[str] = set()
        self.fields: set[str] = set()
        self.language = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.attributes += [(tag, name) for name in given]
        if tag == "html":
            self.language = given.get("lang") or ""
        if tag == "label":
            self.named.add(given.get("for") or "")
        if tag in ("input", "textarea", "select"):
            self.fields.add(given.get("id") or "")

    @property
    def headings(self) -> list[int]:
        """The levels of its headings, in order."""
        return [int(tag[1]) for tag in self.tags if re.fullmatch(r"h[1-6]", tag)]
