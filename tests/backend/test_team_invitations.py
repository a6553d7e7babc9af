from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import follows, notices, team_invitations, teams
from backend.errors import Conflict, NotAllowed, NotFound, Refusal
from backend.notices import Notice
from backend.people import Level
from backend.team_invitations import Invitation
from tests.conftest import NOON
from tests.makers import a_case, a_comment, a_team_request, an_ambassador, ana, bo, in_the_team, karin, lindangen, seved

LATER = NOON + timedelta(days=team_invitations.DAYS)


def test_whoever_follows_or_wrote_is_known_and_others_are_not(session: Session) -> None:
    area = seved(session)
    case, follower, writer, member = (
        a_case(session, area),
        ana(session, area),
        bo(session, area),
        karin(session, area),
    )
    follows.follow(session, follower, "case", case.id, at=NOON)
    a_comment(session, case, writer, kind="vision")
    a_comment(session, a_case(session, area), bo(session, area))
    follows.follow(session, bo(session, area, level=Level.GUEST), "case", case.id, at=NOON)
    in_the_team(session, case, member)

    found = team_invitations.known(session, case.id)

    assert [one.number for one in found] == [follower.id, writer.id]


def test_an_invitation_by_name_is_answered_with_yes(session: Session) -> None:
    area = seved(session)
    case, lead, person = a_case(session, area), karin(session, area), ana(session, area)
    follows.follow(session, person, "case", case.id, at=NOON)

    made = [
        team_invitations.invite(session, case, person.id, sector="university", by=lead, at=NOON) for _ in range(2)
    ]  # fmt: skip
    waiting = team_invitations.of_person(session, person, "sv", at=NOON)
    invitation = team_invitations.own(session, waiting[0].number, case_id=case.id, person=person)
    team_invitations.say_yes(session, invitation, person=person, name="Ana", at=NOON)

    assert made == [True, False]
    assert [(one.name, one.group) for one in teams.members(session, case.id, "sv")] == [("Ana", "university")]
    assert team_invitations.of_person(session, person, "sv", at=NOON) == []
    with pytest.raises(Conflict):
        team_invitations.say_no(session, invitation, at=NOON)


def test_both_sides_hear_it_in_their_language(session: Session) -> None:
    area = seved(session)
    case, lead, person = a_case(session, area), karin(session, area), ana(session, area)
    follows.follow(session, person, "case", case.id, at=NOON)
    team_invitations.invite(session, case, person.id, sector="resident", by=lead, at=NOON)
    invitation = session.scalars(select(Invitation)).one()
    invited = session.scalars(select(Notice)).one()
    messages = [notices.message(session, invited, language) for language in ("ar", "sv")]

    team_invitations.say_no(session, invitation, at=NOON)
    answered = session.scalars(select(Notice).where(Notice.kind == "team_invitation_answered")).one()

    assert invited.audience_id == person.id
    assert messages[0].path == f"/ar/seved/cases/{case.id}/team/invitations/{invitation.id}"
    assert "Unga vuxna i Seved" in messages[0].body
    assert answered.audience_id == lead.id
    assert "Ana" in notices.message(session, answered, "sv").body
    with pytest.raises(NotFound):
        notices.message(session, invited, "sv")


def test_a_link_lets_one_person_in_and_once(session: Session) -> None:
    area = seved(session)
    case, lead, first, second = a_case(session, area), karin(session, area), ana(session, area), bo(session, area)

    word = team_invitations.invite_by_link(session, case, name="Idrottsklubben", sector="association", by=lead, at=NOON)
    invitation = team_invitations.by_word(session, word, area_id=area.id, at=NOON)
    team_invitations.say_yes(session, invitation, person=first, name="Ana", at=NOON)

    assert word not in str(session.execute(select(Invitation.__table__)).one())
    assert invitation.person_id == first.id
    with pytest.raises(NotFound):
        team_invitations.by_word(session, word, area_id=area.id, at=NOON)
    with pytest.raises(Conflict):
        team_invitations.say_yes(session, invitation, person=second, name="Bo", at=NOON)


def test_a_link_makes_no_member_of_a_guest(session: Session) -> None:
    area = seved(session)
    case = a_case(session, area)
    word = team_invitations.invite_by_link(
        session, case, name="Bo", sector="resident", by=karin(session, area), at=NOON
    )
    invitation = team_invitations.by_word(session, word, area_id=area.id, at=NOON)

    with pytest.raises(NotAllowed):
        team_invitations.say_yes(session, invitation, person=bo(session, area, level=Level.GUEST), name="Bo", at=NOON)


def test_an_old_invitation_is_over_and_goes_later(session: Session) -> None:
    area = seved(session)
    case, lead, person = a_case(session, area), karin(session, area), ana(session, area)
    follows.follow(session, person, "case", case.id, at=NOON)
    team_invitations.invite(session, case, person.id, sector="resident", by=lead, at=NOON)
    word = team_invitations.invite_by_link(session, case, name="Bo", sector="resident", by=lead, at=NOON)

    with pytest.raises(NotFound):
        team_invitations.by_word(session, word, area_id=area.id, at=LATER)
    assert team_invitations.of_case(session, case.id, at=LATER) == []
    assert team_invitations.invite(session, case, person.id, sector="resident", by=lead, at=LATER)
    assert team_invitations.tidy(session, LATER + timedelta(days=team_invitations.DAYS, seconds=1)) == 2


def test_only_those_who_lead_the_team_invite_and_withdraw(session: Session) -> None:
    area = seved(session)
    case, member, leading = a_case(session, area), bo(session, area), ana(session, area)
    in_the_team(session, case, member)
    an_ambassador(session, case, leading)
    team_invitations.invite_by_link(session, case, name="Leyla", sector="resident", by=leading, at=NOON)
    invitation = session.scalars(select(Invitation)).one()

    for person in (member, karin(session, lindangen(session)), bo(session, area)):
        with pytest.raises(NotAllowed):
            team_invitations.invite_by_link(session, case, name="X", sector="resident", by=person, at=NOON)
        with pytest.raises(NotAllowed):
            team_invitations.invite(session, case, leading.id, sector="resident", by=person, at=NOON)
        with pytest.raises(NotAllowed):
            team_invitations.withdraw(session, invitation, by=person, at=NOON)

    team_invitations.withdraw(session, invitation, by=leading, at=NOON)
    assert team_invitations.of_case(session, case.id, at=NOON) == []


def test_nobody_is_invited_whom_the_case_does_not_know(session: Session) -> None:
    area = seved(session)

    with pytest.raises(Refusal) as refused:
        team_invitations.invite(
            session, a_case(session, area), ana(session, area).id, sector="resident", by=karin(session, area), at=NOON
        )

    assert refused.value.field == "person"


def test_whoever_is_invited_and_asks_needs_one_door_only(session: Session) -> None:
    area = seved(session)
    case, lead, person = a_case(session, area), karin(session, area), ana(session, area)
    follows.follow(session, person, "case", case.id, at=NOON)
    team_invitations.invite(session, case, person.id, sector="resident", by=lead, at=NOON)
    request = a_team_request(session, case, person)

    in_the_team(session, case, person)

    assert request.answered_at is not None
    assert team_invitations.of_person(session, person, "sv", at=NOON) == []
