"""Who reads what of the queue: a soft claim for five minutes, and handing something to another moderator."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from . import audit, moderation, typed
from .errors import Conflict, Refusal
from .people import GivenRole, Person, Role
from .waiting import LONGEST_WORD, Waiting, is_done, may_decide
from .wording import say

CLAIM = timedelta(minutes=5)  # how long somebody is shown to be reading


def claim(session: Session, item: Waiting, *, by: Person, at: datetime) -> bool:
    """Says who is reading it, softly: it keeps nobody from deciding. False while somebody else reads."""
    free = or_(Waiting.claimed_until.is_(None), Waiting.claimed_until <= at, Waiting.claimed_by == by.id)
    claimed = update(Waiting).where(Waiting.id == item.id, Waiting.decision.is_(None), free)
    done = is_done(session, claimed.values(claimed_by=by.id, claimed_until=at + CLAIM))
    session.refresh(item)
    return done


def hand_over(session: Session, item_id: int, to_id: int, *, word: str = "", by: Person, at: datetime) -> Waiting:
    """Asks another moderator of the area to read it; by lets go of it. Anybody may still decide.

    Raises NotFound outside by's areas, Refusal when that person may not decide it, Conflict when it was decided.
    """
    item = moderation.find(session, item_id, by=by)
    if to_id not in {one.id for one in others_for(session, item, besides=by)}:
        raise Refusal(say("Choose who shall read it."), field="to")
    values = {
        "handed_to": to_id, "handed_by": by.id, "claimed_by": None, "claimed_until": None,
        "handed_word": typed.text(word, field="word", most=LONGEST_WORD, needed=False),
    }  # fmt: skip
    still_open = update(Waiting).where(Waiting.id == item.id, Waiting.decision.is_(None))
    if not is_done(session, still_open.values(**values)):
        raise Conflict(say("This has been decided meanwhile. Nothing has changed."))
    session.refresh(item)
    audit.note(session, f"{item.kind}.handed_over", at=at, by=by, area_id=item.area_id, noun_id=item.noun_id, to=to_id)
    return item


def moderators_of(session: Session, area_id: int) -> list[Person]:
    """Who may moderate the area, by name: its moderators and coordinators, and the core team."""
    here = (GivenRole.area_id == area_id) & GivenRole.role.in_((Role.MODERATOR, Role.COORDINATOR, Role.CORE))
    everywhere = GivenRole.area_id.is_(None) & (GivenRole.role == Role.CORE)
    theirs = select(GivenRole.person_id).where(or_(here, everywhere))
    return list(session.scalars(select(Person).where(Person.id.in_(theirs)).order_by(Person.name, Person.id)))


def others_for(session: Session, item: Waiting, *, besides: Person) -> list[Person]:
    """Who else may decide it: not its author, nor whoever decided about it before."""
    author_id = moderation.author_id_of(session, item)
    return [
        one for one in moderators_of(session, item.area_id) if one.id != besides.id and may_decide(one, item, author_id)
    ]
