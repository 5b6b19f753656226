"""Where a request comes from, and how often it may come."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from mailagent.web.visitors import MOST_POSTS, WINDOW_SECONDS, Limit, visitor

PROXIES = [ip_network("10.0.0.0/8"), ip_network("2001:db8:1::/48")]


@pytest.mark.parametrize(
    ("remote", "forwarded", "who"),
    [
        ("203.0.113.9", [], "203.0.113.0/24"),
        ("2001:db8:7:8::9", [], "2001:db8:7::/48"),
        ("::ffff:203.0.113.9", [], "203.0.113.0/24"),
        ("fe80::1%eth0", [], "fe80::/48"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.0/24"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.0/24"),
        ("10.0.0.1", ["1.1.1.1, 198.51.100.1"], "198.51.100.0/24"),
        ("10.0.0.1", ["1.1.1.1", "198.51.100.1, 10.0.0.2"], "198.51.100.0/24"),
        ("10.0.0.1", ["1.1.1.1, martian"], "10.0.0.0/24"),
        ("10.0.0.1", ["10.0.0.2"], "10.0.0.0/24"),
        ("10.0.0.1", ["198.51.100.1:51234"], "198.51.100.0/24"),
        ("10.0.0.1", ["[2001:db8:7::9]:443, 10.0.0.2:80"], "2001:db8:7::/48"),
        ("10.0.0.1", ["[2001:db8:7::9]"], "2001:db8:7::/48"),
        ("2001:db8:1::1", ["2001:db8:7::9"], "2001:db8:7::/48"),
        (None, ["198.51.100.1"], "unknown"),
        ("", [], "unknown"),
    ],
)
def test_only_what_a_trusted_proxy_wrote_tells_who_a_visitor_is(
    remote: str | None, forwarded: list[str], who: str
) -> None:
    assert visitor(remote, forwarded, PROXIES) == who


def test_a_visitor_has_to_wait_for_the_window_to_pass() -> None:
    limit = Limit()
    assert [limit.wait("a", 100.0 + n) for n in range(MOST_POSTS)] == [0] * MOST_POSTS
    assert limit.wait("a", 130.0) == WINDOW_SECONDS - 30
    assert limit.wait("b", 130.0) == 0
    assert limit.wait("a", 100.0 + WINDOW_SECONDS - 0.1) == 1
    assert limit.wait("a", 100.0 + WINDOW_SECONDS) == 0


def test_what_is_remembered_tells_nobody_who_was_here() -> None:
    limit, other = Limit(), Limit()
    for one in (limit, other):
        one.wait("203.0.113.0/24", 100.0)
    assert "203.0.113" not in repr(vars(limit))
    assert limit._seen.keys() != other._seen.keys()
