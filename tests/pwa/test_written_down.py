from __future__ import annotations

import re
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import languages
from backend.ideas import Idea
from backend.photos import Photo
from tests.conftest import browser, signed_in
from tests.makers import a_photograph, karin, lindangen, mira, seved

FORM = "/sv/seved/ideas/for-somebody"


def token_of(page: str) -> str:
    return page.split('name="csrf_token" type="hidden" value="')[1].split('"')[0]


def test_the_receipt_is_in_the_language_of_the_idea_and_opens_it(app: Flask, session: Session) -> None:
    area = seved(session)
    client = signed_in(app, session, karin(session, area))
    page = client.get(FORM).text

    sent = {"text": "مقعد في الظل", "language": "ar", "name": "", "csrf_token": token_of(page)}
    receipt = client.post(FORM, data=sent)

    assert receipt.status_code == 200 and receipt.headers["Cache-Control"] == "no-store"
    assert 'lang="ar" dir="rtl"' in receipt.text and "data:image/svg+xml" in receipt.text
    [path] = re.findall(r"http://localhost:8000(/ar/r/[\w-]+)", receipt.text)[:1]
    assert "مقعد في الظل" in browser(app).get(path).text


def test_what_was_typed_stays_where_something_is_missing(app: Flask, session: Session) -> None:
    area = seved(session)
    client = signed_in(app, session, mira(session, area))

    sent = {"text": "", "language": "ar", "name": "Umm Ali", "csrf_token": token_of(client.get(FORM).text)}
    answer = client.post(FORM, data=sent)

    assert answer.status_code == 400 and "Umm Ali" in answer.text
    assert session.scalar(select(func.count()).select_from(Idea)) == 0


def test_staff_of_another_area_and_strangers_find_no_form(app: Flask, session: Session) -> None:
    seved(session)
    elsewhere = karin(session, lindangen(session))

    assert signed_in(app, session, elsewhere).get(FORM).status_code == 403
    assert browser(app).get(FORM).status_code == 303


def test_a_photo_stays_where_something_else_is_missing(app: Flask, session: Session) -> None:
    area = seved(session)
    client = signed_in(app, session, mira(session, area))
    token = token_of(client.get(FORM).text)

    def sent(text: str, **changed: object) -> dict[str, object]:
        return {"text": text, "language": "sv", "csrf_token": token, **changed}

    refused = client.post(FORM, data=sent("", photo=(BytesIO(a_photograph()), "bench.jpg")))
    [key] = re.findall(r'name="photo_key"[^>]* value="(\w+)"', refused.text)
    done = client.post(FORM, data=sent("En bänk", photo_key=key))

    assert (refused.status_code, done.status_code) == (400, 200)
    session.rollback()
    idea = session.scalars(select(Idea)).one()
    assert session.get_one(Photo, idea.photo_id).key == key


@pytest.mark.parametrize("tag", [one.tag for one in languages.OFFERED])
def test_the_language_of_the_page_is_chosen_beforehand(app: Flask, session: Session, tag: str) -> None:
    client = signed_in(app, session, mira(session, seved(session)))

    page = client.get(f"/{tag}/seved/ideas/for-somebody").text

    assert re.findall(r'<option selected value="([\w-]+)"', page) == [tag]
