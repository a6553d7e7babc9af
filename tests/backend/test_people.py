"""People: names, levels, and what their roles let them do."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from backend import people, supports
from backend.errors import Refusal
from backend.people import Level, Role
from tests.conftest import NOON
from tests.makers import a_published_idea, ana, bo, karin, lindangen, mira, seved


@pytest.mark.parametrize("name", ["x" * 61, "Mira\u202e", "A\u200bna", "Bo\x07"])
def test_a_name_that_is_too_long_or_hides_signs_is_refused(session: Session, name: str) -> None:
    person = ana(session, seved(session))

    with pytest.raises(Refusal) as refused:
        people.rename(session, person, name)

    assert (refused.value.field, person.name) == ("name", "Ana")


def test_somebody_says_what_to_call_them_and_what_they_read(session: Session) -> None:
    person = ana(session, seved(session))

    people.describe(session, person, name="  Ana \n Maria ", language="sv")

    assert (person.name, person.language) == ("Ana Maria", "sv")
    with pytest.raises(Refusal):
        people.describe(session, person, name="Ana", language="tlh")


def test_a_level_is_raised_and_never_lowered(session: Session) -> None:
    person = ana(session, seved(session), level=Level.RESIDENT)

    people.raise_to(session, person, Level.NEIGHBOUR)

    assert person.level == Level.RESIDENT


def test_a_guests_support_counts_once_they_are_known(session: Session) -> None:
    area = seved(session)
    idea = a_published_idea(session, area, bo(session, area))
    guest = people.add(session, language="sv", at=NOON)
    supports.support(session, idea, by=guest, at=NOON)
    before = idea.supports

    people.raise_to(session, guest, Level.RESIDENT)

    assert (before, idea.supports) == (0, 1)


def test_a_role_belongs_to_its_area(session: Session) -> None:
    here, there = seved(session), lindangen(session)
    moderator, coordinator = mira(session, here), karin(session, there)

    assert people.may_moderate(moderator, here.id)
    assert not people.may_moderate(moderator, there.id)
    assert not people.may_coordinate(moderator, here.id)
    assert people.may_coordinate(coordinator, there.id)
    assert people.areas_of(coordinator, Role.MODERATOR, Role.COORDINATOR) == {there.id}


def test_the_core_team_may_work_in_every_area(session: Session) -> None:
    here = seved(session)
    person = people.add(session, name="Lena", language="sv", level=Level.NEIGHBOUR, at=NOON)

    people.give_role(session, person, Role.CORE, area_id=here.id, at=NOON)
    people.give_role(session, person, Role.CORE, area_id=None, at=NOON)

    assert len(person.given) == 1
    assert people.may_moderate(person, lindangen(session).id)
    assert people.areas_of(person, Role.MODERATOR) is None


def test_a_moderators_role_needs_an_area(session: Session) -> None:
    with pytest.raises(Refusal):
        people.give_role(session, ana(session, seved(session)), Role.MODERATOR, area_id=None, at=NOON)
