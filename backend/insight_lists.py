"""Insights as pages show them: a case's, twenty at a time and by form, and one; in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, distinct, func, select
from sqlalchemy.orm import Session

from . import insights, stage_checks
from .cases import Stage
from .insight_tellings import FORM_NAMES, FORMS
from .insights import Insight, State
from .photos import Photo
from .sounds import Sound
from .wording import Wording, say

ON_A_PAGE = 20
MOST_OFFERED = 100  # the newest: to draw together, and of one's own
MANY = 5  # what is usually there before a case moves on


@dataclass(frozen=True)
class Listed:
    """An insight as everybody reads it."""

    number: int
    case_id: int
    form: str
    text: str
    language: str
    transcript: str
    name: str  # of whoever told it; empty: no name is shown
    at: datetime  # when it was first shown
    photo_key: str
    photo_alt: str
    photo_alt_language: str
    photo_width: int  # pixels
    photo_height: int
    sound_key: str
    seconds: int  # of the recording

    @property
    def form_name(self) -> Wording:
        return FORM_NAMES[self.form]


@dataclass(frozen=True)
class Page:
    insights: list[Listed]
    count: int  # of the form that is shown
    number: int
    by_form: dict[str, int]  # how many there are of each

    @property
    def all(self) -> int:
        return sum(self.by_form.values())

    @property
    def last(self) -> int:
        return max(-(-self.count // ON_A_PAGE), 1)


def page(session: Session, case_id: int, form: str = "", number: int = 1) -> Page:
    """Those of a case, newest first; form: only of this one. Raises NotFound past the end. Two statements."""
    counted = select(Insight.form, func.count()).where(*_public(case_id)).group_by(Insight.form)
    found: dict[str, int] = {row[0]: row[1] for row in session.execute(counted)}
    by_form = {name: found[name] for name in FORMS if name in found}
    chosen = form if form in FORMS else ""
    count = by_form.get(chosen, 0) if chosen else sum(by_form.values())
    if number != 1 and not 1 <= number <= -(-count // ON_A_PAGE):
        raise insights.not_here()
    where = (*_public(case_id), Insight.form == chosen) if chosen else _public(case_id)
    query = _listed().where(*where).order_by(Insight.public_at.desc(), Insight.id.desc())
    shown = query.limit(ON_A_PAGE).offset((number - 1) * ON_A_PAGE)
    return Page(_all(session, shown), count, number, by_form)


def one(session: Session, number: int, *, case_id: int) -> Listed:
    """A public one. Raises NotFound."""
    return _find(session, number, *_public(case_id))


def any_state(session: Session, number: int, *, case_id: int) -> Listed:
    """For whoever may see it before it is public. Raises NotFound."""
    return _find(session, number, Insight.case_id == case_id)


def offered(session: Session, case_id: int) -> list[Listed]:
    """What can be drawn together: the newest public ones. One statement."""
    query = _listed().where(*_public(case_id)).order_by(Insight.public_at.desc(), Insight.id.desc())
    return _all(session, query.limit(MOST_OFFERED))


def public_of(session: Session, case_id: int, numbers: Collection[int]) -> set[int]:
    """Which of these everybody reads, in this case."""
    return set(session.scalars(select(Insight.id).where(*_public(case_id), Insight.id.in_(numbers))))


def of_person(session: Session, person_id: int, case_id: int | None = None) -> list[Insight]:
    """What somebody told, in a case or anywhere, whatever became of it, newest first; not what was taken back."""
    own = [Insight.author_id == person_id, Insight.state != State.TAKEN_BACK]
    if case_id is not None:
        own.append(Insight.case_id == case_id)
    return list(session.scalars(select(Insight).where(*own).order_by(Insight.id.desc()).limit(MOST_OFFERED)))


# --- what is usually there before a case moves on ---


@stage_checks.usual(Stage.INSIGHTS, say("Five things that people told, or more"))
def are_many(session: Session, case_id: int) -> bool:
    return (session.scalar(select(func.count()).where(*_public(case_id))) or 0) >= MANY


@stage_checks.usual(Stage.INSIGHTS, say("Told in more than one way: seen, talked about, or a diary"))
def are_of_several_forms(session: Session, case_id: int) -> bool:
    return (session.scalar(select(func.count(distinct(Insight.form))).where(*_public(case_id))) or 0) >= 2


@stage_checks.usual(Stage.INSIGHTS, say("Told by three people or more"))
def are_by_several(session: Session, case_id: int) -> bool:
    """Those whose writer has left count as one."""
    writers = func.count(distinct(func.coalesce(Insight.author_id, 0)))
    return (session.scalar(select(writers).where(*_public(case_id))) or 0) >= 3


# --- private parts ---


def _public(case_id: int) -> tuple[ColumnElement[bool], ...]:
    return Insight.case_id == case_id, Insight.state == State.PUBLIC


def _listed() -> Select[Insight, Photo, Sound]:
    query = select(Insight, Photo, Sound).outerjoin(Photo, Photo.id == Insight.photo_id)
    return query.outerjoin(Sound, Sound.id == Insight.sound_id)


def _find(session: Session, number: int, *where: ColumnElement[bool]) -> Listed:
    found = _all(session, _listed().where(Insight.id == number, *where)) if number < 2**31 else []
    if not found:
        raise insights.not_here()
    return found[0]


def _all(session: Session, query: Select[Insight, Photo, Sound]) -> list[Listed]:
    return [_one(insight, photo, sound) for insight, photo, sound in session.execute(query)]


def _one(insight: Insight, photo: Photo | None, sound: Sound | None) -> Listed:
    return Listed(
        insight.id, insight.case_id, insight.form, insight.text, insight.language, insight.transcript, insight.name,
        insight.public_at or insight.created_at, photo.key if photo else "", photo.alt if photo else "",
        photo.alt_language if photo else "", photo.width if photo else 0, photo.height if photo else 0,
        sound.key if sound else "", sound.seconds if sound else 0,
    )  # fmt: skip
