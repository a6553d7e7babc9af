"""Batches of slips: what has become of each, and how a lost one is found."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from backend import people, slip_batches, slips
from backend.areas import Area
from backend.errors import Conflict, NotAllowed, NotFound, Refusal
from backend.people import Person
from tests.conftest import NOON
from tests.makers import karin, lindangen, mira, seved

KEY = b"k" * 32
UUID = "7d9c6b7e-8a51-4f4e-9a0e-0f3f1d2c4b5a"


def a_batch(session: Session, area: Area, by: Person, count: int = 5) -> tuple[slips.SlipBatch, list[str]]:
    return slip_batches.make(session, KEY, area, count, by=by, at=NOON)


def test_each_slip_is_counted_in_one_state(session: Session) -> None:
    area = seved(session)
    by = karin(session, area)
    _, numbers = a_batch(session, area, by)
    guest = people.add(session, language="ar", at=NOON)
    slips.redeem(session, KEY, slips.read(numbers[0]), guest, at=NOON)
    lost = slip_batches.find_slip(session, KEY, {"digits": numbers[1]}, area_id=area.id)
    slip_batches.replace_lost(session, KEY, lost, by=by, at=NOON)

    now = slip_batches.of_area(session, area.id, at=NOON)[0]
    later = slip_batches.of_area(session, area.id, at=NOON + timedelta(days=30))[0]

    assert (now.used, now.still_open, now.void, now.too_old, now.count) == (1, 4, 1, 0, 6)
    assert (later.used, later.still_open, later.void, later.too_old) == (1, 0, 1, 4)


def test_voiding_a_batch_ends_what_nobody_used(session: Session) -> None:
    area = seved(session)
    by = karin(session, area)
    batch, numbers = a_batch(session, area, by)
    resident = people.add(session, language="ar", at=NOON)
    slips.redeem(session, KEY, slips.read(numbers[0]), resident, at=NOON)

    assert slip_batches.void(session, batch, by=by, at=NOON) == 4
    assert slip_batches.void(session, batch, by=by, at=NOON) == 0
    with pytest.raises(Refusal):
        slips.redeem(session, KEY, slips.read(numbers[1]), people.add(session, language="ar", at=NOON), at=NOON)
    assert resident.level == people.Level.RESIDENT


@pytest.mark.parametrize("place", ["{}-2", " {} - 2 ", "{}\u20132"])
def test_a_lost_slip_is_found_by_what_is_printed_on_it(session: Session, place: str) -> None:
    area = seved(session)
    by = karin(session, area)
    batch, numbers = a_batch(session, area, by)

    lost = slip_batches.find_slip(session, KEY, {"number": place.format(batch.id)}, area_id=area.id)
    again = slip_batches.replace_lost(session, KEY, lost, by=by, at=NOON)

    guest = people.add(session, language="ar", at=NOON)
    with pytest.raises(Refusal):
        slips.redeem(session, KEY, slips.read(numbers[1]), guest, at=NOON)
    assert slips.redeem(session, KEY, slips.read(again), guest, at=NOON)


@pytest.mark.parametrize(
    "written", ["", "x", "1", "1-0", "1-99", "99-1", "1-2-3", "-1", "1e3-1", "9999999999-1", "\x00"]
)
def test_what_is_no_slips_number_is_refused(session: Session, written: str) -> None:
    area = seved(session)
    a_batch(session, area, karin(session, area))

    with pytest.raises(Refusal):
        slip_batches.find_slip(session, KEY, {"number": written}, area_id=area.id)


def test_another_areas_slip_is_not_found(session: Session) -> None:
    here, there = seved(session), lindangen(session)
    batch, numbers = a_batch(session, here, karin(session, here))

    for typed in ({"digits": numbers[0]}, {"number": f"{batch.id}-1"}):
        with pytest.raises(Refusal, match="no such slip"):
            slip_batches.find_slip(session, KEY, typed, area_id=there.id)
    with pytest.raises(NotFound):
        slip_batches.by_number(session, batch.id, area_id=there.id)


def test_only_who_coordinates_the_area_makes_voids_and_replaces(session: Session) -> None:
    here, there = seved(session), lindangen(session)
    batch, numbers = a_batch(session, here, karin(session, here))
    slip = slip_batches.find_slip(session, KEY, {"digits": numbers[0]}, area_id=here.id)

    for somebody in (mira(session, here), karin(session, there)):
        for act in (
            lambda by=somebody: a_batch(session, here, by),
            lambda by=somebody: slip_batches.void(session, batch, by=by, at=NOON),
            lambda by=somebody: slip_batches.replace_lost(session, KEY, slip, by=by, at=NOON),
        ):
            with pytest.raises(NotAllowed):
                act()


@pytest.mark.parametrize("count", [0, -1, 201])
def test_a_page_prints_a_sensible_number(session: Session, count: int) -> None:
    area = seved(session)

    with pytest.raises(Refusal):
        a_batch(session, area, karin(session, area), count)


def test_the_same_form_makes_its_batch_once(session: Session) -> None:
    area = seved(session)
    by = karin(session, area)
    slip_batches.make(session, KEY, area, 3, by=by, at=NOON, client_uuid=UUID)

    with pytest.raises(Conflict):
        slip_batches.make(session, KEY, area, 3, by=by, at=NOON, client_uuid=UUID)


def test_the_list_is_one_statement(session: Session) -> None:
    area = seved(session)
    by = karin(session, area)
    for _ in range(4):
        a_batch(session, area, by)
    seen: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *args: seen.append(args[2]))

    assert len(slip_batches.of_area(session, area.id, at=NOON)) == 4
    assert len(seen) == 1
