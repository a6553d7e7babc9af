"""What everybody may know of the queue: how many things were decided and how, for which reasons, after how long.

It holds counts only: no thing, no author and no moderator can be told from it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from . import reading
from .waiting import WITHDRAWN, Waiting
from .wording import Wording

YEAR = timedelta(days=365)
FEWEST = 3  # a rarer reason could point at somebody, so it is counted among the others


@dataclass(frozen=True)
class OfKind:
    """What was decided about things of one kind."""

    kind: str
    decided: int
    by_decision: list[tuple[str, int]]  # most first
    by_reason: list[tuple[str, int]]  # most first; at least FEWEST each
    rare_reasons: int  # how many were decided for reasons rarer than that
    half_within: timedelta  # half were decided within this time
    most_within: timedelta  # nine in ten were
    waiting: int
    oldest: datetime | None  # since when the oldest one waits

    @property
    def name(self) -> Wording:
        return reading.kinds[self.kind].name

    def decision_words(self, decision: str) -> Wording:
        return reading.kinds[self.kind].labels[decision].done

    def reason_words(self, reason: str) -> Wording:
        return reading.kinds[self.kind].reasons[reason]


def of_year(session: Session, *, at: datetime) -> list[OfKind]:
    """The decisions of the last year that have taken effect, by kind, most first. Two statements."""
    made = (Waiting.told_at.is_not(None), Waiting.decision.is_not(None), Waiting.decision != WITHDRAWN)
    columns = (Waiting.kind, Waiting.decision, Waiting.reason, Waiting.asked_at, Waiting.decided_at)
    rows = session.execute(select(*columns).where(*made, Waiting.decided_at > at - YEAR)).all()
    waits = select(Waiting.kind, func.count(), func.min(Waiting.asked_at)).where(Waiting.decision.is_(None))
    left = {kind: (count, oldest) for kind, count, oldest in session.execute(waits.group_by(Waiting.kind))}
    kinds = {row.kind for row in rows} | left.keys()
    found = [_of_kind(kind, [row for row in rows if row.kind == kind], *left.get(kind, (0, None))) for kind in kinds]
    return sorted(found, key=lambda one: (-one.decided, one.kind))


def _of_kind(kind: str, rows: Sequence[Any], waiting: int, oldest: datetime | None) -> OfKind:
    spans = sorted(row.decided_at - row.asked_at for row in rows)
    known = reading.kinds[kind]
    reasons = Counter(row.reason for row in rows if row.reason in known.reasons)
    often = [(reason, count) for reason, count in reasons.most_common() if count >= FEWEST]
    return OfKind(
        kind=kind, decided=len(rows), waiting=waiting, oldest=oldest,
        by_decision=Counter(row.decision for row in rows if row.decision in known.labels).most_common(),
        by_reason=often, rare_reasons=reasons.total() - sum(count for _reason, count in often),
        half_within=_within(spans, 5), most_within=_within(spans, 9),
    )  # fmt: skip


def _within(spans: list[timedelta], tenths: int) -> timedelta:
    """The time within which so many tenths were decided; nothing where nothing was."""
    return spans[(len(spans) * tenths - 1) // 10] if spans else timedelta()
