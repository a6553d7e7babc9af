"""Prototypes: what a team tries, small and cheap, what was seen, and what changes next (pre-study p. 13)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import audit, revisions, texts, typed
from .cases import Case, may_lead
from .database import Base
from .errors import NotAllowed, NotFound, Refusal
from .people import Person
from .texts import Said
from .wording import Wording, say

LONGEST_TITLE = 60  # characters
LONGEST_LINE = 300  # characters, of each other text
HIGHEST_COST = 1_000_000  # kronor; what costs more is no prototype
PICTURES = ("table", "stall", "sofa", "passage", "wash", "call", "busstop", "window")


class State(StrEnum):
    PLANNED = "planned"
    TRIED = "tried"
    CHANGED = "changed"
    WORKS = "works"
    STOPPED = "stopped"  # a result like the others, and shown as one


STATES: Mapping[str, Wording] = {
    State.PLANNED: say("Planned"),
    State.TRIED: say("Tried"),
    State.CHANGED: say("Changed"),
    State.WORKS: say("Works"),
    State.STOPPED: say("Stopped"),
}


class Prototype(Base):
    __tablename__ = "prototypes"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    # "title", "lines" (two short ones, for the ballot), "tries", "risk", "stop_when", "seen", "next"
    texts_id: Mapped[int] = mapped_column(ForeignKey("text_sets.id"))
    state: Mapped[str] = mapped_column(String(20), default=State.PLANNED)
    cost: Mapped[int | None]  # whole kronor; empty: not known yet
    picture: Mapped[str] = mapped_column(String(20), default="table")  # a drawing, shown where there is no photo
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("photos.id"))
    position: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


@dataclass(frozen=True)
class Listed:
    """A prototype with all that is told of it."""

    id: int
    said: Said
    state: str
    cost: int | None
    picture: str

    @property
    def state_name(self) -> Wording:
        return STATES[self.state]

    @property
    def has_been_tried(self) -> bool:
        return self.state != State.PLANNED


def add(
    session: Session, case: Case, *, by_language: Mapping[str, Mapping[str, str]], original: str, by: Person,
    at: datetime, state: str = State.PLANNED, cost: int | None = None, picture: str = "table",
) -> Prototype:  # fmt: skip
    """A new prototype of a case, last in its list.

    NotAllowed unless by leads the area's cases; Refusal without a title and a line in the original language.
    """
    if not may_lead(by, case.area_id):
        raise NotAllowed(say("Only a coordinator of this area may do this."))
    if state not in STATES or picture not in PICTURES:
        raise Refusal(say("Choose one of what is offered."), field="state" if state not in STATES else "picture")
    said = _checked(by_language, original)
    last = session.scalar(select(func.max(Prototype.position)).where(Prototype.case_id == case.id))
    new = Prototype(
        case_id=case.id, area_id=case.area_id, texts_id=texts.write(session, said, original=original).id, state=state,
        cost=cost, picture=picture, position=(last if last is not None else -1) + 1, created_at=at,
    )  # fmt: skip
    session.add(new)
    session.flush()
    audit.note(session, "prototype.added", at=at, by=by, area_id=case.area_id, noun_id=new.id)
    revisions.raise_(session, case.area_id, "cases")
    return new


def tell(
    session: Session, prototype: Prototype, *, state: str, seen: str, next_time: str, language: str, by: Person,
    at: datetime,
) -> None:  # fmt: skip
    """Says how far it has come, what was seen and what changes next, in this language. NotAllowed, Refusal."""
    change_state(session, prototype, state, by=by, at=at)
    told = {"seen": seen, "next": next_time}
    clean = {name: typed.text(words, field=name, most=LONGEST_LINE, needed=False) for name, words in told.items()}
    texts.rewrite(session, prototype.texts_id, language, clean)


def change_state(session: Session, prototype: Prototype, state: str, *, by: Person, at: datetime) -> None:
    """Says how far it has come. A prototype that is stopped leaves open ballots too. NotAllowed, Refusal."""
    if not may_lead(by, prototype.area_id):
        raise NotAllowed(say("Only a coordinator of this area may do this."))
    if state not in STATES:
        raise Refusal(say("Choose one of what is offered."), field="state")
    prototype.state = state
    session.flush()
    audit.note(session, f"prototype.{state}", at=at, by=by, area_id=prototype.area_id, noun_id=prototype.id)
    revisions.raise_(session, prototype.area_id, "cases", "votes")


def of_case(session: Session, case_id: int, language: str) -> list[Listed]:
    """The prototypes of a case in their order. Two statements."""
    return of_cases(session, [case_id], language)[case_id]


def of_cases(session: Session, case_ids: Collection[int], language: str) -> dict[int, list[Listed]]:
    """{case id: its prototypes}. Two statements however many cases there are."""
    columns = (Prototype.id, Prototype.case_id, Prototype.texts_id, Prototype.state, Prototype.cost, Prototype.picture)
    query = select(*columns).where(Prototype.case_id.in_(case_ids)).order_by(Prototype.position, Prototype.id)
    rows = session.execute(query).all()
    said = texts.read(session, [row.texts_id for row in rows], language)
    found: dict[int, list[Listed]] = {case_id: [] for case_id in case_ids}
    for row in rows:
        found[row.case_id].append(Listed(row.id, said[row.texts_id], row.state, row.cost, row.picture))
    return found


def by_number(session: Session, number: int, *, case_id: int) -> Prototype:
    """Raises NotFound."""
    found = session.scalar(select(Prototype).where(Prototype.id == number)) if number < 2**31 else None
    if found is None or found.case_id != case_id:
        raise NotFound(say("There is no prototype with this number."))
    return found


def _checked(by_language: Mapping[str, Mapping[str, str]], original: str) -> dict[str, dict[str, str]]:
    own = by_language.get(original, {})
    typed.line(own.get("title"), field="title", most=LONGEST_TITLE)
    typed.text(own.get("lines"), field="lines", most=LONGEST_LINE)
    return {
        tag: {
            name: typed.text(words, field=name, most=LONGEST_TITLE if name == "title" else LONGEST_LINE, needed=False)
            for name, words in said.items()
        }
        for tag, said in by_language.items()
    }
