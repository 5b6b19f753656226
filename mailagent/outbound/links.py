"""Signed links: what stands in a mail, and what a browser brings back (the only door to itsdangerous).

A link carries ids only, signed per purpose with a salt of its own. How long it lives stands in the row it
points to, so that mail, page and check read the same moment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from itsdangerous import BadData, URLSafeTimedSerializer
from itsdangerous.encoding import base64_decode, base64_encode

from mailagent.core.errors import LinkUnknown

SATISFIED, UNSATISFIED = "tevreden", "ontevreden"
PURPOSES = ("kto", "confirm", "survey", "opt_out", "login")
ASKED_BY = ("round", "invitation")
"""What a mail may have asked an answer to; a link to opt out carries the place in this list."""


class Links:
    """Makes and reads links. `keys`: the first signs, every one is read (so that keys can be replaced)."""

    def __init__(self, web: str, keys: Sequence[bytes]) -> None:
        self._web = web.rstrip("/")
        self._signers = {purpose: _signer(purpose, keys) for purpose in PURPOSES}

    def smiley(self, round_id: int, number: int, *, satisfied: bool) -> str:
        """One of the two smileys of a round."""
        return f"{self.smileys(round_id, number)}/{SATISFIED if satisfied else UNSATISFIED}"

    def smileys(self, round_id: int, number: int) -> str:
        """The page of a round, neither of its smileys chosen yet."""
        return f"{self._web}/kto/{self._make('kto', [round_id, number])}"

    def code_page(self, code: str = "") -> str:
        """The page on which whoever got a letter types its code; with the code already there."""
        return f"{self._web}/s/{code}" if code else f"{self._web}/s"

    def confirm(self, pending_id: int) -> str:
        """The page on which an agent confirms an order."""
        return f"{self._web}/bevestig/{self._make('confirm', [pending_id])}"

    def login(self, event_id: int) -> str:
        """The page on which an agent looks at a page of a letter, once."""
        return f"{self._web}/origineel/{self._make('login', [event_id])}"

    def survey(self, invitation_id: int) -> str:
        """The page of a survey, for one invitation."""
        return f"{self._web}/enquete/{self._make('survey', [invitation_id])}"

    def opt_out(self, asked_by: str, id: int) -> str:
        """The page on which whoever got this mail opts out of surveys and reminders (RFC 8058)."""
        return f"{self._web}/afmelden/{self._make('opt_out', [ASKED_BY.index(asked_by), id])}"

    def read_smiley(self, token: str) -> tuple[int, int]:
        """Round id and number; `LinkUnknown` for a token we did not make."""
        round_id, number = self._read("kto", token, 2)
        return round_id, number

    def read_confirm(self, token: str) -> int:
        """The id of the waiting order; `LinkUnknown` for a token we did not make."""
        return self._read("confirm", token, 1)[0]

    def read_login(self, token: str) -> int:
        """The id of the event with which it was asked for; `LinkUnknown` for a token we did not make."""
        return self._read("login", token, 1)[0]

    def read_survey(self, token: str) -> int:
        """The id of the invitation; `LinkUnknown` for a token we did not make."""
        return self._read("survey", token, 1)[0]

    def read_opt_out(self, token: str) -> tuple[str, int]:
        """What the mail was about, of ASKED_BY, and its id; `LinkUnknown` for a token we did not make."""
        asked_by, id = self._read("opt_out", token, 2)
        return ASKED_BY[asked_by], id

    def _make(self, purpose: str, ids: list[int]) -> str:
        token = self._signers[purpose].dumps(ids)
        return token.decode() if isinstance(token, bytes) else token

    def _read(self, purpose: str, token: str, count: int) -> list[int]:
        try:
            ids = self._signers[purpose].loads(token)
            signature = token.rpartition(".")[2]
            as_made = base64_encode(base64_decode(signature)).decode() == signature
        except (BadData, UnicodeError) as error:
            raise LinkUnknown from error
        # base64 has more than one way to write the same octets; ours is the only one that opens a page. What
        # stands before the signature is signed as it is written.
        if not as_made:
            raise LinkUnknown
        if not isinstance(ids, list) or len(ids) != count or not all(isinstance(id, int) for id in ids):
            raise LinkUnknown
        return ids


def _signer(purpose: str, keys: Sequence[bytes]) -> URLSafeTimedSerializer:
    # itsdangerous signs with the last key of a list
    return URLSafeTimedSerializer(
        list(reversed(keys)), salt=f"mailagent.{purpose}", signer_kwargs={"digest_method": hashlib.sha256}
    )
