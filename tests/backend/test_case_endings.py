from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import case_endings, case_moves, cases, notices
from backend.audit import Act
from backend.errors import NotAllowed, Refusal
from backend.notices import Notice
from tests.conftest import NOON
from tests.makers import a_case, bo, karin, lindangen, seved


def test_a_case_at_its_last_stop_is_finished_with_a_last_word(session: Session) -> None:
    area = seved(session)
    case, by = a_case(session, area, stage=7), karin(session, area)

    for _ in range(2):
        case_endings.finish(session, case, word="Bordet står kvar.", language="sv", by=by, at=NOON)

    assert (case.finished_at, case.drawn_at) == (NOON, cases.FINISHED)
    assert case_endings.last_word(session, case, "ar").text == "Bordet står kvar."
    assert [one.is_finished for one in cases.of_area(session, area.id, "sv")] == [True]
    [notice] = session.scalars(select(Notice).where(Notice.kind == "case_ended"))
    for tag in ("sv", "ar"):
        assert "Bordet står kvar." in notices.message(session, notice, tag).body


def test_it_goes_on_with_a_word_and_may_end_again(session: Session) -> None:
    area = seved(session)
    case, by = a_case(session, area, stage=7), karin(session, area)
    case_endings.finish(session, case, word="Klart.", language="sv", by=by, at=NOON)

    with pytest.raises(Refusal) as refusal:
        case_endings.reopen(session, case, word=" ", language="sv", by=by, at=NOON)
    for _ in range(2):
        case_endings.reopen(session, case, word="Det regnar in.", language="sv", by=by, at=NOON)

    assert refusal.value.field == "word"
    assert (case.finished_at, case.drawn_at) == (None, 7)
    acts = session.scalars(select(Act.act).where(Act.noun_id == case.id, Act.act.like("case.%")).order_by(Act.id)).all()
    assert acts == ["case.opened", "case.finished", "case.opened_again"]


def test_a_case_before_its_last_stop_is_not_finished(session: Session) -> None:
    area = seved(session)
    case, by = a_case(session, area, stage=6), karin(session, area)

    with pytest.raises(Refusal):
        case_endings.finish(session, case, word="Klart.", language="sv", by=by, at=NOON)

    assert not case_endings.may_finish(by, case)


def test_only_a_coordinator_of_the_area_ends_it(session: Session) -> None:
    area = seved(session)
    case = a_case(session, area, stage=7)

    for somebody in (bo(session, area), karin(session, lindangen(session))):
        assert not case_endings.may_finish(somebody, case)
        for verb in (case_endings.finish, case_endings.reopen):
            with pytest.raises(NotAllowed):
                verb(session, case, word="Klart.", language="sv", by=somebody, at=NOON)


def test_a_finished_case_moves_only_once_it_is_open_again(session: Session) -> None:
    area = seved(session)
    case, by = a_case(session, area, stage=7), karin(session, area)
    case_endings.finish(session, case, word="Klart.", language="sv", by=by, at=NOON)

    with pytest.raises(Refusal):
        case_moves.make(session, case, 5, why={"sv": "Om igen."}, original="sv", by=by, at=NOON)
    case_endings.reopen(session, case, word="Om igen.", language="sv", by=by, at=NOON)
    case_moves.make(session, case, 5, why={"sv": "Om igen."}, original="sv", by=by, at=NOON)

    assert case.stage == 5
