"""The daily mail: once a morning to those who read a queue that is not empty."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import daily_mail, mail, mail_addresses, people
from backend.mail import Letter
from backend.people import Person, Role
from tests.makers import NOON, an_address, an_idea, ana, karin, lindangen, mira, seved

MORNING = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)  # half past eight in Stockholm


@pytest.fixture
def reader(session: Session) -> Person:
    """Mira, in whose area one idea waits since noon of the day before."""
    area = seved(session)
    made = mira(session, area)
    an_address(session, made)
    an_idea(session, area, ana(session, area))
    return made


def letters(session: Session) -> list[Letter]:
    return list(session.scalars(select(Letter).where(Letter.kind == "daily").order_by(Letter.id)))


def test_a_reader_hears_how_much_waits_and_since_when(session: Session, reader: Person) -> None:
    daily_mail.post_due(session, at=MORNING)

    [letter] = letters(session)
    in_english = mail.text(session, letter)
    assert letter.to == "mira@example.org"
    assert letter.values == {"count": 1, "hours": 20}
    assert in_english.link == "/sv/moderation/"
    assert in_english.subject


def test_two_receivers_read_it_each_in_their_language(session: Session, reader: Person) -> None:
    arab = people.add(session, name="Sara", language="ar", level=people.Level.NEIGHBOUR, at=NOON)
    people.give_role(session, arab, Role.CORE, area_id=None, at=NOON)
    an_address(session, arab)

    daily_mail.post_due(session, at=MORNING)

    assert {letter.to: mail.text(session, letter).link for letter in letters(session)} == {
        "mira@example.org": "/sv/moderation/",
        "sara@example.org": "/ar/moderation/",
    }


def test_it_is_written_once_a_day_however_often_one_looks(session: Session, reader: Person) -> None:
    for minutes in range(0, 180, 30):
        daily_mail.post_due(session, at=MORNING + timedelta(minutes=minutes))
    assert len(letters(session)) == 1

    daily_mail.post_due(session, at=MORNING + timedelta(days=1))
    assert len(letters(session)) == 2


@pytest.mark.parametrize("hour", [0, 6, 11, 12, 22])
def test_it_comes_in_the_morning_only(session: Session, reader: Person, hour: int) -> None:
    daily_mail.post_due(session, at=datetime(2026, 11, 24, hour, 30, tzinfo=UTC))

    assert letters(session) == []


@pytest.mark.parametrize(("day", "hour"), [(29, 6), (28, 7)])
def test_the_day_on_which_the_clocks_change_has_one_too(session: Session, reader: Person, day: int, hour: int) -> None:
    for minutes in (0, 20, 40):
        daily_mail.post_due(session, at=datetime(2027, 3, day - 1, hour, minutes, tzinfo=UTC))

    assert len(letters(session)) == 1


def test_each_hears_of_their_own_areas_only(session: Session, reader: Person) -> None:
    other = lindangen(session)
    karins = karin(session, other)
    an_address(session, karins)

    daily_mail.post_due(session, at=MORNING)

    assert [letter.to for letter in letters(session)] == ["mira@example.org"]


def test_whoever_switched_it_off_or_gets_no_mail_is_left_alone(session: Session, reader: Person) -> None:
    kept = mail_addresses.of_person(session, reader)
    assert kept is not None
    mail_addresses.leave(session, kept.leave_mark, "daily")

    daily_mail.post_due(session, at=MORNING)

    assert letters(session) == []


def test_an_empty_queue_is_not_told_of(session: Session) -> None:
    an_address(session, mira(session, seved(session)))

    daily_mail.post_due(session, at=MORNING)

    assert letters(session) == []
