""" "Me too": one support for each person and idea. A guest's is kept, and counts once they are a neighbour."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import ideas, people, restrictions, revisions
from .database import Base, insert
from .errors import NotAllowed
from .ideas import Idea
from .people import Level, Person
from .wording import say


class Support(Base):
    __tablename__ = "supports"

    idea_id: Mapped[int] = mapped_column(ForeignKey("ideas.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True)
    counts: Mapped[bool] = mapped_column(default=True)  # false while the person is a guest
    came_with: Mapped[int | None] = mapped_column(
        index=True
    )  # the merged idea that brought it; empty: their own act
    at: Mapped[datetime]


def may_support(idea: Idea) -> bool:
    return idea.state in ideas.PUBLIC


def counts_for(person: Person | None) -> bool:
    """Whether this person's support counts at once."""
    return person is not None and person.level >= Level.NEIGHBOUR


def support(session: Session, idea: Idea, *, by: Person, at: datetime) -> None:
    """Supporting twice changes nothing. NotAllowed before the idea is published, and while by is suspended."""
    # On PostgreSQL a merge meanwhile waits for us, or we for it: no support is lost between two ideas.
    session.flush()
    session.refresh(idea, ["state"], with_for_update=True)
    if not may_support(idea):
        raise NotAllowed(say("This idea is not published."))
    restrictions.make_sure_may_join(session, by, idea.area_id, at=at)
    counts = counts_for(by)
    new = insert(session, Support).values(idea_id=idea.id, person_id=by.id, counts=counts, at=at)
    first = session.scalar(new.on_conflict_do_nothing().returning(Support.idea_id)) is not None
    if first and counts:
        _add(session, [idea.id], 1)


def undo(session: Session, idea: Idea, *, by: Person) -> None:
    """Undoing what was not supported changes nothing."""
    mine = delete(Support).where(Support.idea_id == idea.id, Support.person_id == by.id)
    if session.scalar(mine.returning(Support.counts).execution_options(synchronize_session=False)):
        _add(session, [idea.id], -1)


def undo_all(session: Session, person: Person) -> None:
    """Takes back all that somebody supported, counted or not."""
    theirs = delete(Support).where(Support.person_id == person.id).returning(Support.idea_id, Support.counts)
    gone = session.execute(theirs.execution_options(synchronize_session=False)).all()
    _add(session, [idea_id for idea_id, counts in gone if counts], -1)


@people.when_raised
def confirm(session: Session, person: Person) -> int:
    """Counts what somebody supported as a guest, now that they are a neighbour; returns how many."""
    if not counts_for(person):
        return 0
    kept = update(Support).where(Support.person_id == person.id, Support.counts.is_(False)).values(counts=True)
    numbers = session.scalars(kept.returning(Support.idea_id).execution_options(synchronize_session=False)).all()
    _add(session, list(numbers), 1)
    return len(numbers)


def is_supported(session: Session, idea_id: int, person: Person | None) -> bool:
    if person is None:
        return False
    query = select(Support.idea_id).where(Support.idea_id == idea_id, Support.person_id == person.id)
    return session.scalar(query) is not None


def of_person(session: Session, person_id: int) -> list[int]:
    """The numbers of the ideas that somebody supports."""
    return list(session.scalars(select(Support.idea_id).where(Support.person_id == person_id)))


def _add(session: Session, numbers: list[int], more: int) -> None:
    """The database adds, so that two at once both count."""
    if not numbers:
        return
    raised = update(Idea).where(Idea.id.in_(numbers)).values(supports=Idea.supports + more).returning(Idea.area_id)
    changed = set(session.scalars(raised.execution_options(synchronize_session=False)))
    for area_id in sorted(changed):
        revisions.raise_(session, area_id, "ideas")
    for number in numbers:
        if (known := session.identity_map.get(session.identity_key(Idea, number))) is not None:
            session.expire(known, ["supports"])
