from __future__ import annotations

import threading

import pytest
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from backend import audit, database
from backend.audit import Act, Broken, Head
from backend.people import Person
from tests.conftest import NOON
from tests.makers import karin, seved


def three_acts(session: Session) -> list[Act]:
    by = karin(session, seved(session))
    for stage in (1, 2, 3):
        audit.note(session, "case.moved", at=NOON, by=by, area_id=1, noun_id=7, to_stage=stage)
    session.commit()
    return list(session.scalars(select(Act).order_by(Act.id)))


def test_each_act_is_sealed_with_the_one_before_it(session: Session) -> None:
    acts = three_acts(session)

    assert [act.position for act in acts] == [1, 2, 3]
    assert len({act.seal for act in acts}) == 3
    assert audit.verify(session) == 3
    assert Head.read(str(audit.head(session))) == Head(3, acts[2].seal)


@pytest.mark.parametrize(
    ("changed", "how"),
    [
        ({"act": "case.opened"}, "act 2 was changed"),
        ({"noun_id": 8}, "act 2 was changed"),
        ({"details": {"to_stage": 6}}, "details of act 2"),
        ({"pseudonym": "somebody"}, "act 2 was changed"),
        ({"by": None, "pseudonym": "job"}, "act 2 was changed"),
        ({"position": None}, "no place"),
        ({"position": 9}, "act 2 is missing"),
    ],
)
def test_a_row_that_was_changed_shows(session: Session, changed: dict[str, object], how: str) -> None:
    acts = three_acts(session)

    session.execute(update(Act).where(Act.id == acts[1].id).values(**changed))

    with pytest.raises(Broken, match=how):
        audit.verify(session)


def test_an_act_put_down_to_somebody_else_shows(session: Session) -> None:
    acts = three_acts(session)
    other = karin(session, seved(session, name="Kroksbäck", slug="kroksback"))

    session.execute(update(Act).where(Act.id == acts[1].id).values(by=other.id))

    with pytest.raises(Broken, match="somebody else"):
        audit.verify(session)


def test_a_row_taken_out_shows(session: Session) -> None:
    acts = three_acts(session)

    session.execute(delete(Act).where(Act.id == acts[1].id))

    with pytest.raises(Broken, match="act 2 is missing"):
        audit.verify(session)


def test_an_end_that_was_cut_off_shows_to_whoever_kept_the_head(session: Session) -> None:
    acts = three_acts(session)
    kept = audit.head(session)

    session.execute(delete(Act).where(Act.id == acts[2].id))

    assert audit.verify(session) == 2
    with pytest.raises(Broken, match="act 3 was sealed before"):
        audit.verify(session, kept)


def test_a_past_written_anew_shows_to_whoever_kept_a_head(session: Session) -> None:
    three_acts(session)

    with pytest.raises(Broken, match="not the one whose seal was kept"):
        audit.verify(session, Head(2, "f" * 64))


def test_names_and_details_can_be_erased_and_the_chain_still_holds(session: Session) -> None:
    acts = three_acts(session)
    by = session.get_one(Person, acts[0].by)

    audit.erase(session, by, at=NOON)
    session.commit()
    session.expire_all()

    assert {act.by for act in session.scalars(select(Act))} == {None}
    assert all(not act.details and not act.salt for act in session.scalars(select(Act)))
    assert audit.verify(session) == 3


def test_nothing_is_sealed_of_what_did_not_happen(session: Session) -> None:
    three_acts(session)

    audit.note(session, "case.moved", at=NOON, by=None, noun_id=7)
    session.rollback()
    audit.note(session, "case.opened", at=NOON, by=None, noun_id=8)
    session.commit()

    assert audit.verify(session) == 4


def test_many_at_once_make_one_chain(engine: Engine) -> None:
    def act(number: int) -> None:
        with database.sessions(engine)() as session, database.transaction(session):
            audit.note(session, "slips.made", at=NOON, by=None, noun_id=number)

    threads = [threading.Thread(target=act, args=[number]) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.sessions(engine)() as session:
        assert audit.verify(session) == 12
