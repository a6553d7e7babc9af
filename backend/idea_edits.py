"""What an author does with an idea later: edits it, which a person reads first, or takes it back.

Until an edit of a published idea is read, the text that was approved stands.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import audit, idea_merges, idea_photos, idea_texts, idea_versions, ideas, moderation, restrictions, typed
from .errors import Conflict, NotAllowed
from .idea_versions import IdeaVersion
from .ideas import Idea, State
from .people import Person
from .photos import Photo
from .wording import say


def edit(
    session: Session, idea: Idea, *, text: str | None, language: str, by: Person, at: datetime,
    client_uuid: str | None = None,
) -> IdeaVersion:  # fmt: skip
    """A new version, which waits for a moderator; one that waited before it is not read any more.

    The same client_uuid with the same content is the same version again, with another content it raises Conflict; the
    text that was sent last changes nothing. NotAllowed unless by may edit it; Refusal that names "text".
    """
    clean, client_uuid = idea_texts.checked(text), typed.uuid(client_uuid)
    mark = hashlib.sha256("\0".join((str(idea.id), clean)).encode()).hexdigest()  # typed text holds no NUL
    if (before := _sent_before(session, client_uuid, mark)) is not None:
        return before
    make_sure_may_edit(session, idea, by, at=at)
    title, rest = idea_texts.in_two(clean)
    latest = idea_versions.latest(session, idea)
    is_same = (latest.title, latest.text, latest.language) == (title, rest, language)
    if is_same and latest.state in (idea_versions.State.WAITING, idea_versions.State.APPROVED):
        return latest
    version = IdeaVersion(
        client_uuid=client_uuid, content_mark=mark, title=title, text=rest, language=language, photo_id=idea.photo_id,
        written_by=by.id,
    )  # fmt: skip
    idea_versions.begin(session, idea)
    if not idea.is_public:  # nobody but its author and moderators reads it, so nothing stands
        idea.title, idea.text, idea.language = title, rest, language
        if idea.state != State.RECEIVED:
            ideas.add_step(session, idea, State.RECEIVED, at=at)
    ideas.ask_again(session, idea, version, at=at)
    return version


def publish_after_all(session: Session, idea: Idea, *, at: datetime) -> None:
    """What was sent last stands from now on, since another person has found nothing against it."""
    version = idea_versions.latest(session, idea)
    ideas.replace_words(session, idea, version, at=at)
    idea_versions.stand(session, idea, at=at)


def make_sure_may_edit(session: Session, idea: Idea, by: Person | None, *, at: datetime) -> None:
    """Raises NotAllowed for anybody else, once it was tried, and while by may not write here."""
    if by is None or not ideas.is_by(idea, by):
        raise NotAllowed(say("Only whoever wrote this idea may do this."))
    if not ideas.may_edit(idea, by):
        raise NotAllowed(say("This idea can’t be changed any more."))
    restrictions.make_sure_may_join(session, by, idea.area_id, at=at)


def withdraw(session: Session, idea: Idea, *, by: Person, at: datetime) -> None:
    """Its author takes it back: nobody reads it any more, nobody decides about it. Its supports are kept.

    What had become part of it stands for itself again. Taking back twice changes nothing. NotAllowed.
    """
    if not ideas.is_by(idea, by):
        raise NotAllowed(say("Only whoever wrote this idea may do this."))
    if idea.state == State.WITHDRAWN:
        return
    if not ideas.may_withdraw(idea, by):
        raise NotAllowed(say("This idea is part of another one. Ask a moderator to part them first."))
    idea_merges.part_all(session, idea, by=None, at=at)
    moderation.withdraw(session, kind="idea", noun_id=idea.id, at=at)
    idea_versions.take_back_open(session, idea.id, at=at)
    idea_photos.withdraw(session, idea, at=at)
    if idea.photo_id is not None:
        session.get_one(Photo, idea.photo_id).is_public = False
    ideas.add_step(session, idea, State.WITHDRAWN, at=at)
    audit.note(session, "idea.withdrawn", at=at, by=by, area_id=idea.area_id, noun_id=idea.id)


def _sent_before(session: Session, client_uuid: str | None, mark: str) -> IdeaVersion | None:
    """What the database had to judge between two at once comes here too: the second waits for the first's end."""
    if client_uuid is None:
        return None
    before = session.scalar(select(IdeaVersion).where(IdeaVersion.client_uuid == client_uuid))
    if before is not None and before.content_mark != mark:
        raise Conflict(say("This was sent before with other words. Open the page again."), field="client_uuid")
    return before
