"""Sign-ins are rows: an address works once, and what has ended is over for every copy of its cookie."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from backend import database, people, sign_in
from backend.errors import Refusal
from backend.people import Role
from tests.conftest import NOON
from tests.makers import ana, bo, mira, seved


def test_an_address_signs_in_once(session: Session) -> None:
    somebody = ana(session, seved(session))
    word = sign_in.address_for(session, somebody, at=NOON)

    who = sign_in.consume(session, word, at=NOON)

    assert who is somebody
    with pytest.raises(Refusal):
        sign_in.consume(session, word, at=NOON)


def test_looking_at_an_address_uses_nothing_up(session: Session) -> None:
    word = sign_in.address_for(session, ana(session, seved(session)), at=NOON)

    for _ in range(3):
        sign_in.whose(session, word, at=NOON)

    assert sign_in.consume(session, word, at=NOON)


@pytest.mark.parametrize("word", ["", "x", "\x00", "a" * 5000])
def test_a_word_that_was_never_given_is_refused(session: Session, word: str) -> None:
    with pytest.raises(Refusal):
        sign_in.whose(session, word, at=NOON)


def test_an_old_address_is_refused(session: Session) -> None:
    word = sign_in.address_for(session, ana(session, seved(session)), at=NOON)

    with pytest.raises(Refusal):
        sign_in.whose(session, word, at=NOON + timedelta(hours=sign_in.ADDRESS_HOURS))


def test_signing_out_ends_every_copy(session: Session) -> None:
    token = sign_in.begin(session, ana(session, seved(session)), at=NOON)
    found = sign_in.find(session, token, at=NOON)
    assert found is not None

    sign_in.end(session, found)

    assert sign_in.find(session, token, at=NOON) is None


def test_signing_out_everywhere_leaves_others_alone(session: Session) -> None:
    area = seved(session)
    one, other = ana(session, area), bo(session, area)
    tokens = [sign_in.begin(session, one, at=NOON), sign_in.begin(session, one, at=NOON)]
    others = sign_in.begin(session, other, at=NOON)

    sign_in.end_all(session, one)

    assert [sign_in.find(session, token, at=NOON) for token in tokens] == [None, None]
    assert sign_in.find(session, others, at=NOON)


def test_nobody_ends_the_sign_in_of_another(session: Session) -> None:
    area = seved(session)
    one, other = ana(session, area), bo(session, area)
    token = sign_in.begin(session, one, at=NOON)

    sign_in.end_one_of(session, other, sign_in.of_person(session, one, at=NOON)[0].id)

    assert sign_in.find(session, token, at=NOON)


def test_how_long_a_sign_in_lasts(session: Session) -> None:
    area = seved(session)
    lasts = {
        sign_in.begin(session, ana(session, area), at=NOON): timedelta(days=90),
        sign_in.begin(session, mira(session, area), at=NOON): timedelta(hours=8),
        sign_in.begin(session, bo(session, area), at=NOON, is_shared=True): timedelta(hours=12),
    }

    for token, span in lasts.items():
        assert sign_in.find(session, token, at=NOON + span - timedelta(seconds=1))
        assert sign_in.find(session, token, at=NOON + span) is None


def test_use_puts_the_end_off_but_not_on_a_shared_phone(session: Session) -> None:
    area = seved(session)
    later = NOON + timedelta(days=1)
    own = sign_in.find(session, sign_in.begin(session, ana(session, area), at=NOON), at=NOON)
    shared = sign_in.find(session, sign_in.begin(session, bo(session, area), at=NOON, is_shared=True), at=NOON)
    assert own is not None
    assert shared is not None

    sign_in.keep_alive(session, own, at=later)
    sign_in.keep_alive(session, shared, at=later)

    assert own.ends_at == later + timedelta(days=90)
    assert shared.ends_at == NOON + timedelta(hours=12)


def test_twenty_posts_of_one_address_sign_in_once(session: Session, engine: Engine) -> None:
    word = sign_in.address_for(session, ana(session, seved(session)), at=NOON)
    session.commit()

    def go_in(_: int) -> bool:
        with database.sessions(engine)() as own:
            try:
                with database.transaction(own):
                    sign_in.consume(own, word, at=NOON)
            except Refusal:
                return False
        return True

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(go_in, range(20))).count(True) == 1


def test_staff_are_signed_out_after_eight_hours_whatever_the_sign_in_said(session: Session) -> None:
    area = seved(session)
    resident, shared = ana(session, area), mira(session, area)
    before_the_role = sign_in.begin(session, resident, at=NOON)
    at_a_shared_phone = sign_in.begin(session, shared, at=NOON, is_shared=True)
    people.give_role(session, resident, Role.MODERATOR, area_id=area.id, at=NOON)

    for word in (before_the_role, at_a_shared_phone):
        assert sign_in.find(session, word, at=NOON + timedelta(hours=7)) is not None
        assert sign_in.find(session, word, at=NOON + timedelta(hours=8)) is None
