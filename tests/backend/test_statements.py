from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from backend import (
    comment_answers,
    comments,
    erasure,
    notices,
    reportable,
    restrictions,
    stage_checks,
    statement_answers,
    statements,
    teams,
)
from backend.cases import Stage
from backend.errors import Conflict, NotAllowed, NotFound, Refusal
from backend.notices import Notice
from tests.conftest import NOON
from tests.makers import a_case, a_comment, a_statement, ana, bo, in_the_team, karin, lindangen, seved


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    found: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


def test_the_team_says_yes_and_takes_it_back(session: Session) -> None:
    area = seved(session)
    case, person = a_case(session, area), ana(session, area)
    in_the_team(session, case, person)
    in_the_team(session, case, bo(session, area))
    a_statement(session, case, karin(session, area))

    for _ in range(2):
        statements.accept(session, case, "problem", 1, by=person, at=NOON)
    said = statements.current(session, case.id, "sv")["problem"]
    statements.take_back(session, case, "problem", by=person)

    assert (said.names, said.asked, said.by, said.is_shared) == (["Ana"], 2, "Karin", False)
    assert statements.current(session, case.id, "sv")["problem"].names == []


def test_a_new_version_starts_without_a_yes(session: Session) -> None:
    area = seved(session)
    case, person = a_case(session, area), ana(session, area)
    in_the_team(session, case, person)
    a_statement(session, case, person)
    statements.accept(session, case, "problem", 1, by=person, at=NOON)

    a_statement(session, case, person, after=1, by_language={"sv": "Vi vill ha jobb.", "ar": "نريد عملًا."})
    newest, first = statements.every(session, case.id, "problem", "ar")

    assert (newest.number, newest.names, str(newest.text)) == (2, [], "نريد عملًا.")
    assert (first.number, first.names, first.text.language) == (1, ["Ana"], "sv")
    assert statements.current(session, case.id, "sv")["problem"].number == 2


def test_nobody_says_yes_to_what_they_have_not_read(session: Session) -> None:
    area = seved(session)
    case, person = a_case(session, area), ana(session, area)
    in_the_team(session, case, person)
    a_statement(session, case, person)
    a_statement(session, case, person, after=1)

    with pytest.raises(Conflict):
        statements.accept(session, case, "problem", 1, by=person, at=NOON)
    with pytest.raises(NotFound):
        statements.accept(session, case, "vision", 1, by=person, at=NOON)
    with pytest.raises(NotFound):
        statements.accept(session, case, "budget", 1, by=person, at=NOON)


def test_only_the_team_says_yes_and_only_team_and_coordinators_write(session: Session) -> None:
    area, elsewhere = seved(session), lindangen(session)
    case, neighbour, lead = a_case(session, area), bo(session, area), karin(session, area)
    a_statement(session, case, lead)
    in_the_team(session, a_case(session, elsewhere), neighbour)

    for person in (neighbour, lead):
        with pytest.raises(NotAllowed):
            statements.accept(session, case, "problem", 1, by=person, at=NOON)
        with pytest.raises(NotAllowed):
            statements.take_back(session, case, "problem", by=person)
    for person in (neighbour, karin(session, elsewhere)):
        with pytest.raises(NotAllowed):
            a_statement(session, case, person, after=1)


def test_of_two_who_write_at_once_the_later_reads_first(session: Session) -> None:
    area = seved(session)
    case, person = a_case(session, area), karin(session, area)
    a_statement(session, case, person)

    with pytest.raises(Conflict):
        a_statement(session, case, person, by_language={"sv": "Något annat."})


def test_a_version_that_is_sent_twice_is_one(session: Session) -> None:
    area = seved(session)
    case, person, sent = a_case(session, area), karin(session, area), str(uuid4())

    first = a_statement(session, case, person, client_uuid=sent)
    again = a_statement(session, case, person, client_uuid=sent)

    assert first.id == again.id
    with pytest.raises(Conflict):
        a_statement(session, case, person, client_uuid=sent, by_language={"sv": "Något annat."})


@pytest.mark.parametrize("words", ["", " \n", "x" * 601, "\x00"])
def test_what_is_written_has_words_and_an_end(session: Session, words: str) -> None:
    area = seved(session)

    with pytest.raises(Refusal) as refused:
        a_statement(session, a_case(session, area), karin(session, area), by_language={"sv": words})

    assert refused.value.field == "text"


def test_whoever_is_suspended_writes_nothing_for_the_team(session: Session) -> None:
    area = seved(session)
    case, person = a_case(session, area), ana(session, area)
    in_the_team(session, case, person)
    restrictions.restrict(session, person, "suspended", area=area, reason="threatens", days=7, by=karin(session, area),
                          at=NOON)  # fmt: skip

    with pytest.raises(NotAllowed):
        a_statement(session, case, person)


def test_whoever_left_is_counted_without_a_name(session: Session) -> None:
    area = seved(session)
    case, one, other = a_case(session, area), ana(session, area), bo(session, area)
    for person in (one, other):
        in_the_team(session, case, person)
    a_statement(session, case, one, "agreement")
    for person in (one, other):
        statements.accept(session, case, "agreement", 1, by=person, at=NOON)

    teams.leave(session, case, other, at=NOON)
    erasure.erase(session, one, with_texts=False, at=NOON)
    said = statements.current(session, case.id, "sv")["agreement"]

    assert (said.names, said.others, said.asked, said.by) == ([], 2, 0, "")


def test_each_member_is_asked_in_their_language_and_the_writer_is_not(session: Session) -> None:
    area = seved(session)
    case, one, other = a_case(session, area), ana(session, area), bo(session, area)
    for person in (one, other):
        in_the_team(session, case, person)

    a_statement(session, case, one, "agreement")
    late = in_the_team(session, case, karin(session, area))
    told = session.scalars(select(Notice).where(Notice.kind == "statement_written").order_by(Notice.id)).all()
    messages = [notices.message(session, told[0], language) for language in ("sv", "ar")]

    assert [notice.audience_id for notice in told] == [other.id, late.person_id]
    assert messages[0].path == f"/sv/seved/cases/{case.id}/statements/agreement/accept"
    assert all("Unga vuxna i Seved" in message.body for message in messages)


def test_what_waits_for_my_yes_stands_on_my_page_until_i_say_it(session: Session) -> None:
    area = seved(session)
    case, person = a_case(session, area), ana(session, area)
    in_the_team(session, case, person)
    for kind in ("problem", "agreement"):
        a_statement(session, case, karin(session, area), kind)

    before = statement_answers.waiting_for(session, person, "sv")
    statements.accept(session, case, "agreement", 1, by=person, at=NOON)
    after = statement_answers.waiting_for(session, person, "sv")

    assert [one.kind for one in before] == ["agreement", "problem"]
    assert [one.kind for one in after] == ["problem"]


@pytest.mark.parametrize(
    ("kind", "stage"),
    [("problem", Stage.PROBLEM_AND_VISION), ("vision", Stage.PROBLEM_AND_VISION), ("agreement", Stage.TEAM)],
)
def test_a_text_is_there_once_most_of_the_team_says_yes(session: Session, kind: str, stage: Stage) -> None:
    area = seved(session)
    case, team = a_case(session, area), [ana(session, area), bo(session, area), karin(session, area)]
    for person in team:
        in_the_team(session, case, person)
    a_statement(session, case, team[0], kind)

    there = []
    for person in team[:2]:
        statements.accept(session, case, kind, 1, by=person, at=NOON)
        there.append(sum(check.is_there for check in stage_checks.of_case(session, case.id, stage)))

    assert there == [0, 1]


def test_what_is_taken_down_lets_the_version_before_stand_again(session: Session) -> None:
    area = seved(session)
    case, person = a_case(session, area), karin(session, area)
    a_statement(session, case, person)
    second = a_statement(session, case, person, after=1, by_language={"sv": "Fula ord."})
    look = reportable.public(session, "statement", second.id, "sv", area_id=area.id)

    statements.set_hidden(session, second.id, True)
    after = statements.current(session, case.id, "sv")["problem"].number
    third = a_statement(session, case, person, after=1)

    assert (look.text, look.author_id, after, third.number) == ("Fula ord.", person.id, 1, 3)
    assert reportable.look_at(session, "statement", second.id, "sv").is_public is False
    statements.set_hidden(session, second.id, False)
    assert [one.number for one in statements.every(session, case.id, "problem", "sv")] == [3, 2, 1]


def test_people_talk_about_the_problem_apart_from_the_case(session: Session) -> None:
    area = seved(session)
    case, person = a_case(session, area), ana(session, area)
    in_the_team(session, case, bo(session, area))

    comment = a_comment(session, case, person, kind="problem")
    told = session.scalars(select(Notice).where(Notice.kind == "problem_commented")).one()
    message = comment_answers.words(session, told, "ar")

    assert (comment.kind, told.audience, told.audience_id) == ("problem", "case", case.id)
    assert message.path == f"/ar/seved/cases/{case.id}/problem/comments/"
    assert comments.State(comment.state) == "public"


def test_showing_what_stands_takes_four_statements(session: Session, engine: Engine) -> None:
    area = seved(session)
    case = a_case(session, area)
    for person in (ana(session, area), bo(session, area)):
        in_the_team(session, case, person)
        for kind in ("problem", "vision", "agreement"):
            stands = statements.latest(session, case.id, kind)
            after = stands.number if stands else 0
            a_statement(session, case, person, kind, after=after)
            statements.accept(session, case, kind, after + 1, by=person, at=NOON)

    with counted(engine) as few:
        assert len(statements.current(session, case.id, "sv")) == 3
    with counted(engine) as many:
        assert len(statements.every(session, case.id, "problem", "sv")) == 2

    assert (len(few), len(many)) == (4, 4)
