"""Reading a mail: what each line of its head becomes, and that its bytes stay what they were."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.core.errors import Unreadable
from mailagent.inbound.charsets import clean, codec, decoded
from mailagent.inbound.headers import decode_words, from_base64, parameters
from mailagent.inbound.html import html_text, safe_html
from mailagent.inbound.limits import Limits
from mailagent.inbound.parse import parse

HEAD = b"From: Jan Jansen <jan@home.example>\r\nSubject: Bak\r\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=g\r\n\r\n"


def test_every_line_of_the_head_finds_its_place() -> None:
    mail = parse(
        b"From: Jan Jansen <jan@home.example>\r\nReply-To: thuis@home.example\r\n"
        b"To: A <a@stad.example>,\r\n b@stad.example\r\nCc: c@stad.example\r\n"
        b"Date: Mon, 3 Feb 2025 10:12:00 +0100\r\n"
        b"Message-ID: <1@home.example>\r\nIn-Reply-To: <k1@stad.example>\r\n"
        b"References: <k0@stad.example>\r\n\t<k1@stad.example> <k0@stad.example>\r\n"
        b"X-Two: 1\r\nx-two: 2\r\n\r\nVol."
    )
    assert (mail.sender, mail.sender_name) == ("jan@home.example", "Jan Jansen")
    assert mail.reply_to == ("thuis@home.example",)
    assert (mail.to, mail.cc) == (("a@stad.example", "b@stad.example"), ("c@stad.example",))
    assert mail.date == "Mon, 3 Feb 2025 10:12:00 +0100"
    assert (mail.message_id, mail.in_reply_to) == ("<1@home.example>", ("<k1@stad.example>",))
    assert mail.references == ("<k0@stad.example>", "<k1@stad.example>")
    assert mail.all("x-two") == ("1", "2")


def test_every_address_of_every_from_line_is_told() -> None:
    mail = parse(b"From: jan@home.example\r\nFrom: Anna <anna@stad.example>\r\n\r\nx")
    assert mail.froms == ("jan@home.example", "anna@stad.example")


def test_a_message_id_that_lost_its_brackets_gets_them_back() -> None:
    assert parse(b"Message-ID: 1@home.example\r\nIn-Reply-To: Uw mail van gisteren\r\n\r\n").message_id == (
        "<1@home.example>"
    )
    assert parse(b"In-Reply-To: Uw mail van gisteren\r\n\r\n").in_reply_to == ()


def test_what_is_wrong_with_a_mail_is_told_without_its_words() -> None:
    mail = parse(b"From: geheim <jan@home.example\r\nContent-Type: multipart/mixed\r\n\r\nx")
    assert mail.sender == "jan@home.example"
    assert any("AddressHeaderDefect" in defect for defect in mail.defects)
    assert "NoBoundaryInMultipartDefect" in mail.defects
    assert "geheim" not in "".join(mail.defects)


def test_the_bytes_of_an_attachment_are_the_bytes_that_were_sent() -> None:
    sent = bytes(range(1, 256)).replace(b"\r", b"").replace(b"\n", b"")
    for encoding, body in ((b"8bit", sent), (b"binary", sent)):
        head = b"Content-Type: application/pdf; charset=utf-8\r\nContent-Transfer-Encoding: " + encoding
        assert parse(HEAD + head + b"\r\n\r\n" + body).attachments[0].content == sent


def test_an_embedded_message_that_travelled_in_base64_keeps_its_bytes() -> None:
    head = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    (part,) = parse(HEAD + head + b"U3ViamVjdDogYQ0KDQpi").attachments
    assert (part.filename, part.content) == ("a.eml", b"Subject: a\r\n\r\nb")


def test_an_inline_photo_is_told_from_one_that_was_attached() -> None:
    raw = HEAD + (
        b"Content-Type: multipart/related; boundary=g\r\n\r\n"
        b"--g\r\nContent-Type: text/html\r\n\r\n<img src=cid:1>\r\n"
        b"--g\r\nContent-Type: image/png\r\nContent-ID: <1>\r\n\r\nPNG\r\n"
        b"--g\r\nContent-Type: image/png\r\nContent-Disposition: attachment\r\n\r\nPNG\r\n--g--\r\n"
    )
    assert [part.inline for part in parse(raw).attachments] == [True, False]


@pytest.mark.parametrize(
    ("reason", "raw", "limits"),
    [
        ("too_many_parts", MIXED + b"--g\r\n\r\nx\r\n" * 9, Limits(parts=5)),
        ("header_too_long", b"Subject: " + b"a" * 100 + b"\r\n\r\n", Limits(header=50)),
        ("header_too_long", MIXED + b"--g\r\nX: " + b"a" * 99 + b"\r\n\r\nx\r\n--g--\r\n", Limits(header=90)),
        ("html_too_large", HEAD + b"Content-Type: text/html\r\n\r\n<p>hallo", Limits(html=4)),
    ],
)  # fmt: skip
def test_a_limit_ends_the_reading_with_its_reason(reason: str, raw: bytes, limits: Limits) -> None:
    with pytest.raises(Unreadable) as caught:
        parse(raw, limits)
    assert caught.value.reason == reason


@given(st.binary(max_size=400))
def test_no_bytes_at_all_break_the_reading(raw: bytes) -> None:
    for head in (b"", b"Subject: ", b"From: ", HEAD + b"Content-Type: text/html; name*0=", HEAD + b"\r\n"):
        mail = parse(head + raw)
        assert "\0" not in "".join((mail.subject, mail.text, mail.sender or "", mail.text.encode().decode()))


@pytest.mark.parametrize(
    ("label", "name"),
    [("GB2312", "gb18030"), ('"iso-8859-1"', "cp1252"), ("US-ASCII", "utf-8"), ("ks_c_5601-1987", "cp949"),
     ("x-unknown", None),
     ("zip", None), ("punycode", None), ("unicode_escape", None), ("a\0b", None), (None, None)],
)  # fmt: skip
def test_a_charset_label_becomes_a_codec_or_nothing(label: str | None, name: str | None) -> None:
    assert codec(label) == name


@pytest.mark.parametrize(
    "name", ["zlib", "bz2", "hex", "base64", "uu", "quopri", "rot13", "unicode_internal"]
)
def test_what_python_unpacks_by_that_name_is_no_charset(name: str) -> None:
    assert codec(name) is None
    assert decoded(b"caf\xe9", name) == "café"


def test_bytes_become_text_whatever_their_label() -> None:
    assert decoded("café".encode(), "windows-1252") == "café"
    assert decoded("café".encode("latin-1"), "utf-8") == "café"
    assert decoded("héél véél één €\xff".encode()[:-1], "utf-8").startswith("héél véél één €")
    assert decoded("你好".encode("gbk"), None, "gb2312") == "你好"
    assert decoded(b"abc", "zip") == "abc"
    assert clean("a\0b\ud800c") == "ab\ufffdc"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=?utf-8?q?caf=C3=A9?= dicht", "café dicht"),
        ("=?utf-8?q?caf=C3?= =?utf-8?q?=A9?=", "café"),
        ("=?utf-8?b?Y2Fm?= =?iso-8859-1?q?=E9?=", "café"),
        ("=?utf-8?b?Y2Fmw6?= =?utf-8?b?k=?=", "café"),
        ("=?utf-8?q?een_twee?=drie", "een tweedrie"),
        ("=?utf-8*nl?q?caf=C3=A9?=", "café"),
        ("=?utf-8?q?nooit af", "=?utf-8?q?nooit af"),
        ("=?utf-8?q?nooit =?utf-8?q?af?=", "=?utf-8?q?nooit af"),
        ("1 + 1 =? 2", "1 + 1 =? 2"),
    ],
)
def test_encoded_words_are_read(value: str, text: str) -> None:
    assert decode_words(value) == text


def test_base64_is_salvaged() -> None:
    assert from_base64(b"YWJj\r\nZGVm") == b"abcdef"
    assert from_base64(b"YQ==Yg==") == b"ab"
    assert from_base64(b"YWJjZ") == b"abc"
    assert from_base64(b"YQ== _____ voettekst") == b"a"


def test_parameters_are_taken_apart() -> None:
    assert parameters('x/y; charset=utf-8; name="a;b \\"c\\".txt"') == {
        "charset": "utf-8",
        "name": 'a;b "c".txt',
    }
    assert parameters("x/y; filename*=iso-8859-1''caf%E9; filename=cafe") == {"filename": "café"}
    assert parameters("x/y; filename*1=b; filename*0=a") == {"filename": "ab"}
    assert parameters('x/y; name="nooit dicht') == {"name": "nooit dicht"}


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<div>een</div><div>twee</div>", "een\ntwee"),
        ("<p>een<p>twee", "een\n\ntwee"),
        ("een&nbsp;&eacute;n\n twee<br/>drie", "een én twee\ndrie"),
        ('<a title="a > b">x</a>', "x"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("a<!-- niet -->b<!-- open", "ab"),
        ("1 < 2 en 3 > 2", "1 < 2 en 3 > 2"),
        ("<title>t</title><STYLE>s</Style>x<script>nooit dicht", "xnooit dicht"),
        ("a<blockquote>b<blockquote>c</blockquote></blockquote>d", "a\n\n> b\n>\n> > c\n\nd"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("&#99999999999;", "\ufffd"),
    ],
)
def test_html_becomes_the_text_a_reader_sees(html: str, text: str) -> None:
    assert html_text(html) == text


def test_html_is_shown_without_anything_that_acts() -> None:
    html = (
        '<p onclick="x()">Zie <a href="javascript:x()">hier</a> en <a href="https://stad.example">daar</a></p>'
        '<script>x()</script><iframe src="https://x.example"></iframe><img src="cid:foto">'
    )
    safe = safe_html(html, 1000)
    assert "daar</a>" in safe
    assert 'src="cid:foto"' in safe
    assert not any(word in safe for word in ("onclick", "script", "iframe", "x()"))


def test_html_that_is_too_much_to_clean_is_not_shown() -> None:
    assert safe_html("x" * 1001, 1000) == ""
    assert safe_html("<b>" * 20_001, 100_000) == ""


def test_the_html_beside_a_plain_text_is_kept_for_the_eye() -> None:
    mail = parse(
        HEAD + b"Content-Type: multipart/alternative; boundary=g\r\n\r\n"
        b"--g\r\n\r\nDe bak is vol.\r\n--g\r\nContent-Type: text/html\r\n\r\n"
        b"<b>De bak</b> is vol.\r\n--g--\r\n"
    )
    assert (mail.text.strip(), mail.html.strip()) == ("De bak is vol.", "<b>De bak</b> is vol.")
