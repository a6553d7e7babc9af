"""Working on a case: what its team and its coordinators publish stands at once, and anybody may report it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from . import restrictions, teams
from .cases import Case, may_lead
from .errors import NotAllowed
from .people import Person
from .wording import say

A_DAY = timedelta(days=1)


def may_work(session: Session, person: Person | None, case: Case) -> bool:
    """Coordinators of the area, and everybody in the team."""
    return may_lead(person, case.area_id) or teams.is_member(session, case.id, person)


def make_sure_may_work(
    session: Session, person: Person, case: Case, *, at: datetime, lately: Callable[[], int] = lambda: 0
) -> None:
    """Raises NotAllowed for everybody else, and for whoever may not write here for now.

    lately counts what they published of this kind within A_DAY.
    """
    if not may_work(session, person, case):
        raise NotAllowed(say("Only the team may do this. Join the team first."))
    restrictions.make_sure_may_write(session, person, case.area_id, at=at, lately=lately)
