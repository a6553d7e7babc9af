"""We saw that ...: who draws things together, what it rests on, and who hears of it."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import follows, insight_patterns, insights, notices, reportable, reports, teams
from backend.areas import Area
from backend.cases import Case
from backend.errors import Conflict, NotAllowed, NotFound, Refusal
from backend.insight_patterns import ADDED, Pattern
from backend.moderation import Decision
from backend.notices import Notice
from backend.people import Person
from tests.conftest import NOON
from tests.makers import a_case, an_insight, ana, bo, karin, mira, read, seved

SAID = {"sv": {"text": "Alla går runt torget."}, "ar": {"text": "الجميع يلتفون حول الساحة."}}


@pytest.fixture
def area(session: Session) -> Area:
    return seved(session)


@pytest.fixture
def case(session: Session, area: Area) -> Case:
    return a_case(session, area)


@pytest.fixture
def lead(session: Session, area: Area) -> Person:
    return karin(session, area)


def draw(session: Session, case: Case, by: Person, **changed: object) -> Pattern:
    if "insights" not in changed:
        changed["insights"] = [an_insight(session, case, by, f"Sak {number}").id for number in range(2)]
    values = {"by_language": SAID, "original": "sv", "by": by, "at": NOON, **changed}
    return insight_patterns.draw(session, case, **values)


def test_each_reader_reads_it_in_their_language_with_what_it_rests_on(
    session: Session, case: Case, lead: Person
) -> None:
    pattern = draw(session, case, lead)

    for language in ("sv", "ar"):
        [shown] = insight_patterns.of_case(session, case.id, language)
        assert (shown.number, str(shown.text)) == (pattern.id, SAID[language]["text"])
        assert shown.insights == sorted(insight_patterns.insights_of(session, pattern))


def test_followers_hear_it_in_two_languages_and_nobody_once_it_is_taken_down(
    session: Session, area: Area, case: Case, lead: Person
) -> None:
    for person in (ana(session, area), bo(session, area)):
        follows.follow(session, person, "case", case.id, at=NOON)
    pattern = draw(session, case, lead)
    notice = session.scalars(select(Notice).where(Notice.kind == ADDED)).one()

    arabic, swedish = (notices.message(session, notice, language) for language in ("ar", "sv"))

    assert SAID["ar"]["text"] in arabic.body and arabic.path.startswith("/ar/")
    assert SAID["sv"]["text"] in swedish.body and swedish.path.startswith("/sv/")
    pattern.is_hidden = True
    with pytest.raises(NotFound):
        notices.message(session, notice, "sv")


def test_the_team_draws_too_and_nobody_else(session: Session, area: Area, case: Case, lead: Person) -> None:
    told = [an_insight(session, case, lead, f"Sak {number}").id for number in range(2)]
    member = bo(session, area)
    teams.join(session, case, member, name="Bo", at=NOON)

    assert draw(session, case, member, insights=told)
    for other in (ana(session, area), mira(session, area)):
        with pytest.raises(NotAllowed):
            draw(session, case, other, insights=told)


def test_it_rests_on_two_or_more_of_this_case_that_are_public(
    session: Session, area: Area, case: Case, lead: Person
) -> None:
    public = an_insight(session, case, lead).id
    waiting = an_insight(session, case, ana(session, area), "Väntar").id
    elsewhere = an_insight(session, a_case(session, area), lead, "En annan").id

    for wrong in ([], [public], [public, waiting], [public, elsewhere], [public, public], [public, 2**40], range(50)):
        with pytest.raises(Refusal) as refused:
            draw(session, case, lead, insights=wrong)
        assert refused.value.field == "insights"


def test_it_needs_words_in_its_first_language_alone(session: Session, case: Case, lead: Person) -> None:
    draw(session, case, lead, by_language={"ar": SAID["ar"]}, original="ar")

    with pytest.raises(Refusal) as refused:
        draw(session, case, lead, by_language={"sv": {"text": "Ja."}, "ar": {"text": " "}}, original="ar")
    assert refused.value.field == "text"


def test_the_same_sending_twice_is_one_pattern(session: Session, area: Area, case: Case, lead: Person) -> None:
    key = str(uuid4())
    told = [an_insight(session, case, lead, f"Sak {number}").id for number in range(2)]

    first, again = (draw(session, case, lead, insights=told, client_uuid=key) for _ in range(2))

    assert again.id == first.id
    member = bo(session, area)
    teams.join(session, case, member, name="Bo", at=NOON)
    with pytest.raises(Conflict):
        draw(session, case, member, insights=told, client_uuid=key)


def test_what_is_taken_back_is_no_source_and_the_sentence_stays(session: Session, case: Case, lead: Person) -> None:
    pattern = draw(session, case, lead)
    first, second = sorted(insight_patterns.insights_of(session, pattern))

    insights.take_back(session, insights.by_number(session, first), by=lead, at=NOON)

    assert insight_patterns.of_case(session, case.id, "sv")[0].insights == [second]


def test_it_is_reported_taken_down_and_its_writer_reads_why(
    session: Session, area: Area, case: Case, lead: Person
) -> None:
    pattern = draw(session, case, lead)
    assert reportable.look_at(session, "pattern", pattern.id, "ar").text == SAID["ar"]["text"]
    report = reports.report(
        session, area_id=area.id, kind="pattern", number=pattern.id, by=ana(session, area), reason="hate",
        words="", language="ar", at=NOON,
    )  # fmt: skip

    read(session, "report", report.thing_id, mira(session, area), Decision.NOT_PUBLISHED, reason="hate")

    assert insight_patterns.of_case(session, case.id, "sv") == []
    told = session.scalars(select(Notice).where(Notice.kind == "taken_down")).one()
    assert told.audience_id == lead.id
    assert notices.message(session, told, "sv").path == f"/sv/seved/appeals/new/pattern/{pattern.id}"
