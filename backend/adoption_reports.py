"""What an area tells of a solution that it took up: how far it is, and what was seen, heard at both ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, false, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import addresses, adoptions, areas, audit, case_news, cases, needs, reportable, texts, typed
from .adoptions import STATES, Adoption
from .areas import Area
from .cases import LONGEST_TEXT, Case
from .database import Base
from .days import isolated
from .errors import Refusal
from .notices import Notice
from .people import Person
from .reportable import Look, Reportable
from .texts import Words
from .waiting import Waiting
from .wording import Wording, say


class AdoptionReport(Base):
    __tablename__ = "adoption_reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    adoption_id: Mapped[int] = mapped_column(ForeignKey("adoptions.id", ondelete="CASCADE"), index=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))  # the one that took it up
    texts_id: Mapped[int] = mapped_column(ForeignKey("text_sets.id"))  # "text"
    state: Mapped[str] = mapped_column(String(20))  # of adoptions.STATES, as it was then
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    is_hidden: Mapped[bool] = mapped_column(default=False, server_default=false())  # taken down after a report
    at: Mapped[datetime]


@dataclass(frozen=True)
class Listed:
    """A report as the pages of both cases show it, with where it comes from."""

    id: int
    case_id: int
    area_id: int
    text: Words
    state: str
    at: datetime

    @property
    def state_name(self) -> Wording:
        return STATES[self.state]


def add(
    session: Session, adoption: Adoption, *, state: str, by_language: Mapping[str, Mapping[str, str]], original: str,
    by: Person, at: datetime,
) -> AdoptionReport:  # fmt: skip
    """Tells how it goes, out of {"sv": {"text": ...}}; followers of both cases hear it. NotAllowed, Refusal."""
    case = adoptions.new_case(session, adoption)
    needs.make_sure_may_write(session, by, case)
    if state not in STATES:
        raise Refusal(say("Choose one of what is offered."), field="state")
    typed.text(by_language.get(original, {}).get("text"), field="text", most=LONGEST_TEXT)
    said = {
        tag: {"text": typed.text(own.get("text"), field="text", most=LONGEST_TEXT, needed=False)}
        for tag, own in by_language.items()
    }
    new = AdoptionReport(
        adoption_id=adoption.id, area_id=adoption.area_id, state=state, by_id=by.id, at=at,
        texts_id=texts.write(session, said, original=original).id,
    )  # fmt: skip
    session.add(new)
    adoption.state = state
    session.flush()
    audit.note(session, f"adoption.{state}", at=at, by=by, area_id=adoption.area_id, noun_id=new.id)
    source = cases.by_number(session, adoption.from_case_id)
    for one in (source, case):
        case_news.tell(session, "adoption_told", one.id, noun_id=new.id, area_id=one.area_id, at=at)
    adoptions.changed(session, adoption)
    return new


def from_elsewhere(session: Session, case_id: int, language: str) -> list[Listed]:
    """What areas that took this case up tell, newest first. At most two statements."""
    return _listed(session, Adoption.from_case_id == case_id, language)


def of_new_case(session: Session, case_id: int, language: str) -> list[Listed]:
    """What this adopted case told of itself, newest first. At most two statements."""
    return _listed(session, Adoption.case_id == case_id, language)


# --- what is heard of it ---


@case_news.said("adoption_told", anchor="stop-7")
def words(session: Session, notice: Notice, language: str) -> Wording:
    report = session.get_one(AdoptionReport, notice.noun_id)
    area = areas.by_id(session, report.area_id).name_in(language)
    text = texts.read_one(session, report.texts_id, language)["text"]
    return say(
        "%(area)s: %(state)s. %(text)s", area=isolated(area), state=STATES[report.state], text=case_news.excerpt(text)
    )


@case_news.said("case_adopted", anchor="stop-7")
def adopted_words(session: Session, notice: Notice, language: str) -> Wording:
    adoption = session.get_one(Adoption, notice.noun_id)
    area = areas.by_id(session, adoption.area_id).name_in(language)
    return say("%(area)s takes this up and tries it too.", area=isolated(area))


# --- what is reported ---


def look_at(session: Session, numbers: Sequence[int], language: str) -> dict[int, Look]:
    query = (
        select(AdoptionReport, Area.slug, Adoption.case_id)
        .join(Area, Area.id == AdoptionReport.area_id)
        .join(Adoption, Adoption.id == AdoptionReport.adoption_id)
        .where(AdoptionReport.id.in_(numbers))
    )
    rows = session.execute(query).all()
    said = texts.read(session, [one.texts_id for one, _, _ in rows], language)
    return {
        one.id: Look(
            one.id, one.area_id, say("Note %(number)s on how it goes", number=one.id), "",
            said[one.texts_id]["text"].text, said[one.texts_id]["text"].language or language,
            addresses.adoptions(language, slug, case_id or 0), not one.is_hidden, one.by_id,
        )
        for one, slug, case_id in rows
    }  # fmt: skip


def take_down(session: Session, number: int, waiting: Waiting, at: datetime) -> dict[str, Any]:
    _set_hidden(session, number, True)
    return {}


def put_back(session: Session, number: int, before: Mapping[str, Any], at: datetime) -> None:
    _set_hidden(session, number, False)


reportable.offer(
    "adoption_report", Reportable(look_at, take_down, put_back, say("Your note was taken down"))
)  # fmt: skip


# --- private parts ---


def _set_hidden(session: Session, number: int, is_hidden: bool) -> None:
    report = session.get_one(AdoptionReport, number)
    report.is_hidden = is_hidden
    adoptions.changed(session, session.get_one(Adoption, report.adoption_id))


def _listed(session: Session, which: Any, language: str) -> list[Listed]:
    columns = (AdoptionReport.id, AdoptionReport.texts_id, AdoptionReport.state, AdoptionReport.at)
    query = (
        select(*columns, Case.id.label("case_id"), Case.area_id)
        .join(Adoption, Adoption.id == AdoptionReport.adoption_id)
        .join(Case, Case.id == Adoption.case_id)
        .where(which, AdoptionReport.is_hidden.is_(False))
    )
    rows = session.execute(query.order_by(AdoptionReport.at.desc(), AdoptionReport.id.desc())).all()
    said = texts.read(session, [row.texts_id for row in rows], language)
    return [Listed(row.id, row.case_id, row.area_id, said[row.texts_id]["text"], row.state, row.at) for row in rows]
