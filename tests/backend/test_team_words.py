from __future__ import annotations

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from backend import erasure, reportable, stage_checks, team_words, teams
from backend.cases import Stage
from backend.errors import NotAllowed, Refusal
from backend.texts import TextSet
from tests.backend.test_statements import counted
from tests.conftest import NOON
from tests.makers import a_case, an_outsider, ana, bo, in_the_team, karin, lindangen, seved

SAID = {"part": "أطبخ", "gives": "وقت", "needs": "اللغة السويدية"}


def test_a_member_says_what_they_give_and_need(session: Session) -> None:
    area = seved(session)
    case, person = a_case(session, area), ana(session, area)
    member = in_the_team(session, case, person)

    for said in (SAID, {**SAID, "gives": "وقت وسيارة"}):
        team_words.describe(
            session, member, name="Ana", sector="university", said=said, language="ar", by=person, at=NOON
        )
    shown = teams.members(session, case.id, "sv")[0]

    assert (str(shown.part), str(shown.gives), shown.needs.language) == ("أطبخ", "وقت وسيارة", "ar")
    assert shown.group == "university"
    assert session.scalar(select(func.count()).select_from(TextSet)) == 2  # the case's and the member's


def test_nobody_writes_for_another_but_for_those_without_an_account(session: Session) -> None:
    area = seved(session)
    case, person, lead = a_case(session, area), ana(session, area), karin(session, area)
    member, outsider = in_the_team(session, case, person), an_outsider(session, case, lead)
    given = {"name": "X", "sector": "resident", "said": {}, "language": "sv", "at": NOON}

    for one, by in ((member, lead), (member, bo(session, area)), (outsider, person)):
        with pytest.raises(NotAllowed):
            team_words.describe(session, one, by=by, **given)
    for by in (person, karin(session, lindangen(session))):
        with pytest.raises(NotAllowed):
            team_words.add_outsider(session, case, by=by, **given)
    team_words.describe(session, outsider, by=lead, **{**given, "name": "Kompis"})
    assert outsider.name == "Kompis"


@pytest.mark.parametrize(
    ("field", "changed"),
    [("name", {"name": ""}), ("sector", {"sector": "none"}), ("gives", {"said": {"gives": "x" * 201}})],
)
def test_what_is_said_is_checked(session: Session, field: str, changed: dict[str, object]) -> None:
    area = seved(session)

    with pytest.raises(Refusal) as refused:
        an_outsider(session, a_case(session, area), karin(session, area), **changed)

    assert refused.value.field == field


def test_words_that_are_taken_down_stand_nowhere_and_what_is_needed_is_never_shown(session: Session) -> None:
    area = seved(session)
    case, person = a_case(session, area), ana(session, area)
    member = in_the_team(session, case, person)
    team_words.write(session, member, said=SAID, language="ar")
    look = reportable.public(session, "member", member.id, "sv", area_id=area.id)

    team_words.take_down(session, member.id, None, NOON)
    hidden = teams.members(session, case.id, "sv")[0]
    after = reportable.look_at(session, "member", member.id, "sv")
    team_words.put_back(session, member.id, {}, NOON)

    assert SAID["gives"] in look.text
    assert SAID["needs"] not in look.text
    assert (str(hidden.gives), after.is_public) == ("", False)
    assert str(teams.members(session, case.id, "sv")[0].gives) == "وقت"


def test_an_erased_member_leaves_no_words(session: Session) -> None:
    area = seved(session)
    case, person = a_case(session, area), ana(session, area)
    team_words.write(session, in_the_team(session, case, person), said=SAID, language="ar")
    before = session.scalar(select(func.count()).select_from(TextSet))

    erasure.erase(session, person, with_texts=False, at=NOON)

    assert session.scalar(select(func.count()).select_from(TextSet)) == before - 1
    assert teams.members(session, case.id, "ar") == []


def test_three_sectors_are_usual(session: Session) -> None:
    area = seved(session)
    case, lead = a_case(session, area), karin(session, area)
    there = []
    for sector in ("association", "business", "business", "city"):
        an_outsider(session, case, lead, sector=sector)
        checks = stage_checks.of_case(session, case.id, Stage.TEAM)
        there.append(next(check.is_there for check in checks if "sectors" in check.words.english))

    assert there == [False, False, False, True]


def test_the_list_of_members_takes_two_statements(session: Session, engine: Engine) -> None:
    area = seved(session)
    case, lead = a_case(session, area), karin(session, area)
    for name in ("Ett", "Två", "Tre"):
        an_outsider(session, case, lead, name=name)

    with counted(engine) as statements:
        assert len(teams.members(session, case.id, "sv")) == 3

    assert len(statements) == 2
