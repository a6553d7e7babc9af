"""Ideas told on paper or aloud: staff write them down for somebody, who gets the receipt and is the author."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import audit, ideas, languages, people
from .areas import Area
from .errors import NotAllowed, Refusal
from .ideas import Idea
from .people import Person
from .photos import Photo
from .wording import say


def may_write_down(person: Person | None, area_id: int) -> bool:
    return people.may_moderate(person, area_id)


def write_down(
    session: Session, *, area: Area, text: str, language: str, name: str, by: Person, at: datetime,
    client_uuid: str | None, photo: Photo | None = None, alt: str = "",
) -> tuple[Idea, str]:  # fmt: skip
    """Sends somebody's idea in their name; it waits for others than by. Returns it with its receipt's token.

    The same client_uuid with the same content is the same idea with a new receipt, since the first may not have been
    printed. Raises NotAllowed unless by moderates the area, and what ideas.submit raises.
    """
    if not may_write_down(by, area.id):
        raise NotAllowed(say("Only a moderator of this area may do this."))
    if language not in languages.WRITTEN_BY_TAG:
        raise Refusal(say("Choose one of the languages."), field="language")
    author = _author_of(session, client_uuid, by)
    is_new = author is None
    if author is None:
        reads = languages.offered(language) or languages.FIRST
        author = people.add(session, name=name, language=reads.tag, area_id=area.id, at=at)
    idea, word = ideas.submit(
        session, area=area, author=author, text=text, language=language, at=at, client_uuid=client_uuid, photo=photo,
        alt=alt, entered_by=by,
    )  # fmt: skip
    if word is None:
        return idea, ideas.new_receipt(session, idea, by=author)
    if is_new:
        audit.note(session, "idea.written_down", at=at, by=by, area_id=area.id, noun_id=idea.id)
    return idea, word


def _author_of(session: Session, client_uuid: str | None, by: Person) -> Person | None:
    """For whom by sent this form before; None the first time."""
    if not client_uuid:
        return None
    query = select(Person).join(Idea, Idea.author_id == Person.id)
    return session.scalar(query.where(Idea.client_uuid == client_uuid, Idea.entered_by == by.id))
