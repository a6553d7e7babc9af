from __future__ import annotations

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from backend import needs, pledge_outcomes, pledges, resources, stage_checks
from backend.cases import Stage
from tests.conftest import NOON
from tests.makers import a_case, a_need, a_pledge, an_offer, bo, karin, seved


def test_what_is_kept_was_promised_and_what_is_withdrawn_is_neither(session: Session) -> None:
    area = seved(session)
    case, by = a_case(session, area), karin(session, area)
    need = a_need(session, case, by)
    kept, gone, _ = (a_pledge(session, case, by, need=need, how_much=number) for number in (2, 4, 1))
    pledge_outcomes.note(session, kept, "kept", word="", language="sv", by=by, at=NOON)
    pledge_outcomes.note(session, gone, "withdrawn", word="Nej", language="sv", by=by, at=NOON)

    [met] = resources.of_case(session, case.id, "sv").needs

    assert (met.promised, met.kept, met.need.how_much) == (3, 2, 8)
    assert [one.state for one in met.promises] == ["kept", "withdrawn", "promised"]


def test_what_waits_is_not_counted(session: Session) -> None:
    area = seved(session)
    case = a_case(session, area)
    need = a_need(session, case, karin(session, area))
    a_pledge(session, case, bo(session, area), need=need, how_much=3)

    [met] = resources.of_case(session, case.id, "sv").needs

    assert (met.promised, met.promises) == (0, [])


def test_promises_for_a_need_that_was_taken_down_stand_by_themselves(session: Session) -> None:
    area = seved(session)
    case, by = a_case(session, area), karin(session, area)
    need = a_need(session, case, by)
    pledge = a_pledge(session, case, by, need=need, how_much=3)
    needs.hide(session, need, True)

    found = resources.of_case(session, case.id, "sv")

    assert found.needs == [] and [one.id for one in found.free] == [pledge.id]


@pytest.mark.parametrize(
    ("promised", "is_half"), [((), False), ((8,), True), ((7,), False), ((4, 4), True), ((9, 1), True)]
)
def test_half_of_the_needs_have_to_be_promised_in_full(
    session: Session, promised: tuple[int, ...], is_half: bool
) -> None:
    area = seved(session)
    case, by = a_case(session, area), karin(session, area)
    need, _ = a_need(session, case, by), a_need(session, case, by, how_much=None)
    for number in promised:
        a_pledge(session, case, by, need=need, how_much=number)

    check = stage_checks.of_case(session, case.id, Stage.RESOURCES)[1]

    assert check.is_there == is_half


def test_a_closed_need_lacks_nothing(session: Session) -> None:
    area = seved(session)
    case, by = a_case(session, area), karin(session, area)
    needs.close(session, a_need(session, case, by), by=by, at=NOON)
    a_need(session, case, by)

    assert pledge_outcomes.is_half_promised(session, case.id)


def test_all_of_it_takes_five_statements_however_much_there_is(session: Session) -> None:
    area = seved(session)
    case, by = a_case(session, area), karin(session, area)
    counted = []
    for _ in range(2):
        for _ in range(3):
            a_pledge(session, case, by, need=a_need(session, case, by), how_much=1)
        if not counted:
            offer = an_offer(session, case, by)
            assert offer.id
        sent: list[str] = []
        listen = lambda *given, sent=sent: sent.append(given[2])  # noqa: E731
        event.listen(session.get_bind(), "before_cursor_execute", listen)
        resources.of_case(session, case.id, "ar")
        event.remove(session.get_bind(), "before_cursor_execute", listen)
        counted.append(len(sent))

    assert counted == [5, 5]
    assert len(pledges.of_case(session, case.id)) == 6
