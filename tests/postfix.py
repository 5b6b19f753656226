"""A real Postfix in a folder of its own: takes mail, and hands it to us as a mail server would."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import smtplib
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest
from servers import free_port

HOW_TO_GET_IT = "Postfix is missing: run `apt-get install -y postfix` (Debian, Ubuntu) and try again"
FOR_ROOT_ALONE = "Postfix is started by root alone, whatever the folder: run these tests as root"

MAIN = """
compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file = {root}/log
maillog_file_prefixes = {root}
myhostname = mx.test
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
smtputf8_enable = yes
in_flow_delay = 0
disable_dns_lookups = yes
smtp_tls_security_level = may
lmtp_tls_security_level = may
smtp_tls_loglevel = 1
lmtp_tls_loglevel = 1
smtp_skip_5xx_greeting = no
default_transport = discard:
virtual_mailbox_base = /
virtual_mailbox_maps = texthash:{root}/boxes
virtual_uid_maps = static:{owner}
virtual_gid_maps = static:{group}
virtual_minimum_uid = 1
transport_maps = texthash:{root}/transport
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
transport_retry_time = 1s
"""

TLS = """
smtpd_tls_cert_file = {cert}
smtpd_tls_key_file = {key}
smtpd_tls_security_level = may
"""

MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
127.0.0.1:{smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
pickup  unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr    unix n - n 300 1 qmgr
tlsmgr  unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce  unix - - n - 0 bounce
defer   unix - - n - 0 bounce
trace   unix - - n - 0 bounce
verify  unix - - n - 1 verify
flush   unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp    unix - - n - - smtp
lmtp    unix - - n - - lmtp
virtual unix - n n - - virtual
showq   unix n - n - - showq
error   unix - - n - - error
retry   unix - - n - - error
discard unix - - n - - discard
anvil   unix - - n - 1 anvil
scache  unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """One server that hands what it is given to us, from `with` to the end of it.

    With a certificate and its key it offers STARTTLS on `port`, and speaks nothing but TLS on `smtps`.
    """

    def __init__(self, certificate: tuple[Path, Path] | None = None) -> None:
        if os.geteuid() != 0 and "CI" not in os.environ:
            pytest.skip(FOR_ROOT_ALONE)
        if os.geteuid() != 0:
            raise RuntimeError(FOR_ROOT_ALONE)
        if shutil.which("postfix", path=_PATH) is None:
            raise RuntimeError(HOW_TO_GET_IT)
        self._root = Path(tempfile.mkdtemp(prefix="postfix-"))
        self.port, self.smtps = free_port(), free_port()
        self._certificate = certificate
        self._transport: dict[str, str] = {}

    def __enter__(self) -> Postfix:
        self._root.chmod(0o755)
        for name in ("queue", "data", "etc"):
            (self._root / name).mkdir()
        shutil.chown(self._root / "data", "postfix")
        for name in ("transport", "boxes"):
            (self._root / name).touch()
        nobody = pwd.getpwnam("nobody")
        main = MAIN.format(root=self._root, owner=nobody.pw_uid, group=nobody.pw_gid)
        if self._certificate:
            main += TLS.format(cert=self._certificate[0], key=self._certificate[1])
        (self._root / "etc" / "main.cf").write_text(main, "utf-8")
        master = MASTER.format(port=self.port, smtps=self.smtps)
        (self._root / "etc" / "master.cf").write_text(master, "utf-8")
        self._run("postfix", "start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._run("postfix", "stop")
        shutil.rmtree(self._root)

    def hand_over(self, way: str, port: int) -> None:
        """From now on bring what is for stad.example to this port, over `smtp` or `lmtp`."""
        self.carry(
            "stad.example", f"lmtp:inet:127.0.0.1:{port}" if way == "lmtp" else f"smtp:[127.0.0.1]:{port}"
        )

    def drop(self, address: str, box: Path) -> None:
        """From now on what is for this address falls into a maildir."""
        with (self._root / "boxes").open("a", encoding="utf-8") as boxes:
            boxes.write(f"{address} {box}/\n")
        self.carry(address, "virtual:")

    def carry(self, domain: str, how: str) -> None:
        """From now on bring what is for this domain, or this address, so, in Postfix's own words."""
        self._transport[domain] = how
        lines = "".join(f"{to} {way}\n" for to, way in self._transport.items())
        (self._root / "transport").write_text(lines, "utf-8")
        self._run("postfix", "reload")

    def forget(self) -> None:
        """Throw away whatever it still holds."""
        self._run("postsuper", "-d", "ALL")

    def give(self, sender: str, recipients: Sequence[str], raw: bytes, options: Sequence[str] = ()) -> None:
        """A mail that somebody sent."""
        with smtplib.SMTP("127.0.0.1", self.port, local_hostname="home.example", timeout=20) as client:
            client.sendmail(sender, recipients, raw, options)

    def queue(self) -> list[dict[str, Any]]:
        """What it still holds: each mail with its recipients, and for each why it waits."""
        return [json.loads(line) for line in self._run("postqueue", "-j").splitlines()]

    def reasons(self) -> list[str]:
        """Why it holds what it holds, for each recipient that was tried."""
        to = (recipient for mail in self.queue() for recipient in mail["recipients"])
        return [recipient["delay_reason"] for recipient in to if "delay_reason" in recipient]

    def log(self) -> str:
        """What it has to say about itself."""
        return (self._root / "log").read_text("utf-8", "replace")

    def until(self, done: Callable[[], bool], seconds: float = 30.0) -> None:
        """Wait until something has happened; it says why where it does not."""
        deadline = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < deadline, f"{self.queue()}\n{self.log()[-4000:]}"
            time.sleep(0.05)

    def until_empty(self) -> None:
        """Wait until it has got rid of everything; what waits it tries again each second."""
        self.until(lambda: not self.queue())

    def _run(self, tool: str, *arguments: str) -> str:
        command = [tool, "-c", str(self._root / "etc"), *arguments]
        env = {**os.environ, "PATH": _PATH}
        ended = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
        assert ended.returncode == 0, f"{command}: {ended.stderr}"
        return ended.stdout


_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"
