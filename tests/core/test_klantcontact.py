"""What Open Klant would be told, word for word."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime

from mailagent.core.klacht import Klacht
from mailagent.core.klantcontact import Said, contacts

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = datetime(2026, 3, 3, 10, tzinfo=UTC)
KLACHT = Klacht(
    7, "KL26-00042", "Bak vol", "De bak is vol.", "jan@home.example", AT, melder_name="Jan de Vries"
)
MAIL = Said(AT, "De bak is vol.", files=("arrival-7.eml", "foto.jpg"), read_at=LATER)
ANSWER = Said(LATER, "De bak is leeg.", by="anna@stad.example")


def test_kk_mail_c1199_a_mail_as_open_klant_is_told_of_it() -> None:
    [contact] = contacts(KLACHT, [replace(MAIL, read_at=None)], "Afval")

    assert list(asdict(contact).items()) == [
        (
            "klantcontact",
            {
                "kanaal": "E-mail",
                "onderwerp": "Bak vol",
                "inhoud": "De bak is vol.",
                "indicatieContactGelukt": True,
                "taal": "nld",
                "vertrouwelijk": False,
                "plaatsgevondenOp": "2026-03-02T09:00:00+00:00",
                "referentienummer": "KL26-00042",
            },
        ),
        (
            "betrokkene",
            {
                "wasPartij": None,
                "rol": "klant",
                "initiator": True,
                "contactnaam": {
                    "voorletters": "",
                    "voornaam": "",
                    "voorvoegselAchternaam": "",
                    "achternaam": "Jan de Vries",
                },
                "organisatienaam": "",
                "correspondentieadres": None,
            },
        ),
        (
            "digitaaladres",
            {
                "adres": "jan@home.example",
                "soortDigitaalAdres": "email",
                "omschrijving": "Opgenomen na een ontvangen e-mail",
            },
        ),
        ("actorklantcontact", {"naam": "mailagent", "soortActor": "geautomatiseerde_actor"}),
        (
            "bijlagen",
            tuple(
                {
                    "objectId": name,
                    "codeObjecttype": "bestand",
                    "codeRegister": "mailagent",
                    "codeSoortObjectId": "bestandsnaam",
                }
                for name in ("arrival-7.eml", "foto.jpg")
            ),
        ),
        ("onderwerpobject", None),
        (
            "internetaak",
            {
                "referentienummer": "KL26-00042",
                "gevraagdeHandeling": "Lezen en bepalen benodigde actie",
                "toegewezenAanActoren": ({"naam": "Afval", "soortActor": "organisatorische_eenheid"},),
                "status": "te_verwerken",
                "afgehandeldOp": None,
            },
        ),
    ]


def test_kk_mail_c5499_an_answer_points_at_the_mail_and_asks_nothing_of_people() -> None:
    mail, answer = contacts(KLACHT, [MAIL, ANSWER], "Afval")

    assert mail.internetaak is not None
    assert (mail.internetaak.status, mail.internetaak.afgehandeldOp) == ("verwerkt", LATER.isoformat())
    assert not answer.betrokkene.initiator
    assert asdict(answer)["onderwerpobject"] == {"wasKlantcontact": 1}
    assert asdict(answer)["actorklantcontact"] == {"naam": "anna@stad.example", "soortActor": "medewerker"}
    assert answer.internetaak is None


def test_kk_mail_nothing_is_longer_than_open_klant_takes() -> None:
    long = replace(KLACHT, subject="s" * 300, melder=f"{'a' * 80}@home.example", melder_name="n" * 300)
    [contact] = contacts(long, [Said(AT, "w" * 5000, files=("f" * 300,))], "t" * 300)

    assert (len(contact.klantcontact.onderwerp), len(contact.klantcontact.inhoud)) == (200, 1000)
    assert contact.digitaaladres is None
    assert len(contact.betrokkene.contactnaam.achternaam) == 200
    assert len(contact.bijlagen[0].objectId) == 200


def test_kk_mail_no_reply_address_and_no_link_is_told() -> None:
    secret = "abcdefghijklmnop"
    text = f"Naar klachten+r-{secret}@stad.example of https://stad.example/kto/{secret}.x.y/tevreden"
    [contact] = contacts(KLACHT, [Said(AT, text)], "Afval")

    assert secret not in str(contact)
