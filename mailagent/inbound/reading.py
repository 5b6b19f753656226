"""The child that reads: the bytes of mails in, of each a Mail or a reason out.

Started by `reader` as `python -m mailagent.inbound.reading '<limits as JSON>'`.
"""

from __future__ import annotations

import json
import logging
import pickle
import sys
from functools import partial

from mailagent.child import answer_all
from mailagent.core.errors import Unreadable
from mailagent.core.mail import Mail
from mailagent.inbound.limits import Limits
from mailagent.inbound.parse import parse


def _answer(limits: Limits, asked: bytes) -> bytes:
    raws: list[bytes] = pickle.loads(asked)
    return pickle.dumps([_said(limits, raw) for raw in raws], protocol=pickle.HIGHEST_PROTOCOL)


def _said(limits: Limits, raw: bytes) -> Mail | tuple[str, str]:
    try:
        return parse(raw, limits)
    except Unreadable as error:
        return error.reason, str(error)


def main() -> None:
    """Reads mail after mail."""
    limits = Limits(**json.loads(sys.argv[1]))
    logging.disable(logging.CRITICAL)  # a library would log what stands in the mail
    answer_all(partial(_answer, limits), limits.seconds, limits.memory)


if __name__ == "__main__":
    main()
