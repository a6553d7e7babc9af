from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import notices, people, restrictions
from backend.areas import Area
from backend.errors import Conflict, NotAllowed, Refusal
from backend.notices import Notice
from backend.people import Person, Role
from backend.restrictions import Restriction
from tests.conftest import NOON
from tests.makers import ana, bo, karin, lindangen, mira, seved


def nothing() -> int:
    return 0


def a_limit(session: Session, person: Person, area: Area | None, by: Person, **changed: Any) -> Restriction:
    values = {"kind": "suspended", "reason": "threatens", "days": 7, "at": NOON, **changed}
    kind = values.pop("kind")
    return restrictions.restrict(session, person, kind, area=area, by=by, **values)


def test_whoever_is_suspended_writes_nothing_here_until_it_ends(session: Session) -> None:
    area, other = seved(session), lindangen(session)
    resident = ana(session, area)
    a_limit(session, resident, area, karin(session, area))

    with pytest.raises(NotAllowed) as refused:
        restrictions.make_sure_may_write(session, resident, area.id, at=NOON, lately=nothing)
    with pytest.raises(NotAllowed):
        restrictions.make_sure_may_join(session, resident, area.id, at=NOON)

    assert "måndag 30 november" in refused.value.wording.into("sv")
    restrictions.make_sure_may_write(session, resident, other.id, at=NOON, lately=nothing)
    restrictions.make_sure_may_write(session, resident, area.id, at=NOON + timedelta(days=7), lately=nothing)


def test_whoever_is_limited_writes_one_thing_a_day_and_is_read_first(session: Session) -> None:
    area = seved(session)
    resident = ana(session, area)
    a_limit(session, resident, area, karin(session, area), kind="limited")

    restrictions.make_sure_may_write(session, resident, area.id, at=NOON, lately=nothing)
    restrictions.make_sure_may_join(session, resident, area.id, at=NOON)
    assert restrictions.is_read_first(session, resident, area.id, at=NOON)
    with pytest.raises(NotAllowed, match="one thing a day"):
        restrictions.make_sure_may_write(session, resident, area.id, at=NOON, lately=lambda: 1)


def test_who_may_limit_whom(session: Session) -> None:
    area, other = seved(session), lindangen(session)
    resident, moderator, coordinator = ana(session, area), mira(session, area), karin(session, area)
    core = bo(session, area)
    people.give_role(session, core, Role.CORE, area_id=None, at=NOON)

    assert restrictions.may_restrict(coordinator, resident, area.id)
    assert restrictions.may_restrict(core, resident, None)
    assert not restrictions.may_restrict(coordinator, resident, other.id)
    assert not restrictions.may_restrict(coordinator, resident, None)
    assert not restrictions.may_restrict(moderator, resident, area.id)
    assert not restrictions.may_restrict(coordinator, moderator, area.id), "a role is taken back first"
    assert not restrictions.may_restrict(coordinator, coordinator, area.id)
    assert not restrictions.may_restrict(None, resident, area.id)


@pytest.mark.parametrize("wrong", [{"kind": "banned"}, {"reason": "dislike"}, {"days": 4000}])
def test_only_what_is_offered_can_be_chosen(session: Session, wrong: dict[str, Any]) -> None:
    area = seved(session)

    with pytest.raises(Refusal):
        a_limit(session, ana(session, area), area, karin(session, area), **wrong)


def test_the_same_limit_does_not_hold_twice(session: Session) -> None:
    area = seved(session)
    resident, by = ana(session, area), karin(session, area)
    a_limit(session, resident, area, by)

    with pytest.raises(Conflict):
        a_limit(session, resident, area, by)


def test_a_lifted_limit_holds_no_more(session: Session) -> None:
    area = seved(session)
    resident, by = ana(session, area), karin(session, area)
    limit = a_limit(session, resident, area, by)

    restrictions.lift(session, limit, by=by, at=NOON)

    assert not restrictions.holding(session, resident, at=NOON)
    assert [one.id for one in restrictions.of_person(session, resident)] == [limit.id]


@pytest.mark.parametrize("everywhere", [False, True])
def test_the_person_hears_of_it_in_their_own_language(session: Session, everywhere: bool) -> None:
    area = seved(session)
    by = karin(session, area)
    if everywhere:
        people.give_role(session, by, Role.CORE, area_id=None, at=NOON)
    for reader in (ana(session, area), bo(session, area)):
        a_limit(session, reader, None if everywhere else area, by)

    told = session.scalars(select(Notice).where(Notice.kind == "person_restricted").order_by(Notice.id)).all()

    said = [notices.message(session, one, language) for one, language in zip(told, ("ar", "sv"), strict=True)]
    assert "30 نوفمبر" in said[0].body and said[0].path == "/ar/me/"
    assert "30 november" in said[1].body and said[1].path == "/sv/me/"
