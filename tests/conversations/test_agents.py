"""An agent works from the mail client they already have."""

from pathlib import Path

import pytest
from desk import Desk, Got, open_desk

from mailagent.core.echo import inert
from mailagent.flow import dossier
from mailagent.store import klachten


def _complaint(desk: Desk) -> Got:
    desk.citizen("jan@home.example").writes("Balie", "Ik werd onbeleefd behandeld aan de balie.")
    return desk.agent("anna@stad.example").gets("nieuw_voor_team")


def test_nw_01_orders_take_effect_with_address_and_token(desk: Desk) -> None:
    anna, task = desk.agent("anna@stad.example"), _complaint(desk)

    anna.replies(task, "#in_behandeling")

    done = anna.gets("opdracht_uitgevoerd")
    assert "in behandeling" in done.text
    klacht = desk.klacht(task.kenmerk)
    assert (klacht.status, klacht.assigned_to) == ("in_behandeling", "anna@stad.example")
    desk.citizen("jan@home.example").gets("in_behandeling")


def test_nw_01_a_valid_token_from_another_address_executes_nothing(desk: Desk) -> None:
    task = _complaint(desk)

    desk.citizen("mallory@evil.example").replies(task, "#sluiten geen_klacht")

    assert desk.klacht(task.kenmerk).status == "nieuw"
    assert "closed" not in desk.kinds(task.kenmerk)
    anna = desk.agent("anna@stad.example")
    assert "Iemand anders" in anna.gets("opdracht_niet_begrepen").text
    anna.gets("ter_beoordeling")

    desk.citizen("mallory@evil.example").replies(task, "#sluiten geen_klacht, nog eens")
    anna.gets("ter_beoordeling")
    anna.gets_nothing()


def test_nw_01_an_agent_without_the_token_is_a_stranger(desk: Desk) -> None:
    task = _complaint(desk)

    desk.agent("anna@stad.example").writes(f"Re: {task.subject}", "#sluiten geen_klacht")

    assert desk.klacht(task.kenmerk).status == "nieuw"
    newest = desk.klachten()[0]
    assert newest.refers_to == task.kenmerk


def test_several_tags_in_one_mail_take_effect_together(desk: Desk) -> None:
    anna, task = desk.agent("anna@stad.example"), _complaint(desk)

    anna.replies(
        task,
        "Beste collega,\n\n#accept\n#note\nIk bel hem morgen.\n#antwoord\nWij zoeken het uit.\n\nTot snel.",
    )

    anna.gets("opdracht_uitgevoerd")
    answer = desk.citizen("jan@home.example").gets("antwoord")
    assert "Wij zoeken het uit.\n\nTot snel." in answer.text
    assert "Ik bel hem morgen" not in answer.text
    assert {"taken_up", "noted", "answered"} <= set(desk.kinds(task.kenmerk))


def test_all_orders_of_one_mail_take_effect_or_none(desk: Desk) -> None:
    jan, anna, task = desk.citizen("jan@home.example"), desk.agent("anna@stad.example"), _complaint(desk)
    jan.reads_all()

    anna.replies(task, "#antwoord\nWij zoeken het uit.\n#heropenen\nkan niet, want hij is open")

    refused = anna.gets("opdracht_niet_begrepen")
    assert "Mogelijk is nu" in refused.text
    jan.gets_nothing()
    assert desk.kinds(task.kenmerk)[-1] == "order_refused"


def test_a_typo_gets_a_suggestion_and_nothing_is_done(desk: Desk) -> None:
    anna, task = desk.agent("anna@stad.example"), _complaint(desk)

    anna.replies(task, "#opgelsot gegrond\nDe baliemedewerker heeft excuses gemaakt.")

    assert "#opgelost" in anna.gets("opdracht_niet_begrepen").text
    assert desk.klacht(task.kenmerk).status == "nieuw"


def test_an_untagged_reply_is_a_note_and_a_late_tag_is_named(desk: Desk) -> None:
    anna, task = desk.agent("anna@stad.example"), _complaint(desk)

    anna.replies(task, "Ik heb hem gesproken.\n#opgelost gegrond\nAlles goed.")

    said = anna.gets("opdracht_uitgevoerd").text
    assert "notitie" in said
    assert "#opgelost" in said
    assert desk.klacht(task.kenmerk).status == "nieuw"


def test_help_mails_back_the_list(desk: Desk) -> None:
    anna, task = desk.agent("anna@stad.example"), _complaint(desk)

    anna.replies(task, "#help")

    assert "#heropenen" in anna.gets("hulp").text


def test_help_beside_another_tag_comes_with_the_one_answer(desk: Desk) -> None:
    anna, task = desk.agent("anna@stad.example"), _complaint(desk)

    anna.replies(task, "#in_behandeling\n#help")

    done = anna.gets("opdracht_uitgevoerd").text
    assert "is in behandeling" in done
    assert "#heropenen" in done
    anna.gets_nothing()


def test_the_dossier_comes_by_mail_as_the_command_line_shows_it_and_gives_no_secret_away(desk: Desk) -> None:
    jan, anna, task = desk.citizen("jan@home.example"), desk.agent("anna@stad.example"), _complaint(desk)
    secret = jan.gets("ontvangstbevestiging").reply_to
    jan.writes(f"Re: {task.subject}", f"Ik kreeg van u het adres {secret}.", to=secret)

    anna.replies(task, "#in_behandeling\n#status")

    told = anna.gets("opdracht_uitgevoerd")
    with desk.world.store.read() as tx:
        found = klachten.by_kenmerk(tx, task.kenmerk)
        assert found
        shown = list(dossier.lines(dossier.of(tx, found, desk.world), {}))
    before = shown[: shown.index("Mails")]
    assert [line for line in before if inert(line.strip()) not in told.text] == []
    assert secret.partition("@")[0] not in told.text + told.html
    assert "nieuw_voor_team aan" in told.text


def test_a_reply_address_is_for_one_klacht(desk: Desk) -> None:
    anna, task = desk.agent("anna@stad.example"), _complaint(desk)
    desk.citizen("jan@home.example").writes("Bak", "De bak is vol.")
    other = anna.gets("nieuw_voor_team").kenmerk

    anna.replies(task, f"{task.kenmerk} #in_behandeling\n{other} #sluiten geen_klacht")

    assert "een mail over die klacht" in anna.gets("opdracht_niet_begrepen").text
    assert desk.klacht(task.kenmerk).status == desk.klacht(other).status == "nieuw"
    anna.replies(task, f"{task.kenmerk} #in_behandeling")
    assert desk.klacht(task.kenmerk).status == "in_behandeling"


def test_resolving_without_text_is_refused(desk: Desk) -> None:
    anna, task = desk.agent("anna@stad.example"), _complaint(desk)

    anna.replies(task, "#opgelost gegrond")

    anna.gets("opdracht_niet_begrepen")
    assert desk.klacht(task.kenmerk).status == "nieuw"


def test_a_colleague_gets_what_is_assigned_to_them(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, members=("anna@stad.example", "bram@stad.example"))
    task = _complaint(desk)

    desk.agent("anna@stad.example").replies(task, "#toewijzen bram")

    bram = desk.agent("bram@stad.example")
    bram.replies(bram.gets("toegewezen"), "#opgelost ongegrond\nWij hebben het nagekeken.")
    bram.gets("opdracht_uitgevoerd")
    assert desk.klacht(task.kenmerk).oordeel == "ongegrond"


@pytest.mark.parametrize(
    ("order", "mail"),
    [
        ("#sluiten ingetrokken\nU belde ons daarover.", "ingetrokken"),
        ("#sluiten doorgestuurd\nUw klacht gaat over de provincie.", "doorgestuurd"),
        ("#sluiten niet_in_behandeling c\nU kunt bezwaar maken.", "niet_in_behandeling"),
        ("#sluiten dubbel", None),
        ("#sluiten geen_klacht", None),
    ],
)
def test_each_reason_to_close_has_its_own_mail_or_none(desk: Desk, order: str, mail: str | None) -> None:
    jan, anna, task = desk.citizen("jan@home.example"), desk.agent("anna@stad.example"), _complaint(desk)
    jan.reads_all()

    anna.replies(task, order)

    assert desk.klacht(task.kenmerk).status == "gesloten"
    if mail:
        jan.gets(mail)
    else:
        jan.gets_nothing()


def test_closing_as_satisfied_needs_the_melders_own_mail(desk: Desk) -> None:
    jan, anna, task = desk.citizen("jan@home.example"), desk.agent("anna@stad.example"), _complaint(desk)

    anna.replies(task, "#sluiten naar_tevredenheid")
    assert "9:5" in anna.gets("opdracht_niet_begrepen").text

    jan.replies(jan.gets("ontvangstbevestiging"), "Het is al geregeld, dank u.")
    anna.replies(task, "#sluiten naar_tevredenheid")
    jan.gets("naar_tevredenheid")


def test_what_we_wrote_to_the_agent_does_not_leave_for_the_melder(desk: Desk) -> None:
    """An agent who answers below the quote sends the task mail along: it is parked and shown first."""
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    jan.writes(
        "Balie", "Regel een van mijn klacht.\nRegel twee van mijn klacht.\nRegel drie van mijn klacht."
    )
    task = anna.gets("nieuw_voor_team")
    jan.reads_all()

    copied = "Regel een van mijn klacht.\nRegel twee van mijn klacht.\nRegel drie van mijn klacht."
    anna.replies(task, f"#antwoord\nZie hieronder.\n{copied}", quote=False)

    asked = anna.gets("opdracht_bevestigen")
    jan.gets_nothing()
    anna.clicks(asked.link(r"/bevestig/\S+")).confirms()
    jan.gets("antwoord")


def test_under_strict_proof_every_order_waits_for_its_confirm_link(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, proof="strict")
    anna, task = desk.agent("anna@stad.example"), _complaint(desk)

    anna.replies(task, "#in_behandeling")
    link = anna.gets("opdracht_bevestigen").link(r"/bevestig/\S+")
    assert desk.klacht(task.kenmerk).status == "nieuw"

    page = anna.clicks(link)
    assert "#in_behandeling" in page.text
    assert desk.klacht(task.kenmerk).status == "nieuw"
    page.confirms()
    page.confirms()

    assert desk.klacht(task.kenmerk).status == "in_behandeling"
    assert desk.kinds(task.kenmerk).count("taken_up") == 1
    anna.gets("opdracht_uitgevoerd")


def test_a_confirm_link_that_nobody_used_lapses_and_the_agent_hears_of_it(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, proof="strict")
    anna, task = desk.agent("anna@stad.example"), _complaint(desk)
    anna.replies(task, "#in_behandeling")
    link = anna.gets("opdracht_bevestigen").link(r"/bevestig/\S+")

    desk.passes(hours=49)

    assert "48 uur" in anna.gets("opdracht_niet_begrepen").text
    assert "LinkGone" in anna.clicks(link).confirms()
    assert desk.klacht(task.kenmerk).status == "nieuw"


def test_a_parked_order_is_judged_against_the_state_at_the_click(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, proof="strict", members=("anna@stad.example", "bram@stad.example"))
    anna, bram = desk.agent("anna@stad.example"), desk.agent("bram@stad.example")
    anna_task, bram_task = _complaint(desk), bram.gets("nieuw_voor_team")
    anna.replies(anna_task, "#sluiten geen_klacht")
    bram.replies(bram_task, "#in_behandeling")
    anna.clicks(anna.gets("opdracht_bevestigen").link(r"/bevestig/\S+")).confirms()

    bram.clicks(bram.gets("opdracht_bevestigen").link(r"/bevestig/\S+")).confirms()

    assert "gesloten" in bram.gets("opdracht_niet_begrepen").text


def test_with_an_aligned_pass_of_our_own_server_an_order_counts_at_once(tmp_path: Path) -> None:
    proven = '[intake]\nown_hosts = ["mx.stad.example"]\nbehind_own_mx = ["192.0.2.0/24"]'
    desk = open_desk(tmp_path, proof='strict"\nauthserv_id = "mx.stad.example', more=proven)
    anna, task = desk.agent("anna@stad.example"), _complaint(desk)

    passed = "mx.stad.example; dmarc=pass header.from=stad.example"
    anna.replies(task, "#in_behandeling", Authentication_Results=passed)

    anna.gets("opdracht_uitgevoerd")
    assert desk.klacht(task.kenmerk).status == "in_behandeling"


def test_a_flood_of_forged_orders_does_not_fill_the_inbox(tmp_path: Path) -> None:
    desk = open_desk(tmp_path, proof="strict")
    anna, task = desk.agent("anna@stad.example"), _complaint(desk)

    for number in range(12):
        anna.replies(task, f"#notitie nummer {number}")

    waiting = [mail for mail in desk.mailboxes[anna.address] if mail.kind == "opdracht_bevestigen"]
    assert len(waiting) == 10


def test_a_result_hidden_in_an_encoded_word_proves_nothing(tmp_path: Path) -> None:
    proven = '[intake]\nown_hosts = ["mx.stad.example"]\nbehind_own_mx = ["192.0.2.0/24"]'
    desk = open_desk(tmp_path, proof='strict"\nauthserv_id = "mx.stad.example', more=proven)
    anna, task = desk.agent("anna@stad.example"), _complaint(desk)

    hidden = "=?us-ascii?q?mx=2Estad=2Eexample?=; dmarc=pass header.from=stad.example"
    raw = desk.agent("anna@stad.example").composed(f"Re: {task.subject}", "#in_behandeling", task.reply_to)
    anna.hands_in(f"Authentication-Results: {hidden}\r\n".encode() + raw, to=task.reply_to)

    anna.gets("opdracht_bevestigen")
    assert desk.klacht(task.kenmerk).status == "nieuw"
