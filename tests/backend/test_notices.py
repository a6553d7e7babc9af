"""Notices: one row however many hear it, quiet at night, and each in the reader's language."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from backend import follows, notices, people
from backend.notices import KINDS, Notice
from tests.makers import EVENING, NOON, a_meeting, ana, bo, karin, seved

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NIGHT = (21, 8)


def told(kind: str = "meeting_announced", *, ends_at: datetime = EVENING) -> Notice:
    return Notice(kind=kind, noun_id=1, ends_at=ends_at)


def here(hour: int, minute: int = 0, *, day: int = 23) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=STOCKHOLM)


@pytest.mark.parametrize(
    ("at", "goes_out"),
    [(here(12), here(12)), (here(20, 59), here(20, 59)), (here(21), here(8, day=24)), (here(23, 59), here(8, day=24)),
     (here(0), here(8)), (here(7, 59), here(8)), (here(8), here(8))],
)  # fmt: skip
def test_notices_wait_for_the_morning_on_the_areas_clock(at: datetime, goes_out: datetime) -> None:
    assert notices.wakes_at(told(), STOCKHOLM, at=at, quiet=NIGHT) == goes_out


def test_what_would_come_too_late_in_the_morning_goes_at_once() -> None:
    early = told(ends_at=here(7, 30, day=24))

    assert notices.wakes_at(early, STOCKHOLM, at=here(22), quiet=NIGHT) == here(22)


def test_some_kinds_do_not_wait() -> None:
    assert notices.wakes_at(told("test"), STOCKHOLM, at=here(3), quiet=NIGHT) == here(3)


def test_quiet_hours_may_lie_within_one_day_or_be_none() -> None:
    assert notices.wakes_at(told(), STOCKHOLM, at=here(13), quiet=(12, 14)) == here(14)
    assert notices.wakes_at(told(), STOCKHOLM, at=here(3), quiet=(0, 0)) == here(3)


def test_topics_have_the_signs_that_push_services_take() -> None:
    one, same, other = told(), told(), Notice(kind="meeting_announced", noun_id=2)

    assert one.topic == same.topic != other.topic
    assert len(one.topic) <= 32
    assert one.topic.isalnum()


def test_every_kind_has_an_urgency_that_push_services_know() -> None:
    assert {kind.urgency for kind in KINDS.values()} <= {"very-low", "low", "normal", "high"}


def test_a_notice_needs_an_audience_that_there_is(session: Session) -> None:
    area = seved(session)

    with pytest.raises(ValueError, match="everybody"):
        notices.tell(
            session,
            kind="test",
            area_id=area.id,
            noun_id=1,
            audience="everybody",
            audience_id=1,
            at=NOON,
            ends_at=EVENING,
        )


def test_two_receivers_read_of_a_meeting_each_in_their_language(session: Session) -> None:
    area = seved(session)
    meeting = a_meeting(session, area, karin(session, area))
    notice = notices.latest(session, "meeting_announced", meeting.id)
    assert notice

    swedish = notices.message(session, notice, bo(session, area).language)
    arabic = notices.message(session, notice, ana(session, area).language)

    assert "\u2068Vad ska gården bli?\u2069" in swedish.title
    assert "torsdag 26 november" in swedish.body
    assert "17.30" in swedish.body
    assert swedish.path == f"/sv/seved/meetings/{meeting.id}"
    assert "\u2068ماذا نريد للساحة؟\u2069" in arabic.title
    assert "الخميس" in arabic.body
    assert "26 نوفمبر" in arabic.body
    assert "17:30" in arabic.body
    assert "\u2068Mötesplatsen på Rasmusgatan\u2069" in arabic.body
    assert arabic.path == f"/ar/seved/meetings/{meeting.id}"


def test_announcing_costs_the_same_for_ten_and_for_a_thousand(session: Session, engine: Engine) -> None:
    area = seved(session)
    by = karin(session, area)
    counts = []
    for followers in (10, 1000):
        for _ in range(followers):
            person = people.add(session, language="sv", at=NOON)
            follows.follow(session, person, "area", area.id, at=NOON)
        session.flush()
        sent: list[str] = []

        def listen(*given: object, sent: list[str] = sent) -> None:
            sent.append(str(given[2]))

        event.listen(engine, "before_cursor_execute", listen)
        a_meeting(session, area, by, starts_at=EVENING + timedelta(days=followers))
        event.remove(engine, "before_cursor_execute", listen)
        counts.append(len(sent))

    assert counts[0] == counts[1] <= 20
