"""The kinds of value an admin writes, and the sentence we say where one of them is wrong."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Annotated, Any, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import ErrorDetails

Loc = Sequence[int | str]
"""Where a value stands: keys and list indexes, from the top of its file."""


class Part(BaseModel):
    """A part of a file: its keys are known and its values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


_ADDRESS = re.compile(r"""[^\s@<>,;:"]+@[^\s@<>,;:"]+\.[^\s@<>,;:".]+""")


def _address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise ValueError(f"'{text}' is no e-mail address; write it as name@example.org, without < and >")
    return text.lower()


def at_least_one(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Refuse an empty list, after its items were judged, so that a bad item is not called none at all."""
    if not values:
        raise ValueError("should hold at least one")
    return values


Name = Annotated[str, Field(min_length=1)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
Address = Annotated[str, AfterValidator(_address)]
OptionalAddress = Annotated[str, AfterValidator(lambda text: _address(text) if text else "")]

_SENTENCES = {
    "bool_parsing": "should be true or false",
    "bool_type": "should be true or false",
    "date_from_datetime_parsing": "should be a day like 2026-01-02",
    "date_parsing": "should be a day like 2026-01-02",
    "date_type": "should be a day like 2026-01-02",
    "dict_type": "should be a table of keys and values",
    "float_parsing": "should be a number",
    "float_type": "should be a number",
    "greater_than": "should be more than {gt}",
    "greater_than_equal": "should be {ge} or more",
    "int_from_float": "should be a whole number",
    "int_parsing": "should be a whole number",
    "int_type": "should be a whole number",
    "less_than_equal": "should be {le} or less",
    "literal_error": "should be {expected}",
    "model_type": "should be a table of keys and values",
    "string_pattern_mismatch": "should be small letters, digits, - and _, without spaces",
    "string_too_short": "should not be empty",
    "string_type": "should be text, in quotes",
    "too_long": "should hold {max_length} at most",
    "tuple_type": "should be a list",
    "value_error": "{error}",
}
"""What is wrong, by pydantic's word for it. Never with the value: it may be a password or a key."""


def sentence(error: ErrorDetails, model: type[BaseModel]) -> str:
    """What is wrong and what would be right, in one sentence. `model` is that of the whole file."""
    kind, loc = error["type"], error["loc"]
    if kind == "extra_forbidden":
        return _unknown(str(loc[-1]), _part_at(model, loc[:-1]))
    if kind == "missing":
        return _missing(str(loc[-1]), _part_at(model, loc))
    known = _SENTENCES.get(kind)
    words = known.format(**error.get("ctx", {})) if known else error["msg"]
    return f"{_name(loc)}: {words}"


def _unknown(key: str, part: type[BaseModel] | None) -> str:
    known = list(part.model_fields) if part else []
    meant = get_close_matches(key, known, n=1)
    right = f"did you mean '{meant[0]}'?" if meant else f"known here: {', '.join(known)}"
    return f"'{key}' is not known here; {right}"


def _missing(key: str, part: type[BaseModel] | None) -> str:
    needed = [name for name, field in part.model_fields.items() if field.is_required()] if part else []
    return f"'{key}' is missing" + (f"; it needs {', '.join(needed)}" if needed else "")


def _name(loc: Loc) -> str:
    """The key nearest to a value, and which item of its list: `keys, item 2`."""
    key = next((step for step in reversed(loc) if isinstance(step, str) and step != "[key]"), "the file")
    return f"{key}, item {loc[-1] + 1}" if loc and isinstance(loc[-1], int) else key


def _part_at(model: type[BaseModel], loc: Loc) -> type[BaseModel] | None:
    """The model of the part at this place; None where there is a bare value."""
    part: type[BaseModel] | None = model
    for step in loc:
        if isinstance(step, str):
            field = part.model_fields.get(step) if part else None
            part = _part_in(field.annotation) if field else None
    return part


def _part_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((part for arg in get_args(annotation) if (part := _part_in(arg))), None)
