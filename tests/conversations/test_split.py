"""A message with two complaints in it becomes two klachten."""

from desk import Desk

TWO = "De gft-bak is niet geleegd.\n\nEn aan de balie werd ik onbeleefd behandeld."


def test_an_agent_splits_a_second_klacht_off(desk: Desk) -> None:
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    jan.writes("Container en balie", TWO)
    first = jan.gets("ontvangstbevestiging").kenmerk
    task = anna.gets("nieuw_voor_team")
    received = desk.now()
    desk.passes(days=2)

    anna.replies(task, "#splitsen Onbeleefd aan de balie\nAan de balie werd ik onbeleefd behandeld.")

    newest, old = desk.klachten()
    assert old.kenmerk == first
    assert (newest.melder, newest.subject) == ("jan@home.example", "Onbeleefd aan de balie")
    assert newest.description == "Aan de balie werd ik onbeleefd behandeld."
    assert newest.received_at == received
    assert newest.refers_to == first
    assert jan.gets("ontvangstbevestiging").kenmerk == newest.kenmerk
    assert newest.kenmerk in anna.gets("opdracht_uitgevoerd").text
    assert anna.gets("nieuw_voor_team").kenmerk == newest.kenmerk
    split = next(event for event in desk.history(first) if event.kind == "split_off")
    assert split.data["kenmerk"] == newest.kenmerk


def test_splitting_needs_the_words_of_the_second_klacht(desk: Desk) -> None:
    anna = desk.agent("anna@stad.example")
    desk.citizen("jan@home.example").writes("Container en balie", TWO)

    anna.replies(anna.gets("nieuw_voor_team"), "#splitsen")

    assert "#splitsen" in anna.gets("opdracht_niet_begrepen").text
    assert len(desk.klachten()) == 1


def test_a_split_goes_with_the_other_orders_of_its_mail_or_not_at_all(desk: Desk) -> None:
    anna = desk.agent("anna@stad.example")
    desk.citizen("jan@home.example").writes("Container en balie", TWO)

    anna.replies(
        anna.gets("nieuw_voor_team"), "#splitsen Balie\nIk werd onbeleefd behandeld.\n#heropenen\nKan niet."
    )

    anna.gets("opdracht_niet_begrepen")
    assert len(desk.klachten()) == 1


def test_each_half_of_a_split_goes_its_own_way(desk: Desk) -> None:
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    jan.writes("Container en balie", TWO)
    task = anna.gets("nieuw_voor_team")
    anna.replies(task, "#splitsen Balie\nIk werd onbeleefd behandeld.")
    second = anna.gets("nieuw_voor_team")

    anna.replies(second, "#opgelost gegrond\nOnze excuses.")

    assert desk.klacht(second.kenmerk).status == "opgelost"
    assert desk.klacht(task.kenmerk).status == "nieuw"
