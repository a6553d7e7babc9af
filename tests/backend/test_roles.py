from __future__ import annotations

import threading

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from backend import audit, database, people, roles, sign_in
from backend.errors import NotAllowed, Refusal
from backend.people import GivenRole, Level, Person, Role
from tests.conftest import NOON
from tests.makers import ana, bo, karin, lindangen, mira, seved


def an_operator(session: Session, name: str = "Omar") -> Person:
    return somebody_with(session, name, Role.OPERATOR)


def somebody_with(session: Session, name: str, role: Role) -> Person:
    person = people.add(session, name=name, language="sv", level=Level.NEIGHBOUR, at=NOON)
    people.give_role(session, person, role, area_id=None, at=NOON)
    return person


def test_a_coordinator_gives_roles_in_their_own_area_only(session: Session) -> None:
    area, other = seved(session), lindangen(session)
    by, resident = karin(session, area), ana(session, area)

    roles.give(session, resident, "moderator", area_id=area.id, by=by, at=NOON)

    assert resident.has_role(Role.MODERATOR, area.id)
    with pytest.raises(NotAllowed):
        roles.give(session, resident, "moderator", area_id=other.id, by=by, at=NOON)
    for everywhere in ("core", "operator"):
        with pytest.raises(NotAllowed):
            roles.give(session, resident, everywhere, area_id=area.id, by=by, at=NOON)


def test_a_moderator_gives_no_role(session: Session) -> None:
    area = seved(session)

    with pytest.raises(NotAllowed):
        roles.give(session, ana(session, area), "moderator", area_id=area.id, by=mira(session, area), at=NOON)


def test_the_core_team_can_make_no_operator(session: Session) -> None:
    area = seved(session)

    with pytest.raises(NotAllowed):
        roles.give(
            session, ana(session, area), "operator", area_id=None, by=somebody_with(session, "Cleo", Role.CORE), at=NOON
        )


def test_a_guest_can_have_no_role(session: Session) -> None:
    area = seved(session)

    with pytest.raises(Refusal, match="sign in"):
        roles.give(
            session, ana(session, area, level=Level.GUEST), "moderator", area_id=area.id, by=karin(session, area),
            at=NOON,
        )  # fmt: skip


def test_giving_twice_is_giving_once(session: Session) -> None:
    area = seved(session)
    by, resident = karin(session, area), ana(session, area)

    for _ in range(2):
        roles.give(session, resident, "moderator", area_id=area.id, by=by, at=NOON)

    assert len(resident.given) == 1
    assert session.scalar(select(func.count()).select_from(audit.Act).where(audit.Act.act == "role.given")) == 1


def test_whoever_loses_a_role_is_signed_out(session: Session) -> None:
    area = seved(session)
    by, moderator = karin(session, area), mira(session, area)
    token = sign_in.begin(session, moderator, at=NOON)

    roles.take(session, moderator.given[0], by=by, at=NOON)

    assert not moderator.given
    assert sign_in.find(session, token, at=NOON) is None


def test_an_invited_person_has_the_role_and_an_address_to_sign_in(session: Session) -> None:
    area = seved(session)

    person, word = roles.invite(
        session, "Noor", "moderator", area_id=area.id, language="ar", by=karin(session, area), at=NOON
    )

    assert person.has_role(Role.MODERATOR, area.id)
    assert sign_in.whose(session, word, at=NOON) is person


def test_handing_over_gives_and_leaves(session: Session) -> None:
    area = seved(session)
    old, new = karin(session, area), bo(session, area)

    roles.hand_over(session, old.given[0], new, by=old, at=NOON)

    assert not old.given and new.has_role(Role.COORDINATOR, area.id)


def test_nobody_hands_over_what_is_not_theirs(session: Session) -> None:
    area = seved(session)
    moderator = mira(session, area)

    with pytest.raises(NotAllowed):
        roles.hand_over(session, moderator.given[0], bo(session, area), by=karin(session, area), at=NOON)


def test_the_last_operator_cannot_leave(session: Session) -> None:
    only = an_operator(session)

    with pytest.raises(Refusal, match="last operator"):
        roles.take(session, only.given[0], by=only, at=NOON)

    assert only.given


def test_of_two_operators_who_leave_at_once_one_stays(engine: Engine) -> None:
    with database.sessions(engine)() as session, database.transaction(session):
        two = [an_operator(session, name).id for name in ("Omar", "Olga")]

    def leave(person_id: int) -> None:
        with database.sessions(engine)() as session:
            try:
                with database.transaction(session):
                    person = session.get_one(Person, person_id)
                    roles.take(session, person.given[0], by=person, at=NOON)
            except Refusal:
                pass

    threads = [threading.Thread(target=leave, args=[one]) for one in two]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.sessions(engine)() as session:
        assert session.scalar(select(func.count()).select_from(GivenRole)) == 1
