"""Figures for whoever watches over us, in the format of Prometheus: how the mailboxes and the rules are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence

from aiohttp import web
from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from mailagent.flow.mailboxes import Heard

Listen = Callable[[], Sequence[Heard]]
Figure = Callable[[Heard], float]

FIGURES: tuple[tuple[str, str, Figure], ...] = (
    (
        "mailagent_mailbox_last_success_timestamp_seconds",
        "When a round over the mailbox last succeeded",
        lambda heard: heard.state.silent_since.timestamp(),
    ),
    (
        "mailagent_mailbox_silent",
        "1 where no round succeeded for alarm_minutes",
        lambda heard: float(heard.silent),
    ),
    (
        "mailagent_mailbox_failing",
        "1 where the last round did not succeed",
        lambda heard: float(bool(heard.state.error)),
    ),
    (
        "mailagent_mailbox_mails_aside",
        "Mails that the server cannot give us",
        lambda heard: float(heard.state.aside),
    ),
)
"""Every figure, each by mailbox."""


class _Mailboxes(Collector):
    """Reads the store when it is asked: any number of processes tell the same."""

    def __init__(self, listen: Listen) -> None:
        self._listen = listen

    def collect(self) -> Iterable[Metric]:
        """Each figure of each mailbox."""
        every = self._listen()
        for name, meaning, figure in FIGURES:
            family = GaugeMetricFamily(name, meaning, labels=["mailbox"])
            for heard in every:
                family.add_metric([heard.state.name], figure(heard))
            yield family


class _Mistakes(Collector):
    """What this process thinks of the admin's own folders."""

    def __init__(self, count: Mapping[str, Callable[[], int]]) -> None:
        self._count = count

    def collect(self) -> Iterable[Metric]:
        """One figure for each folder."""
        for folder, count in self._count.items():
            meaning = f"Mistakes in the {folder} folder, for which what was there before stands"
            yield GaugeMetricFamily(f"mailagent_{folder}_mistakes", meaning, count())


def make_metrics(listen: Listen, count_mistakes: Mapping[str, Callable[[], int]]) -> web.Application:
    """The one page of the figures."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Mailboxes(listen))
    registry.register(_Mistakes(count_mistakes))

    async def show(_request: web.Request) -> web.Response:
        body = await asyncio.to_thread(generate_latest, registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    app = web.Application()
    app.add_routes([web.get("/metrics", show)])
    return app
