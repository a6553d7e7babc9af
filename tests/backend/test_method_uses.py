from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from backend import method_uses, methods, own_data, reportable, revisions
from backend.cases import Case
from backend.errors import Conflict, NotAllowed, Refusal
from backend.method_uses import MethodUse
from backend.people import Person
from tests.backend.test_lessons import counted
from tests.conftest import NOON
from tests.makers import a_case, ana, bo, in_the_team, karin, lindangen, seved

DIARY = methods.by_slug("diary")


def tell(session: Session, case: Case, by: Person, text: str = "نجح مع الجميع.", uuid: str | None = None) -> MethodUse:
    said = {"ar": {"text": text}}
    return method_uses.tell(session, DIARY, case, by_language=said, original="ar", by=by, at=NOON, client_uuid=uuid)


def test_the_team_tells_what_happened_and_the_card_shows_it_with_its_case(session: Session) -> None:
    area = seved(session)
    case, member = a_case(session, area), bo(session, area)
    in_the_team(session, case, member)

    tell(session, case, member)
    with pytest.raises(NotAllowed):
        tell(session, case, ana(session, area))
    with pytest.raises(Refusal) as refused:
        tell(session, case, member, " \x00 ")

    [shown] = method_uses.of_card(session, "diary", "sv")
    assert (shown.text.text, shown.text.language, shown.case_id) == ("نجح مع الجميع.", "ar", case.id)
    assert method_uses.counts(session) == {"diary": 1}
    assert revisions.named(session, None, ["methods"]) == "1"
    assert refused.value.field == "text"


def test_the_same_words_sent_twice_are_told_once(session: Session) -> None:
    area = seved(session)
    case, by, uuid = a_case(session, area), karin(session, area), str(uuid4())

    first, again = (tell(session, case, by, uuid=uuid) for _ in range(2))

    assert first.id == again.id
    with pytest.raises(Conflict):
        tell(session, case, by, "Something else", uuid=uuid)


def test_a_card_is_read_in_two_statements_however_many_tell_of_it(session: Session, engine: Engine) -> None:
    area = seved(session)
    case, by = a_case(session, area), karin(session, area)
    for number in range(7):
        tell(session, case, by, f"Time {number}")

    with counted(engine) as statements:
        shown = method_uses.of_card(session, "diary", "sv")

    assert (len(shown), len(statements)) == (7, 2)
    assert shown[0].text.text == "Time 6"


def test_people_choose_among_the_cases_that_they_work_on(session: Session) -> None:
    area, elsewhere = seved(session), lindangen(session)
    first, second, other = a_case(session, area), a_case(session, area), a_case(session, elsewhere)
    member = bo(session, area)
    in_the_team(session, first, member)
    in_the_team(session, other, member)

    def cases_of(person: Person) -> list[int]:
        return [number for number, _, _ in method_uses.cases_of(session, person, "sv")]

    assert cases_of(member) == [other.id, first.id]
    assert cases_of(karin(session, area)) == [second.id, first.id]
    assert cases_of(ana(session, area)) == []


def test_what_was_told_can_be_reported_and_comes_back_and_is_in_its_authors_export(session: Session) -> None:
    area = seved(session)
    case, by = a_case(session, area), karin(session, area)
    use = tell(session, case, by)
    look = reportable.public(session, "method_use", use.id, "sv", area_id=area.id)

    kept = reportable.KINDS["method_use"].take_down(session, use.id, None, NOON)
    gone = method_uses.of_card(session, "diary", "sv")
    reportable.KINDS["method_use"].put_back(session, use.id, kept, NOON)

    assert (look.path, gone) == (f"/sv/methods/diary#use-{use.id}", [])
    assert [one.id for one in method_uses.of_card(session, "diary", "sv")] == [use.id]
    assert [row["method"] for row in own_data.export(session, by)["method_uses"]] == ["diary"]
