"""Ideas that say the same become one: the twin stands for both, and either can be had back as it was.

The merged idea keeps its rows. The twin gets a copy of each support and each follower that it lacked, marked with
where it came from, so that each person counts once and parting the two is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, delete, exists, func, insert, literal, select, update
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from . import audit, comment_moves, ideas, people, revisions
from .database import Base
from .errors import NotAllowed, NotFound, Refusal
from .follows import Follow
from .idea_versions import IdeaVersion
from .ideas import Idea, State
from .people import Person
from .supports import Support
from .waiting import Waiting
from .wording import Wording, say

MOST_STEPS = 50  # from one twin to the next, before we stop looking


class IdeaMerge(Base):
    """A merge that holds: the row goes when the two are parted."""

    __tablename__ = "idea_merges"

    idea_id: Mapped[int] = mapped_column(ForeignKey("ideas.id", ondelete="CASCADE"), primary_key=True)
    into_id: Mapped[int] = mapped_column(ForeignKey("ideas.id", ondelete="CASCADE"), index=True)
    state_before: Mapped[str] = mapped_column(String(20))  # of the idea, which it gets back
    by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))  # the moderator
    at: Mapped[datetime]


@dataclass(frozen=True)
class Together:
    """What a merge would bring together: people, each counted once, and comments."""

    supports: int  # of both
    support_both: int  # of these, who are with each of the two today
    comments: int  # public ones, of both
    comments_moved: int  # of these, what stands beneath the idea today
    followers: int


def may_merge(idea: Idea, person: Person | None) -> bool:
    """Moderators of its area, but not their own; what was merged they may part."""
    stands = idea.is_public or idea.state == State.MERGED
    return stands and people.may_moderate(person, idea.area_id) and not ideas.is_by(idea, person)


# --- verbs ---


def merge(session: Session, idea: Idea, twin_number: int, *, by: Person | None, at: datetime) -> Idea:
    """Makes idea a part of its twin and returns the twin. Raises Refusal as make_sure_can_merge does.

    What a moderator decided at the desk is noted there too; this notes when it came true.
    """
    _lock(session, idea, make_sure_can_merge(session, idea, twin_number, by))
    twin = make_sure_can_merge(session, idea, twin_number, by)
    session.add(
        IdeaMerge(
            idea_id=idea.id, into_id=twin.id, state_before=idea.state, by=by.id if by else None, at=at
        )
    )  # fmt: skip
    idea.merged_into = twin.id
    ideas.add_step(session, idea, State.MERGED, at=at)
    _copy(session, Support, _supports_of, idea, twin)
    _copy(session, Follow, _follows_of, idea, twin)
    comment_moves.move(session, idea.id, twin.id)
    _count(session, idea, twin)
    audit.note(session, "idea.merged", at=at, by=by, area_id=idea.area_id, noun_id=idea.id, twin=twin.id)
    return twin


def part(session: Session, idea: Idea, *, by: Person | None, at: datetime) -> None:
    """Gives an idea back what it had; whoever took their support back meanwhile does not get it again.

    One that nobody had approved waits to be read again. NotAllowed unless by moderates its area; by is None where the
    twin's author takes the twin back. Refusal when it is no part of another, or its twin is part of a third.
    """
    if by is not None and not people.may_moderate(by, idea.area_id):
        raise NotAllowed(say("Only a moderator of this area may do this."))
    merged = session.get(IdeaMerge, idea.id)
    if merged is None:
        raise Refusal(say("This idea is not part of another one."))
    twin = ideas.by_number(session, merged.into_id)
    if twin.state == State.MERGED:
        raise Refusal(say("Its twin became part of another idea. Take those two apart first."))
    _lock(session, idea, twin)
    session.delete(merged)
    idea.merged_into = None
    session.flush()
    comment_moves.move_back(session, idea.id, twin.id)
    _give_back(session, Support, _supports_of, idea, twin)
    _give_back(session, Follow, _follows_of, idea, twin)
    _count(session, idea, twin)
    _stand_alone(session, idea, State(merged.state_before), at)
    at_the_desk = update(Waiting).where(Waiting.kind == "idea", Waiting.noun_id == idea.id)  # nothing is left to part
    session.execute(at_the_desk.values(merge_into=None).execution_options(synchronize_session="fetch"))
    audit.note(session, "idea.parted", at=at, by=by, area_id=idea.area_id, noun_id=idea.id, twin=twin.id)


def part_all(session: Session, twin: Idea, *, by: Person | None, at: datetime) -> None:
    """All that is part of twin stands for itself again."""
    for number in session.scalars(select(IdeaMerge.idea_id).where(IdeaMerge.into_id == twin.id)).all():
        part(session, ideas.by_number(session, number), by=by, at=at)


def make_sure_may_merge(idea: Idea, by: Person) -> None:
    """Raises NotAllowed."""
    if not people.may_moderate(by, idea.area_id):
        raise NotAllowed(say("Only a moderator of this area may do this."))
    if ideas.is_by(idea, by):
        raise NotAllowed(say("You wrote this yourself. Somebody else has to decide about it."))


def make_sure_can_merge(session: Session, idea: Idea, twin_number: int, by: Person | None) -> Idea:
    """The twin. Raises a Refusal that names merge_into unless it is another public idea where by moderates."""
    try:
        twin = ideas.by_number(session, twin_number)
    except NotFound as nothing:
        raise Refusal(nothing.wording, field="merge_into") from None
    if (why := _why_not(session, idea, twin, by)) is not None:
        raise Refusal(why, field="merge_into")
    return twin


# --- finders ---


def stands_for(session: Session, idea: Idea) -> Idea:
    """The idea that stands for this one in the end; itself where it is merged with none."""
    for _ in range(MOST_STEPS):
        if idea.merged_into is None:
            break
        idea = ideas.by_number(session, idea.merged_into)
    return idea


def also_by(session: Session, number: int) -> Sequence[str]:
    """The names of those who proposed the same, through all merges; guests without a name are left out."""
    parts = select(Idea.id, Idea.author_id).where(Idea.merged_into == number).cte(recursive=True)
    parts = parts.union(select(Idea.id, Idea.author_id).where(Idea.merged_into == parts.c.id))
    query = select(Person.name).join(parts, parts.c.author_id == Person.id).where(Person.name != "")
    return list(dict.fromkeys(session.scalars(query.order_by(parts.c.id))))


def together(session: Session, idea: Idea, twin: Idea) -> Together:
    """What their merge would come to. Two statements."""
    both = (idea.id, twin.id)
    counted = func.count(Support.person_id.distinct())
    supports = session.scalar(select(counted).where(Support.idea_id.in_(both), Support.counts.is_(True))) or 0
    follow = select(func.count(Follow.person_id.distinct())).where(Follow.kind == "idea", Follow.noun_id.in_(both))
    return Together(
        supports=supports, support_both=idea.supports + twin.supports - supports,
        comments=idea.comments + twin.comments, comments_moved=idea.comments, followers=session.scalar(follow) or 0,
    )  # fmt: skip


def parts_of(session: Session, number: int) -> Sequence[Idea]:
    """The ideas that were made part of this one, the first first."""
    query = select(Idea).join(IdeaMerge, IdeaMerge.idea_id == Idea.id).where(IdeaMerge.into_id == number)
    return session.scalars(query.order_by(IdeaMerge.at, Idea.id)).all()


# --- private parts ---


def _why_not(session: Session, idea: Idea, twin: Idea, by: Person | None) -> Wording | None:
    """Why idea can't become part of twin; None where it can. Of other areas nothing more is told."""
    if twin.id == idea.id:
        return say("It can’t be merged with itself. Choose another one.")
    if by is not None and not people.may_moderate(by, twin.area_id):
        return say("Idea %(number)s is in an area that you do not moderate.", number=twin.id)
    if twin.state == State.MERGED and (other := stands_for(session, twin)).id == idea.id:
        return say("Idea %(number)s is part of this one already.", number=twin.id)
    if twin.state == State.MERGED:
        return say("Idea %(number)s is part of idea %(other)s. Choose that one.", number=twin.id, other=other.id)
    if twin.state not in ideas.PUBLIC:
        return say("Idea %(number)s is not public.", number=twin.id)
    if idea.state in (State.MERGED, State.WITHDRAWN):
        return say("This idea does not stand for itself any more.")
    return None


def _supports_of(table: Any, number: int) -> list[Any]:
    return [table.idea_id == number]


def _follows_of(table: Any, number: int) -> list[Any]:
    return [table.kind == "idea", table.noun_id == number]


def _lock(session: Session, *both: Idea) -> None:
    """On PostgreSQL whoever supports or merges one of them meanwhile waits; what they did before is read anew."""
    session.flush()
    own = select(Idea).where(Idea.id.in_([one.id for one in both])).order_by(Idea.id).with_for_update()
    session.scalars(own.execution_options(populate_existing=True)).all()


def _copy(session: Session, table: Any, rows_of: Any, idea: Idea, twin: Idea) -> None:
    """Whoever has a row with idea and none with twin gets one there."""
    other = aliased(table)
    has_one = exists().where(other.person_id == table.person_id, *rows_of(other, twin.id))
    number = "idea_id" if table is Support else "noun_id"
    changed = {number: literal(twin.id), "came_with": literal(idea.id)}
    names = [column.name for column in table.__table__.columns]
    rows = select(*(changed.get(name, getattr(table, name)).label(name) for name in names))
    session.execute(insert(table).from_select(names, rows.where(*rows_of(table, idea.id), ~has_one)))


def _give_back(session: Session, table: Any, rows_of: Any, idea: Idea, twin: Idea) -> None:
    other = aliased(table)
    still = exists().where(other.person_id == table.person_id, *rows_of(other, twin.id))
    quietly = {"synchronize_session": False}
    session.execute(delete(table).where(*rows_of(table, idea.id), ~still), execution_options=quietly)
    copies = delete(table).where(*rows_of(table, twin.id), table.came_with == idea.id)
    session.execute(copies, execution_options=quietly)


def _count(session: Session, *both: Idea) -> None:
    for idea in both:
        counted = select(func.count()).where(Support.idea_id == idea.id, Support.counts.is_(True)).scalar_subquery()
        change = update(Idea).where(Idea.id == idea.id).values(supports=counted)
        session.execute(change.execution_options(synchronize_session=False))
        session.refresh(idea, ["supports"])
        revisions.raise_(session, idea.area_id, "ideas")


def _stand_alone(session: Session, idea: Idea, before: State, at: datetime) -> None:
    if before in ideas.PUBLIC:
        ideas.add_step(session, idea, before, at=at, case_id=idea.case_id if before == State.IN_CASE else None)
        return
    ideas.add_step(session, idea, State.RECEIVED, at=at)
    again = IdeaVersion(
        title=idea.title, text=idea.text, language=idea.language, photo_id=idea.photo_id, written_by=idea.author_id
    )
    ideas.ask_again(session, idea, again, at=at)
