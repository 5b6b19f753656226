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

MAIL_STATES = {
    "owed": "nog niet weg",
    "accepted": "verstuurd",
    "suppressed": "niet verstuurd",
    "failed": "mislukt",
    "bounced": "teruggekomen",
}
