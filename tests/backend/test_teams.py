from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from backend import journal, journal_lists, revisions, teams
from backend.errors import NotAllowed, Refusal
from backend.people import Level
from tests.conftest import NOON
from tests.makers import a_case, ana, bo, karin, seved


def test_a_neighbour_joins_a_team_once(session: Session) -> None:
    area = seved(session)
    case, person = a_case(session, area), bo(session, area, level=Level.NEIGHBOUR)

    joined = [teams.join(session, case, person, name=name, at=NOON) for name in ("Bo", "Bosse")]

    assert joined == [True, False]
    assert [member.name for member in teams.members(session, case.id, "sv")] == ["Bo"]
    assert [str(one.title) for one in teams.of_person(session, person.id, "sv")] == ["Unga vuxna i Seved"]


def test_whoever_left_may_join_again(session: Session) -> None:
    area = seved(session)
    case, person = a_case(session, area), ana(session, area)
    teams.join(session, case, person, name="Ana", at=NOON)

    teams.leave(session, case, person, at=NOON)
    was_member = teams.is_member(session, case.id, person)
    teams.join(session, case, person, name="Ana", at=NOON)

    assert not was_member
    assert teams.count(session, case.id) == 1


def test_a_guest_joins_no_team(session: Session) -> None:
    area = seved(session)
    guest = bo(session, area, level=Level.GUEST)

    with pytest.raises(NotAllowed):
        teams.join(session, a_case(session, area), guest, name="Bo", at=NOON)


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "Bo\u202e"])
def test_a_member_needs_a_name_that_can_be_read(session: Session, name: str) -> None:
    area = seved(session)

    with pytest.raises(Refusal):
        teams.join(session, a_case(session, area), ana(session, area), name=name, at=NOON)


def test_the_page_of_the_case_is_new_when_somebody_joins(session: Session) -> None:
    area = seved(session)
    case = a_case(session, area)
    before = revisions.named(session, area.id, ["cases"])

    teams.join(session, case, ana(session, area), name="Ana", at=NOON)

    assert revisions.named(session, area.id, ["cases"]) != before


def test_the_team_and_its_coordinator_write_the_journal_and_nobody_else(session: Session) -> None:
    area = seved(session)
    case, member = a_case(session, area), ana(session, area)
    teams.join(session, case, member, name="Ana", at=NOON)

    for person in (member, karin(session, area)):
        journal.add(session, case, text="نبدأ الآن.", language="ar", by=person, at=NOON)
    with pytest.raises(NotAllowed):
        journal.add(session, case, text="Hej", language="sv", by=bo(session, area), at=NOON)

    notes = journal_lists.page(session, case.id, "sv")
    assert [note.by for note in notes.entries] == ["Karin", "Ana"]
    assert notes.entries[0].words.language == "ar"
    assert notes.count == 2
