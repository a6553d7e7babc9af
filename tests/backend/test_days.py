"""Days and hours by an area's walls, the two nights of the clocks included."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from backend import days
from backend.errors import Refusal

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def test_an_evening_is_kept_in_utc() -> None:
    assert days.moment_of("2026-11-26", "17:30", STOCKHOLM) == datetime(2026, 11, 26, 16, 30, tzinfo=UTC)
    assert days.moment_of(" 2026-06-26 ", "17.30", STOCKHOLM) == datetime(2026, 6, 26, 15, 30, tzinfo=UTC)
    assert days.moment_of("2026-06-26", "17:30:00", STOCKHOLM) == datetime(2026, 6, 26, 15, 30, tzinfo=UTC)


def test_an_hour_that_comes_twice_is_asked_back() -> None:
    with pytest.raises(Refusal) as asked:
        days.moment_of("2026-10-25", "02:30", STOCKHOLM)

    assert asked.value.field == "which"
    assert days.moment_of("2026-10-25", "02:30", STOCKHOLM, which=days.EARLIER).hour == 0
    assert days.moment_of("2026-10-25", "02:30", STOCKHOLM, which=days.LATER).hour == 1


def test_an_hour_that_the_clocks_skip_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        days.moment_of("2026-03-29", "02:30", STOCKHOLM, which=days.LATER)

    assert refused.value.field == "clock"


@pytest.mark.parametrize(
    ("day", "clock", "field"),
    [("", "17:30", "day"), ("26/11", "17:30", "day"), ("2026-02-30", "17:30", "day"), ("9999-01-01", "17:30", "day"),
     ("0001-01-01", "17:30", "day"), (None, None, "day"), ("2026-11-26", "", "clock"), ("2026-11-26", "25:00", "clock"),
     ("2026-11-26", "17:60", "clock"), ("2026-11-26", "five", "clock"), ("2026-11-26", None, "clock")],
)  # fmt: skip
def test_what_is_no_day_or_hour_is_refused(day: str | None, clock: str | None, field: str) -> None:
    with pytest.raises(Refusal) as refused:
        days.moment_of(day, clock, STOCKHOLM)

    assert refused.value.field == field


@pytest.mark.parametrize(
    ("language", "day", "clock"),
    [
        ("sv", "torsdag 26 november", "17.30"),
        ("en", "Thursday 26 November", "17:30"),
        ("ar", "الخميس 26 نوفمبر", "17:30"),
    ],
)
def test_days_are_said_in_words_with_latin_digits(language: str, day: str, clock: str) -> None:
    moment = datetime(2026, 11, 26, 16, 30, tzinfo=UTC)

    assert days.day(moment, STOCKHOLM, language) == day
    assert days.clock(moment, STOCKHOLM, language) == clock
