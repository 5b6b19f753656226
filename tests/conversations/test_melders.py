"""What a melder, a stranger and a robot can mail, and what each gets."""

from desk import Desk

from mailagent.store import arrivals


def test_a_mail_becomes_a_klacht_with_kenmerk_and_last_day(desk: Desk) -> None:
    jan = desk.citizen("jan@home.example")

    jan.writes("Container", "De gft-bak is weer niet geleegd.")

    receipt = jan.gets("ontvangstbevestiging")
    assert receipt.kenmerk == "KL26-00001"
    assert "maandag 13 april 2026" in receipt.text
    assert "niet geleegd" in receipt.text


def test_nw_02_the_last_day_in_the_mail_follows_the_dutch_calendar(desk: Desk) -> None:
    jan = desk.citizen("jan@home.example")
    desk.passes(days=14)

    jan.writes("Balie", "Ik werd onbeleefd behandeld.")

    klacht = desk.klacht(jan.gets("ontvangstbevestiging").kenmerk)
    assert str(klacht.deadline) == "2026-04-28"


def test_the_mails_of_one_klacht_thread(desk: Desk) -> None:
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    first = jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    receipt, task = jan.gets("ontvangstbevestiging"), anna.gets("nieuw_voor_team")

    anna.replies(task, "#antwoord\nWij zoeken het uit.")

    assert receipt.message["in-reply-to"] == first["message-id"]
    answer = jan.gets("antwoord")
    assert answer.message["in-reply-to"] == receipt.message["message-id"]
    assert str(first["message-id"]) in str(answer.message["references"])


def test_a_reply_of_the_melder_reaches_the_team(desk: Desk) -> None:
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")

    jan.replies(jan.gets("ontvangstbevestiging"), "Het was bij loket 3.")

    assert "Het was bij loket 3." in anna.gets("aanvulling").text
    assert len(desk.klachten()) == 1


def test_a_melder_who_writes_anew_with_the_kenmerk_is_found_back(desk: Desk) -> None:
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    kenmerk = jan.gets("ontvangstbevestiging").kenmerk

    jan.writes(f"Nog iets over {kenmerk.lower()}", "Het was bij loket 3.")

    anna.gets("aanvulling")
    assert len(desk.klachten()) == 1


def test_a_stranger_with_a_kenmerk_gets_a_klacht_of_their_own(desk: Desk) -> None:
    jan, eve = desk.citizen("jan@home.example"), desk.citizen("eve@elsewhere.example")
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    kenmerk = jan.gets("ontvangstbevestiging").kenmerk

    eve.writes(f"Over {kenmerk}", "Ik wil weten hoe het staat.")

    receipt = eve.gets("ontvangstbevestiging")
    assert receipt.kenmerk != kenmerk
    assert "loket" not in receipt.text
    assert desk.klacht(receipt.kenmerk).refers_to == kenmerk


def test_a_forwarded_reply_address_gets_no_data_and_is_shown_as_unconfirmed(desk: Desk) -> None:
    jan, eve, anna = (
        desk.citizen("jan@home.example"),
        desk.citizen("eve@elsewhere.example"),
        desk.agent("anna@stad.example"),
    )
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    receipt = jan.gets("ontvangstbevestiging")

    eve.replies(receipt, "Trek de klacht maar in.", quote=False)

    assert "bevestigd" in anna.gets("reactie_melder").text
    eve.gets_nothing()
    assert desk.klacht(receipt.kenmerk).status == "nieuw"


def test_the_same_message_twice_is_one_klacht(desk: Desk) -> None:
    jan = desk.citizen("jan@home.example")
    mail = jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    jan.gets("ontvangstbevestiging")

    jan.hands_in(mail.as_bytes())

    jan.gets_nothing()
    assert len(desk.klachten()) == 1


def test_without_a_message_id_or_a_date_the_words_tell_what_is_the_same(desk: Desk) -> None:
    jan = desk.citizen("jan@home.example")
    mail = b"From: Jan <jan@home.example>\r\nSubject: Balie\r\n\r\nIk werd %s behandeld.\r\n"
    trace = b"Received: by mx.example; Mon, 2 Mar 2026 10:00:00 +0100\r\n"

    for words in (b"grof", b"grof", b"weer grof", b"grof"):
        jan.hands_in(trace + mail % words)
        trace += trace

    assert [klacht.description for klacht in desk.klachten()] == [
        "Ik werd weer grof behandeld.",
        "Ik werd grof behandeld.",
    ]
    with desk.world.store.read() as tx:
        verdicts = [row.verdict for row in arrivals.told(tx)]
    assert verdicts == ["NewKlacht", "Duplicate", "NewKlacht", "Duplicate"]


def test_a_reused_message_id_with_other_words_is_another_klacht(desk: Desk) -> None:
    jan = desk.citizen("jan@home.example")

    jan.writes("Balie", "Ik werd onbeleefd behandeld.", Message_ID="<same@home.example>")
    jan.writes("Afval", "De gft-bak is niet geleegd.", Message_ID="<same@home.example>")

    assert len(desk.klachten()) == 2


def test_a_vacation_robot_gets_no_answer_and_changes_nothing(desk: Desk) -> None:
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    receipt = jan.gets("ontvangstbevestiging")
    anna.reads_all()

    jan.replies(receipt, "Ik ben op vakantie.", Auto_Submitted="auto-replied")

    jan.gets_nothing()
    anna.gets_nothing()
    assert desk.kinds(receipt.kenmerk)[-1] == "automatic_kept"


def test_our_own_mail_that_comes_back_makes_no_loop(desk: Desk) -> None:
    jan = desk.citizen("jan@home.example")
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    receipt = jan.gets("ontvangstbevestiging")

    desk.citizen("klachten@stad.example").hands_in(receipt.raw)

    assert len(desk.klachten()) == 1
    jan.gets_nothing()


def test_a_final_bounce_marks_the_mail(desk: Desk) -> None:
    jan = desk.citizen("jan@home.example")
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    receipt = jan.gets("ontvangstbevestiging")
    report = (
        f"From: MAILER-DAEMON@relay.example\r\nTo: {receipt.sender}\r\nSubject: Undelivered\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nniet bezorgd\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.example\r\n\r\n"
        "Final-Recipient: rfc822; jan@home.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    )

    desk.citizen("x").hands_in(report.encode(), to=receipt.sender, sender="")

    assert desk.kinds(receipt.kenmerk)[-1] == "mail_bounced"
    jan.gets_nothing()
    assert len(desk.klachten()) == 1


def test_thanks_after_the_handling_reopens_nothing(desk: Desk) -> None:
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    anna.replies(anna.gets("nieuw_voor_team"), "#opgelost gegrond\nOnze excuses.")
    handled = jan.gets("afgehandeld")

    jan.replies(handled, "Hartelijk dank!")
    assert desk.klacht(handled.kenmerk).status == "opgelost"

    jan.replies(handled, "Maar ik ben nog steeds niet teruggebeld.")
    assert desk.klacht(handled.kenmerk).status == "verzoek_tot_heropenen"
    jan.gets("feedback_ontvangen")
    anna.gets("verzoek_tot_heropenen")


def test_kl_04_every_step_is_in_the_log_with_who_and_when(desk: Desk) -> None:
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    task = anna.gets("nieuw_voor_team")
    anna.replies(task, "#in_behandeling")
    anna.replies(task, "#opgelost gegrond\nOnze excuses.")
    anna.replies(task, "#heropenen")
    assert "waarom" in anna.gets("opdracht_niet_begrepen").text
    anna.replies(task, "#heropenen\nEr is nieuwe informatie.")

    steps = [(e.kind, e.status, e.actor) for e in desk.history(task.kenmerk)]
    assert ("taken_up", "in_behandeling", "agent") in steps
    assert ("resolved", "opgelost", "agent") in steps
    assert ("reopened", "heropend", "agent") in steps
    assert all(e.who or e.actor in ("clock", "system") for e in desk.history(task.kenmerk))


def test_caps_hold_a_mail_back_and_never_drop_it(desk: Desk) -> None:
    jan = desk.citizen("jan@home.example")
    for number in range(12):
        jan.writes(f"Klacht {number}", f"Dit is klacht nummer {number}.")
    got = [m for m in desk.mailboxes[jan.address] if m.kind == "ontvangstbevestiging"]
    assert len(got) == 10

    desk.passes(minutes=11)

    got = [m for m in desk.mailboxes[jan.address] if m.kind == "ontvangstbevestiging"]
    assert len(got) == 12


def test_a_person_who_answers_to_the_bounce_address_is_heard(desk: Desk) -> None:
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    jan.writes("Balie", "Ik werd onbeleefd behandeld.")
    receipt = jan.gets("ontvangstbevestiging")
    id = str(receipt.message["message-id"])

    jan.writes(f"Re: {receipt.subject}", "Het was bij loket 3.", to=receipt.sender, In_Reply_To=id)

    assert "Het was bij loket 3." in anna.gets("aanvulling").text
