"""Options: what could help a case, ideas of residents and other solutions, weighed side by side (pre-study p. 13).

What speaks for and against one stands in option_arguments.py, which one goes on in option_decisions.py, and how pages
show them in option_lists.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, false, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import audit, cases, ideas, revisions, team_work, texts, typed
from .cases import Case
from .database import Base, insert
from .errors import Conflict, NotFound, Refusal
from .ideas import Idea
from .people import Person
from .wording import Wording, say

LONGEST_TITLE = 80  # characters
LONGEST_TEXT = 400  # characters, of each other text
HIGHEST_COST = 100_000_000  # kronor
MOST_NUMBER = 2**31 - 1  # what the databases take for a number


class Risk(StrEnum):
    """How much may go wrong."""

    SMALL = "small"
    MIDDLE = "middle"
    LARGE = "large"


RISKS: Mapping[str, Wording] = {
    Risk.SMALL: say("Small risk"),
    Risk.MIDDLE: say("Some risk"),
    Risk.LARGE: say("Large risk"),
}


class Option(Base):
    __tablename__ = "options"
    __table_args__ = (
        UniqueConstraint("case_id", "idea_id"),
        CheckConstraint("cost_from <= cost_to", name="cost"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    # The idea that it is, whose words it shows; empty: a solution from elsewhere, told in its own texts.
    idea_id: Mapped[int | None] = mapped_column(ForeignKey("ideas.id", ondelete="CASCADE"), index=True)
    # "title", "text" and "source" of what is no idea; "risk", and "why" it goes on or not
    texts_id: Mapped[int] = mapped_column(ForeignKey("text_sets.id"))
    cost_from: Mapped[int | None]  # whole kronor; empty: nobody knows yet
    cost_to: Mapped[int | None]  # the same as cost_from where it is one sum
    risk_level: Mapped[str] = mapped_column(String(10), default="")  # one of RISKS; empty: nobody has said it
    goes_on: Mapped[bool | None]  # to a prototype; empty: not decided yet
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None]
    added_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    client_uuid: Mapped[str | None] = mapped_column(String(36), unique=True)
    content_mark: Mapped[str] = mapped_column(String(64), default="")  # SHA-256 of what was sent, to know a repeat
    is_hidden: Mapped[bool] = mapped_column(default=False, server_default=false())  # taken down after a report
    created_at: Mapped[datetime]


def take_in(session: Session, case: Case, idea: Idea, *, language: str, by: Person, at: datetime) -> Option:
    """Makes an idea of the case one of its options; done again, it is the same option.

    language is what by reads and writes. NotAllowed unless by works on the case; Refusal for an idea that is not
    public, or not of this case.
    """
    team_work.make_sure_may_work(session, by, case, at=at)
    if idea.case_id != case.id or idea.state not in ideas.PUBLIC:
        raise Refusal(say("Choose among the ideas of this case."))
    said = texts.write(session, {}, original=language)
    new = insert(session, Option).values(
        case_id=case.id, area_id=case.area_id, idea_id=idea.id, texts_id=said.id, risk_level="", added_by=by.id,
        content_mark="", is_hidden=False, created_at=at,
    )  # fmt: skip
    # Of two taps at once the unique key takes one; the other finds it here.
    made: Option | None = session.scalar(
        new.on_conflict_do_nothing(index_elements=["case_id", "idea_id"]).returning(Option)
    )
    if made is None:
        session.delete(said)
        session.flush()
        return session.scalars(select(Option).where(Option.case_id == case.id, Option.idea_id == idea.id)).one()
    _added(session, made, by, at)
    return made


def add(
    session: Session, case: Case, *, by_language: Mapping[str, Mapping[str, str]], original: str, by: Person,
    at: datetime, client_uuid: str | None = None,
) -> Option:  # fmt: skip
    """A solution from elsewhere, out of {"sv": {"title": ..., "text": ..., "source": ...}}.

    The same client_uuid with the same content is the same option again; with another it raises Conflict. NotAllowed
    unless by works on the case; Refusal without a title, or without where it comes from.
    """
    team_work.make_sure_may_work(session, by, case, at=at)
    said, client_uuid = _checked(by_language, original), typed.uuid(client_uuid)
    sent = (case.id, by.id, sorted((tag, sorted(own.items())) for tag, own in said.items()))
    mark = hashlib.sha256(repr(sent).encode()).hexdigest()
    written = texts.write(session, said, original=original)
    new = insert(session, Option).values(
        case_id=case.id, area_id=case.area_id, texts_id=written.id, risk_level="", added_by=by.id,
        client_uuid=client_uuid, content_mark=mark, is_hidden=False, created_at=at,
    )  # fmt: skip
    made: Option | None = session.scalar(new.on_conflict_do_nothing(index_elements=["client_uuid"]).returning(Option))
    if made is None:
        session.delete(written)
        session.flush()
        return _sent_before(session, client_uuid, mark)
    _added(session, made, by, at)
    return made


def weigh(
    session: Session, option: Option, *, risk: Mapping[str, str], risk_level: str, cost_from: int | None,
    cost_to: int | None, by: Person, at: datetime,
) -> None:  # fmt: skip
    """Says what it costs and what may go wrong, in {"sv": ...}; of a cost that is one sum either end is enough.

    NotAllowed unless by works on the case; Refusal for a cost that goes down, and for a risk that is not offered.
    """
    team_work.make_sure_may_work(session, by, cases.by_number(session, option.case_id), at=at)
    if risk_level and risk_level not in RISKS:
        raise Refusal(say("Choose one of what is offered."), field="risk_level")
    lowest = cost_to if cost_from is None else cost_from
    highest = cost_from if cost_to is None else cost_to
    if lowest is not None and highest is not None and lowest > highest:
        raise Refusal(say("The highest cost is below the lowest."), field="cost_to")
    clean = {tag: typed.text(words, field="risk", most=LONGEST_TEXT, needed=False) for tag, words in risk.items()}
    for tag, words in clean.items():
        texts.rewrite(session, option.texts_id, tag, {"risk": words})
    option.cost_from, option.cost_to, option.risk_level = lowest, highest, risk_level
    session.flush()
    audit.note(session, "option.weighed", at=at, by=by, area_id=option.area_id, noun_id=option.id)
    revisions.raise_(session, option.area_id, "cases")


def by_number(session: Session, number: int, *, case_id: int) -> Option:
    """Raises NotFound."""
    found = session.scalar(select(Option).where(Option.id == number)) if number <= MOST_NUMBER else None
    if found is None or found.case_id != case_id or found.is_hidden:
        raise NotFound(say("There is no option with this number."))
    return found


def _added(session: Session, option: Option, by: Person, at: datetime) -> None:
    audit.note(session, "option.added", at=at, by=by, area_id=option.area_id, noun_id=option.id)
    revisions.raise_(session, option.area_id, "cases")


def _sent_before(session: Session, client_uuid: str | None, mark: str) -> Option:
    before = session.scalar(select(Option).where(Option.client_uuid == client_uuid))
    if before is None or before.content_mark != mark:
        raise Conflict(say("This was sent before with other words. Open the page again."), field="client_uuid")
    return before


def _checked(by_language: Mapping[str, Mapping[str, str]], original: str) -> dict[str, dict[str, str]]:
    own = by_language.get(original, {})
    typed.line(own.get("title"), field="title", most=LONGEST_TITLE)
    typed.text(own.get("source"), field="source", most=LONGEST_TEXT)
    return {
        tag: {
            name: typed.text(words, field=name, most=LONGEST_TITLE if name == "title" else LONGEST_TEXT, needed=False)
            for name, words in said.items()
        }
        for tag, said in by_language.items()
    }
