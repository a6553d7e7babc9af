from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from backend import public_log
from backend.moderation import Decision
from tests.conftest import NOON
from tests.makers import a_published_idea, an_idea, ana, decided, mira, seved


def test_it_counts_what_was_decided_why_and_after_how_long(session: Session) -> None:
    area = seved(session)
    me, moderator = ana(session, area), mira(session, area)
    for hours in (1, 2, 3):
        decided(session, an_idea(session, area, me, f"Idé {hours}", at=NOON - timedelta(hours=hours)), moderator)
    for number in range(3):
        refused = an_idea(session, area, me, f"Köp {number}")
        decided(session, refused, moderator, Decision.NOT_PUBLISHED, reason="advertising")
    rare = an_idea(session, area, me, "Jag hatar")
    decided(session, rare, moderator, Decision.NOT_PUBLISHED, reason="hate")
    an_idea(session, area, me, "Väntar", at=NOON - timedelta(hours=5))

    (found,) = public_log.of_year(session, at=NOON)

    assert (found.kind, found.decided, found.waiting) == ("idea", 7, 1)
    assert found.by_decision == [("not_published", 4), ("approved", 3)]
    assert found.by_reason == [("advertising", 3)] and found.rare_reasons == 1
    assert (found.half_within, found.most_within) == (timedelta(), timedelta(hours=3))
    assert found.oldest == NOON - timedelta(hours=5)


def test_what_is_older_than_a_year_is_left_out(session: Session) -> None:
    area = seved(session)
    a_published_idea(session, area, ana(session, area))

    assert not public_log.of_year(session, at=NOON + timedelta(days=366))


def test_a_decision_that_can_still_be_undone_is_not_told(session: Session) -> None:
    area = seved(session)
    idea = an_idea(session, area, ana(session, area))
    decided(session, idea, mira(session, area), undo_seconds=60)

    assert not public_log.of_year(session, at=NOON)
