"""What a status says: of the mail, of its address, or of the moment."""

from __future__ import annotations

import pytest

from mailagent.core.delivery import is_dead, is_final, is_passing
from mailagent.core.mail import Bounce


@pytest.mark.parametrize(
    ("status", "passing", "dead"),
    [
        ("5.1.1", False, True),  # no such mailbox
        ("5.1.2", False, True),  # no such domain
        ("5.1.10", False, True),  # the domain takes no mail
        ("5.2.1", False, True),  # disabled
        ("5.0.0", False, True),  # it did not say
        ("5.4.4", False, True),  # no route
        ("5.2.2", True, False),  # full
        ("5.3.1", True, False),  # the whole server is full
        ("5.4.1", True, False),  # it does not answer
        ("5.4.7", True, False),  # the relay gave up waiting
        ("4.2.2", True, False),
        ("4.4.7", True, False),
        ("4.7.0", True, False),
        ("5.1.8", False, False),  # our own address is not to their liking
        ("5.2.3", False, False),  # too large for that mailbox
        ("5.3.4", False, False),  # too large for that server
        ("5.5.1", False, False),
        ("5.6.1", False, False),
        ("5.7.1", False, False),  # looked like spam
        ("5.7.26", False, False),  # no DMARC
        ("", False, False),
    ],
)
def test_a_status_says_whether_to_try_again_and_whether_the_address_is_dead(
    status: str, *, passing: bool, dead: bool
) -> None:
    assert (is_passing(status), is_dead(status)) == (passing, dead)


@pytest.mark.parametrize(
    ("action", "status", "final"),
    [
        ("failed", "5.1.1", True),
        ("failed", "4.4.7", True),
        ("failed", None, False),
        ("delayed", "4.4.1", False),
        ("delivered", "2.0.0", False),
    ],
)
def test_only_a_failure_with_its_status_is_final(action: str, status: str | None, *, final: bool) -> None:
    assert is_final(Bounce(action, status)) is final
