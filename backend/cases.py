"""Cases: one challenge of one area, which travels along the seven stages of the forum (pre-study p. 2)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, false, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import audit, revisions, texts, typed
from .database import Base
from .errors import NotFound
from .people import Person, may_coordinate
from .texts import Said, Words
from .wording import Wording, say

LONGEST_TITLE = 80  # characters
FINISHED = 8  # where a finished case is drawn: all seven stops lie behind it
LONGEST_TEXT = 600  # characters, of a summary, a stage's text or a reason


class Stage(IntEnum):
    INSIGHTS = 1
    TEAM = 2
    PROBLEM_AND_VISION = 3
    OPTIONS = 4
    PROTOTYPES = 5
    RESOURCES = 6
    SPREAD = 7


@dataclass(frozen=True)
class StageWords:
    """What people read of a stage: its name, what it asks, and what is done there."""

    name: Wording
    question: Wording
    sentence: Wording


STAGES: Mapping[int, StageWords] = {
    Stage.INSIGHTS: StageWords(
        say("Everyday life"), say("What is a day like here?"), say("We listen and look before we decide anything.")
    ),
    Stage.TEAM: StageWords(
        say("The team"), say("Who should be with us?"), say("Neighbours and others form a team and share the tasks.")
    ),
    Stage.PROBLEM_AND_VISION: StageWords(
        say("Problem and vision"),
        say("What is wrong, and what do we want instead?"),
        say("The team says both in its own words."),
    ),
    Stage.OPTIONS: StageWords(
        say("Options to choose from"), say("What could help?"), say("We gather many ideas before we choose one.")
    ),
    Stage.PROTOTYPES: StageWords(
        say("Prototypes"), say("What happens when we try?"), say("We try small and cheap, look, and change.")
    ),
    Stage.RESOURCES: StageWords(
        say("Resources"),
        say("Who does what, with what money?"),
        say("People promise hands, rooms and money, and we build."),
    ),
    Stage.SPREAD: StageWords(
        say("Spread"),
        say("Can more areas use it?"),
        say("Another area takes the solution up and tells how it went."),
    ),
}


class Case(Base):
    __tablename__ = "cases"
    __table_args__ = (
        CheckConstraint("stage BETWEEN 1 AND 7", name="stage"),
        CheckConstraint("furthest >= stage AND furthest <= 7", name="furthest"),
        Index("ix_cases_area", "area_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    # "title", "summary", "here", "stage1" ... "stage7"
    texts_id: Mapped[int] = mapped_column(ForeignKey("text_sets.id"))
    stage: Mapped[int] = mapped_column(default=Stage.INSIGHTS)
    furthest: Mapped[int] = mapped_column(default=Stage.INSIGHTS)  # the last it was on; above stage: went back
    is_example: Mapped[bool] = mapped_column(default=False)
    # for whoever asks; else somebody answers
    team_is_open: Mapped[bool] = mapped_column(default=False, server_default=false())
    finished_at: Mapped[datetime | None]  # with a last word, see case_endings; empty: it goes on
    created_at: Mapped[datetime]

    @property
    def drawn_at(self) -> int:
        """Where the small line is drawn: past its last stop once it is finished."""
        return FINISHED if self.finished_at else self.stage


@dataclass(frozen=True)
class Listed:
    """A case as lists show it; `here` says in words where it stands."""

    id: int
    area_id: int
    title: Words
    summary: Words
    here: Words
    stage: int
    furthest: int
    is_finished: bool = False

    @property
    def drawn_at(self) -> int:
        return FINISHED if self.is_finished else self.stage

    @property
    def stage_name(self) -> Wording:
        return STAGES[self.stage].name


def may_lead(person: Person | None, area_id: int) -> bool:
    return may_coordinate(person, area_id)


def open_case(
    session: Session, *, area_id: int, by_language: Mapping[str, Mapping[str, str]], original: str, by: Person | None,
    at: datetime, stage: int = Stage.INSIGHTS, furthest: int | None = None, is_example: bool = False,
) -> Case:  # fmt: skip
    """A new case out of {"sv": {"title": ..., "summary": ...}}. Raises Refusal without a title in the original."""
    said = _checked(by_language, original)
    new = Case(
        area_id=area_id, texts_id=texts.write(session, said, original=original).id, stage=int(stage),
        furthest=int(furthest or stage), is_example=is_example, created_at=at,
    )  # fmt: skip
    session.add(new)
    session.flush()
    audit.note(session, "case.opened", at=at, by=by, area_id=area_id, noun_id=new.id)
    revisions.raise_(session, area_id, "cases")
    return new


def of_area(session: Session, area_id: int, language: str) -> list[Listed]:
    """The cases of an area, the furthest first. Two statements."""
    return _listed(session, Case.area_id == area_id, language)


def of_areas(session: Session, area_ids: Collection[int], language: str) -> dict[int, list[Listed]]:
    """{area id: its cases}, for pages across areas. Two statements."""
    found: dict[int, list[Listed]] = {area_id: [] for area_id in area_ids}
    for listed in _listed(session, Case.area_id.in_(area_ids), language):
        found[listed.area_id].append(listed)
    return found


def of_numbers(session: Session, numbers: Collection[int], language: str) -> list[Listed]:
    """These cases, the furthest first. Two statements."""
    return _listed(session, Case.id.in_(numbers), language)


def by_number(session: Session, number: int, *, area_id: int | None = None) -> Case:
    """The case of this number, in this area where one is named. Raises NotFound."""
    found = session.scalar(select(Case).where(Case.id == number)) if number < 2**31 else None
    if found is None or (area_id is not None and found.area_id != area_id):
        raise NotFound(say("There is no case with this number."))
    return found


def texts_of(session: Session, case: Case, language: str) -> Said:
    """ "title", "summary", "here" and "stage1" to "stage7", for a reader of language."""
    return texts.read_one(session, case.texts_id, language)


def count(session: Session, area_id: int) -> int:
    return session.scalar(select(func.count()).select_from(Case).where(Case.area_id == area_id)) or 0


def _listed(session: Session, which: ColumnElement[bool], language: str) -> list[Listed]:
    columns = (Case.id, Case.area_id, Case.texts_id, Case.stage, Case.furthest, Case.finished_at)
    query = select(*columns).where(which).order_by(Case.stage.desc(), Case.id)
    rows = session.execute(query).all()
    said = texts.read(session, [row.texts_id for row in rows], language)
    return [
        Listed(
            row.id, row.area_id, own["title"], own["summary"], own["here"], row.stage, row.furthest,
            row.finished_at is not None,
        )
        for row in rows
        for own in (said[row.texts_id],)
    ]


def _checked(by_language: Mapping[str, Mapping[str, str]], original: str) -> dict[str, dict[str, str]]:
    title = by_language.get(original, {}).get("title")
    typed.line(title, field="title", most=LONGEST_TITLE)
    return {
        tag: {
            name: typed.text(words, field=name, most=LONGEST_TITLE if name == "title" else LONGEST_TEXT, needed=False)
            for name, words in said.items()
        }
        for tag, said in by_language.items()
    }
