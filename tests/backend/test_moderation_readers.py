"""Who reads what: handing something to another moderator, and who may take it."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import audit, moderation_queue, moderation_readers
from backend.errors import Conflict, NotFound, Refusal
from backend.people import Role
from tests.backend.conftest import Notes, a_note, another_moderator, approve
from tests.conftest import NOON
from tests.makers import bo, karin, lindangen, mira, seved


def test_something_is_handed_to_another_moderator_with_a_word(session: Session, notes: Notes) -> None:
    area = seved(session)
    giver, taker = mira(session, area), another_moderator(session, area.id)
    item = a_note(session, area.id)
    moderation_readers.claim(session, item, by=giver, at=NOON)

    moderation_readers.hand_over(session, item.id, taker.id, word=" You know him? ", by=giver, at=NOON)

    entry = moderation_queue.waiting(session, taker, NOON)[0]
    assert (entry.handed_to, entry.handed_by, entry.reader_id) == (taker.id, "Mira", None)
    assert item.handed_word == "You know him?"
    assert session.scalars(select(audit.Act.act)).all() == ["note.handed_over"]


def test_handing_over_keeps_nobody_from_deciding(session: Session, notes: Notes) -> None:
    area = seved(session)
    giver, taker = mira(session, area), another_moderator(session, area.id)
    item = a_note(session, area.id)

    moderation_readers.hand_over(session, item.id, taker.id, by=giver, at=NOON)

    assert approve(session, item, giver).decided_by == giver.id


def test_nothing_is_handed_to_who_may_not_decide_it(session: Session, notes: Notes) -> None:
    area = seved(session)
    giver, author, first = mira(session, area), karin(session, area), another_moderator(session, area.id)
    stranger, resident = another_moderator(session, lindangen(session).id), bo(session, area)
    item = a_note(session, area.id, not_by=first.id)
    notes.authors[1] = author.id

    for nobody in (giver.id, author.id, first.id, stranger.id, resident.id, 99_999):
        with pytest.raises(Refusal) as refused:
            moderation_readers.hand_over(session, item.id, nobody, by=giver, at=NOON)
        assert refused.value.field == "to"

    assert item.handed_to is None


def test_what_was_decided_is_not_handed_over(session: Session, notes: Notes) -> None:
    area = seved(session)
    giver, taker = mira(session, area), another_moderator(session, area.id)
    item = approve(session, a_note(session, area.id), taker)

    with pytest.raises(Conflict):
        moderation_readers.hand_over(session, item.id, taker.id, by=giver, at=NOON)


def test_a_stranger_hands_nothing_over(session: Session, notes: Notes) -> None:
    area = seved(session)
    item = a_note(session, area.id)

    with pytest.raises(NotFound):
        moderation_readers.hand_over(
            session, item.id, mira(session, area).id, by=mira(session, lindangen(session)), at=NOON
        )


def test_an_area_s_moderators_are_its_own_its_coordinators_and_the_core_team(session: Session) -> None:
    area = seved(session)
    own, leads = mira(session, area), karin(session, area)
    core = another_moderator(session, None, "Kim", Role.CORE)
    another_moderator(session, lindangen(session).id, "Olof")
    another_moderator(session, None, "Petra", Role.OPERATOR)

    assert moderation_readers.moderators_of(session, area.id) == [leads, core, own]
