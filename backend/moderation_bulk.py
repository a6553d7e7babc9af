"""Several things decided at once. Only for spam: everything else is read one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import moderation
from .errors import Conflict, NotAllowed, NotFound, Refusal
from .people import Person
from .reading import LABELS, kinds
from .waiting import Decision, Waiting
from .wording import say

REASON = "advertising"
MOST = 50  # at once


@dataclass
class Outcome:
    """What became of the things that were ticked."""

    done: list[Waiting] = field(default_factory=list)
    skipped: list[int] = field(default_factory=list)  # ids that somebody else decided, or that may not be decided


def can_be_spam(kind: str) -> bool:
    """What people send; not a report or an appeal, which call the same decision by another name."""
    refused = str(Decision.NOT_PUBLISHED)
    return REASON in kinds[kind].reasons and kinds[kind].labels[refused] == LABELS[refused]


def refuse(
    session: Session, seen: Mapping[int, int], *, by: Person, at: datetime, undo_seconds: float
) -> Outcome:  # fmt: skip
    """Publishes none of these, as advertising; seen: {id: the version that by saw}.

    What changed or was decided meanwhile is skipped and keeps what it has. Raises Refusal for none or too many.
    """
    if not 0 < len(seen) <= MOST:
        raise Refusal(say("Choose between 1 and %(most)s.", most=MOST), field="items")
    outcome = Outcome()
    for item_id, version in sorted(seen.items()):
        try:
            if not can_be_spam(moderation.find(session, item_id, by=by).kind):
                raise NotAllowed(say("This is no spam. Read it by itself."))
            item = moderation.decide(
                session, item_id, Decision.NOT_PUBLISHED, by=by, seen_version=version, at=at,
                undo_seconds=undo_seconds, reason=REASON,
            )  # fmt: skip
        except (Conflict, NotAllowed, NotFound):
            outcome.skipped.append(item_id)
        else:
            outcome.done.append(item)
    return outcome


def undo(session: Session, item_id: int, *, by: Person, at: datetime) -> list[Waiting]:
    """Takes back what by decided in the same moment as this. Raises Conflict when somebody was told of this one."""
    item = moderation.find(session, item_id, by=by)
    together = select(Waiting.id).where(
        Waiting.decided_by == by.id, Waiting.decided_at == item.decided_at, Waiting.told_at.is_(None),
        Waiting.id != item.id,
    )  # fmt: skip
    others = session.scalars(together).all()
    return [moderation.undo(session, one, by=by, at=at) for one in (item.id, *others)]
