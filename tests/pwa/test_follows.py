from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import case_moves, follows, notices
from backend.areas import Area
from backend.cases import Case
from backend.notices import Notice
from backend.people import Person
from tests.conftest import NOON, browser, signed_in
from tests.makers import a_case, bo, karin, lindangen, seved
from tests.pwa.test_cases import token_in


@pytest.fixture
def area(session: Session) -> Area:
    return seved(session)


@pytest.fixture
def case(session: Session, area: Area) -> Case:
    return a_case(session, area, stage=5)


def test_a_neighbour_follows_a_case_and_stops_again(app: Flask, session: Session, area: Area, case: Case) -> None:
    person = bo(session, area)
    client, address = signed_in(app, session, person), f"/en/seved/cases/{case.id}/follow"

    client.post(address)
    followed, page = follows.followed(session, person, "case"), client.get(address).text
    client.post(address, data={"undo": "1"})
    session.rollback()

    assert followed == {case.id}
    assert "You follow this case." in page
    assert follows.followed(session, person, "case") == set()


def test_a_guest_follows_too_and_the_page_of_the_case_leads_there(app: Flask, session: Session, case: Case) -> None:
    session.commit()
    client, address = browser(app), f"/sv/seved/cases/{case.id}/follow"

    answer = client.post(address)

    assert answer.status_code == 303
    assert follows.count(session, "case", case.id) == 1
    assert f'href="{address}"' in client.get(f"/sv/seved/cases/{case.id}").text


def test_a_case_of_another_area_is_not_followed_here(app: Flask, session: Session, case: Case) -> None:
    lindangen(session)
    session.commit()

    assert browser(app).post(f"/sv/lindangen/cases/{case.id}/follow").status_code == 404


def test_followers_hear_of_a_move_in_their_own_languages(app: Flask, session: Session, area: Area, case: Case) -> None:
    readers = [bo(session, area), bo(session, area, language="ar")]
    for person in readers:
        signed_in(app, session, person).post(f"/sv/seved/cases/{case.id}/follow")
    client = signed_in(app, session, karin(session, area))
    address = f"/sv/seved/cases/{case.id}/move"
    shown = client.get(address).text

    client.post(address, data={"csrf_token": token_in(shown), "to_stage": "4", "why": "Det regnade för mycket."})

    [told] = session.scalars(select(Notice).where(Notice.kind == "case_moved")).all()
    assert (told.audience, told.audience_id) == ("case", case.id)
    assert follows.count(session, "case", case.id) == len(readers)
    said = {person.language: notices.message(session, told, person.language) for person in readers}
    assert said["sv"].path == f"/sv/seved/cases/{case.id}#line"
    assert said["ar"].path == f"/ar/seved/cases/{case.id}#line"
    assert said["sv"].body != said["ar"].body
    for tag, message in said.items():
        assert "\u2068Det regnade för mycket.\u2069" in message.body, tag


def test_the_form_for_moving_says_what_is_usual_and_what_is_missing(
    app: Flask, session: Session, area: Area, case: Case
) -> None:
    client = signed_in(app, session, karin(session, area))

    page = client.get(f"/en/seved/cases/{case.id}/move").text

    assert "Something was tried at least once." in page
    assert "It is missing." in page
    assert "Nothing here stops it." in page


def test_a_move_can_be_told_though_nobody_follows(session: Session, area: Area, case: Case) -> None:
    by: Person = karin(session, area)

    case_moves.make(session, case, 6, why={"sv": "Ja"}, original="sv", by=by, at=NOON)

    assert follows.count(session, "case", case.id) == 0
