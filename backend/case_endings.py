"""The end of a case: finished at its last stop with a last word, and opened again with a word where it goes on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import audit, case_news, cases, revisions, texts, typed
from .cases import LONGEST_TEXT, Case, Stage
from .database import Base
from .errors import NotAllowed, Refusal
from .notices import Notice
from .people import Person
from .texts import Words
from .wording import Wording, say


class Ending(Base):
    """A case was finished, or opened again; kept for good."""

    __tablename__ = "case_endings"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    is_end: Mapped[bool]  # else it was opened again
    texts_id: Mapped[int] = mapped_column(ForeignKey("text_sets.id"))  # "word"
    by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    at: Mapped[datetime]


def may_finish(person: Person | None, case: Case) -> bool:
    return cases.may_lead(person, case.area_id) and case.stage == Stage.SPREAD and case.finished_at is None


def finish(session: Session, case: Case, *, word: str, language: str, by: Person, at: datetime) -> None:
    """Its followers hear the last word; finishing twice changes nothing. NotAllowed, Refusal before the last stop."""
    _make_sure_may_lead(case, by)
    if case.finished_at is not None:
        return
    if case.stage != Stage.SPREAD:
        raise Refusal(say("A case is finished at its last stop. Move it there first."))
    _keep(session, case, True, word=word, language=language, by=by, at=at)


def reopen(session: Session, case: Case, *, word: str, language: str, by: Person, at: datetime) -> None:
    """It goes on where it was; doing it twice changes nothing. NotAllowed, Refusal without a word."""
    _make_sure_may_lead(case, by)
    if case.finished_at is None:
        return
    _keep(session, case, False, word=word, language=language, by=by, at=at)


def last_word(session: Session, case: Case, language: str) -> Words:
    """Why it was finished, or opened again; empty where neither ever happened."""
    query = select(Ending.texts_id).where(Ending.case_id == case.id).order_by(Ending.id.desc()).limit(1)
    found = session.scalar(query)
    return texts.read_one(session, found, language)["word"] if found else texts.MISSING


@case_news.said("case_ended")
def news(session: Session, notice: Notice, language: str) -> Wording:
    ending = session.get_one(Ending, notice.noun_id)
    word = case_news.excerpt(texts.read_one(session, ending.texts_id, language)["word"])
    if ending.is_end:
        return say("The case is finished. %(word)s", word=word)
    return say("The case goes on. %(word)s", word=word)


def _make_sure_may_lead(case: Case, by: Person) -> None:
    if not cases.may_lead(by, case.area_id):
        raise NotAllowed(say("Only a coordinator of this area may do this."))


def _keep(
    session: Session, case: Case, is_end: bool, *, word: str, language: str, by: Person, at: datetime
) -> None:  # fmt: skip
    clean = typed.text(word, field="word", most=LONGEST_TEXT)
    said = texts.write(session, {language: {"word": clean}}, original=language)
    case.finished_at = at if is_end else None
    ending = Ending(case_id=case.id, area_id=case.area_id, is_end=is_end, texts_id=said.id, by=by.id, at=at)
    session.add(ending)
    session.flush()
    act = "case.finished" if is_end else "case.opened_again"
    audit.note(session, act, at=at, by=by, area_id=case.area_id, noun_id=case.id)
    case_news.tell(session, "case_ended", case.id, noun_id=ending.id, area_id=case.area_id, at=at)
    revisions.raise_(session, case.area_id, "cases")
