from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import needs, notices, reportable, stage_checks
from backend.audit import Act
from backend.cases import Stage
from backend.errors import NotAllowed, NotFound, Refusal
from backend.notices import Notice
from tests.conftest import NOON
from tests.makers import a_case, a_need, ana, bo, in_the_team, karin, seved


def test_the_team_and_its_coordinator_say_what_is_needed(session: Session) -> None:
    area = seved(session)
    case, member = a_case(session, area), bo(session, area)
    in_the_team(session, case, member)

    for by in (karin(session, area), member):
        a_need(session, case, by)
    with pytest.raises(NotAllowed):
        a_need(session, case, ana(session, area))

    [first, second] = needs.of_case(session, case.id, "ar")
    assert (first.words.text, first.unit.text, first.how_much) == ("كراسٍ للطاولة", "كراسٍ", 8)
    assert not first.is_closed and first.id < second.id


def test_followers_hear_of_a_need_in_their_language(session: Session) -> None:
    area = seved(session)
    case = a_case(session, area)
    a_need(session, case, karin(session, area))

    notice = session.scalars(select(Notice).where(Notice.kind == "need_added")).one()

    assert (notice.audience, notice.audience_id) == ("case", case.id)
    assert "كراسٍ للطاولة" in notices.message(session, notice, "ar").body
    assert "Stolar till bordet" in notices.message(session, notice, "sv").body


def test_a_closed_need_stands_last_and_can_be_opened_again(session: Session) -> None:
    area = seved(session)
    case, by = a_case(session, area), karin(session, area)
    first, second = a_need(session, case, by), a_need(session, case, by)

    for _ in range(2):
        needs.close(session, first, by=by, at=NOON)
    closed = [(one.id, one.is_closed) for one in needs.of_case(session, case.id, "sv")]
    needs.open_again(session, first, by=by, at=NOON)

    assert closed == [(second.id, False), (first.id, True)]
    assert first.closed_at is None
    acts = session.scalars(select(Act.act).where(Act.act.like("need.%")).order_by(Act.id)).all()
    assert acts == ["need.added", "need.added", "need.closed", "need.opened"]


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("kind", {"kind": "love"}),
        ("how_much", {"how_much": 0}),
        ("how_much", {"how_much": 10**9}),
        ("day", {"until": NOON - timedelta(days=1)}),
        ("words", {"by_language": {"sv": {"words": " "}}}),
        ("words", {"by_language": {"sv": {"words": "x" * 201}}}),
        ("unit", {"by_language": {"sv": {"words": "Stolar", "unit": "x" * 31}}}),
    ],
)
def test_what_is_not_right_is_refused_beside_its_field(
    session: Session, field: str, changed: dict[str, object]
) -> None:
    area = seved(session)
    case, by = a_case(session, area), karin(session, area)

    with pytest.raises(Refusal) as refusal:
        a_need(session, case, by, **changed)

    assert refusal.value.field == field


def test_money_is_counted_in_kronor_alone(session: Session) -> None:
    area = seved(session)
    case, by = a_case(session, area), karin(session, area)
    a_need(session, case, by, kind="money", by_language={"sv": {"words": "Ett tak", "unit": "tusenlappar"}})

    [need] = needs.of_case(session, case.id, "sv")

    assert need.is_money and not need.unit


def test_a_need_is_written_is_what_stage_six_looks_for(session: Session) -> None:
    area = seved(session)
    case, by = a_case(session, area), karin(session, area)

    before = stage_checks.of_case(session, case.id, Stage.RESOURCES)[0].is_there
    need = a_need(session, case, by)
    after = stage_checks.of_case(session, case.id, Stage.RESOURCES)[0].is_there
    needs.hide(session, need, True)

    assert (before, after) == (False, True)
    assert not stage_checks.of_case(session, case.id, Stage.RESOURCES)[0].is_there


def test_a_need_that_was_taken_down_is_not_found_and_can_come_back(session: Session) -> None:
    area = seved(session)
    case = a_case(session, area)
    need = a_need(session, case, karin(session, area))
    kind = reportable.KINDS["need"]

    kind.take_down(session, need.id, None, NOON)
    hidden = reportable.look_at(session, "need", need.id, "sv")
    with pytest.raises(NotFound):
        needs.by_number(session, need.id, case_id=case.id)
    kind.put_back(session, need.id, {}, NOON)

    assert not hidden.is_public and hidden.text == "Stolar till bordet"
    assert needs.by_number(session, need.id, case_id=case.id) is need


def test_a_need_of_another_case_is_not_found(session: Session) -> None:
    area = seved(session)
    by = karin(session, area)
    need = a_need(session, a_case(session, area), by)

    for number, case in ((need.id, a_case(session, area).id), (2**40, need.case_id)):
        with pytest.raises(NotFound):
            needs.by_number(session, number, case_id=case)
