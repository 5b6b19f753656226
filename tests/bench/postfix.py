"""A Postfix of its own that keeps what it takes and delivers nothing: each mail synced, then put on HOLD."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType

from tests.bench.machine import PATH, wait_for_port
from tests.servers import free_port

MAIN = """\
compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
myhostname = mx.stad.example
mydestination = stad.example
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = check_recipient_access static:HOLD, permit_mynetworks, reject
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0
in_flow_delay = 0
disable_dns_lookups = yes
message_size_limit = 20000000
"""
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup  unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr    unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce  unix - - n - 0 bounce
defer   unix - - n - 0 bounce
trace   unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error   unix - - n - - error
retry   unix - - n - - error
"""


class HoldingPostfix:
    """From `with` to the end of it; its queue lies below the folder given, on the disk that is measured."""

    def __init__(self, below: Path) -> None:
        if os.geteuid() != 0:
            raise RuntimeError("Postfix is started by root alone, whatever its folder")
        self._root = Path(tempfile.mkdtemp(prefix="postfix", dir=below))
        self.port = free_port()

    def __enter__(self) -> HoldingPostfix:
        self._root.chmod(0o755)
        for name in ("queue", "data", "etc"):
            (self._root / name).mkdir()
        shutil.chown(self._root / "data", "postfix")
        (self._root / "etc" / "main.cf").write_text(MAIN.format(root=self._root), "utf-8")
        (self._root / "etc" / "master.cf").write_text(MASTER.format(port=self.port), "utf-8")
        self._run("postfix", "start")
        wait_for_port(self.port)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._run("postfix", "stop")

    def kept(self) -> int:
        """How many mails it has on disk; they are thrown away."""
        mails = list((self._root / "queue" / "hold").iterdir())
        for mail in mails:
            mail.unlink()
        return len(mails)

    def _run(self, *command: str) -> None:
        told = [command[0], "-c", str(self._root / "etc"), *command[1:]]
        env = {**os.environ, "PATH": PATH}
        ended = subprocess.run(told, env=env, capture_output=True, text=True, timeout=60, check=False)
        if ended.returncode:
            raise RuntimeError(f"{' '.join(told)}: {ended.stderr.strip()}")
