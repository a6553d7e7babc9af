"""What is usually there before prototypes go on to be built: something was tried, and something was learned."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from . import stage_checks
from .cases import Stage
from .prototypes import Prototype, State
from .texts import TextLine
from .trials import Trial
from .wording import say


@stage_checks.usual(Stage.PROTOTYPES, say("Something was tried at least once."))
def is_tried(session: Session, case_id: int) -> bool:
    return _is_there(session, case_id, or_(_has_trial(), Prototype.state != State.PLANNED))


@stage_checks.usual(Stage.PROTOTYPES, say("It is written what was seen."))
def is_written(session: Session, case_id: int) -> bool:
    return _is_there(session, case_id, or_(_says("seen"), _has_trial()))


@stage_checks.usual(Stage.PROTOTYPES, say("One works, or was stopped and taught us something."))
def has_taught(session: Session, case_id: int) -> bool:
    stopped = and_(Prototype.state == State.STOPPED, or_(_says("seen"), _has_trial(Trial.state == State.STOPPED)))
    return _is_there(session, case_id, or_(Prototype.state == State.WORKS, stopped))


def _is_there(session: Session, case_id: int, which: ColumnElement[bool]) -> bool:
    return session.scalar(select(Prototype.id).where(Prototype.case_id == case_id, which).limit(1)) is not None


def _has_trial(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whoever tells of one says what was seen, and of the last one what was learned."""
    return exists().where(Trial.prototype_id == Prototype.id, Trial.is_hidden.is_(False), *which)


def _says(name: str) -> ColumnElement[bool]:
    return exists().where(TextLine.set_id == Prototype.texts_id, TextLine.name == name)
