"""What the pages need from the rest of the house, handed in once by the service."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from mailagent.core.errors import Problem
from mailagent.core.organisation import Organisation
from mailagent.flow.confirm import Waiting
from mailagent.flow.originals import Original
from mailagent.flow.survey import Asked, Given
from mailagent.flow.vote import Invitation, Vote

Link = tuple[int, int]
"""The id of a round, and its number."""


@dataclass(frozen=True, slots=True)
class SurveyDoors:
    """The flow behind the page of a survey, and the one to opt out.

    `read` gives the id of an invitation, `read_opt_out` what a mail was about and its id, `opting_out` and
    `opt_out` the language of its reader. All of them raise `LinkUnknown`; `ask` and `answer` also `LinkGone`,
    and `answer` `AnswersWrong` with what is wrong with each question.
    """

    read: Callable[[str], int]
    ask: Callable[[int], Asked]
    answer: Callable[[int, Given], Asked]
    opt_out_link: Callable[[str, int], str]
    read_opt_out: Callable[[str], tuple[str, int]]
    opting_out: Callable[[str, int], str]
    opt_out: Callable[[str, int], str]


@dataclass(frozen=True, slots=True)
class OriginalDoors:
    """The flow behind the page that shows a letter as it came in. `read` gives the id of the event that asked
    for it, and raises `LinkUnknown`; the others also `LinkGone`. `view` gives a JPEG, once."""

    read: Callable[[str], int]
    waiting: Callable[[int], Original]
    view: Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class MessageDoors:
    """The flow behind the door of messages. `keep` keeps what stands in a body and says how many messages
    that is; it raises `Refused` with what is wrong with the body. `most` is how many octets one may have."""

    verify_token: str
    is_signed: Callable[[bytes, str], bool]
    keep: Callable[[bytes], int]
    most: int


@dataclass(frozen=True, slots=True)
class Doors:
    """The flow behind the pages, as plain blocking calls: each runs in a thread of its own.

    `read_smiley` gives round id and number, `smileys_of` the path of the smileys to which a letter invites by
    this code, `read_confirm` the id of a waiting order. All of them raise
    `LinkUnknown`, all but the two readers `LinkGone`; `cast` raises `AnswerWrong` with what is missing.
    `look` and `cast` are for many at once, and tell of each what they would raise.
    `search` are folders laid out as web/, the admin's own first. Only `trusted_proxies` (networks in CIDR)
    may say in X-Forwarded-For whose request they pass on.
    """

    read_smiley: Callable[[str], tuple[int, int]]
    look: Callable[[Sequence[Link]], Sequence[Invitation | Problem]]
    cast: Callable[[Sequence[Vote]], Sequence[Invitation | Problem]]
    smileys_of: Callable[[str], str]
    read_confirm: Callable[[str], int]
    waiting: Callable[[int], Waiting]
    confirm: Callable[[int], Waiting]
    surveys: SurveyDoors
    originals: OriginalDoors
    organisation: Organisation
    search: Sequence[Path]
    trusted_proxies: Sequence[str] = ()
    messages: MessageDoors | None = None


DOORS = web.AppKey("doors", Doors)
