"""Phones on the pages: kept for guests too, listed, tried out and taken away by their owner alone."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import database, follows, push, vapid
from backend.follows import Follow
from backend.notices import Notice
from backend.push import Device
from backend.settings import Settings
from tests.conftest import browser, signed_in
from tests.makers import a_phone, ana, bo, seved
from tests.push_service import Phone, ec

ENDPOINT = "https://updates.push.services.mozilla.com/wpush/v2/abc"


def told(**changed: Any) -> dict[str, Any]:
    """What the script sends of a browser's subscription."""
    phone = Phone("", ec.generate_private_key(ec.SECP256R1()), bytes(16))
    return {"endpoint": ENDPOINT, "p256dh": phone.p256dh, "auth": phone.auth, **changed}


def count(session: Session, table: type) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_guest_follows_an_area_with_this_phone(session: Session, client: FlaskClient) -> None:
    area = seved(session)
    session.commit()

    answer = client.post("/ar/me/devices", json=told(area="seved"))

    assert (answer.status_code, answer.json) == (200, {"areas": ["seved"]})
    device = session.scalars(select(Device)).one()
    assert (device.language, session.scalars(select(Follow.noun_id)).all()) == ("ar", [area.id])
    assert client.post("/sv/me/devices", json=told()).json == {"areas": ["seved"]}, "a visit changes no wish"
    assert count(session, Device) == 1


def test_a_visit_without_a_wish_follows_nothing(session: Session, client: FlaskClient) -> None:
    seved(session)
    session.commit()

    assert client.post("/sv/me/devices", json=told()).json == {"areas": []}


def test_whoever_signed_in_needs_their_token(session: Session, app: Flask) -> None:
    client = signed_in(app, session, ana(session, seved(session)))

    assert client.post("/sv/me/devices", json=told()).status_code == 403
    assert client.post("/sv/me/devices", json=told(), headers={"X-CSRF-Token": "å"}).status_code == 403
    assert count(session, Device) == 0
    token = client.get("/sv/me/mine").json["token"]
    assert client.post("/sv/me/devices", json=told(), headers={"X-CSRF-Token": token}).status_code == 200
    assert count(session, Device) == 1


@pytest.mark.parametrize(
    "sent",
    [None, [], "text", 7, {}, told(endpoint=None), told(endpoint="http://127.0.0.1/"), told(endpoint=["a"]),
     told(p256dh="x"), told(auth=5), told(auth=None), told(area="\x00"), told(area="nowhere"),
     told(endpoint="https://evil.example/a")],
)  # fmt: skip
def test_a_subscription_that_is_none_changes_nothing(session: Session, client: FlaskClient, sent: Any) -> None:
    seved(session)
    session.commit()

    answer = client.post("/sv/me/devices", json=sent, headers={"Accept": "application/json"})

    assert answer.status_code in (400, 404)
    assert answer.json["error"]
    assert (count(session, Device), count(session, Follow)) == (0, 0)


def test_another_site_subscribes_nobody(session: Session, app: Flask) -> None:
    elsewhere = browser(app)
    elsewhere.environ_base["HTTP_SEC_FETCH_SITE"] = "cross-site"

    assert elsewhere.post("/sv/me/devices", json=told()).status_code == 403


def test_my_phones_are_listed_tried_and_taken_away(session: Session, app: Flask, surroundings: Settings) -> None:
    area = seved(session)
    person = ana(session, area)
    device_id = a_phone(session, person, surroundings, at=database.now()).id
    client = signed_in(app, session, person)
    token = client.get("/sv/me/mine").json["token"]
    form = {"csrf_token": token, "device": str(device_id)}

    assert "Firefox, Android" in client.get("/sv/me/devices").text
    assert client.post("/sv/me/devices/test", data=form).status_code == 303
    assert session.scalars(select(Notice.audience_id)).all() == [device_id]
    assert client.post("/sv/me/devices/remove", data={**form, "csrf_token": "wrong"}).status_code == 303
    assert count(session, Device) == 1
    assert client.post("/sv/me/devices/remove", data=form).status_code == 303
    assert count(session, Device) == 0


@pytest.mark.parametrize("act", ["test", "remove"])
def test_nobody_touches_anothers_phone(session: Session, app: Flask, surroundings: Settings, act: str) -> None:
    area = seved(session)
    device_id = a_phone(session, ana(session, area), surroundings, at=database.now()).id
    client = signed_in(app, session, bo(session, area))
    token = client.get("/sv/me/mine").json["token"]

    for number, status in ((str(device_id), 404), ("x", 400), ("", 400), ("99999999999", 400)):
        answer = client.post(f"/sv/me/devices/{act}", data={"csrf_token": token, "device": number})
        assert answer.status_code == status
    assert (count(session, Device), count(session, Notice)) == (1, 0)


def test_a_script_takes_this_phone_away_and_tries_it(session: Session, client: FlaskClient) -> None:
    seved(session)
    session.commit()
    client.post("/sv/me/devices", json=told())

    assert client.post("/sv/me/devices/test", json={"endpoint": ENDPOINT}).json == {"sent": True}
    assert client.post("/sv/me/devices/test", json={"endpoint": "https://other"}).status_code == 404
    assert client.post("/sv/me/devices/remove", json={"endpoint": ENDPOINT}).json == {"removed": True}
    assert count(session, Device) == 0


def test_what_is_too_deep_to_read_is_refused(client: FlaskClient) -> None:
    deep = b"[" * 100_000 + b"]" * 100_000

    assert client.post("/sv/me/devices", data=deep, content_type="application/json").status_code == 400


def test_switches_decide_what_one_hears_of(session: Session, app: Flask) -> None:
    area = seved(session)
    person = ana(session, area)
    client = signed_in(app, session, person)
    token = client.get("/sv/me/mine").json["token"]

    client.post("/sv/me/devices/areas", data={"csrf_token": token, "areas": ["seved", "nowhere"]})
    session.rollback()
    assert follows.followed(session, person, "area") == {area.id}
    assert "checked" in client.get("/sv/me/devices").text
    client.post("/sv/me/devices/areas", data={"csrf_token": token})

    session.rollback()
    assert follows.followed(session, person, "area") == set()


def test_the_promise_carries_our_key_and_stays_hidden_without_script(
    session: Session, client: FlaskClient, surroundings: Settings
) -> None:
    seved(session)
    session.commit()

    page = client.get("/sv/seved/meetings/").text

    key = vapid.public_key(surroundings)
    assert f'data-enhance="push" data-key="{key}"' in page
    assert page.count('<p data-state="ask" hidden>') == 1
    assert push.key_id(key)
