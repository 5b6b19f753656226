"""What we owe leaves: once, the same bytes each time, and nobody waits for another's mail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from desk import Desk, open_desk
from relays import DOWN, FULL, HUNG_UP, NOBODY, TAKEN, moody

from mailagent.flow import deliver, tick
from mailagent.flow.deliver import next_try
from mailagent.flow.process import process
from mailagent.flow.receipt import Receipt
from mailagent.outbound.post import AT_ONCE
from mailagent.outbound.render import Templates
from mailagent.outbound.writer import Draft, Written
from mailagent.store import dead_addresses, notices
from mailagent.store.notices import Notice, Owed


def owed(desk: Desk, state: str = notices.OWED) -> list[Notice]:
    with desk.world.store.read() as tx:
        return notices.in_state(tx, state)


def proofs(desk: Desk, notice: Notice) -> list[str]:
    with desk.world.store.read() as tx:
        return [line.what for line in notices.proofs(tx, notice)]


def owe(desk: Desk, *rows: Owed) -> list[int]:
    with desk.world.store.begin() as tx:
        return notices.owe(tx, rows, desk.now())


def complaints(desk: Desk, *people: str) -> None:
    for name in people:
        desk.citizen(f"{name}@home.example").writes("Balie", f"Ik, {name}, werd onbeleefd behandeld.")


def test_a_relay_that_is_down_is_asked_again_later_and_not_at_every_look_of_the_clock(desk: Desk) -> None:
    relay = moody(desk)
    relay.says(DOWN)
    complaints(desk, "jan")
    first = len(relay.offered)

    for _ in range(60):
        desk.passes(minutes=1)
        tick.remember(desk.world)
        desk.settle()

    tries = (len(relay.offered)) / first
    assert tries == 5, "at once, and after 1, 6, 21 and 51 minutes"
    assert len({offered.raw for offered in relay.offered}) == first


def test_when_the_relay_is_back_everything_leaves_once(desk: Desk) -> None:
    relay = moody(desk)
    relay.says(DOWN)
    complaints(desk, "jan", "piet")
    desk.passes(minutes=1)

    relay.says(TAKEN)
    desk.passes(minutes=6)
    desk.passes(hours=5)

    assert owed(desk) == []
    for name in ("jan", "piet"):
        person = desk.citizen(f"{name}@home.example")
        person.gets("ontvangstbevestiging")
        person.gets_nothing()


def test_after_some_five_days_a_mail_has_failed_and_the_klacht_tells(desk: Desk) -> None:
    relay = moody(desk)
    relay.mood = lambda recipient, _raw: FULL if recipient.startswith("jan") else TAKEN
    complaints(desk, "jan")
    kenmerk = desk.agent("anna@stad.example").gets("nieuw_voor_team").kenmerk

    for _ in range(48):
        desk.passes(hours=4)

    [failed] = owed(desk, notices.FAILED)
    assert failed.kind == "ontvangstbevestiging"
    assert proofs(desk, failed)[-1] == "failed"
    assert desk.kinds(kenmerk).count("mail_bounced") == 1


def test_a_recipient_that_no_relay_takes_has_failed_at_once(desk: Desk) -> None:
    moody(desk).mood = lambda recipient, _raw: NOBODY if recipient.startswith("jan") else TAKEN
    complaints(desk, "jan")

    [failed] = owed(desk, notices.FAILED)
    assert proofs(desk, failed) == ["owed", "offered", "failed"]


def test_what_failed_gets_a_new_chance_with_links_that_work(desk: Desk) -> None:
    relay, jan, anna = moody(desk), desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    complaints(desk, "jan")
    relay.mood = lambda recipient, _raw: NOBODY if recipient == jan.address else TAKEN
    anna.replies(anna.gets("nieuw_voor_team"), "#opgelost gegrond\nOnze excuses.")
    jan.reads_all()

    relay.says(TAKEN)
    with desk.world.store.begin() as tx:
        deliver.try_again(tx, desk.world)

    mail = jan.gets("afgehandeld")
    jan.clicks(mail.smiley("tevreden")).answers()
    assert desk.klacht(mail.kenmerk).status == "gesloten"


def test_a_mail_that_cannot_be_made_holds_no_other(desk: Desk) -> None:
    relay = moody(desk)
    relay.says(HUNG_UP)
    complaints(desk, "jan")
    [receipt] = [n for n in owed(desk) if n.kind == "ontvangstbevestiging"]
    facts = {**receipt.values}
    crooked = [
        Owed("van_vroeger", "x@home.example", "1", facts, receipt.klacht_id),
        Owed("ontvangstbevestiging", "x@home.example", "2", {}, receipt.klacht_id),
        Owed(
            "ontvangstbevestiging", "x@home.example", "3", facts | {"received": "gisteren"}, receipt.klacht_id
        ),
        Owed("ontvangstbevestiging", "x@home.example", "4", facts | {"quote": None}, receipt.klacht_id),
        Owed("antwoord", "niemand", "5", facts | {"text": "Dag"}, receipt.klacht_id),
        Owed(
            "antwoord",
            "x@home.example\r\nBcc: y@home.example",
            "6",
            facts | {"text": "Dag"},
            receipt.klacht_id,
        ),
        Owed("antwoord", "goed@home.example", "7", facts | {"text": "Dag"}, receipt.klacht_id),
    ]
    relay.says(TAKEN)

    desk.house.post.send(owe(desk, *crooked))

    desk.citizen("goed@home.example").gets("antwoord")
    assert {n.key for n in owed(desk, notices.FAILED)} == {"5", "6"}
    waiting = [n for n in owed(desk) if n.key.isdigit()]
    assert {n.key for n in waiting} == {"1", "2", "3", "4"}
    assert all(proofs(desk, n) == ["owed", "delayed"] for n in waiting)


def test_a_slow_relay_gets_what_it_can_in_time_and_the_rest_is_taken_anew(desk: Desk) -> None:
    relay = moody(desk)
    relay.says(HUNG_UP)
    complaints(desk, "jan", "piet", "kees", "joop")
    desk.time[0] += timedelta(minutes=1)

    def slowly(_recipient: str, _raw: bytes) -> Receipt:
        desk.time[0] += timedelta(seconds=50)
        return FULL

    relay.offered.clear()
    relay.mood = slowly
    desk.house.post.send([n.id for n in owed(desk)])

    assert len(relay.offered) == 3, "after two minutes nothing more is offered"
    assert sorted(n.attempts for n in owed(desk)) == [1, 1, 1, 1, 1, 2, 2, 2]
    relay.says(TAKEN)
    desk.passes(minutes=5)
    assert owed(desk) == []


def test_a_mail_another_has_taken_stays_theirs_and_comes_back_if_they_died(desk: Desk) -> None:
    relay = moody(desk)
    relay.says(HUNG_UP)
    complaints(desk, "jan")
    desk.time[0] += timedelta(minutes=1)
    ids = [n.id for n in owed(desk)]
    deliver.take(ids, {}, desk.world)
    relay.says(TAKEN)
    relay.offered.clear()

    desk.settle()
    assert relay.offered == []

    desk.passes(minutes=10)
    assert owed(desk) == []


def test_what_became_pointless_while_it_was_written_out_is_not_sent(desk: Desk) -> None:
    relay, post = moody(desk), desk.house.post
    write = post.write

    def meanwhile(drafts: Sequence[Draft], templates: Templates) -> Callable[[], list[Written]]:
        with desk.world.store.begin() as tx:
            dead_addresses.mark(tx, "jan@home.example", desk.now(), "5.1.1")
        return write(drafts, templates)

    vars(post).update(write=meanwhile)
    complaints(desk, "jan", "piet")

    assert "jan@home.example" not in {offered.recipient for offered in relay.offered}
    assert "piet@home.example" in {offered.recipient for offered in relay.offered}
    assert [notice.recipient for notice in owed(desk, notices.SUPPRESSED)] == ["jan@home.example"]


def test_more_mails_than_go_together_leave_once_each(desk: Desk) -> None:
    relay = moody(desk)
    relay.says(DOWN)
    people = [f"melder{number}" for number in range(15)]
    complaints(desk, *people)
    relay.offered.clear()
    relay.says(TAKEN)
    desk.passes(minutes=5)

    sent = [offered.recipient for offered in relay.offered]
    assert len(sent) == len({(offered.recipient, offered.raw) for offered in relay.offered}) == 30
    receipts = [recipient for recipient in sent if recipient.startswith("melder")]
    assert sorted(receipts) == sorted(f"{name}@home.example" for name in people)


def test_what_cannot_be_begun_holds_none_of_those_before_it(desk: Desk) -> None:
    relay, post = moody(desk), desk.house.post
    relay.says(DOWN)
    complaints(desk, *(f"melder{number}" for number in range(15)))
    relay.offered.clear()
    relay.says(TAKEN)
    write, drafted = post.write, list[int]()

    def breaks(drafts: Sequence[Draft], templates: Templates) -> Callable[[], list[Written]]:
        drafted.append(len(drafts))
        if len(drafted) > 1:
            raise OSError("no process left")
        return write(drafts, templates)

    vars(post).update(write=breaks)
    desk.time[0] += timedelta(minutes=5)
    with pytest.raises(OSError, match="no process left"):
        post.send([notice.id for notice in owed(desk)])
    assert len(relay.offered) == AT_ONCE


def test_who_holds_a_mail_no_longer_cannot_end_it(desk: Desk) -> None:
    relay = moody(desk)
    relay.says(HUNG_UP)
    complaints(desk, "jan")
    desk.time[0] += timedelta(minutes=1)
    ids = [n.id for n in owed(desk)]
    late = deliver.take(ids, {}, desk.world)
    desk.time[0] += deliver.HOLD
    relay.says(TAKEN)
    desk.settle()

    deliver.answered([(notice, NOBODY) for notice in late], desk.world)

    assert owed(desk, notices.FAILED) == []
    assert len(owed(desk, notices.ACCEPTED)) == len(ids)


def test_the_one_process_that_sends_frees_at_its_start_what_the_dead_one_held(desk: Desk) -> None:
    relay = moody(desk)
    relay.says(HUNG_UP)
    complaints(desk, "jan")
    desk.time[0] += timedelta(minutes=1)
    deliver.take([n.id for n in owed(desk)], {}, desk.world)
    relay.says(TAKEN)

    deliver.release(desk.world)
    desk.settle()

    assert owed(desk) == []


def test_rows_without_a_job_are_remembered_and_those_put_off_are_left_alone(desk: Desk) -> None:
    relay = moody(desk)
    complaints(desk, "jan")
    [receipt] = [n for n in owed(desk, notices.ACCEPTED) if n.kind == "ontvangstbevestiging"]
    values = receipt.values | {"text": "Dag"}
    [forgotten] = owe(desk, Owed("antwoord", "jan@home.example", "forgotten", values, receipt.klacht_id))
    relay.offered.clear()

    tick.remember(desk.world)
    desk.settle()
    assert relay.offered == []

    desk.time[0] += timedelta(minutes=6)
    relay.says(FULL)
    for _ in range(3):
        tick.remember(desk.world)
        desk.settle()
    assert len(relay.offered) == 1
    assert [n.id for n in owed(desk)] == [forgotten]


def _burst(desk: Desk, count: int, *recipients: str) -> Sequence[int]:
    complaints(desk, "jan")
    [receipt] = [n for n in owed(desk, notices.ACCEPTED) if n.kind == "ontvangstbevestiging"]
    values = receipt.values | {"text": "Dag"}
    rows = [
        Owed("antwoord", recipient, f"{recipient}{n}", values, receipt.klacht_id)
        for n in range(count)
        for recipient in recipients
    ]
    return owe(desk, *rows)


def test_a_burst_in_one_taking_does_not_slip_through_the_caps(desk: Desk) -> None:
    relay = moody(desk)
    ids = _burst(desk, 15, "jan@home.example")
    relay.offered.clear()

    desk.house.post.send(ids)
    assert len(relay.offered) == 9, "and the ontvangstbevestiging was the tenth"

    desk.passes(minutes=10)
    desk.passes(minutes=20)
    desk.passes(minutes=60)
    assert owed(desk) == []
    assert all(n.attempts == 1 for n in owed(desk, notices.ACCEPTED)), "to wait is no attempt"


def test_agents_are_outside_the_caps_as_melders_too(desk: Desk) -> None:
    anna = desk.agent("anna@stad.example")
    for number in range(12):
        anna.writes(f"Klacht {number}", f"De lift doet het niet, keer {number}.")

    got = [mail for mail in desk.mailboxes[anna.address] if mail.kind == "ontvangstbevestiging"]
    assert len(got) == 12


def test_a_reply_to_a_mail_made_after_the_key_was_replaced_is_known(desk: Desk) -> None:
    jan = desk.citizen("jan@home.example")
    ids = _owed_only(desk)
    policy = replace(desk.world.policy, keys=(b"a-newer-key-of-at-least-32-bytes!", *desk.world.policy.keys))
    world = replace(desk.world, policy=policy)
    desk.house = replace(desk.house, world=world, post=replace(desk.house.post, world=world))
    desk.house.post.send(ids)

    jan.replies(jan.gets("ontvangstbevestiging"), "Het was bij loket 3.")

    assert "Het was bij loket 3." in desk.agent("anna@stad.example").gets("aanvulling").text


def _owed_only(desk: Desk) -> list[int]:
    """A klacht whose mails nobody has begun to make."""
    settle, desk.settle = desk.settle, lambda: None
    complaints(desk, "jan")
    process(1, desk.world)
    desk.settle = settle
    return [n.id for n in owed(desk)]


def test_the_delays_grow_and_end_after_some_five_days(desk: Desk) -> None:
    at, tries = desk.now(), 0
    while (again := next_try(tries + 1, at)) is not None:
        assert again > at
        at, tries = again, tries + 1

    assert 5 <= (at - desk.now()).days <= 6


@pytest.mark.parametrize(
    "text", ["gewoon", "\r\nBcc: x@evil.example\r\n\r\nNieuwe tekst", "=?utf-8?q?x?=", "😀" * 300]
)
def test_no_subject_or_name_of_a_stranger_makes_a_line_of_its_own(tmp_path: Path, text: str) -> None:
    desk = open_desk(tmp_path)
    relay = moody(desk)
    relay.says(HUNG_UP)
    complaints(desk, "jan")
    [receipt] = [n for n in owed(desk) if n.kind == "ontvangstbevestiging"]
    values = receipt.values | {"subject": text, "melder_name": text, "text": text, "attachments": [text]}
    relay.says(TAKEN)

    desk.house.post.send(owe(desk, Owed("antwoord", "x@home.example", "1", values, receipt.klacht_id)))

    message = desk.citizen("x@home.example").gets("antwoord").message
    assert message["bcc"] is None
    assert [address.addr_spec for address in message["to"].addresses] == ["x@home.example"]
    assert message.defects == []
    desk.house.close()
