"""An e-ID makes one voter of one person, and keeps nothing that could be read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from backend import e_id, people, votes
from backend.e_id import EId
from backend.errors import Conflict, NotAllowed, Refusal
from backend.people import Level, Person
from backend.votes import Round
from tests.conftest import NOON
from tests.makers import an_open_round, ana, lindangen, seved

MARK = e_id.mark_of(b"k" * 32, "https://broker.example", "subject")
OTHER = e_id.mark_of(b"k" * 32, "https://broker.example", "another")


def a_guest(session: Session) -> Person:
    return people.add(session, language="so", at=NOON)


def test_a_guest_becomes_somebody_who_may_vote_where_they_live(session: Session) -> None:
    round_ = an_open_round(session, seved(session))
    somebody = a_guest(session)

    e_id.link(session, MARK, somebody, area=session.get_one(e_id.Area, round_.area_id), at=NOON)

    assert (somebody.level, somebody.area_id) == (Level.E_ID, round_.area_id)
    assert votes.may_vote(somebody, round_, NOON)
    assert e_id.whose(session, MARK) == somebody
    assert e_id.whose(session, OTHER) is None


def test_what_is_kept_is_neither_the_subject_nor_the_same_at_another_broker(session: Session) -> None:
    e_id.link(session, MARK, a_guest(session), area=seved(session), at=NOON)

    row = session.scalars(select(EId)).one()

    assert "subject" not in row.subject_mark
    assert len({MARK, e_id.mark_of(b"k" * 32, "https://other.example", "subject"), OTHER}) == 3


def test_whoever_is_not_a_resident_yet_must_choose_where_they_live(session: Session) -> None:
    wrote_here = people.add(session, language="sv", at=NOON, area_id=seved(session).id)

    with pytest.raises(Refusal, match="where you live"):
        e_id.link(session, MARK, wrote_here, area=None, at=NOON)


def test_a_resident_keeps_the_area_of_their_slip(session: Session) -> None:
    area, elsewhere = seved(session), lindangen(session)
    somebody = ana(session, area)

    e_id.link(session, MARK, somebody, area=elsewhere, at=NOON)

    assert (somebody.level, somebody.area_id) == (Level.E_ID, area.id)


def test_one_e_id_has_one_account_and_one_account_one_e_id(session: Session) -> None:
    area = seved(session)
    somebody = a_guest(session)
    e_id.link(session, MARK, somebody, area=area, at=NOON)

    with pytest.raises(Conflict, match="another account"):
        e_id.link(session, MARK, a_guest(session), area=area, at=NOON)
    with pytest.raises(Conflict, match="Another e-ID"):
        e_id.link(session, OTHER, somebody, area=area, at=NOON)


def test_the_area_changes_while_no_vote_is_open_here_or_there(session: Session) -> None:
    here, there = seved(session), lindangen(session)
    somebody = a_guest(session)
    e_id.link(session, MARK, somebody, area=here, at=NOON)
    e_id.move(session, somebody, there)
    assert somebody.area_id == there.id

    an_open_round(session, here)

    with pytest.raises(Refusal, match="A vote is open"):
        e_id.move(session, somebody, here)
    session.execute(update(Round).values(counted_at=NOON + timedelta(days=7)))
    e_id.move(session, somebody, here)
    assert somebody.area_id == here.id


def test_leaving_an_area_with_an_open_vote_waits_too(session: Session) -> None:
    here, there = seved(session), lindangen(session)
    somebody = a_guest(session)
    e_id.link(session, MARK, somebody, area=here, at=NOON)
    an_open_round(session, here)

    with pytest.raises(Refusal, match="A vote is open"):
        e_id.move(session, somebody, there)
    e_id.move(session, somebody, here)


def test_only_an_e_id_lets_choose_the_area(session: Session) -> None:
    with pytest.raises(NotAllowed):
        e_id.move(session, ana(session, seved(session)), lindangen(session))


def test_an_erased_account_gives_no_second_vote(session: Session) -> None:
    area, elsewhere = seved(session), lindangen(session)
    first = a_guest(session)
    e_id.link(session, MARK, first, area=area, at=NOON)
    an_open_round(session, area)
    session.execute(delete(Person).where(Person.id == first.id))
    session.expire_all()

    for wanted in (area, elsewhere):
        with pytest.raises(Refusal, match="A vote is open"):
            e_id.link(session, MARK, a_guest(session), area=wanted, at=NOON)

    session.execute(update(Round).values(counted_at=NOON))
    e_id.link(session, MARK, again := a_guest(session), area=elsewhere, at=NOON)
    assert (e_id.whose(session, MARK), again.area_id) == (again, elsewhere.id)
