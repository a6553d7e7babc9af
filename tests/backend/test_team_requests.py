from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import erasure, notices, restrictions, team_requests, teams
from backend.errors import Conflict, NotAllowed, NotFound, Refusal
from backend.notices import Notice
from backend.people import Level
from tests.conftest import NOON
from tests.makers import a_case, a_team_request, an_ambassador, ana, bo, in_the_team, karin, lindangen, seved


def test_whoever_asks_waits_for_an_answer(session: Session) -> None:
    area = seved(session)
    case, person = a_case(session, area), ana(session, area)

    asked = [a_team_request(session, case, person).id for _ in range(2)]

    assert asked[0] == asked[1]
    assert not teams.is_member(session, case.id, person)
    assert [one.name for one in team_requests.waiting(session, case.id)] == ["Ana"]
    assert team_requests.waiting_in(session, [area.id]) == {case.id: 1}
    assert [str(one.title) for one in team_requests.of_person(session, person, "en")] == ["Young adults in Seved"]


def test_an_open_team_takes_everybody_in_at_once(session: Session) -> None:
    area = seved(session)
    case, person = a_case(session, area), bo(session, area)
    team_requests.set_rule(session, case, True, by=karin(session, area), at=NOON)

    is_in = team_requests.ask(
        session, case, person, name="Bo", sector="business", gives="En bil", language="sv", at=NOON
    )

    member = teams.members(session, case.id, "sv")[0]
    assert is_in
    assert (member.name, member.group, str(member.gives)) == ("Bo", "business", "En bil")


@pytest.mark.parametrize("who", ["coordinator", "ambassador"])
def test_a_welcome_makes_a_member_with_their_own_words(session: Session, who: str) -> None:
    area = seved(session)
    case, person = a_case(session, area), ana(session, area)
    by = karin(session, area) if who == "coordinator" else an_ambassador(session, case, bo(session, area))
    request = a_team_request(session, case, person, gives="لغات")

    team_requests.answer(session, request, is_welcome=True, by=by, at=NOON)

    mine = next(one for one in teams.members(session, case.id, "sv") if one.name == "Ana")
    assert (str(mine.gives), mine.gives.language) == ("لغات", "ar")
    assert team_requests.waiting(session, case.id) == []
    with pytest.raises(Conflict):
        team_requests.answer(session, request, is_welcome=False, by=by, at=NOON)


def test_nobody_else_answers(session: Session) -> None:
    area = seved(session)
    case, member = a_case(session, area), bo(session, area)
    in_the_team(session, case, member)
    request = a_team_request(session, case, ana(session, area))

    for person in (member, karin(session, lindangen(session)), bo(session, area)):
        with pytest.raises(NotAllowed):
            team_requests.answer(session, request, is_welcome=True, by=person, at=NOON)
        with pytest.raises(NotAllowed):
            team_requests.take_back(session, request, by=person, at=NOON)
        with pytest.raises(NotAllowed):
            team_requests.set_rule(session, case, True, by=person, at=NOON)


def test_both_sides_hear_it_in_their_language(session: Session) -> None:
    area = seved(session)
    case, lead, person = a_case(session, area), karin(session, area), ana(session, area)
    request = a_team_request(session, case, person)
    asked = session.scalars(select(Notice)).one()
    to_lead = notices.message(session, asked, lead.language)

    team_requests.answer(
        session, request, is_welcome=False, by=lead, at=NOON, note="Vi är många nu.", note_language="sv"
    )
    answered = session.scalars(select(Notice).where(Notice.kind == "team_request_answered")).one()
    messages = [notices.message(session, answered, language) for language in ("ar", "sv")]

    assert (asked.audience_id, answered.audience_id) == (lead.id, person.id)
    assert to_lead.path == f"/sv/seved/cases/{case.id}/team/requests/{request.id}"
    assert [message.path for message in messages] == [f"/{tag}/seved/cases/{case.id}/join" for tag in ("ar", "sv")]
    assert all("Vi är många nu." in message.body for message in messages)
    with pytest.raises(NotFound):
        notices.message(session, asked, "sv")


def test_somebody_may_ask_again_after_an_answer_or_a_change_of_mind(session: Session) -> None:
    area = seved(session)
    case, person = a_case(session, area), ana(session, area)

    team_requests.take_back(session, a_team_request(session, case, person), by=person, at=NOON)
    again = a_team_request(session, case, person)
    team_requests.answer(session, again, is_welcome=False, by=karin(session, area), at=NOON)

    assert a_team_request(session, case, person).id > again.id


def test_whoever_comes_in_by_another_door_awaits_no_answer(session: Session) -> None:
    area = seved(session)
    case, person = a_case(session, area), ana(session, area)
    request = a_team_request(session, case, person)

    in_the_team(session, case, person)

    assert request.answer == "welcome"
    assert team_requests.waiting(session, case.id) == []


def test_guests_and_the_suspended_do_not_ask(session: Session) -> None:
    area = seved(session)
    case, guest, person = a_case(session, area), bo(session, area, level=Level.GUEST), ana(session, area)
    lead = karin(session, area)
    waiting = a_team_request(session, case, person)
    restrictions.restrict(session, person, "suspended", area=area, reason="threatens", days=7, by=lead, at=NOON)

    for one in (guest, person):
        with pytest.raises(NotAllowed):
            a_team_request(session, case, one)
    with pytest.raises(Conflict):
        team_requests.answer(session, waiting, is_welcome=True, by=lead, at=NOON)


@pytest.mark.parametrize(
    ("field", "value"), [("name", ""), ("name", "x" * 61), ("sector", "mafia"), ("sector", None), ("gives", "x" * 201)]
)
def test_what_somebody_sends_is_checked(session: Session, field: str, value: str | None) -> None:
    area = seved(session)

    with pytest.raises(Refusal) as refused:
        a_team_request(session, a_case(session, area), ana(session, area), **{field: value})

    assert refused.value.field == field


def test_an_answer_is_kept_for_half_a_year(session: Session) -> None:
    area = seved(session)
    case, lead = a_case(session, area), karin(session, area)
    request = a_team_request(session, case, ana(session, area))
    a_team_request(session, case, bo(session, area))
    team_requests.answer(session, request, is_welcome=False, by=lead, at=NOON)

    kept = team_requests.tidy(session, NOON + team_requests.KEPT)
    gone = team_requests.tidy(session, NOON + team_requests.KEPT + timedelta(seconds=1))

    assert (kept, gone, len(team_requests.waiting(session, case.id))) == (0, 1, 1)


def test_a_notice_of_somebody_who_has_left_for_good_says_nothing(session: Session) -> None:
    area = seved(session)
    case, person = a_case(session, area), ana(session, area)
    karin(session, area)
    a_team_request(session, case, person)
    told = session.scalars(select(Notice)).one()

    erasure.erase(session, person, with_texts=False, at=NOON)
    session.expire_all()

    with pytest.raises(NotFound):
        notices.message(session, told, "sv")
