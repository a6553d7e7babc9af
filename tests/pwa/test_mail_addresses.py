"""My address on my page, and the way out of mails without signing in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import areas, follows, mail_addresses
from backend.mail_addresses import MailAddress
from backend.people import Person
from tests.conftest import signed_in
from tests.makers import NOON, an_address, ana, karin, mira, seved


@pytest.fixture
def person(session: Session) -> Person:
    return ana(session, seved(session), language="sv")


def kept(session: Session) -> MailAddress | None:
    session.commit()
    return session.scalar(select(MailAddress).execution_options(populate_existing=True))


def with_token(browser: FlaskClient, **data: str) -> dict[str, str]:
    return {"csrf_token": browser.get("/sv/me/mine").json["token"], **data}


def test_my_page_shows_my_address_and_what_comes_there(app: Flask, session: Session, person: Person) -> None:
    an_address(session, person)

    page = signed_in(app, session, person).get("/en/me/").text

    assert "ana@example.org" in page
    assert 'name="notices"' in page
    assert 'name="daily"' not in page, "there is no queue of Ana's"


def test_whoever_reads_a_queue_may_end_the_daily_mail(app: Flask, session: Session) -> None:
    reader = mira(session, seved(session))
    an_address(session, reader)
    browser = signed_in(app, session, reader)
    assert 'name="daily"' in browser.get("/en/me/").text

    browser.post("/sv/me/mail", data=with_token(browser, notices="y"))

    found = kept(session)
    assert found and (found.gets_notices, found.gets_daily) == (True, False)


def test_notices_can_be_switched_off_and_on(app: Flask, session: Session, person: Person) -> None:
    an_address(session, person)
    browser = signed_in(app, session, person)

    assert browser.post("/sv/me/mail", data=with_token(browser)).status_code == 303
    assert kept(session).gets_notices is False
    browser.post("/sv/me/mail", data=with_token(browser, notices="y"))
    assert kept(session).gets_notices is True


def test_without_a_token_nothing_is_switched(app: Flask, session: Session, person: Person) -> None:
    an_address(session, person)
    browser = signed_in(app, session, person)

    browser.post("/sv/me/mail", data={})

    assert kept(session).gets_notices is True


def test_an_address_is_taken_away_after_a_question(app: Flask, session: Session, person: Person) -> None:
    an_address(session, person)
    browser = signed_in(app, session, person)
    assert "ana@example.org" in browser.get("/en/me/mail/remove").text
    assert kept(session) is not None

    browser.post("/en/me/mail/remove", data=with_token(browser))

    assert kept(session) is None
    assert browser.get("/en/me/mail/remove").status_code == 303


def test_mail_that_came_back_shows_as_a_hint(app: Flask, session: Session, person: Person) -> None:
    an_address(session, person)
    mail_addresses.bounced(session, person.id, "ana@example.org", at=NOON)

    page = signed_in(app, session, person).get("/en/me/").text

    assert "came back" in page
    assert 'name="notices"' not in page


def test_nobody_without_a_cookie_has_an_address(client: FlaskClient, session: Session) -> None:
    session.commit()

    assert client.get("/sv/me/mail/remove").status_code == 403
    assert client.post("/sv/me/mail").status_code == 403


def test_where_no_mail_is_sent_none_is_offered(app: Flask, session: Session, person: Person) -> None:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], production=True)

    page = signed_in(app, session, person).get("/en/me/").text

    assert 'id="my-mail"' not in page


# --- the way out ---


def test_opening_the_way_out_changes_nothing_until_the_button(
    client: FlaskClient, session: Session, person: Person
) -> None:
    word = an_address(session, person).leave_mark
    session.commit()

    page = client.get(f"/sv/mail/leave/notices/{word}")

    assert page.status_code == 200
    assert "ana@example.org" not in page.text
    assert kept(session).gets_notices is True
    assert client.post(f"/sv/mail/leave/notices/{word}").status_code == 200
    assert kept(session).gets_notices is False


def test_a_mail_program_ends_its_mails_with_one_post(app: Flask, session: Session, person: Person) -> None:
    word = an_address(session, person).leave_mark
    session.commit()
    program = app.test_client()  # no cookie, no Origin, no Sec-Fetch-Site

    answer = program.post(f"/ar/mail/leave/notices/{word}", data={"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert kept(session).gets_notices is False


@pytest.mark.parametrize("data", [{}, {"List-Unsubscribe": "Two-Click"}])
def test_another_site_posts_nothing_else_there(app: Flask, session: Session, person: Person, data) -> None:
    word = an_address(session, person).leave_mark
    session.commit()

    answer = app.test_client().post(f"/ar/mail/leave/notices/{word}", data=data)

    assert answer.status_code == 403
    assert kept(session).gets_notices is True


def test_the_one_word_opens_no_other_door(app: Flask, session: Session, person: Person) -> None:
    an_address(session, person)
    browser = signed_in(app, session, person)
    stranger = app.test_client()
    stranger.set_cookie("innovationsforum", browser.get_cookie("innovationsforum").value)

    answer = stranger.post("/sv/me/mail/remove", data=with_token(browser, **{"List-Unsubscribe": "One-Click"}))

    assert answer.status_code == 403
    assert kept(session) is not None


@pytest.mark.parametrize("path", ["notices/x", "daily/%00", "everything/x", "notices/" + "a" * 43])
def test_a_way_out_that_nobody_was_given_is_not_found(client: FlaskClient, session: Session, path: str) -> None:
    session.commit()

    assert client.get(f"/sv/mail/leave/{path}").status_code == 404
    assert client.post(f"/sv/mail/leave/{path}", data={"List-Unsubscribe": "One-Click"}).status_code == 404


def test_a_coordinator_sees_how_many_a_meeting_reaches_by_mail(app: Flask, session: Session, person: Person) -> None:
    area = areas.every(session)[0]
    follows.follow(session, person, "area", area.id, at=NOON)
    an_address(session, person)

    page = signed_in(app, session, karin(session, area)).get("/en/seved/meetings/new").text

    assert "Reaches 1 person." in page
    assert "1 by e-mail." in page
