"""What we cannot look into: encrypted mail, files with a password, and notices of a safe mail elsewhere."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, replace

from mailagent.core.mail import Attachment, Mail
from mailagent.inbound import cms, pdf

_PGP = "-----BEGIN PGP MESSAGE-----"
_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----\n"
_SIGNATURE = "\n-----BEGIN PGP SIGNATURE-----\n"
_END = "-----END PGP SIGNATURE-----"
_PGP_END = "-----END PGP MESSAGE-----"
_ESCAPED = re.compile(r"^- ", re.MULTILINE)

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_PDF_LOCK = re.compile(rb"/Encrypt\s{0,8}(?:\d{1,10}\s{1,8}\d{1,5}\s{1,8}R|<<)")
_ZIP, _ZIP_FLAGS, _ZIP_LOCK = b"PK\x03\x04", 6, 1


@dataclass(frozen=True, slots=True)
class SafeMail:
    """A carrier that keeps the mail itself and sends a notice with a link."""

    name: str
    domains: tuple[str, ...]


SAFE_MAIL = (
    SafeMail("Zivver", ("zivver.com", "zivver.eu", "zivver.nl")),
    SafeMail("SmartLockr", ("smartlockr.io", "smartlockr.eu", "smartlockr.com", "smartlockr.nl")),
    SafeMail("FileCap", ("filecap.com", "filecap.nl", "filecap.eu")),
    SafeMail("Cryptshare", ("cryptshare.com", "cryptshare.express")),
    SafeMail("ZorgMail", ("zorgmail.nl", "zorgmail.com")),
    SafeMail("SecuMailer", ("secumailer.com", "secumailer.eu", "secumailer.nl")),
    SafeMail("Microsoft 365", ("outlook.office365.com", "office365.com", "messaging.microsoft.com")),
    SafeMail("Proofpoint", ("securemail.proofpoint.com", "pphosted.com")),
    SafeMail("Cisco", ("res.cisco.com",)),
)
"""Domains by which the notices and links of each are known. A notice also needs the wording below."""

_NOTICE = re.compile(
    r"(?:beveiligde?|versleutelde?|veilige?|vertrouwelijke?|beschermde?) (?:e-?mail|mail|bericht|bestand)"
    r"|(?:secured?|encrypted|protected|confidential) (?:e-?mail|mail|message|file)"
    r"|(?:open|lees|bekijk) (?:het|dit|uw|je|the|your) (?:beveiligde? |secure )?(?:bericht|bestand|message)",
    re.IGNORECASE,
)
_LINK = re.compile(r"(?<=://)[a-z0-9.-]{1,253}", re.IGNORECASE)
_RIGHTS = ("application/x-microsoft-rpmsg-message", "application/vnd.ms-rpmsg")
_READ = 64 * 1024  # a notice says what it is before this


def sealed(mail: Mail) -> str:
    """`smime`, `pgp`, `password_file` or `secure_notice`; "" for a mail that lies open. Linear."""
    if any(_is_smime(part) for part in mail.attachments):
        return "smime"
    if any(_is_pgp(part) for part in mail.attachments):
        return "pgp"
    if mail.locked:
        return "password_file"
    return "secure_notice" if _is_notice(mail) else ""


def _is_smime(part: Attachment) -> bool:
    named = part.content_type in cms.KINDS or (part.filename or "").lower().endswith(cms.SUFFIX)
    return named and cms.encrypted(part.content)


def _is_pgp(part: Attachment) -> bool:
    return part.content_type == "application/pgp-encrypted" or part.content[:80].lstrip().startswith(
        _PGP.encode()
    )


def has_password(content: bytes) -> bool:
    """Does a PDF, an Office file or a ZIP ask for a password? By structure, whatever the file is called."""
    if content.startswith(_ZIP):
        return _locked_zip(content)
    if content.startswith(_OLE):
        return _ENCRYPTED_PACKAGE in content
    locked = b"%PDF-" in content[:1024] and _PDF_LOCK.search(content)
    return bool(locked) and not pdf.opens(content)


def _locked_zip(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return any(entry.flag_bits & _ZIP_LOCK for entry in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        # cut off: its first file speaks for the rest
        return bool(len(content) > _ZIP_FLAGS and content[_ZIP_FLAGS] & _ZIP_LOCK)


def _is_notice(mail: Mail) -> bool:
    """Does a known carrier speak of a safe mail, from its own address or with a link to its own door?"""
    if any(part.content_type in _RIGHTS for part in mail.attachments):
        return True
    text = mail.text[:_READ]
    hosts = {host.lower() for host in ((mail.sender or "").rpartition("@")[2], *_LINK.findall(text))}
    known = any(_belongs(host, domain) for host in hosts for it in SAFE_MAIL for domain in it.domains)
    return known and not mail.is_reply and bool(_NOTICE.search(f"{mail.subject}\n{text}"))


def _belongs(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def locks_seen(parts: Iterable[Attachment]) -> tuple[Attachment, ...]:
    """The same files, each with whether it asks for a password."""
    return tuple(replace(part, locked=True) if has_password(part.content) else part for part in parts)


def message_apart(text: str) -> tuple[str, tuple[Attachment, ...]]:
    """A text without the PGP message it begins with (RFC 4880 6.2), and that message as a file."""
    if not text.lstrip().startswith(_PGP):
        return text, ()
    message, end, below = text.partition(_PGP_END)
    content = f"{message}{end}\n".encode("utf-8", "surrogateescape")
    return below.lstrip(), (Attachment("encrypted.asc", "application/pgp-encrypted", content),)


def without_armour(text: str) -> str:
    """A text signed with PGP as its writer typed it (RFC 4880 7); other text as it is."""
    if _SIGNED not in text:
        return text
    above, _, rest = text.partition(_SIGNED)
    _, _, signed = rest.partition("\n\n")  # past the Hash lines
    body, found, below = signed.partition(_SIGNATURE)
    if not found:
        return text
    return above + _ESCAPED.sub("", body) + below.partition(_END)[2]
