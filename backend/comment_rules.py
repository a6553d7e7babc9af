"""Who may comment in an area, and whose comments are read first, as its coordinator chose."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from . import audit, dangers, people, personal_details, restrictions, revisions, typed
from .areas import Area
from .errors import NotAllowed, Refusal
from .people import Level, Person
from .wording import Wording, say

LONGEST = 1000  # characters of a comment


class Rule(StrEnum):
    """Who may comment in an area, as its coordinator chose."""

    OPEN = "open_to_residents"  # residents at once, neighbours once they have been read
    ALL_WAIT = "all_wait"  # everybody's is read first
    CLOSED = "closed"  # what was written stays readable


RULES: Mapping[str, Wording] = {
    Rule.OPEN: say("Open: residents at once, neighbours once they have been read"),
    Rule.ALL_WAIT: say("Open: everybody's comments are read first"),
    Rule.CLOSED: say("Closed: nobody writes, what is there stays readable"),
}


def is_open(area: Area) -> bool:
    return area.comments != Rule.CLOSED


def may_comment(person: Person | None, area: Area) -> bool:
    """Whoever is known, while comments are open here; guests have to become neighbours first."""
    return person is not None and person.level >= Level.NEIGHBOUR and is_open(area)


def is_read_first(session: Session, person: Person, area: Area, text: str, *, at: datetime) -> bool:
    """Whether this text of this person waits here for a moderator: numbers and words of danger always do."""
    if area.comments == Rule.ALL_WAIT or personal_details.flags(text) or dangers.flag(text):
        return True
    if restrictions.is_read_first(session, person, area.id, at=at):
        return True
    return person.level < Level.RESIDENT and not people.may_moderate(person, area.id)


def set_rule(session: Session, area: Area, rule: str, *, by: Person, at: datetime) -> None:
    """Who may comment in the area from now on. NotAllowed unless by coordinates it, Refusal for an unknown rule."""
    if not people.may_coordinate(by, area.id):
        raise NotAllowed(say("Only a coordinator of this area may do this."))
    if rule not in RULES:
        raise Refusal(say("Choose who may comment."), field="rule")
    if area.comments == rule:
        return
    area.comments = str(rule)
    session.flush()
    revisions.raise_(session, area.id, "areas")
    audit.note(session, "area.comments", at=at, by=by, area_id=area.id, noun_id=area.id, rule=str(rule))


def make_sure_may_write(
    session: Session, by: Person, area: Area, *, at: datetime, lately: Callable[[], int] = lambda: 0
) -> None:
    """The one place that says who may not write here; lately counts what they wrote within a day. NotAllowed."""
    if by.level < Level.NEIGHBOUR:
        raise NotAllowed(say("Sign in first. Then you can comment."))
    if not is_open(area):
        raise NotAllowed(say("Comments are closed here. You can still read them."))
    restrictions.make_sure_may_write(session, by, area.id, at=at, lately=lately)


def checked(text: str | None) -> str:
    """The text as it is kept. Raises Refusal that names "text" when it is empty, too long or shows nothing."""
    clean = typed.text(text, field="text", most=LONGEST)
    if not any(unicodedata.category(sign)[0] in "LNSP" for sign in clean):
        raise Refusal(say("Write something here first."), field="text")
    return clean
