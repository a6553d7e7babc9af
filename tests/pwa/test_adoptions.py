from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from backend import adoption_reports, adoptions
from backend.cases import Case
from tests.conftest import NOON, browser, signed_in
from tests.makers import a_case, a_handed_over_case, karin, lindangen, seved
from tests.pwa.test_cases import token_in


def test_a_coordinator_of_another_area_takes_a_case_up_and_tells_how_it_goes(app: Flask, session: Session) -> None:
    here, there = seved(session), lindangen(session)
    case = a_handed_over_case(session, here, karin(session, here))
    client = signed_in(app, session, karin(session, there))
    token = token_in(client.get(f"/en/cases/{case.id}/adopt").text)
    values = {"csrf_token": token, "solution": "0", "to_area": str(there.id), "stage": "5"}

    first, second = (client.post(f"/en/cases/{case.id}/adopt", data=values) for _ in range(2))
    told = {"csrf_token": token, "state": "works", "original": "en", "text_en": "All talk.", "text_ar": "الكل يتحدث."}
    client.post(f"{first.location}/adoption/tell", data=told)
    said = {"csrf_token": token, "original": "en", "title_en": "The table", "changes_en": "We eat inside."}
    assert "Young adults in Seved" in client.get(f"{first.location}/adoption").text
    client.post(f"{first.location}/adoption", data=said)

    assert first.location == second.location and first.location.startswith("/en/lindangen/cases/")
    new = browser(app).get(first.location).text
    assert "Comes from" in new and f"/en/seved/cases/{case.id}" in new
    source = browser(app).get(f"/ar/seved/cases/{case.id}/spread/").text
    assert "الكل يتحدث." in source and "We eat inside." in source
    assert f'href="/ar{first.location[3:]}"' in source


def test_nobody_takes_something_up_into_an_area_that_they_do_not_coordinate(app: Flask, session: Session) -> None:
    here, there = seved(session), lindangen(session)
    case = a_handed_over_case(session, here, karin(session, here))
    client = signed_in(app, session, karin(session, here))
    page = client.get(f"/en/cases/{case.id}/adopt").text

    values = {"csrf_token": client.get("/en/me/mine").json["token"], "solution": "0", "stage": "4"}

    for area in (there.id, here.id, 99):
        answer = client.post(f"/en/cases/{case.id}/adopt", data={**values, "to_area": str(area)})
        assert answer.status_code in (400, 403)

    assert "You coordinate no other area" in page
    assert session.scalar(select(func.count()).select_from(Case)) == 1


def test_a_case_without_a_solution_is_not_offered(app: Flask, session: Session) -> None:
    here, there = seved(session), lindangen(session)
    case = a_case(session, here)
    client = signed_in(app, session, karin(session, there))

    assert "Nothing works there so far." in client.get(f"/en/cases/{case.id}/adopt").text
    public = browser(app).get(f"/en/seved/cases/{case.id}/spread/").text
    assert "Others can take it up once something works here." in public
    assert f"/en/cases/{case.id}/adopt" not in public


def test_the_page_of_spread_takes_as_many_statements_however_much_was_told(app: Flask, session: Session) -> None:
    here, there = seved(session), lindangen(session)
    case, lead = a_handed_over_case(session, here, karin(session, here)), karin(session, there)
    made = adoptions.adopt(session, case, there, prototype_id=None, stage=4, by=lead, at=NOON)
    counted = []
    for _ in range(2):
        for _ in range(3):
            adoption_reports.add(
                session, adoptions.of_new_case(session, made.id), state="works", by_language={"sv": {"text": "Bra"}},
                original="sv", by=lead, at=NOON,
            )  # fmt: skip
        session.commit()
        sent: list[str] = []
        event.listen(app.extensions["engine"], "before_cursor_execute", lambda *given, to=sent: to.append(given[2]))
        assert browser(app).get(f"/sv/seved/cases/{case.id}/spread/").status_code == 200
        counted.append(len([one for one in sent if not one.startswith("BEGIN")]))

    assert counted[0] == counted[1]


@pytest.mark.parametrize("tag", ["sv", "ar"])
def test_a_finished_case_is_drawn_with_all_seven_stops_behind_it(app: Flask, session: Session, tag: str) -> None:
    area = seved(session)
    case = a_case(session, area, stage=7)
    client = signed_in(app, session, karin(session, area))
    base = f"/{tag}/seved/cases/{case.id}"
    token = token_in(client.get(f"{base}/finish").text)

    empty = client.post(f"{base}/finish", data={"csrf_token": token, "word": " "})
    ended = client.post(f"{base}/finish", data={"csrf_token": token, "word": "Bordet står kvar."})
    page, listed = browser(app).get(base).text, browser(app).get(f"/{tag}/seved/cases/").text
    moved = client.post(f"{base}/move", data={"csrf_token": token, "to_stage": "5", "why": "Om igen."})
    opened = client.post(f"{base}/reopen", data={"csrf_token": token, "word": "Det regnar in."})

    assert [one.status_code for one in (empty, ended, moved, opened)] == [400, 303, 400, 303]
    assert page.count('<i class="done"></i>') == listed.count('<i class="done"></i>') == 7
    assert "Bordet står kvar." in page and 'aria-current="step"' not in page
    assert 'aria-current="step"' in browser(app).get(base).text


def test_the_area_of_a_case_that_came_from_elsewhere_alone_may_change_its_words(app: Flask, session: Session) -> None:
    here, there = seved(session), lindangen(session)
    first, lead = a_handed_over_case(session, here, karin(session, here)), karin(session, there)
    made = adoptions.adopt(session, first, there, prototype_id=None, stage=4, by=lead, at=NOON)
    client = signed_in(app, session, karin(session, here))

    assert client.get(f"/en/lindangen/cases/{made.id}/adoption").status_code == 403
    assert client.get(f"/en/lindangen/cases/{made.id}/adoption/tell").status_code == 403
    assert client.get(f"/en/seved/cases/{first.id}/adoption").status_code == 404
