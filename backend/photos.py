"""Photos that people send: refused by their header when too large, re-encoded without metadata, kept in the file store.

Decoding takes long, so `prepare` comes before the transaction and `keep` within it.
"""

from __future__ import annotations

import hashlib
import re
import secrets as chance
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String, Text, exists, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import people, typed
from .database import Base
from .errors import NotFound, Refusal
from .files import Store
from .people import Person
from .wording import Wording, say

if TYPE_CHECKING:
    from PIL import Image

MOST_BYTES = 12_000_000  # of what is sent
MOST_PIXELS = 24_000_000  # by the header, before anything is decoded
LONGEST_SIDE = 1600  # pixels, of what is kept
LONGEST_ALT = 300  # characters
UNSENT = timedelta(days=1)  # between choosing a photo and sending what it belongs to
LEFT_OF_BLURRED = 20  # pixels of the longer side: too few to know a face or a number plate by
QUALITY = 82  # of the JPEG that is kept: about 300 kB at full size
KEY = re.compile("[0-9a-f]{40}")
FORMATS = ("JPEG", "PNG", "WEBP")
# A file of Apple's HEIF family names its brand after "ftyp" (ISO/IEC 14496-12, section 4.3).
HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")


class Photo(Base):
    __tablename__ = "photos"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)  # its name in the file store and in its address
    content_mark: Mapped[str] = mapped_column(String(64))  # SHA-256 of what was sent, to know the same photo again
    area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"), index=True)
    width: Mapped[int]  # pixels
    height: Mapped[int]
    size: Mapped[int]  # bytes
    alt: Mapped[str] = mapped_column(Text, default="")  # what it shows, by who sent it; empty: nobody said
    alt_language: Mapped[str] = mapped_column(String(12), default="")
    is_public: Mapped[bool] = mapped_column(default=False)  # false until what it belongs to is published
    # Empty while it waits on a form that is not sent yet: until then whoever knows its key may see it.
    sent_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]

    @property
    def file(self) -> str:
        """Its key in the file store."""
        return f"{self.key}.jpg"


@dataclass(frozen=True)
class Prepared:
    """A photo fit to keep: a JPEG of at most LONGEST_SIDE pixels, without metadata."""

    jpeg: bytes
    width: int  # pixels
    height: int
    content_mark: str  # SHA-256 of what was sent


def may_see(photo: Photo, person: Person | None) -> bool:
    if photo.is_public or photo.sent_by is None:
        return True
    is_own = person is not None and person.id == photo.sent_by
    return is_own or people.may_moderate(person, photo.area_id or 0)


def prepare(content: bytes) -> Prepared:
    """Decodes and re-encodes what was sent. Raises Refusal when it is no photo, broken or too large."""
    if len(content) > MOST_BYTES:
        raise _no(say("This photo is too large. It may have %(most)s megabytes.", most=MOST_BYTES // 1_000_000))
    if content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS:
        raise _no(say("This photo is in Apple’s HEIC format. Please choose it as a JPEG."))
    return _packed(_decode(content), content)


def blurred(content: bytes) -> Prepared:
    """The same with all detail gone for good: what is left of it is spread over the old size. Raises Refusal."""
    from PIL import Image  # heavy, and needed by few requests

    picture = _decode(content)
    size = picture.size
    picture.thumbnail((LEFT_OF_BLURRED, LEFT_OF_BLURRED), Image.Resampling.BOX)
    return _packed(picture.resize(size, Image.Resampling.BICUBIC), content)


def keep(
    session: Session, store: Store, prepared: Prepared, *, area_id: int | None, by: Person | None, at: datetime,
    alt: str = "", alt_language: str = "",
) -> Photo:  # fmt: skip
    """A new photo, not public yet. Its file comes first: a row without its file would be a broken picture."""
    alt = typed.line(alt, field="alt", most=LONGEST_ALT, needed=False)
    photo = Photo(
        key=chance.token_hex(20), content_mark=prepared.content_mark, area_id=area_id, width=prepared.width,
        height=prepared.height, size=len(prepared.jpeg), alt=alt, alt_language=alt_language if alt else "",
        is_public=False, sent_by=by.id if by else None, created_at=at,
    )  # fmt: skip
    store.put(photo.file, prepared.jpeg)
    session.add(photo)
    session.flush()
    return photo


def take(photo: Photo, *, by: Person, alt: str, alt_language: str) -> None:
    """A photo that waited on a form now belongs to somebody's thing. Raises Refusal when it belongs to one already.

    That holds for one's own too: its words would change unread.
    """
    if photo.sent_by is not None:
        raise _no(say("This photo is not here any more. Please choose it again."))
    alt = typed.line(alt, field="alt", most=LONGEST_ALT, needed=False)
    photo.sent_by = by.id
    photo.alt, photo.alt_language = alt, alt_language if alt else ""


def remove(session: Session, store: Store, photo: Photo) -> None:
    """Takes row and file away; nothing may point to the photo any more."""
    session.delete(photo)
    session.flush()
    store.remove(photo.file)


def forget_unsent(session: Session, store: Store, *, at: datetime) -> int:
    """Removes what came with a form that nobody sent in a day; returns how many. The worker calls it."""
    pointers = [table.c.photo_id for table in Base.metadata.sorted_tables if "photo_id" in table.c]
    query = select(Photo).where(Photo.sent_by.is_(None), Photo.is_public.is_(False), Photo.created_at < at - UNSENT)
    unsent = session.scalars(query.where(*(~exists().where(column == Photo.id) for column in pointers)).limit(50)).all()
    for photo in unsent:
        remove(session, store, photo)
    return len(unsent)


def by_key(session: Session, key: str) -> Photo:
    """Raises NotFound."""
    photo = session.scalar(select(Photo).where(Photo.key == key)) if KEY.fullmatch(key) else None
    if photo is None:
        raise NotFound(say("There is no photo with this address."))
    return photo


def _packed(picture: Image.Image, content: bytes) -> Prepared:
    kept = BytesIO()
    picture.save(kept, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return Prepared(kept.getvalue(), picture.width, picture.height, hashlib.sha256(content).hexdigest())


def _decode(content: bytes) -> Image.Image:
    """The upright picture, small enough to keep, on a sheet of its own so that nothing of its metadata comes along."""
    from PIL import Image, ImageOps  # heavy, and needed by few requests

    try:
        with Image.open(BytesIO(content), formats=FORMATS) as sent:
            if sent.width * sent.height > MOST_PIXELS:
                raise _too_many_pixels()
            sent.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG can be decoded at half or quarter size
            upright = ImageOps.exif_transpose(sent).convert("RGBA")
    except Refusal:
        raise
    except Image.DecompressionBombError:
        raise _too_many_pixels() from None
    except Exception:  # a broken file makes decoders raise nearly anything; all of it means the same
        raise _no(say("We can’t read this photo. Please choose a JPEG or PNG.")) from None
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    sheet = Image.new("RGB", upright.size, "white")
    sheet.paste(upright, mask=upright.getchannel("A"))
    return sheet


def _too_many_pixels() -> Refusal:
    most = MOST_PIXELS // 1_000_000
    return _no(say("This photo has more than %(most)s megapixels. Choose a smaller one.", most=most))


def _no(wording: Wording) -> Refusal:
    return Refusal(wording, field="photo")
