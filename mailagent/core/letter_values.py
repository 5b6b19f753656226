"""Values as a scanned page shows them, mended where a reader takes one sign for another."""

from __future__ import annotations

import re
from datetime import date
from difflib import get_close_matches

from stdnum import iban

from mailagent.core.dates import MONTHS

_TO_DIGIT = str.maketrans("OoQDIlL|!ZzSsBGgq", "00001111122558699")
_TO_LETTER = str.maketrans("0158", "OISB")

_POSTCODE = re.compile(r"(?<![\w])([1-9][0-9OIl]{3})\s?([A-Z0-9]{2,3})(?![\w])")
_NEVER = ("SA", "SD", "SS")
"""No Dutch postcode ends so."""
_PLACE = re.compile(
    r"\s*,?\s*((?:(?:de|den|der|het|aan|a/d|bij|op|en|'s|’s|'t|’t|[A-ZÀ-Ž’'][\w’'-]+)(?!\w)[ -]?){1,5})"
)
_EMAIL = re.compile(r"[\w.%+-]+ ?@ ?[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w])(?:\+|00)?\(?[0-9Ol][0-9OlI() .\-–/]{7,18}[0-9OlI](?![\w])")
_IBAN = re.compile(r"(?<![\w])([A-Z]{2}) ?([0-9OIlSBZ]{2}) ?((?:[A-Z0-9l] ?){11,30})(?![\w])")
_KENMERK = re.compile(r"[\w][\w./\-–]*(?: [\w./\-–]*\d[\w./\-–]*)*")

_WORDED = re.compile(r"(?<![\w])([0-3]?[0-9Ol])[.e]? ?([^\W\d]{3,10})\.? ((?:19|20)[0-9Ol]{2})(?![\w])")
_NUMBERED = re.compile(
    r"(?<![\w])([0-3]?[0-9]) ?[-/.] ?([01]?[0-9]) ?[-/.] ?((?:19|20)[0-9]{2}|[0-9]{2})(?![\w])"
)
_BIRTH = re.compile(r"geb(?:oren|oortedatum|\.)", re.IGNORECASE)


def date_in(text: str) -> str:
    """The first day in a text as 2026-11-30, "" where there is none; nobody's day of birth."""
    if _BIRTH.search(text):
        return ""
    for match in _WORDED.finditer(text):
        [month, *_] = [*get_close_matches(match[2].casefold(), MONTHS, 1, 0.75), ""]
        if month and (day := _day(match[3], MONTHS[month], match[1])):
            return day
    for match in _NUMBERED.finditer(text):
        year = match[3] if len(match[3]) == 4 else f"20{match[3]}"
        if day := _day(year, int(match[2]), match[1]):
            return day
    return ""


def _day(year: str, month: int, number: str) -> str:
    try:
        return date(int(year.translate(_TO_DIGIT)), month, int(number.translate(_TO_DIGIT))).isoformat()
    except ValueError:
        return ""


def parted_at_postcode(text: str) -> tuple[str, str, str]:
    """What stands before the first Dutch postcode, that one as 1234 AB, and the place behind it."""
    for match in _POSTCODE.finditer(text):
        letters = match[2].translate(_TO_LETTER)
        if len(letters) == 2 and letters.isalpha() and letters not in _NEVER:
            place = _PLACE.match(text, match.end())
            written = f"{match[1].translate(_TO_DIGIT)} {letters}"
            return text[: match.start()], written, place[1].strip() if place else ""
    return text, "", ""


def postcode_in(text: str) -> str:
    """The first Dutch postcode, as 1234 AB."""
    return parted_at_postcode(text)[1]


def street_in(text: str) -> str:
    """A street with its number, whose storey may be a Roman one."""
    return re.sub(r"(?<=\d-)[Il|]{1,3}(?!\w)", lambda storey: "I" * len(storey.group()), text.strip(" ,"))


def email_in(text: str) -> str:
    """The first address, without the blank a reader may put before its @."""
    found = _EMAIL.search(text)
    return found.group().replace(" ", "").strip(".-") if found else ""


def phone_in(text: str) -> str:
    """The first Dutch number of ten digits, or one with a country before it, as it is written."""
    for match in _PHONE.finditer(text):
        written = match.group().strip()
        digits = re.sub(r"\D", "", written.translate(_TO_DIGIT))
        national = re.sub(r"^(?:0031|31(?=0?[1-9]\d{8}$))0?", "0", digits)
        foreign = written.startswith(("+", "00")) and 9 <= len(digits) <= 15
        if foreign or (len(national) == 10 and national[0] == "0" and national[1] != "0"):
            return written.translate(_TO_DIGIT)
    return ""


def iban_in(text: str) -> str:
    """The first account number that passes its own test, in groups of four (ISO 13616)."""
    for match in _IBAN.finditer(text):
        account = match[3].replace(" ", "")
        if match[1] == "NL":
            account = account[:4].translate(_TO_LETTER) + account[4:14].translate(_TO_DIGIT)
        number = match[1] + match[2].translate(_TO_DIGIT) + account
        if iban.is_valid(number):
            return str(iban.format(number))
    return ""


def kenmerk_in(text: str) -> str:
    """What stands behind the label of a kenmerk, where it has a digit."""
    found = _KENMERK.match(text.strip())
    value = found.group().strip(" .-") if found else ""
    return value if re.search(r"\d", value) and len(value) <= 40 else ""
