"""What helped and what stood in the way: the short list by which lessons are found again (pre-study pp. 8-20)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from .database import Base
from .errors import Refusal
from .wording import Wording, say

MOST_TAGS = 4  # of one lesson: with more, each would say little


class Tag(StrEnum):
    LOCAL_ROOTS = "local_roots"
    ASKED_EARLY = "asked_early"
    NEW_GROUPS = "new_groups"
    OWN_STRENGTH = "own_strength"
    SHARED_GOAL = "shared_goal"
    CLEAR_ROLES = "clear_roles"
    ACROSS_SECTORS = "across_sectors"
    SMALL_TRIALS = "small_trials"
    LONG_VIEW = "long_view"
    LEARNED_TOGETHER = "learned_together"
    ASKED_LATE = "asked_late"
    HURRY = "hurry"
    FEW_VOICES = "few_voices"
    FROM_ABOVE = "from_above"
    RULES = "rules"
    SIDE_TRACK = "side_track"
    SHORT_MONEY = "short_money"
    NO_MEMORY = "no_memory"


FACTORS: Mapping[str, Wording] = {
    Tag.LOCAL_ROOTS: say("Rooted in the area"),
    Tag.ASKED_EARLY: say("People were asked early"),
    Tag.NEW_GROUPS: say("New people joined"),
    Tag.OWN_STRENGTH: say("People’s own strength"),
    Tag.SHARED_GOAL: say("A goal that all shared"),
    Tag.CLEAR_ROLES: say("Clear roles"),
    Tag.ACROSS_SECTORS: say("Different sides worked together"),
    Tag.SMALL_TRIALS: say("Small trials first"),
    Tag.LONG_VIEW: say("Time to last"),
    Tag.LEARNED_TOGETHER: say("Learning together"),
}
OBSTACLES: Mapping[str, Wording] = {
    Tag.ASKED_LATE: say("People were asked too late"),
    Tag.HURRY: say("Too much hurry"),
    Tag.FEW_VOICES: say("Only a few had a say"),
    Tag.FROM_ABOVE: say("Decided from above"),
    Tag.RULES: say("Rules that did not fit"),
    Tag.SIDE_TRACK: say("Beside the everyday work"),
    Tag.SHORT_MONEY: say("Money for a short time"),
    Tag.NO_MEMORY: say("Nothing was written down"),
}
TAGS: Mapping[str, Wording] = {**FACTORS, **OBSTACLES}


class LessonTag(Base):
    __tablename__ = "lesson_tags"

    lesson_id: Mapped[int] = mapped_column(
        ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    tag: Mapped[str] = mapped_column(String(20), primary_key=True, index=True)  # one of TAGS


def checked(tags: Iterable[str]) -> list[str]:
    """Each once, in the order of the list. Raises Refusal that names "tags"."""
    chosen = set(tags)
    if not chosen <= TAGS.keys():
        raise Refusal(say("Choose one of what is offered."), field="tags")
    if len(chosen) > MOST_TAGS:
        raise Refusal(say("Choose %(most)s of these at most.", most=MOST_TAGS), field="tags")
    return [tag for tag in TAGS if tag in chosen]


def write(session: Session, lesson_id: int, tags: Iterable[str]) -> None:
    """These take the place of the lesson's tags before."""
    session.execute(delete(LessonTag).where(LessonTag.lesson_id == lesson_id))
    session.add_all(LessonTag(lesson_id=lesson_id, tag=tag) for tag in tags)
    session.flush()


def of_lessons(session: Session, lesson_ids: Collection[int]) -> dict[int, list[str]]:
    """{lesson id: its tags, in the order of the list}. One statement."""
    found: dict[int, list[str]] = {number: [] for number in lesson_ids}
    if found:
        for row in session.execute(select(LessonTag.lesson_id, LessonTag.tag).where(LessonTag.lesson_id.in_(found))):
            found[row.lesson_id].append(row.tag)
    order = list(TAGS)
    return {number: sorted(tags, key=order.index) for number, tags in found.items()}
