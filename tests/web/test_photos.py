"""Photos with an unhappy answer: what is kept of them, and what is refused."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from pathlib import Path

import pillow_heif
import pytest
from aiohttp import FormData
from browser import Browser, Page, browsing, doors_of, path_of
from desk import Desk, Got, open_desk
from PIL import Image

from mailagent.store import photos, rounds
from mailagent.web.app import make_app
from mailagent.web.darkroom import LONGEST_SIDE, MOST_KEPT, developed


@pytest.fixture
def browser(desk: Desk) -> Iterator[Browser]:
    """A browser before the pages of the desk."""
    with browsing(make_app(doors_of(desk))) as browser:
        yield browser


def picture(kind: str = "JPEG", size: tuple[int, int] = (640, 480), mode: str = "RGB") -> bytes:
    """A photo as a phone takes it, with the place where it was taken."""
    image = Image.effect_noise(size, 40).convert(mode)
    exif = Image.Exif()
    exif[0x010F] = "SecretPhoneMaker"
    exif[0x0112] = 6  # the phone was held upright
    exif.get_ifd(0x8825)[1] = "N"
    written = io.BytesIO()
    image.save(written, kind, exif=exif)
    return written.getvalue()


def heic() -> bytes:
    written = io.BytesIO()
    pillow_heif.from_pillow(Image.effect_noise((320, 240), 40).convert("RGB")).save(written)
    return written.getvalue()


def _handled(desk: Desk) -> Got:
    jan, anna = desk.citizen("jan@home.example"), desk.agent("anna@stad.example")
    jan.writes("Container", "De gft-bak is weer niet geleegd.")
    anna.replies(anna.gets("nieuw_voor_team"), "#opgelost gegrond\nDe bak is vanochtend geleegd.")
    return jan.gets("afgehandeld")


def _sent(browser: Browser, path: str, *files: bytes, **fields: str) -> Page:
    form = FormData({"keuze": "ontevreden", **fields}, default_to_multipart=True)
    for number, content in enumerate(files):
        form.add_field("fotos", io.BytesIO(content), filename=f"IMG_{number}.jpg", content_type="image/jpeg")
    return browser.post(path, form)


def _kept(desk: Desk, kenmerk: str) -> list[bytes]:
    klacht = desk.klacht(kenmerk)
    with desk.world.store.read() as tx:
        last = rounds.last_of(tx, klacht.id)
        assert last
        return photos.of_round(tx, last.id)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_made_anew_upright_and_tells_nothing_but_the_picture(kind: str) -> None:
    made = developed(picture(kind))

    with Image.open(io.BytesIO(made)) as image:
        assert (image.format, image.size) == ("JPEG", (480, 640))
        assert not image.getexif()
        assert not {"exif", "icc_profile", "xmp", "comment"} & set(image.info)
    assert b"SecretPhoneMaker" not in made


def test_a_photo_of_an_iphone_can_be_sent() -> None:
    with Image.open(io.BytesIO(developed(heic()))) as image:
        assert (image.format, image.size) == ("JPEG", (320, 240))


def test_a_large_photo_is_made_small_enough_to_mail() -> None:
    made = developed(picture(size=(5000, 4000)))
    with Image.open(io.BytesIO(made)) as image:
        assert max(image.size) == LONGEST_SIDE
    assert len(made) <= MOST_KEPT


def test_what_is_transparent_becomes_white() -> None:
    clear = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(clear, "PNG")
    with Image.open(io.BytesIO(developed(clear.getvalue()))) as image:
        assert image.getpixel((10, 10)) == (255, 255, 255)


def test_si_02_photos_go_to_the_team_with_the_answer_and_are_counted(desk: Desk, browser: Browser) -> None:
    jan, anna, mail = desk.citizen("jan@home.example"), desk.agent("anna@stad.example"), _handled(desk)

    thanks = _sent(browser, path_of(mail.smiley("ontevreden")), picture(), heic(), toelichting="Nog vol.")
    assert thanks.status == 200
    desk.settle()

    request = anna.gets("verzoek_tot_heropenen")
    files = list(request.message.iter_attachments())
    assert [file.get_filename() for file in files] == ["foto-1.jpg", "foto-2.jpg"]
    assert [file.get_payload(decode=True) for file in files] == _kept(desk, mail.kenmerk)
    assert b"SecretPhoneMaker" not in request.raw
    assert "foto-2.jpg" in request.text
    assert not list(jan.gets("feedback_ontvangen").message.iter_attachments())
    [given] = [event for event in desk.history(mail.kenmerk) if event.kind == "feedback_given"]
    assert given.data["photos"] == 2


def test_si_02_a_photo_alone_asks_to_reopen(desk: Desk, browser: Browser) -> None:
    mail = _handled(desk)
    assert _sent(browser, path_of(mail.smiley("ontevreden")), picture()).status == 200
    assert desk.klacht(mail.kenmerk).status == "verzoek_tot_heropenen"


def test_the_same_answer_with_the_same_photos_twice_is_kept_once(desk: Desk, browser: Browser) -> None:
    mail, photo = _handled(desk), picture()
    pages = [_sent(browser, path_of(mail.smiley("ontevreden")), photo) for _ in range(2)]
    assert [page.status for page in pages] == [200, 200]
    assert len(_kept(desk, mail.kenmerk)) == 1


def test_photos_reach_the_team_also_when_the_klacht_has_moved_on(desk: Desk, browser: Browser) -> None:
    anna, mail = desk.agent("anna@stad.example"), _handled(desk)
    anna.replies(anna.gets("opdracht_uitgevoerd"), "#heropenen\nWij kijken zelf nog eens.")
    assert _sent(browser, path_of(mail.smiley("ontevreden")), picture()).status == 200
    desk.settle()
    assert len(list(anna.gets("reactie_melder").message.iter_attachments())) == 1


def _bomb() -> bytes:
    """A small PNG that says it has 400 million pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)

    head = (20_000).to_bytes(4) * 2 + bytes((8, 0, 0, 0, 0))
    body = zlib.compress(bytes(20_001) * 20_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "file",
    [b"%PDF-1.7 no photo", b"<svg xmlns='http://www.w3.org/2000/svg'/>", picture()[:300], _bomb()],
    ids=["pdf", "svg", "cut off", "bomb"],
)
def test_what_is_no_photo_is_refused_and_uses_up_nothing(desk: Desk, browser: Browser, file: bytes) -> None:
    mail = _handled(desk)
    path = path_of(mail.smiley("ontevreden"))

    page = _sent(browser, path, picture(), file, toelichting="Nog vol.")

    assert page.status == 400
    assert '<a href="#fotos">Een bestand is geen foto' in page.html
    assert ("toelichting", "Nog vol.") in page.form.sends
    assert _kept(desk, mail.kenmerk) == []
    assert "feedback_given" not in desk.kinds(mail.kenmerk)
    assert _sent(browser, path, toelichting="Nog vol.").status == 200


def test_more_than_three_photos_are_refused(desk: Desk, browser: Browser) -> None:
    mail = _handled(desk)
    page = _sent(browser, path_of(mail.smiley("ontevreden")), *[picture()] * 4)
    assert (page.status, "U kunt 3 foto’s meesturen" in page.html) == (400, True)
    assert _kept(desk, mail.kenmerk) == []


def test_a_form_that_is_too_large_or_has_too_many_files_is_refused(desk: Desk, browser: Browser) -> None:
    path = path_of(_handled(desk).smiley("ontevreden"))
    assert _sent(browser, path, b"x" * 26_300_000).heading == "Uw reactie is te groot"
    assert _sent(browser, path, *[b"x"] * 11).status == 413


def test_a_satisfied_answer_has_no_photos(desk: Desk, browser: Browser) -> None:
    mail = _handled(desk)
    assert _sent(browser, path_of(mail.smiley("tevreden")), picture(), keuze="tevreden").status == 200
    assert _kept(desk, mail.kenmerk) == []


def test_si_06_what_is_switched_off_is_not_asked_and_does_not_count(tmp_path: Path) -> None:
    off = "[feedback]\nphotos = false\nask_contact = false\nmany_answers = false"
    desk = open_desk(tmp_path, more=off)
    mail = _handled(desk)
    path = path_of(mail.smiley("ontevreden"))
    with browsing(make_app(doors_of(desk))) as browser:
        html = browser.get(path).html
        assert 'type="file"' not in html
        assert "geen_contact" not in html
        assert 'type="checkbox"' not in html
        two = browser.post(
            path, [("keuze", "ontevreden"), ("ontevreden", "niet-eens"), ("ontevreden", "duurde-te-lang")]
        )
        assert (two.status, "Kies één antwoord." in two.html) == (400, True)
        sent = _sent(browser, path, picture(), ontevreden="duurde-te-lang", geen_contact="ja")
        assert sent.status == 200
        assert "geen contact meer" not in sent.html
    assert _kept(desk, mail.kenmerk) == []
    assert desk.klacht(mail.kenmerk).contact_allowed
    assert desk.klacht(mail.kenmerk).status == "opgelost"
    desk.house.close()
