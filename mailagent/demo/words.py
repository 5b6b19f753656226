"""What the words of the store are called on the pages of the demo, in plain Dutch."""

from __future__ import annotations

STATUSES = {
    "nieuw": "nieuw",
    "in_behandeling": "in behandeling",
    "opgelost": "opgelost",
    "gesloten": "gesloten",
    "heropend": "heropend",
    "verzoek_tot_heropenen": "verzoek tot heropenen",
}

COLOURS = {"op_schema": "op schema", "bijna": "bijna te laat", "te_laat": "te laat", "": "klok staat stil"}

ROLES = {"melder": "melder", "agent": "behandelaar", "clock": "de klok", "system": "het systeem"}

VERDICTS = {
    "NewKlacht": "Dit is een nieuwe klacht",
    "Append": "Dit hoort bij een klacht die er al is",
    "AgentCommand": "Dit is een mail van een behandelaar",
    "Settlement": "Een behandelaar beslist over een bericht dat wachtte",
    "Forward": "Een behandelaar stuurde een bericht door",
    "FeedbackReply": "Dit is een antwoord op de smileys",
    "BounceNote": "Dit meldt dat een mail van ons niet aankwam",
    "AutoMail": "Dit is een automatische mail",
    "Duplicate": "Deze mail hadden wij al",
    "Quarantine": "Opzij gezet: wij kunnen de mail niet lezen",
    "Review": "Opzij gezet: een mens kijkt eerst",
}

EVIDENCE = {
    "admitted": "een behandelaar nam het bericht aan",
    "appended": "een behandelaar voegde het bericht toe",
    "token_message": "gestuurd aan het antwoordadres dat deze behandelaar kreeg voor een bericht dat wachtte",
    "forwarded": "een behandelaar stuurde het door",
    "on_behalf": "de behandelaar schreef erbij van wie de klacht is",
    "duplicate": "dezelfde mail kwam eerder binnen",
    "unreadable": "de mail is niet te lezen",
    "oversize": "de mail is te groot",
    "secure_notice": "het is een bericht dat elders een beveiligde mail klaarstaat",
    "encrypted": "de mail is versleuteld met een sleutel die wij niet hebben",
    "locked": "er zitten bestanden met een wachtwoord bij",
    "flood": "dit adres stuurde in korte tijd heel veel berichten",
    "bounce": "het is een bericht van een mailserver over een mail van ons",
    "automatic": "de mail is door een computer verstuurd",
    "own_address": "de afzender zijn wij zelf",
    "spam": "onze mailserver vindt dit spam",
    "token_melder": "gestuurd aan het antwoordadres dat deze melder van ons kreeg",
    "token_agent": "gestuurd aan het antwoordadres dat deze behandelaar van ons kreeg",
    "token_from_elsewhere": "een goed antwoordadres, maar een andere afzender",
    "reference_own": "het is een antwoord op een mail van ons",
    "reference_known": "het is een antwoord op een mail die wij kennen",
    "subject_kenmerk": "er staat een kenmerk in het onderwerp",
    "sender_is_party": "de afzender is de melder van deze klacht",
    "sender_is_agent": "de afzender is een behandelaar",
    "proof_by_token": "adres en antwoordadres samen zijn hier bewijs genoeg (instelling)",
    "dmarc_pass": "onze mailserver zegt: de afzender is echt",
    "dmarc_fail": "onze mailserver zegt: de afzender is niet echt",
    "forged_results": "iemand deed alsof onze mailserver de afzender had gecontroleerd",
    "feedback_word": "de eerste regel is alleen een smiley of het woord ervoor",
    "no_sender": "er is geen afzender te vinden",
}

MAIL_STATES = {
    "owed": "nog niet weg",
    "accepted": "verstuurd",
    "suppressed": "niet verstuurd",
    "failed": "mislukt",
    "bounced": "teruggekomen",
}
