from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from backend import case_moves, cases, revisions
from backend.errors import NotAllowed, NotFound, Refusal
from tests.conftest import NOON
from tests.makers import a_case, ana, karin, lindangen, seved


def test_cases_are_listed_in_the_readers_language_and_else_in_the_original(session: Session) -> None:
    area = seved(session)
    a_case(session, area)

    in_english, in_arabic = (cases.of_area(session, area.id, tag)[0] for tag in ("en", "ar"))

    assert (str(in_english.title), in_english.title.language) == ("Young adults in Seved", "en")
    assert (str(in_arabic.title), in_arabic.title.language) == ("Unga vuxna i Seved", "sv")


def test_the_case_that_came_furthest_is_listed_first(session: Session) -> None:
    area = seved(session)
    a_case(session, area, stage=2)
    further = a_case(session, area, stage=5)

    assert cases.of_area(session, area.id, "sv")[0].id == further.id


def test_cases_of_several_areas_come_by_area(session: Session) -> None:
    here, there = seved(session), lindangen(session)
    made = a_case(session, there)

    found = cases.of_areas(session, [here.id, there.id], "sv")

    assert found[here.id] == []
    assert [one.id for one in found[there.id]] == [made.id]


def test_a_case_goes_back_and_remembers_how_far_it_was(session: Session) -> None:
    area = seved(session)
    case = a_case(session, area, stage=5)
    before = revisions.named(session, area.id, ["cases"])

    case_moves.make(
        session, case, 4, why={"sv": "Bordet stod tomt i regnet."}, original="sv", by=karin(session, area), at=NOON
    )

    last = case_moves.last(session, case, "ar")
    assert (case.stage, case.furthest) == (4, 5)
    assert last is not None
    assert last.is_back
    assert str(last.why) == "Bordet stod tomt i regnet."
    assert revisions.named(session, area.id, ["cases"]) != before


def test_what_was_told_of_here_stays_as_the_text_of_the_stage_it_left(session: Session) -> None:
    area = seved(session)
    case = a_case(session, area, stage=5)

    case_moves.make(session, case, 6, why={"sv": "De boende valde."}, original="sv", by=karin(session, area), at=NOON)

    said = cases.texts_of(session, case, "sv")
    assert str(said["stage5"]) == "Nu röstar de boende."
    assert not said["here"]


def test_a_case_moves_only_to_another_of_the_seven_stages_and_with_a_reason(session: Session) -> None:
    area = seved(session)
    case, by = a_case(session, area, stage=5), karin(session, area)

    for stage, why in ((5, "x"), (0, "x"), (8, "x"), (6, " ")):
        with pytest.raises(Refusal):
            case_moves.make(session, case, stage, why={"sv": why}, original="sv", by=by, at=NOON)


def test_a_resident_or_another_areas_coordinator_moves_no_case(session: Session) -> None:
    area = seved(session)
    case = a_case(session, area)

    for person in (ana(session, area), karin(session, lindangen(session))):
        with pytest.raises(NotAllowed):
            case_moves.make(session, case, 6, why={"sv": "Nu."}, original="sv", by=person, at=NOON)


def test_a_case_without_a_title_in_its_original_language_is_refused(session: Session) -> None:
    area = seved(session)

    with pytest.raises(Refusal) as refused:
        cases.open_case(
            session, area_id=area.id, by_language={"ar": {"title": "قضية"}}, original="sv", by=None, at=NOON
        )

    assert refused.value.field == "title"


def test_a_case_of_another_area_is_not_found(session: Session) -> None:
    here, there = seved(session), lindangen(session)
    case = a_case(session, here)

    with pytest.raises(NotFound):
        cases.by_number(session, case.id, area_id=there.id)
    with pytest.raises(NotFound):
        cases.by_number(session, 2**40)
