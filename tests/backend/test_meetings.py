"""Meetings: announced once with their notice, listed in the reader's language, never fuller than their seats."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from backend import calendars, coming, database, meetings, people, revisions
from backend.errors import Conflict, NotAllowed, NotFound, Refusal
from backend.meetings import Meeting
from backend.notices import Notice
from tests.makers import EVENING, NOON, a_case, a_meeting, ana, bo, karin, lindangen, mira, seved

UUID = "8f14e45f-ceea-467f-a9f1-0123456789ab"


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_meeting_and_its_notice_are_written_together(session: Session) -> None:
    area = seved(session)
    before = revisions.named(session, area.id, ["meetings"])

    meeting = a_meeting(session, area, karin(session, area))

    notice = session.scalars(select(Notice)).one()
    assert (notice.kind, notice.noun_id, notice.audience, notice.audience_id) == (
        "meeting_announced", meeting.id, "area", area.id,
    )  # fmt: skip
    assert (notice.created_at, notice.ends_at) == (NOON, EVENING)
    assert revisions.named(session, area.id, ["meetings"]) != before
    session.rollback()
    assert (count(session, Meeting), count(session, Notice)) == (0, 0)


def test_the_same_form_twice_is_one_meeting(session: Session) -> None:
    area = seved(session)
    by = karin(session, area)
    first = a_meeting(session, area, by, client_uuid=UUID)

    again = a_meeting(session, area, by, client_uuid=UUID, at=EVENING + timedelta(days=9))

    assert (again.id, count(session, Notice)) == (first.id, 1)


def test_the_same_form_with_another_content_is_a_conflict(session: Session) -> None:
    area = seved(session)
    by = karin(session, area)
    a_meeting(session, area, by, client_uuid=UUID)

    with pytest.raises(Conflict):
        a_meeting(session, area, by, client_uuid=UUID, minutes=90)


def test_only_coordinators_of_the_area_announce(session: Session) -> None:
    here, elsewhere = seved(session), lindangen(session)

    for person in (ana(session, here), mira(session, here), karin(session, elsewhere)):
        with pytest.raises(NotAllowed):
            a_meeting(session, here, person)


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"by_language": {"sv": {"title": " "}}}, "title"), ({"by_language": {"sv": {"title": "a" * 81}}}, "title"),
     ({"by_language": {"sv": {"title": "a", "about": "b" * 401}}}, "about"), ({"by_language": {}}, "title"),
     ({"place": ""}, "place"), ({"place": "p" * 121}, "place"), ({"starts_at": NOON}, "day"),
     ({"interpreters": ["xx"]}, "interpreters"), ({"interpreters": ["../ar"]}, "interpreters")],
)  # fmt: skip
def test_what_a_meeting_needs(session: Session, changed: dict[str, object], field: str) -> None:
    area = seved(session)
    by = karin(session, area)

    with pytest.raises(Refusal) as refused:
        a_meeting(session, area, by, **changed)

    assert (refused.value.field, count(session, Meeting), count(session, Notice)) == (field, 0, 0)


def test_lists_tell_what_is_coming_and_what_is_over(session: Session) -> None:
    area = seved(session)
    by = karin(session, area)
    later = a_meeting(session, area, by, starts_at=EVENING + timedelta(days=2))
    sooner = a_meeting(session, area, by)

    coming_up = meetings.upcoming(session, area.id, "ar", at=NOON)
    assert [one.id for one in coming_up] == [sooner.id, later.id]
    assert str(coming_up[0].title) == "ماذا نريد للساحة؟"
    assert meetings.next_of(session, [area.id, 999], "sv", at=NOON)[area.id].id == sooner.id
    assert [one.id for one in meetings.past(session, area.id, "sv", at=EVENING + timedelta(hours=3))] == [sooner.id]
    assert meetings.upcoming(session, area.id, "sv", at=EVENING + timedelta(hours=1))[0].id == sooner.id, (
        "it is running"
    )


def test_lists_cost_two_statements_however_long(session: Session, engine: Engine) -> None:
    area = seved(session)
    by = karin(session, area)
    for days in range(12):
        a_meeting(session, area, by, starts_at=EVENING + timedelta(days=days))
    sent: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: sent.append(given[2]))

    assert len(meetings.upcoming(session, area.id, "sv", at=NOON)) == 12

    assert len(sent) == 2


def test_a_meeting_of_another_area_is_not_found(session: Session) -> None:
    here, elsewhere = seved(session), lindangen(session)
    meeting = a_meeting(session, here, karin(session, here))

    with pytest.raises(NotFound):
        meetings.show(session, meeting.id, "sv", area_id=elsewhere.id)
    with pytest.raises(NotFound):
        meetings.by_number(session, 2**70)


def test_the_likely_evening_is_a_free_one_in_the_week_ahead(session: Session) -> None:
    area = seved(session)
    likely = meetings.likely_start(session, area, at=NOON)
    assert likely.isoformat() == "2026-11-30T18:00:00+01:00"

    a_meeting(session, area, karin(session, area), starts_at=likely)

    assert meetings.likely_start(session, area, at=NOON).date().isoformat() == "2026-12-01"


def test_whoever_comes_is_counted_once_and_may_change_their_mind(session: Session) -> None:
    area = seved(session)
    meeting = a_meeting(session, area, karin(session, area), seats=4)
    one, other = ana(session, area), bo(session, area)

    coming.come(session, meeting, one, how_many=1, at=NOON)
    coming.come(session, meeting, one, how_many=3, at=NOON)
    with pytest.raises(Refusal):
        coming.come(session, meeting, other, how_many=2, at=NOON)
    assert coming.count(session, meeting) == 3

    coming.stay_away(session, meeting, one)
    coming.come(session, meeting, other, how_many=4, at=NOON)

    assert meetings.show(session, meeting.id, "sv", area_id=area.id).seats_left == 0
    assert (coming.comes_with(session, meeting, one), coming.comes_with(session, meeting, other)) == (0, 4)


@pytest.mark.parametrize("how_many", [0, -1, 11])
def test_nobody_brings_too_many(session: Session, how_many: int) -> None:
    area = seved(session)
    meeting = a_meeting(session, area, karin(session, area))

    with pytest.raises(Refusal):
        coming.come(session, meeting, ana(session, area), how_many=how_many, at=NOON)


def test_nobody_comes_to_a_meeting_that_is_over(session: Session) -> None:
    area = seved(session)
    meeting = a_meeting(session, area, karin(session, area))

    with pytest.raises(Refusal):
        coming.come(session, meeting, ana(session, area), how_many=1, at=EVENING + timedelta(hours=2))


def test_the_last_seat_is_given_away_once(session: Session, engine: Engine) -> None:
    area = seved(session)
    meeting = a_meeting(session, area, karin(session, area), seats=1)
    wanting = [ana(session, area).id for _ in range(6)]
    session.commit()
    refused = []

    def want(person_id: int) -> None:
        with database.sessions(engine)() as own:
            try:
                with database.transaction(own):
                    person = people.by_id(own, person_id)
                    coming.come(own, meetings.by_number(own, meeting.id), person, how_many=1, at=NOON)
            except Refusal:
                refused.append(person_id)

    threads = [threading.Thread(target=want, args=(person_id,)) for person_id in wanting]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    session.commit()
    assert (coming.count(session, meeting), len(refused)) == (1, 5)


def test_a_calendar_entry_can_be_read_and_carries_nothing_else(session: Session) -> None:
    area = seved(session)
    case = a_case(session, area)
    attack = {"title": "Möte; med, komma\nX-EVIL:1", "about": "a" * 300, "place": "Torget, Malmö"}
    meeting = a_meeting(
        session, area, karin(session, area), by_language={"sv": attack}, case_id=case.id, interpreters=["ar", "so"]
    )
    shown = meetings.show(session, meeting.id, "ar", area_id=area.id)

    raw = calendars.entry(meeting, shown, area, address="https://forum.example/1", at=NOON)

    [entry] = Calendar.from_ical(raw).walk("VEVENT")
    assert (entry["UID"], entry["SEQUENCE"]) == (meeting.uid, 0)
    assert str(entry["SUMMARY"]) == "Möte; med, komma X-EVIL:1"
    assert entry["SUMMARY"].params["LANGUAGE"] == "sv"
    assert entry.decoded("DTSTART") == EVENING
    assert entry["DTSTART"].params["TZID"] == "Europe/Stockholm"
    assert b"BEGIN:VTIMEZONE" in raw
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
