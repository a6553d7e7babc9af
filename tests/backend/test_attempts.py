"""Guesses are counted, and the count outlives the refusal."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from backend import attempts, database
from backend.attempts import Attempt
from backend.errors import Refusal, TooMany
from backend.wording import say
from tests.conftest import NOON


def tried(session: Session, times: int, by: str = "a") -> list[int]:
    return [attempts.record(session, "slip", by, at=NOON) for _ in range(times)]


def test_ten_tries_an_hour_are_heard_and_the_eleventh_is_not(session: Session) -> None:
    tried(session, 10)
    attempts.make_sure_few(session, "slip", "a", at=NOON)

    tried(session, 1)

    with pytest.raises(Refusal, match="Too many tries"):
        attempts.make_sure_few(session, "slip", "a", at=NOON + timedelta(minutes=59))
    attempts.make_sure_few(session, "slip", "a", at=NOON + attempts.HOUR)
    attempts.make_sure_few(session, "slip", "b", at=NOON)


def test_a_right_try_is_forgotten(session: Session) -> None:
    for number in tried(session, 11)[5:]:
        attempts.forget(session, number)

    attempts.make_sure_few(session, "slip", "a", at=NOON)


def test_tries_that_count_no_more_are_let_go(session: Session) -> None:
    tried(session, 3)

    attempts.tidy(session, at=NOON + attempts.DAY)

    assert session.scalar(select(func.count()).select_from(Attempt)) == 0


def test_the_count_outlives_what_the_refusal_takes_back(engine: Engine) -> None:
    def guess() -> None:
        with database.sessions(engine)() as own:
            with database.transaction(own):
                attempts.record(own, "slip", "a", at=NOON)
            with database.transaction(own):
                attempts.make_sure_few(own, "slip", "a", at=NOON)
                raise Refusal(say("No."))

    said = []
    for _ in range(11):
        with pytest.raises(Refusal) as refused:
            guess()
        said.append(str(refused.value.wording))

    assert said[:10] == ["No."] * 10
    assert said[10].startswith("Too many tries")


@pytest.mark.parametrize(("later", "said"), [(0, "60 minutes"), (30, "30 minutes"), (59.5, "1 minute")])
def test_it_is_said_when_to_try_again(session: Session, later: float, said: str) -> None:
    tried(session, 11)
    at = NOON + timedelta(minutes=later)

    with pytest.raises(TooMany) as refused:
        attempts.make_sure_few(session, "slip", "a", at=at)

    assert said in str(refused.value)
    assert refused.value.seconds == pytest.approx((60 - later) * 60, abs=2)


def test_a_day_is_said_in_hours(session: Session) -> None:
    for _ in range(11):
        attempts.record(session, "mail_to", "a", at=NOON)

    with pytest.raises(TooMany, match="hour"):
        attempts.make_sure_few(session, "mail_to", "a", at=NOON + timedelta(seconds=30))


def test_who_goes_on_trying_waits_for_the_last_ones(session: Session) -> None:
    for minute in range(0, 40):
        attempts.record(session, "slip", "a", at=NOON + timedelta(minutes=minute))

    with pytest.raises(TooMany) as refused:
        attempts.make_sure_few(session, "slip", "a", at=NOON + timedelta(minutes=40))

    assert refused.value.seconds == pytest.approx(50 * 60, abs=2)
