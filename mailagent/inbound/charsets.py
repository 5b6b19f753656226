"""From the bytes of a mail to text, whatever its charset label says."""

from __future__ import annotations

import codecs
import re

_LABEL = re.compile(r"[a-z0-9][a-z0-9_.:+-]{1,39}")

ALIASES = {
    # a label for a small set, on mails that use its bigger successor
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso-gb2312": "gb18030",
    "x-gbk": "gb18030",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-11": "cp874",
    "windows-874": "cp874",
    "tis-620": "cp874",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "unicode-1-1-utf-7": "utf-7",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "cp-850": "cp850",
    "utf8mb4": "utf-8",
    # says nothing: guessed as if there were no label
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "ansi_x3.4-1968": "utf-8",
}

# codecs of Python that are no charsets, or take quadratic time
_NO_CHARSET = {"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "mbcs", "oem"}

# one byte a letter, under the names Python gives them
_ONE_BYTE = ("cp125", "iso8859", "koi8", "mac-")


def codec(label: str | None) -> str | None:
    """The name Python has for a charset label; None where nobody knows it."""
    found = _LABEL.match((label or "").strip(" \t\"'").lower())
    if not found:
        return None
    try:
        name = codecs.lookup(ALIASES.get(found[0], found[0])).name
        b"a".decode(
            name, "replace"
        )  # fails for what Python calls a codec and is no charset: zlib, hex, rot13
    except (LookupError, UnicodeError):
        return None
    return None if name.replace("_", "-") in _NO_CHARSET else name


def decoded(data: bytes, label: str | None = None, hint: str | None = None) -> str:
    """Bytes as text: by their label, else as UTF-8, else by a hint, else the least bad guess."""
    names = [name for name in (codec(label), "utf-8", codec(hint)) if name]
    if names[0].startswith(_ONE_BYTE):
        names.insert(0, "utf-8")  # these never fail, and hardly any real text in them is also valid UTF-8
    for name in names:
        try:
            return data.decode(name)
        except (UnicodeError, LookupError):
            continue
    known = codec(label)
    return _guessed(data) if known in (None, "utf-8") else data.decode(known, "replace")


def _guessed(data: bytes) -> str:
    """UTF-8 with a few broken characters, or else Windows-1252."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = sum(1 for char in text if char > "\x7f") - broken
    return text if whole > broken else data.decode("cp1252", "replace")


def clean(text: str) -> str:
    """Text that any store and any UTF-8 output takes: no NUL, no lone surrogates."""
    if "\0" in text:
        text = text.replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
