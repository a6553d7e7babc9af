"""Moves of a case along the seven stages, back too: each with a word why, kept for good, and told to followers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import audit, case_news, cases, revisions, texts, typed
from .cases import Case
from .database import Base
from .errors import NotAllowed, Refusal
from .notices import Notice
from .people import Person
from .texts import TextLine, Words
from .wording import Wording, say


class Move(Base):
    """A move along the stages, with a word why; kept for good."""

    __tablename__ = "case_moves"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    from_stage: Mapped[int]
    to_stage: Mapped[int]
    texts_id: Mapped[int | None] = mapped_column(ForeignKey("text_sets.id"))  # "why"
    by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    at: Mapped[datetime]


@dataclass(frozen=True)
class Last:
    """How the case came to the stage where it is."""

    from_stage: int
    to_stage: int
    why: Words
    at: datetime

    @property
    def is_back(self) -> bool:
        return self.to_stage < self.from_stage


def make(
    session: Session, case: Case, to_stage: int, *, why: Mapping[str, str], original: str, by: Person, at: datetime
) -> Move:
    """Moves a case along the line, back too; why says in {"sv": ...} what led to it.

    What stood as "here" becomes the text of the stage that it leaves. NotAllowed unless by leads the area's cases;
    Refusal when there is no such stage, when the case is there already, or without a reason.
    """
    if not cases.may_lead(by, case.area_id):
        raise NotAllowed(say("Only a coordinator of this area may do this."))
    if to_stage not in cases.STAGES:
        raise Refusal(say("Choose one of the seven stops."), field="to_stage")
    if to_stage == case.stage:
        raise Refusal(say("The case is at this stop already."), field="to_stage")
    if case.finished_at is not None:
        raise Refusal(say("The case is finished. Open it again first."))
    typed.text(why.get(original), field="why", most=cases.LONGEST_TEXT)
    clean = {tag: typed.text(words, field="why", most=cases.LONGEST_TEXT, needed=False) for tag, words in why.items()}
    reason = texts.write(session, {tag: {"why": words} for tag, words in clean.items()}, original=original)
    made = Move(case_id=case.id, from_stage=case.stage, to_stage=to_stage, texts_id=reason.id, by=by.id, at=at)
    session.add(made)
    _leave(session, case)
    case.stage, case.furthest = to_stage, max(case.furthest, to_stage)
    session.flush()
    audit.note(session, "case.moved", at=at, by=by, area_id=case.area_id, noun_id=case.id, to_stage=to_stage)
    case_news.tell(session, "case_moved", case.id, noun_id=made.id, area_id=case.area_id, at=at)
    revisions.raise_(session, case.area_id, "cases")
    return made


def last(session: Session, case: Case, language: str) -> Last | None:
    """None where the case has not moved yet."""
    query = select(Move).where(Move.case_id == case.id).order_by(Move.id.desc()).limit(1)
    found = session.scalar(query)
    if found is None:
        return None
    why = texts.read_one(session, found.texts_id, language)["why"] if found.texts_id else texts.MISSING
    return Last(found.from_stage, found.to_stage, why, found.at)


@case_news.said("case_moved", anchor="line")
def words(session: Session, notice: Notice, language: str) -> Wording:
    move = session.get_one(Move, notice.noun_id)
    why = texts.read_one(session, move.texts_id, language)["why"] if move.texts_id else texts.MISSING
    holes = {"stop": move.to_stage, "name": cases.STAGES[move.to_stage].name, "why": case_news.excerpt(why)}
    if move.to_stage < move.from_stage:
        return say("The case went back to stop %(stop)s of 7: %(name)s. %(why)s", **holes)
    return say("The case has come to stop %(stop)s of 7: %(name)s. %(why)s", **holes)


def _leave(session: Session, case: Case) -> None:
    """Keeps what "here" said as the stage's own text, in the languages where the stage has none yet."""
    name = f"stage{case.stage}"
    query = select(TextLine.name, TextLine.language, TextLine.words)
    lines = session.execute(query.where(TextLine.set_id == case.texts_id, TextLine.name.in_(("here", name)))).all()
    told = {line.language for line in lines if line.name == name}
    for line in lines:
        if line.name == "here":
            kept = {} if line.language in told else {name: line.words}
            texts.rewrite(session, case.texts_id, line.language, {"here": "", **kept})
