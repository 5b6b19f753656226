"""A message that a human must judge first reaches the sorting team by mail, and is settled by tag."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from desk import Desk, Got, open_desk
from relays import NOBODY, TAKEN, moody
from reports import comes_back

from mailagent.store import arrivals

OWN_MX = '[intake]\nbehind_own_mx = ["192.0.2.0/24"]\nown_hosts = ["mx.stad.example"]\n'
SPAM = {"X_Spam_Flag": "YES"}


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Desk]:
    """A desk behind a mail server of its own, with Anna and Bram in the one team."""
    desk = open_desk(tmp_path, members=("anna@stad.example", "bram@stad.example"), more=OWN_MX)
    yield desk
    desk.house.close()


def _unreadable() -> bytes:
    head = b"From: jan@home.example\r\nSubject: Container\r\nMessage-ID: <diep@home.example>\r\n"
    part = b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n"
    return head + b"".join(part % (n, n) for n in range(500))


def _set_aside(desk: Desk, text: str = "De gft-bak is niet geleegd.") -> Got:
    desk.citizen("jan@home.example").writes("Container", text, **SPAM)
    return desk.agent("anna@stad.example").gets("ter_beoordeling")


def test_a_message_marked_as_spam_reaches_the_sorting_team_and_is_not_acknowledged(team: Desk) -> None:
    mail = _set_aside(team)

    team.agent("bram@stad.example").gets("ter_beoordeling")
    assert "Container" in mail.subject
    assert "De gft-bak is niet geleegd." in mail.text
    assert "jan[at]home[.]example" in mail.text
    assert "#aannemen" in mail.text
    assert "#afwijzen" in mail.text
    team.citizen("jan@home.example").gets_nothing()
    assert team.klachten() == []


@pytest.mark.parametrize("flags", ["NO,YES", "YES,NO"])
def test_a_sender_who_flags_the_mail_as_good_does_not_get_past_our_own_server(team: Desk, flags: str) -> None:
    raw = team.citizen("jan@home.example").composed("Container", "Koop nu.", "klachten@stad.example")
    lines = "".join(f"X-Spam-Flag: {flag}\r\n" for flag in flags.split(","))

    team.citizen("jan@home.example").hands_in(lines.encode() + raw)

    team.agent("anna@stad.example").gets("ter_beoordeling")
    assert team.klachten() == []


def test_an_admitted_message_is_a_klacht_with_its_first_moment_of_receipt(team: Desk) -> None:
    mail, received = _set_aside(team), team.now()
    team.passes(days=3)

    team.agent("anna@stad.example").replies(mail, "#aannemen")

    [klacht] = team.klachten()
    assert klacht.received_at == received
    assert (klacht.melder, klacht.subject) == ("jan@home.example", "Container")
    team.citizen("jan@home.example").gets("ontvangstbevestiging")
    team.agent("anna@stad.example").gets("opdracht_uitgevoerd")
    team.agent("bram@stad.example").gets("nieuw_voor_team")


def test_what_the_agent_adds_to_an_admitted_message_is_a_note(team: Desk) -> None:
    mail = _set_aside(team)

    team.agent("anna@stad.example").replies(mail, "#aannemen\nIk ken deze melder, het is echt.")

    [klacht] = team.klachten()
    assert klacht.description == "De gft-bak is niet geleegd."
    assert any("Ik ken deze melder" in str(e.data) for e in team.history(klacht.kenmerk) if e.kind == "noted")


def test_a_message_is_appended_to_a_klacht_by_tag(team: Desk) -> None:
    jan, anna = team.citizen("jan@home.example"), team.agent("anna@stad.example")
    jan.writes("Container", "De gft-bak is niet geleegd.")
    kenmerk = anna.gets("nieuw_voor_team").kenmerk
    jan.reads_all()
    mail = _set_aside(team, "Nu stinkt het ook.")

    anna.replies(mail, f"#toevoegen {kenmerk}")

    assert [k.kenmerk for k in team.klachten()] == [kenmerk]
    assert "Nu stinkt het ook." in anna.gets("reactie_melder").text
    assert kenmerk in anna.gets("opdracht_uitgevoerd").text
    jan.gets_nothing()


def test_a_dismissed_message_is_kept_with_its_reason_and_nobody_is_told(team: Desk) -> None:
    mail, anna = _set_aside(team), team.agent("anna@stad.example")

    anna.replies(mail, "#afwijzen reclame")

    assert "reclame" in anna.gets("opdracht_uitgevoerd").text
    assert team.klachten() == []
    team.citizen("jan@home.example").gets_nothing()


def test_a_message_is_settled_once(team: Desk) -> None:
    mail = _set_aside(team)
    second = team.agent("bram@stad.example").gets("ter_beoordeling")

    team.agent("anna@stad.example").replies(mail, "#aannemen")
    team.agent("bram@stad.example").replies(second, "#afwijzen reclame")

    assert len(team.klachten()) == 1
    refused = team.agent("bram@stad.example").gets("opdracht_niet_begrepen")
    assert "al aangenomen door Anna" in refused.text


def test_appending_to_a_klacht_that_does_not_exist_is_refused_and_the_message_still_waits(team: Desk) -> None:
    mail, anna = _set_aside(team), team.agent("anna@stad.example")

    anna.replies(mail, "#toevoegen KL26-00099")
    assert "KL26-00099" in anna.gets("opdracht_niet_begrepen").text

    anna.replies(mail, "#aannemen")
    assert len(team.klachten()) == 1


@pytest.mark.parametrize("text", ["#opgelost gegrond\nKlaar.", "#sluiten geen_klacht", "Doe maar"])
def test_what_is_no_ruling_settles_nothing_and_says_what_would(team: Desk, text: str) -> None:
    mail, anna = _set_aside(team), team.agent("anna@stad.example")

    anna.replies(mail, text)

    assert "#aannemen" in anna.gets("opdracht_niet_begrepen").text
    assert team.klachten() == []


def test_a_ruling_about_a_klacht_is_refused_with_a_sentence(team: Desk) -> None:
    anna = team.agent("anna@stad.example")
    team.citizen("jan@home.example").writes("Container", "De gft-bak is niet geleegd.")

    anna.replies(anna.gets("nieuw_voor_team"), "#aannemen")

    assert "al een klacht" in anna.gets("opdracht_niet_begrepen").text


def test_a_stranger_with_the_reply_address_settles_nothing(team: Desk) -> None:
    mail = _set_aside(team)

    team.citizen("mallory@evil.example").replies(mail, "#aannemen")

    assert team.klachten() == []
    # what the stranger wrote is itself set aside
    team.agent("anna@stad.example").gets("ter_beoordeling")


def test_help_about_a_message_lists_what_can_be_done_with_it(team: Desk) -> None:
    mail, anna = _set_aside(team), team.agent("anna@stad.example")

    anna.replies(mail, "#help")

    assert "#toevoegen" in anna.gets("hulp").text


def test_a_ruling_that_is_not_proven_waits_for_its_confirm_link(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, proof="strict", more=OWN_MX)
    mail, anna = _set_aside(desk), desk.agent("anna@stad.example")

    anna.replies(mail, "#aannemen")
    assert desk.klachten() == []

    page = anna.clicks(anna.gets("opdracht_bevestigen").link(r"/bevestig/[\w.-]+"))
    assert "#aannemen" in page.text
    page.confirms()
    assert len(desk.klachten()) == 1
    anna.gets("opdracht_uitgevoerd")
    assert "Niemand" not in page.confirms()
    assert len(desk.klachten()) == 1
    desk.house.close()


def test_a_ruling_whose_link_lapses_leaves_the_message_waiting_and_is_reported(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, proof="strict", more=OWN_MX)
    mail, anna = _set_aside(desk), desk.agent("anna@stad.example")
    anna.replies(mail, "#aannemen")
    anna.gets("opdracht_bevestigen")

    desk.passes(hours=49)

    assert "niet binnen" in anna.gets("opdracht_niet_begrepen").text
    assert desk.klachten() == []
    desk.house.close()


def test_a_message_without_a_sender_is_admitted_for_the_address_an_agent_gives(desk: Desk) -> None:
    raw = b"Subject: Container\r\nMessage-ID: <zonder@home.example>\r\n\r\nDe gft-bak is niet geleegd.\r\n"
    desk.citizen("jan@home.example").hands_in(raw)
    anna = desk.agent("anna@stad.example")

    anna.replies(anna.gets("ter_beoordeling"), "#aannemen jan@home.example")

    [klacht] = desk.klachten()
    assert klacht.melder == "jan@home.example"
    desk.citizen("jan@home.example").gets("ontvangstbevestiging")


def test_a_message_that_cannot_be_read_becomes_a_klacht_in_the_words_of_the_agent(desk: Desk) -> None:
    raw = _unreadable()
    desk.citizen("jan@home.example").hands_in(raw)
    anna = desk.agent("anna@stad.example")
    mail = anna.gets("ter_beoordeling")
    assert "Subject: Container" in mail.text

    anna.replies(mail, "#aannemen jan@home.example\nDe gft-bak is niet geleegd, zegt hij aan de telefoon.")

    [klacht] = desk.klachten()
    assert klacht.description == "De gft-bak is niet geleegd, zegt hij aan de telefoon."
    desk.citizen("jan@home.example").gets("ontvangstbevestiging")


def test_retrying_what_was_set_aside_asks_nobody_again(team: Desk) -> None:
    team.citizen("jan@home.example").hands_in(_unreadable())
    anna = team.agent("anna@stad.example")
    anna.gets("ter_beoordeling")
    with team.world.store.begin() as tx:
        again = arrivals.put_back(tx, None)
        team.world.store.enqueue(tx, "process", again)

    assert again
    anna.gets_nothing()


def test_a_quoted_reply_address_is_shown_to_no_one_but_its_addressee(team: Desk) -> None:
    jan, anna = team.citizen("jan@home.example"), team.agent("anna@stad.example")
    jan.writes("Container", "De gft-bak is niet geleegd.")
    secret = jan.gets("ontvangstbevestiging").reply_to
    anna.reads_all()

    mail = _set_aside(team, f"Van: {secret}\nDe gft-bak is niet geleegd.")

    assert secret.partition("@")[0] not in mail.text
    assert "klachten+r-…[at]stad[.]example" in mail.text


def test_a_notice_of_a_safe_mail_becomes_a_klacht_only_in_the_words_of_the_melder(team: Desk) -> None:
    notice = (Path(__file__).parents[1] / "mails" / "zivver_notice.eml").read_bytes()
    team.citizen("noreply@zivver.com").hands_in(notice)
    anna = team.agent("anna@stad.example")
    mail = anna.gets("ter_beoordeling")

    anna.replies(mail, "#aannemen")
    assert "Open die mail" in anna.gets("opdracht_niet_begrepen").text
    assert team.klachten() == []

    anna.replies(mail, "#aannemen jan@home.example\nIk werd onbeleefd behandeld.")
    [klacht] = team.klachten()
    assert (klacht.melder, klacht.description) == ("jan@home.example", "Ik werd onbeleefd behandeld.")
    team.citizen("noreply@zivver.com").gets_nothing()
    team.citizen("jan@home.example").gets("ontvangstbevestiging")


def test_a_message_that_reached_nobody_is_put_before_the_coordinator(team: Desk) -> None:
    anna, bram, carla = (team.agent(f"{who}@stad.example") for who in ("anna", "bram", "carla"))
    _set_aside(team)

    comes_back(team, anna.desk.mailboxes[anna.address][0], "5.1.1")
    carla.gets_nothing()
    comes_back(team, bram.gets("ter_beoordeling"), "5.1.1")

    told = carla.gets("ter_beoordeling")
    assert "De gft-bak is niet geleegd." in told.text
    carla.replies(told, "#aannemen")
    assert len(team.klachten()) == 1


def test_a_message_that_our_own_relay_could_not_bring_to_anybody_goes_to_the_coordinator(team: Desk) -> None:
    members = ("anna@stad.example", "bram@stad.example")
    moody(team).mood = lambda to, _raw: NOBODY if to in members else TAKEN

    team.citizen("jan@home.example").writes("Container", "De gft-bak is niet geleegd.", **SPAM)

    team.agent("carla@stad.example").gets("ter_beoordeling")
    team.agent("carla@stad.example").gets_nothing()


def test_a_message_that_was_settled_before_its_mail_came_back_is_put_before_nobody(team: Desk) -> None:
    mail = _set_aside(team)
    second = team.agent("bram@stad.example").gets("ter_beoordeling")
    team.agent("anna@stad.example").replies(mail, "#aannemen")
    team.agent("carla@stad.example").reads_all()

    for lost in (mail, second):
        comes_back(team, lost, "5.1.1")

    assert "ter_beoordeling" not in [m.kind for m in team.mailboxes["carla@stad.example"]]
