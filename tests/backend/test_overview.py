from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from backend import adoptions, case_moves, needs, overview, prototypes
from backend.areas import Area
from backend.cases import Case
from tests.conftest import NOON
from tests.makers import (
    a_case,
    a_handed_over_case,
    a_need,
    a_team_request,
    an_ambassador,
    ana,
    bo,
    in_the_team,
    karin,
    lindangen,
    seved,
    three_prototypes,
)

LATER = NOON + timedelta(days=100)


@pytest.fixture
def area(session: Session) -> Area:
    return seved(session)


@pytest.fixture
def case(session: Session, area: Area) -> Case:
    return a_case(session, area, stage=4)


def of_core(session: Session, *areas: Area, at=LATER) -> overview.Overview:  # type: ignore[no-untyped-def]
    return overview.for_core(session, [area.id for area in areas], "sv", at=at)


def test_a_case_stands_on_its_stop_since_it_came_there(session: Session, area: Area, case: Case) -> None:
    [begun] = of_core(session, area).standings
    moved_at = NOON + timedelta(days=30)
    case_moves.make(session, case, 5, why={"sv": "Ja"}, original="sv", by=karin(session, area), at=moved_at)

    [moved] = of_core(session, area).standings

    assert (begun.since, moved.since) == (case.created_at, moved_at)
    assert begun.is_long(LATER)
    assert not moved.is_long(moved_at + timedelta(days=89))
    assert moved.is_long(moved_at + timedelta(days=90))


def test_only_what_is_still_needed_is_asked_for(session: Session, area: Area, case: Case) -> None:
    lead = karin(session, area)
    said = {name: {"sv": {"words": name}} for name in ("Händer", "Stängd", "För sent", "Dold")}
    a_need(session, case, lead, by_language=said["Händer"])
    closed = a_need(session, case, lead, by_language=said["Stängd"])
    a_need(session, case, lead, by_language=said["För sent"], until=NOON + timedelta(days=1))
    hidden = a_need(session, case, lead, by_language=said["Dold"])
    needs.close(session, closed, by=lead, at=NOON)
    needs.hide(session, hidden, True)

    seen = [overview.public(session, [area.id], "sv", at=LATER), of_core(session, area)]

    assert [[need.text for need in one.standings[0].needs] for one in seen] == [["Händer"], ["Händer"]]


def test_the_core_team_sees_what_a_team_lacks_and_the_public_no_names(session: Session, area: Area, case: Case) -> None:
    an_ambassador(session, case, ana(session, area))
    in_the_team(session, case, karin(session, area), name="Karin")
    a_team_request(session, case, bo(session, area))
    three_prototypes(session, case, karin(session, area))[0].state = prototypes.State.WORKS
    session.flush()

    [seen] = of_core(session, area).standings
    [public] = overview.public(session, [area.id], "sv", at=LATER).standings

    assert (seen.members, len(seen.ambassadors), seen.asking, len(seen.working)) == (2, 1, 1, 1)
    assert (public.members, public.ambassadors, public.asking, public.working) == (0, [], 0, [])


def test_what_spread_is_told_from_where_to_where(session: Session, area: Area) -> None:
    there = lindangen(session)
    source = a_handed_over_case(session, area, karin(session, area))
    made = adoptions.adopt(
        session, source, there, prototype_id=None, stage=4, by=karin(session, there), at=NOON
    )  # fmt: skip

    seen = overview.public(session, [area.id, there.id], "sv", at=LATER)

    [spread] = seen.spread
    assert (spread.source.id, spread.taken_up.id, spread.state) == (source.id, made.id, "trying")
    by_number = {one.case.id: one for one in seen.standings}
    assert (by_number[source.id].linked, by_number[made.id].linked) == ({made.id}, {source.id})


def test_finished_cases_stand_apart_and_are_never_long_in_coming(session: Session, area: Area, case: Case) -> None:
    case.finished_at = NOON
    session.flush()

    seen = of_core(session, area)

    assert seen.at_stage(4) == []
    assert [one.is_long(LATER) for one in seen.finished] == [False]


def test_statements_do_not_grow_with_cases(session: Session, area: Area) -> None:
    lead, taken = karin(session, area), []
    for _ in range(2):
        for _ in range(3):
            made = a_case(session, area)
            a_need(session, made, lead)
            in_the_team(session, made, ana(session, area))
            three_prototypes(session, made, lead)[0].state = prototypes.State.WORKS
        session.flush()
        sent: list[str] = []
        ids = [area.id]
        note = partial(_note, sent)
        event.listen(session.get_bind(), "before_cursor_execute", note)
        overview.for_core(session, ids, "sv", at=LATER)
        overview.texts_of(session, ids)
        event.remove(session.get_bind(), "before_cursor_execute", note)
        taken.append(len(sent))

    assert taken[0] == taken[1] <= 11


def _note(sent: list[str], *given: object) -> None:
    sent.append(str(given[2]))
