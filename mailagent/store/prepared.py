"""Statements of the path every mail takes: written by SQLAlchemy once, then run straight on the driver.

For a small statement SQLAlchemy's own execution costs many times what the database needs, and a mail takes
dozens. What it is good for stays: it writes the SQL of both databases, and its types turn values of ours into
those of the driver and back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.functions import FunctionElement

from mailagent.store.columns import as_rows

Values = Mapping[str, Any]
"""Bound parameters by name."""

Row = tuple[Any, ...]
Found = TypeVar("Found")
Later = Callable[[], Found]
"""What was asked for: the database looks it up while we go on, and who calls this waits for it."""

_Turn = Callable[[Any], Any]


def once(ask: Later[Found]) -> Later[Found]:
    """The same, for who calls it more than once."""
    kept: list[Found] = []

    def told() -> Found:
        if not kept:
            kept.append(ask())
        return kept[0]

    return told


def by_name(names: Iterable[str]) -> dict[str, sa.BindParameter[Any]]:
    """Columns to be written, each from the bound parameter of its own name."""
    return {name: sa.bindparam(name) for name in names}


def is_among(column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[bool]:
    """Is a column one of a list? The list is one bound parameter: it is one statement, however long it is."""
    return _IsAmong(column, sa.bindparam(name, type_=_Listed(column.type)))


class _IsAmong(FunctionElement[bool]):
    inherit_cache = True
    type = sa.Boolean()

    def self_group(self, against: object = None) -> Any:  # noqa: ARG002
        """As it is: `IN (…) = 1`, which SQLAlchemy makes of it for SQLite, looks at every row."""
        return self


@compiles(_IsAmong, "postgresql")
def _is_any(element: _IsAmong, compiler: Any, **how: Any) -> str:
    column, listed = (compiler.process(part, **how) for part in element.clauses)
    return f"{column} = ANY ({listed})"


@compiles(_IsAmong, "sqlite")
def _is_in(element: _IsAmong, compiler: Any, **how: Any) -> str:
    column, listed = (compiler.process(part, **how) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({listed}))"


class _Listed(sa.types.TypeDecorator[Collection[Any]]):
    """A list of numbers or texts: an array, or JSON where there are none."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, each: sa.types.TypeEngine[Any]) -> None:
        super().__init__()
        self.each = each

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        """SQLite has no arrays."""
        return dialect.type_descriptor(sa.ARRAY(self.each) if dialect.name == "postgresql" else sa.Text())

    def bind_processor(self, dialect: Dialect) -> Any:
        """In the order in which they are given."""
        return _as_array if dialect.name == "postgresql" else _in_json


def _in_json(listed: Collection[Any]) -> str:
    return json.dumps(list(listed))


def _as_array(listed: Collection[Any]) -> str:
    """Written out: the driver would look at each of them for a type that they all have."""
    written = [one if isinstance(one, int) else _quoted(one) for one in listed]
    written += written[-1:] * (_FORESEEN - len(written))
    return f"{{{','.join(map(str, written))}}}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


_FORESEEN = 10
"""For so many PostgreSQL plans when it does not know how long a list will be, and it keeps that plan where no
other is cheaper: for shorter lists it would plan at each question, which takes longer than to answer it."""


class Prepared:
    """One statement; its bound parameters are given each time it is run."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._written: dict[str, _Written] = {}

    def rows(self, tx: sa.Connection, values: Values) -> list[Row]:
        """What it finds or returns."""
        written = self._in_sql_of(tx)
        return written.read(written.run(tx, [values]).fetchall())

    def later(self, tx: sa.Connection, values: Values) -> Later[list[Row]]:
        """What it finds, as it stands now, whatever is written before it is called for."""
        written = self._in_sql_of(tx)
        cursor = written.run(tx, [values])
        if tx.dialect.name == "postgresql":
            return once(lambda: written.read(cursor.fetchall()))
        found = written.read(cursor.fetchall())  # SQLite would look only then
        return lambda: found

    def first(self, tx: sa.Connection, values: Values) -> Row | None:
        """The first row, None where there is none."""
        return next(iter(self.rows(tx, values)), None)

    def each(self, tx: sa.Connection, many: Sequence[Values]) -> list[Row]:
        """Run for each of these, in order; what it returns of each is one row."""
        written = self._in_sql_of(tx)
        return written.read(list(written.run_returning(tx, many))) if many else []

    def run(self, tx: sa.Connection, many: Sequence[Values]) -> None:
        """Run for each of these; it returns nothing."""
        if many:
            self._in_sql_of(tx).run(tx, many)

    def _in_sql_of(self, tx: sa.Connection) -> _Written:
        written = self._written.get(tx.dialect.name)
        if written is None:
            written = self._written[tx.dialect.name] = _Written(self._statement, tx.dialect)
        return written


class PreparedRows(Prepared):
    """A statement that is run for many rows. PostgreSQL gets these as one list in JSON: one by one, it would
    begin the statement for each anew, and its driver would turn each value by itself."""

    def __init__(self, one: ClauseElement, all_at_once: ClauseElement, key: str = "") -> None:
        super().__init__(one)
        self._all_at_once, self._key = Prepared(all_at_once), key

    def each(self, tx: sa.Connection, many: Sequence[Values]) -> list[Row]:
        """What it returns, in the order of the rows."""
        if listed := self._listed(tx, many):
            return self._all_at_once.rows(tx, listed)
        return super().each(tx, many)

    def later_each(self, tx: sa.Connection, many: Sequence[Values]) -> Later[list[Row]]:
        """The same; a list is not waited for until it is called for."""
        if listed := self._listed(tx, many):
            return self._all_at_once.later(tx, listed)
        found = super().each(tx, many)
        return lambda: found

    def run(self, tx: sa.Connection, many: Sequence[Values]) -> None:
        """It returns nothing."""
        if listed := self._listed(tx, many):
            self._all_at_once.run(tx, [listed])
        else:
            super().run(tx, many)

    def _listed(self, tx: sa.Connection, many: Sequence[Values]) -> Values | None:
        """The rows as one list, None where they go one by one: so a NUL or half a character can stand in a
        JSON column, which in a list PostgreSQL refuses."""
        if len(many) < _MANY or tx.dialect.name != "postgresql":
            return None
        rows = as_rows(many)
        if rows is None:
            return None
        return {"rows": rows, **({"keys": [values[self._key] for values in many]} if self._key else {})}


_MANY = 2


class NewRows:
    """New rows of a table, from the bound parameters of these names; the database gives each its id."""

    def __init__(self, table: sa.Table, names: Sequence[str]) -> None:
        self._plain = inserting(table, names)
        self._returning = inserting(table, names, table.c.id)

    def ids(self, tx: sa.Connection, many: Sequence[Values]) -> list[int]:
        """The id of each, in order."""
        if tx.dialect.name == "postgresql":
            return [id for (id,) in self._returning.each(tx, many)]
        if not many:
            return []
        # who writes to SQLite writes alone, and each row has the number after the highest so far
        self._plain.run(tx, many)
        [[last]] = _LAST_ID.rows(tx, {})
        return list(range(last - len(many) + 1, last + 1))


_LAST_ID = Prepared(sa.text("SELECT last_insert_rowid()"))


def inserting(table: sa.Table, names: Sequence[str], *returning: sa.Column[Any]) -> PreparedRows:
    """New rows of a table, each from the bound parameters of these names."""
    given = given_in_json({name: table.c[name].type for name in names})
    one = sa.insert(table).values(by_name(names))
    every = sa.insert(table).from_select(list(names), sa.select(*given.c))
    if returning:
        return PreparedRows(one.returning(*returning), every.returning(*returning))
    return PreparedRows(one, every)


def updating(table: sa.Table, names: Sequence[str], key: str, **fixed: object) -> PreparedRows:
    """Rows of a table, each found by its id, the bound parameter `key`; `fixed` is the same in all."""
    one = sa.update(table).where(table.c.id == sa.bindparam(key)).values(by_name(names) | fixed)
    given = given_in_json({name: table.c[name].type for name in names} | {key: table.c.id.type})
    set_to = {name: given.c[name] for name in names}
    # how many rows the list has PostgreSQL does not know: without their ids it may well look at every row
    mine = (table.c.id == given.c[key], is_among(table.c.id, "keys"))
    return PreparedRows(one, sa.update(table).where(*mine).values(set_to | fixed), key)


def given_in_json(types: Mapping[str, sa.types.TypeEngine[Any]]) -> sa.TableValuedAlias:
    """The bound parameter `rows`, a list of objects in JSON, as a table with columns of these types."""
    columns = [sa.column(name, type) for name, type in types.items()]
    rows = sa.cast(sa.bindparam("rows", type_=sa.Text), sa.JSON)
    given = sa.func.json_to_recordset(rows).table_valued(*columns, name="given")
    return given.render_derived(with_types=True)


class _Written:
    """A statement in the SQL of one database, with what turns its values into those of the driver."""

    def __init__(self, statement: ClauseElement, dialect: sa.Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        self._sql = str(compiled)
        self._fixed = {name: bound.value for bound, name in compiled.bind_names.items() if not bound.required}
        turns = {name: _into(bound.type, dialect) for bound, name in compiled.bind_names.items()}
        # SQLite takes values in order and PostgreSQL by name
        self._in_order = compiled.positiontup is not None
        self._names = tuple(compiled.positiontup or turns)
        self._values = _all_of(self._names)
        self._turns = _those_that_turn(turns[name] for name in self._names)
        columns = getattr(statement, "exported_columns", ())
        self._turns_back = _those_that_turn(_back(column.type, dialect) for column in columns)

    def run(self, tx: sa.Connection, many: Sequence[Values]) -> Any:
        """The driver's cursor."""
        given = [self._given(values) for values in many]
        if len(given) == 1:
            return self._driven(tx, "execute", given[0])
        return self._driven(tx, "executemany", given)

    def run_returning(self, tx: sa.Connection, many: Sequence[Values]) -> Iterator[Row]:
        """One row of the driver for each of these. PostgreSQL gets all at once, and answers in turn."""
        if self._in_order or len(many) == 1:
            for values in many:
                yield from self.run(tx, [values])
            return
        cursor = self._driven(tx, "executemany", [self._given(values) for values in many], returning=True)
        yield from cursor
        while cursor.nextset():
            yield from cursor

    def read(self, rows: list[Row]) -> list[Row]:
        """Rows of the driver, in values of ours."""
        if not self._turns_back:
            return rows
        return [tuple(_turned(row, self._turns_back)) for row in rows]

    def _given(self, values: Values) -> Any:
        every = {**self._fixed, **values} if self._fixed else values
        given = _turned(self._values(every), self._turns)
        return given if self._in_order else dict(zip(self._names, given, strict=True))

    def _driven(self, tx: sa.Connection, how: str, given: Any, **more: bool) -> Any:
        cursor: Any = tx.connection.cursor()
        # who listens to the engine hears of these as well
        for hear in tx.engine.dispatch.before_cursor_execute:
            hear(tx, cursor, self._sql, given, None, how == "executemany")
        error: Any = tx.dialect.loaded_dbapi.Error
        try:
            getattr(cursor, how)(self._sql, given, **more)
        except error as problem:
            raise sa.exc.DBAPIError.instance(
                self._sql, None, problem, error, hide_parameters=True, dialect=tx.dialect
            ) from problem
        return cursor


def _all_of(names: Sequence[str]) -> Callable[[Values], Iterable[Any]]:
    """Takes the values of these names, in order."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda values: [values[name] for name in names]


def _those_that_turn(turns: Iterable[_Turn | None]) -> list[tuple[int, _Turn]]:
    """Most values are of the driver already: the places of those that are not."""
    return [(place, turn) for place, turn in enumerate(turns) if turn]


def _turned(values: Iterable[Any], turns: Sequence[tuple[int, _Turn]]) -> list[Any]:
    new = list(values)
    for place, turn in turns:
        new[place] = turn(new[place])
    return new


def _into(type: sa.types.TypeEngine[Any], dialect: sa.Dialect) -> _Turn | None:
    if isinstance(type, sa.Boolean):  # both drivers take it as it is
        return None
    return type.dialect_impl(dialect).bind_processor(dialect)


def _back(type: sa.types.TypeEngine[Any], dialect: sa.Dialect) -> _Turn | None:
    return type.dialect_impl(dialect).result_processor(dialect, None)
