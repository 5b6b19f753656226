"""Whom we do not ask, and why: each mail that stays away is an event with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from asking import HIGH, QUIET, Asking, asking
from relays import one_by_one

from mailagent.core.errors import LinkUnknown
from mailagent.core.surveys import Words
from mailagent.flow import survey
from mailagent.flow.receipt import Receipt
from mailagent.outbound.post import Post
from mailagent.service import handlers
from mailagent.store import dead_addresses, klachten

INVITATION, REMINDER = "kto_uitnodiging", "kto_herinnering"


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asking]:
    made = asking(tmp_path)
    yield made
    made.desk.house.close()


@pytest.fixture
def reminding(tmp_path: Path) -> Iterator[Asking]:
    """A desk that reminds of surveys; the smileys are left alone here."""
    made = asking(tmp_path, "link_days = 1\nreminder_days = 2")
    yield made
    made.desk.house.close()


def opts_out(asked: Asking, link: str) -> str:
    links = asked.desk.house.links
    return survey.opt_out(*links.read_opt_out(link.split("/")[4]), asked.desk.world)


def test_kt_02_who_opts_out_gets_no_survey_and_still_the_smileys(asked: Asking) -> None:
    jan, first = asked.desk.citizen("jan@home.example"), asked.handled()
    mail = asked.out(first)

    assert opts_out(asked, mail.link(r"/afmelden/\S+")) == "nl"
    assert opts_out(asked, mail.link(r"/afmelden/\S+")) == "nl"
    second = asked.handled()
    asked.desk.passes(days=60)

    jan.gets_nothing()
    assert asked.desk.kinds(first).count("opted_out") == 1
    assert asked.suppressed(second) == [(INVITATION, "opt_out")]
    [one] = asked.invited(second)
    assert (one.state, one.reason, one.address) == ("suppressed", "opt_out", "jan@home.example")
    assert asked.answers(mail, HIGH) == "expired"


def test_kt_02_who_opts_out_while_an_invitation_waits_does_not_get_it(asked: Asking) -> None:
    jan, first = asked.desk.citizen("jan@home.example"), asked.handled()
    asked.changed(first, state="failed", due_at=None)
    second = asked.handled()
    [waits] = asked.invited(second)
    link = asked.desk.house.links.opt_out("invitation", waits.id)

    opts_out(asked, link)
    asked.desk.passes(days=7)

    jan.gets_nothing()
    assert asked.suppressed(second) == [(INVITATION, "opt_out")]


def test_kt_02_a_link_to_opt_out_of_a_mail_that_never_was_opens_nothing(asked: Asking) -> None:
    with pytest.raises(LinkUnknown):
        opts_out(asked, asked.desk.house.links.opt_out("invitation", 99))


def test_kt_02_nobody_is_asked_again_within_the_cooldown_by_any_survey(asked: Asking) -> None:
    world = asked.desk.world
    world.surveys["balie"] = replace(
        world.surveys["afhandeling"], id="balie", title=Words("Hoe was de balie?"), delay=timedelta(0)
    )
    survey.activate("balie", world)

    first, second = asked.handled(), asked.handled()
    asked.desk.passes(days=7)
    asked.desk.citizen("jan@home.example").gets(INVITATION)
    asked.desk.passes(days=30)
    third = asked.handled()

    assert asked.suppressed(first) == [(INVITATION, "cooldown")]  # for its other survey goes
    assert asked.suppressed(second) == [(INVITATION, "cooldown")] * 2
    assert [one.state for one in asked.invited(second)] == ["suppressed"] * 2
    assert sorted(one.state for one in asked.invited(third)) == ["scheduled", "suppressed"]


def test_kt_02_another_melder_has_a_cooldown_of_their_own(asked: Asking) -> None:
    asked.handled()
    other = asked.handled(sender="piet@home.example")
    assert asked.suppressed(other) == []


def test_kt_02_a_cooldown_of_zero_days_is_none(tmp_path: Path) -> None:
    asked = asking(tmp_path, f"{QUIET}\ncooldown_days = 0")
    asked.handled()
    assert asked.suppressed(asked.handled()) == []
    asked.desk.house.close()


def test_kt_02_who_wants_no_contact_is_asked_nothing(asked: Asking) -> None:
    jan, kenmerk = asked.desk.citizen("jan@home.example"), asked.handled()
    with asked.desk.world.store.begin() as tx:
        klacht = klachten.by_kenmerk(tx, kenmerk)
        assert klacht
        klachten.save(tx, replace(klacht, contact_allowed=False))
    asked.desk.passes(days=7)
    jan.gets_nothing()
    assert asked.suppressed(kenmerk) == [(INVITATION, "contact_refused")]


def test_kt_02_a_dead_address_is_not_written_to_and_nobody_has_to_call_for_it(asked: Asking) -> None:
    kenmerk = asked.handled()
    with asked.desk.world.store.begin() as tx:
        dead_addresses.mark(tx, "jan@home.example", asked.desk.now(), "5.1.1")
    asked.desk.passes(days=7)
    asked.desk.citizen("jan@home.example").gets_nothing()
    asked.desk.agent("anna@stad.example").gets_nothing()
    assert asked.suppressed(kenmerk) == [(INVITATION, "dead_address")]


def test_si_06_surveys_can_be_switched_off_and_each_mail_says_so(tmp_path: Path) -> None:
    asked = asking(tmp_path, "mail_kto_uitnodiging = false")
    kenmerk = asked.handled()
    assert asked.suppressed(kenmerk) == [(INVITATION, "channel_off")]
    asked.desk.house.close()


def test_kt_02_who_did_not_answer_is_reminded_once(reminding: Asking) -> None:
    jan, kenmerk = reminding.desk.citizen("jan@home.example"), reminding.handled()
    reminding.desk.passes(days=7)
    jan.gets(INVITATION)
    reminding.desk.passes(days=11, hours=23)
    jan.gets_nothing()

    reminding.desk.passes(hours=1)
    mail = jan.gets(REMINDER)
    reminding.desk.passes(days=1)

    jan.gets_nothing()
    assert "Hoe hebben wij uw klacht behandeld?" in mail.text
    assert "maandag 23 maart 2026" in mail.text
    assert mail.message["list-unsubscribe"] == "<" + mail.link(r"/afmelden/\S+") + ">"
    assert mail.message["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert reminding.answers(mail, HIGH) == "thanks"
    assert reminding.desk.kinds(kenmerk)[-2:] == ["reminded", "survey_answered"]


def test_kt_02_who_answered_is_not_reminded(reminding: Asking) -> None:
    jan, kenmerk = reminding.desk.citizen("jan@home.example"), reminding.handled()
    reminding.desk.passes(days=7)
    reminding.answers(jan.gets(INVITATION), HIGH)
    reminding.desk.passes(days=13)
    jan.gets_nothing()
    assert reminding.suppressed(kenmerk) == []


@pytest.mark.parametrize(
    "reason", ["opt_out", "contact_refused", "dead_address", "survey_closed", "not_sent"]
)
def test_kt_02_a_reminder_that_is_not_wanted_stays_away_with_its_reason(
    reminding: Asking, reason: str
) -> None:
    jan, kenmerk = reminding.desk.citizen("jan@home.example"), reminding.handled()
    reminding.desk.passes(days=7)
    mail, world = jan.gets(INVITATION), reminding.desk.world
    if reason == "opt_out":
        opts_out(reminding, mail.link(r"/afmelden/\S+"))
    elif reason == "survey_closed":
        survey.close("afhandeling", world)
    elif reason == "not_sent":
        reminding.changed(kenmerk, state="scheduled", sent_at=None)
    with world.store.begin() as tx:
        if reason == "dead_address":
            dead_addresses.mark(tx, "jan@home.example", reminding.desk.now(), "5.1.1")
        klacht = klachten.by_kenmerk(tx, kenmerk)
        assert klacht
        klachten.save(tx, replace(klacht, contact_allowed=reason != "contact_refused"))

    reminding.desk.passes(days=12)

    jan.gets_nothing()
    assert reminding.suppressed(kenmerk) == [(REMINDER, reason)]


def test_kt_02_a_reminder_that_waited_is_not_sent_after_the_answer(reminding: Asking) -> None:
    jan, kenmerk = reminding.desk.citizen("jan@home.example"), reminding.handled()
    reminding.desk.passes(days=7)
    mail, desk = jan.gets(INVITATION), reminding.desk
    away = replace(desk.house, post=_away(desk.house.post))
    desk.settle = lambda: desk.world.store.jobs.drain(handlers(away))
    desk.passes(days=12)
    assert desk.kinds(kenmerk)[-1] == "reminded"
    del desk.settle
    desk.__post_init__()

    reminding.answers(mail, HIGH)
    desk.passes(hours=1)

    jan.gets_nothing()
    assert reminding.suppressed(kenmerk) == [(REMINDER, "answered")]


def _away(post: Post) -> Post:
    return replace(post, carry=one_by_one(lambda *_: Receipt(0, "no answer", away=True)))


def test_kt_02_an_invitation_that_came_back_has_failed_and_troubles_nobody(asked: Asking) -> None:
    desk, kenmerk = asked.desk, asked.handled()
    refuses = one_by_one(lambda *_: Receipt(550, "5.1.1 unknown user"))
    refusing = replace(desk.house, post=replace(desk.house.post, carry=refuses))
    desk.settle = lambda: desk.world.store.jobs.drain(handlers(refusing))
    desk.passes(days=7)

    [one] = asked.invited(kenmerk)
    assert (one.state, one.due_at) == ("failed", None)
    assert desk.kinds(kenmerk)[-2:] == ["invited", "mail_bounced"]
    desk.agent("anna@stad.example").gets_nothing()
    assert desk.klacht(kenmerk).status == "gesloten"
