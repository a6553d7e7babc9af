from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import daily_roots, receipts, revisions
from backend.daily_roots import STEP, DailyRoot
from backend.votes import Ballot
from tests.backend.test_counting import cast_many
from tests.backend.test_votes import offered
from tests.conftest import NOON
from tests.makers import an_open_round, seved

A_DAY = timedelta(days=1)


def test_a_day_gets_one_code_over_all_votes_so_far(session: Session) -> None:
    area = seved(session)
    round_ = an_open_round(session, area)
    cast_many(session, round_, [offered(session, round_)[:1]] * STEP)
    before = revisions.named(session, area.id, ["votes"])

    written = daily_roots.keep(session, at=NOON + timedelta(hours=2))

    [one] = daily_roots.of_round(session, round_.id)
    assert written == [round_.id]
    assert (one.day.isoformat(), one.ballots) == ("2026-11-23", STEP)
    assert one.root == receipts.root(session.scalars(select(Ballot.commitment)))
    assert revisions.named(session, area.id, ["votes"]) != before


def test_the_second_tick_of_a_day_changes_nothing(session: Session) -> None:
    round_ = an_open_round(session, seved(session))
    cast_many(session, round_, [offered(session, round_)[:1]] * STEP)
    daily_roots.keep(session, at=NOON)
    cast_many(session, round_, [offered(session, round_)[:1]] * STEP)

    assert daily_roots.keep(session, at=NOON + timedelta(hours=3)) == []
    assert daily_roots.keep(session, at=NOON + A_DAY) == [round_.id]
    assert [one.ballots for one in daily_roots.of_round(session, round_.id)] == [STEP, 2 * STEP]


def test_the_day_is_the_areas_own(session: Session) -> None:
    round_ = an_open_round(session, seved(session))
    cast_many(session, round_, [offered(session, round_)[:1]] * STEP)

    daily_roots.keep(session, at=NOON.replace(hour=23, minute=30))  # half past midnight in Stockholm

    assert [one.day.isoformat() for one in daily_roots.of_round(session, round_.id)] == ["2026-11-24"]


def test_too_few_new_votes_make_no_code_since_they_could_be_told_from_the_others(session: Session) -> None:
    round_ = an_open_round(session, seved(session))
    cast_many(session, round_, [offered(session, round_)[:1]] * (STEP - 1))
    first = daily_roots.keep(session, at=NOON)
    cast_many(session, round_, [offered(session, round_)[:1]])
    second = daily_roots.keep(session, at=NOON + A_DAY)
    cast_many(session, round_, [offered(session, round_)[:1]] * (STEP - 1))

    assert (first, second) == ([], [round_.id])
    assert daily_roots.keep(session, at=NOON + 2 * A_DAY) == []


def test_rounds_that_are_not_open_get_none(session: Session) -> None:
    area = seved(session)
    round_ = an_open_round(session, area)
    an_open_round(session, area, opens_at=NOON + A_DAY)
    cast_many(session, round_, [offered(session, round_)[:1]] * STEP)

    assert daily_roots.keep(session, at=round_.closes_at) == []


def test_a_code_holds_neither_an_hour_nor_an_order() -> None:
    assert set(DailyRoot.__table__.c.keys()) == {"round_id", "day", "ballots", "root"}
