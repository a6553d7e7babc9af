from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from backend import adoptions, case_moves, database, people
from backend.areas import Area
from backend.cases import Case
from backend.people import Level, Role
from tests.conftest import browser, signed_in
from tests.makers import (
    a_case,
    a_handed_over_case,
    a_need,
    an_ambassador,
    ana,
    karin,
    lindangen,
    mira,
    seved,
    three_prototypes,
)
from tests.pwa.test_cases import statements


@pytest.fixture
def area(session: Session) -> Area:
    return seved(session)


@pytest.fixture
def case(session: Session, area: Area) -> Case:
    made, lead = a_case(session, area, stage=5), karin(session, area)
    an_ambassador(session, made, ana(session, area))
    a_need(session, made, lead, by_language={"sv": {"words": "Tio <b>stolar</b>"}})
    three_prototypes(session, made, lead)[0].state = "works"
    return made


def test_the_core_team_reads_of_every_area(app: Flask, session: Session, area: Area, case: Case) -> None:
    other = a_case(session, lindangen(session), stage=4)
    at = database.now()
    core = people.add(session, name="Kim", language="en", level=Level.NEIGHBOUR, at=at)
    people.give_role(session, core, Role.CORE, area_id=None, at=at)
    case_moves.make(session, other, 3, why={"en": "?"}, original="en", by=core, at=at - timedelta(days=91))
    case_moves.make(session, other, 4, why={"en": "?"}, original="en", by=core, at=at - timedelta(days=90))

    page = signed_in(app, session, core).get("/en/core/").text

    assert "Ana" in page
    assert "Tio &lt;b&gt;stolar&lt;/b&gt;" in page
    assert "The other still looks for a solution." in page
    assert "It has no team yet" in page
    assert "It has been here for 90 days" in page
    assert "A long time here" in page
    assert 'aria-current="page"' in page


def test_only_coordinators_and_the_core_team_come_in(app: Flask, session: Session, area: Area) -> None:
    lets = {
        name: signed_in(app, session, maker(session, area)).get("/en/core/").status_code
        for name, maker in (("resident", ana), ("moderator", mira), ("coordinator", karin))
    }

    assert lets == {"resident": 403, "moderator": 403, "coordinator": 200}
    assert browser(app).get("/en/core/").status_code == 303


def test_the_public_reads_the_same_without_names(app: Flask, session: Session, area: Area, case: Case) -> None:
    session.commit()

    answer = browser(app).get("/en/cases/")

    assert "Young adults in Seved" in answer.text
    assert "It looks for:" in answer.text
    assert "Tio &lt;b&gt;stolar" in answer.text
    assert "Ana" not in answer.text
    assert "csrf_token" not in answer.text
    assert answer.headers["ETag"]


def test_the_public_page_is_new_when_a_case_moves_or_a_solution_spreads(
    app: Flask, session: Session, area: Area
) -> None:
    there, source = lindangen(session), a_handed_over_case(session, area, karin(session, area))
    session.commit()
    client = browser(app)
    marks = [client.get("/sv/cases/").headers["ETag"]]

    adoptions.adopt(session, source, there, prototype_id=None, stage=4, by=karin(session, there), at=database.now())
    session.commit()
    page = client.get("/sv/cases/")

    assert page.headers["ETag"] not in marks
    assert 'aria-labelledby="spread"' in page.text


def test_the_public_page_takes_as_many_statements_for_many_cases(app: Flask, session: Session, area: Area) -> None:
    taken = []
    for _ in range(2):
        for _ in range(4):
            a_need(session, a_case(session, area), karin(session, area))
        session.commit()
        sent = statements(app)
        assert browser(app).get("/ar/cases/").status_code == 200
        taken.append(len([one for one in sent if not one.startswith("BEGIN")]))

    assert taken[0] == taken[1] <= 10
