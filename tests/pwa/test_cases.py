from __future__ import annotations

import re

from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from backend import case_moves, counting, journal, teams
from tests.conftest import NOON, browser, signed_in
from tests.makers import a_case, a_lesson, an_open_round, ana, bo, karin, lindangen, seved, three_prototypes


def token_in(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, "the page holds no token"
    return found[1]


def statements(app: Flask) -> list[str]:
    """Grows by each statement that the application sends."""
    sent: list[str] = []
    event.listen(app.extensions["engine"], "before_cursor_execute", lambda *given: sent.append(given[2]))
    return sent


def test_cases_are_listed_with_where_they_stand(app: Flask, session: Session) -> None:
    area = seved(session)
    case = a_case(session, area, stage=5)
    case_moves.make(session, case, 4, why={"sv": "Det regnade."}, original="sv", by=karin(session, area), at=NOON)
    session.commit()

    page = browser(app).get("/en/seved/cases/").text

    assert "Young adults in Seved" in page
    assert "Back at stop 4 of 7: options to choose from." in page


def test_a_list_of_cases_takes_four_statements_however_many_there_are(app: Flask, session: Session) -> None:
    area = seved(session)
    counted = []
    for _ in range(2):
        for _ in range(6):
            a_case(session, area)
        session.commit()
        sent = statements(app)
        assert browser(app).get("/en/seved/cases/").status_code == 200
        counted.append(len([one for one in sent if not one.startswith("BEGIN")]))

    assert counted[0] == counted[1] <= 4


def test_a_case_shows_its_seven_stops_and_marks_where_it_is(app: Flask, session: Session) -> None:
    area = seved(session)
    case = a_case(session, area, stage=5)
    three_prototypes(session, case, karin(session, area))
    teams.join(session, case, bo(session, area), name="<b>Bo</b>", at=NOON)
    journal.add(session, case, text="Vi började.", language="sv", by=karin(session, area), at=NOON)
    lesson = a_lesson(session, stage=5)
    session.commit()

    page = browser(app).get(f"/en/seved/cases/{case.id}").text

    assert [int(number) for number in re.findall(r'id="stop-(\d)"', page)] == [1, 2, 3, 4, 5, 6, 7]
    assert page.count('aria-current="step"') == 1
    assert "We are here now" in page
    assert "What happens when we try?" in page
    assert "&lt;b&gt;Bo&lt;/b&gt;" in page
    assert '<p lang="sv" dir="ltr">Vi började.</p>' in page
    assert f"/en/lessons/{lesson.id}" in page
    assert 'style="' not in page


def test_a_case_that_went_back_says_when_and_why(app: Flask, session: Session) -> None:
    area = seved(session)
    case = a_case(session, area, stage=5)
    case_moves.make(session, case, 4, why={"en": "It rained."}, original="en", by=karin(session, area), at=NOON)
    session.commit()

    page = browser(app).get(f"/en/seved/cases/{case.id}").text

    assert 'class="here back"' in page
    assert "We went back here on Monday 23 November." in page
    assert "It rained." in page


def test_the_page_of_a_case_is_the_same_for_everybody(app: Flask, session: Session) -> None:
    area = seved(session)
    round_ = an_open_round(session, area)
    counting.count_closed(session, at=round_.closes_at)
    somebody = signed_in(app, session, ana(session, area))
    address = f"/ar/seved/cases/{round_.case_id}"

    answers = [client.get(address) for client in (browser(app), somebody)]

    assert answers[0].data == answers[1].data
    assert "csrf_token" not in answers[0].text
    assert answers[0].headers["ETag"]


def test_a_case_of_another_area_is_not_found(app: Flask, session: Session) -> None:
    case = a_case(session, seved(session))
    lindangen(session)
    session.commit()

    for address in (f"/en/lindangen/cases/{case.id}", "/en/seved/cases/99999999999999999999"):
        assert browser(app).get(address).status_code == 404


def test_a_name_that_is_refused_stays_in_its_field(app: Flask, session: Session) -> None:
    area = seved(session)
    case = a_case(session, area)
    client = signed_in(app, session, bo(session, area))
    address = f"/en/seved/cases/{case.id}/join"

    answer = client.post(address, data={"csrf_token": token_in(client.get(address).text), "name": "x" * 61})

    assert answer.status_code == 400
    assert f'value="{"x" * 61}"' in answer.text
    assert 'id="name-error"' in answer.text


def test_whoever_is_not_signed_in_is_led_to_the_door_and_back(app: Flask, session: Session) -> None:
    case = a_case(session, seved(session))
    session.commit()

    answer = browser(app).get(f"/en/seved/cases/{case.id}/join")

    assert answer.status_code == 303
    assert f"next=/en/seved/cases/{case.id}/join" in answer.location


def test_a_coordinator_opens_a_case_and_adds_to_it(app: Flask, session: Session) -> None:
    area = seved(session)
    client = signed_in(app, session, karin(session, area))
    token = token_in(client.get("/en/seved/cases/new").text)
    words = {"title_en": "Light on the way home", "title_ar": "ضوء في الطريق", "summary_en": "It is dark."}

    refused = client.post("/en/seved/cases/new", data={"csrf_token": token, "original": "en", "title_ar": "ضوء"})
    made = client.post("/en/seved/cases/new", data={"csrf_token": token, "original": "en", **words})
    prototype = {"title_en": "A lamp", "lines_en": "One lamp, two weeks.", "state": "planned", "picture": "passage"}
    added = client.post(
        f"{made.location}/prototypes/new", data={"csrf_token": token, "original": "en", "cost": "٩٠٠", **prototype}
    )
    page = browser(app).get(made.location).text

    assert refused.status_code == 400
    assert 'value="ضوء"' in refused.text
    assert (made.status_code, added.status_code) == (303, 303)
    assert "A lamp" in page
    assert "900 kronor" in page
    assert "ضوء في الطريق" in browser(app).get(made.location.replace("/en/", "/ar/")).text


def test_a_coordinator_moves_a_case_with_a_reason(app: Flask, session: Session) -> None:
    area = seved(session)
    case = a_case(session, area, stage=5)
    client = signed_in(app, session, karin(session, area))
    address = f"/en/seved/cases/{case.id}/move"
    token = token_in(client.get(address).text)

    refused = [
        client.post(address, data={"csrf_token": token, "to_stage": stage, "why": why}).status_code
        for stage, why in (("6", ""), ("5", "x"), ("9", "x"), ("up", "x"), ("", "x"))
    ]
    moved = client.post(address, data={"csrf_token": token, "to_stage": "6", "why": "People chose."})

    assert refused == [400] * 5
    assert moved.status_code == 303
    page = browser(app).get(moved.location).text
    assert "Stop 6 of 7: Resources." in page
    assert "People chose." in page


def test_residents_and_coordinators_of_elsewhere_lead_no_case(app: Flask, session: Session) -> None:
    area = seved(session)
    case = a_case(session, area)
    clients = [signed_in(app, session, ana(session, area)), signed_in(app, session, karin(session, lindangen(session)))]

    for client in clients:
        for path in ("new", f"{case.id}/move", f"{case.id}/prototypes/new", f"{case.id}/vote/new"):
            assert client.get(f"/en/seved/cases/{path}").status_code == 403
            assert client.post(f"/en/seved/cases/{path}", data={"title_en": "x"}).status_code == 403


def test_the_desk_shows_a_coordinators_own_areas_only(app: Flask, session: Session) -> None:
    area, elsewhere = seved(session), lindangen(session)
    a_case(session, elsewhere)
    an_open_round(session, area)
    client = signed_in(app, session, karin(session, area))

    page = client.get("/en/coordination/")

    assert page.status_code == 200
    assert "What should we go on with?" in page.text
    assert "Lindängen" not in page.text
    assert signed_in(app, session, ana(session, area)).get("/en/coordination/").status_code == 403


def test_lessons_are_sifted_by_links(app: Flask, session: Session) -> None:
    worked, obstacle = a_lesson(session, kind="worked", stage=2), a_lesson(session, kind="obstacle", stage=5)
    session.commit()
    client = browser(app)

    pages = {
        query: client.get(f"/en/lessons/{query}").text for query in ("", "?stage=2", "?state=obstacle", "?stage=x")
    }

    shown = {query: set(re.findall(r"/en/lessons/(\d+)", page)) for query, page in pages.items()}
    assert shown[""] == shown["?stage=x"] == {str(worked.id), str(obstacle.id)}
    assert shown["?stage=2"] == {str(worked.id)}
    assert shown["?state=obstacle"] == {str(obstacle.id)}
    assert "Blommanpengarna" in client.get(f"/en/lessons/{worked.id}").text
    assert client.get("/en/lessons/999").status_code == 404


def test_a_member_writes_in_the_journal_and_others_may_not(app: Flask, session: Session) -> None:
    area = seved(session)
    case, member = a_case(session, area), bo(session, area)
    teams.join(session, case, member, name="Bosse", at=NOON)
    client, address = signed_in(app, session, member), f"/en/seved/cases/{case.id}/journal/new"
    token = token_in(client.get(address).text)

    empty = client.post(address, data={"csrf_token": token, "text": " "})
    written = client.post(address, data={"csrf_token": token, "text": "We began.\n<script>"})

    assert (empty.status_code, written.status_code) == (400, 303)
    page = browser(app).get(f"/en/seved/cases/{case.id}").text
    assert "&lt;script&gt;" in page
    assert "Written by <bdi>Bosse</bdi></p>" in page
    assert signed_in(app, session, ana(session, area)).get(address).status_code == 403


def test_a_coordinator_tells_how_a_prototype_went(app: Flask, session: Session) -> None:
    area = seved(session)
    case = a_case(session, area)
    table = three_prototypes(session, case, karin(session, area))[0]
    client = signed_in(app, session, karin(session, area))
    address = f"/sv/seved/cases/{case.id}/prototypes/{table.id}/tell"
    said = {"csrf_token": token_in(client.get(address).text), "seen": "24 kom.", "next": "Tak över bordet."}

    refused = client.post(address, data={**said, "state": "gone"})
    told = client.post(address, data={**said, "state": "works"})

    assert (refused.status_code, told.status_code) == (400, 303)
    page = browser(app).get(f"/sv/seved/cases/{case.id}").text
    assert "24 kom." in page
    assert "Tak över bordet." in page
