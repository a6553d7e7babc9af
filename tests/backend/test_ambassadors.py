from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import ambassadors, erasure, notices, stage_checks, teams
from backend.cases import Stage
from backend.errors import Conflict, NotAllowed, NotFound, Refusal
from backend.notices import Notice
from tests.conftest import NOON
from tests.makers import a_case, an_ambassador, an_outsider, ana, bo, in_the_team, karin, lindangen, seved


def test_whoever_is_asked_says_yes_themselves(session: Session) -> None:
    area = seved(session)
    case, lead = a_case(session, area), karin(session, area)
    member, other = in_the_team(session, case, ana(session, area)), in_the_team(session, case, bo(session, area))

    ambassadors.ask(session, case, member, by=lead, at=NOON)
    told = session.scalars(select(Notice).where(Notice.kind == "ambassador_asked")).one()
    messages = [notices.message(session, told, language) for language in ("ar", "sv")]
    before = (member.is_ambassador, member.asked_at is not None)
    with pytest.raises(NotAllowed):
        ambassadors.answer(session, member, is_yes=True, by=session.get_one(type(lead), other.person_id), at=NOON)
    ambassadors.answer(session, member, is_yes=True, by=session.get_one(type(lead), member.person_id), at=NOON)

    assert before == (False, True)
    assert (member.is_ambassador, member.asked_at) == (True, None)
    assert told.audience_id == member.person_id
    assert messages[0].path == f"/ar/seved/cases/{case.id}/team/ambassadors"
    with pytest.raises(NotFound):
        notices.message(session, told, "sv")


def test_somebody_without_an_account_was_asked_in_person(session: Session) -> None:
    area = seved(session)
    case, lead = a_case(session, area), karin(session, area)
    member = an_outsider(session, case, lead)

    ambassadors.ask(session, case, member, by=lead, at=NOON)

    assert member.is_ambassador


def test_whoever_declines_is_not_asked_any_more(session: Session) -> None:
    area = seved(session)
    case, person = a_case(session, area), ana(session, area)
    member = in_the_team(session, case, person)
    ambassadors.ask(session, case, member, by=karin(session, area), at=NOON)

    ambassadors.answer(session, member, is_yes=False, by=person, at=NOON)

    assert (member.is_ambassador, member.asked_at) == (False, None)
    with pytest.raises(Conflict):
        ambassadors.answer(session, member, is_yes=True, by=person, at=NOON)


@pytest.mark.parametrize("way", ["leaves", "steps down", "is erased"])
def test_the_successor_is_asked_when_an_ambassador_goes(session: Session, way: str) -> None:
    area = seved(session)
    case, person, lead = a_case(session, area), bo(session, area), karin(session, area)
    an_ambassador(session, case, person)
    member, next_one = teams.own(session, case.id, person), in_the_team(session, case, ana(session, area))
    ambassadors.name_successor(session, case, member, next_one, by=person)
    named = teams.members(session, case.id, "sv")[0].successor

    if way == "leaves":
        teams.leave(session, case, person, at=NOON)
    elif way == "steps down":
        ambassadors.step_down(session, case, member, by=person, at=NOON)
    else:
        erasure.erase(session, person, with_texts=False, at=NOON)
        session.expire_all()
    missing = ambassadors.missing_in(session, [area.id])
    asked = session.scalars(select(Notice).where(Notice.kind == "ambassador_asked")).one()
    ambassadors.answer(session, next_one, is_yes=True, by=session.get_one(type(lead), next_one.person_id), at=NOON)

    assert (named, asked.audience_id) == ("Ana", next_one.person_id)
    assert missing == {case.id}
    assert next_one.is_ambassador
    assert ambassadors.missing_in(session, [area.id]) == set()


def test_without_a_successor_an_ambassador_is_missing(session: Session) -> None:
    area = seved(session)
    case, person = a_case(session, area), bo(session, area)
    an_ambassador(session, case, person)
    in_the_team(session, case, ana(session, area))
    a_case(session, area)

    teams.leave(session, case, person, at=NOON)

    assert ambassadors.missing_in(session, [area.id]) == {case.id}
    assert session.scalars(select(Notice).where(Notice.kind == "ambassador_asked")).all() == []


def test_a_successor_who_left_is_nobody(session: Session) -> None:
    area = seved(session)
    case, person, other = a_case(session, area), bo(session, area), ana(session, area)
    an_ambassador(session, case, person)
    member = teams.own(session, case.id, person)
    ambassadors.name_successor(session, case, member, in_the_team(session, case, other), by=person)

    teams.leave(session, case, other, at=NOON)

    assert teams.members(session, case.id, "sv")[0].successor == ""
    teams.leave(session, case, person, at=NOON)
    assert session.scalars(select(Notice).where(Notice.kind == "ambassador_asked")).all() == []


def test_each_names_their_own_successor_and_nobody_elses(session: Session) -> None:
    area = seved(session)
    case, person, other = a_case(session, area), bo(session, area), ana(session, area)
    for one in (person, other):
        an_ambassador(session, case, one)
    member, plain = teams.own(session, case.id, person), in_the_team(session, case, karin(session, area))
    outsider = an_outsider(session, case, karin(session, area))

    with pytest.raises(NotAllowed):
        ambassadors.name_successor(session, case, member, plain, by=other)
    with pytest.raises(NotAllowed):
        ambassadors.step_down(session, case, member, by=other, at=NOON)
    with pytest.raises(NotAllowed):
        ambassadors.ask(session, case, outsider, by=karin(session, lindangen(session)), at=NOON)
    for wrong in (member, teams.own(session, case.id, other)):
        with pytest.raises(Refusal):
            ambassadors.name_successor(session, case, member, wrong, by=person)
    with pytest.raises(Conflict):
        ambassadors.name_successor(session, case, plain, outsider, by=karin(session, area))


def test_two_ambassadors_with_successors_are_usual(session: Session) -> None:
    area = seved(session)
    case, lead, people = a_case(session, area), karin(session, area), (bo(session, area), ana(session, area))
    successor = an_outsider(session, case, lead)
    there = []
    for person in people:
        an_ambassador(session, case, person)
        ambassadors.name_successor(session, case, teams.own(session, case.id, person), successor, by=person)
        checks = stage_checks.of_case(session, case.id, Stage.TEAM)
        there.append([check.is_there for check in checks if "ambassadors" in check.words.english])

    assert there == [[False], [True]]
