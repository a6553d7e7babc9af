"""Reporting and objecting on pages: by forms alone, as a guest, and never across the line to another's."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import database, languages, moderation
from backend.areas import Area
from backend.ideas import Idea, State
from backend.moderation import Waiting
from backend.people import Person
from backend.reports import Report
from tests.conftest import browser, signed_in
from tests.makers import a_case, a_published_idea, an_idea, ana, bo, decided, karin, mira, seved
from tests.pwa.conftest import look_again, send, settle, token


@pytest.fixture
def area(session: Session) -> Area:
    return seved(session)


@pytest.fixture
def idea(session: Session, area: Area) -> Idea:
    found = a_published_idea(session, area, bo(session, area))
    karin(session, area)
    session.commit()
    return found


def item(session: Session, kind: str) -> Waiting:
    look_again(session)
    return session.scalars(select(Waiting).where(Waiting.kind == kind).order_by(Waiting.id.desc())).first()  # type: ignore[return-value]


def person(session: Session, name: str) -> Person:
    return session.scalars(select(Person).where(Person.name == name).order_by(Person.id)).first()  # type: ignore[return-value]


def report(client: FlaskClient, idea: Idea, tag: str = "sv", **sent: str):  # type: ignore[no-untyped-def]
    return client.post(f"/{tag}/seved/report/idea/{idea.id}", data={"reason": "hate", **sent})


def test_an_ideas_page_leads_to_the_form(client: FlaskClient, idea: Idea) -> None:
    assert f"/sv/seved/report/idea/{idea.id}" in client.get(f"/sv/seved/ideas/{idea.id}").text


def test_a_cases_page_leads_to_the_form(client: FlaskClient, session: Session, area: Area) -> None:
    case = a_case(session, area)
    session.commit()

    assert f"/sv/seved/report/case/{case.id}" in client.get(f"/sv/seved/cases/{case.id}").text


@pytest.mark.parametrize("tag", [one.tag for one in languages.OFFERED])
def test_a_guest_reports_and_reads_what_happens(client: FlaskClient, idea: Idea, session: Session, tag: str) -> None:
    assert "112" in client.get(f"/{tag}/seved/report/idea/{idea.id}").text

    answer = report(client, idea, tag)

    assert answer.status_code == 303
    look_again(session)
    number = session.scalars(select(Report.id)).one()
    assert answer.location == f"/{tag}/seved/reports/{number}"
    assert client.get(answer.location).status_code == 200


def test_a_second_report_shows_the_first_confirmation(client: FlaskClient, idea: Idea, session: Session) -> None:
    first = report(client, idea).location

    assert report(client, idea, reason="other").location == first
    assert client.get(f"/sv/seved/report/idea/{idea.id}").location == first


def test_what_is_missing_is_said_and_what_was_typed_is_kept(client: FlaskClient, idea: Idea) -> None:
    answer = report(client, idea, reason="other", contact="070-123")

    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert 'value="070-123"' in answer.text
    assert 'value="other"' in answer.text


def test_a_language_button_keeps_what_was_typed(client: FlaskClient, idea: Idea, session: Session) -> None:
    answer = report(client, idea, tag="ar", words="Det här är fel.", switch_to="ar")

    assert answer.status_code == 200
    assert "Det här är fel." in answer.text
    look_again(session)
    assert session.scalars(select(Report)).all() == []


def test_a_report_of_danger_says_whom_to_call(client: FlaskClient, idea: Idea, session: Session) -> None:
    page = client.get(report(client, idea, reason="in_danger").location).text

    assert 'href="tel:112"' in page
    assert 'href="tel:90101"' in page
    assert item(session, "report").is_urgent


def test_another_phone_does_not_see_the_confirmation(app: Flask, client: FlaskClient, idea: Idea) -> None:
    where = report(client, idea).location

    assert browser(app).get(where).status_code == 404


def test_another_site_cannot_report(app: Flask, idea: Idea) -> None:
    stranger = app.test_client()

    answer = stranger.post(f"/sv/seved/report/idea/{idea.id}", data={"reason": "hate"},
                           headers={"Sec-Fetch-Site": "cross-site"})  # fmt: skip

    assert answer.status_code == 403


@pytest.mark.parametrize("where", ["idea/999", "idea/2147483648", "x/1", "photo/1", "comment/1", "note/7"])
def test_what_is_not_here_cannot_be_reported(client: FlaskClient, idea: Idea, where: str) -> None:
    assert client.get(f"/sv/seved/report/{where}").status_code == 404
    assert client.post(f"/sv/seved/report/{where}", data={"reason": "hate"}).status_code == 404


def test_people_words_in_a_report_are_never_markup(
    app: Flask, client: FlaskClient, idea: Idea, session: Session
) -> None:
    where = report(client, idea, reason="other", words="<script>alert(1)</script>").location
    desk = signed_in(app, session, person(session, "Karin"))

    for page in (client.get(where).text, desk.get(f"/sv/moderation/{item(session, 'report').id}").text):
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


def test_from_a_report_to_an_appeal_by_forms_alone(
    app: Flask, client: FlaskClient, idea: Idea, session: Session
) -> None:
    author, leader, first = (signed_in(app, session, person(session, name)) for name in ("Bo", "Karin", "Mira"))
    where = report(client, idea).location

    send(leader, item(session, "report"), decision="not_published", reason="hate", note="Skriv om den.")
    settle(session)

    assert client.get(f"/sv/seved/ideas/{idea.id}").status_code == 404
    assert 'class="here"' in client.get(where).text
    mine = author.get(f"/sv/seved/ideas/{idea.id}/mine").text
    assert f"/sv/seved/appeals/new/idea/{idea.id}" in mine
    form = author.get(f"/sv/seved/appeals/new/idea/{idea.id}").text
    assert "Skriv om den." in form
    answer = author.post(
        f"/sv/seved/appeals/new/idea/{idea.id}", data={"csrf_token": token(form), "words": "Det var inte så menat."}
    )
    assert answer.status_code == 303
    assert "Det var inte så menat." in author.get(answer.location).text

    send(first, item(session, "appeal"), decision="approved")
    settle(session)

    assert session.get_one(Idea, idea.id).state == State.READ
    assert client.get(f"/sv/seved/ideas/{idea.id}").status_code == 200
    assert author.get(answer.location).text.count("done") > 0


def an_appeal(app: Flask, session: Session, idea: Idea) -> Waiting:
    author = signed_in(app, session, person(session, "Bo"))
    form = author.get(f"/sv/seved/appeals/new/idea/{idea.id}").text
    sent = {"csrf_token": token(form), "words": "Jag säljer inget."}
    assert author.post(f"/sv/seved/appeals/new/idea/{idea.id}", data=sent).status_code == 303
    return item(session, "appeal")


@pytest.fixture
def waiting(app: Flask, session: Session, area: Area) -> Waiting:
    idea = an_idea(session, area, bo(session, area), at=database.now())
    now = database.now()
    decided(session, idea, mira(session, area), moderation.Decision.NOT_PUBLISHED, reason="advertising", at=now,
            undo_seconds=-1)  # fmt: skip
    moderation.settle_due(session, now)
    karin(session, area)
    session.commit()
    return an_appeal(app, session, idea)


@pytest.mark.parametrize("act", ["", "/undo", "/hand-over", "/take-back", "/language", "/case"])
def test_who_decided_first_changes_nothing_about_an_appeal(
    app: Flask, session: Session, waiting: Waiting, act: str
) -> None:
    first = signed_in(app, session, person(session, "Mira"))
    tokens = token(first.get(f"/sv/moderation/{waiting.id}").text)
    sent = {"csrf_token": tokens, "version": "1", "decision": "approved", "language": "ar", "case": "1",
            "to": str(person(session, "Mira").id)}  # fmt: skip

    answer = first.post(f"/sv/moderation/{waiting.id}{act}", data=sent)

    assert answer.status_code < 500
    after = item(session, "appeal")
    assert (after.decision, after.handed_to, after.version) == (None, None, 1)


def test_who_decided_first_is_refused_also_in_bulk(app: Flask, session: Session, waiting: Waiting) -> None:
    first = signed_in(app, session, person(session, "Mira"))
    page = first.get("/sv/moderation/spam").text

    assert f'value="{waiting.id}"' not in page
    sent = {"csrf_token": token(page), "items": str(waiting.id), "item": str(waiting.id), "sure": "1"}
    assert first.post("/sv/moderation/spam", data=sent).status_code < 500
    assert item(session, "appeal").decision is None


def test_who_decided_first_gets_no_button(app: Flask, session: Session, waiting: Waiting) -> None:
    first = signed_in(app, session, person(session, "Mira"))
    second = signed_in(app, session, person(session, "Karin"))

    assert 'value="approved"' not in first.get(f"/sv/moderation/{waiting.id}").text
    assert 'value="approved"' in second.get(f"/sv/moderation/{waiting.id}").text


def test_others_find_neither_the_decision_nor_the_appeal(app: Flask, session: Session, waiting: Waiting) -> None:
    stranger = signed_in(app, session, ana(session, session.scalars(select(Area)).one()))
    idea = session.scalars(select(Idea)).one()

    for client in (stranger, browser(app)):
        assert client.get(f"/sv/seved/appeals/{waiting.noun_id}").status_code == 404
        assert client.get(f"/sv/seved/appeals/new/idea/{idea.id}").status_code == 404
        assert client.post(f"/sv/seved/appeals/new/idea/{idea.id}", data={"words": "x"}).status_code == 404


def test_after_six_months_the_form_is_gone_and_the_reason_stays(app: Flask, session: Session, area: Area) -> None:
    idea = an_idea(session, area, bo(session, area))
    decided(session, idea, mira(session, area), moderation.Decision.NOT_PUBLISHED, reason="advertising")
    told = session.scalars(select(Waiting)).one()
    told.told_at = database.now() - timedelta(days=183)
    author = signed_in(app, session, person(session, "Bo"))

    page = author.get(f"/en/seved/appeals/new/idea/{idea.id}").text

    assert "<textarea" not in page
    assert "advertises" in page


def test_a_page_for_staff_says_what_to_do_and_who_hears_of_it(app: Flask, session: Session, idea: Idea) -> None:
    desk = signed_in(app, session, person(session, "Mira"))

    page = desk.get("/en/moderation/danger").text

    assert "Karin" in page
    assert 'href="tel:112"' in page


def test_an_alarm_shows_the_author_who_helps(app: Flask, session: Session, area: Area) -> None:
    idea = an_idea(session, area, bo(session, area))
    mira(session, area)
    session.commit()
    desk = signed_in(app, session, person(session, "Mira"))
    author = signed_in(app, session, person(session, "Bo"))
    assert "tel:90101" not in author.get(f"/sv/seved/ideas/{idea.id}/mine").text

    one = item(session, "idea")
    tokens = token(desk.get(f"/sv/moderation/{one.id}").text)
    answer = desk.post(f"/sv/moderation/{one.id}/danger", data={"csrf_token": tokens})

    assert answer.status_code == 303
    assert "tel:90101" in author.get(f"/sv/seved/ideas/{idea.id}/mine").text
    assert "tel:90101" not in desk.get(f"/sv/seved/ideas/{idea.id}/mine").text
    assert item(session, "idea").is_urgent


def test_residents_cannot_raise_an_alarm_of_staff(app: Flask, session: Session, idea: Idea) -> None:
    resident = signed_in(app, session, person(session, "Bo"))

    assert resident.post(f"/sv/moderation/{item(session, 'idea').id}/danger").status_code == 403
    assert resident.get("/sv/moderation/danger").status_code == 403


def test_every_page_has_one_heading(app: Flask, client: FlaskClient, idea: Idea, session: Session) -> None:
    where = report(client, idea).location
    desk = signed_in(app, session, person(session, "Karin"))

    for page in (client.get(where).text, desk.get("/ar/moderation/danger").text,
                 browser(app).get(f"/ar/seved/report/idea/{idea.id}").text):  # fmt: skip
        assert len(re.findall("<h1", page)) == 1
