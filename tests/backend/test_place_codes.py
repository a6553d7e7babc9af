"""The code at the meeting place: when it works, and for whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from backend import people, place_codes
from backend.errors import NotAllowed, Refusal
from backend.people import Level, Person
from tests.conftest import NOON
from tests.makers import ana, karin, lindangen, mira, seved

KEY = b"k" * 32
SECOND = timedelta(seconds=1)


def a_guest(session: Session) -> Person:
    return people.add(session, language="ar", at=NOON)


def test_who_types_it_is_a_neighbour_of_the_area(session: Session) -> None:
    area, guest = seved(session), a_guest(session)
    place_codes.show(session, area, by=karin(session, area), at=NOON)

    place_codes.redeem(session, KEY, place_codes.code(KEY, area.id, at=NOON), area, guest, at=NOON)

    assert (guest.level, guest.area_id) == (Level.NEIGHBOUR, area.id)


def test_it_changes_each_minute_and_two_earlier_ones_are_heard(session: Session) -> None:
    area = seved(session)
    place_codes.show(session, area, by=karin(session, area), at=NOON)
    code = place_codes.code(KEY, area.id, at=NOON)

    assert place_codes.code(KEY, area.id, at=NOON + 59 * SECOND) == code
    assert place_codes.code(KEY, area.id, at=NOON + 60 * SECOND) != code
    place_codes.redeem(session, KEY, code, area, a_guest(session), at=NOON + 179 * SECOND)
    for moment in (NOON + 180 * SECOND, NOON - SECOND):
        with pytest.raises(Refusal):
            place_codes.redeem(session, KEY, code, area, a_guest(session), at=moment)


def test_it_works_only_while_it_is_shown(session: Session) -> None:
    area = seved(session)
    coordinator = karin(session, area)
    for moment in (NOON, NOON + place_codes.LONGEST + timedelta(hours=1)):
        with pytest.raises(Refusal):
            place_codes.redeem(
                session, KEY, place_codes.code(KEY, area.id, at=moment), area, a_guest(session), at=moment
            )
    place_codes.show(session, area, by=coordinator, at=NOON)
    place_codes.hide(session, area, by=coordinator, at=NOON + SECOND)

    with pytest.raises(Refusal):
        place_codes.redeem(
            session, KEY, place_codes.code(KEY, area.id, at=NOON), area, a_guest(session), at=NOON + 2 * SECOND
        )


def test_a_forgotten_screen_ends_by_itself(session: Session) -> None:
    area = seved(session)
    place_codes.show(session, area, by=karin(session, area), at=NOON)
    late = NOON + place_codes.LONGEST

    assert place_codes.open_areas(session, at=late - SECOND) == [area]
    assert place_codes.open_areas(session, at=late) == []
    with pytest.raises(Refusal):
        place_codes.redeem(session, KEY, place_codes.code(KEY, area.id, at=late), area, a_guest(session), at=late)


def test_one_areas_code_is_not_anothers(session: Session) -> None:
    here, there = seved(session), lindangen(session)
    for area in (here, there):
        place_codes.show(session, area, by=karin(session, area), at=NOON)

    with pytest.raises(Refusal):
        place_codes.redeem(session, KEY, place_codes.code(KEY, there.id, at=NOON), here, a_guest(session), at=NOON)


def test_a_resident_stays_a_resident_of_where_they_live(session: Session) -> None:
    home, there = seved(session), lindangen(session)
    resident = ana(session, home)
    place_codes.show(session, there, by=karin(session, there), at=NOON)

    place_codes.redeem(session, KEY, place_codes.code(KEY, there.id, at=NOON), there, resident, at=NOON)

    assert (resident.level, resident.area_id) == (Level.RESIDENT, home.id)


def test_only_who_coordinates_the_area_shows_it(session: Session) -> None:
    here, there = seved(session), lindangen(session)
    for somebody in (mira(session, here), karin(session, there), ana(session, here)):
        with pytest.raises(NotAllowed):
            place_codes.show(session, here, by=somebody, at=NOON)


@pytest.mark.parametrize(("second", "left"), [(0, 60), (1, 59), (59, 1)])
def test_the_screen_knows_when_the_next_one_comes(second: int, left: int) -> None:
    assert place_codes.seconds_left(NOON + second * SECOND) == left
