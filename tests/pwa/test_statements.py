from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from backend import statements
from tests.conftest import NOON, browser, signed_in
from tests.makers import a_case, a_statement, ana, bo, in_the_team, karin, seved


def test_both_stand_side_by_side_with_who_says_yes(app: Flask, session: Session) -> None:
    area = seved(session)
    case, person = a_case(session, area), ana(session, area)
    in_the_team(session, case, person, name="<i>Ana</i>")
    in_the_team(session, case, bo(session, area))
    a_statement(session, case, person, "vision", by_language={"ar": "نأكل معًا."}, original="ar")
    statements.accept(session, case, "vision", 1, by=person, at=NOON)
    session.commit()

    page = browser(app).get(f"/en/seved/cases/{case.id}/problem/").text

    assert '<p lang="ar" dir="rtl">نأكل معًا.</p>' in page
    assert "1 of 2 have said yes" in page
    assert "<bdi>&lt;i&gt;Ana&lt;/i&gt;</bdi>" in page
    assert "The team has not written the problem yet." in page
    assert page.count("Report this text") == 1


def test_the_team_writes_reads_and_says_yes_on_a_phone(app: Flask, session: Session) -> None:
    area = seved(session)
    case, person = a_case(session, area), ana(session, area)
    in_the_team(session, case, person)
    client = signed_in(app, session, person)
    base = f"/sv/seved/cases/{case.id}/statements/problem"
    page = client.get(f"{base}/new").text
    sent = {"csrf_token": token_in(page), "original": "sv", "after": "0", "client_uuid": uuid_in(page)}

    empty = client.post(f"{base}/new", data={**sent, "text_sv": " "})
    written = client.post(f"{base}/new", data={**sent, "text_sv": "Vi känner ingen.", "text_ar": "لا نعرف أحدًا."})
    late = client.post(f"{base}/new", data={**sent, "client_uuid": "", "text_sv": "Något annat."})
    token = token_in(client.get(f"{base}/accept").text)
    accepted = client.post(f"{base}/accept", data={"csrf_token": token, "number": "1"})
    shown = browser(app).get(f"/ar/seved/cases/{case.id}/problem/").text
    taken_back = client.post(f"{base}/take-back", data={"csrf_token": token})

    assert (empty.status_code, written.status_code, late.status_code) == (400, 303, 409)
    assert "Något annat." in late.text
    assert "Vi känner ingen." in late.text
    assert (accepted.status_code, taken_back.status_code) == (303, 303)
    assert "لا نعرف أحدًا." in shown
    assert "<bdi>Ana</bdi>" in shown
    assert statements.current(session, case.id, "sv")["problem"].names == []


def test_what_was_new_in_a_version_is_marked(app: Flask, session: Session) -> None:
    area = seved(session)
    case, lead = a_case(session, area), karin(session, area)
    a_statement(session, case, lead, by_language={"sv": "Vi har inget jobb."})
    a_statement(session, case, lead, after=1, by_language={"sv": "Vi har inget <b>arbete."})
    session.commit()

    page = browser(app).get(f"/sv/seved/cases/{case.id}/statements/problem").text

    assert "<del> jobb.</del>" in page
    assert "<ins> &lt;b&gt;arbete.</ins>" in page


def test_a_yes_to_an_old_version_shows_the_new_one(app: Flask, session: Session) -> None:
    area = seved(session)
    case, person = a_case(session, area), ana(session, area)
    in_the_team(session, case, person)
    a_statement(session, case, person)
    client, address = signed_in(app, session, person), f"/sv/seved/cases/{case.id}/statements/problem/accept"
    token = token_in(client.get(address).text)
    a_statement(session, case, person, after=1, by_language={"sv": "Nu är det så här."})
    session.commit()

    answers = [client.post(address, data={"csrf_token": token, "number": number}) for number in ("1", "x", "9" * 30)]

    assert [answer.status_code for answer in answers] == [409, 400, 400]
    assert "Nu är det så här." in answers[0].text


@pytest.mark.parametrize("kind", ["problem", "vision", "agreement"])
def test_others_neither_write_nor_say_yes(app: Flask, session: Session, kind: str) -> None:
    area = seved(session)
    case = a_case(session, area)
    a_statement(session, case, karin(session, area), kind)
    client, base = signed_in(app, session, bo(session, area)), f"/en/seved/cases/{case.id}/statements/{kind}"

    assert [client.get(f"{base}/{page}").status_code for page in ("new", "accept")] == [403, 403]
    assert browser(app).get(base).status_code == 200
    assert browser(app).get(f"{base}s").status_code == 404


def test_everybody_talks_about_the_problem_and_the_page_counts_it(app: Flask, session: Session) -> None:
    area = seved(session)
    case = a_case(session, area)
    a_statement(session, case, karin(session, area))
    client = signed_in(app, session, ana(session, area))
    base = f"/en/seved/cases/{case.id}/problem/"

    page = client.get(f"{base}comments/new").text
    sent = {"csrf_token": token_in(page), "text": "Not only the young.", "client_uuid": uuid_in(page)}
    answer = client.post(f"{base}comments/new", data=sent)

    assert answer.status_code == 303
    assert "Read 1 comment" in browser(app).get(base).text
    assert "Not only the young." in browser(app).get(f"{base}comments/").text
    assert "Not only the young." not in browser(app).get(f"/en/seved/cases/{case.id}/comments/").text


def token_in(page: str) -> str:
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]


def uuid_in(page: str) -> str:
    return re.search(r'name="client_uuid"[^>]*value="([^"]+)"', page)[1]
