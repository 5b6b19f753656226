"""Two messages of one conversation, judged at the same moment: one of them waits for the other."""

from __future__ import annotations

from threading import Event, Thread

from mailagent.store import conversations
from mailagent.store.database import connect, writing

WHO = "whatsapp:31612345678"


def test_one_conversation_is_judged_by_one_worker_at_a_time(postgres_url: str) -> None:
    engine, through = connect(postgres_url), Event()

    def judge() -> None:
        with writing(engine) as tx:
            conversations.unclosed(tx, WHO)
            through.set()

    another = Thread(target=judge)
    with writing(engine) as tx:
        assert conversations.unclosed(tx, WHO) is None
        another.start()
        assert not through.wait(0.3)
    assert through.wait(30)
    another.join()
    engine.dispose()
