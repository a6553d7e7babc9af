"""Taking a copy of one's own data, and leaving for good, in a browser."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from backend.people import Person
from tests.conftest import signed_in
from tests.makers import an_idea, ana, seved


def token(client: FlaskClient) -> str:
    found: str = client.get("/en/me/mine").json["token"]
    return found


def test_my_data_comes_as_one_file(app: Flask, session: Session) -> None:
    area = seved(session)
    me = ana(session, area)
    an_idea(session, area, me, "Bänkar i solen")
    client = signed_in(app, session, me)

    answer = client.post("/en/me/data", data={"csrf_token": token(client)})

    with zipfile.ZipFile(BytesIO(answer.data)) as packed:
        assert json.loads(packed.read("data.json"))["ideas"][0]["title"] == "Bänkar i solen"
    assert "no-store" in answer.headers["Cache-Control"]


def test_whoever_is_sure_is_erased_and_signed_out(app: Flask, session: Session) -> None:
    me = ana(session, seved(session))
    client = signed_in(app, session, me)

    answer = client.post("/en/me/erase", data={"csrf_token": token(client), "is_sure": "y"})

    assert answer.status_code == 200
    assert "storage" in answer.headers["Clear-Site-Data"]
    assert client.get("/en/me/mine").json["level"] == 0
    session.rollback()
    session.expire_all()
    assert session.get_one(Person, me.id).erased_at is not None


def test_nobody_is_erased_who_did_not_say_so(app: Flask, session: Session) -> None:
    me = ana(session, seved(session))
    client = signed_in(app, session, me)

    answer = client.post("/en/me/erase", data={"csrf_token": token(client)})

    assert answer.status_code == 400
    assert client.get("/en/me/mine").json["name"] == "Ana"


def test_a_stranger_has_nothing_to_take_or_erase(client: FlaskClient, session: Session) -> None:
    for path in ("/en/me/data", "/en/me/erase"):
        assert client.get(path).status_code == 303
