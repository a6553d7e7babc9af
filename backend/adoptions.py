"""Adoptions: another area takes a solution up as a case of its own, which knows where it came from (pre-study p. 15).

What the new area tells of how it goes, and what followers hear of both, stands in adoption_reports.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import audit, case_news, cases, handovers, prototypes, revisions, stage_checks, texts, typed
from .areas import Area
from .cases import LONGEST_TEXT, LONGEST_TITLE, STAGES, Case, Stage
from .database import Base, insert
from .errors import NotAllowed, NotFound, Refusal
from .handovers import Handover
from .lessons import Lesson
from .people import Person
from .prototypes import Prototype
from .texts import TextLine, TextSet, Words
from .wording import Wording, say

USUAL_STAGE = Stage.OPTIONS  # where an adopted case begins, unless its coordinator says another
NAMES = {"title": "title", "summary": "summary"}  # what is copied of a case, and under which name
OF_PROTOTYPE = {"title": "title", "lines": "summary"}


class State(StrEnum):
    TRYING = "trying"
    WORKS = "works"
    STOPPED = "stopped"


STATES: Mapping[str, Wording] = {
    State.TRYING: say("Being tried"), State.WORKS: say("Works"), State.STOPPED: say("Stopped"),
}  # fmt: skip


class Adoption(Base):
    """A case that came from another: one for each source and area, whoever is quicker."""

    __tablename__ = "adoptions"
    __table_args__ = (UniqueConstraint("from_case_id", "area_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    from_case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    # what of it was taken up; empty: all of a case that was handed over
    prototype_id: Mapped[int | None] = mapped_column(ForeignKey("prototypes.id", ondelete="SET NULL"))
    # empty only until the new case stands, in the transaction that makes both
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), unique=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)  # the one that took it up
    texts_id: Mapped[int | None] = mapped_column(ForeignKey("text_sets.id"))  # "changes": what they do differently
    state: Mapped[str] = mapped_column(String(20), default=State.TRYING)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    at: Mapped[datetime]


@dataclass(frozen=True)
class Other:
    """The case at the other end, with what is told of the adoption."""

    adoption_id: int
    case_id: int
    area_id: int
    title: Words
    state: str
    changes: Words
    at: datetime

    @property
    def state_name(self) -> Wording:
        return STATES[self.state]


def may_adopt(person: Person | None, case: Case, area: Area) -> bool:
    """A coordinator of another area than the one that the case is in."""
    return area.id != case.area_id and cases.may_lead(person, area.id)


def is_offered(session: Session, case: Case) -> bool:
    """Whether there is a solution to take up: a prototype that works, or a case that was handed over."""
    return handovers.has_owner(session, case.id) or bool(_working(session, case))


# --- verbs ---


def adopt(
    session: Session, case: Case, area: Area, *, prototype_id: int | None, stage: int, by: Person, at: datetime
) -> Case:
    """Opens a case of the area's own out of this one, or of one of its prototypes; the second time gives the first.

    Its title and summary are copied in all languages. NotAllowed unless by coordinates the area, Refusal.
    """
    if not cases.may_lead(by, area.id):
        raise NotAllowed(say("You may do this only for an area that you coordinate."))
    if area.id == case.area_id:
        raise Refusal(say("The case is in this area already."), field="to_area")
    if stage not in STAGES:
        raise Refusal(say("Choose one of the seven stops."), field="stage")
    prototype = _chosen(session, case, prototype_id)
    values = {
        "from_case_id": case.id, "area_id": area.id, "state": State.TRYING, "by_id": by.id, "at": at,
        "prototype_id": prototype.id if prototype else None,
    }  # fmt: skip
    new = insert(session, Adoption).values(values).on_conflict_do_nothing().returning(Adoption)
    adoption: Adoption | None = session.scalar(new)
    if adoption is None:  # of two coordinators at once, the other was quicker
        same = select(Adoption.case_id).where(Adoption.from_case_id == case.id, Adoption.area_id == area.id)
        return cases.by_number(session, session.scalars(same).one() or 0)
    said, original = _copied(session, prototype.texts_id if prototype else case.texts_id, bool(prototype))
    made = cases.open_case(session, area_id=area.id, by_language=said, original=original, by=by, at=at, stage=stage)
    adoption.case_id, made.is_example = made.id, case.is_example and area.is_example
    session.flush()
    audit.note(session, "case.adopted", at=at, by=by, area_id=area.id, noun_id=made.id, from_case=case.id)
    case_news.tell(session, "case_adopted", case.id, noun_id=adoption.id, area_id=case.area_id, at=at)
    revisions.raise_(session, case.area_id, "cases")
    return made


def change(
    session: Session, adoption: Adoption, *, by_language: Mapping[str, Mapping[str, str]], original: str, by: Person,
    at: datetime,
) -> None:  # fmt: skip
    """Rewrites title and summary of the new case, and what it does differently. NotAllowed, Refusal."""
    case = new_case(session, adoption)
    if not cases.may_lead(by, case.area_id):
        raise NotAllowed(say("Only a coordinator of this area may do this."))
    typed.line(by_language.get(original, {}).get("title"), field="title", most=LONGEST_TITLE)
    most = {"title": LONGEST_TITLE, "summary": LONGEST_TEXT, "changes": LONGEST_TEXT}
    if adoption.texts_id is None:
        adoption.texts_id = texts.write(session, {}, original=original).id
    for tag, said in by_language.items():
        clean = {name: typed.text(said.get(name), field=name, most=most[name], needed=False) for name in most}
        texts.rewrite(session, adoption.texts_id, tag, {"changes": clean.pop("changes")})
        texts.rewrite(session, case.texts_id, tag, clean)
    audit.note(session, "case.changed", at=at, by=by, area_id=case.area_id, noun_id=case.id)
    changed(session, adoption)


def changed(session: Session, adoption: Adoption) -> None:
    """Pages at both ends are made anew."""
    session.flush()
    source = cases.by_number(session, adoption.from_case_id)
    for area_id in sorted({source.area_id, adoption.area_id}):  # always in one order: nobody waits in a ring
        revisions.raise_(session, area_id, "cases")


# --- finders ---


def of_new_case(session: Session, case_id: int) -> Adoption:
    """How a case came from another. Raises NotFound for one that did not."""
    found = session.scalar(select(Adoption).where(Adoption.case_id == case_id))
    if found is None:
        raise NotFound(say("This case did not come from another."))
    return found


def new_case(session: Session, adoption: Adoption) -> Case:
    return cases.by_number(session, adoption.case_id or 0)


def solutions(session: Session, case: Case, language: str) -> list[tuple[int, Words]]:
    """What can be taken up, as (prototype id, title); 0 is the whole case, where it has been handed over."""
    whole = [(0, cases.texts_of(session, case, language)["title"])] if handovers.has_owner(session, case.id) else []
    working = {one.id for one in _working(session, case)}
    tried = prototypes.of_case(session, case.id, language) if working else []
    return [*whole, *((one.id, one.said["title"]) for one in tried if one.id in working)]


def origin(session: Session, case_id: int, language: str) -> Other | None:
    """Where a case came from, one step back; None where it began here. At most two statements."""
    query = (
        select(Adoption, Case.id, Case.area_id, Case.texts_id)
        .join(Case, Case.id == Adoption.from_case_id)
        .where(Adoption.case_id == case_id)
    )
    found = _others(session, query, language)
    return found[0] if found else None


def taken_up(session: Session, case_id: int, language: str) -> list[Other]:
    """Who took a case up, one step on, latest first. At most two statements."""
    query = (
        select(Adoption, Case.id, Case.area_id, Case.texts_id)
        .join(Case, Case.id == Adoption.case_id)
        .where(Adoption.from_case_id == case_id)
        .order_by(Adoption.id.desc())
    )
    return _others(session, query, language)


# --- what is usually there before a case is finished ---


@stage_checks.usual(Stage.SPREAD, say("The experience bank has a lesson from it."))
def is_told(session: Session, case_id: int) -> bool:
    own = Lesson.case_id == case_id, Lesson.is_hidden.is_(False)
    return session.scalar(select(Lesson.id).where(*own).limit(1)) is not None


@stage_checks.usual(Stage.SPREAD, say("Another area took it up, or it has an owner."))
def goes_on(session: Session, case_id: int) -> bool:
    elsewhere = select(Adoption.id).where(Adoption.from_case_id == case_id).exists()
    owned = select(Handover.id).where(Handover.case_id == case_id, Handover.state == handovers.State.ACCEPTED).exists()
    return session.scalar(select(Case.id).where(Case.id == case_id, or_(elsewhere, owned))) is not None


# --- private parts ---


def _working(session: Session, case: Case) -> list[Prototype]:
    works = Prototype.case_id == case.id, Prototype.state == prototypes.State.WORKS
    return list(session.scalars(select(Prototype).where(*works)))


def _chosen(session: Session, case: Case, prototype_id: int | None) -> Prototype | None:
    """None for the whole of a case that was handed over. Raises Refusal for what is no solution yet."""
    if not prototype_id and handovers.has_owner(session, case.id):
        return None
    chosen = next((one for one in _working(session, case) if one.id == prototype_id), None)
    if chosen is None:
        raise Refusal(say("Choose a solution that works."), field="solution")
    return chosen


def _copied(session: Session, set_id: int, is_prototype: bool) -> tuple[dict[str, dict[str, str]], str]:
    """(texts of the new case by language, the language of the original)."""
    names = OF_PROTOTYPE if is_prototype else NAMES
    query = select(TextLine.language, TextLine.name, TextLine.words)
    said: dict[str, dict[str, str]] = {}
    for tag, name, words in session.execute(query.where(TextLine.set_id == set_id, TextLine.name.in_(names))):
        said.setdefault(tag, {})[names[name]] = words
    return said, session.get_one(TextSet, set_id).original


def _others(session: Session, query: Any, language: str) -> list[Other]:
    rows = session.execute(query).all()
    sets = {row.texts_id for row in rows} | {row.Adoption.texts_id for row in rows if row.Adoption.texts_id}
    said = texts.read(session, sets, language)
    return [
        Other(
            row.Adoption.id, row.id, row.area_id, said[row.texts_id]["title"], row.Adoption.state,
            said[row.Adoption.texts_id]["changes"] if row.Adoption.texts_id else texts.MISSING, row.Adoption.at,
        )
        for row in rows
    ]  # fmt: skip
