"""For tests of the queue: a feature of their own, so that they need no other, and more people who moderate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from backend import moderation, people, reading
from backend.errors import Refusal
from backend.moderation import Decision, Planned, Sent, Shown
from backend.people import Level, Person, Role
from backend.waiting import Waiting
from backend.wording import say
from tests.conftest import NOON


@dataclass
class Notes:
    """Who wrote what, what followed, and which notes have gone, so that none can be merged into them."""

    authors: dict[int, int] = field(default_factory=dict)
    followed: list[tuple[int, str | None]] = field(default_factory=list)
    languages: dict[int, str] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    taken_back: list[int] = field(default_factory=list)

    def check(self, session: Session, item: Waiting, planned: Planned) -> None:
        if planned.merge_into in self.gone:
            raise Refusal(say("The other one is gone."), field="merge_into")


@pytest.fixture
def notes() -> Iterator[Notes]:
    made = Notes()
    moderation.name_kind("note", say("Notes"))
    moderation.author_of("note")(lambda session, number: made.authors.get(number))
    moderation.when_decided("note")(lambda session, item, at: made.followed.append((item.noun_id, item.decision)))
    moderation.when_corrected("note")(lambda session, number, tag: made.languages.update({number: tag}))
    moderation.when_taken_back("note")(lambda session, item, by, at: made.taken_back.append(item.noun_id))
    moderation.counts_sent("note")(lambda session, person_id: Sent(3, 1, 1))
    moderation.shown("note")(
        lambda session, numbers, tag: {one: Shown(f"Note {one}", "", "sv", one) for one in numbers}
    )
    moderation.before_decided("note")(made.check)
    moderation.offer_reasons(
        "note", {"names": say("It names a person."), "advertising": say("It advertises something that is sold.")}
    )
    moderation.offer_decisions("note", *Decision, has_cases=True, photo_acts=("away",))
    yield made
    del reading.kinds["note"]


def a_note(session: Session, area_id: int, number: int = 1, *, at: datetime = NOON, **how: object) -> Waiting:
    return moderation.ask(session, kind="note", noun_id=number, area_id=area_id, at=at, **how)


def approve(session: Session, item: Waiting, by: Person, **changed: object) -> Waiting:
    return decide(session, item, Decision.APPROVED, by, **changed)


def decide(session: Session, item: Waiting, decision: Decision, by: Person, **changed: object) -> Waiting:
    values = {"seen_version": item.version, "at": NOON, "undo_seconds": 10, **changed}
    return moderation.decide(session, item.id, decision, by=by, **values)  # type: ignore[arg-type]


def another_moderator(session: Session, area_id: int | None, name: str = "Omar", role: Role = Role.MODERATOR) -> Person:
    person = people.add(session, name=name, language="sv", level=Level.NEIGHBOUR, at=NOON)
    people.give_role(session, person, role, area_id=area_id, at=NOON)
    return person
