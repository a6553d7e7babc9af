"""Ideas in whatever order things happen to them: none is lost, none told of twice, none public that nobody approved."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, func, select

from backend import areas, database, idea_edits, ideas, moderation, people, supports
from backend.errors import Conflict, NotAllowed, Refusal
from backend.ideas import PUBLIC, Idea, State
from backend.moderation import Decision
from backend.notices import Notice
from backend.people import Level, Person, Role
from backend.supports import Support
from backend.waiting import WITHDRAWN, Waiting
from tests.conftest import NOON

UNDO_SECONDS = 10
NUMBERS = count(1)  # of areas and texts: examples share a database
REFUSED = (Conflict, NotAllowed, Refusal)


class Ideas(RuleBasedStateMachine):
    """An author, two neighbours, two moderators, and a clock that only goes forward."""

    engine: Engine
    sent = Bundle("sent")

    def __init__(self) -> None:
        super().__init__()
        self.session = database.sessions(self.engine)()
        self.now: datetime = NOON
        self.numbers: list[int] = []
        self.texts: dict[int, str] = {}  # what each row of the queue is about
        self.parted: dict[int, int] = defaultdict(int)

    @initialize(target=sent)
    def begin(self) -> MultipleResults[int]:
        """Three ideas, of which two are public."""
        with database.transaction(self.session):
            moderation.settle_due(self.session, NOON + timedelta(days=1))  # what an earlier example left
            number = next(NUMBERS)
            area = areas.add(self.session, name=f"Area {number}", district="", line="brick", mark="sun", at=NOON)
            self.area_id = area.id
            self.author, *self.neighbours = [self.somebody(Level.NEIGHBOUR) for _ in range(3)]
            self.moderators = [self.somebody(Level.NEIGHBOUR, Role.MODERATOR) for _ in range(2)]
        made = [self.send_one() for _ in range(3)]
        for number in made[:2]:
            self.decide_and_tell(number, made[2], 0, Decision.APPROVED)
        return multiple(*made)

    def somebody(self, level: Level, role: Role | None = None) -> int:
        person = people.add(self.session, name="Ana", language="sv", level=level, at=NOON)
        if role:
            people.give_role(self.session, person, role, area_id=self.area_id, at=NOON)
        return person.id

    def person(self, number: int) -> Person:
        return self.session.get_one(Person, number)

    def try_out(self, act: object) -> None:
        """Does it in a transaction of its own; a rule may say no, and then nothing has changed."""
        try:
            with database.transaction(self.session):
                act()  # type: ignore[operator]
        except REFUSED:
            self.session.expire_all()

    @rule(target=sent)
    def send(self) -> int:
        return self.send_one()

    def send_one(self) -> int:
        with database.transaction(self.session):
            area = areas.by_id(self.session, self.area_id)
            text = f"Idea {next(NUMBERS)}"
            made, _ = ideas.submit(
                self.session, area=area, author=self.person(self.author), text=text, language="sv", at=self.now
            )
        self.numbers.append(made.id)
        self.note_what_waits(made.id, text)
        return made.id

    @rule(number=sent)
    def edit(self, number: int) -> None:
        text = f"Idea {number}, said anew {next(NUMBERS)}"
        idea = ideas.by_number(self.session, number)
        self.try_out(
            lambda: idea_edits.edit(
                self.session, idea, text=text, language="sv", by=self.person(self.author), at=self.now
            )
        )
        self.note_what_waits(number, text)

    def note_what_waits(self, number: int, text: str) -> None:
        mine = select(Waiting.id).where(Waiting.kind == "idea", Waiting.noun_id == number)
        for row in self.session.scalars(mine):
            self.texts.setdefault(row, text)
        self.session.rollback()

    @rule(number=sent)
    def withdraw(self, number: int) -> None:
        idea = ideas.by_number(self.session, number)
        self.try_out(lambda: idea_edits.withdraw(self.session, idea, by=self.person(self.author), at=self.now))

    @rule(number=sent, twin=sent, which=st.integers(0, 1), decision=st.sampled_from(Decision))
    def read_and_tell(self, number: int, twin: int, which: int, decision: Decision) -> None:
        self.decide_and_tell(number, twin, which, decision)

    def decide_and_tell(self, number: int, twin: int, which: int, decision: Decision) -> None:
        self.decide_one(number, twin, which, decision)
        self.let_time_pass(UNDO_SECONDS)

    @rule(number=sent, twin=sent, which=st.integers(0, 1), decision=st.sampled_from(Decision), is_stale=st.booleans())
    def decide(self, number: int, twin: int, which: int, decision: Decision, is_stale: bool) -> None:
        self.decide_one(number, twin, which, decision, is_stale=is_stale)

    def decide_one(self, number: int, twin: int, which: int, decision: Decision, *, is_stale: bool = False) -> None:
        item = self.open_row(number)
        if item is None:
            return
        self.try_out(
            lambda: moderation.decide(
                self.session, item.id, decision, by=self.person(self.moderators[which]), at=self.now,
                seen_version=item.version - is_stale, undo_seconds=UNDO_SECONDS, reason="hate", note="A word.",
                merge_into=twin,
            )
        )  # fmt: skip

    def open_row(self, number: int) -> Waiting | None:
        query = select(Waiting).where(Waiting.kind == "idea", Waiting.noun_id == number, Waiting.decision.is_(None))
        return self.session.scalar(query.execution_options(populate_existing=True))

    @rule(number=sent, which=st.integers(0, 1))
    def undo(self, number: int, which: int) -> None:
        query = select(Waiting.id).where(Waiting.kind == "idea", Waiting.noun_id == number)
        row = self.session.scalar(query.order_by(Waiting.id.desc()).limit(1))
        self.try_out(lambda: moderation.undo(self.session, row, by=self.person(self.moderators[which]), at=self.now))

    @rule(seconds=st.sampled_from((1, UNDO_SECONDS, 3600)))
    def time_goes_on(self, seconds: int) -> None:
        self.let_time_pass(seconds)

    def let_time_pass(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        with database.transaction(self.session):
            moderation.settle_due(self.session, self.now)

    @rule(number=sent)
    def part(self, number: int) -> None:
        """A merge that was told is taken apart again."""
        query = select(Waiting.id).where(Waiting.noun_id == number, Waiting.decision == Decision.MERGED)
        row = self.session.scalar(query.where(Waiting.told_at.is_not(None)).order_by(Waiting.id.desc()).limit(1))
        if row is None:
            return
        text = f"{ideas.by_number(self.session, number).title}"
        self.try_out(
            lambda: moderation.take_back(self.session, row, by=self.person(self.moderators[0]), at=self.now)
        )
        self.parted[number] += 1
        self.note_what_waits(number, text)

    @rule(number=sent, which=st.integers(0, 1), is_with_it=st.booleans())
    def support(self, number: int, which: int, is_with_it: bool) -> None:
        idea, by = ideas.by_number(self.session, number), self.person(self.neighbours[which])
        if is_with_it:
            self.try_out(lambda: supports.support(self.session, idea, by=by, at=self.now))
        else:
            self.try_out(lambda: supports.undo(self.session, idea, by=by))

    @rule()
    def start_anew(self) -> None:
        """A process was killed and started again: all it knows is in the rows."""
        self.session.close()
        self.session = database.sessions(self.engine)()

    @invariant()
    def no_idea_is_lost(self) -> None:
        for idea in self.all_ideas():
            if idea.state == State.RECEIVED:
                left = select(func.count()).where(
                    Waiting.kind == "idea", Waiting.noun_id == idea.id, Waiting.told_at.is_(None)
                )
                assert self.session.scalar(left) == 1, "somebody must still be able to read it"
            else:
                ends = (State.NOT_PUBLISHED, State.CHANGE_ASKED, State.MERGED, State.WITHDRAWN)
                assert idea.state in (*PUBLIC, *ends)
            assert (idea.state == State.MERGED) == (idea.merged_into is not None)
        self.session.rollback()

    @invariant()
    def nothing_is_public_that_was_not_approved(self) -> None:
        for idea in self.all_ideas():
            if idea.state in PUBLIC:
                rows = select(Waiting.id).where(
                    Waiting.noun_id == idea.id, Waiting.decision == Decision.APPROVED, Waiting.told_at.is_not(None)
                )
                assert idea.title in {self.texts[row] for row in self.session.scalars(rows)}
        self.session.rollback()

    @invariant()
    def nobody_is_told_twice(self) -> None:
        for number in self.numbers:
            told = select(func.count()).where(
                Waiting.noun_id == number, Waiting.told_at.is_not(None), Waiting.decision != WITHDRAWN
            )
            heard = select(func.count()).where(Notice.noun_id == number, Notice.audience == "person")
            decisions = (self.session.scalar(told) or 0) + self.parted[number]
            assert (self.session.scalar(heard) or 0) <= decisions
        self.session.rollback()

    @invariant()
    def each_support_that_counts_has_its_row(self) -> None:
        for idea in self.all_ideas():
            rows = select(func.count()).where(Support.idea_id == idea.id, Support.counts)
            assert idea.supports == self.session.scalar(rows)
        self.session.rollback()

    def all_ideas(self) -> list[Idea]:
        query = select(Idea).where(Idea.id.in_(self.numbers)).execution_options(populate_existing=True)
        return list(self.session.scalars(query))

    def teardown(self) -> None:
        self.session.close()


@pytest.mark.thorough
def test_ideas_survive_any_order_of_acts(engine: Engine) -> None:
    machine = type("IdeasHere", (Ideas,), {"engine": engine})
    bounded = settings(
        max_examples=30, stateful_step_count=40, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip

    run_state_machine_as_test(machine, settings=bounded)
