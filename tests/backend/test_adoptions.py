from __future__ import annotations

import threading

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from backend import (
    adoption_reports,
    adoptions,
    areas,
    cases,
    database,
    notices,
    people,
    prototypes,
    reportable,
    stage_checks,
    texts,
)
from backend.adoptions import Adoption
from backend.areas import Area
from backend.cases import Case, Stage
from backend.errors import NotAllowed, NotFound, Refusal
from backend.notices import Notice
from backend.people import Person
from tests.conftest import NOON
from tests.makers import (
    a_case,
    a_handed_over_case,
    a_lesson,
    bo,
    in_the_team,
    karin,
    lindangen,
    seved,
    three_prototypes,
)


def two_areas(session: Session) -> tuple[Area, Area, Person, Person]:
    """Seved and Lindängen, with a coordinator each."""
    here, there = seved(session), lindangen(session)
    return here, there, karin(session, here), karin(session, there)


def adopt(session: Session, case: Case, area: Area, by: Person, **changed: object) -> Case:
    values = {"prototype_id": None, "stage": 4, "at": NOON}
    return adoptions.adopt(session, case, area, by=by, **{**values, **changed})


def test_another_area_takes_a_case_up_with_its_texts_in_all_languages(session: Session) -> None:
    here, there, lead, other = two_areas(session)
    case = a_handed_over_case(session, here, lead)

    made = adopt(session, case, there, other)

    assert (made.area_id, made.stage) == (there.id, 4)
    assert cases.texts_of(session, made, "sv")["title"].text == "Unga vuxna i Seved"
    assert cases.texts_of(session, made, "en")["summary"].text == "Many want a job."
    assert not cases.texts_of(session, made, "sv")["here"]
    assert adoptions.origin(session, made.id, "en").title.text == "Young adults in Seved"
    [one] = adoptions.taken_up(session, case.id, "sv")
    assert (one.case_id, one.area_id, one.state) == (made.id, there.id, "trying")


def test_a_prototype_that_works_is_taken_up_under_its_own_name(session: Session) -> None:
    here, there, lead, other = two_areas(session)
    case = a_case(session, here)
    table, call, _ = three_prototypes(session, case, lead)

    with pytest.raises(Refusal):
        adopt(session, case, there, other, prototype_id=table.id)
    prototypes.change_state(session, table, "works", by=lead, at=NOON)
    with pytest.raises(Refusal):
        adopt(session, case, there, other, prototype_id=call.id)
    made = adopt(session, case, there, other, prototype_id=table.id)

    said = cases.texts_of(session, made, "sv")
    assert (said["title"].text, said["summary"].text) == ("Bordet", "Mat.\nVarje torsdag.")


def test_what_can_be_taken_up_is_the_case_with_an_owner_and_what_works(session: Session) -> None:
    here, _, lead, _ = two_areas(session)
    case = a_handed_over_case(session, here, lead)
    table, *_ = three_prototypes(session, case, lead)
    prototypes.change_state(session, table, "works", by=lead, at=NOON)

    assert [number for number, _ in adoptions.solutions(session, case, "sv")] == [0, table.id]
    assert adoptions.is_offered(session, case)
    assert not adoptions.is_offered(session, a_case(session, here))
    assert adoptions.solutions(session, a_case(session, here), "sv") == []


def test_only_coordinators_of_another_area_take_it_up(session: Session) -> None:
    here, there, lead, other = two_areas(session)
    case = a_handed_over_case(session, here, lead)

    for by in (lead, bo(session, there)):
        with pytest.raises(NotAllowed):
            adopt(session, case, there, by)
    with pytest.raises(Refusal):
        adopt(session, case, here, lead)
    with pytest.raises(Refusal):
        adopt(session, case, there, other, stage=9)

    assert session.scalar(select(func.count()).select_from(Adoption)) == 0
    assert (adoptions.may_adopt(other, case, there), adoptions.may_adopt(lead, case, there)) == (True, False)


def test_taking_it_up_twice_leads_to_the_case_that_there_is(session: Session) -> None:
    here, there, lead, other = two_areas(session)
    case = a_handed_over_case(session, here, lead)

    first, second = (adopt(session, case, there, other) for _ in range(2))

    assert first is second
    assert session.scalar(select(func.count()).select_from(Case)) == 2


def test_of_two_coordinators_at_once_the_key_lets_one_open_it(session: Session, engine: Engine) -> None:
    here, there, lead, other = two_areas(session)
    case = a_handed_over_case(session, here, lead)
    session.commit()
    made: list[int] = []

    def take_up() -> None:
        with database.sessions(engine)() as own, database.transaction(own):
            source, area, by = cases.by_number(own, case.id), areas.by_id(own, there.id), people.by_id(own, other.id)
            made.append(adopt(own, source, area, by).id)

    threads = [threading.Thread(target=take_up) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert len(made) == 4 and len(set(made)) == 1
    assert session.scalar(select(func.count()).select_from(Case)) == 2


def test_followers_of_both_hear_how_it_goes(session: Session) -> None:
    here, there, lead, other = two_areas(session)
    case = a_handed_over_case(session, here, lead)
    made = adopt(session, case, there, other)
    adoption, said = (
        adoptions.of_new_case(session, made.id),
        {"sv": {"text": "Alla pratar."}, "ar": {"text": "الكل يتحدث."}},
    )

    adoption_reports.add(session, adoption, state="works", by_language=said, original="sv", by=other, at=NOON)

    heard = session.scalars(select(Notice).where(Notice.kind == "adoption_told").order_by(Notice.id)).all()
    assert [(one.audience, one.audience_id) for one in heard] == [("case", case.id), ("case", made.id)]
    first, second = (notices.message(session, one, tag) for one, tag in zip(heard, ("sv", "ar"), strict=True))
    assert "Alla pratar." in first.body and first.path.startswith(f"/sv/seved/cases/{case.id}#")
    assert "الكل يتحدث." in second.body and second.path.startswith(f"/ar/lindangen/cases/{made.id}#")
    adopted = session.scalars(select(Notice).where(Notice.kind == "case_adopted")).one()
    assert "Lindängen" in notices.message(session, adopted, "ar").body


def test_the_first_case_shows_what_is_told_newest_first(session: Session) -> None:
    here, there, lead, other = two_areas(session)
    case = a_handed_over_case(session, here, lead)
    made = adopt(session, case, there, other)
    adoption, member = adoptions.of_new_case(session, made.id), bo(session, there)
    in_the_team(session, made, member)
    for state, by in (("trying", other), ("stopped", member)):
        adoption_reports.add(
            session, adoption, state=state, by_language={"sv": {"text": state}}, original="sv", by=by, at=NOON
        )

    told = adoption_reports.from_elsewhere(session, case.id, "sv")

    assert [(one.state, one.text.text, one.case_id) for one in told] == [
        ("stopped", "stopped", made.id), ("trying", "trying", made.id),
    ]  # fmt: skip
    assert adoptions.taken_up(session, case.id, "sv")[0].state == "stopped"
    assert [one.id for one in adoption_reports.of_new_case(session, made.id, "sv")] == [one.id for one in told]


@pytest.mark.parametrize(
    ("field", "changed"), [("state", {"state": "great"}), ("text", {"by_language": {"sv": {"text": " "}}})]
)
def test_what_is_told_needs_a_state_and_words(session: Session, field: str, changed: dict[str, object]) -> None:
    here, there, lead, other = two_areas(session)
    made = adopt(session, a_handed_over_case(session, here, lead), there, other)
    values = {"state": "works", "by_language": {"sv": {"text": "Bra"}}, "original": "sv", "by": other, "at": NOON}
    adoption = adoptions.of_new_case(session, made.id)

    with pytest.raises(Refusal) as refusal:
        adoption_reports.add(session, adoption, **{**values, **changed})
    with pytest.raises(NotAllowed):
        adoption_reports.add(session, adoption, **{**values, "by": lead})

    assert refusal.value.field == field


def test_the_new_area_says_in_its_own_words_what_is_different(session: Session) -> None:
    here, there, lead, other = two_areas(session)
    case = a_handed_over_case(session, here, lead)
    made = adopt(session, case, there, other)
    adoption = adoptions.of_new_case(session, made.id)
    said = {"sv": {"title": "Unga på torget", "summary": "", "changes": "Vi äter inne."}, "en": {"title": ""}}

    adoptions.change(session, adoption, by_language=said, original="sv", by=other, at=NOON)

    assert cases.texts_of(session, made, "en")["title"].text == "Unga på torget"
    assert cases.texts_of(session, case, "sv")["title"].text == "Unga vuxna i Seved"
    assert adoptions.taken_up(session, case.id, "ar")[0].changes.text == "Vi äter inne."
    with pytest.raises(NotAllowed):
        adoptions.change(session, adoption, by_language=said, original="sv", by=lead, at=NOON)
    with pytest.raises(Refusal):
        adoptions.change(session, adoption, by_language={"sv": {"title": " "}}, original="sv", by=other, at=NOON)


def test_a_chain_is_shown_one_step_each_way(session: Session) -> None:
    here, there, lead, other = two_areas(session)
    third = areas.add(session, name="Herrgården", at=NOON)
    first = a_handed_over_case(session, here, lead)
    second = adopt(session, first, there, other)
    prototype = prototypes.add(
        session, second, by_language={"sv": {"title": "Bordet", "lines": "Mat."}}, original="sv", state="works",
        by=other, at=NOON,
    )  # fmt: skip
    last = adopt(session, second, third, karin(session, third), prototype_id=prototype.id)

    assert adoptions.origin(session, first.id, "sv") is None
    assert adoptions.origin(session, last.id, "sv").case_id == second.id
    assert [one.case_id for one in adoptions.taken_up(session, first.id, "sv")] == [second.id]
    with pytest.raises(NotFound):
        adoptions.of_new_case(session, first.id)


def test_what_stage_seven_looks_for(session: Session) -> None:
    here, there, lead, other = two_areas(session)
    case, owned = a_case(session, here, stage=7), a_handed_over_case(session, here, lead)
    lesson = a_lesson(session)

    def looks(number: int) -> list[bool]:
        return [one.is_there for one in stage_checks.of_case(session, number, Stage.SPREAD)]

    before = looks(case.id)
    table, *_ = three_prototypes(session, case, lead)
    prototypes.change_state(session, table, "works", by=lead, at=NOON)
    adopt(session, case, there, other, prototype_id=table.id)
    lesson.case_id = case.id
    session.flush()

    assert before == [False, False]
    assert (looks(case.id), looks(owned.id)) == ([True, True], [False, True])


def test_what_was_told_goes_after_a_report_and_comes_back(session: Session) -> None:
    here, there, lead, other = two_areas(session)
    case = a_handed_over_case(session, here, lead)
    made = adopt(session, case, there, other)
    report = adoption_reports.add(
        session, adoptions.of_new_case(session, made.id), state="works", by_language={"sv": {"text": "Bra"}},
        original="sv", by=other, at=NOON,
    )  # fmt: skip
    kind = reportable.KINDS["adoption_report"]

    look = reportable.public(session, "adoption_report", report.id, "sv", area_id=there.id)
    kind.take_down(session, report.id, None, NOON)
    gone = adoption_reports.from_elsewhere(session, case.id, "sv")
    kind.put_back(session, report.id, {}, NOON)

    assert look.text == "Bra" and look.path == f"/sv/lindangen/cases/{made.id}/spread/"
    assert gone == [] and len(adoption_reports.from_elsewhere(session, case.id, "sv")) == 1
    assert texts.read_one(session, report.texts_id, "ar")["text"].language == "sv"
