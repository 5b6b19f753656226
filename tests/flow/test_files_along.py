"""Which files go along with a mail to an agent, and which stay behind."""

from __future__ import annotations

import pytest

from mailagent.core.mail import Attachment, Mail
from mailagent.flow.files import MOST_FILES, MOST_OCTETS, chosen

PHOTO = Attachment("foto.jpg", "image/jpeg", b"jpeg")
LETTER = Attachment("brief.pdf", "application/pdf", b"pdf")


def sized(name: str, octets: int) -> Attachment:
    return Attachment(name, "application/pdf", b"x" * octets)


def names(files: list[Attachment]) -> list[str]:
    return [file.name for file in files]


def test_the_files_of_a_mail_go_along_in_their_order() -> None:
    assert chosen(["foto.jpg", "brief.pdf"], Mail(attachments=(LETTER, PHOTO))) == ([PHOTO, LETTER], [])


def test_files_of_one_name_are_as_many_as_there_are() -> None:
    other = Attachment("foto.jpg", "image/jpeg", b"other")
    mail = Mail(attachments=(PHOTO, other))
    assert chosen(["foto.jpg", "foto.jpg"], mail) == ([PHOTO, other], [])


def test_files_of_a_mail_that_was_passed_on_go_along() -> None:
    inner = Attachment("klacht.eml", "message/rfc822", b"Subject: x")
    mail = Mail(attachments=(inner,), enclosed=Mail(attachments=(PHOTO,)))
    assert chosen(["foto.jpg"], mail) == ([PHOTO], [])


def test_what_is_gone_is_named() -> None:
    assert chosen(["foto.jpg"], Mail()) == ([], ["foto.jpg"])


@pytest.mark.parametrize(
    "name", ["virus.exe", "FOTO.JPG.SCR", "factuur.docm", "pagina.html", "x.js. ", "tekening.svg"]
)
def test_what_a_relay_may_refuse_stays_behind(name: str) -> None:
    bad = Attachment(name, "application/octet-stream", b"MZ")
    assert chosen([name, "foto.jpg"], Mail(attachments=(bad, PHOTO))) == ([PHOTO], [name])


def test_as_much_goes_along_as_any_relay_takes() -> None:
    files = (sized("a", MOST_OCTETS - 10), sized("b", 11), sized("c", 10), sized("d", 1))
    going, left = chosen(names(list(files)), Mail(attachments=files))
    assert (names(going), left) == (["a", "c"], ["b", "d"])


def test_there_is_an_end_to_their_number() -> None:
    files = tuple(sized(f"f{number}", 1) for number in range(MOST_FILES + 2))
    going, left = chosen(names(list(files)), Mail(attachments=files))
    assert (len(going), left) == (MOST_FILES, ["f10", "f11"])
