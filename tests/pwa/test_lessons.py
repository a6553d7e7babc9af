from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import lesson_tags
from backend.lessons import Lesson
from backend.method_uses import MethodUse
from pwa import page_cache
from tests.conftest import signed_in
from tests.makers import a_case, a_lesson, bo, in_the_team, karin, seved

TOLD = {"kind": "worked", "stage": "5", "tags": ["hurry", "small_trials"], "links": "https://example.org/table"}
WORDS = {"title_ar": "طاولة طويلة", "tried_ar": "وضعنا طاولة.", "happened_ar": "جلس الناس.", "again_ar": ""}


def test_lessons_are_filtered_by_the_address_and_found_by_words(client: FlaskClient, session: Session) -> None:
    area = seved(session)
    here, other = a_lesson(session, stage=2, text="Bordet stod ute."), a_lesson(session, stage=3, text="Regn.")
    here.area_id = area.id
    lesson_tags.write(session, here.id, ["hurry"])
    session.commit()

    for query in ("?tag=hurry", "?where=seved", "?stage=2&state=worked&tag=hurry&where=seved", "search?q=bordet"):
        page = client.get(f"/en/lessons/{query}").text
        assert (f"/en/lessons/{here.id}" in page, f"/en/lessons/{other.id}" in page) == (True, False), query
    assert "Svenska" in client.get("/en/lessons/search?q=bordet").text
    for nonsense in ("?tag=none", "?where=nowhere", "?stage=99999999999999999999", "?page=-9", "?page=" + "9" * 99):
        assert f"/en/lessons/{other.id}" in client.get(f"/en/lessons/{nonsense}").text


def test_a_search_is_kept_nowhere_and_an_empty_one_leads_to_the_list(client: FlaskClient, session: Session) -> None:
    a_lesson(session)
    session.commit()

    found = client.get("/en/lessons/search?q=berors&stage=2")
    kept = client.application.extensions["pages"]
    empty = client.get("/en/lessons/search?q=+&stage=2&tag=hurry&q2=x")

    assert (found.status_code, found.headers["Cache-Control"]) == (200, "no-store")
    assert not [key for key in kept if "search" in key[0]]
    assert "q" not in page_cache.QUERIES
    assert (empty.status_code, empty.headers["Location"]) == (302, "/en/lessons/?stage=2&tag=hurry")


def test_a_query_that_acts_like_a_language_of_its_own_is_only_text(client: FlaskClient, session: Session) -> None:
    a_lesson(session)
    session.commit()

    for query in (
        "%22%27--",
        "AND",
        "*",
        "a-b",
        "%00",
        "%ed%a0%80",
        "x" * 4000,
        "%e2%80%ae",
        "<script>alert(1)</script>",
    ):
        page = client.get(f"/ar/lessons/search?q={query}")
        assert page.status_code == 200, query
        assert "<script>alert" not in page.text


def test_a_member_writes_a_lesson_in_arabic_and_changes_it(app: Flask, session: Session, client: FlaskClient) -> None:
    area = seved(session)
    case, member = a_case(session, area), bo(session, area)
    in_the_team(session, case, member)
    browser = signed_in(app, session, member)
    address = f"/ar/seved/cases/{case.id}/lessons/new"

    form = browser.get(address)
    sent = browser.post(address, data={**TOLD, **WORDS, "original": "ar", "csrf_token": token(form.text)})
    wrong = {**TOLD, **WORDS, "original": "ar", "links": "javascript:alert(1)", "csrf_token": token(form.text)}
    refused = browser.post(address, data=wrong)
    lesson = session.scalars(select(Lesson)).one()
    page = client.get(f"/sv/lessons/{lesson.id}").text
    edit = browser.get(f"/ar/lessons/{lesson.id}/edit").text
    changed = {**TOLD, **WORDS, "title_ar": "طاولة أطول", "csrf_token": token(edit)}
    saved = browser.post(f"/ar/lessons/{lesson.id}/edit", data=changed)

    assert sent.status_code == 303 and sent.headers["Location"] == f"/ar/lessons/{lesson.id}"
    assert refused.status_code == 400 and "طاولة طويلة" in refused.text
    assert 'lang="ar" dir="rtl"' in page and "example.org" in page and f"/sv/seved/cases/{case.id}" in page
    assert 'value="طاولة طويلة"' in edit and "https://example.org/table" in edit
    assert saved.status_code == 303
    assert "طاولة أطول" in client.get(f"/sv/lessons/{lesson.id}").text
    assert "طاولة أطول" in client.get(f"/sv/seved/cases/{case.id}/prototypes/").text


def test_a_stage_offers_its_method_cards_and_a_card_what_cases_tell(
    app: Flask, session: Session, client: FlaskClient
) -> None:
    area = seved(session)
    case, by = a_case(session, area), karin(session, area)
    browser = signed_in(app, session, by)

    stage = client.get(f"/ar/seved/cases/{case.id}/insights/").text
    form = browser.get(f"/ar/methods/diary/used?case={case.id}").text
    data = {"case": str(case.id), "text_ar": "كتبنا أسبوعًا.", "original": "ar", "csrf_token": token(form)}
    sent = browser.post("/ar/methods/diary/used", data=data)
    strange = browser.post("/ar/methods/diary/used", data={**data, "case": "999"})
    use = session.scalars(select(MethodUse)).one()
    card = client.get("/sv/methods/diary").text

    assert "/ar/methods/diary" in stage and "/ar/methods/market-stall" not in stage
    assert f'value="{case.id}" selected' in form or f'selected value="{case.id}"' in form
    assert sent.headers["Location"] == f"/ar/methods/diary#use-{use.id}"
    assert strange.status_code == 400
    assert "كتبنا أسبوعًا." in card and f"/sv/seved/cases/{case.id}" in card
    assert client.get("/sv/methods/none").status_code == 404


def test_only_who_works_on_a_case_tells_on_a_card(app: Flask, session: Session) -> None:
    area = seved(session)

    assert signed_in(app, session, bo(session, area)).get("/sv/methods/diary/used").status_code == 403


def token(page: str) -> str:
    return page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
