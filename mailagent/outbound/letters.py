"""Letters: each written once from its mail's own words, and printed together under a list of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mailagent.core.calendar import local_day
from mailagent.core.errors import Mistakes
from mailagent.core.mails import Value
from mailagent.flow import print_queue
from mailagent.flow.print_queue import Printing
from mailagent.flow.world import World
from mailagent.outbound.filling import Filling
from mailagent.outbound.press import pressed
from mailagent.outbound.render import Templates
from mailagent.outbound.words import day
from mailagent.store.notices import Notice

_WRONG = (LookupError, ValueError, TypeError, AttributeError)

Press = Callable[[Sequence[str]], bytes]
"""Letters in HTML → one PDF."""


@dataclass(frozen=True)
class Letters:
    """Writes and prints the letters of one house."""

    world: World
    templates: Templates
    filling: Filling
    press: Press = pressed

    def pdf(self, batch_id: int) -> tuple[Printing, bytes]:
        """A batch on paper, its list on top. What was written before says the same again; what cannot be
        written goes back to the queue with the reason."""
        made = [
            (notice, self._written(notice)) for notice in print_queue.of_batch(batch_id, self.world).letters
        ]
        batch = print_queue.fix(
            batch_id,
            [(notice, words.encode()) for notice, words in made if isinstance(words, str)],
            [(notice, str(why)) for notice, why in made if isinstance(why, Exception)],
            self.world,
        )
        words = [notice.rendered.decode() for notice in batch.letters if notice.rendered]
        return batch, self.press([self._list(batch), *words])

    def printed(self, batch_id: int) -> bytes:
        """The same, the PDF alone."""
        return self.pdf(batch_id)[1]

    def _written(self, notice: Notice) -> str | Exception:
        if notice.rendered:
            return notice.rendered.decode()
        try:
            return self.words(notice)
        except (Mistakes, *_WRONG) as problem:
            return problem

    def words(self, notice: Notice) -> str:
        """A letter in HTML, as it is today."""
        language = self.templates.language(notice.kind, str(notice.values.get("language", "nl")))
        values = {
            **self.filling.values(notice, self.templates, ""),
            "date": day(local_day(self.world.now()).isoformat(), language),
            "return_address": self.world.policy.return_address,
        }
        return self.templates.render(notice.kind, language, values).html

    def _list(self, batch: Printing) -> str:
        rows: tuple[tuple[str, ...], ...] = tuple(
            (
                str(one.values.get("kenmerk", "")),
                one.kind.replace("_", " "),
                ", ".join(" ".join(line.split()) for line in one.values["address"]),
            )
            for one in batch.letters
        )
        values: dict[str, Value] = {
            "organisation": self.world.organisation.name,
            "batch": str(batch.batch.id),
            "date": day(local_day(batch.batch.made_at).isoformat(), "nl"),
            "letters": rows,
        }
        return self.templates.page("_base/list.html", values)
