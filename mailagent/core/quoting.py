"""What the writer of a reply added, told apart from what the mail program put below it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

MARKER = "--- Schrijf uw antwoord boven deze regel; wat hieronder staat lezen wij niet ---"
"""The first line of every mail to an agent; plain ASCII, so that no mail program changes it."""

_WINDOW = 5  # an attribution is wrapped over at most so many lines
_LONG = 500  # and a longer line is none

_VERBS = (
    r"schreef|geschreven|wrote|schrieb|geschrieben|a écrit|escribió|ha scritto|escreveu|skrev"
    r"|napisał\(a\)|написал|написала|пише|写道"
)
_VERB = re.compile(rf"(?<!\w)(?:{_VERBS})(?!\w)", re.IGNORECASE)
_OPENED = re.compile(r"(?:op|on|at|am|le|el|il|em|den|dnia)\s", re.IGNORECASE)
_SAID = re.compile(rf"(?:{_VERBS})\s*[::]?$", re.IGNORECASE)
_SAID_ON = re.compile(r"(?:schreef op|schrieb am|a écrit le|wrote on)\s.*\d", re.IGNORECASE)
_DATED = re.compile(
    r"(?:\d{4}[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})\s.*<[^<>]*@[^<>]*>\s*:?$"
)
_GMAIL = re.compile(r"\d{4}-\d\d-\d\d \d{1,2}:\d\d GMT\S*\s")
_MAY_END = re.compile(r"[::>][\s>-]*$|wrote[\s-]*$|a écrit\s*$|GMT\S{0,6}\s")
_TIMED = re.compile(r"\d\D{1,12}(?:19|20)\d\d\b|\d{1,2}:\d\d")
_PERSON = re.compile(r"(?<![\w.])(?:ik|wij|we|u|jullie|ich|wir|je|nous|I)(?![\w.@])")
_ORIGINAL = re.compile(
    r"[\s>*]*+(?:-{2,}+|_{2,}+|begin\b)[\s*]*+"
    r"(?:oorspronkelijke? bericht|origineel bericht|doorgestuurd bericht|original message|forwarded message"
    r"|forwarded by .{1,80}|ursprüngliche nachricht|weitergeleitete nachricht|message d'origine"
    r"|message original|message transféré|mensaje original)[\s:*_-]*",
    re.IGNORECASE,
)
_FROM = ("van", "from", "von", "de", "da", "från", "fra", "od", "от")
_HEADER = re.compile(
    r"[\s>*]*(van|verzonden|verstuurd|datum|aan|onderwerp|beantwoorden aan|cc|kopie|from|sent|date|to|subject"
    r"|reply-to|von|gesendet|an|betreff|de|envoyé|à|objet|enviado|el|para|asunto|da|risposta|data|a|oggetto"
    r"|från|skickat|till|ämne|fra|od|от)\s*:[*\s]",
    re.IGNORECASE,
)
_SENT_FROM = re.compile(
    r"[\s<(*_]*(?:verzonden (?:vanaf|vanuit|met|via|door)|verstuurd (?:vanaf|vanuit|met|via|door)"
    r"|outlook voor (?:ios|android)|download outlook voor"
    r"|sent (?:from|with|via|by|using)|from my \w+|get \[?outlook for|envoyé (?:depuis|de|à partir)"
    r"|(?:von meinem|gesendet (?:von|mit)|diese nachricht wurde von)"
    r"|someone from mobile|sendt fra|skickat från|inviato da|enviado desde|從我的)\b.{0,150}",
    re.IGNORECASE,
)
_NO_WORDS = re.compile(r"[\W_ᐧ]+")
_RULED = re.compile(r"[-_=*~#+]{2}|ᐧ")
_SIGNATURE = re.compile(r"(?:--|—|–) ?")
_SIGNATURE_LINES = 15


def new_text(text: str) -> str:
    """What the writer added to a reply; all of it where nothing would be left. Linear in the text.

    A view: quoted lines stay where answers stand between them, and the full text is kept elsewhere.
    """
    lines = cut_marker(text).split("\n")
    lines = lines[: _embedded(lines)]
    lines = _without_quoted_mail(lines)
    return _trimmed(lines) or _trimmed(text.split("\n")[: _embedded(text.split("\n"))]) or text.strip()


def cut_marker(text: str, marker: str = MARKER) -> str:
    """Everything above the line with the marker, also where that line was quoted, wrapped or indented."""
    words = re.findall(r"\w+", marker)
    found = re.search(r"[\W_]{1,40}".join(map(re.escape, words)), text, re.IGNORECASE)
    if not found:
        return text
    above, _, line = text[: found.start()].rpartition("\n")
    return f"{above}\n{line}".strip("\n") if any(char.isalnum() for char in line) else above


def drop_signature(text: str, signature: str = "") -> str:
    """The text above `-- ` (RFC 3676 4.3) or above the given signature, whose lines a mail program may have
    set further apart."""
    lines = text.split("\n")
    known = [words for line in signature.split("\n") if (words := line.split())]
    filled = [(n, words) for n, line in enumerate(lines) if (words := line.split())]
    for place, (n, words) in enumerate(filled):
        if lines[n] in ("-- ", "--"):
            return "\n".join(lines[:n]).rstrip()
        if known and words == known[0]:
            below = [others for _, others in filled[place : place + len(known)]]
            if below == known:
                return "\n".join(lines[:n]).rstrip()
    return text


def _embedded(lines: Sequence[str]) -> int:
    """Where an older mail begins that a mail program pasted under its own heading; the end if nowhere."""
    written = False
    for n, line in enumerate(lines):
        if len(line) <= _LONG and (_ORIGINAL.fullmatch(line) or _is_header_block(lines, n)):
            if written:
                return n
        elif line.strip() and not _is_ruler(line):
            written = True
    return len(lines)


def header_blocks(lines: Sequence[str]) -> Iterator[int]:
    """Where the header lines begin that a mail program put above a mail it quotes or passes on."""
    last = -2 * _WINDOW
    for n, line in enumerate(lines):
        if n - last >= _WINDOW and len(line) <= _LONG and _is_header_block(lines, n):
            last = n
            yield n


def _is_header_block(lines: Sequence[str], at: int) -> bool:
    """`Van: … Verzonden: … Onderwerp: …`: three different header names, one of them the sender's."""
    if not _HEADER.match(lines[at]):
        return False
    found = [_HEADER.match(line[:_LONG]) for line in lines[at : at + 2 * _WINDOW] if line.strip()]
    names = {match[1].lower() for match in found if match}
    return len(names) >= 3 and any(name in _FROM for name in names)


def _without_quoted_mail(lines: list[str]) -> list[str]:
    """The lines without the attribution and the mail it introduces."""
    found = _attribution(lines)
    if not found:
        return lines
    start, end = found
    above, below = lines[:start], lines[end:]
    if not _first(below).startswith(">") and not lines[start].lstrip().startswith(">"):
        return above if _has_words(above) else below
    rest = below[_quoted(below) :]
    if not _has_words(above):
        return below if _answers_between(rest) else rest
    if _has_words(_signed_off(rest)) and not lines[start].startswith(">"):
        return above + below  # answers between the quoted lines
    return above


def _answers_between(lines: Sequence[str]) -> bool:
    """Is more quoted below what was written? Then each answer needs the question above it, the first too."""
    kept = [line.lstrip()[:1] == ">" for line in _signed_off(lines) if line.strip()]
    return any(kept) and not all(kept[kept.index(True) :])


def _attribution(lines: Sequence[str]) -> tuple[int, int] | None:
    """The first `Op … schreef …:`, as (first line, line after it)."""
    for end, line in enumerate(lines):
        if len(line) <= _LONG and _MAY_END.search(line):
            first = _attribution_start(lines, end)
            if first is not None:
                return first, end + 1
    return None


def _attribution_start(lines: Sequence[str], end: int) -> int | None:
    """The first line of an attribution that ends on line `end`; None where it is none."""
    said = ""
    for start in range(end, max(-1, end - _WINDOW), -1):
        line = lines[start][:_LONG].lstrip(" >\t").rstrip()
        if not line:
            return None
        said = f"{line} {said}".rstrip()
        if _is_attribution(said):
            return start
    return None


def _is_attribution(said: str) -> bool:
    """Is this line, unwrapped, the one a mail program writes above what it quotes?"""
    if _DATED.fullmatch(said) or _GMAIL.match(said):
        return True
    if not _VERB.search(said) or not any(char.isdigit() or char == "@" for char in said):
        return False
    if _PERSON.search(said):
        return False
    if _OPENED.match(said.lstrip("- ")) or _SAID_ON.search(said):
        return True
    named = "<" in said.lstrip("<") and not said.startswith("<")
    return bool(_SAID.search(said)) and (named or ("@" not in said and bool(_TIMED.search(said))))


def _first(lines: Sequence[str]) -> str:
    return next((line.lstrip() for line in lines if line.strip()), "")


def _quoted(lines: Sequence[str]) -> int:
    """How many lines from the top are quoted or empty."""
    return next((n for n, line in enumerate(lines) if line.strip() and line.lstrip()[0] != ">"), len(lines))


def _is_ruler(line: str) -> bool:
    """`----`, `____` and the like: drawn, not written."""
    return bool(_NO_WORDS.fullmatch(line) and _RULED.search(line))


def _has_words(lines: Sequence[str]) -> bool:
    return any(line.strip() and not _is_ruler(line) for line in lines)


def _signed_off(lines: Sequence[str]) -> Sequence[str]:
    """The lines above a signature, where that is short enough to be one."""
    below, cut = 0, len(lines)
    for n in range(len(lines) - 1, -1, -1):
        below += bool(lines[n].strip())
        if below > _SIGNATURE_LINES:
            break
        if _SIGNATURE.fullmatch(lines[n]):
            cut = n
    return lines[:cut]


def _trimmed(lines: Sequence[str]) -> str:
    """Without the signature, and without quotes, rulers and `Verstuurd vanaf mijn …` at the end."""
    kept = list(_signed_off(lines))
    quoted = _has_words([line for line in kept if line[:1] != ">"])
    while kept and _is_tail(kept[-1], quoted=quoted):
        kept.pop()
    return "\n".join(kept).strip()


def _is_tail(line: str, *, quoted: bool) -> bool:
    if not line.strip() or (quoted and line.lstrip().startswith(">")):
        return True
    return _is_ruler(line) or (len(line) <= _LONG and bool(_SENT_FROM.fullmatch(line)))
