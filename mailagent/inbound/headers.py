"""The head of a mail, made readable: broken lines mended, encoded words decoded, parameters taken apart."""

from __future__ import annotations

import binascii
import re
from collections.abc import Sequence
from itertools import groupby
from urllib.parse import unquote_to_bytes

from mailagent.core.errors import Unreadable
from mailagent.inbound.charsets import clean, codec, decoded
from mailagent.inbound.limits import Limits

_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:")
_KNOWN = re.compile(
    rb"(?:from|to|cc|bcc|subject|date|sender|reply-to|message-id|in-reply-to|references|received|return-path"
    rb"|mime-version|delivered-to|dkim-signature|list-[a-z-]+|content-[a-z-]+|x-[a-z0-9-]+)[ \t]*:",
    re.IGNORECASE,
)
_FOLD = re.compile(r"[\r\n]+[ \t]*")
_WORD = re.compile(r"=\?([^?\s=]{1,60})\?([bq])\?", re.IGNORECASE)
_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*+)"?|([^;]*))', re.DOTALL)
_SECTION = re.compile(r"([^*]+)(?:\*(\d{1,5}))?(\*)?")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]*+")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_PADDING = re.compile(rb"=+")


def mended(raw: bytes, limits: Limits) -> bytes:
    """The mail with a head the standard parser understands.

    Takes off what stands before the first field (mbox From_ line, blank lines), folds lines that lost
    their leading blank back into their field, and puts the blank line after the last field where it is
    missing. Raises Unreadable(header_too_long).
    """
    if b"\r\r\n" in raw[:1000]:
        raw = raw.replace(b"\r\r\n", b"\r\n")
    start = _start(raw)
    lines, end = _head(raw, start, limits)
    last = max((n for n, line in enumerate(lines) if _KNOWN.match(line)), default=-1)
    sound = _sound_until(lines)
    head: list[bytes] = []
    for n, line in enumerate(lines):
        field = _FIELD.match(line)
        if line.startswith((b"From ", b">From ")):
            continue
        if field:
            head.append(_named(field[1], line[field.end(1) :], sound=n < sound))
        elif line[:1] in b" \t" and head:
            head.append(line)
        elif n < last:
            head.append(b" " + line.lstrip())
        else:
            return b"".join((*head, b"\r\n", *lines[n:], raw[end:]))
    return b"".join((*head, raw[end:]))


def _named(name: bytes, rest: bytes, *, sound: bool) -> bytes:
    """A field, without the blank that may stand before its colon. A result of a mail server that our own one
    may not have seen as such, and so has not taken off, goes by another name."""
    if name.lower() == b"authentication-results" and not (sound and rest.startswith(b":")):
        name = b"X-Unsound-" + name
    return name + rest.lstrip(b" \t")


def _sound_until(lines: Sequence[bytes]) -> int:
    """How many lines every mail server reads alike: those before the first that is no field, or that ends
    otherwise than the head does."""
    by_line_feed = any(line.endswith(b"\n") for line in lines)
    for n, line in enumerate(lines):
        if by_line_feed and not line.endswith(b"\n"):
            return n + 1
        if not _FIELD.match(line) and line[:1] not in b" \t":
            return n
    return len(lines)


def _start(raw: bytes) -> int:
    """Where the first field begins."""
    start = 3 if raw.startswith(b"\xef\xbb\xbf") else 0
    while line := _LINE.match(raw, start):
        if line.end() == start or not (line[0].startswith((b"From ", b">From ")) or not line[0].strip()):
            break
        start = line.end()
    return start


def _head(raw: bytes, start: int, limits: Limits) -> tuple[list[bytes], int]:
    """The lines up to the first blank one, and where that one begins."""
    lines: list[bytes] = []
    field, at = start, start
    for line in _LINE.finditer(raw, start):
        at = line.start()
        if not line[0].strip(b"\r\n"):
            break
        if line[0][:1] not in b" \t":
            field = at
        if line.end() - field > limits.header or line.end() - start > limits.head:
            raise Unreadable("header_too_long")
        lines.append(line[0])
    return lines, at


def text_of(value: str, hint: str | None = None) -> str:
    """A header value as a person reads it: unfolded, raw 8-bit bytes and encoded words decoded (RFC 2047)."""
    return decode_words(unfolded(value, hint)).strip()


def unfolded(value: str, hint: str | None = None) -> str:
    """A header value on one line, its raw 8-bit bytes decoded; encoded words are left alone."""
    if not value.isascii():
        value = decoded(value.encode("utf-8", "surrogateescape"), None, hint)
    return clean(_FOLD.sub(" ", value))


def decode_words(value: str) -> str:
    """RFC 2047 words decoded, in linear time; a character split over two words is made whole again."""
    out: list[str] = []
    run: list[tuple[str, str, str]] = []
    at = end = 0
    while word := _WORD.search(value, at):
        end = end if end >= word.end() else value.find("?=", word.end())
        if end < 0:
            break
        between = value[at : word.start()]
        if between.strip() or not run:
            out += (_joined(run), between)
            run = []
        inner = _WORD.search(value, word.end(), end + 2)
        if inner:  # the first of the two never ended
            out += (_joined(run), value[word.start() : inner.start()])
            run, at = [], inner.start()
        else:
            run.append((word[1].partition("*")[0].lower(), word[2].lower(), value[word.end() : end]))
            at = end + 2
    return clean("".join((*out, _joined(run), value[at:])))


def _joined(run: list[tuple[str, str, str]]) -> str:
    """Neighbouring encoded words as one text: their bytes are put together first where the charset is one."""
    out: list[str] = []
    for charset, words in groupby(run, key=lambda word: word[0]):
        data = bytearray()
        for encoding, same in groupby(words, key=lambda word: word[1]):
            texts = [_octets(text, charset) for _, _, text in same]
            if encoding == "b":
                data += from_base64(b"".join(texts))
            else:
                data += b"".join(binascii.a2b_qp(text, header=True) for text in texts)
        out.append(decoded(bytes(data), charset))
    return "".join(out)


def _octets(text: str, charset: str) -> bytes:
    """What stands in an encoded word, as bytes; raw 8-bit letters in it are put back into its charset."""
    try:
        return text.encode(codec(charset) or "utf-8") if not text.isascii() else text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def from_base64(data: bytes) -> bytes:
    """Base64 decoded, salvaged where it is cut off, glued together or dirty (RFC 2045 6.8)."""
    blocks = _PADDING.split(b"".join(data.split()))
    if not all(map(_BASE64.fullmatch, blocks)):
        # what follows the padding is no base64: a footer that a list server put there
        blocks = [_NOT_BASE64.sub(b"", blocks[0])]
    return b"".join(map(_block, blocks))


def _block(block: bytes) -> bytes:
    whole = block[:-1] if len(block) % 4 == 1 else block
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))


def parameters(value: str) -> dict[str, str]:
    """The parameters of a Content-Type or Content-Disposition, names in lower case (RFC 2045, RFC 2231)."""
    plain: dict[str, str] = {}
    sections: dict[str, list[tuple[int, bool, str]]] = {}
    for name, quoted, bare in _PARAMETER.findall(value):
        found = _SECTION.fullmatch(name.lower())
        text = re.sub(r"\\(.)", r"\1", quoted) if quoted else bare.strip()
        if found and (found[2] or found[3]):
            sections.setdefault(found[1], []).append((int(found[2] or 0), bool(found[3]), text))
        else:
            plain.setdefault(name.lower(), decode_words(text))
    return plain | {name: _continued(parts) for name, parts in sections.items()}


def _continued(parts: list[tuple[int, bool, str]]) -> str:
    """An RFC 2231 value from its numbered sections."""
    label, data = "", b""
    for n, (_, escaped, text) in enumerate(sorted(parts, key=lambda part: part[0])):
        if n == 0 and escaped and text.count("'") >= 2:
            label, _, text = text.split("'", 2)
        data += unquote_to_bytes(text) if escaped else text.encode()
    return clean(decoded(data, label))
