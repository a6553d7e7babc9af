"""Prototypes: what a team tries, small and cheap, what was seen, and what changes next (pre-study p. 13)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import audit, revisions, texts, typed
from .cases import Case, may_lead
from .database import Base
from .errors import NotAllowed, NotFound, Refusal
from .people import Person
from .photos import Photo
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
    # The option that it came from, which goes on once; empty: it came without one.
    option_id: Mapped[int | None] = mapped_column(ForeignKey("options.id", ondelete="SET NULL"), unique=True)
    # "title", "lines" (two short ones, for the ballot), "tries", "with_whom", "place", "risk", "stop_when", "seen",
    # "next"
    texts_id: Mapped[int] = mapped_column(ForeignKey("text_sets.id"))
    state: Mapped[str] = mapped_column(String(20), default=State.PLANNED)
    cost: Mapped[int | None]  # whole kronor; empty: not known yet
    starts_on: Mapped[date | None]  # on the area's walls; empty: not known yet
    ends_on: Mapped[date | None]  # its last day; empty: one day only, or not known yet
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
    starts_on: date | None = None
    ends_on: date | None = None
    photo_key: str = ""  # empty: the drawing is shown
    photo_alt: str = ""
    photo_alt_language: str = ""

    @property
    def state_name(self) -> Wording:
        return STATES[self.state]

    @property
    def has_been_tried(self) -> bool:
        return self.state != State.PLANNED

    @property
    def has_stopped(self) -> bool:
        return self.state == State.STOPPED


def add(
    session: Session, case: Case, *, by_language: Mapping[str, Mapping[str, str]], original: str, by: Person,
    at: datetime, state: str = State.PLANNED, cost: int | None = None, picture: str = "table",
    starts_on: date | None = None, ends_on: date | None = None, option_id: int | None = None,
) -> Prototype:  # fmt: skip
    """A new prototype of a case, last in its list.

    NotAllowed unless by leads the area's cases; Refusal without a title and a line in the original language, and when
    it ends before it starts.
    """
    if not may_lead(by, case.area_id):
        raise NotAllowed(say("Only a coordinator of this area may do this."))
    if state not in STATES or picture not in PICTURES:
        raise Refusal(say("Choose one of what is offered."), field="state" if state not in STATES else "picture")
    said, (starts_on, ends_on) = checked(by_language, original), checked_days(starts_on, ends_on)
    last = session.scalar(select(func.max(Prototype.position)).where(Prototype.case_id == case.id))
    new = Prototype(
        case_id=case.id, area_id=case.area_id, texts_id=texts.write(session, said, original=original).id, state=state,
        cost=cost, picture=picture, position=(last if last is not None else -1) + 1, starts_on=starts_on,
        ends_on=ends_on, option_id=option_id, created_at=at,
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
    become(session, prototype, State(state), by=by, at=at)


def become(session: Session, prototype: Prototype, state: State, *, by: Person, at: datetime) -> None:
    """The same for callers that know whether by may."""
    prototype.state = state
    session.flush()
    audit.note(session, f"prototype.{state}", at=at, by=by, area_id=prototype.area_id, noun_id=prototype.id)
    has_changed(session, prototype.area_id)


def has_changed(session: Session, area_id: int) -> None:
    """Pages of cases and of votes show prototypes, and are made anew."""
    revisions.raise_(session, area_id, "cases", "votes")


def of_case(session: Session, case_id: int, language: str) -> list[Listed]:
    """The prototypes of a case in their order. Two statements."""
    return of_cases(session, [case_id], language)[case_id]


def of_cases(session: Session, case_ids: Collection[int], language: str) -> dict[int, list[Listed]]:
    """{case id: its prototypes}. Two statements however many cases there are."""
    found: dict[int, list[Listed]] = {case_id: [] for case_id in case_ids}
    for case_id, listed in _listed(session, Prototype.case_id.in_(case_ids), language):
        found[case_id].append(listed)
    return found


def one(session: Session, number: int, language: str) -> Listed:
    """Two statements."""
    return _listed(session, Prototype.id == number, language)[0][1]


def by_number(session: Session, number: int, *, case_id: int) -> Prototype:
    """Raises NotFound."""
    found = session.scalar(select(Prototype).where(Prototype.id == number)) if number < 2**31 else None
    if found is None or found.case_id != case_id:
        raise NotFound(say("There is no prototype with this number."))
    return found


def checked_days(starts_on: date | None, ends_on: date | None) -> tuple[date | None, date | None]:
    """Its first and last day. Raises Refusal naming "ends_on" when it ends before it starts, or starts never."""
    if ends_on is not None and (starts_on is None or ends_on < starts_on):
        raise Refusal(say("The last day comes before the first."), field="ends_on")
    return starts_on, ends_on


def checked(by_language: Mapping[str, Mapping[str, str]], original: str) -> dict[str, dict[str, str]]:
    """The texts as they are kept. Raises Refusal that names the text which is missing or too long."""
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


def _listed(session: Session, which: ColumnElement[bool], language: str) -> list[tuple[int, Listed]]:
    """(the case's number, prototype) pairs, in their order."""
    columns = (
        Prototype.id, Prototype.case_id, Prototype.texts_id, Prototype.state, Prototype.cost, Prototype.picture,
        Prototype.starts_on, Prototype.ends_on, Photo.key, Photo.alt, Photo.alt_language,
    )  # fmt: skip
    query = select(*columns).outerjoin(Photo, Photo.id == Prototype.photo_id).where(which)
    rows = session.execute(query.order_by(Prototype.position, Prototype.id)).all()
    said = texts.read(session, [row.texts_id for row in rows], language)
    return [
        (
            row.case_id,
            Listed(
                row.id, said[row.texts_id], row.state, row.cost, row.picture, row.starts_on, row.ends_on,
                row.key or "", row.alt or "", row.alt_language or "",
            ),
        )
        for row in rows
    ]  # fmt: skip
