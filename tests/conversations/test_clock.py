"""Time passes: reminders, each level once, and the terms of the law."""

from datetime import timedelta

from desk import Desk

from mailagent.service import look


def _complaint(desk: Desk) -> str:
    desk.citizen("jan@home.example").writes("Balie", "Ik werd onbeleefd behandeld.")
    return desk.agent("anna@stad.example").gets("nieuw_voor_team").kenmerk


def taken_up(desk: Desk) -> None:
    """So that nobody is asked whether they will (Awb 9:8)."""
    anna = desk.agent("anna@stad.example")
    anna.replies(desk.mailboxes[anna.address][-1], "#in_behandeling")
    anna.reads_all()


def test_nw_02_each_level_reminds_once(desk: Desk) -> None:
    anna, kenmerk = desk.agent("anna@stad.example"), _complaint(desk)
    taken_up(desk)

    desk.passes(days=22)
    reminder = anna.gets("herinnering")
    assert kenmerk in reminder.subject
    assert "onbeleefd" not in reminder.text
    desk.passes(days=1)
    anna.gets_nothing()

    desk.passes(days=12)
    anna.gets("herinnering")
    anna.gets_nothing()


def test_the_crossing_is_recorded_and_not_its_detection(desk: Desk) -> None:
    kenmerk = _complaint(desk)

    desk.passes(days=30)

    crossed = next(e for e in desk.history(kenmerk) if e.kind == "level_crossed")
    assert (desk.now() - crossed.at).days >= 8


def test_a_handled_klacht_reminds_nobody(desk: Desk) -> None:
    anna, kenmerk = desk.agent("anna@stad.example"), _complaint(desk)
    anna.writes("x", "x")
    task = next(
        m for m in desk.mailboxes[anna.address] if m.kind == "nieuw_voor_team" and m.kenmerk == kenmerk
    )
    anna.replies(task, "#opgelost gegrond\nOnze excuses.")
    anna.reads_all()

    desk.passes(days=60)

    assert [m.kind for m in desk.mailboxes[anna.address] if not m.read and m.kenmerk == kenmerk] == []


def test_a_request_to_reopen_starts_a_service_clock_of_five_working_days(desk: Desk) -> None:
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    kenmerk = _complaint(desk)
    task = next(m for m in desk.mailboxes[anna.address] if m.kind == "nieuw_voor_team")
    anna.replies(task, "#opgelost gegrond\nOnze excuses.")
    jan.replies(jan.gets("afgehandeld"), "Het is niet opgelost.")
    anna.reads_all()

    desk.passes(days=8)

    assert kenmerk in anna.gets("herinnering").subject


def test_a_klacht_whose_clock_cannot_be_read_holds_up_no_other(desk: Desk) -> None:
    broken = _complaint(desk)
    desk.citizen("els@home.example").writes("Balie", "Ook ik werd onbeleefd behandeld.")
    anna = desk.agent("anna@stad.example")
    whole = anna.gets("nieuw_voor_team").kenmerk
    id = desk.klacht(broken).id
    with desk.world.store.begin() as tx:
        tx.exec_driver_sql(f"UPDATE clock SET running = '{{}}' WHERE klacht_id = {id}")

    desk.time[0] += timedelta(days=22)
    look(desk.house)

    assert anna.gets("herinnering").kenmerk == whole
