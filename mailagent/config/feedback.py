"""What we ask of a melder afterwards: the smileys, the surveys and their reminders, each with its switch."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mailagent.config.fields import Part

Positive = Annotated[int, Field(ge=1)]


class FeedbackSettings(Part):
    """How long a smiley works (days), how often one address is asked anything (days), and which mails and
    habits are on."""

    smileys: bool = True
    link_days: Positive = 5
    by_reply: bool = True
    unhappy_reopens: bool = True
    mail_after_unhappy: bool = False
    satisfied_ends_contact: bool = False
    mail_in_behandeling: bool = True
    mail_aanvulling: bool = True
    mail_feedback_received: bool = True
    photos: bool = True
    many_answers: bool = True
    ask_contact: bool = True
    melder_counts: bool = True
    mail_kto_uitnodiging: bool = True
    mail_kto_herinnering: bool = True
    reminder_days: Positive = 2
    cooldown_days: Annotated[int, Field(ge=0)] = 30
    mail_opvolgtaak: bool = True
