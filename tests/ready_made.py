"""What every desk needs and no test changes, made once: our rules, our mails, a database with its tables."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from functools import cache
from typing import cast

import sqlalchemy as sa

from mailagent.config import yaml
from mailagent.config.files import RuleFiles, load_rules
from mailagent.core.ways import LETTER, MAIL
from mailagent.outbound.forms import templates_for
from mailagent.outbound.render import Templates
from mailagent.store.database import connect, upgrade


def shipped_rules() -> RuleFiles:
    """Our rules: reading them takes longer than most tests. Who changes a survey changes it for no other."""
    rules = _shipped_rules()
    return replace(rules, surveys=dict(rules.surveys), clocks=dict(rules.clocks))


_shipped_rules = cache(load_rules)

tree_of = cache(yaml.tree_of)
"""What a text of YAML says, parsed once for all who read the same text; a tree is read and never changed."""


@cache
def shipped_mails() -> Templates:
    """Our mails: making them ready takes longer than filling them in."""
    return templates_for(MAIL, None)


@cache
def shipped_letters() -> Templates:
    """Our mails as letters."""
    return templates_for(LETTER, None)


def upgraded(engine: sa.Engine) -> None:
    """As `upgrade`, but a database in memory becomes a copy of one that was upgraded before."""
    if engine.url.get_backend_name() != "sqlite" or engine.url.database:
        upgrade(engine)
        return
    with engine.connect() as tx:
        _migrated().backup(cast("sqlite3.Connection", tx.connection.driver_connection))


@cache
def _migrated() -> sqlite3.Connection:
    engine = connect("sqlite://")
    upgrade(engine)
    return cast("sqlite3.Connection", engine.raw_connection().driver_connection)
