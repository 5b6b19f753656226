"""In which of our languages somebody wrote: certain, or Dutch."""

from __future__ import annotations

import pytest

from mailagent.inbound import language
from mailagent.inbound.language import FEWEST_LETTERS, language_of

DUTCH = [
    "De gft-bak is weer niet geleegd en niemand belt mij terug. Ik wacht nu al drie weken.",
    "Beste gemeente, ik sta al twintig minuten in de wacht en dan wordt de verbinding verbroken.",
    "De parkeerautomaat zei: card declined, please try again later. Wat nu? Ik kreeg een boete.",
    "Mijn team werkt in de cloud met Microsoft Teams en SharePoint, maar uw formulier accepteert dat niet.",
]
ENGLISH = [
    "My bin has not been emptied for three weeks and nobody calls me back.",
    "Dear Sir or Madam, I was treated very rudely at the counter last Monday. I would like an apology.",
    "hello i want to complain about the street light in front of my house it is broken since january",
]
FRENCH = [
    "Ma poubelle n'a pas été vidée depuis trois semaines et personne ne me rappelle.",
    "Bonjour, j'ai été mal reçu au guichet lundi dernier. Je voudrais des excuses.",
]
OTHERS = [
    "Ich wurde am Schalter sehr unfreundlich behandelt und möchte mich darüber beschweren.",
    "Mi contenedor no ha sido vaciado desde hace tres semanas y nadie me llama.",
    "Moj kosz na śmieci nie był opróżniany od trzech tygodni i nikt do mnie nie dzwoni.",
    "Çöp kutum üç haftadır boşaltılmadı ve kimse beni geri aramıyor, çok üzgünüm.",
    "Myn kontener is al trije wiken net leechmakke en nimmen bellet my werom.",
    "لم يتم إفراغ حاوية القمامة الخاصة بي منذ ثلاثة أسابيع ولا أحد يعاود الاتصال بي",
]
DISCLAIMER = (
    "\n\nThis e-mail and any attachments are confidential and intended solely for the addressee. If you"
    " are not the intended recipient please notify the sender and delete this message from your system."
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [(text, "nl") for text in DUTCH + OTHERS]
    + [(text, "en") for text in ENGLISH]
    + [(text, "fr") for text in FRENCH],
)
def test_a_text_is_told_apart(text: str, wanted: str) -> None:
    assert language_of(text) == wanted
    assert language_of(text.upper()) == wanted
    assert language_of(f"{text}\n\nhttps://www.stad.example/complaints/how-to\njohn@home.example") == wanted


@pytest.mark.parametrize("text", ["", "Help!", "Container", "My bin is full", "☹" * 500])
def test_a_short_text_is_dutch(text: str) -> None:
    assert sum(map(str.isalpha, text)) < FEWEST_LETTERS
    assert language_of(text) == "nl"


@pytest.mark.parametrize("text", [text for text in DUTCH if "declined" not in text])
def test_an_english_notice_below_dutch_words_does_not_make_them_english(text: str) -> None:
    assert language_of(text + DISCLAIMER) == "nl"
    assert language_of(f"{text[:60]}{DISCLAIMER}{DISCLAIMER}") == "nl"
    assert language_of(f"Hallo,\n{text[:60]}\n{DISCLAIMER.strip()}") == "nl"


@pytest.mark.parametrize("text", [DUTCH[0] + " " + ENGLISH[0] * 3, ENGLISH[0] + " " + DUTCH[0] * 3])
def test_two_languages_are_answered_in_dutch(text: str) -> None:
    assert language_of(text) == "nl"


def test_what_is_plainly_dutch_waits_for_no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_model", lambda: pytest.fail("nobody had to be asked"))
    assert {language_of(text) for text in (DUTCH[0], DUTCH[3])} == {"nl"}


def test_a_signature_does_not_count() -> None:
    assert language_of(f"{DUTCH[0]}\n\n-- \n{ENGLISH[1]}") == "nl"


@pytest.mark.parametrize(
    "text", ["\ud800" * 2000, "\x00é" * 2000, "a" * 1_000_000, "@ " * 100_000, "жа" * 500]
)
def test_nothing_is_too_strange(text: str) -> None:
    assert language_of(text) in ("nl", "en", "fr")
