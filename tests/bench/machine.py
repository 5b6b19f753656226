"""What the bench stands on: the disk's own speed, a sink for mail, and what processes cost."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

from tests.servers import free_port

TICKS = os.sysconf("SC_CLK_TCK")
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"
"""Where Debian puts the tools of Postfix."""


def fdatasync_rate(folder: Path, seconds: float = 1.0) -> float:
    """How often a second 4 KB can be appended and synced: what a durable commit costs here, at this hour."""
    path = folder / "fdatasync"
    count, began = 0, time.monotonic()
    with path.open("wb", buffering=0) as file:
        while time.monotonic() < began + seconds:
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            count += 1
    rate = count / (time.monotonic() - began)
    path.unlink()
    return rate


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and of all below it, in seconds."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
        return 0.0
    own = sum(int(ticks) for ticks in fields[11:15]) / TICKS
    children: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread that has ended meanwhile
            children += map(int, (task / "children").read_text().split())
    return own + sum(map(cpu_seconds, children))


class Sink:
    """Postfix's smtp-sink, which takes every mail and keeps none; `mails` is how many it has taken."""

    def __init__(self) -> None:
        self.port = free_port()
        self.mails = 0
        tool = shutil.which("smtp-sink", path=PATH)
        if tool is None:
            raise SystemExit("The bench needs Postfix's smtp-sink: apt-get install postfix")
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        command = [tool, "-c", *user, f"127.0.0.1:{self.port}", "1000"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE)
        self._reader = threading.Thread(target=self._count)
        self._reader.start()
        wait_for_port(self.port)

    def __enter__(self) -> Sink:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait()
        self._reader.join()

    def _count(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as told:
            while block := os.read(told.fileno(), 65536):
                # sess=0 quit=0 mesg=3, again and again
                self.mails = int(block.rpartition(b"mesg=")[2].split()[0] or self.mails)


def wait_for_port(port: int, seconds: float = 20) -> None:
    """Until somebody listens."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise SystemExit(f"nobody listens on port {port}")


@contextmanager
def running(command: list[str], port: int, log: Path) -> Iterator[int]:
    """A process, from when it listens to the end: its id."""
    with log.open("wb") as said, subprocess.Popen(command, stderr=said) as process:
        try:
            wait_for_port(port)
            yield process.pid
        finally:
            process.terminate()
