"""The photo and the recording of an insight: taken from its form, shown with it, and removed with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from . import photos, revisions, sounds, typed
from .insight_tellings import Telling
from .people import Person
from .photos import Photo
from .sounds import Sound

if TYPE_CHECKING:
    from .insights import Insight


def take(session: Session, insight: Insight, telling: Telling, *, by: Person) -> None:
    """From now on it has those that the telling names; new ones waited on the form. Raises Refusal for another's."""
    if telling.photo is not None and telling.photo.id != insight.photo_id:
        photos.take(telling.photo, by=by, alt=telling.alt, alt_language=insight.language)
    elif telling.photo is not None:
        alt = typed.line(telling.alt, field="alt", most=photos.LONGEST_ALT, needed=False)
        telling.photo.alt, telling.photo.alt_language = alt, insight.language if alt else ""
    if telling.sound is not None and telling.sound.id != insight.sound_id:
        sounds.take(telling.sound, by=by)
    insight.photo_id = telling.photo.id if telling.photo else None
    insight.sound_id = telling.sound.id if telling.sound else None
    session.flush()


def of(session: Session, insight: Insight) -> list[Photo | Sound]:
    photo = session.get(Photo, insight.photo_id) if insight.photo_id else None
    sound = session.get(Sound, insight.sound_id) if insight.sound_id else None
    return [one for one in (photo, sound) if one is not None]


def show(session: Session, insight: Insight, is_public: bool) -> None:
    """As public as the insight itself; pages that show it are made anew."""
    for one in of(session, insight):
        one.is_public = is_public
    session.flush()
    revisions.raise_(session, insight.area_id, "cases")


def leave(session: Session, files: list[Photo | Sound]) -> list[str]:
    """Takes the rows away; returns the files to remove after the commit: a row without its file would be broken."""
    session.flush()
    for one in files:
        session.delete(one)
    session.flush()
    return [one.file for one in files]


def leave_all(session: Session, insight: Insight) -> list[str]:
    """The insight goes on without photo and recording. Returns the files to remove after the commit."""
    gone = of(session, insight)
    insight.photo_id = insight.sound_id = None
    files = leave(session, gone)
    revisions.raise_(session, insight.area_id, "cases")
    return files
