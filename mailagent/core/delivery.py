"""What a delivery report means: news, a mail to send once more, a lost mail, a dead address (RFC 3463)."""

from __future__ import annotations

from mailagent.core.mail import Bounce

_PASSING = frozenset({"2.2", "3.1", "4.1", "4.2", "4.3", "4.5", "4.7"})
"""Subject and detail that mean a passing trouble, whatever the class before them says: a full mailbox, a host
that does not answer, a queue that gave up (RFC 3463 3.3, 3.4, 3.5)."""

_ABOUT_THE_MAIL = frozenset({"1.7", "1.8", "2.3", "3.4"})
"""Details that blame the mail or its sender: an address of ours, a size."""

_POLICY = ("5", "6", "7")
"""Subjects that blame the dialogue, the content or a policy: another mail may well arrive."""


def is_final(report: Bounce) -> bool:
    """Did the mail not arrive, for all the reporter knows? A delay is news; a failure without status too."""
    return report.action == "failed" and (report.status or "").startswith(("4.", "5."))


def is_passing(status: str) -> bool:
    """Is it worth sending once more: class 4, or a trouble that passes by its nature."""
    return status.startswith("4.") or status.partition(".")[2] in _PASSING


def is_dead(status: str) -> bool:
    """Does it say that nothing will ever arrive there? `status` as in RFC 3463: 5.1.1."""
    kind, _, why = status.partition(".")
    blames_the_mail = why in _ABOUT_THE_MAIL or why.startswith(_POLICY)
    return kind == "5" and not blames_the_mail and why not in _PASSING
