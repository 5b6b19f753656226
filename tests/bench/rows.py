"""What an answer writes: one row, the least that keeps it, or all the rows that ours writes, in plain SQL."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

Written = tuple[str, Mapping[str, object]]
"""A statement, with its parameters by name."""

ONE = (
    "UPDATE round SET state = 'answered', answered_at = :at, satisfied = :happy, text = :text WHERE id = :id"
)

ROUND = """UPDATE round SET state = 'answered', why = '', answered_at = :at, satisfied = :happy, text = :text,
reasons = :reasons, submitted = :mac, remind_at = NULL WHERE id = :id"""
KLACHT = "UPDATE klacht SET status = :status, wake_at = :wake_at WHERE id = :id"
EVENT = """INSERT INTO event (klacht_id, seq, at, kind, actor, origin, status, result, body_mac, hash)
VALUES (:id, :seq, :at, :kind, 'melder', 'round', :status, 'done', :mac, :mac)"""
BODY = "INSERT INTO event_body (event_id, who, data) VALUES ({event}, :who, :data)"
CLOCK = """INSERT INTO clock (klacht_id, name, version, running, started_at, last_day, at_risk_at)
VALUES (:id, 'heropend', 1, :running, :at, '2027-01-04', :at)"""
NOTICE = """INSERT INTO notice (klacht_id, event_id, kind, recipient, key, "values", owed_at)
VALUES (:id, {event}, :kind, :who, :key, :data, :at)"""

SQLITE = {"event": "(SELECT max(id) FROM event)", "notice": "(SELECT max(id) FROM notice)"}
POSTGRESQL = {"event": "currval('event_id_seq')", "notice": "currval('notice_id_seq')"}
"""The ids that were given last."""
SQLITE_JOB = ("INSERT INTO job (task, target, visible_at) VALUES ('post', {notice}, :at)",)
POSTGRESQL_JOB = (
    """INSERT INTO pgqueuer (priority, entrypoint, payload, execute_after, status)
    VALUES (0, 'post', convert_to({notice}::text, 'UTF8'), now(), 'queued')""",
    """INSERT INTO pgqueuer_log (job_id, status, entrypoint, priority)
    VALUES (currval('pgqueuer_id_seq'), 'queued', 'post', 0)""",
)

_REASONS = ["Het probleem is niet opgelost"]
_SAID = {"text": "Hij is nog steeds vol.", "reasons": _REASONS}
_LEVELS = [[name, "2026-12-02T11:00:00+00:00", "handler"] for name in ("halverwege", "bijna", "te_laat")]
_MAIL = {
    "kenmerk": "KL26-00001",
    "language": "nl",
    "subject": "Container",
    "category": "Afval en inzameling",
    "status": "verzoek_tot_heropenen",
    "received": "2026-11-09T11:12:38.866663+00:00",
    "channel": "email",
    "reopens": True,
}
GIVEN = json.dumps({"satisfied": False, **_SAID, "round": 1, "reopens": True, "photos": 0})
ASKED = json.dumps({**_SAID, "attachments": [], "locked": [], "encrypted": False, "photos_of": 0})
MAIL, TASK = (
    json.dumps(_MAIL),
    json.dumps({**_MAIL, **_SAID, "colour": "op_schema", "last_day": "2027-01-04"}),
)
RUNNING = json.dumps(
    {"preset": {"id": "heropend", "working_days": 5, "levels": _LEVELS}, "levels": _LEVELS, "extended": 0}
)
MAC = "0" * 64


class Rows:
    """What to write for one answer in a database, about the klacht and the round with this same id."""

    def __init__(self, dialect: str, *, all_of_ours: bool) -> None:
        self._all, self._sqlite = all_of_ours, dialect == "sqlite"
        self._ids = SQLITE if self._sqlite else POSTGRESQL
        self._job = SQLITE_JOB if self._sqlite else POSTGRESQL_JOB
        self._said: dict[str, str] = {}

    def of(self, id: int, at: str, text: str, *, happy: bool) -> list[Written]:
        """The statements, in order."""
        values = {"id": id, "at": at, "text": text, "happy": happy}
        every = self._ours(id, at, values) if self._all else [(ONE, values)]
        return [(self._said.get(sql) or self._say(sql), its) for sql, its in every]

    def _say(self, sql: str) -> str:
        """A statement as the driver wants it."""
        said = sql.format_map(self._ids)
        if not self._sqlite:
            said = re.sub(r"(?<!:):(\w+)", r"%(\1)s", said)
        self._said[sql] = said
        return said

    def _ours(self, id: int, at: str, values: Mapping[str, object]) -> Iterator[Written]:
        happy, who = values["happy"], f"melder{id}@home.example"
        status, then = ("gesloten", "settled") if happy else ("verzoek_tot_heropenen", "reopen_requested")
        yield ROUND, {**values, "reasons": "[]", "mac": MAC[:32]}
        yield KLACHT, {"id": id, "status": status, "wake_at": None if happy else at}
        said = {"id": id, "at": at, "status": status, "mac": MAC}
        for seq, kind, data in ((2, "feedback_given", GIVEN), (3, then, "{}" if happy else ASKED)):
            yield EVENT, {**said, "seq": seq, "kind": kind}
            yield BODY, {"who": who, "data": data}
        if not happy:
            yield CLOCK, {"id": id, "at": at, "running": RUNNING}
            for kind, whom, data in (("mail", who, MAIL), ("task", "anna@stad.example", TASK)):
                yield (
                    NOTICE,
                    {"id": id, "at": at, "kind": kind, "who": whom, "key": f"{id}:{kind}", "data": data},
                )
                yield from ((sql, {"at": at}) for sql in self._job)
