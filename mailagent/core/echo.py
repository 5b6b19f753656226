"""Words of a stranger, made fit to stand in a mail of ours: readable, and nothing in them can be clicked.

A stranger can enter a victim's address and let a municipality carry a link to it. Mail programs make links
of anything that looks like an address, with or without `https://`, so it is not enough to escape HTML. No
word is taken away: `https://evil.example/x` is shown as `evil[.]example/x`.
"""

from __future__ import annotations

import re

# Browsers read these as the ASCII sign beside them (UTS #46 2.3), so we do as well.
_ALIKE = str.maketrans("。．｡․﹒：／＼＠\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029", ".....:/\\@" + "\n" * 9)

_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f"  # control characters
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e007f"  # hidden, or turning the reading direction
    "\ud800-\udfff]"  # halves of a character, which no mail can carry
)
_MANY_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*){2,}")

# A match starts only where a run of such signs starts, so that a long run is read once and not once per sign.
_SCHEME = re.compile(r"(?<![\w+-])[\w+-]*:[/\\]{2,}")
_AFTER_SCHEME = re.compile(r":[/\\]")

# These begin with the sign itself and then look back: a search for one sign is ten times as fast as a look at
# every place whether a sign might follow.
_SHARE = re.compile(r"\\\\+")
_COLON = re.compile(r":(?<=[^\W\d_]:)(?=[\w+?%/\\])")
_MISSING_SPACE = re.compile(r"\.(?<=[a-z\d)]\.)(?=[A-Z][a-z]|[A-Z]\s)")
_FILE = r"(?:jpe?g|png|gif|heic|tiff?|pdf|docx?|xlsx?|pptx?|odt|ods|txt|csv|eml|msg|mp4)(?!\.?[\w@:/-])"
_DOT = re.compile(rf"\.(?<=\w\.)(?=[^\W\d_]{{2}}|xn--)(?!{_FILE})", re.IGNORECASE)
_DOT_OF_WWW = re.compile(r"\.(?<=www\.)(?<![^\W_]www\.)", re.IGNORECASE)
_AT = re.compile(r"@(?<=\S@)(?=\S)")


_LIVELY = re.compile(r"[\\:@]|\.\S|[wW]\.")
"""Without one of these no part of a text is an address."""

# Who wraps links in links of their own (Safe Links) writes %2F for a slash.
_PAGES = ("kto", "bevestig", "origineel", "enquete", "afmelden")
_BEHIND = "|".join(rf"(?<=/{page}/)|(?<=%2F{page}%2F)" for page in _PAGES)
_SECRET = re.compile(
    rf"(?:(?<=\+[rb]-)|(?<=%2B[rb]-))[a-z2-7]{{16}}(?=@|\[at]|%40)|(?:{_BEHIND})[\w.~-]{{16,}}",
    re.IGNORECASE,
)
_KEEPS_SECRETS = ("+r-", "+b-", "+R-", "+B-", "%2", *(f"/{page}/" for page in _PAGES))


def veiled(text: str) -> str:
    """`text` with `…` for what is secret in a reply address or a link of ours: those are their addressee's
    alone, also where somebody quoted them."""
    return _SECRET.sub("…", text) if any(sign in text for sign in _KEEPS_SECRETS) else text


def readable(text: str, limit: int) -> str:
    """Without control, hidden and turning characters, with at most one blank line in a row, cut at `limit`
    characters (`…` then stands at the end)."""
    text = text[: 4 * limit].replace("\r\n", "\n")
    if not (text.isascii() and text.replace("\n", "").isprintable()):  # few are not, and to look is cheap
        text = _INVISIBLE.sub("", text.translate(_ALIKE))
    text = (_MANY_LINES.sub("\n\n", text) if "\n" in text else text).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def inert(text: str, limit: int = 5_000) -> str:
    """`text` of a stranger, `readable` and `veiled`, with no web or mail address left of which a mail program
    would make a link. Doing it again changes nothing, but the brackets may push the end over `limit`."""
    text = veiled(readable(text, limit))
    if not _LIVELY.search(text):
        return text
    if _AFTER_SCHEME.search(text):
        text = _SCHEME.sub("", text)
    text = _DOT_OF_WWW.sub("[.]", _COLON.sub(": ", _SHARE.sub(r"\\", text)))
    text = _AT.sub("[at]", _DOT.sub("[.]", _MISSING_SPACE.sub(". ", text)))
    return _MANY_LINES.sub("\n\n", text).strip()
