"""The photo of a note in the journal: taken from its form, shown with it, and removed with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from . import photos, typed
from .people import Person
from .photos import Photo

if TYPE_CHECKING:
    from .journal import Note


def take(session: Session, note: Note, photo: Photo | None, *, by: Person, alt: str, language: str) -> list[str]:
    """From now on the note has this photo, or none; alt says what it shows, in this language.

    Returns the files to remove after the commit: a row without its file would be a broken picture. Refusal for a
    photo that is another's.
    """
    old = of(session, note)
    if photo is not None and old is not None and photo.id == old.id:
        clean = typed.line(alt, field="alt", most=photos.LONGEST_ALT, needed=False)
        photo.alt, photo.alt_language = clean, language if clean else ""
        return []
    if photo is not None:
        photos.take(photo, by=by, alt=alt, alt_language=language)
        photo.is_public = True
    note.photo_id = photo.id if photo else None
    session.flush()
    if old is None:
        return []
    session.delete(old)
    session.flush()
    return [old.file]


def show(session: Session, note: Note, is_public: bool) -> None:
    """As public as the note itself."""
    if (photo := of(session, note)) is not None:
        photo.is_public = is_public


def of(session: Session, note: Note) -> Photo | None:
    return session.get(Photo, note.photo_id) if note.photo_id else None
