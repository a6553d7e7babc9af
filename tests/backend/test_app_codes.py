"""Six digits count once, for a while, and for one person; a copy of the database gives nobody a second factor."""

from __future__ import annotations

from datetime import datetime, timedelta

import pyotp
import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from backend import app_codes, database, keys
from backend.app_codes import AppCode, RecoveryCode
from backend.errors import Refusal
from backend.people import Person
from backend.settings import Settings
from tests.conftest import NOON
from tests.makers import ana, bo, mira, seved

STEP = timedelta(seconds=app_codes.STEP_SECONDS)
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@pytest.fixture
def key(surroundings: Settings) -> bytes:
    return keys.key(surroundings.data, "app_codes")


def shown(secret: str, at: datetime) -> str:
    """What the app on somebody's phone shows at that moment."""
    return pyotp.TOTP(secret).at(at)


def an_app(session: Session, key: bytes, person: Person) -> tuple[str, list[str]]:
    """Set up a minute before noon: the app's secret, and the recovery codes."""
    at = NOON - 2 * STEP
    app_codes.begin(session, key, person, at=at)
    secret = app_codes.secret_to_show(session, key, person)
    assert secret is not None
    return secret, app_codes.confirm(session, key, person, shown(secret, at), at=at)


def test_an_app_counts_once_it_gave_a_right_code(session: Session, key: bytes) -> None:
    person = ana(session, seved(session))
    app_codes.begin(session, key, person, at=NOON)
    secret = app_codes.secret_to_show(session, key, person) or ""
    with pytest.raises(Refusal, match="did not work"):
        app_codes.use(session, key, person, shown(secret, NOON), at=NOON)
    with pytest.raises(Refusal, match="did not work"):
        app_codes.confirm(session, key, person, shown(secret, NOON - 9 * STEP), at=NOON)

    codes = app_codes.confirm(session, key, person, shown(secret, NOON), at=NOON)

    assert app_codes.is_set_up(session, person)
    assert len(set(codes)) == app_codes.RECOVERY_CODES
    assert app_codes.secret_to_show(session, key, person) is None


def test_the_secret_is_not_in_the_database(session: Session, key: bytes) -> None:
    person = ana(session, seved(session))
    secret, codes = an_app(session, key, person)

    row = session.scalars(select(AppCode)).one()
    marks = session.scalars(select(RecoveryCode.code_mark)).all()

    assert secret not in row.secret
    assert not {code.replace("-", "") for code in codes} & set(marks)
    with pytest.raises(Refusal, match="did not work"):
        app_codes.use(session, b"another key of thirty-two bytes!", person, shown(secret, NOON), at=NOON)


@pytest.mark.parametrize("beside", [-1, 0, 1])
def test_a_clock_may_be_half_a_minute_off(session: Session, key: bytes, beside: int) -> None:
    person = ana(session, seved(session))
    secret, _ = an_app(session, key, person)

    app_codes.use(session, key, person, shown(secret, NOON + beside * STEP), at=NOON)


@pytest.mark.parametrize("beside", [-3, -2, 2, 3])
def test_a_code_of_a_minute_ago_is_too_old(session: Session, key: bytes, beside: int) -> None:
    person = ana(session, seved(session))
    secret, _ = an_app(session, key, person)

    with pytest.raises(Refusal, match="did not work"):
        app_codes.use(session, key, person, shown(secret, NOON + beside * STEP), at=NOON)


def test_a_code_counts_once_and_so_does_what_came_before_it(session: Session, key: bytes) -> None:
    person = ana(session, seved(session))
    secret, _ = an_app(session, key, person)
    app_codes.use(session, key, person, shown(secret, NOON), at=NOON)

    for code in (shown(secret, NOON), shown(secret, NOON - STEP)):
        with pytest.raises(Refusal, match="did not work"):
            app_codes.use(session, key, person, code, at=NOON + timedelta(seconds=5))
    app_codes.use(session, key, person, shown(secret, NOON + STEP), at=NOON + STEP)


def test_of_two_windows_with_the_same_code_one_is_heard(session: Session, key: bytes, engine: Engine) -> None:
    person = ana(session, seved(session))
    secret, _ = an_app(session, key, person)
    session.commit()
    heard = 0

    for _ in range(2):
        with database.sessions(engine)() as own, database.transaction(own):
            try:
                app_codes.use(own, key, own.get_one(Person, person.id), shown(secret, NOON), at=NOON)
                heard += 1
            except Refusal:
                pass

    assert heard == 1


@pytest.mark.parametrize("writing", [str, lambda code: code.translate(ARABIC), lambda code: f" {code[:3]} {code[3:]} "])
def test_digits_are_read_as_people_write_them(session: Session, key: bytes, writing: object) -> None:
    person = ana(session, seved(session))
    secret, _ = an_app(session, key, person)

    app_codes.use(session, key, person, writing(shown(secret, NOON)), at=NOON)  # type: ignore[operator]


def test_a_recovery_code_works_once_in_place_of_the_app(session: Session, key: bytes) -> None:
    person = ana(session, seved(session))
    _, codes = an_app(session, key, person)

    app_codes.use(session, key, person, codes[0].upper().replace("-", " "), at=NOON)

    assert app_codes.recovery_codes_left(session, person) == app_codes.RECOVERY_CODES - 1
    with pytest.raises(Refusal, match="did not work"):
        app_codes.use(session, key, person, codes[0], at=NOON)


def test_anothers_codes_open_nothing(session: Session, key: bytes) -> None:
    area = seved(session)
    secret, codes = an_app(session, key, ana(session, area))
    other = bo(session, area)
    an_app(session, key, other)

    for code in (shown(secret, NOON), codes[0]):
        with pytest.raises(Refusal, match="did not work"):
            app_codes.use(session, key, other, code, at=NOON)


@pytest.mark.parametrize("typed", [None, "", "12345", "1234567", "abcdef", "\x00" * 6, "½" * 6, "²²²²²²", "1" * 9000])
def test_what_is_no_code_is_told_as_a_typing_error(session: Session, key: bytes, typed: str | None) -> None:
    person = ana(session, seved(session))
    an_app(session, key, person)

    with pytest.raises(Refusal, match="six digits"):
        app_codes.use(session, key, person, typed, at=NOON)


def test_a_second_app_needs_the_first_taken_away(session: Session, key: bytes) -> None:
    person = ana(session, seved(session))
    an_app(session, key, person)
    with pytest.raises(Refusal, match="set up already"):
        app_codes.begin(session, key, person, at=NOON)

    app_codes.take_away(session, person)

    assert (app_codes.count(session, person), app_codes.recovery_codes_left(session, person)) == (0, 0)
    app_codes.begin(session, key, person, at=NOON)


def test_a_role_keeps_its_last_proof(session: Session, key: bytes) -> None:
    person = mira(session, seved(session))
    an_app(session, key, person)

    with pytest.raises(Refusal, match="Your role needs this"):
        app_codes.take_away(session, person)
