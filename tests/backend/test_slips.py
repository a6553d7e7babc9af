"""Slips: what may be typed, what works once, and what a guesser learns."""

from __future__ import annotations

import contextlib
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from backend import database, people, slips
from backend.areas import Area
from backend.errors import Conflict, Refusal
from backend.keys import keyed_mark
from backend.people import Level, Person
from backend.slips import Slip
from tests.conftest import NOON
from tests.makers import ana, bo, karin, lindangen, seved

KEY = b"k" * 32


def a_slip(session: Session, area: Area) -> str:
    """Its digits, as they are typed."""
    _, numbers = slips.make_batch(session, KEY, area, 1, at=NOON)
    return slips.read(numbers[0])


def a_guest(session: Session) -> Person:
    return people.add(session, language="ar", at=NOON)


def test_a_slip_makes_a_guest_a_resident_of_its_area(session: Session) -> None:
    area, guest = seved(session), a_guest(session)

    slips.redeem(session, KEY, a_slip(session, area), guest, at=NOON)

    assert (guest.level, guest.area_id) == (Level.RESIDENT, area.id)


def test_numbers_stand_in_groups_of_four_and_are_kept_as_marks_alone(session: Session) -> None:
    _, numbers = slips.make_batch(session, KEY, seved(session), 50, at=NOON)

    assert len(set(numbers)) == 50
    assert all([len(group) for group in number.split(" ")] == [4, 4, 4, 4] for number in numbers)
    kept = session.scalars(select(Slip.secret_mark)).all()
    assert not any(number.replace(" ", "") in mark for number in numbers for mark in kept)


@pytest.mark.parametrize(
    "typed",
    [
        "4539148803436467",
        " 4539 1488 0343 6467 ",
        "4539-1488-0343-6467",
        "٤٥٣٩ ١٤٨٨ ٠٣٤٣ ٦٤٦٧",
        "۴۵۳۹۱۴۸۸۰۳۴۳۶۴۶۷",
        "4539\u00a014880343\u20136467",
    ],
)
def test_digits_are_read_however_they_are_typed(typed: str) -> None:
    assert slips.read(typed) == "4539148803436467"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "Write the digits"),
        (None, "Write the digits"),
        ("  ", "Write the digits"),
        ("4539 1488 0343 646", "16 digits"),
        ("4539 1488 0343 64677", "16 digits"),
        ("4539 1488 0343 646O", "16 digits"),
        ("\x004539148803436467", "16 digits"),
        ("²" * 16, "16 digits"),
        ("4" * 100_000, "16 digits"),
        ("4539 1488 0343 6468", "One digit"),
        ("4593 1488 0343 6467", "One digit"),
    ],
)
def test_a_typing_error_is_told_as_such(typed: str | None, says: str) -> None:
    with pytest.raises(Refusal) as refused:
        slips.read(typed)

    assert says in str(refused.value.wording)
    assert refused.value.field == "digits"


@given(some.integers(0, 2**32), some.integers(0, 15), some.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(seed: int, place: int, more: int) -> None:
    digits = slips._new_number(random.Random(seed))
    wrong = str((int(digits[place]) + more) % 10)

    with pytest.raises(Refusal):
        slips.read(digits[:place] + wrong + digits[place + 1 :])


@given(some.text())
def test_whatever_is_typed_is_read_or_refused(typed: str) -> None:
    with contextlib.suppress(Refusal):
        assert len(slips.read(typed)) == 16


def test_wrong_used_void_and_old_slips_are_refused_in_the_same_words(session: Session) -> None:
    area, guest = seved(session), a_guest(session)
    used, void, old = a_slip(session, area), a_slip(session, area), a_slip(session, area)
    slips.redeem(session, KEY, used, bo(session, lindangen(session)), at=NOON)
    session.execute(update(Slip).where(Slip.secret_mark == keyed_mark(KEY, void)).values(void_at=NOON))
    tries = {used: NOON, void: NOON, old: NOON + timedelta(days=slips.DAYS), "4539148803436467": NOON}

    said = set()
    for digits, at in tries.items():
        with pytest.raises(Refusal) as refused:
            slips.redeem(session, KEY, digits, guest, at=at)
        said.add(str(refused.value.wording))

    assert said == {"This slip does not work. Ask for a new one at the meeting place."}
    assert guest.level == Level.GUEST


def test_redeeming_the_same_slip_again_changes_nothing(session: Session) -> None:
    area, guest = seved(session), a_guest(session)
    digits = a_slip(session, area)

    first = slips.redeem(session, KEY, digits, guest, at=NOON)
    again = slips.redeem(session, KEY, digits, guest, at=NOON + timedelta(minutes=1))

    assert (again.id, again.used_at) == (first.id, NOON)


def test_whoever_may_vote_already_keeps_the_slip_whole(session: Session) -> None:
    area = seved(session)
    digits = a_slip(session, area)

    with pytest.raises(Conflict):
        slips.redeem(session, KEY, digits, ana(session, area), at=NOON)

    assert slips.redeem(session, KEY, digits, a_guest(session), at=NOON).used_at == NOON


def test_a_reissued_slip_never_gives_a_second_vote(session: Session) -> None:
    area, holder, finder = seved(session), a_guest(session), a_guest(session)
    coordinator = karin(session, area)
    first = a_slip(session, area)
    slip = session.scalars(select(Slip)).one()
    second, third = (slips.read(slips.reissue(session, KEY, slip, at=NOON, by=coordinator)) for _ in range(2))

    slips.redeem(session, KEY, third, holder, at=NOON)

    for digits in (first, second, third):
        with pytest.raises(Refusal):
            slips.redeem(session, KEY, digits, finder, at=NOON)
    assert finder.level == Level.GUEST


def test_a_slip_that_was_used_is_not_reissued(session: Session) -> None:
    area = seved(session)
    coordinator, digits = karin(session, area), a_slip(session, area)
    used = slips.redeem(session, KEY, digits, a_guest(session), at=NOON)

    with pytest.raises(Refusal, match="second vote"):
        slips.reissue(session, KEY, used, at=NOON, by=coordinator)


def test_a_paper_ballot_voids_its_slip_and_what_stands_for_it(session: Session) -> None:
    area = seved(session)
    coordinator, digits = karin(session, area), a_slip(session, area)
    slip = session.scalars(select(Slip)).one()

    slips.voted_on_paper(session, slip, at=NOON, by=coordinator)

    with pytest.raises(Refusal):
        slips.redeem(session, KEY, digits, a_guest(session), at=NOON)
    with pytest.raises(Refusal, match="second vote"):
        slips.reissue(session, KEY, slip, at=NOON, by=coordinator)
    with pytest.raises(Refusal):
        slips.voted_on_paper(session, slip, at=NOON, by=coordinator)


def test_who_voted_by_phone_gets_no_paper_ballot(session: Session) -> None:
    area = seved(session)
    coordinator = karin(session, area)
    slip = slips.redeem(session, KEY, a_slip(session, area), a_guest(session), at=NOON)

    with pytest.raises(Refusal, match="was used"):
        slips.voted_on_paper(session, slip, at=NOON, by=coordinator)


WORD = "w" * 43


def test_a_phone_that_got_no_answer_asks_again_with_its_word(session: Session) -> None:
    guest, digits = a_guest(session), a_slip(session, seved(session))
    slips.redeem(session, KEY, digits, guest, at=NOON, again=WORD)

    found = slips.redeemed_here(session, KEY, digits, WORD, at=NOON + timedelta(minutes=10))

    assert found is not None
    assert found.used_by == guest.id


@pytest.mark.parametrize(
    ("word", "later"), [("", 1), ("x", 1), ("v" * 43, 1), (WORD + "x", 1), (WORD[:32], 1), (WORD, 11)]
)
def test_no_other_word_asks_again_and_none_for_long(session: Session, word: str, later: int) -> None:
    digits = a_slip(session, seved(session))
    slips.redeem(session, KEY, digits, a_guest(session), at=NOON, again=WORD)

    assert slips.redeemed_here(session, KEY, digits, word, at=NOON + timedelta(minutes=later)) is None


def test_a_weak_word_is_not_kept(session: Session) -> None:
    digits = a_slip(session, seved(session))
    slips.redeem(session, KEY, digits, a_guest(session), at=NOON, again="1")

    assert slips.redeemed_here(session, KEY, digits, "1", at=NOON) is None


def test_signing_out_ends_asking_again(session: Session) -> None:
    guest, digits = a_guest(session), a_slip(session, seved(session))
    slips.redeem(session, KEY, digits, guest, at=NOON, again=WORD)

    slips.forget_again(session, guest)

    assert slips.redeemed_here(session, KEY, digits, WORD, at=NOON) is None


def test_a_lost_slip_is_void_once_it_is_reissued(session: Session) -> None:
    area = seved(session)
    lost = a_slip(session, area)
    new = slips.read(slips.reissue(session, KEY, session.scalars(select(Slip)).one(), at=NOON, by=karin(session, area)))
    finder, holder = a_guest(session), a_guest(session)

    with pytest.raises(Refusal):
        slips.redeem(session, KEY, lost, finder, at=NOON)
    slips.redeem(session, KEY, new, holder, at=NOON)

    assert (finder.level, holder.level) == (Level.GUEST, Level.RESIDENT)


@pytest.mark.parametrize("count", [0, -1, slips.MOST_IN_BATCH + 1])
def test_a_batch_has_a_sensible_size(session: Session, count: int) -> None:
    with pytest.raises(Refusal):
        slips.make_batch(session, KEY, seved(session), count, at=NOON)


def test_twenty_people_at_once_redeem_a_slip_once(session: Session, engine: Engine) -> None:
    digits = a_slip(session, seved(session))
    guests = [a_guest(session).id for _ in range(20)]
    session.commit()

    def redeem(guest_id: int) -> bool:
        with database.sessions(engine)() as own:
            try:
                with database.transaction(own):
                    slips.redeem(own, KEY, digits, own.get_one(Person, guest_id), at=NOON)
            except Refusal:
                return False
        return True

    with ThreadPoolExecutor(20) as pool:
        done = list(pool.map(redeem, guests))

    session.rollback()
    residents = select(func.count()).select_from(Person).where(Person.level == Level.RESIDENT)
    assert (done.count(True), session.scalar(residents)) == (1, 1)
