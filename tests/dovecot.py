"""A real Dovecot in a folder of its own: mailboxes that tests may fill, spoil and read."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from imapclient import IMAPClient
from servers import free_port

HOW_TO_GET_IT = "these tests need Dovecot 2.3: apt-get install dovecot-imapd"

CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/dovecot.log
ssl = {ssl}
{certificate}
disable_plaintext_auth = no
auth_mechanisms = plain login{mechanisms}
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
mail_location = maildir:{root}/mail/%u
mail_uid = {owner}
mail_gid = {owner_group}
first_valid_uid = 1
mail_fsync = never
mailbox_idle_check_interval = 5s
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {root}/passwd
}}
{tokens}
userdb {{
  driver = static
  args = uid={owner} gid={owner_group} home={root}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
auth_failure_delay = 0
"""


CERTIFICATE = """
ssl_cert = <{}
ssl_key = <{}
"""

TOKENS = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {root}/tokens.conf
}}
"""

ASKS = """
introspection_mode = post
introspection_url = {url}
username_attribute = username
active_attribute = active
active_value = true
"""


class Dovecot:
    """One server for some users (name: password), from `start` to `stop`.

    With `introspection`, the address of a token server, it lets in by XOAUTH2 too; with a certificate and its
    key it speaks TLS on `tls_port`.
    """

    host = "127.0.0.1"

    def __init__(
        self, users: Mapping[str, str], introspection: str = "", certificate: tuple[Path, Path] | None = None
    ) -> None:
        self._program = shutil.which(
            "dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
        )
        if self._program is None:
            raise RuntimeError(HOW_TO_GET_IT)
        self._root = Path(tempfile.mkdtemp(prefix="dovecot-"))
        self.port = free_port()
        self._users = users
        self._introspection = introspection
        self._certificate = certificate
        self.tls_port = free_port() if certificate else 0
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> Dovecot:
        """Start, at first or again, and return when it answers."""
        owner = self._lay_out()
        self._server = subprocess.Popen([str(self._program), "-F", "-c", str(self._root / "dovecot.conf")])
        deadline = time.monotonic() + 20
        while not self._answers():
            if self._server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"dovecot does not start (as {owner}): {self.log()}")
            time.sleep(0.05)
        return self

    def halt(self) -> None:
        """Stop; the mail stays."""
        if self._server is not None:
            self._server.terminate()
            self._server.wait(20)
            self._server = None

    def stop(self) -> None:
        """Stop, and leave nothing behind."""
        self.halt()
        shutil.rmtree(self._root)

    def log(self) -> str:
        """What it has to say about itself."""
        written = self._root / "dovecot.log"
        return written.read_text("utf-8", "replace") if written.exists() else ""

    def client(self, name: str) -> IMAPClient:
        """Another mail client of the same user."""
        client = IMAPClient(self.host, self.port, ssl=False, timeout=20)
        client.login(name, self._users[name])
        return client

    def box(self, name: str) -> Path:
        """The maildir of a user."""
        return self._root / "mail" / name

    def files(self, name: str) -> list[Path]:
        """The mails of the inbox as they lie on disk, in order of name."""
        box = self.box(name)
        return sorted(path for folder in ("new", "cur") for path in (box / folder).glob("*"))

    def _lay_out(self) -> str:
        # Dovecot refuses to read mail as root, so under root a user with few rights owns the mailboxes.
        me = pwd.getpwuid(os.geteuid())
        root = me.pw_uid == 0
        owner = pwd.getpwnam("nobody") if root else me
        (self._root / "mail").mkdir(exist_ok=True)
        passwd = "".join(f"{name}:{{PLAIN}}{word}::::::\n" for name, word in self._users.items())
        (self._root / "passwd").write_text(passwd, "utf-8")
        self._root.chmod(0o755)
        shutil.chown(self._root / "mail", owner.pw_uid, owner.pw_gid)
        (self._root / "tokens.conf").write_text(ASKS.format(url=self._introspection), "utf-8")
        config = CONFIG.format(
            root=self._root,
            mechanisms=" xoauth2 oauthbearer" if self._introspection else "",
            tokens=TOKENS.format(root=self._root) if self._introspection else "",
            port=self.port,
            ssl="yes" if self._certificate else "no",
            certificate=CERTIFICATE.format(*self._certificate) if self._certificate else "",
            tls_port=self.tls_port,
            internal="dovecot" if root else me.pw_name,
            group="dovecot" if root else grp.getgrgid(me.pw_gid).gr_name,
            login="dovenull" if root else me.pw_name,
            owner=owner.pw_name,
            owner_group=grp.getgrgid(owner.pw_gid).gr_name,
        )
        (self._root / "dovecot.conf").write_text(config, "utf-8")
        return owner.pw_name

    def _answers(self) -> bool:
        try:
            with socket.create_connection((self.host, self.port), timeout=5) as line:
                return line.recv(4) == b"* OK"
        except OSError:
            return False
