from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from backend import erasure, own_data, search, team_notes, teams
from backend.errors import Conflict, NotAllowed, NotFound, Refusal
from tests.conftest import NOON
from tests.makers import a_case, ana, bo, in_the_team, karin, lindangen, seved


def test_the_team_and_its_coordinator_read_and_write_and_nobody_else(session: Session) -> None:
    area, elsewhere = seved(session), lindangen(session)
    case, member, lead = a_case(session, area), ana(session, area), karin(session, area)
    in_the_team(session, case, member)

    for person in (member, lead):
        team_notes.write(session, case, text="نلتقي الخميس.", language="ar", by=person, at=NOON)
    notes = team_notes.of_case(session, case, reader=member)

    assert [(one.by, one.language) for one in notes] == [("Karin", "ar"), ("Ana", "ar")]
    for person in (bo(session, area), karin(session, elsewhere)):
        with pytest.raises(NotAllowed):
            team_notes.of_case(session, case, reader=person)
        with pytest.raises(NotAllowed):
            team_notes.write(session, case, text="Hej", language="sv", by=person, at=NOON)
        with pytest.raises(NotAllowed):
            team_notes.by_number(session, notes[0].number, case, reader=person)


def test_whoever_left_reads_no_more(session: Session) -> None:
    area = seved(session)
    case, member = a_case(session, area), ana(session, area)
    in_the_team(session, case, member)
    team_notes.write(session, case, text="Hemligt", language="sv", by=member, at=NOON)

    teams.leave(session, case, member, at=NOON)

    with pytest.raises(NotAllowed):
        team_notes.of_case(session, case, reader=member)


def test_a_note_of_another_case_is_not_here(session: Session) -> None:
    area = seved(session)
    case, other, lead = a_case(session, area), a_case(session, area), karin(session, area)
    team_notes.write(session, other, text="Där", language="sv", by=lead, at=NOON)
    number = team_notes.of_case(session, other, reader=lead)[0].number

    for wrong in (number, 2**31, 0):
        with pytest.raises(NotFound):
            team_notes.by_number(session, wrong, case, reader=lead)


def test_only_its_writer_and_coordinators_remove_a_note(session: Session) -> None:
    area = seved(session)
    case, writer, other = a_case(session, area), ana(session, area), bo(session, area)
    for person in (writer, other):
        in_the_team(session, case, person)
    for _ in range(2):
        team_notes.write(session, case, text="Hej", language="sv", by=writer, at=NOON)
    first, second = (
        team_notes.by_number(session, one.number, case, reader=writer)
        for one in team_notes.of_case(session, case, reader=writer)
    )

    with pytest.raises(NotAllowed):
        team_notes.remove(session, first, by=other)
    team_notes.remove(session, first, by=writer)
    team_notes.remove(session, second, by=karin(session, area))

    assert team_notes.of_case(session, case, reader=other) == []


def test_a_note_that_is_sent_twice_is_one(session: Session) -> None:
    area = seved(session)
    case, lead, sent = a_case(session, area), karin(session, area), str(uuid4())

    for _ in range(2):
        team_notes.write(session, case, text="Hej", language="sv", by=lead, at=NOON, client_uuid=sent)

    assert len(team_notes.of_case(session, case, reader=lead)) == 1
    with pytest.raises(Conflict):
        team_notes.write(session, case, text="Hej då", language="sv", by=lead, at=NOON, client_uuid=sent)
    with pytest.raises(Refusal):
        team_notes.write(session, case, text="x" * 1001, language="sv", by=lead, at=NOON)


def test_notes_are_in_no_search_and_in_nobody_elses_export(session: Session) -> None:
    area = seved(session)
    case, writer, other = a_case(session, area), ana(session, area), bo(session, area)
    for person in (writer, other):
        in_the_team(session, case, person)

    team_notes.write(session, case, text="Pengarna i lådan", language="sv", by=writer, at=NOON)

    assert "Pengarna i lådan" not in str(own_data.export(session, other))
    assert "Pengarna i lådan" in str(own_data.export(session, writer))
    assert search.candidates(session, "Pengarna i lådan").numbers == ()


@pytest.mark.parametrize("with_texts", [True, False])
def test_an_erased_writer_leaves_a_note_without_a_name_or_none(session: Session, with_texts: bool) -> None:
    area = seved(session)
    case, writer, lead = a_case(session, area), ana(session, area), karin(session, area)
    in_the_team(session, case, writer)
    team_notes.write(session, case, text="Hej", language="sv", by=writer, at=NOON)

    erasure.erase(session, writer, with_texts=with_texts, at=NOON)

    assert [one.by for one in team_notes.of_case(session, case, reader=lead)] == ([] if with_texts else [""])
