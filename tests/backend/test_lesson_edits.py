from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import audit, lesson_edits, lessons, people, reportable, revisions, stage_checks, texts
from backend.areas import Area
from backend.cases import Case, Stage
from backend.errors import Conflict, NotAllowed, NotFound, Refusal
from backend.lesson_edits import Facts
from backend.lessons import Lesson
from backend.people import Level, Person, Role
from tests.conftest import NOON
from tests.makers import a_case, a_lesson, ana, bo, in_the_team, karin, lindangen, seved

TOLD = {"ar": {"title": "طاولة", "tried": "وضعنا طاولة.", "happened": "جلس الناس.", "again": "نعم."}}


def write(session: Session, area: Area, by: Person, case: Case | None = None, **changed: Any) -> Lesson:
    facts = Facts(**{"kind": "worked", "stage": 5, **changed.pop("facts", {})})
    given = {"by_language": TOLD, "original": "ar", "at": NOON, **changed}
    return lesson_edits.write(session, facts, area=area, case=case, by=by, **given)


def test_the_team_of_a_case_and_the_coordinator_of_its_area_write_lessons(session: Session) -> None:
    area, elsewhere = seved(session), lindangen(session)
    case, member = a_case(session, area), bo(session, area)
    in_the_team(session, case, member)

    assert write(session, area, member, case).case_id == case.id
    assert write(session, area, karin(session, area)).area_id == area.id
    for person, place, about in (
        (member, area, None), (ana(session, area), area, case), (karin(session, elsewhere), area, case),
    ):  # fmt: skip
        with pytest.raises(NotAllowed):
            write(session, place, person, about)


def test_a_case_with_a_lesson_has_what_is_usually_there_at_the_end(session: Session) -> None:
    area = seved(session)
    case = a_case(session, area)

    def is_there() -> bool:
        [first, *_] = stage_checks.of_case(session, case.id, Stage.SPREAD)
        return first.is_there

    before = is_there()
    lesson = write(session, area, karin(session, area), case)
    after = is_there()
    lesson_edits.hide(session, lesson, True)

    assert (before, after, is_there()) == (False, True, False)


def test_the_same_lesson_sent_twice_is_one_and_another_under_its_number_is_refused(session: Session) -> None:
    area = seved(session)
    by, number = karin(session, area), str(uuid4())

    first, again = (write(session, area, by, client_uuid=number) for _ in range(2))

    assert first.id == again.id
    with pytest.raises(Conflict):
        write(session, area, by, client_uuid=number, facts={"stage": 2})


@pytest.mark.parametrize(
    "field, facts",
    [
        ("kind", {"kind": "great"}), ("stage", {"stage": 8}), ("tags", {"tags": ["nice"]}),
        ("tags", {"tags": ["hurry", "rules", "few_voices", "from_above", "side_track"]}),
        ("years", {"years": "x" * 21}),
        *(
            ("links", {"links": link})
            for link in (
                "javascript:alert(1)", "data:text/html,x", "https://", "//example.org", "https://user@example.org/",
                "https://localhost/", "http://[::1]/", "https://example.org:port/", 'https://example.org/"x',
                "https://a.b\nhttps://b.c\nhttps://c.d\nhttps://d.e", "https://a..b/", "https://exa mple.org",
                "JaVaScRiPt://example.org/%0aalert(1)", "https://example.org\\@evil.example",
                "https://" + "a" * 400 + ".org",
            )
        ),
    ],
)  # fmt: skip
def test_what_a_lesson_may_not_say_is_refused_at_its_field(session: Session, field: str, facts: dict[str, Any]) -> None:
    area = seved(session)

    with pytest.raises(Refusal) as refused:
        write(session, area, karin(session, area), facts=facts)

    assert refused.value.field == field


def test_a_web_address_is_shown_with_the_host_that_name_servers_know(session: Session) -> None:
    area = seved(session)
    links = "https://MALMÖ.se/väg?x=1\n\nhttps://example.org:8443/"
    lesson = write(session, area, karin(session, area), facts={"links": links})

    shown = lessons.by_number(session, lesson.id, "sv")

    assert [host for host, _ in shown.web] == ["xn--malm-8qa.se", "example.org"]


def test_a_change_takes_the_place_of_what_stood_and_is_in_the_log(session: Session) -> None:
    area = seved(session)
    lesson = a_lesson(session)
    lesson.area_id = area.id
    told = {
        "sv": {"title": "Fråga alla", "tried": "Vi frågade.", "happened": "Alla svarade.", "again": ""},
        "ar": TOLD["ar"],
    }
    facts = Facts(kind="obstacle", stage=1, tags=["asked_early"], programme="URBAN", years="1995")

    lesson_edits.edit(session, lesson, facts, by_language=told, by=karin(session, area), at=NOON)

    shown = lessons.by_number(session, lesson.id, "sv")
    assert (shown.said["title"].text, shown.said["text"].text) == ("Fråga alla", "")
    assert (shown.kind, shown.stage, shown.tags, shown.programme.text) == ("obstacle", 1, ("asked_early",), "URBAN")
    assert session.scalars(select(audit.Act.act).where(audit.Act.act.like("lesson.%"))).all() == ["lesson.changed"]
    assert texts.all_of(session, lesson.texts_id)["ar"]["title"] == "طاولة"


def test_only_the_core_team_changes_a_lesson_of_the_whole_city(session: Session) -> None:
    area = seved(session)
    lesson, nadia = a_lesson(session), people.add(session, name="Nadia", language="sv", level=Level.NEIGHBOUR, at=NOON)
    people.give_role(session, nadia, Role.CORE, area_id=None, at=NOON)

    assert lesson_edits.may_write(session, nadia, lesson.area_id, None)
    assert not lesson_edits.may_write(session, karin(session, area), lesson.area_id, None)
    assert not lesson_edits.may_write(session, None, lesson.area_id, None)


def test_a_lesson_makes_the_pages_of_every_area_anew(session: Session) -> None:
    area, elsewhere = seved(session), lindangen(session)

    write(session, area, karin(session, area))

    assert revisions.named(session, elsewhere.id, ["lessons"]) == "1"


def test_a_reported_lesson_goes_and_comes_back_and_its_author_hears_it_in_arabic(session: Session) -> None:
    area = seved(session)
    lesson = write(session, area, bo_who_leads(session, area))
    look = reportable.public(session, "lesson", lesson.id, "sv", area_id=area.id)

    kept = reportable.KINDS["lesson"].take_down(session, lesson.id, None, NOON)
    with pytest.raises(NotFound):
        lessons.by_number(session, lesson.id, "sv")
    reportable.KINDS["lesson"].put_back(session, lesson.id, kept, NOON)

    assert (look.title, look.language, look.author_language) == ("طاولة", "ar", "ar")
    assert lessons.by_number(session, lesson.id, "sv").id == lesson.id
    assert reportable.look_at(session, "lesson", a_lesson(session).id, "sv") is None, "the city's have no moderators"


def bo_who_leads(session: Session, area: Area) -> Person:
    person = people.add(session, name="بو", language="ar", level=Level.NEIGHBOUR, at=NOON)
    people.give_role(session, person, Role.COORDINATOR, area_id=area.id, at=NOON)
    return person
