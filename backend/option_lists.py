"""Options as their page shows them, in a fixed number of statements; and what is usually there before a choice."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, exists, func, select
from sqlalchemy.orm import Session, aliased

from . import idea_lists, ideas, option_arguments, stage_checks, texts
from .cases import Stage
from .idea_lists import Listed as Idea
from .ideas import Idea as IdeaRow
from .ideas import IdeaStep
from .option_arguments import Argument, Side
from .option_arguments import Listed as Argued
from .options import RISKS, Option
from .prototypes import Prototype
from .texts import MISSING, Words
from .wording import Wording, say

FEWEST = 3  # options that a choice is usually made between


@dataclass(frozen=True)
class Listed:
    """An option with all that is weighed."""

    id: int
    idea: int | None  # the idea's number; empty: a solution from elsewhere
    title: Words  # empty: its author has taken the idea back
    text: Words
    source: Words
    speaks_for: list[Argued]
    speaks_against: list[Argued]
    cost_from: int | None
    cost_to: int | None
    risk: Words
    risk_level: str
    goes_on: bool | None
    why: Words
    prototype: int | None

    @property
    def risk_name(self) -> Wording | None:
        return RISKS.get(self.risk_level)


@dataclass(frozen=True)
class OfIdea:
    """What became of an idea as an option of its case."""

    case_id: int
    goes_on: bool | None
    prototype: int | None


def of_case(session: Session, case_id: int, language: str) -> list[Listed]:
    """Those that go on first, then those that wait for a decision, then the others. Three statements."""
    rows = session.execute(_rows().where(Option.case_id == case_id)).all()
    return _listed(session, rows, language)


def one(session: Session, number: int, language: str) -> Listed:
    """For the forms that change it. Three statements."""
    return _listed(session, session.execute(_rows().where(Option.id == number)).all(), language)[0]


def ideas_left(session: Session, case_id: int, options: Collection[Listed], language: str) -> list[Idea]:
    """The ideas of the case that are no option yet. Two statements."""
    taken = {option.idea for option in options}
    return [idea for idea in idea_lists.for_case(session, case_id, language=language) if idea.number not in taken]


def way_of(session: Session, number: int) -> tuple[list[IdeaStep], OfIdea | None]:
    """The steps of an idea, oldest first, and what became of it as an option; None where it is none. One statement."""
    query = (
        select(IdeaStep, Option.case_id, Option.goes_on, Prototype.id)
        .outerjoin(Option, and_(Option.idea_id == IdeaStep.idea_id, Option.is_hidden.is_(False)))
        .outerjoin(Prototype, Prototype.option_id == Option.id)
        .where(IdeaStep.idea_id == number)
        .order_by(IdeaStep.id, Option.id)
    )
    rows = session.execute(query).all()
    steps = {step.id: step for step, *_ in rows}
    _, case_id, goes_on, prototype = rows[-1] if rows else (None, None, None, None)
    return list(steps.values()), OfIdea(case_id, goes_on, prototype) if case_id else None


@stage_checks.usual(Stage.OPTIONS, say("Three options or more."))
def has_a_choice(session: Session, case_id: int) -> bool:
    query = select(func.count()).select_from(Option).where(Option.case_id == case_id, Option.is_hidden.is_(False))
    return (session.scalar(query) or 0) >= FEWEST


@stage_checks.usual(Stage.OPTIONS, say("Each has something that speaks for it, and against it."))
def is_weighed(session: Session, case_id: int) -> bool:
    sides = [_has(side).label(side) for side in Side]
    query = select(*sides).where(Option.case_id == case_id, Option.is_hidden.is_(False))
    rows = session.execute(query).all()
    return bool(rows) and all(all(row) for row in rows)


@stage_checks.usual(Stage.OPTIONS, say("It is decided which of them go on, and why not the others."))
def is_decided(session: Session, case_id: int) -> bool:
    query = select(func.count(), func.count(Option.goes_on)).where(Option.case_id == case_id)
    there, decided = session.execute(query.where(Option.is_hidden.is_(False))).one()
    return bool(there) and there == decided


def _has(side: str) -> Any:
    own = (Argument.option_id == Option.id, Argument.side == side, Argument.is_hidden.is_(False))
    return exists().where(*own).correlate(Option)


def _rows() -> Any:
    """An idea that has become part of another shows the words that stand for both."""
    twin = aliased(IdeaRow)
    order = case((Option.goes_on.is_(True), 0), (Option.goes_on.is_(None), 1), else_=2)
    return (
        select(Option, IdeaRow, twin, Prototype.id)
        .outerjoin(IdeaRow, IdeaRow.id == Option.idea_id)
        .outerjoin(twin, twin.id == IdeaRow.merged_into)
        .outerjoin(Prototype, Prototype.option_id == Option.id)
        .where(Option.is_hidden.is_(False))
        .order_by(order, Option.id)
    )


def _listed(session: Session, rows: Sequence[Any], language: str) -> list[Listed]:
    said = texts.read(session, [option.texts_id for option, *_ in rows], language)
    argued = option_arguments.of_options(session, [option.id for option, *_ in rows])
    return [
        Listed(
            option.id, *_words(option, idea, twin, said[option.texts_id]),
            [each for each in argued[option.id] if each.side == Side.FOR],
            [each for each in argued[option.id] if each.side == Side.AGAINST],
            option.cost_from, option.cost_to, said[option.texts_id]["risk"], option.risk_level, option.goes_on,
            said[option.texts_id]["why"], prototype,
        )
        for option, idea, twin, prototype in rows
    ]  # fmt: skip


def _words(
    option: Option, idea: IdeaRow | None, twin: IdeaRow | None, said: Mapping[str, Words]
) -> tuple[int | None, Words, Words, Words]:
    """(the idea's number, title, text, where it comes from)"""
    if option.idea_id is None:
        return None, said["title"], said["text"], said["source"]
    shown = next((each for each in (idea, twin) if each is not None and each.state in ideas.PUBLIC), None)
    if shown is None:
        return option.idea_id, MISSING, MISSING, MISSING
    return shown.id, Words(shown.title, shown.language, True), Words(shown.text, shown.language, True), MISSING
