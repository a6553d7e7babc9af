"""Spam in one go: each thing by the version that was seen, and all of it taken back at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from backend import moderation, moderation_bulk, moderation_queue
from backend.errors import Conflict, NotAllowed, Refusal
from backend.moderation import Decision
from backend.people import Person
from tests.backend.conftest import Notes, a_note, another_moderator, approve
from tests.conftest import NOON
from tests.makers import lindangen, mira, seved

LATER = NOON + timedelta(minutes=2)


def refuse(session: Session, seen: dict[int, int], by: Person) -> moderation_bulk.Outcome:
    return moderation_bulk.refuse(session, seen, by=by, at=NOON, undo_seconds=10)


def test_several_are_refused_as_advertising(session: Session, notes: Notes) -> None:
    area = seved(session)
    items = [a_note(session, area.id, number) for number in range(3)]

    outcome = refuse(session, {item.id: 1 for item in items}, mira(session, area))

    assert len(outcome.done) == 3
    assert {(item.decision, item.reason) for item in items} == {(Decision.NOT_PUBLISHED, "advertising")}


def test_what_somebody_else_decided_or_sees_is_left_alone(session: Session, notes: Notes) -> None:
    area = seved(session)
    by = mira(session, area)
    decided = approve(session, a_note(session, area.id, 1), another_moderator(session, area.id))
    changed = a_note(session, area.id, 2)
    own = a_note(session, area.id, 3)
    notes.authors[3] = by.id
    elsewhere = a_note(session, lindangen(session).id, 4)
    spam = a_note(session, area.id, 5)

    outcome = refuse(session, {decided.id: 1, changed.id: 7, own.id: 1, elsewhere.id: 1, spam.id: 1, 99_999: 1}, by)

    assert [item.id for item in outcome.done] == [spam.id]
    assert outcome.skipped == [decided.id, changed.id, own.id, elsewhere.id, 99_999]
    assert decided.decision == Decision.APPROVED


def test_all_are_taken_back_at_once(session: Session, notes: Notes) -> None:
    area = seved(session)
    by = mira(session, area)
    before = approve(session, a_note(session, area.id, 9), by, at=NOON - timedelta(seconds=5))
    items = [a_note(session, area.id, number) for number in range(3)]
    refuse(session, {item.id: 1 for item in items}, by)
    last = moderation_queue.undoable(session, by)

    moderation_bulk.undo(session, last[0].id, by=by, at=NOON)

    assert len(last) == 3
    assert {item.decision for item in items} == {None}
    assert before.decision == Decision.APPROVED
    assert moderation.settle_due(session, LATER) == 1


def test_nobody_takes_back_what_another_refused(session: Session, notes: Notes) -> None:
    area = seved(session)
    item = a_note(session, area.id)
    refuse(session, {item.id: 1}, mira(session, area))

    with pytest.raises(NotAllowed):
        moderation_bulk.undo(session, item.id, by=another_moderator(session, area.id), at=NOON)


def test_it_is_too_late_once_the_authors_were_told(session: Session, notes: Notes) -> None:
    area = seved(session)
    by = mira(session, area)
    item = a_note(session, area.id)
    refuse(session, {item.id: 1}, by)
    moderation.settle_due(session, LATER)

    with pytest.raises(Conflict):
        moderation_bulk.undo(session, item.id, by=by, at=LATER)


@pytest.mark.parametrize("number", [0, moderation_bulk.MOST + 1])
def test_none_and_too_many_are_refused(session: Session, notes: Notes, number: int) -> None:
    by = mira(session, seved(session))

    with pytest.raises(Refusal):
        refuse(session, dict.fromkeys(range(1, number + 1), 1), by)


@pytest.mark.parametrize("kind", ["report", "appeal"])
def test_a_report_or_an_appeal_is_never_spam(session: Session, kind: str) -> None:
    area = seved(session)
    item = moderation.ask(session, kind=kind, noun_id=1, area_id=area.id, at=NOON)

    outcome = refuse(session, {item.id: 1}, mira(session, area))

    assert (outcome.done, outcome.skipped) == ([], [item.id])
