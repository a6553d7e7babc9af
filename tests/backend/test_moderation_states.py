"""Whatever order things come in, nothing is lost, nobody is told twice, and nothing is public that was not approved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from backend import areas, audit, database, moderation, moderation_bulk, moderation_queue, moderation_readers
from backend.audit import Act
from backend.errors import Conflict, NotAllowed, Refusal
from backend.moderation import Decision
from backend.people import Person
from backend.waiting import WITHDRAWN, Waiting
from tests.backend.conftest import Notes, a_note, another_moderator
from tests.conftest import NOON

UNDO_SECONDS = 10
NUMBERS = count(1)  # of notes and areas: examples share a database
REFUSED = (Conflict, NotAllowed, Refusal)


@dataclass
class Expected:
    """What should be known of one round of one note."""

    number: int
    decision: str | None = None
    by: int | None = None
    at: datetime | None = None
    is_told: bool = False


def tell(session: Session, item: Waiting, at: datetime) -> None:
    """The feature's own part: what is told becomes a row, and goes when the transaction does."""
    audit.note(session, "note.told", at=at, by=None, area_id=item.area_id, noun_id=item.id, decision=item.decision)


class Queue(RuleBasedStateMachine):
    """Three moderators, their notes, and a clock that only goes forward."""

    engine: Engine
    items = Bundle("items")

    def __init__(self) -> None:
        super().__init__()
        self.session = database.sessions(self.engine)()
        self.now = NOON
        self.expected: dict[int, Expected] = {}
        self.latest: dict[int, int] = {}  # {number of a note: its newest row}

    @initialize()
    def begin(self) -> None:
        with database.transaction(self.session):
            moderation.settle_due(self.session, NOON + timedelta(days=1))  # what an earlier example left
            number = next(NUMBERS)
            area = areas.add(self.session, name=f"Area {number}", district="", line="brick", mark="sun", at=NOON)
            self.area_id = area.id
            self.people = [another_moderator(self.session, area.id, name).id for name in ("Ada", "Bea", "Cia")]

    def moderator(self, which: int) -> Person:
        return self.session.get_one(Person, self.people[which])

    @rule(target=items, is_urgent=st.booleans())
    def send(self, is_urgent: bool) -> int:
        return self.ask(next(NUMBERS), is_urgent=is_urgent)

    @rule(target=items, item=items)
    def send_other_words(self, item: int) -> int:
        return self.ask(self.expected[item].number)

    def ask(self, number: int, **how: bool) -> int:
        with database.transaction(self.session):
            made = a_note(self.session, self.area_id, number, at=self.now, **how).id
        self.close(number)
        self.expected[made] = Expected(number)
        self.latest[number] = made
        return made

    @rule(item=items)
    def author_takes_it_back(self, item: int) -> None:
        number = self.expected[item].number
        with database.transaction(self.session):
            moderation.withdraw(self.session, kind="note", noun_id=number, at=self.now)
        self.close(number)

    def close(self, number: int) -> None:
        for one in self.expected.values():
            if one.number == number and not one.is_told:
                one.decision, one.is_told, one.by = WITHDRAWN, True, None

    @rule(
        item=items, twin=items, which=st.integers(0, 2), decision=st.sampled_from(Decision), is_stale=st.booleans(),
        breaks_off=st.booleans(),
    )  # fmt: skip
    def decide(self, item: int, twin: int, which: int, decision: Decision, is_stale: bool, breaks_off: bool) -> None:
        one, other = self.expected[item], self.expected[twin]
        version = self.session.get_one(Waiting, item, populate_existing=True).version - is_stale
        needs_twin = decision == Decision.MERGED and one.number == other.number
        try:
            with database.transaction(self.session):
                moderation.decide(
                    self.session, item, decision, by=self.moderator(which), seen_version=version, at=self.now,
                    undo_seconds=UNDO_SECONDS, reason="names", note="A word.", merge_into=other.number,
                )  # fmt: skip
                if breaks_off:
                    raise ConnectionError
        except ConnectionError:
            return
        except REFUSED:
            assert one.decision is not None or is_stale or needs_twin, "nothing stood against it"
            return
        assert one.decision is None and not is_stale and not needs_twin, "it was decided over something else"
        one.decision, one.by, one.at = str(decision), self.people[which], self.now

    @rule(chosen=st.lists(items, min_size=1, max_size=4), which=st.integers(0, 2))
    def put_away_as_spam(self, chosen: list[int], which: int) -> None:
        with database.transaction(self.session):
            seen = {item: self.session.get_one(Waiting, item, populate_existing=True).version for item in chosen}
            outcome = moderation_bulk.refuse(
                self.session, seen, by=self.moderator(which), at=self.now, undo_seconds=UNDO_SECONDS
            )
        still_open = {item for item in chosen if self.expected[item].decision is None}
        assert {item.id for item in outcome.done} == still_open
        for item in still_open:
            one = self.expected[item]
            one.decision, one.by, one.at = str(Decision.NOT_PUBLISHED), self.people[which], self.now

    @rule(item=items, which=st.integers(0, 2))
    def undo(self, item: int, which: int) -> None:
        one, by = self.expected[item], self.people[which]
        may = one.decision is not None and not one.is_told and one.by == by
        together = [
            other
            for other in self.expected.values()
            if may and (other.by, other.at, other.is_told) == (by, one.at, False) and other.decision
        ]
        try:
            with database.transaction(self.session):
                moderation_bulk.undo(self.session, item, by=self.moderator(which), at=self.now)
        except REFUSED:
            assert not may
            return
        assert may
        for other in together:
            other.decision = other.by = other.at = None

    @rule(item=items, giver=st.integers(0, 2), taker=st.integers(0, 2))
    def hand_over(self, item: int, giver: int, taker: int) -> None:
        may = giver != taker and self.expected[item].decision is None
        try:
            with database.transaction(self.session):
                moderation_readers.hand_over(
                    self.session, item, self.people[taker], by=self.moderator(giver), at=self.now
                )
        except REFUSED:
            assert not may
            return
        assert may

    @rule(seconds=st.integers(1, 12))
    def time_passes_and_the_worker_tells(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        with database.transaction(self.session):
            told = moderation.settle_due(self.session, self.now)
        wait = timedelta(seconds=UNDO_SECONDS)
        due = [one for one in self.expected.values() if one.at and not one.is_told and one.at + wait <= self.now]
        assert told == len(due)
        for one in due:
            one.is_told = True

    @rule()
    def everything_restarts(self) -> None:
        self.session.close()
        self.session = database.sessions(self.engine)()

    @invariant()
    def each_decision_is_told_once_and_no_other(self) -> None:
        query = select(Act.noun_id, Act.details).where(Act.act == "note.told", Act.area_id == self.area_id)
        told = [(row.noun_id, row.details["decision"]) for row in self.session.execute(query)]
        self.session.rollback()
        should = [(item, one.decision) for item, one in self.expected.items() if one.is_told and one.by]
        assert sorted(told) == sorted(should)

    @invariant()
    def nothing_is_lost(self) -> None:
        """The newest words of each note wait, or were decided, or their author took them back."""
        entries = moderation_queue.waiting(self.session, self.moderator(0), self.now)
        self.session.rollback()
        should = {item for item, one in self.expected.items() if one.decision is None}
        assert {entry.id for entry in entries} == should
        assert should <= set(self.latest.values()), "an older text waits beside a newer one"

    def teardown(self) -> None:
        self.session.close()


@pytest.mark.thorough
def test_no_order_of_acts_loses_tells_twice_or_publishes_what_was_not_approved(
    session: Session, engine: Engine, notes: Notes
) -> None:
    session.close()  # its transaction would keep the machine's from writing
    moderation.when_decided("note")(tell)
    machine = type("QueueHere", (Queue,), {"engine": engine})

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=12,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

    with database.sessions(engine)() as own:
        assert audit.verify(own) > 0


@pytest.mark.parametrize("decision", [one for one in Decision if one != Decision.APPROVED])
def test_only_approved_things_are_told_as_approved(session: Session, notes: Notes, decision: Decision) -> None:
    area = areas.add(session, name="Seved", district="", line="brick", mark="sun", at=NOON)
    item = a_note(session, area.id)
    moderation.decide(
        session, item.id, decision, by=another_moderator(session, area.id), seen_version=1, at=NOON, undo_seconds=0,
        reason="names", note="A word.", merge_into=2,
    )  # fmt: skip

    moderation.settle_due(session, NOON)

    assert notes.followed == [(1, decision)]
