"""What we cannot look into is told, what is only signed is read, and a hostile wrapping harms nobody."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.core.mail import Attachment, Mail
from mailagent.inbound import cms, tnef
from mailagent.inbound.parse import parse
from mailagent.inbound.sealed import SAFE_MAIL, has_password, sealed

MAILS = Path(__file__).parent.parent / "mails"

SEALED = {
    "filecap_notice": "secure_notice",
    "pdf_that_asks_for_a_password": "password_file",
    "pdf_with_a_password": "password_file",
    "pgp_encrypted": "pgp",
    "pgp_encrypted_in_the_text": "pgp",
    "smartlockr_notice": "secure_notice",
    "smime_encrypted": "smime",
    "smime_encrypted_without_saying_so": "smime",
    "word_file_with_a_password": "password_file",
    "zip_with_a_password": "password_file",
    "zip_with_a_password_cut_off": "password_file",
    "zivver_notice": "secure_notice",
    "zivver_notice_from_the_sender": "secure_notice",
}


@pytest.mark.parametrize("mail", sorted(MAILS.glob("*.eml")), ids=lambda path: path.stem)
def test_a_mail_is_sealed_or_lies_open(mail: Path) -> None:
    if mail.stem != "embedded_message_a_thousand_deep":
        assert parse(mail.read_bytes()).sealed == SEALED.get(mail.stem, "")


def test_every_sealed_mail_is_there() -> None:
    assert {path.stem for path in MAILS.glob("*.eml")} >= set(SEALED)


@pytest.mark.parametrize("carrier", SAFE_MAIL, ids=lambda carrier: carrier.name)
def test_a_notice_of_every_carrier_is_known_by_its_sender_and_by_its_link(carrier: object) -> None:
    domain = next(it for it in SAFE_MAIL if it is carrier).domains[0]
    assert sealed(Mail(sender=f"noreply@mail.{domain}", subject="Beveiligd bericht")) == "secure_notice"
    text = f"You have received a secure message.\nhttps://app.{domain}/m/1"
    assert sealed(Mail(sender="jan@home.example", text=text)) == "secure_notice"


@pytest.mark.parametrize(
    "mail",
    [
        Mail(sender="jan@home.example", subject="Beveiligd bericht", text="Ik kan het niet openen."),
        Mail(sender="info@zivver.com", subject="Factuur", text="Hierbij de factuur."),
        Mail(sender="jan@notzivver.com", subject="Beveiligd bericht"),
        Mail(sender="jan@home.example", subject="Re: Beveiligd bericht", text="Zie https://zivver.com"),
    ],
    ids=["no carrier", "no safe mail", "another domain", "a reply"],
)
def test_what_only_sounds_like_a_notice_lies_open(mail: Mail) -> None:
    assert sealed(mail) == ""


def test_a_message_with_microsofts_rights_is_a_notice() -> None:
    part = Attachment("message_v2.rpmsg", "application/x-microsoft-rpmsg-message", b"x")
    assert sealed(Mail(attachments=(part,))) == "secure_notice"


def test_what_a_key_opens_counts_before_what_a_password_opens() -> None:
    files = (
        Attachment("a.zip", "application/zip", b"PK\3\4\0\0\1"),
        Attachment(None, "application/pgp-encrypted", b""),
    )
    assert sealed(Mail(attachments=files)) == "pgp"


def test_the_dictionary_of_a_lock_may_stand_in_the_trailer_itself() -> None:
    assert has_password(b"%PDF-1.4\ntrailer << /Encrypt<< /Filter /Standard >> >>")
    assert not has_password(b"%PDF-1.4\n<< /EncryptMetadata false >>")


def test_a_signature_beside_its_text_holds_no_text() -> None:
    mail = parse((MAILS / "smime_signed_in_the_open.eml").read_bytes())
    assert cms.signed_content(mail.attachments[0].content) is None


def test_octets_within_octets_are_followed_only_so_deep() -> None:
    head = bytes.fromhex(
        "3080 0609 2a864886f70d010702 a080 3080 020101 3100 3080 0609 2a864886f70d010701 a080"
    )
    assert cms.signed_content(head + b"\x24\x80" * 5 + b"\x04\x01x") == b"x"
    assert cms.signed_content(head + b"\x24\x80" * 100_000 + b"\x04\x01x") == b""


def test_a_winmail_with_files_but_no_text_we_can_read_is_kept_beside_them() -> None:
    def attribute(level: int, name: int, data: bytes) -> bytes:
        return struct.pack("<BHHI", level, name, 6, len(data)) + data + b"\0\0"

    stream = (
        struct.pack("<IH", 0x223E9F78, 1) + attribute(2, 0x9002, bytes(14)) + attribute(2, 0x800F, b"x" * 9)
    )
    raw = b"From: jan@home.example\nContent-Type: application/ms-tnef; name=winmail.dat\n\n" + stream
    assert [part.content for part in parse(raw).attachments] == [b"x" * 9, stream]


@given(st.binary(max_size=400))
def test_no_bytes_break_what_looks_into_wrappings(data: bytes) -> None:
    for start in (
        b"",
        b"\x78\x9f\x3e\x22\1\0",
        b"PK\3\4",
        b"%PDF-",
        bytes.fromhex("30800609 2a864886f70d010702"),
    ):
        tnef.unwrapped(start + data)
        cms.signed_content(start + data)
        cms.encrypted(start + data)
        has_password(start + data)
