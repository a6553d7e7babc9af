"""Appeals: six months, once a decision, and never before whoever decided first."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import appeals, comments, ideas, moderation, moderation_readers, notices, people, reading, restrictions
from backend.appeals import Appeal
from backend.areas import Area
from backend.errors import NotAllowed, NotFound, Refusal
from backend.ideas import Idea, State
from backend.moderation import Decision, Waiting
from backend.notices import Notice
from backend.people import Level, Person, Role
from tests.backend.test_reports import decide as decide_report
from tests.backend.test_reports import reported
from tests.conftest import NOON
from tests.makers import a_case, a_comment, a_published_idea, an_idea, ana, bo, decided, karin, mira, seved


@pytest.fixture
def area(session: Session) -> Area:
    return seved(session)


def core(session: Session) -> Person:
    person = people.add(session, name="Core", language="sv", level=Level.NEIGHBOUR, at=NOON)
    people.give_role(session, person, Role.CORE, area_id=None, at=NOON)
    return person


def refused(session: Session, area: Area, author: Person, by: Person) -> Idea:
    idea = an_idea(session, area, author)
    decided(session, idea, by, Decision.NOT_PUBLISHED, reason="advertising", note="Det säljer något.")
    return idea


def objected(session: Session, idea: Idea, by: Person, kind: str = "idea", at: datetime = NOON) -> Appeal:
    return appeals.object_to(session, kind, idea.id, by=by, words="Jag säljer inget.", language="sv", at=at)


def item_of(session: Session, appeal: Appeal) -> Waiting:
    return session.scalars(select(Waiting).where(Waiting.kind == "appeal", Waiting.noun_id == appeal.id)).one()


def decide(session: Session, appeal: Appeal, decision: Decision, by: Person, **how: str) -> None:
    item = item_of(session, appeal)
    values: dict[str, Any] = {"reason": "same_reason" if decision == Decision.NOT_PUBLISHED else "", **how}
    moderation.decide(
        session, item.id, decision, by=by, seen_version=item.version, at=NOON, undo_seconds=0, **values
    )  # fmt: skip
    moderation.settle_due(session, NOON)


def heard(session: Session, person: Person, kind: str) -> list[Notice]:
    return list(session.scalars(select(Notice).where(Notice.audience_id == person.id, Notice.kind == kind)))


def test_an_idea_is_published_after_all(session: Session, area: Area) -> None:
    author, first, second = ana(session, area, language="ar"), mira(session, area), karin(session, area)
    idea = refused(session, area, author, first)
    appeal = objected(session, idea, author)

    decide(session, appeal, Decision.APPROVED, second)

    assert idea.state == State.READ
    assert ideas.steps(session, idea.id)[-1].state == State.READ
    notice = heard(session, author, "appeal_decided")[0]
    assert notices.message(session, notice, "ar").path == f"/ar/seved/appeals/{appeal.id}"
    assert (appeal.outcome, appeal.answered_at) == ("changed", NOON)


def test_the_first_decision_can_stand_with_a_reason(session: Session, area: Area) -> None:
    author, first, second = bo(session, area), mira(session, area), karin(session, area)
    idea = refused(session, area, author, first)
    appeal = objected(session, idea, author)

    decide(session, appeal, Decision.NOT_PUBLISHED, second, note="Vi är eniga.")

    assert idea.state == State.NOT_PUBLISHED
    assert (appeal.outcome, appeal.reason, appeal.note) == ("stands", "same_reason", "Vi är eniga.")
    message = notices.message(session, heard(session, author, "appeal_decided")[0], "sv")
    assert message.path == f"/sv/seved/appeals/{appeal.id}"


def test_an_appeal_never_reaches_who_decided_first(session: Session, area: Area) -> None:
    author, first, second = bo(session, area), mira(session, area), karin(session, area)
    appeal = objected(session, refused(session, area, author, first), author)
    item = item_of(session, appeal)

    with pytest.raises(NotAllowed):
        decide(session, appeal, Decision.APPROVED, first)
    with pytest.raises(Refusal):
        moderation_readers.hand_over(session, item.id, first.id, by=second, at=NOON)
    moderation.decide(
        session, item.id, Decision.APPROVED, by=second, seen_version=item.version, at=NOON, undo_seconds=10
    )
    with pytest.raises(NotAllowed):
        moderation.undo(session, item.id, by=first, at=NOON)
    assert item_of(session, appeal).decided_by == second.id


def test_the_core_team_decides_where_nobody_else_moderates(session: Session, area: Area) -> None:
    author, only, team = bo(session, area), mira(session, area), core(session)
    idea = refused(session, area, author, only)

    appeal = objected(session, idea, author)

    assert item_of(session, appeal).needs_core
    decide(session, appeal, Decision.APPROVED, team)
    assert idea.state == State.READ


def test_a_moderator_does_not_decide_about_their_own_appeal(session: Session, area: Area) -> None:
    author, first = mira(session, area), karin(session, area)

    appeal = objected(session, refused(session, area, author, first), author)

    assert item_of(session, appeal).needs_core
    with pytest.raises(NotAllowed):
        decide(session, appeal, Decision.APPROVED, author)


def test_operators_hear_of_an_appeal_that_nobody_may_decide(session: Session, area: Area) -> None:
    operator = people.add(session, name="Op", language="sv", level=Level.NEIGHBOUR, at=NOON)
    people.give_role(session, operator, Role.OPERATOR, area_id=None, at=NOON)
    author, first = bo(session, area), core(session)
    idea = refused(session, area, author, first)

    appeal = objected(session, idea, author)

    notice = heard(session, operator, "appeal_waits")[0]
    assert "Seved" in notices.message(session, notice, "sv").body
    assert item_of(session, appeal).decision is None


@pytest.mark.parametrize(("late", "is_open"), [(timedelta(0), True), (timedelta(microseconds=1), False)])
def test_an_appeal_is_open_for_182_days(session: Session, area: Area, late: timedelta, is_open: bool) -> None:
    author = bo(session, area)
    idea = refused(session, area, author, mira(session, area))
    at = NOON + timedelta(days=182) + late

    if is_open:
        assert objected(session, idea, author, at=at).id
    else:
        with pytest.raises(Refusal):
            objected(session, idea, author, at=at)


def test_one_decision_has_one_appeal(session: Session, area: Area) -> None:
    author, first, second = bo(session, area), mira(session, area), karin(session, area)
    idea = refused(session, area, author, first)
    appeal = objected(session, idea, author)

    assert objected(session, idea, author).id == appeal.id
    decide(session, appeal, Decision.NOT_PUBLISHED, second)
    assert objected(session, idea, author).id == appeal.id


def test_nobody_objects_in_anothers_name(session: Session, area: Area) -> None:
    idea = refused(session, area, bo(session, area), mira(session, area))

    for somebody in (ana(session, area), karin(session, area)):
        with pytest.raises(NotFound):
            objected(session, idea, somebody)


def test_a_guest_may_object_too(session: Session, area: Area) -> None:
    guest = people.add(session, language="ar", at=NOON, area_id=area.id)

    assert objected(session, refused(session, area, guest, mira(session, area)), guest).id


def test_words_are_needed(session: Session, area: Area) -> None:
    author = bo(session, area)
    idea = refused(session, area, author, mira(session, area))

    for words in ("", " ", "a" * 2001):
        with pytest.raises(Refusal) as refusal:
            appeals.object_to(session, "idea", idea.id, by=author, words=words, language="sv", at=NOON)
        assert refusal.value.field == "words"


def test_what_a_report_took_down_comes_back_as_it_was(session: Session, area: Area) -> None:
    author, approver, second = bo(session, area), mira(session, area), karin(session, area)
    case = a_case(session, area)
    idea = an_idea(session, area, author)
    decided(session, idea, approver, case_id=case.id)
    reported(session, idea, ana(session, area))
    decide_report(session, second)
    assert idea.state == State.NOT_PUBLISHED

    appeal = objected(session, idea, author)
    decide(session, appeal, Decision.APPROVED, approver)

    assert (idea.state, idea.case_id) == (State.IN_CASE, case.id)


def test_a_hidden_comment_is_shown_again(session: Session, area: Area) -> None:
    author, approver, second = ana(session, area), mira(session, area), karin(session, area)
    comment = a_comment(session, a_published_idea(session, area, bo(session, area)), author)
    reported(session, comment, bo(session, area), kind="comment")  # type: ignore[arg-type]
    decide_report(session, second)

    appeal = objected(session, comment, author, kind="comment")  # type: ignore[arg-type]
    decide(session, appeal, Decision.APPROVED, approver)

    assert comment.state == comments.State.PUBLIC


def test_an_appeal_against_a_limit_lifts_it(session: Session, area: Area) -> None:
    person, leader, team = bo(session, area), karin(session, area), core(session)
    limit = restrictions.restrict(
        session, person, restrictions.Kind.SUSPENDED, area=area, reason="threatens", days=7, by=leader, at=NOON
    )

    appeal = objected(session, limit, person, kind="restriction")  # type: ignore[arg-type]

    assert item_of(session, appeal).needs_core
    decide(session, appeal, Decision.APPROVED, team)
    assert limit.lifted_at == NOON


def test_what_was_sent_again_meanwhile_is_not_published_by_an_appeal(session: Session, area: Area) -> None:
    author, first, second = bo(session, area), mira(session, area), karin(session, area)
    idea = refused(session, area, author, first)
    appeal = objected(session, idea, author)
    ideas.add_step(session, idea, State.WITHDRAWN, at=NOON)
    idea.state = State.RECEIVED
    session.flush()
    moderation.ask(session, kind="idea", noun_id=idea.id, area_id=area.id, at=NOON)
    decided_again = session.scalars(select(Waiting).where(Waiting.kind == "idea", Waiting.round == 2)).one()
    moderation.decide(session, decided_again.id, Decision.APPROVED, by=second, seen_version=1, at=NOON, undo_seconds=0)
    moderation.settle_due(session, NOON)

    decide(session, appeal, Decision.NOT_PUBLISHED, second)

    assert appeal.outcome == "gone"


def test_staff_read_the_first_decision_beside_the_objection(session: Session, area: Area) -> None:
    author, first = bo(session, area), mira(session, area)
    karin(session, area)
    appeal = objected(session, refused(session, area, author, first), author)

    seen = reading.look_at(session, [("appeal", appeal.id)], "en")["appeal", appeal.id]
    facts = " ".join(fact.into("en") for fact in seen.facts)

    assert "Mira" in facts
    assert "Jag säljer inget." in facts
    assert "advertises" in facts
    assert "Det säljer något." in facts
