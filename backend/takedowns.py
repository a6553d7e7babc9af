"""What can be reported: ideas, photos, comments, cases and notes, each taken down and put back in its own way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import addresses, comments, idea_photos, ideas, journal, people, reportable, revisions, texts
from .areas import Area
from .cases import Case
from .comments import Comment
from .errors import NotFound
from .ideas import Idea, State
from .journal import Note
from .people import Person
from .photos import Photo
from .reportable import Look, Reportable
from .waiting import Waiting
from .wording import say


def look_at_ideas(session: Session, numbers: Sequence[int], language: str) -> dict[int, Look]:
    return {
        idea.id: Look(
            idea.id, idea.area_id, say("Idea %(number)s", number=idea.id), idea.title, idea.text, idea.language,
            addresses.idea(language, slug, idea.id), idea.state in ideas.PUBLIC, idea.author_id, **of_author,
            photo_key=key, photo_alt=alt,
        )
        for idea, slug, of_author, key, alt in _ideas(session, numbers)
    }  # fmt: skip


def take_idea_down(session: Session, number: int, waiting: Waiting, at: datetime) -> dict[str, Any]:
    """It is not published any more; its author reads the reason in its status."""
    idea = ideas.by_number(session, number)
    before = {"state": idea.state, "case_id": idea.case_id}
    ideas.add_step(
        session, idea, State.NOT_PUBLISHED, at=at, reason=waiting.reason, note=waiting.note,
        note_language=waiting.note_language,
    )  # fmt: skip
    _show_photo(session, idea, False)
    revisions.raise_(session, idea.area_id, "cases")
    return before


def put_idea_back(session: Session, number: int, before: Mapping[str, Any], at: datetime) -> None:
    """In the state that it had; what was never published before is published now."""
    idea = ideas.by_number(session, number)
    if idea.state != State.NOT_PUBLISHED:
        return
    state = State(before.get("state", State.READ))
    case = before.get("case_id") if state == State.IN_CASE else None
    ideas.add_step(session, idea, state, at=at, case_id=case)
    _show_photo(session, idea, True)
    revisions.raise_(session, idea.area_id, "cases")


def look_at_photos(session: Session, numbers: Sequence[int], language: str) -> dict[int, Look]:
    """The photos of these ideas, by the ideas' numbers: whoever reports one knows no other."""
    return {
        idea.id: Look(
            idea.id, idea.area_id, say("The photo of idea %(number)s", number=idea.id), idea.title, alt, idea.language,
            addresses.idea(language, slug, idea.id), idea.state in ideas.PUBLIC and bool(key), idea.author_id,
            **of_author, photo_key=key, photo_alt=alt,
        )
        for idea, slug, of_author, key, alt in _ideas(session, numbers)
    }  # fmt: skip


def take_photo_down(session: Session, number: int, waiting: Waiting, at: datetime) -> dict[str, Any]:
    """Only the photo goes; the idea's words stay."""
    idea = ideas.by_number(session, number)
    before = {"photo_id": idea.photo_id}
    idea_photos.set_aside(session, idea, idea_photos.State.TAKEN_DOWN, at=at)
    return before


def put_photo_back(session: Session, number: int, before: Mapping[str, Any], at: datetime) -> None:
    """The one that was refused or taken down last; one that came later stays."""
    idea_photos.put_back(session, ideas.by_number(session, number), at=at)


def photo_read_as(session: Session, number: int) -> tuple[str, int | None]:
    """A photo that came with its idea was read with it; one that was sent later, by itself."""
    round_ = idea_photos.round_of(session, ideas.by_number(session, number))
    return ("photo", round_) if round_ else ("idea", None)


def look_at_comments(session: Session, numbers: Sequence[int], language: str) -> dict[int, Look]:
    query = (
        select(Comment, Area.slug, Person.name, Person.language)
        .join(Area, Area.id == Comment.area_id)
        .outerjoin(Person, Person.id == Comment.author_id)
        .where(Comment.id.in_(numbers))
    )
    return {
        one.id: Look(
            one.id, one.area_id, say("Comment %(number)s", number=one.id), "", one.text, one.language,
            addresses.comments(language, slug, one.kind, one.noun_id), one.state == comments.State.PUBLIC,
            one.author_id, name or "", reads or "",
        )
        for one, slug, name, reads in session.execute(query)
    }  # fmt: skip


def take_comment_down(session: Session, number: int, waiting: Waiting, at: datetime) -> dict[str, Any]:
    comments.hide(session, comments.by_number(session, number), reason=waiting.reason, by=_decider(session, waiting),
                  at=at)  # fmt: skip
    return {}


def put_comment_back(session: Session, number: int, before: Mapping[str, Any], at: datetime) -> None:
    comments.show_again(session, comments.by_number(session, number), by=None, at=at)


def look_at_cases(session: Session, numbers: Sequence[int], language: str) -> dict[int, Look]:
    """Nobody is the author of a case, and it is mended rather than taken down."""
    query = select(Case.id, Case.area_id, Case.texts_id, Area.slug).join(Area, Area.id == Case.area_id)
    rows = session.execute(query.where(Case.id.in_(numbers))).all()
    said = texts.read(session, [row.texts_id for row in rows], language)
    return {
        row.id: Look(
            row.id, row.area_id, say("Case %(number)s", number=row.id), said[row.texts_id]["title"].text,
            said[row.texts_id]["summary"].text, said[row.texts_id]["title"].language or language,
            addresses.case(language, row.slug, row.id), True,
        )
        for row in rows
    }  # fmt: skip


def look_at_notes(session: Session, numbers: Sequence[int], language: str) -> dict[int, Look]:
    query = (
        select(Note, Area.slug, Person.language, Photo.key, Photo.alt)
        .join(Area, Area.id == Note.area_id)
        .outerjoin(Person, Person.id == Note.by_id)
        .outerjoin(Photo, Photo.id == Note.photo_id)
        .where(Note.id.in_(numbers))
    )
    rows = session.execute(query).all()
    said = texts.read(session, [note.texts_id for note, *_ in rows], language)
    return {
        note.id: Look(
            note.id, note.area_id, say("Note %(number)s in the journal", number=note.id), "",
            said[note.texts_id]["text"].text, said[note.texts_id]["text"].language or language,
            addresses.note(language, slug, note.id), not note.is_hidden and not note.taken_back_at, note.by_id,
            note.by_name, reads or "", photo_key=key or "", photo_alt=alt or "",
        )
        for note, slug, reads, key, alt in rows
    }  # fmt: skip


def hide_note(session: Session, number: int, waiting: Waiting, at: datetime) -> dict[str, Any]:
    journal.hide(session, session.get_one(Note, number), True)
    return {}


def show_note(session: Session, number: int, before: Mapping[str, Any], at: datetime) -> None:
    journal.hide(session, session.get_one(Note, number), False)


def _ideas(session: Session, numbers: Sequence[int]) -> list[tuple[Idea, str, dict[str, str], str, str]]:
    """(idea, its area's slug, its author's name and language, the photo's key and description), one statement."""
    query = (
        select(Idea, Area.slug, Person.name, Person.language, Photo.key, Photo.alt)
        .join(Area, Area.id == Idea.area_id)
        .outerjoin(Person, Person.id == Idea.author_id)
        .outerjoin(Photo, Photo.id == Idea.photo_id)
        .where(Idea.id.in_(numbers))
    )
    return [
        (idea, slug, {"author_name": name or "", "author_language": reads or ""}, key or "", alt or "")
        for idea, slug, name, reads, key, alt in session.execute(query)
    ]


def _show_photo(session: Session, idea: Idea, is_public: bool) -> None:
    if idea.photo_id is not None:
        session.get_one(Photo, idea.photo_id).is_public = is_public
        session.flush()


def _decider(session: Session, waiting: Waiting) -> Person:
    """Whoever decided; a decision that nobody's name stands under can't be carried out. Raises NotFound."""
    found = people.by_id(session, waiting.decided_by) if waiting.decided_by else None
    if found is None:
        raise NotFound(say("Whoever decided this is not here any more."))
    return found


reportable.offer(
    "idea", Reportable(look_at_ideas, take_idea_down, put_idea_back, say("Your idea was taken down"))
)  # fmt: skip
reportable.offer(
    "photo",
    Reportable(
        look_at_photos, take_photo_down, put_photo_back, say("Your photo was taken down"), read_as=photo_read_as
    ),
)  # fmt: skip
reportable.offer("comment", Reportable(look_at_comments, take_comment_down, put_comment_back, tells_itself=True))
reportable.offer("case", Reportable(look_at_cases))
reportable.offer("note", Reportable(look_at_notes, hide_note, show_note, say("Your note was taken down")))
