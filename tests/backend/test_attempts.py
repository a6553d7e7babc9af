"""Guesses are counted, and the count outlives the refusal."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from backend import attempts, database
from backend.attempts import Attempt
from backend.errors import Refusal
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
    attempts.make_sure_few(session, "slip", "a", at=NOON + attempts.WINDOW)
    attempts.make_sure_few(session, "slip", "b", at=NOON)


def test_a_right_try_is_forgotten(session: Session) -> None:
    for number in tried(session, 11)[5:]:
        attempts.forget(session, number)

    attempts.make_sure_few(session, "slip", "a", at=NOON)


def test_tries_that_count_no_more_are_let_go(session: Session) -> None:
    tried(session, 3)

    attempts.tidy(session, at=NOON + attempts.WINDOW)

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
