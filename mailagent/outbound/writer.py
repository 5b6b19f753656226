"""Writes out the mails we owe; the service does so in a process beside its own, which holds nobody else up.

To write a mail out costs more than to judge one. And what an admin wrote in a template may never end: there
it ends with its process, and one mail waits.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NoReturn

from mailagent.child import Child, Died
from mailagent.core.errors import Mistakes
from mailagent.core.mail import Attachment
from mailagent.core.mails import Values
from mailagent.flow.receipt import Receipt
from mailagent.outbound.envelope import BadHeader, Headers, build
from mailagent.outbound.render import Templates

WRONG = (LookupError, ValueError, TypeError, AttributeError)
"""All that goes wrong with values that an earlier release wrote down, or that no mail can carry."""

SECONDS, MEMORY = 20.0, 1024 * 1024 * 1024
"""What the mails of one group may take together: a thousand times what they usually do."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One mail before it is written out: which it is, what its template may say, its headers and files."""

    kind: str
    language: str
    values: Values
    headers: Headers
    files: Sequence[Attachment] = ()


Written = bytes | Receipt
"""The mail as it goes over the wire, or why it cannot be made: a wrong address is final, a broken template is
not."""

Write = Callable[[Sequence[Draft], Templates], Callable[[], list[Written]]]
"""Begins to write these out; what comes of each is there when it is asked for."""


def write(draft: Draft, templates: Templates) -> bytes:
    """The mail as it goes over the wire. Raises BadHeader, Mistakes, or one of WRONG."""
    rendered = templates.render(draft.kind, draft.language, draft.values)
    return build(rendered, draft.headers, draft.files)


def write_here(drafts: Sequence[Draft], templates: Templates) -> Callable[[], list[Written]]:
    """Each of these written out; one that cannot be made holds no other."""
    return lambda: [_written(draft, templates) for draft in drafts]


def _written(draft: Draft, templates: Templates) -> Written:
    try:
        return write(draft, templates)
    except BadHeader as problem:
        return Receipt(553, str(problem))
    except Mistakes as problem:
        return Receipt(0, str(problem))
    except WRONG as problem:
        return Receipt(0, f"{draft.kind} cannot be made: {problem!r}")


class Writer:
    """Does so in a process of its own, started when it is first needed. Not for two threads at once."""

    def __init__(self) -> None:
        self._child: Child | None = None
        self._of: Templates | None = None
        self._unheard = False

    def write(self, drafts: Sequence[Draft], templates: Templates) -> Callable[[], list[Written]]:
        """What comes of each of these, when it is asked for; they are written meanwhile. One group at a time:
        of one that nobody asked for nothing is known when the next begins."""
        if not drafts:
            return list
        try:
            child = self._ready(templates)
        except Died as death:
            return partial(self._apart, drafts, templates, death)
        child.put(pickle.dumps(drafts, protocol=pickle.HIGHEST_PROTOCOL))
        self._unheard = True
        return partial(self._heard, child, drafts, templates)

    def _heard(self, child: Child, drafts: Sequence[Draft], templates: Templates) -> list[Written]:
        """What cannot be made there is tried here, where it is known why."""
        try:
            answers: list[bytes | None] = _Plain(io.BytesIO(child.hear())).load()
        except Died as death:
            return self._apart(drafts, templates, death)
        finally:
            self._unheard = False
        return [written or _written(draft, templates) for draft, written in zip(drafts, answers, strict=True)]

    def _apart(self, drafts: Sequence[Draft], templates: Templates, death: Died) -> list[Written]:
        """Each by itself, for one of them was the death of the process."""
        if len(drafts) == 1:
            return [Receipt(0, f"{drafts[0].kind} cannot be written out: {death.reason} ({death})")]
        return [written for draft in drafts for written in self.write([draft], templates)()]

    def _ready(self, templates: Templates) -> Child:
        """A process that knows these templates, and has nothing left to say. May raise Died."""
        if self._child is None or self._of is not templates or self._unheard or not self._child.alive:
            self.close()
            told = {"seconds": SECONDS, "memory": MEMORY}
            self._child, self._of = Child("mailagent.outbound.writing", told), templates
            # as they were read here: what was written into a file since then may not be right
            self._child.ask(pickle.dumps(templates.folders, protocol=pickle.HIGHEST_PROTOCOL))
        return self._child

    def close(self) -> None:
        """Ends the process; it starts again when it is needed."""
        if self._child:
            self._child.end()
        self._child = self._of = None
        self._unheard = False


class _Plain(pickle.Unpickler):
    """Bytes come out of it, and nothing that could act."""

    def find_class(self, module: str, name: str) -> NoReturn:
        """Nothing has a name there."""
        raise pickle.UnpicklingError(f"{module}.{name} does not belong in an answer")
