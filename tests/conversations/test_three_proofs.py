"""An order counts with the agent's address, their reply address and a pass by our own server: all three."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from desk import Desk, Got, open_desk

from mailagent.core.mail import Envelope
from mailagent.core.organisation import Absence, Agent
from mailagent.flow import arrive

JAN, ANNA, BRAM, MALLORY = (
    "jan@home.example",
    "anna@stad.example",
    "bram@stad.example",
    "mallory@evil.example",
)
MX = "mx.stad.example"
OWN_MX = f"""\
authserv_id = "{MX}"
[intake]
own_hosts = ["{MX}", "imap.stad.example"]
behind_own_mx = ["192.0.2.0/24"]
"""

OURS = f"Received: from mail.evil.example by {MX}; Mon, 2 Mar 2026 09:59:00 +0000"
THEIRS = "Received: from laptop by mail.evil.example; Mon, 2 Mar 2026 09:58:00 +0000"
INSIDE = f"Received: from {MX} by imap.stad.example with LMTP; Mon, 2 Mar 2026 09:59:01 +0000"
IN_OUR_NAME = f"Received: from laptop by {MX}; Mon, 2 Mar 2026 09:58:00 +0000"
PASS = f"Authentication-Results: {MX}; dmarc=pass header.from=stad.example"
SIGNED = f"Authentication-Results: {MX}; dkim=pass header.d=stad.example"
SPF_ALONE = f"Authentication-Results: {MX}; spf=pass smtp.mailfrom=evil.example"
FAIL = f"Authentication-Results: {MX}; dmarc=fail header.from=stad.example"
THEIR_PASS = "Authentication-Results: mx.evil.example; dmarc=pass header.from=stad.example"

PROVEN = {
    "above our own line": (PASS, OURS, THEIRS),
    "below our own line": (OURS, PASS, THEIRS),
    "passed on inside": (INSIDE, OURS, SIGNED, THEIRS),
    "written inside": (INSIDE, PASS, OURS, THEIRS),
    "beside what others said": (OURS, PASS, THEIRS, THEIR_PASS),
    "from inside, without a foreign line": (PASS,),
}
NOT_PROVEN = {
    "nobody said anything": (OURS, THEIRS),
    "another server said it": (OURS, THEIR_PASS, THEIRS),
    "below the line of another server": (OURS, THEIRS, PASS),
    "above all but the line of another server": (THEIRS, PASS, OURS),
    "below a line in our name that is not ours": (OURS, IN_OUR_NAME, PASS),
    "the same, where our server could prove nothing": (SPF_ALONE, OURS, IN_OUR_NAME, PASS),
    "our server says fail": (FAIL, OURS, THEIRS),
    "our server says fail, and a pass stands above": (PASS, FAIL, OURS, THEIRS),
    "of another domain": (PASS.replace("from=stad", "from=evil"), OURS),
    "a header name with a space": (PASS.replace(":", " :", 1), OURS),
    "in the name of another header": (f"X-{PASS}", OURS),
    "after a bare carriage return": (OURS, f"X-Mailer: none\r{SIGNED}"),
    "after a line that is no header": (OURS, "zomaar een regel", SIGNED),
    "after a line of a mailbox file": (OURS, "From mallory Mon Mar  2 09:58:00 2026", SIGNED),
}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Anna and Bram, under strict proof, behind a mail server of their own."""
    desk = open_desk(tmp_path, members=(ANNA, BRAM), proof="strict", more=OWN_MX)
    yield desk
    desk.house.close()


def task_of(desk: Desk, agent: str = ANNA) -> Got:
    if not desk.klachten():
        desk.citizen(JAN).writes("Balie", "Ik werd onbeleefd behandeld.")
    return desk.agent(agent).gets("nieuw_voor_team")


def hand_in(desk: Desk, task: Got, *lines: str, sender: str = ANNA, order: str = "#in_behandeling") -> None:
    """An order to the reply address of this task, with these lines on top of its head."""
    raw = desk.citizen(sender).composed(f"Re: {task.subject}", order, task.reply_to)
    desk.citizen(sender).hands_in("".join(f"{line}\r\n" for line in lines).encode() + raw, to=task.reply_to)


@pytest.mark.parametrize("head", PROVEN.values(), ids=PROVEN.keys())
def test_nw_01_a_pass_where_our_own_server_writes_it_lets_an_order_count(
    desk: Desk, head: tuple[str, ...]
) -> None:
    task = task_of(desk)

    hand_in(desk, task, *head)

    assert desk.klacht(task.kenmerk).status == "in_behandeling"
    desk.agent(ANNA).gets("opdracht_uitgevoerd")


@pytest.mark.parametrize("head", NOT_PROVEN.values(), ids=NOT_PROVEN.keys())
def test_nw_01_without_such_a_pass_an_order_waits_for_the_link_that_anna_alone_gets(
    desk: Desk, head: tuple[str, ...]
) -> None:
    task = task_of(desk)

    hand_in(desk, task, *head)

    assert desk.klacht(task.kenmerk).status == "nieuw"
    desk.agent(ANNA).gets("opdracht_bevestigen")
    assert [mail.kind for mail in desk.mailboxes[BRAM]] == ["nieuw_voor_team"]


def test_nw_01_a_pass_over_a_way_in_that_no_server_of_ours_guards_is_a_forgery(desk: Desk) -> None:
    task = task_of(desk)
    raw = desk.citizen(ANNA).composed(f"Re: {task.subject}", "#in_behandeling", task.reply_to)

    outside = Envelope(f"{PASS}\r\n".encode() + raw, "smtp", desk.now(), "email", ANNA, (task.reply_to,))
    arrive.keep([outside], desk.world)

    desk.agent(ANNA).gets("opdracht_bevestigen")
    assert desk.klacht(task.kenmerk).status == "nieuw"


TWO_FROMS = {
    "two lines, hers first": f"From: Anna <{ANNA}>\r\nFrom: M <{MALLORY}>\r\n",
    "two lines, hers last": f"From: M <{MALLORY}>\r\nFrom: Anna <{ANNA}>\r\n",
    "twice hers": f"From: Anna <{ANNA}>\r\nFrom: {ANNA}\r\n",
    "one line, hers first": f"From: Anna <{ANNA}>, M <{MALLORY}>\r\n",
    "one line, hers last": f"From: M <{MALLORY}>, Anna <{ANNA}>\r\n",
    "hers as the name": f'From: "Anna <{ANNA}>" <{MALLORY}>\r\n',
    "hers in a group": f"From: Team: {ANNA}, {MALLORY};\r\n",
}


@pytest.mark.parametrize("froms", TWO_FROMS.values(), ids=TWO_FROMS.keys())
@pytest.mark.parametrize("proof", ["strict", "token"])
def test_nw_01_an_order_with_more_than_one_from_never_counts_at_once(
    tmp_path: Path, proof: str, froms: str
) -> None:
    desk = open_desk(tmp_path, members=(ANNA, BRAM), proof=proof, more=OWN_MX)
    task = task_of(desk)
    raw = desk.citizen(ANNA).composed(f"Re: {task.subject}", "#in_behandeling", task.reply_to)
    raw = raw.replace(f"From: Anna <{ANNA}>\r\n".encode(), froms.encode())

    desk.citizen(MALLORY).hands_in(f"{PASS}\r\n".encode() + raw, to=task.reply_to)

    assert desk.klacht(task.kenmerk).status == "nieuw"
    desk.citizen(MALLORY).gets_nothing()
    desk.house.close()


def test_nw_01_the_reply_address_of_one_agent_is_nothing_in_the_hands_of_another(desk: Desk) -> None:
    annas = task_of(desk)

    hand_in(desk, annas, PASS, OURS, sender=BRAM)

    assert desk.klacht(annas.kenmerk).status == "nieuw"
    assert "Iemand anders" in desk.agent(ANNA).gets("opdracht_niet_begrepen").text
    assert "van een ander adres" in desk.agent(BRAM).gets("ter_beoordeling").text
    assert not [mail for mail in desk.mailboxes[BRAM] if mail.kind.startswith("opdracht")]


def test_nw_01_anna_hears_of_misuse_also_on_a_day_on_which_she_made_a_mistake_herself(desk: Desk) -> None:
    annas, brams = task_of(desk), task_of(desk, BRAM)
    hand_in(desk, annas, PASS, order="#opgelsot")
    assert "#opgelost" in desk.agent(ANNA).gets("opdracht_niet_begrepen").text

    for task in (annas, brams, annas):
        hand_in(desk, task, sender=MALLORY, order=f"#sluiten geen_klacht {desk.now()}")
        desk.passes(minutes=5)

    for agent in (ANNA, BRAM):
        assert "Iemand anders" in desk.agent(agent).gets("opdracht_niet_begrepen").text
        assert not [m for m in desk.mailboxes[agent] if m.kind == "opdracht_niet_begrepen" and not m.read]
    refused = [e.who for e in desk.history(annas.kenmerk) if e.kind == "order_refused"]
    assert refused == [ANNA], "what another did is not written down as hers"


def test_a_melder_whose_name_was_forged_gives_no_answer_to_the_smileys(desk: Desk) -> None:
    jan, task = desk.citizen(JAN), task_of(desk)
    hand_in(desk, task, PASS, order="#opgelost gegrond\nOnze excuses.")
    told = jan.gets("afgehandeld")

    forged = FAIL.partition(": ")[2].replace("from=stad", "from=home")
    jan.replies(told, "Tevreden", Authentication_Results=forged)
    jan.replies(told, "Niet goed genoeg, heropen maar.", Authentication_Results=forged)

    assert desk.klacht(told.kenmerk).status == "opgelost"
    assert "feedback_given" not in desk.kinds(told.kenmerk)
    assert "niet zeker" in desk.agent(ANNA).gets("reactie_melder").text


def test_a_party_whose_name_was_forged_waits_for_a_human_and_hears_nothing(desk: Desk) -> None:
    jan, task = desk.citizen(JAN), task_of(desk)
    jan.reads_all()

    forged = FAIL.partition(": ")[2].replace("from=stad", "from=home")
    jan.writes(f"Over {task.kenmerk}", "Ik trek mijn klacht in.", Authentication_Results=forged)

    jan.gets_nothing()
    assert desk.kinds(task.kenmerk) == ["received"]
    asked = desk.agent(ANNA).gets("ter_beoordeling")
    hand_in(desk, asked, PASS, order=f"#toevoegen {task.kenmerk}")
    assert desk.history(task.kenmerk)[-1].data["confirmed"] is False
    jan.gets_nothing()


def test_nw_01_who_is_absent_hears_nothing_of_misuse_and_the_others_do(tmp_path: Path) -> None:
    away = Absence(date(2026, 3, 3), date(2026, 3, 9), BRAM)
    people = [Agent(ANNA, "Anna", absent=(away,)), BRAM]
    desk = open_desk(tmp_path, members=people)
    task = task_of(desk)
    desk.agent(ANNA).reads_all()
    desk.passes(days=1)
    desk.citizen(MALLORY).replies(task, "#sluiten geen_klacht")
    desk.agent(ANNA).gets_nothing()
    desk.agent(BRAM).gets("ter_beoordeling")
    assert "reply_address_misused" in desk.kinds(task.kenmerk)
    desk.house.close()
