"""The queue as a list: what stands first, what the filters leave, and how many there are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from backend import moderation, moderation_queue, reading
from backend.moderation import Decision
from backend.moderation_queue import Filter
from backend.people import Role
from tests.backend.conftest import Notes, a_note, another_moderator, approve, decide
from tests.conftest import NOON
from tests.makers import bo, lindangen, mira, seved

DAY = timedelta(days=1)


def listed(session: Session, by: object, **chosen: object) -> list[int]:
    """The numbers of what waits, in the order of the queue."""
    found = moderation_queue.waiting(session, by, NOON, Filter(**chosen))  # type: ignore[arg-type]
    return [entry.noun_id for entry in found]


def test_urgent_things_stand_first_then_the_oldest(session: Session, notes: Notes) -> None:
    area = seved(session)
    a_note(session, area.id, 1, at=NOON - DAY)
    a_note(session, area.id, 2, at=NOON - 2 * DAY)
    a_note(session, area.id, 3, is_urgent=True)

    assert listed(session, mira(session, area)) == [3, 2, 1]


def test_each_filter_leaves_what_fits(session: Session, notes: Notes) -> None:
    here, there = seved(session), lindangen(session)
    core = another_moderator(session, None, "Kim", Role.CORE)
    a_note(session, here.id, 1, language="so", at=NOON - 3 * DAY)
    a_note(session, here.id, 2, language="sv", at=NOON - DAY)
    a_note(session, there.id, 3, language="so")
    moderation.ask(session, kind="other", noun_id=4, area_id=here.id, at=NOON, language="ar")

    assert listed(session, core, area_id=here.id) == [1, 2, 4]
    assert listed(session, core, kind="other") == [4]
    assert listed(session, core, language="so") == [1, 3]
    assert listed(session, core, age="24") == [1, 2]
    assert listed(session, core, age="48") == [1]
    assert listed(session, core, area_id=here.id, language="so", age="24") == [1]


def test_the_counts_say_what_each_choice_would_show(session: Session, notes: Notes) -> None:
    here, there = seved(session), lindangen(session)
    core = another_moderator(session, None, "Kim", Role.CORE)
    a_note(session, here.id, 1, language="so", at=NOON - 3 * DAY)
    a_note(session, here.id, 2, language="sv", at=NOON - DAY)
    a_note(session, there.id, 3, language="so")

    counts = moderation_queue.counts(session, core, NOON, Filter(language="so"))

    assert counts.all == 2
    assert counts.by_area == {here.id: 1, there.id: 1}
    assert counts.by_language == {"so": 2, "sv": 1}
    assert counts.by_kind == {"note": 2}
    assert counts.by_age == {"24": 1, "48": 1}


def test_the_counts_agree_with_the_list(session: Session, notes: Notes) -> None:
    area = seved(session)
    by = mira(session, area)
    for number in range(20):
        a_note(session, area.id, number, language=("sv", "so")[number % 2], at=NOON - timedelta(hours=5 * number))

    for chosen in (Filter(), Filter(language="so"), Filter(age="24"), Filter(language="sv", age="48")):
        found = moderation_queue.waiting(session, by, NOON, chosen)
        assert moderation_queue.counts(session, by, NOON, chosen).all == len(found)
    assert moderation_queue.count_for(session, by) == 20


def test_nothing_waits_for_whoever_moderates_nowhere(session: Session, notes: Notes) -> None:
    area = seved(session)
    a_note(session, area.id)

    assert moderation_queue.count_for(session, bo(session, area)) == 0
    assert listed(session, bo(session, area)) == []


def test_each_area_says_how_many_wait_and_since_when(session: Session, notes: Notes) -> None:
    here, there = seved(session), lindangen(session)
    a_note(session, here.id, 1, at=NOON - DAY)
    a_note(session, here.id, 2)
    approve(session, a_note(session, there.id, 3), mira(session, there))

    assert moderation_queue.waiting_by_area(session) == {here.id: (2, NOON - DAY)}


def test_what_was_decided_before_is_known_in_the_next_round(session: Session, notes: Notes) -> None:
    area = seved(session)
    by = mira(session, area)
    decide(session, a_note(session, area.id), Decision.CHANGE_ASKED, by, note="Where?")
    moderation.settle_due(session, NOON + DAY)
    again = a_note(session, area.id, at=NOON + DAY)

    earlier = moderation_queue.earlier_rounds(session, again)

    assert [(one.decision, one.note, name) for one, name in earlier] == [(Decision.CHANGE_ASKED, "Where?", "Mira")]


def test_what_its_author_took_back_was_not_decided(session: Session, notes: Notes) -> None:
    area = seved(session)
    a_note(session, area.id)
    moderation.withdraw(session, kind="note", noun_id=1, at=NOON)

    assert moderation_queue.decided_lately(session, None) == []


def test_all_kinds_together_say_what_somebody_has_sent(session: Session, notes: Notes) -> None:
    by = mira(session, seved(session))

    assert reading.sent_by(session, by.id) == reading.Sent(3, 1, 1)


@pytest.mark.parametrize("number", [1, 20])
def test_the_list_and_its_counts_are_two_statements(session: Session, notes: Notes, number: int) -> None:
    area = seved(session)
    by = mira(session, area)
    for one in range(number):
        a_note(session, area.id, one)
    seen: list[str] = []
    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", lambda *told: seen.append(str(told[2])))

    moderation_queue.waiting(session, by, NOON)
    moderation_queue.counts(session, by, NOON)

    assert len(seen) == 2
