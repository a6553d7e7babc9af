"""The photos of an idea beside the one that everybody sees: sent later and waiting, put away, blurred or replaced.

They stay private. What was put away is kept for as long as its author may object, then its file goes.
What is decided about a photo that was sent later follows in idea_photo_answers.py.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, String, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import ideas, moderation, personal_details, photos, restrictions, revisions, typed
from .database import Base
from .errors import Conflict, NotAllowed
from .files import Store
from .ideas import Idea
from .people import Person
from .photos import Photo, Prepared
from .waiting import Waiting
from .wording import say

KEPT = timedelta(days=182)  # of what is set aside: as long as an objection is open
MOST_FORGOTTEN = 50  # by one call


class State(StrEnum):
    """What became of a photo."""

    WAITING = "waiting"
    STANDS = "stands"  # it became the idea's photo
    NOT_PUBLISHED = "not_published"
    TAKEN_BACK = "taken_back"  # a newer one came before it was read, or the idea was withdrawn
    AWAY = "away"  # the idea was published without it
    BLURRED = "blurred"  # only a blurred copy is published, which the worker makes
    REPLACED = "replaced"
    TAKEN_DOWN = "taken_down"  # after a report


ASIDE = (State.NOT_PUBLISHED, State.TAKEN_BACK, State.AWAY, State.BLURRED, State.REPLACED, State.TAKEN_DOWN)
REFUSED = (State.NOT_PUBLISHED, State.AWAY, State.TAKEN_DOWN)  # an objection can bring these back


class IdeaPhoto(Base):
    __tablename__ = "idea_photos"

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("ideas.id", ondelete="CASCADE"), index=True)
    photo_id: Mapped[int] = mapped_column(ForeignKey("photos.id", ondelete="CASCADE"), index=True)
    copy_id: Mapped[int | None] = mapped_column(ForeignKey("photos.id", ondelete="SET NULL"))  # made by the worker
    round: Mapped[int | None]  # of the queue in which it was read; empty: it came with the idea
    client_uuid: Mapped[str | None] = mapped_column(String(36), unique=True)  # of the form; empty: came with the idea
    content_mark: Mapped[str] = mapped_column(String(64), default="")  # SHA-256 of idea and photo, to know a repeat
    state: Mapped[str] = mapped_column(String(20), default=State.WAITING, index=True)
    settled_at: Mapped[datetime | None]  # when its state became final; empty while it waits


def may_send(idea: Idea, person: Person | None) -> bool:
    """Its author, while it waits to be read, or is public and may still be changed."""
    return (idea.is_public or idea.state == ideas.State.RECEIVED) and ideas.may_edit(idea, person)


# --- verbs ---


def send(
    session: Session, idea: Idea, *, photo: Photo, alt: str, language: str, by: Person, at: datetime,
    client_uuid: str | None = None,
) -> IdeaPhoto:  # fmt: skip
    """A photo for an idea that is sent: it waits for a moderator, and one that waited before is not read any more.

    The same client_uuid with the same photo is the same again, and photo is left alone; with another one it raises
    Conflict. NotAllowed unless by may send one; Refusal that names "photo" or "alt".
    """
    client_uuid = typed.uuid(client_uuid)
    mark = hashlib.sha256(f"{idea.id}\0{photo.content_mark}".encode()).hexdigest()
    # Of two taps at once the second waits here, and then finds what the first one sent.
    session.refresh(idea, with_for_update=True)
    if (before := _sent_before(session, client_uuid, mark)) is not None:
        return before
    make_sure_may_send(session, idea, by, at=at)
    photos.take(photo, by=by, alt=alt, alt_language=language)
    item = moderation.ask(
        session, kind="photo", noun_id=idea.id, area_id=idea.area_id, at=at, language=language,
        flags=personal_details.flags(photo.alt),
    )  # fmt: skip
    _settle_waiting(session, idea.id, at)
    sent = IdeaPhoto(idea_id=idea.id, photo_id=photo.id, round=item.round, client_uuid=client_uuid, content_mark=mark)
    session.add(sent)
    session.flush()
    return sent


def make_sure_may_send(session: Session, idea: Idea, by: Person | None, *, at: datetime) -> None:
    """Raises NotAllowed for anybody else, while it is refused, once it was tried, and while by may not write here."""
    if by is None or not ideas.is_by(idea, by):
        raise NotAllowed(say("Only whoever wrote this idea may do this."))
    if not may_send(idea, by):
        raise NotAllowed(say("This idea can’t get another photo."))
    restrictions.make_sure_may_join(session, by, idea.area_id, at=at)


def stand(session: Session, idea: Idea, sent: IdeaPhoto, *, at: datetime) -> None:
    """From now on it is the idea's photo; the one before is not public any more.

    An idea that still waits shows it once it is published, and whoever reads the idea must have seen it.
    """
    set_aside(session, idea, State.REPLACED, at=at)
    idea.photo_id, sent.state, sent.settled_at = sent.photo_id, State.STANDS, at
    session.get_one(Photo, sent.photo_id).is_public = idea.is_public
    session.flush()
    if not idea.is_public:
        moderation.has_changed(session, kind="idea", noun_id=idea.id)
    revisions.raise_(session, idea.area_id, "ideas")


def set_aside(session: Session, idea: Idea, state: State, *, at: datetime) -> None:
    """The idea goes on without its photo, of which nothing is public any more; without one nothing changes."""
    open_blurs = (IdeaPhoto.idea_id == idea.id, IdeaPhoto.state == State.BLURRED, IdeaPhoto.copy_id.is_(None))
    # Of an original whose copy is not made yet, nothing may come back later either.
    change = update(IdeaPhoto).where(*open_blurs).values(state=State.REPLACED, settled_at=at)
    session.execute(change.execution_options(synchronize_session="fetch"))
    if idea.photo_id is None:
        return
    session.get_one(Photo, idea.photo_id).is_public = False
    session.add(IdeaPhoto(idea_id=idea.id, photo_id=idea.photo_id, state=state, settled_at=at))
    idea.photo_id = None
    session.flush()
    revisions.raise_(session, idea.area_id, "ideas")


def refuse(session: Session, sent: IdeaPhoto, *, at: datetime) -> None:
    sent.state, sent.settled_at = State.NOT_PUBLISHED, at
    session.flush()


def withdraw(session: Session, idea: Idea, *, at: datetime) -> None:
    """Nobody decides any more about one that waits."""
    moderation.withdraw(session, kind="photo", noun_id=idea.id, at=at)
    _settle_waiting(session, idea.id, at)


def put_back(session: Session, idea: Idea, *, at: datetime) -> bool:
    """The photo that was refused last, after all; whether there was one and no other stands."""
    refused = last_of(session, idea.id, *REFUSED)
    if refused is None or idea.photo_id is not None:
        return False
    stand(session, idea, refused, at=at)
    return True


def stand_blurred(session: Session, store: Store, number: int, prepared: Prepared | None, *, at: datetime) -> None:
    """The worker has made a copy, which the idea shows from now on; None: it could not be made, so none is shown.

    Nothing changes where another worker was quicker, or the photo has been set aside meanwhile.
    """
    row = session.scalar(select(IdeaPhoto).where(IdeaPhoto.id == number).with_for_update())
    if row is None or row.state != State.BLURRED or row.copy_id is not None:
        return
    idea, original = session.get_one(Idea, row.idea_id), session.get_one(Photo, row.photo_id)
    if prepared is None or idea.photo_id is not None:
        row.state = State.AWAY if prepared is None else State.REPLACED
        return
    copy = photos.keep(
        session, store, prepared, area_id=original.area_id, by=None, at=at, alt=original.alt,
        alt_language=original.alt_language,
    )  # fmt: skip
    copy.sent_by, copy.is_public = original.sent_by, idea.is_public
    idea.photo_id = row.copy_id = copy.id
    session.flush()
    revisions.raise_(session, idea.area_id, "ideas")


def forget_old(session: Session, store: Store, *, at: datetime) -> int:
    """Removes what was set aside so long ago that nobody can object any more; returns how many. The worker calls it."""
    query = select(Photo).join(IdeaPhoto, IdeaPhoto.photo_id == Photo.id)
    old = (IdeaPhoto.state.in_(ASIDE), IdeaPhoto.settled_at < at - KEPT)
    unused = Photo.id.not_in(select(Idea.photo_id).where(Idea.photo_id.is_not(None)))
    is_old = session.scalars(query.where(*old, unused).distinct().limit(MOST_FORGOTTEN)).all()
    for photo in is_old:
        photos.remove(session, store, photo)
    return len(is_old)


def forget_all(session: Session, idea: Idea, *, at: datetime) -> list[str]:
    """All photos of an idea go with their rows; returns their files, which go after the commit."""
    rows = session.execute(select(IdeaPhoto.photo_id, IdeaPhoto.copy_id).where(IdeaPhoto.idea_id == idea.id)).all()
    numbers = {idea.photo_id, *(number for row in rows for number in row)} - {None}
    moderation.withdraw(session, kind="photo", noun_id=idea.id, at=at)
    idea.photo_id = None
    session.flush()
    gone = session.scalars(select(Photo).where(Photo.id.in_(numbers))).all()
    for photo in gone:
        session.delete(photo)
    session.flush()
    return [photo.file for photo in gone]


# --- finders ---


def of_round(session: Session, idea_id: int, round_: int) -> IdeaPhoto | None:
    query = select(IdeaPhoto).where(IdeaPhoto.idea_id == idea_id, IdeaPhoto.round == round_)
    return session.scalar(query)


def round_of(session: Session, idea: Idea) -> int | None:
    """The round of the queue in which the photo that stands was read; None: it came with the idea, and was read so."""
    if idea.photo_id is None:
        return None
    original = select(IdeaPhoto.photo_id).where(IdeaPhoto.idea_id == idea.id, IdeaPhoto.copy_id == idea.photo_id)
    own = or_(IdeaPhoto.photo_id == idea.photo_id, IdeaPhoto.photo_id.in_(original))
    return session.scalar(select(func.max(IdeaPhoto.round)).where(IdeaPhoto.idea_id == idea.id, own))


def last_of(session: Session, idea_id: int, *states: State) -> IdeaPhoto | None:
    """The one that came into one of these states last."""
    query = select(IdeaPhoto).where(IdeaPhoto.idea_id == idea_id, IdeaPhoto.state.in_(states))
    return session.scalar(query.order_by(IdeaPhoto.settled_at.desc(), IdeaPhoto.id.desc()).limit(1))


def latest_sent(session: Session, idea_id: int) -> IdeaPhoto | None:
    """What its author sent last, apart from the idea itself."""
    query = select(IdeaPhoto).where(IdeaPhoto.idea_id == idea_id, IdeaPhoto.round.is_not(None))
    return session.scalar(query.order_by(IdeaPhoto.round.desc()).limit(1))


def decision_on(session: Session, sent: IdeaPhoto) -> Waiting | None:
    """What was decided about one that was sent later, with its reason and note; None until its author may know."""
    own = (Waiting.kind == "photo", Waiting.noun_id == sent.idea_id, Waiting.round == sent.round)
    return session.scalar(select(Waiting).where(*own, Waiting.told_at.is_not(None)))


def to_blur(session: Session) -> tuple[int, str] | None:
    """(number, file of the original) of what the worker should blur next."""
    query = select(IdeaPhoto.id, Photo).join(Photo, Photo.id == IdeaPhoto.photo_id)
    waits = query.where(IdeaPhoto.state == State.BLURRED, IdeaPhoto.copy_id.is_(None))
    row = session.execute(waits.order_by(IdeaPhoto.id).limit(1)).first()
    return (row[0], row[1].file) if row else None


# --- private parts ---


def _settle_waiting(session: Session, idea_id: int, at: datetime) -> None:
    waiting = (IdeaPhoto.idea_id == idea_id, IdeaPhoto.state == State.WAITING)
    change = update(IdeaPhoto).where(*waiting).values(state=State.TAKEN_BACK, settled_at=at)
    session.execute(change.execution_options(synchronize_session="fetch"))


def _sent_before(session: Session, client_uuid: str | None, mark: str) -> IdeaPhoto | None:
    if client_uuid is None:
        return None
    before = session.scalar(select(IdeaPhoto).where(IdeaPhoto.client_uuid == client_uuid))
    if before is not None and before.content_mark != mark:
        raise Conflict(say("This was sent before with another photo. Open the page again."), field="client_uuid")
    return before
