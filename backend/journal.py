"""The journal of a case: open, running notes, so that it evaluates itself as it goes (pre-study p. 11).

journal_lists.py reads them as pages show them, together with the moves of the case.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, false, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import journal_photos, restrictions, revisions, team_work, teams, texts, typed
from .cases import Case
from .database import Base, insert
from .errors import Conflict, NotAllowed, NotFound
from .people import Person
from .photos import Photo
from .wording import say

LONGEST_NOTE = 600  # characters


class Note(Base):
    __tablename__ = "journal_notes"
    __table_args__ = (Index("ix_journal_notes_case", "case_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    texts_id: Mapped[int] = mapped_column(ForeignKey("text_sets.id"))  # "text"; no line once it was taken back
    by_name: Mapped[str] = mapped_column(String(60), default="")  # as the team calls them; empty: they left for good
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("photos.id"))
    client_uuid: Mapped[str | None] = mapped_column(String(36), unique=True)  # made with its form; empty: none came
    content_mark: Mapped[str] = mapped_column(String(64), server_default="")  # SHA-256 of what was sent first
    is_hidden: Mapped[bool] = mapped_column(default=False, server_default=false())  # taken down after a report
    at: Mapped[datetime]
    changed_at: Mapped[datetime | None]  # when its author last changed it
    taken_back_at: Mapped[datetime | None]  # by its author: words and photo are gone


def may_write(session: Session, person: Person | None, case: Case) -> bool:
    """Coordinators of the area, and everybody in the team."""
    return team_work.may_work(session, person, case)


def is_by(note: Note, person: Person | None) -> bool:
    return person is not None and note.by_id == person.id


# --- verbs ---


def add(
    session: Session, case: Case, *, text: str, language: str, by: Person, at: datetime,
    client_uuid: str | None = None, photo: Photo | None = None, alt: str = "",
) -> Note:  # fmt: skip
    """A note in its author's language, under the name that the team knows; everybody reads it at once.

    The same client_uuid with the same content is the same note again; with another it raises Conflict. NotAllowed,
    Refusal.
    """
    clean, client_uuid = typed.text(text, field="text", most=LONGEST_NOTE), typed.uuid(client_uuid)
    mark = _mark(case, by, clean, photo)
    if (before := _sent_before(session, client_uuid, mark)) is not None:
        return before
    _make_sure_may_write(session, case, by, at)
    said = texts.write(session, {language: {"text": clean}}, original=language)
    new = insert(session, Note).values(
        case_id=case.id, area_id=case.area_id, texts_id=said.id, by_id=by.id, client_uuid=client_uuid,
        by_name=teams.name_of(session, case.id, by) or by.name, content_mark=mark, is_hidden=False, at=at,
    )  # fmt: skip
    note: Note | None = session.scalar(new.on_conflict_do_nothing(index_elements=["client_uuid"]).returning(Note))
    if note is None:  # the same came twice at once, and the other was first
        session.delete(said)
        session.flush()
        return add(
            session, case, text=text, language=language, by=by, at=at, client_uuid=client_uuid, photo=photo, alt=alt
        )
    journal_photos.take(session, note, photo, by=by, alt=alt, language=language)
    revisions.raise_(session, case.area_id, "cases")
    return note


def edit(
    session: Session, note: Note, *, text: str, by: Person, at: datetime, photo: Photo | None = None, alt: str = ""
) -> list[str]:
    """Its author's other words and photo, marked as changed; returns the files to remove after the commit.

    What stood in other languages said the old words, so it goes. NotAllowed, Refusal.
    """
    _make_sure_is_by(note, by)
    # Other words for what stands are not one more note within the day.
    restrictions.make_sure_may_write(session, by, note.area_id, at=at, lately=lambda: 0)
    clean = typed.text(text, field="text", most=LONGEST_NOTE)
    language = texts.original_of(session, note.texts_id)
    for tag in texts.all_of(session, note.texts_id):
        texts.rewrite(session, note.texts_id, tag, {"text": clean if tag == language else ""})
    gone = journal_photos.take(session, note, photo, by=by, alt=alt, language=language)
    note.changed_at = at
    _changed(session, note)
    return gone


def take_back(session: Session, note: Note, *, by: Person, at: datetime) -> list[str]:
    """Words and photo are gone for everybody; returns the files to remove after the commit. NotAllowed."""
    _make_sure_is_by(note, by)
    for tag in texts.all_of(session, note.texts_id):
        texts.rewrite(session, note.texts_id, tag, {"text": ""})
    note.taken_back_at, note.by_name = at, ""
    gone = journal_photos.take(session, note, None, by=by, alt="", language="")
    _changed(session, note)
    return gone


def hide(session: Session, note: Note, is_hidden: bool) -> None:
    """Takes it down with its photo after a report, or puts both back."""
    note.is_hidden = is_hidden
    journal_photos.show(session, note, not is_hidden)
    _changed(session, note)


def forget(session: Session, person: Person, *, with_texts: bool, at: datetime) -> list[str]:
    """Their notes go, or stay without name and photo. Returns the files to remove after the commit."""
    gone: list[str] = []
    for note in session.scalars(select(Note).where(Note.by_id == person.id)).all():
        if with_texts:
            gone += take_back(session, note, by=person, at=at)
        else:
            note.by_name = ""
            gone += journal_photos.take(session, note, None, by=person, alt="", language="")
            _changed(session, note)
    return gone


# --- finders ---


def by_number(session: Session, number: int, *, area_id: int | None = None) -> Note:
    """A note that everybody can read, of this area where one is named. Raises NotFound."""
    found = session.scalar(select(Note).where(Note.id == number)) if number < 2**31 else None
    if found is None or found.is_hidden or found.taken_back_at or area_id not in (None, found.area_id):
        raise not_here()
    return found


def own(session: Session, number: int, *, by: Person | None, area_id: int) -> Note:
    """by's own note. Raises NotFound, NotAllowed for another's."""
    found = by_number(session, number, area_id=area_id)
    _make_sure_is_by(found, by)
    return found


def not_here() -> NotFound:
    return NotFound(say("There is no note with this number."))


# --- private parts ---


def _make_sure_may_write(session: Session, case: Case, by: Person, at: datetime) -> None:
    if not may_write(session, by, case):
        raise NotAllowed(say("Only the team writes in its journal."))
    since = at - team_work.A_DAY
    lately = select(func.count()).select_from(Note).where(Note.by_id == by.id, Note.at > since)
    team_work.make_sure_may_work(session, by, case, at=at, lately=lambda: session.scalar(lately) or 0)


def _make_sure_is_by(note: Note, by: Person | None) -> None:
    if not is_by(note, by):
        raise NotAllowed(say("Only whoever wrote this note may do this."))


def _mark(case: Case, by: Person, clean: str, photo: Photo | None) -> str:
    sent = "\0".join((str(case.id), str(by.id), clean, photo.content_mark if photo else ""))
    return hashlib.sha256(sent.encode()).hexdigest()


def _sent_before(session: Session, client_uuid: str | None, mark: str) -> Note | None:
    before = session.scalar(select(Note).where(Note.client_uuid == client_uuid)) if client_uuid else None
    if before is not None and before.content_mark != mark:
        raise Conflict(say("This was sent before with other words. Send it once more."), field="client_uuid")
    return before


def _changed(session: Session, note: Note) -> None:
    session.flush()
    revisions.raise_(session, note.area_id, "cases")
