"""The columns our tables are made of, and the names of what the database keeps beside them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Dialect


class Moment(sa.types.TypeDecorator[datetime]):
    """An aware datetime, in UTC, on both databases (SQLite has none of its own)."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        """PostgreSQL keeps the zone itself."""
        return dialect.type_descriptor(sa.DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Refuse what has no zone; keep UTC."""
        return value and in_utc(value)

    def bind_processor(self, dialect: Dialect) -> Any:
        """For SQLite, where SQLAlchemy would fill in its own pattern field by field, in one step."""
        return super().bind_processor(dialect) if dialect.name == "postgresql" else _in_text

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:  # noqa: ARG002
        """Always aware, and in UTC: PostgreSQL's come in the zone of its server, and between two moments of
        one zone Python goes by the clock on the wall."""
        return _back_in_utc if dialect.name == "postgresql" else _from_text


def in_utc(moment: datetime) -> datetime:
    """The same moment. ValueError where it has no zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a zone")
    return moment.astimezone(UTC)


def _in_text(value: datetime | None) -> str | None:
    """As SQLAlchemy keeps a moment in SQLite: 26 characters, which sort as the moments do."""
    return None if value is None else written(in_utc(value), " ")[:26]


@lru_cache(maxsize=64)
def written(moment: datetime, between: str = "T") -> str:
    """A moment in UTC, to the microsecond: one effect writes the same moment in many rows."""
    return moment.isoformat(between, "microseconds")


def _back_in_utc(value: datetime | None) -> datetime | None:
    return None if value is None else in_utc(value)


def _from_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(f"{value}+00:00")


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Json = sa.JSON(none_as_null=True)


def as_json(value: object) -> str:
    """For a JSON column. TypeError for what has no JSON."""
    try:
        return orjson.dumps(value, default=_listed, option=_NOTHING_MORE).decode()
    except TypeError:  # a stranger wrote half a character, which orjson refuses and JSON can say
        return json.dumps(value)


def as_rows(many: Sequence[Mapping[str, Any]]) -> str | None:
    """Values of ours for many rows, as one list in JSON. None where there is none: a NUL or half a character
    can stand in a JSON column, which in such a list PostgreSQL refuses."""
    try:
        rows = orjson.dumps(many, default=_in_row, option=_NOTHING_MORE).decode()
    except TypeError:
        return None
    return None if "\\u0000" in rows else rows


def _in_row(value: object) -> object:
    if isinstance(value, datetime):
        return written(in_utc(value))
    return value.isoformat() if isinstance(value, date) else _listed(value)


def from_json(text: str | bytes) -> Any:
    """What stands in a JSON column."""
    if _LARGE.search(text if isinstance(text, str) else text.decode()):
        return json.loads(text)
    try:
        return orjson.loads(text)
    except ValueError:
        return json.loads(text)


_LARGE = re.compile(r"\d{19}")
"""Whole numbers of so many digits orjson would read as fractions."""


_NOTHING_MORE = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
"""What JSON has no word for is a mistake, and is not to be guessed at."""


def _listed(value: object) -> list[object]:
    if isinstance(value, tuple):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no JSON")


def only(rows: str) -> dict[str, Any]:
    """Of an index over some rows of a table alone, on both databases."""
    where = sa.text(rows)
    return {"sqlite_where": where, "postgresql_where": where}


def words(name: str, default: str = "") -> sa.Column[str]:
    """Text that is always there, and empty until it is said."""
    return sa.Column(name, sa.Text, nullable=False, server_default=default)
