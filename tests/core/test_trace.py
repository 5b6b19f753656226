"""When a mail reached us and whose it is: only lines that our own servers wrote count."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.core.mail import Envelope, Mail
from mailagent.core.trace import FAIL, FORGED, NONE, PASS, OwnServers, authentication, received_at

MX = "mx.stad.example"
OWN = OwnServers(MX, (MX, "imap.stad.example"), ("INBOX", "10.0.0.0/8"))
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
INBOX = Envelope(b"", "imap:INBOX", NOON)

OURS = (
    "received",
    f"from mail.home.example by {MX} (Postfix) with ESMTPS id 4; Mon, 2 Mar 2026 10:00:00 +0100",
)
THEIRS = ("received", "from pc by mail.home.example with ESMTP; Mon, 2 Mar 2026 09:59:00 +0100")
GOOD = f"{MX}; dmarc=pass (p=REJECT) header.from=stad.example"


def results(*values: str) -> tuple[tuple[str, str], ...]:
    return tuple(("authentication-results", value) for value in values)


def judged(
    *headers: tuple[str, str], froms: tuple[str, ...] = ("anna@stad.example",), envelope: Envelope = INBOX
) -> str:
    return authentication(Mail(froms=froms, headers=headers), envelope, OWN)


def said(*values: str) -> str:
    """What we make of a mail on which our own server wrote these lines, above the one it received it with."""
    return judged(*results(*values), OURS, THEIRS)


PASSES = {
    "dmarc": GOOD,
    "dmarc, with its policy": f"{MX}; dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=stad.example",
    "Exchange words": f"{MX}; dmarc=pass action=none header.from=stad.example;compauth=pass reason=100",
    "dkim by d": f"{MX}; dkim=pass header.d=stad.example header.s=2026 header.b=I6sb",
    "dkim by d and i": f"{MX}; dkim=pass header.i=@stad.example header.s=1; spf=none",
    "a comment with a semicolon": f"{MX}; dkim=pass (2048-bit key; unprotected) header.d=stad.example",
    "amavis names itself": f"{MX} (amavisd-new); dkim=pass (2048-bit key) header.d=stad.example",
    "a name glued to its comment": f"{MX}(ours); dmarc=pass header.from=stad.example",
    "a version": f"{MX} 1; dmarc=pass header.from=stad.example",
    "any case": "MX.Stad.Example; DMARC=Pass header.From=Stad.Example",
    "quoted": f'{MX}; dmarc=pass header.from="stad.example"',
    "folded": f"{MX};\r\n\tspf=pass smtp.mailfrom=stad.example;\r\n\tdmarc=pass\r\n header.from=stad.example",
    "a nested comment": f"{MX}; dmarc=pass (a (b; dmarc=none) c) header.from=stad.example",
    "room around the equals sign": f"{MX}; dmarc = pass header.from = stad.example",
    "two signatures, one broken": f"{MX}; dkim=fail header.d=esp.example; dkim=pass header.d=stad.example",
    "signed, without a DMARC policy": f"{MX}; dmarc=none; dkim=pass header.d=stad.example",
}


@pytest.mark.parametrize("value", PASSES.values(), ids=PASSES.keys())
def test_our_server_says_that_the_from_is_proven(value: str) -> None:
    assert said(value) == PASS


def test_results_may_be_spread_over_several_lines_of_our_server() -> None:
    assert said(f"{MX}; spf=fail smtp.mailfrom=x.example", f"{MX}; dkim=none", GOOD) == PASS


NOT_PROVEN = {
    "nothing said": f"{MX}; none",
    "nothing but a name": MX,
    "an empty line": "",
    "no DMARC policy": f"{MX}; dmarc=none header.from=stad.example",
    "a temporary error": f"{MX}; dmarc=temperror header.from=stad.example",
    "a best guess": f"{MX}; dmarc=bestguesspass header.from=stad.example",
    "spf alone": f"{MX}; spf=pass smtp.mailfrom=stad.example",
    "of another domain": f"{MX}; dmarc=pass header.from=evil.example",
    "of the organisation above": f"{MX}; dmarc=pass header.from=example",
    "of a part of the organisation": f"{MX}; dmarc=pass header.from=mail.stad.example",
    "of a name that only looks like it": f"{MX}; dmarc=pass header.from=stad.example.evil.example",
    "without a domain": f"{MX}; dmarc=pass",
    "signed by another": f"{MX}; dkim=pass header.d=evil.example",
    "signed by another, on behalf of us": f"{MX}; dkim=pass header.d=evil.example header.i=@stad.example",
    "signed by a user named as our domain": f"{MX}; dkim=pass header.i=stad.example@evil.example",
    "signed by a user with spaces": f'{MX}; dkim=pass header.i="x header.d=stad.example"@evil.example',
    "a result inside a quoted string": (
        f'{MX}; spf=pass smtp.mailfrom="a; dmarc=pass header.from=stad.example"@evil.example; dmarc=none'
    ),
    "a result inside a quoted string with an escaped quote": (
        f'{MX}; spf=pass smtp.mailfrom="a\\"; dmarc=pass header.from=stad.example "@evil.example'
    ),
    "a result inside a comment": f"{MX}; spf=none (helo; dmarc=pass header.from=stad.example)",
    "a result in a nested comment": f"{MX}; spf=none (a (b) ; dmarc=pass header.from=stad.example)",
    "a result after an escaped bracket": f"{MX}; spf=none (a \\) ; dmarc=pass header.from=stad.example)",
    "a comment that never ends": f"{MX}; (dmarc=pass header.from=stad.example",
    "a property of another method": f"{MX}; spf=pass smtp.mailfrom=x@dmarc=pass header.from=stad.example",
    "two opinions in one line": f"{MX}; dmarc=pass header.from=stad.example; dmarc=none",
}


@pytest.mark.parametrize("value", NOT_PROVEN.values(), ids=NOT_PROVEN.keys())
def test_what_our_server_did_not_say_of_this_from_proves_nothing(value: str) -> None:
    assert said(value) == NONE


OF_OTHERS = {
    "another server": "mx.evil.example; dmarc=pass header.from=stad.example",
    "a longer name": f"{MX}.evil.example; dmarc=pass header.from=stad.example",
    "our name in a comment": f"evil.example ({MX}); dmarc=pass header.from=stad.example",
    "our name in the second clause": f"evil.example; {MX}; dmarc=pass header.from=stad.example",
    "no name": "dmarc=pass header.from=stad.example",
}


@pytest.mark.parametrize("value", OF_OTHERS.values(), ids=OF_OTHERS.keys())
def test_what_other_servers_say_is_not_heard(value: str) -> None:
    assert said(value) == NONE
    assert judged(OURS, THEIRS, *results(value)) == NONE


def test_a_dmarc_fail_of_our_server_is_a_fail() -> None:
    assert said(f"{MX}; dmarc=fail (p=NONE) header.from=stad.example") == FAIL
    assert said(f"{MX}; dkim=pass header.d=stad.example; dmarc=fail header.from=stad.example") == FAIL
    assert said(f"{MX}; dkim=fail header.d=stad.example") == NONE  # a broken signature is no verdict


def test_a_fail_cannot_be_talked_away_with_a_line_of_ones_own() -> None:
    fail = f"{MX}; dmarc=fail header.from=stad.example"
    assert judged(*results(fail), OURS, *results(GOOD)) == FAIL
    assert judged(*results(fail), OURS, THEIRS, *results(GOOD)) == FAIL
    assert judged(*results(f'{MX}; spf=none (of "a("@evil.example); dmarc=fail'), OURS) == FAIL


def test_our_name_below_a_line_of_another_server_is_forged() -> None:
    assert judged(OURS, THEIRS, *results(GOOD)) == FORGED
    assert judged(THEIRS, *results(GOOD)) == FORGED
    assert judged(*results(GOOD), OURS, THEIRS, *results(GOOD)) == FORGED
    assert (
        judged(("received", "(qmail 7 invoked by uid 0); 2 Mar 2026 09:00:00 -0000"), *results(GOOD))
        == FORGED
    )


def test_our_line_may_stand_below_what_our_own_servers_wrote() -> None:
    inside = ("received", f"from {MX} by imap.stad.example. with LMTP; Mon, 2 Mar 2026 10:00:01 +0100")
    assert judged(inside, OURS, *results(GOOD), THEIRS) == PASS
    assert judged(inside, *results(GOOD), OURS, THEIRS) == PASS


def test_below_the_line_that_took_it_from_another_only_a_fail_counts() -> None:
    # below it, a line in our name is forged, or of a server of ours that greets under a name we were not told
    in_our_name = ("received", f"from pc by {MX}; Mon, 2 Mar 2026 09:59:00 +0100")
    inside = ("received", "from MX01 by imap.stad.example; Mon, 2 Mar 2026 10:00:01 +0100")
    local = ("received", "by imap.stad.example (Postfix, from userid 5); Mon, 2 Mar 2026 10:00:02 +0100")
    fail = f"{MX}; dmarc=fail header.from=stad.example"
    assert judged(OURS, in_our_name, *results(GOOD)) == NONE
    assert judged(inside, OURS, *results(GOOD), THEIRS) == NONE
    assert judged(inside, OURS, *results(fail), THEIRS) == FAIL
    assert judged(inside, *results(GOOD), OURS, THEIRS) == PASS
    assert judged(local, OURS, *results(GOOD), THEIRS) == PASS


def test_a_pass_of_ones_own_below_ours_does_not_help_a_mail_our_server_could_not_prove() -> None:
    # a sender who hands in at our server directly leaves no line of another server above his own
    for honest, forged in (
        (f"{MX}; dmarc=none header.from=stad.example", GOOD),
        (f"{MX}; dkim=none", f"{MX}; dkim=pass header.d=stad.example"),
    ):
        assert judged(*results(honest), OURS, *results(forged)) == NONE


@pytest.mark.parametrize(
    "line",
    [
        f"from by.{MX} by evil.example; Mon, 2 Mar 2026 09:00:00 +0100",
        f"from pc (standing by {MX}) by evil.example; Mon, 2 Mar 2026 09:00:00 +0100",
        f"from stand-by {MX} by evil.example; Mon, 2 Mar 2026 09:00:00 +0100",
        f"from x by {MX}.evil.example; Mon, 2 Mar 2026 09:00:00 +0100",
        "",
    ],
)
def test_a_line_of_another_server_is_not_taken_for_ours(line: str) -> None:
    assert judged(("received", line), *results(GOOD)) == FORGED


@pytest.mark.parametrize(
    ("via", "peer", "behind"),
    [
        ("imap:INBOX", "", True),
        ("imap:Scans", "", False),
        ("smtp", "10.1.2.3", True),
        ("smtp", "::ffff:10.1.2.3", True),
        ("smtp", "192.0.2.1", False),
        ("smtp", "2001:db8::1", False),
        ("smtp", "", False),
        ("take", "", False),
    ],
)
def test_our_name_proves_something_only_on_a_way_in_behind_our_own_servers(
    via: str, peer: str, *, behind: bool
) -> None:
    envelope = Envelope(b"", via, NOON, peer=peer)
    assert judged(*results(GOOD), OURS, envelope=envelope) == (PASS if behind else FORGED)
    assert judged(OURS, envelope=envelope) == NONE


@pytest.mark.parametrize(
    "froms",
    [
        (),
        ("anna@stad.example", "piet@evil.example"),
        ("piet@evil.example", "anna@stad.example"),
        ("anna@stad.example", "anna@stad.example"),
        ("anna",),
        ("",),
        ("anna@stad.example@evil.example",),
        ("anna@stad.example.",),
    ],
)
def test_a_pass_needs_exactly_one_from_of_that_domain(froms: tuple[str, ...]) -> None:
    assert judged(*results(GOOD, f"{MX}; dmarc=pass header.from="), OURS, froms=froms) == NONE


def test_the_case_of_the_from_does_not_matter() -> None:
    assert judged(*results(GOOD), OURS, froms=("Anna@Stad.Example",)) == PASS


def test_without_an_authserv_id_nothing_is_proven_and_nothing_is_forged() -> None:
    mail = Mail(froms=("anna@stad.example",), headers=(*results(GOOD, "; dmarc=fail"), OURS))
    assert authentication(mail, INBOX, OwnServers("", OWN.hosts, OWN.behind)) == NONE


def test_lines_with_another_name_are_no_authentication_results() -> None:
    for name in ("arc-authentication-results", "x-authentication-results", "authentication-results-original"):
        assert judged((name, GOOD), OURS) == NONE


WORDS = [
    MX,
    ";",
    "(",
    ")",
    '"',
    "\\",
    " ",
    "\r\n ",
    "=",
    "dmarc",
    "dkim",
    "pass",
    "fail",
    "header.from",
    "by",
]
WORDS += ["header.d", "header.i", "@", "stad.example", "evil.example", "from", "é", "\x00", "1"]
lines = st.lists(st.sampled_from(WORDS), max_size=30).map("".join) | st.text(max_size=60)
heads = st.lists(st.tuples(st.sampled_from(["received", "authentication-results"]), lines), max_size=6)


@given(heads.map(tuple), st.lists(lines, max_size=2).map(tuple))
def test_no_head_is_too_strange_to_judge(
    headers: tuple[tuple[str, str], ...], froms: tuple[str, ...]
) -> None:
    assert judged(*headers, froms=froms) in (PASS, FAIL, NONE, FORGED)
    assert received_at(Mail(headers=headers), INBOX, OWN.hosts, NOON) <= NOON


@given(st.text(st.characters(blacklist_characters='"\\'), max_size=40))
def test_no_quoted_local_part_makes_a_pass(local: str) -> None:
    assert said(f'{MX}; spf=pass smtp.mailfrom="{local}"@evil.example; dkim=none') in (NONE, FAIL)


@pytest.mark.parametrize(
    "piece", ["(", ")", '"', '"a" ', "\\", ";", "dmarc=", "by ", "header.d=", " ", "(x) "]
)
def test_a_long_line_is_read_in_linear_time(piece: str) -> None:
    long = piece * (200_000 // len(piece))
    begun = time.process_time()
    judged(("received", long), *results(f"{MX}; {long}", long), OURS)
    received_at(Mail(headers=(("received", f"by {MX} {long}"),)), INBOX, OWN.hosts, NOON)
    assert time.process_time() - begun < 3


# --- when it reached us


def reached(*lines: str, envelope: Envelope = INBOX, kept: datetime = NOON) -> datetime:
    return received_at(Mail(headers=tuple(("received", line) for line in lines)), envelope, OWN.hosts, kept)


TEN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
AT_TEN = "Mon, 2 Mar 2026 11:00:00 +0100"


@pytest.mark.parametrize(
    "line",
    [
        f"from mail.home.example by {MX}; {AT_TEN}",
        f"from mail.home.example (mail [192.0.2.1]) by {MX} (Postfix) with ESMTPS id 7; {AT_TEN} (CET)",
        f"from pc (by evil.example; at noon) by {MX} with ESMTP for <a@stad.example>;\r\n\t{AT_TEN}",
        f"FROM x BY MX.STAD.EXAMPLE; {AT_TEN}",
        f"by {MX}. id 7; {AT_TEN}",
        f"from x by {MX}; 2 Mar 2026 05:00 -0500",
    ],
)
def test_a_mail_reached_us_when_our_own_server_took_it(line: str) -> None:
    assert reached(line, "from pc by mail.home.example; Fri, 27 Feb 2026 08:00:00 +0100") == TEN


def test_between_our_own_servers_the_first_one_counts() -> None:
    inside = f"from {MX} (mx [10.0.0.2]) by imap.stad.example with LMTP; Mon, 2 Mar 2026 11:30:00 +0100"
    assert reached(inside, f"from mail.home.example by {MX}; {AT_TEN}") == TEN


def test_nobody_can_backdate_a_mail_with_a_line_in_our_name() -> None:
    old = f"from x by {MX}; Thu, 1 Jan 2026 00:00:00 +0100"
    ours = f"from mail.home.example by {MX}; {AT_TEN}"
    assert reached(ours, old) == TEN
    assert reached(ours, "from pc by mail.home.example; Fri, 27 Feb 2026 08:00:00 +0100", old) == TEN
    assert reached("from pc by mail.home.example; Fri, 27 Feb 2026 08:00:00 +0100", old) == NOON


@pytest.mark.parametrize(
    "line",
    [
        f"from x by mail.home.example; {AT_TEN}",
        f"from {MX} by mail.home.example; {AT_TEN}",
        f"from x by {MX}",
        f"from x by {MX};",
        f"from x by {MX}; yesterday",
        f"from x by {MX}; Mon, 2 Mar 2026 11:00:00 -0000",
        f"from x by {MX}; Mon, 99 Mar 2026 11:00:00 +0100",
        f"from x by {MX}; Mon, 2 Mar 99999999999 11:00:00 +0100",
        f"from x by {MX}; Mon, 2 Mar 2026 11:00:00 +9999999999",
        "",
    ],
)
def test_without_a_line_of_ours_that_says_when_the_way_in_says_it(line: str) -> None:
    assert reached(line) == NOON


def test_the_date_line_of_the_sender_never_counts() -> None:
    mail = Mail(date=AT_TEN, headers=(("date", AT_TEN), ("x-received", f"by {MX}; {AT_TEN}")))
    assert received_at(mail, INBOX, OWN.hosts, NOON) == NOON


def test_nothing_reached_us_after_we_kept_it() -> None:
    kept = TEN - timedelta(hours=1)
    assert reached(f"from x by {MX}; {AT_TEN}", kept=kept) == kept
    assert reached(kept=kept) == kept


def test_without_hosts_of_our_own_no_line_counts() -> None:
    mail = Mail(headers=(("received", f"from x by {MX}; {AT_TEN}"), ("received", "")))
    assert received_at(mail, INBOX, (), NOON) == NOON
