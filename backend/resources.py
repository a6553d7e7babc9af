"""The resources of a case as its page shows them: needs with what is promised and kept, and who owns it in the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import handovers, needs
from .handovers import Handover, Listed
from .needs import KINDS, Kind
from .pledges import STATES, Pledge, Reading, State
from .wording import Wording


@dataclass(frozen=True)
class Promise:
    """A pledge without what is private of it."""

    id: int
    need_id: int | None
    kind: str
    words: str
    language: str
    how_much: int | None
    name: str
    state: str
    word: str
    word_language: str

    @property
    def kind_name(self) -> Wording:
        return KINDS[self.kind]

    @property
    def state_name(self) -> Wording:
        return STATES[self.state]

    @property
    def is_money(self) -> bool:
        return self.kind == Kind.MONEY


@dataclass(frozen=True)
class Met:
    """A need, and how much of it is promised and kept: in its unit, or in promises where nothing is counted.

    What is kept was promised too; what is withdrawn is neither.
    """

    need: needs.Listed
    promises: list[Promise]

    @property
    def promised(self) -> int:
        return _sum(one for one in self.promises if one.state != State.WITHDRAWN)

    @property
    def kept(self) -> int:
        return _sum(one for one in self.promises if one.state == State.KEPT)

    @property
    def wanted(self) -> int:
        """One of what nobody counts."""
        return self.need.how_much or 1


@dataclass(frozen=True)
class Resources:
    needs: list[Met]
    free: list[Promise] = field(default_factory=list)  # promised without a need
    handovers: list[Listed] = field(default_factory=list)

    @property
    def owned(self) -> Listed | None:
        """The last handover on which both sides agreed."""
        return next((one for one in self.handovers if one.row.state == handovers.State.ACCEPTED), None)


def of_case(session: Session, case_id: int, language: str) -> Resources:
    """All that the page shows. Five statements, however much there is."""
    columns = [getattr(Pledge, name) for name in Promise.__dataclass_fields__]
    query = select(*columns).where(Pledge.case_id == case_id, Pledge.reading == Reading.PUBLIC)
    public = [Promise(*row) for row in session.execute(query.order_by(Pledge.id))]
    listed = needs.of_case(session, case_id, language)
    shown = {need.id for need in listed}
    met = [Met(need, [one for one in public if one.need_id == need.id]) for need in listed]
    free = [one for one in public if one.need_id not in shown]
    return Resources(met, free, handovers.of_case(session, case_id))


def owners(session: Session, case_id: int) -> Sequence[str]:
    """Who owns a case by the last handover on which both sides agreed; nobody where there is none."""
    last = select(Handover.id).where(Handover.case_id == case_id, Handover.state == handovers.State.ACCEPTED)
    number = session.scalar(last.order_by(Handover.id.desc()).limit(1))
    return handovers.by_number(session, number).owners if number else []


def _sum(promises: Iterable[Promise]) -> int:
    return sum(one.how_much or 1 for one in promises)
