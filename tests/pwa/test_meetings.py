"""Pages of meetings: read by anybody, answered without an account, announced by coordinators."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from backend import coming, database, follows, meetings, queue
from backend.meetings import Meeting
from backend.notices import Notice
from backend.settings import Settings
from tests.conftest import browser, signed_in
from tests.makers import a_case, a_meeting, a_phone, ana, bo, karin, mira, seved

TYPED = {
    "original": "sv", "title_sv": "Vad ska gården bli?", "title_ar": "ماذا نريد للساحة؟", "place_sv": "Torget",
    "about_sv": "Kom och bygg.", "day": "2090-11-23", "clock": "17:30", "minutes": "120", "interpreters": ["ar", "so"],
    "client_uuid": "8f14e45f-ceea-467f-a9f1-0123456789ab",
}  # fmt: skip
NEW = "/sv/seved/meetings/new"


def soon(session: Session, area: Any, **changed: Any) -> Meeting:
    now = database.now()
    return a_meeting(session, area, karin(session, area), at=now, starts_at=now + timedelta(days=3), **changed)


def posted(client: FlaskClient, **changed: Any) -> Any:
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(NEW).text)
    assert token
    return client.post(NEW, data={**TYPED, "csrf_token": token[1], **changed})


def test_a_meeting_is_shown_in_the_readers_language(session: Session, client: FlaskClient) -> None:
    area = seved(session)
    case = a_case(session, area)
    meeting = soon(session, area, interpreters=["ar", "so"], has_childcare=True, seats=40, case_id=case.id)
    session.commit()

    swedish = client.get(f"/sv/seved/meetings/{meeting.id}").text
    arabic = client.get(f"/ar/seved/meetings/{meeting.id}").text

    assert "Vad ska gården bli?" in swedish
    assert "arabiska" in swedish
    assert "somaliska" in swedish
    assert "Unga vuxna i Seved" in swedish
    assert "ماذا نريد للساحة؟" in arabic
    assert 'dir="rtl"' in arabic
    assert "Vad ska gården bli?" in client.get("/sv/seved/meetings/").text


@pytest.mark.parametrize("path", ["999", "999/coming", "999.ics", "99999999999999999999"])
def test_meetings_that_are_not_there(session: Session, client: FlaskClient, path: str) -> None:
    seved(session)
    session.commit()

    assert client.get(f"/sv/seved/meetings/{path}").status_code == 404


def test_public_pages_are_the_same_for_everybody(session: Session, app: Flask, client: FlaskClient) -> None:
    area = seved(session)
    meeting = soon(session, area)
    mine = signed_in(app, session, karin(session, area))

    for path in (f"/sv/seved/meetings/{meeting.id}", "/sv/seved/meetings/"):
        assert mine.get(path).data == client.get(path).data
        assert "Set-Cookie" not in client.get(path).headers


def test_whoever_has_no_account_can_come_and_take_it_back(session: Session, client: FlaskClient) -> None:
    meeting = soon(session, seved(session), seats=3)
    session.commit()
    page = f"/sv/seved/meetings/{meeting.id}/coming"

    assert client.post(page, data={"how_many": "2"}).status_code == 303
    assert coming.count(session, meeting) == 2
    session.commit()
    assert "2" in client.get(page).text
    assert client.post(page, data={"undo": "1"}).status_code == 303

    assert coming.count(session, meeting) == 0


@pytest.mark.parametrize("how_many", ["", "0", "11", "two", "1e9", "\x00"])
def test_numbers_that_make_no_sense_change_nothing(session: Session, client: FlaskClient, how_many: str) -> None:
    meeting = soon(session, seved(session))
    session.commit()

    answer = client.post(f"/sv/seved/meetings/{meeting.id}/coming", data={"how_many": how_many})

    assert (answer.status_code, coming.count(session, meeting)) == (400, 0)


def test_another_site_says_nothing_in_my_name(session: Session, app: Flask) -> None:
    meeting = soon(session, seved(session))
    session.commit()
    elsewhere = browser(app)
    elsewhere.environ_base["HTTP_SEC_FETCH_SITE"] = "cross-site"

    answer = elsewhere.post(f"/sv/seved/meetings/{meeting.id}/coming", data={"how_many": "1"})

    assert (answer.status_code, coming.count(session, meeting)) == (403, 0)


def test_a_calendar_file_comes_in_the_readers_language(session: Session, client: FlaskClient) -> None:
    meeting = soon(session, seved(session))
    session.commit()

    answer = client.get(f"/ar/seved/meetings/{meeting.id}.ics")

    assert answer.content_type == "text/calendar; charset=utf-8"
    assert "ماذا نريد للساحة؟" in answer.text
    assert f"/ar/seved/meetings/{meeting.id}" in answer.text


def test_a_coordinator_announces_and_sees_who_is_told(session: Session, app: Flask, surroundings: Settings) -> None:
    area = seved(session)
    for person in (ana(session, area), bo(session, area)):
        follows.follow(session, person, "area", area.id, at=database.now())
        a_phone(session, person, surroundings, at=database.now())
    client = signed_in(app, session, karin(session, area))

    page = client.get(NEW).text
    answer = posted(client)

    assert re.search(r'<button class="button big">[^<]*2', page), "the button says how many it reaches"
    assert answer.status_code == 303
    meeting = session.scalars(select(Meeting)).one()
    assert answer.location == f"/sv/seved/meetings/{meeting.id}/told"
    assert (meeting.interpreters, meeting.place, meeting.starts_at.isoformat()) == (
        "ar so", "Torget", "2090-11-23T16:30:00+00:00",
    )  # fmt: skip
    assert session.scalars(select(Notice.noun_id)).all() == [meeting.id]
    assert client.get(answer.location).status_code == 200
    assert queue._was_woken(surroundings)
    session.commit()
    assert posted(client).location == answer.location, "the same form again is the same meeting"
    assert posted(client, title_sv="Något annat").status_code == 409


@pytest.mark.parametrize(
    ("changed", "kept"),
    [({"title_sv": ""}, "Kom och bygg."), ({"day": "2020-01-01"}, "Kom och bygg."), ({"clock": "25:00"}, "Torget"),
     ({"day": "31 november"}, "Torget"), ({"minutes": "0"}, "Torget"), ({"seats": "many"}, "Torget"),
     ({"interpreters": ["xx"]}, "Torget"), ({"case": "999"}, "Torget"), ({"client_uuid": "1"}, "Torget"),
     ({"title_sv": "a" * 81}, "Torget"), ({"csrf_token": "wrong"}, "Torget"), ({"case": "a"}, "Torget")],
)  # fmt: skip
def test_a_refused_form_keeps_what_was_typed(session: Session, app: Flask, changed: Any, kept: str) -> None:
    area = seved(session)
    client = signed_in(app, session, karin(session, area))

    answer = posted(client, **changed)

    assert answer.status_code == 400
    assert kept in answer.text
    assert session.scalar(select(func.count()).select_from(Meeting)) == 0


def test_the_hour_that_comes_twice_is_asked_back(session: Session, app: Flask) -> None:
    area = seved(session)
    client = signed_in(app, session, karin(session, area))
    night = {"day": "2090-10-29", "clock": "02:30"}

    asked = posted(client, **night)
    answered = posted(client, **night, which="later")

    assert asked.status_code == 400
    assert 'name="which"' in asked.text
    assert 'name="which"' not in client.get(NEW).text
    assert answered.status_code == 303
    assert session.scalars(select(Meeting.starts_at)).one().hour == 1


def test_a_preview_shows_each_language_and_sends_nothing(session: Session, app: Flask) -> None:
    area = seved(session)
    client = signed_in(app, session, karin(session, area))

    page = posted(client, preview="1")

    assert page.status_code == 200
    assert "torsdag 23 november" in page.text
    assert "الخميس 23 نوفمبر" in page.text
    assert session.scalar(select(func.count()).select_from(Notice)) == 0


def test_residents_and_moderators_announce_nothing(session: Session, app: Flask, client: FlaskClient) -> None:
    area = seved(session)
    number = soon(session, area).id
    people = [signed_in(app, session, one) for one in (ana(session, area), mira(session, area))]

    for path in (NEW, f"/sv/seved/meetings/{number}/told"):
        assert client.get(path).status_code == 303
        assert [one.get(path).status_code for one in people] == [403, 403]


def test_the_lists_cost_few_statements(session: Session, app: Flask, client: FlaskClient) -> None:
    area = seved(session)
    soon(session, area)
    session.commit()
    assert meetings.upcoming(session, area.id, "sv", at=database.now())
    session.commit()
    sent: list[str] = []
    event.listen(app.extensions["engine"], "before_cursor_execute", lambda *given: sent.append(given[2]))

    assert client.get("/sv/seved/meetings/").status_code == 200

    assert len(sent) <= 6
