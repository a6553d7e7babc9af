"""Coordinators print slips: shown once, never again, and never for another's area."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from backend.areas import Area
from tests.conftest import browser, signed_in
from tests.makers import ana, karin, lindangen, mira, seved

PAGE = "/en/seved/slips/"
DIGITS = re.compile(r"\d{4} \d{4} \d{4} \d{4}")


@pytest.fixture
def area(session: Session) -> Area:
    return seved(session)


@pytest.fixture
def desk(app: Flask, session: Session, area: Area) -> FlaskClient:
    return signed_in(app, session, karin(session, area))


def sent(desk: FlaskClient, **fields: str) -> dict[str, str]:
    token = desk.get("/en/me/mine").json["token"]
    return {"csrf_token": token, "first": "sv", "second": "ar", "client_uuid": str(uuid4()), **fields}


def test_a_sheet_holds_every_slip_in_two_languages(desk: FlaskClient) -> None:
    sheet = desk.post(PAGE, data=sent(desk, count="4"))

    assert sheet.status_code == 200
    assert sheet.headers["Cache-Control"] == "no-store"
    assert len(set(DIGITS.findall(sheet.text))) == 4
    assert sheet.text.count('class="qr"') == 4
    assert sheet.text.count('lang="ar" dir="rtl"') == sheet.text.count('lang="sv" dir="ltr"') == 4


def test_its_numbers_are_shown_once(desk: FlaskClient) -> None:
    form = sent(desk, count="2")
    sheet = desk.post(PAGE, data=form)

    again = desk.post(PAGE, data=form)

    assert len(DIGITS.findall(sheet.text)) == 2
    assert "made already" in again.text
    assert not DIGITS.findall(again.text + desk.get(PAGE).text)


def test_a_printed_slip_works(app: Flask, desk: FlaskClient) -> None:
    digits = DIGITS.search(desk.post(PAGE, data=sent(desk, count="1")).text)[0]

    assert browser(app).post("/en/sign-in/slip", data={"digits": digits}).status_code == 303
    assert '<td class="num">1</td>' in desk.get(PAGE).text


def test_a_lost_slip_is_replaced_on_paper(app: Flask, desk: FlaskClient) -> None:
    sheet = desk.post(PAGE, data=sent(desk, count="1")).text
    lost, number = DIGITS.search(sheet)[0], re.search(r'slip-number num" dir="ltr">([\d-]+)<', sheet)[1]

    replaced = desk.post(f"{PAGE}lost", data=sent(desk, number=number))

    new = DIGITS.search(replaced.text)[0]
    assert number in replaced.text
    assert browser(app).post("/en/sign-in/slip", data={"digits": lost}).status_code == 400
    assert browser(app).post("/en/sign-in/slip", data={"digits": new}).status_code == 303
    assert desk.post(f"{PAGE}lost", data=sent(desk, digits=new)).status_code == 400


def test_a_batch_is_void_after_a_question(app: Flask, desk: FlaskClient) -> None:
    digits = DIGITS.search(desk.post(PAGE, data=sent(desk, count="3")).text)[0]
    address = re.search(r'href="([^"]+/void)"', desk.get(PAGE).text)[1]

    assert "3 slips" in desk.get(address).text
    assert desk.post(address, data=sent(desk)).status_code == 303

    assert browser(app).post("/en/sign-in/slip", data={"digits": digits}).status_code == 400


@pytest.mark.parametrize("count", ["", "0", "201", "x", "1e2", "-1", "99999999999999", "\x00"])
def test_a_strange_number_makes_nothing(desk: FlaskClient, count: str) -> None:
    answer = desk.post(PAGE, data=sent(desk, count=count))

    assert answer.status_code == 400
    assert "No slips have been made yet" in answer.text


def test_slips_are_made_with_a_token_and_in_ones_own_area(app: Flask, session: Session, desk: FlaskClient) -> None:
    there = lindangen(session)
    session.commit()

    assert desk.post(PAGE, data={"count": "1"}).status_code == 400
    assert desk.post(f"/en/{there.slug}/slips/", data=sent(desk, count="1")).status_code == 403


@pytest.mark.parametrize("who", [ana, mira])
@pytest.mark.parametrize("address", [PAGE, f"{PAGE}lost", f"{PAGE}1/void"])
def test_nobody_else_makes_slips(app: Flask, session: Session, area: Area, who: object, address: str) -> None:
    phone = signed_in(app, session, who(session, area))

    assert phone.get(address).status_code == phone.post(address).status_code == 403
