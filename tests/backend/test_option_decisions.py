from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import idea_answers, idea_merges, notices, option_decisions, option_lists, options, prototypes, trials
from backend.areas import Area
from backend.audit import Act
from backend.cases import Case
from backend.errors import Conflict, NotAllowed, NotFound, Refusal
from backend.ideas import State
from backend.notices import Notice
from backend.options import Option
from backend.prototypes import Prototype
from backend.texts import TextSet
from backend.votes import Choice
from tests.conftest import NOON
from tests.makers import (
    a_case,
    a_published_idea,
    a_trial,
    an_open_round,
    an_option,
    ana,
    bo,
    in_the_team,
    karin,
    mira,
    seved,
)

WHY = {"sv": "Det är billigt.", "ar": "هذا رخيص."}
TOLD = {"sv": {"title": "Tältet", "lines": "Ett tält.\nEn kväll."}, "ar": {"title": "الخيمة", "lines": "خيمة."}}


@pytest.fixture
def area(session: Session) -> Area:
    return seved(session)


@pytest.fixture
def case(session: Session, area: Area) -> Case:
    return a_case(session, area, stage=4)


def decided(session: Session, option: Option, area: Area, goes_on: bool = True, **changed: Any) -> Prototype | None:
    values = {"why": WHY, "original": "sv", "by_language": TOLD, "by": karin(session, area), "at": NOON, **changed}
    return option_decisions.decide(session, option, goes_on=goes_on, **values)


def ideas_option(session: Session, case: Case, area: Area) -> Option:
    idea = a_published_idea(session, area, ana(session, area), "Ett tält\nFör alla.")
    idea_answers.join_case(session, idea, case.id, at=NOON)
    return options.take_in(session, case, idea, language="sv", by=karin(session, area), at=NOON)


def told(session: Session, kind: str) -> list[Notice]:
    return list(session.scalars(select(Notice).where(Notice.kind == kind).order_by(Notice.id)))


def test_an_option_that_goes_on_is_a_prototype_that_knows_it(session: Session, area: Area, case: Case) -> None:
    option = an_option(session, case, karin(session, area))
    options.weigh(
        session, option, risk=WHY, risk_level="small", cost_from=1, cost_to=500, by=karin(session, area), at=NOON
    )

    made = decided(session, option, area)

    [shown] = option_lists.of_case(session, case.id, "ar")
    [prototype] = prototypes.of_case(session, case.id, "ar")
    assert made is not None and made.option_id == option.id
    assert (shown.goes_on, str(shown.why), shown.prototype) == (True, "هذا رخيص.", made.id)
    assert (str(prototype.said.title), str(prototype.said.risk), prototype.cost) == ("الخيمة", "هذا رخيص.", 500)


def test_the_same_decision_twice_makes_one_prototype(session: Session, area: Area, case: Case) -> None:
    option = an_option(session, case, karin(session, area))

    made = [decided(session, option, area) for _ in range(2)]
    with pytest.raises(Conflict):
        decided(session, option, area, goes_on=False)

    assert made[0] is made[1]
    assert session.scalar(select(func.count()).select_from(Prototype)) == 1


@pytest.mark.parametrize(
    "goes_on, wrong", [(True, {"why": {"sv": ""}}), (False, {"why": {}}), (True, {"by_language": {"sv": {}}})]
)
def test_nothing_is_decided_without_its_reason_and_its_words(
    session: Session, area: Area, case: Case, goes_on: bool, wrong: dict[str, Any]
) -> None:
    option = an_option(session, case, karin(session, area))

    with pytest.raises(Refusal):
        decided(session, option, area, goes_on, **wrong)

    assert option.goes_on is None


def test_only_coordinators_decide(session: Session, area: Area, case: Case) -> None:
    member = bo(session, area)
    in_the_team(session, case, member)
    option = an_option(session, case, member)

    with pytest.raises(NotAllowed):
        decided(session, option, area, by=member)
    decided(session, option, area)
    with pytest.raises(NotAllowed):
        option_decisions.undo(session, option, by=member, at=NOON)


def test_a_decision_can_be_undone_while_nobody_tried_or_votes(session: Session, area: Area, case: Case) -> None:
    option, by = an_option(session, case, karin(session, area)), karin(session, area)
    sets = session.scalar(select(func.count()).select_from(TextSet))
    decided(session, option, area)

    for _ in range(2):
        option_decisions.undo(session, option, by=by, at=NOON)

    [shown] = option_lists.of_case(session, case.id, "sv")
    assert (shown.goes_on, str(shown.why), shown.prototype) == (None, "", None)
    assert session.scalar(select(func.count()).select_from(TextSet)) == sets
    assert session.scalar(select(func.count()).select_from(Act).where(Act.act == "option.undone")) == 1


def test_what_was_tried_is_not_undone(session: Session, area: Area, case: Case) -> None:
    option, by = an_option(session, case, karin(session, area)), karin(session, area)
    made = decided(session, option, area)
    a_trial(session, made, by)

    assert not option_decisions.may_undo(session, option)
    with pytest.raises(Refusal):
        option_decisions.undo(session, option, by=by, at=NOON)


def test_what_people_vote_on_is_not_undone(session: Session, area: Area, case: Case) -> None:
    option, by = an_option(session, case, karin(session, area)), karin(session, area)
    made = decided(session, option, area)
    session.add(Choice(round_id=an_open_round(session, area).id, prototype_id=made.id))
    session.flush()

    with pytest.raises(Refusal):
        option_decisions.undo(session, option, by=by, at=NOON)


def test_whoever_had_the_idea_hears_in_their_language_that_it_is_tried(
    session: Session, area: Area, case: Case
) -> None:
    option = ideas_option(session, case, area)
    twin = a_published_idea(session, area, bo(session, area), "Ett stort tält")
    idea_merges.merge(session, twin, option.idea_id, by=mira(session, area), at=NOON)

    made = decided(session, option, area)

    heard = told(session, "option_decided")
    assert [notice.noun_id for notice in heard] == [option.idea_id, twin.id]
    swedish, arabic = (notices.message(session, heard[0], tag) for tag in ("sv", "ar"))
    assert "Tältet" in swedish.body and "Ett tält" in swedish.body
    assert "الخيمة" in arabic.body and "\u2068Ett tält\u2069" in arabic.body
    assert arabic.path == f"/ar/seved/cases/{case.id}/prototypes/{made.id}"


def test_whoever_had_the_idea_hears_why_it_is_not_tried(session: Session, area: Area, case: Case) -> None:
    option = ideas_option(session, case, area)

    decided(session, option, area, goes_on=False)

    [heard] = told(session, "option_decided")
    message = notices.message(session, heard, "ar")
    assert "هذا رخيص." in message.body
    assert message.path == f"/ar/seved/cases/{case.id}/options/"


def test_a_decision_that_was_undone_is_told_to_nobody(session: Session, area: Area, case: Case) -> None:
    option = ideas_option(session, case, area)
    decided(session, option, area)
    option_decisions.undo(session, option, by=karin(session, area), at=NOON)

    [heard] = told(session, "option_decided")
    with pytest.raises(NotFound):
        notices.message(session, heard, "sv")


def test_the_first_trial_makes_the_idea_a_tested_one(session: Session, area: Area, case: Case) -> None:
    option, by = ideas_option(session, case, area), karin(session, area)
    made = decided(session, option, area)

    for _ in range(2):
        a_trial(session, made, by)

    steps, as_option = option_lists.way_of(session, option.idea_id)
    [heard] = told(session, "idea_tested")
    message = notices.message(session, heard, "ar")
    assert [step.state for step in steps][-2:] == [State.IN_CASE, State.TESTED]
    assert as_option == option_lists.OfIdea(case.id, True, made.id)
    assert "Elva kom." in message.body
    assert message.path == f"/ar/seved/cases/{case.id}/prototypes/{made.id}"
    assert trials.count(session, made.id) == 2
