"""Photos: only real ones, small, upright and without metadata."""

from __future__ import annotations

import struct
import zlib
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy.orm import Session

from backend import photos
from backend.errors import NotFound, Refusal
from backend.files import Folder
from tests.conftest import NOON
from tests.makers import a_photograph, an_idea, ana, bo, karin, lindangen, mira, seved


def kept(content: bytes) -> Image.Image:
    return Image.open(BytesIO(photos.prepare(content).jpeg))


def refusal_of(content: bytes) -> str:
    with pytest.raises(Refusal) as refused:
        photos.prepare(content)
    assert refused.value.field == "photo"
    return str(refused.value.wording)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_becomes_a_jpeg_of_at_most_1600_pixels(kind: str) -> None:
    prepared = photos.prepare(a_photograph((3000, 2000), kind))

    assert (prepared.width, prepared.height) == (1600, 1067)
    picture = Image.open(BytesIO(prepared.jpeg))
    assert (picture.format, picture.size) == ("JPEG", (1600, 1067))


def test_a_small_photo_is_not_made_larger() -> None:
    assert kept(a_photograph((300, 200))).size == (300, 200)


def test_place_and_camera_are_left_out() -> None:
    exif = Image.Exif()
    exif[0x010F] = "A telephone"
    exif.get_ifd(0x8825)[1] = "N"
    content = a_photograph(exif=exif.tobytes(), icc_profile=b"a profile", comment=b"taken at home")

    picture = kept(content)

    assert not picture.getexif()
    assert not {"exif", "icc_profile", "comment", "xmp"} & set(picture.info)


def test_a_photo_taken_upright_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter to the right

    assert kept(a_photograph((400, 200), exif=exif.tobytes())).size == (200, 400)


def test_what_is_transparent_becomes_white() -> None:
    content = BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(content, "PNG")

    assert kept(content.getvalue()).getpixel((25, 25)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "CMYK", "I;16"])
def test_photos_of_every_mode_of_colour_are_read(mode: str) -> None:
    content = BytesIO()
    Image.new(mode, (60, 40)).save(content, "TIFF" if mode == "CMYK" else "PNG")
    if mode == "CMYK":
        content = BytesIO()
        Image.new(mode, (60, 40)).save(content, "JPEG")

    assert kept(content.getvalue()).mode == "RGB"


@pytest.mark.parametrize(
    "content",
    [
        b"", b"not a photo", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><script>alert(1)</script>", b"GIF89a" + bytes(100), b"%PDF-1.7", b"\xff\xd8\xff" + bytes(500),
        b"\x89PNG\r\n\x1a\n" + bytes(100), a_photograph()[:2000], a_photograph(kind="PNG")[:-60],
    ],
)  # fmt: skip
def test_what_is_no_whole_photo_is_refused(content: bytes) -> None:
    assert "can’t read" in refusal_of(content)


def test_heic_is_refused_by_its_name() -> None:
    assert "HEIC" in refusal_of(struct.pack(">I", 24) + b"ftypheic" + bytes(100))


def test_more_than_24_megapixels_are_refused() -> None:
    assert "24 megapixels" in refusal_of(a_photograph((5001, 5000)))


def test_24_megapixels_are_taken() -> None:
    assert max(kept(a_photograph((6000, 4000))).size) == 1600


def test_a_bomb_is_refused_by_its_header_alone() -> None:
    assert "24 megapixels" in refusal_of(png_header(13_000, 13_000))
    assert "24 megapixels" in refusal_of(png_header(2**31 - 1, 2**31 - 1))


def test_too_many_bytes_are_refused() -> None:
    assert "12 megabytes" in refusal_of(bytes(photos.MOST_BYTES + 1))


@settings(deadline=None, max_examples=60)
@given(
    place=st.integers(0, 3000), piece=st.binary(min_size=1, max_size=40), kind=st.sampled_from(photos.FORMATS)
)  # fmt: skip
def test_a_damaged_photo_is_read_or_refused_but_never_breaks(place: int, piece: bytes, kind: str) -> None:
    content = a_photograph((40, 30), kind)
    place %= len(content)
    damaged = content[:place] + piece + content[place + len(piece) :]

    try:
        photos.prepare(damaged)
    except Refusal as refused:
        assert refused.field == "photo"  # noqa: PT017, both ends are fine


def test_a_kept_photo_has_a_row_and_a_file(session: Session, tmp_path: Path) -> None:
    area = seved(session)
    store = Folder(tmp_path)
    prepared = photos.prepare(a_photograph())

    photo = photos.keep(
        session, store, prepared, area_id=area.id, by=ana(session, area), alt=" En mörk gång ", alt_language="sv",
        at=NOON,
    )  # fmt: skip

    assert photos.by_key(session, photo.key) is photo
    assert store.read(photo.file) == prepared.jpeg
    assert (photo.alt, photo.alt_language, photo.size) == ("En mörk gång", "sv", len(prepared.jpeg))


def test_too_long_a_description_keeps_nothing(session: Session, tmp_path: Path) -> None:
    area = seved(session)
    prepared = photos.prepare(a_photograph())

    with pytest.raises(Refusal) as refused:
        photos.keep(session, Folder(tmp_path), prepared, area_id=area.id, by=None, alt="x" * 301, at=NOON)

    assert refused.value.field == "alt"
    assert not list(tmp_path.rglob("*.jpg"))


def test_until_it_is_public_only_its_sender_and_moderators_see_a_photo(session: Session, tmp_path: Path) -> None:
    area = seved(session)
    sender, prepared = ana(session, area), photos.prepare(a_photograph())
    photo = photos.keep(session, Folder(tmp_path), prepared, area_id=area.id, by=sender, at=NOON)

    assert photos.may_see(photo, sender)
    assert photos.may_see(photo, mira(session, area))
    assert not photos.may_see(photo, bo(session, area))
    assert not photos.may_see(photo, karin(session, lindangen(session)))
    assert not photos.may_see(photo, None)

    photo.is_public = True

    assert photos.may_see(photo, None)


def test_nobody_takes_another_persons_photo(session: Session, tmp_path: Path) -> None:
    area = seved(session)
    prepared = photos.prepare(a_photograph())
    photo = photos.keep(session, Folder(tmp_path), prepared, area_id=area.id, by=ana(session, area), at=NOON)

    with pytest.raises(Refusal) as refused:
        photos.take(photo, by=bo(session, area), alt="", alt_language="sv")

    assert refused.value.field == "photo"


def test_the_words_of_a_photo_that_was_sent_do_not_change_unread(session: Session, tmp_path: Path) -> None:
    area = seved(session)
    sender = ana(session, area)
    prepared = photos.prepare(a_photograph())
    photo = photos.keep(session, Folder(tmp_path), prepared, area_id=area.id, by=None, at=NOON)
    photos.take(photo, by=sender, alt="En gång", alt_language="sv")

    with pytest.raises(Refusal):
        photos.take(photo, by=sender, alt="Köp lampor", alt_language="sv")

    assert photo.alt == "En gång"


def test_a_removed_photo_leaves_neither_row_nor_file(session: Session, tmp_path: Path) -> None:
    area, store = seved(session), Folder(tmp_path)
    photo = photos.keep(session, store, photos.prepare(a_photograph()), area_id=area.id, by=None, at=NOON)

    photos.remove(session, store, photo)

    assert not store.exists(photo.file)
    with pytest.raises(NotFound):
        photos.by_key(session, photo.key)


def test_a_photo_that_was_never_sent_is_forgotten_after_a_day(session: Session, tmp_path: Path) -> None:
    area, store, prepared = seved(session), Folder(tmp_path), photos.prepare(a_photograph())
    author = ana(session, area)
    unsent, sent, erased = (
        photos.keep(session, store, prepared, area_id=area.id, by=None, at=NOON) for _ in range(3)
    )
    an_idea(session, area, author, photo=sent)
    an_idea(session, area, author, photo=erased)
    erased.sent_by = None  # as when its author has left

    assert photos.forget_unsent(session, store, at=NOON + timedelta(hours=23)) == 0
    assert photos.forget_unsent(session, store, at=NOON + timedelta(hours=25)) == 1

    assert [store.exists(photo.file) for photo in (unsent, sent, erased)] == [False, True, True]


def png_header(width: int, height: int) -> bytes:
    """The start of a PNG (RFC 2083, section 4.1.1) that claims to be this large."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    crc = struct.pack(">I", zlib.crc32(body))
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + crc + struct.pack(">I", 10) + b"IDAT" + bytes(14)
