from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from backend import (
    idea_answers,
    idea_edits,
    idea_merges,
    option_arguments,
    option_lists,
    options,
    revisions,
    stage_checks,
)
from backend.areas import Area
from backend.cases import Case, Stage
from backend.errors import Conflict, NotAllowed, NotFound, Refusal
from backend.ideas import Idea
from backend.option_arguments import Argument
from backend.options import Option
from backend.texts import TextSet
from tests.conftest import NOON
from tests.makers import a_case, a_published_idea, an_option, ana, bo, in_the_team, karin, lindangen, mira, seved

LEO = {"sv": {"title": "Ett tält", "text": "", "source": "Lund"}}


@pytest.fixture
def area(session: Session) -> Area:
    return seved(session)


@pytest.fixture
def case(session: Session, area: Area) -> Case:
    return a_case(session, area, stage=4)


def an_idea_of(session: Session, case: Case, area: Area, text: str = "Ett bord\nFör alla.") -> Idea:
    idea = a_published_idea(session, area, ana(session, area), text)
    idea_answers.join_case(session, idea, case.id, at=NOON)
    return idea


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    """What is sent to the database within."""
    sent: list[str] = []

    def note(*given: Any) -> None:
        sent.append(given[2])

    event.listen(session.get_bind(), "before_cursor_execute", note)
    yield sent
    event.remove(session.get_bind(), "before_cursor_execute", note)


def test_an_idea_of_the_case_becomes_an_option_once(session: Session, area: Area, case: Case) -> None:
    idea, by = an_idea_of(session, case, area), karin(session, area)

    made = [options.take_in(session, case, idea, language="sv", by=by, at=NOON) for _ in range(2)]

    shown = option_lists.of_case(session, case.id, "ar")
    assert made[0].id == made[1].id
    assert [(one.idea, str(one.title), one.title.language) for one in shown] == [(idea.id, "Ett bord", "sv")]
    assert option_lists.ideas_left(session, case.id, shown, "ar") == []


def test_an_idea_of_another_case_becomes_no_option(session: Session, area: Area, case: Case) -> None:
    idea = an_idea_of(session, a_case(session, area), area)

    with pytest.raises(Refusal):
        options.take_in(session, case, idea, language="sv", by=karin(session, area), at=NOON)


def test_an_idea_that_was_taken_back_leaves_no_words_behind(session: Session, area: Area, case: Case) -> None:
    idea = an_idea_of(session, case, area)
    options.take_in(session, case, idea, language="sv", by=karin(session, area), at=NOON)
    author = session.get_one(type(karin(session, area)), idea.author_id)

    idea_edits.withdraw(session, idea, by=author, at=NOON)

    [shown] = option_lists.of_case(session, case.id, "sv")
    assert (str(shown.title), str(shown.text)) == ("", "")


def test_an_idea_that_was_merged_shows_the_words_that_stand_for_both(session: Session, area: Area, case: Case) -> None:
    idea, twin = an_idea_of(session, case, area), an_idea_of(session, case, area, "Ett långbord\nPå torsdagar.")
    options.take_in(session, case, idea, language="sv", by=karin(session, area), at=NOON)

    idea_merges.merge(session, idea, twin.id, by=mira(session, area), at=NOON)

    [shown] = option_lists.of_case(session, case.id, "sv")
    assert (shown.idea, str(shown.title)) == (twin.id, "Ett långbord")


def test_the_team_adds_a_solution_and_others_do_not(session: Session, area: Area, case: Case) -> None:
    member, stranger = bo(session, area), ana(session, area)
    in_the_team(session, case, member)

    made = an_option(session, case, member)
    with pytest.raises(NotAllowed):
        an_option(session, case, stranger)
    with pytest.raises(NotAllowed):
        an_option(session, case, karin(session, lindangen(session)))

    assert [one.id for one in option_lists.of_case(session, case.id, "en")] == [made.id]


def test_the_same_solution_sent_twice_is_one(session: Session, area: Area, case: Case) -> None:
    by, key = karin(session, area), str(uuid4())

    made = [an_option(session, case, by, client_uuid=key).id for _ in range(2)]
    with pytest.raises(Conflict):
        an_option(session, case, by, "Något annat", client_uuid=key)

    assert made[0] == made[1]
    assert session.scalar(select(func.count()).select_from(Option)) == 1


@pytest.mark.parametrize("name, words", [("title", ""), ("title", "x" * 81), ("source", ""), ("text", "x" * 401)])
def test_a_solution_that_says_too_little_or_too_much_is_refused(
    session: Session, area: Area, case: Case, name: str, words: str
) -> None:
    told = {"sv": {**LEO["sv"], name: words}}

    with pytest.raises(Refusal) as refused:
        options.add(session, case, by_language=told, original="sv", by=karin(session, area), at=NOON)

    assert refused.value.field == name


@pytest.mark.parametrize("given, kept", [((None, None), (None, None)), ((900, None), (900, 900)), ((1, 2), (1, 2))])
def test_a_cost_is_one_sum_or_lies_between_two(
    session: Session, area: Area, case: Case, given: tuple[int | None, int | None], kept: tuple[int | None, int | None]
) -> None:
    option, by = an_option(session, case, karin(session, area)), karin(session, area)
    before = revisions.named(session, area.id, ["cases"])

    options.weigh(
        session, option, risk={"sv": "Regn"}, risk_level="small", cost_from=given[0], cost_to=given[1], by=by, at=NOON
    )

    [shown] = option_lists.of_case(session, case.id, "ar")
    assert (shown.cost_from, shown.cost_to) == kept
    assert (str(shown.risk), shown.risk.language, str(shown.risk_name)) == ("Regn", "sv", "Small risk")
    assert revisions.named(session, area.id, ["cases"]) != before


@pytest.mark.parametrize("wrong, field", [({"cost_to": 1}, "cost_to"), ({"risk_level": "none"}, "risk_level")])
def test_what_cannot_be_weighed_is_refused(
    session: Session, area: Area, case: Case, wrong: dict[str, object], field: str
) -> None:
    option, by = an_option(session, case, karin(session, area)), karin(session, area)
    values = {"risk": {}, "risk_level": "", "cost_from": 2, "cost_to": 3, **wrong}

    with pytest.raises(Refusal) as refused:
        options.weigh(session, option, by=by, at=NOON, **values)

    assert refused.value.field == field


def test_an_argument_stands_under_the_name_that_the_team_knows(session: Session, area: Area, case: Case) -> None:
    member = ana(session, area)
    in_the_team(session, case, member, name="Ana från elvan")
    option, key = an_option(session, case, member), str(uuid4())
    argued = {"side": "for", "text": "رخيص", "language": "ar", "by": member, "at": NOON, "client_uuid": key}

    made = [option_arguments.argue(session, option, **argued).id for _ in range(2)]
    with pytest.raises(Conflict):
        option_arguments.argue(session, option, **{**argued, "text": "غالٍ"})

    [shown] = option_lists.of_case(session, case.id, "sv")
    assert made[0] == made[1]
    assert [(one.text, one.language, one.by) for one in shown.speaks_for] == [("رخيص", "ar", "Ana från elvan")]
    assert shown.speaks_against == []


@pytest.mark.parametrize("wrong", [{"side": "between"}, {"text": ""}, {"text": "x" * 201}])
def test_an_argument_has_a_side_and_a_few_words(
    session: Session, area: Area, case: Case, wrong: dict[str, str]
) -> None:
    option, by = an_option(session, case, karin(session, area)), karin(session, area)

    with pytest.raises(Refusal) as refused:
        option_arguments.argue(
            session, option, **{"side": "for", "text": "Ja", "language": "sv", **wrong}, by=by, at=NOON
        )

    assert refused.value.field == next(iter(wrong))


def test_residents_who_are_not_in_the_team_argue_elsewhere(session: Session, area: Area, case: Case) -> None:
    option = an_option(session, case, karin(session, area))

    with pytest.raises(NotAllowed):
        option_arguments.argue(session, option, side="for", text="Ja", language="ar", by=ana(session, area), at=NOON)

    assert session.scalar(select(func.count()).select_from(Argument)) == 0


def test_an_option_of_another_case_is_not_found(session: Session, area: Area, case: Case) -> None:
    option = an_option(session, case, karin(session, area))

    for number, case_id in ((option.id, a_case(session, area).id), (2**40, case.id)):
        with pytest.raises(NotFound):
            options.by_number(session, number, case_id=case_id)


def test_a_choice_is_ready_with_three_options_that_are_weighed_and_decided(
    session: Session, area: Area, case: Case
) -> None:
    by = karin(session, area)

    def there() -> list[bool]:
        return [check.is_there for check in stage_checks.of_case(session, case.id, Stage.OPTIONS)]

    assert there() == [False, False, False]
    made = [an_option(session, case, by, f"Val {number}") for number in range(3)]
    assert there() == [True, False, False]
    for option in made:
        for side in ("for", "against"):
            option_arguments.argue(session, option, side=side, text="Så är det", language="sv", by=by, at=NOON)
        option.goes_on = False
    session.flush()
    assert there() == [True, True, True]


def test_the_list_takes_three_statements_however_long_it_is(session: Session, area: Area, case: Case) -> None:
    by, counted = karin(session, area), []
    for _ in range(2):
        for number in range(3):
            option = an_option(session, case, by, f"Val {number}")
            option_arguments.argue(session, option, side="for", text="Ja", language="sv", by=by, at=NOON)
        with statements(session) as sent:
            option_lists.of_case(session, case.id, "ar")
        counted.append(len(sent))

    assert counted == [3, 3]


def test_a_repeat_leaves_no_texts_behind(session: Session, area: Area, case: Case) -> None:
    idea, by = an_idea_of(session, case, area), karin(session, area)
    options.take_in(session, case, idea, language="sv", by=by, at=NOON)
    before = session.scalar(select(func.count()).select_from(TextSet))

    options.take_in(session, case, idea, language="sv", by=by, at=NOON)

    assert session.scalar(select(func.count()).select_from(TextSet)) == before
