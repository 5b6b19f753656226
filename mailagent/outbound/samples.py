"""A sample value for every variable of a mail: for a preview, and to see that a mail shows what it must."""

from __future__ import annotations

from mailagent.core.mails import MAILS, Value, Values

_TAGS = (
    ("#in_behandeling", "u neemt de klacht in behandeling"),
    ("#antwoord tekst", "uw tekst gaat naar de melder"),
    ("#opgelost oordeel tekst", "u handelt de klacht af; uw tekst gaat naar de melder"),
    ("#verkeerd", "de klacht gaat terug naar het sorteerteam"),
)

SAMPLES: Values = {
    "organisation": "Gemeente Voorbeeld",
    "organisation_address": "klachten@voorbeeld.example",
    "organisation_web": "https://www.voorbeeld.example",
    "kenmerk": "KL26-00042",
    "way": "mail",
    "language": "nl",
    "subject": "Gft-bak al drie weken niet geleegd",
    "category": "Afval en grondstoffen",
    "status": "in_behandeling",
    "received": "maandag 2 maart 2026 om 09.14 uur",
    "channel": "email",
    "last_day": "maandag 13 april 2026",
    "forwarded_to": "Waterschap Voorbeeld (klachten@waterschap.example)",
    "name": "Waterschap Voorbeeld",
    "law": "Awb 9:12",
    "reason": "contact_refused",
    "conclusions": "Wij spreken voortaan af wie terugbelt.",
    "begins": "maandag 16 maart 2026 om 10.00 uur",
    "place": "Stadhuis, kamer 2",
    "changed": True,
    "was": "maandag 16 maart 2026",
    "melder_name": "Jan de Vries",
    "handler": "Anna de Wit",
    "quote": "Onze gft-bak is al drie weken niet geleegd.\nIk heb twee keer gebeld en werd niet teruggebeld."
    "\n\nOp https://www.afval.example staat iets anders.",
    "description": "Onze gft-bak is al drie weken niet geleegd.\nIk heb twee keer gebeld.\n\n"
    "Ik voel mij van het kastje naar de muur gestuurd.",
    "attachments": ("foto-van-de-bak.jpg", "brief van 12 februari.pdf"),
    "locked": ("brief van 12 februari.pdf",),
    "left_out": ("brief van 12 februari.pdf",),
    "encrypted": True,
    "advised": True,
    "size": "31 MB",
    "most": "25 MB",
    "text": "Beste heer De Vries,\n\nUw bak is drie keer overgeslagen. Dat is onze fout.\n"
    "De bak is vanochtend geleegd.\n\nOp https://www.voorbeeld.example/afval vindt u de nieuwe dagen.",
    "oordeel": "gegrond",
    "satisfied_url": "https://klachten.voorbeeld.example/k/Ij1zYW1wbGUi.ja",
    "unsatisfied_url": "https://klachten.voorbeeld.example/k/Ij1zYW1wbGUi.nee",
    "satisfied_reply": "mailto:klachten+r-aaaabbbbccccdddd@voorbeeld.example?body=tevreden",
    "unsatisfied_reply": "mailto:klachten+r-aaaabbbbccccdddd@voorbeeld.example?body=ontevreden",
    "link_until": "zaterdag 18 april 2026 om 09.14 uur",
    "title": "Hoe hebben wij uw klacht behandeld?",
    "intro": "Wij willen graag weten wat wij beter kunnen doen. Het kost u twee minuten.",
    "survey_url": "https://klachten.voorbeeld.example/enquete/Ij1zYW1wbGUi",
    "opt_out_url": "https://klachten.voorbeeld.example/afmelden/Ij1zYW1wbGUi",
    "answers": (
        "Hoe vond u het contact met ons? 2 (van 5)",
        "Hebt u nog een tip voor ons? Bel terug als u dat belooft.",
    ),
    "low": ("Hoe vond u het contact met ons? 2 (van 5)",),
    "ombudsman": "de Nationale ombudsman (www.nationaleombudsman.nl)",
    "ombudsman_until": "dinsdag 13 april 2027",
    "reopens": True,
    "withdraws": True,
    "ground": "c",
    "team": "Afval",
    "why": "de woorden ‘gft’ en ‘bak’ horen bij Afval en grondstoffen",
    "human": "Dit kan een bezwaarschrift zijn: er loopt een termijn.",
    "suggested": "afval (62 %), wegen (18 %), groen (9 %)",
    "refers_to": "KL26-00017",
    "sender": "jan@home.example",
    "postal": "Jan de Vries, Dorpsstraat 12, 1234 AB Voorbeeld",
    "confidence": "66",
    "retype": True,
    "reaction": True,
    "unsafe": ("2",),
    "page": "2",
    "login_url": "https://klachten.voorbeeld.example/origineel/Ij1zYW1wbGUi",
    "mail": "afgehandeld",
    "recipient": "jan@home.example",
    "to_melder": True,
    "dead": True,
    "on_paper": False,
    "by": "Anna Bakker",
    "confirmed": True,
    "smiley": "ontevreden",
    "reasons": ("De bak is nog steeds vol", "Ik ben niet teruggebeld"),
    "done": ("KL26-00042 is in behandeling.", "KL26-00042 staat op uw naam."),
    "note": "Morgen navragen bij de wijkploeg.",
    "ignored": ("#opgelost",),
    "problems": ("#opgelsot ken ik niet. Bedoelt u #opgelost?",),
    "order": "#opgelost gegrond\nDe bak is vanochtend geleegd.",
    "colour": "op_schema",
    "history": ("02-03-2026 09.14: De klacht kwam binnen.", "03-03-2026 10.02: In behandeling genomen"),
    "earlier": ("KL25-00911 (gesloten)",),
    "brought": "3 klachten: 1 keer ontevreden, 1 keer geen antwoord",
    "asked_by": "Anna de Wit",
    "merged": "KL26-00041",
    "call_due": "dinsdag 3 maart 2026 om 17.00 uur",
    "attempts": "2",
    "dossier": "KL26-00042 in_behandeling\n  subject      Gft-bak al drie weken niet geleegd",
    "confirm_url": "https://klachten.voorbeeld.example/b/Ij1zYW1wbGUi",
    "day": "dinsdag 3 maart 2026",
    "first_day": "maandag 23 februari 2026",
    "until_day": "zondag 1 maart 2026",
    "klachten": (
        ("KL26-00017", "Bejegening", "nieuw", "te_laat", "maandag 2 maart 2026", ""),
        ("KL26-00042", "Afval", "in_behandeling", "bijna", "vrijdag 6 maart 2026", "Anna Bakker"),
    ),
    "more": "12",
    "figures": (("Nieuw", "3"), ("Ontvangst bevestigd", "14"), ("Dringend", "2")),
    "trend": (
        ("Afval", "12", "8", "9", "11", "10,5", "12,0"),
        ("Bejegening", "3", "4", "0", "2", "", "21,0"),
    ),
    "letters": ("KL26-00042: antwoord, aan Jan de Vries, Dorpsstraat 12, 1234 AB Voorbeeld",),
    "batch_number": "12",
    "held": ("KL26-00042: in behandeling aan jan@home.example",),
    "automatic": (
        "02-03-2026 09:14 van postbus@elders.example: Het onderwerp is dat van een afwezigheidsbericht.",
    ),
    "mailboxes": ("klachten: stil sinds 02-03-2026 07:30",),
    "waiting": ("bericht 42 van jan@home.example: Het bericht is te groot om te lezen.",),
    "lost": ("bram@stad.example: neemt geen mail aan sinds 27-02-2026 10:02 (5.1.1)",),
    "level": "te laat",
    "awaits": "notice",
    "late": True,
    "mistakes": ("rules/rules.yaml:12: there is no categorie 'afvla'; there is afval, overig",),
    "mailbox": "klachten",
    "since": "maandag 2 maart 2026 om 09.14 uur",
    "error": "de server antwoordt niet",
    "help": (*_TAGS, ("#help", "u krijgt deze lijst")),
    "tags": _TAGS,
    "reply_link": "mailto:klachten+r-aaaabbbbccccdddd@voorbeeld.example?subject=KL26-00042&body=",
    "confidential": False,
    "stands_in_for": "",
    "address": ("Jan de Vries", "Dorpsstraat 12", "1234 AB  VOORBEELD"),
    "return_address": "Postbus 1, 1234 ZZ Voorbeeld",
    "date": "dinsdag 3 maart 2026",
    "code": "K7QP-3MXD",
    "code_url": "https://klachten.voorbeeld.example/s",
    "qr": "",
}
"""One value for every variable, as it looks on an ordinary day."""

_OTHERS: Values = {"oordeel": "geen_oordeel", "status": "opgelost", "channel": "letter", "awaits": "taken_up"}


def other(variable: str) -> Value:
    """A value unlike the sample: a mail that shows the variable comes out different with it."""
    sample = SAMPLES[variable]
    if isinstance(sample, bool):
        return not sample
    if isinstance(sample, tuple):
        return (("iets anders",) * len(sample[0]),) if isinstance(sample[0], tuple) else ("iets anders",)
    return _OTHERS.get(variable, "iets anders")


def samples(name: str) -> dict[str, Value]:
    """Sample values for all that one mail may use."""
    return {variable: SAMPLES[variable] for variable in sorted(MAILS[name].variables)}
