"""Floods: how often one may write, from where, and what the answer says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from limits import parse
from limits.errors import StorageError
from sqlalchemy.orm import Session

from backend.settings import Settings
from pwa import create_app, limits
from pwa.current import network
from tests.conftest import browser, signed_in
from tests.makers import ana, seved

SEND = "/en/seved/ideas/"


@pytest.fixture
def ana_there(app: Flask, session: Session) -> FlaskClient:
    return signed_in(app, session, ana(session, seved(session)))


def test_a_person_sends_twenty_ideas_an_hour(ana_there: FlaskClient) -> None:
    said = [ana_there.post(SEND, data={"text": f"A bench, number {number}"}).status_code for number in range(21)]

    assert said == [303] * 20 + [429]


def test_the_answer_says_when_to_try_again_in_the_readers_language(ana_there: FlaskClient) -> None:
    for number in range(20):
        ana_there.post(SEND, data={"text": f"A bench, number {number}"})

    page = ana_there.post(SEND, data={"text": "One more"})
    script = ana_there.post(SEND, data={"text": "One more"}, headers={"Accept": "application/json"})

    assert 3000 < int(page.headers["Retry-After"]) <= 3601
    assert "minutes" in page.text
    assert (script.status_code, script.content_type) == (429, "application/json")
    assert "minutes" in script.json["error"]


@pytest.mark.thorough
def test_guests_of_one_network_send_sixty_and_another_network_is_free(app: Flask, session: Session) -> None:
    seved(session)
    session.commit()
    said = [browser(app).post(SEND, data={"text": f"Bench {number}"}).status_code for number in range(61)]
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}

    assert said == [303] * 60 + [429]
    assert browser(app).post(SEND, data={"text": "Bench"}, environ_overrides=elsewhere).status_code == 303


def test_a_floor_stops_a_flood_of_any_write_and_of_no_reading(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "FLOOR", limits.Limit(network="20 per 10 minutes"))  # 600 would take long
    client = browser(app)

    read = {client.get("/en/me/mine").status_code for _ in range(30)}
    said = [client.post("/en/sign-out").status_code for _ in range(21)]

    assert read == {200}
    assert 429 not in said[:20]
    assert said[20] == 429


@pytest.fixture
def generous(surroundings: Settings) -> Iterator[Flask]:
    made = create_app(replace(surroundings, limits_times=2))
    yield made
    made.extensions["engine"].dispose()


def test_a_setting_allows_more_for_tests_under_load(generous: Flask, session: Session) -> None:
    phone = signed_in(generous, session, ana(session, seved(session)))
    said = [phone.post(SEND, data={"text": f"Bench {number}"}).status_code for number in range(41)]

    assert said == [303] * 40 + [429]


def test_without_its_store_the_counting_goes_on_in_memory(
    app: Flask, ana_there: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gone:
        def hit(self, *_: object) -> bool:
            raise StorageError(ConnectionError())

    monkeypatch.setitem(app.extensions, "limits", Gone())
    said = [ana_there.post(SEND, data={"text": f"Bench {number}"}).status_code for number in range(21)]

    assert said == [303] * 20 + [429]


def test_every_limit_names_a_route_that_writes(app: Flask) -> None:
    writes = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}

    assert set(limits.WRITES) <= writes
    for limit in limits.WRITES.values():
        assert all(parse(most) for most in (limit.person, limit.network) if most)


@pytest.mark.parametrize(
    ("address", "its"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8::7", "2001:db8::/64"),
        ("2001:db8::a:b:c:d", "2001:db8::/64"),
        ("2001:db8:0:0:ffff:1:2:3", "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("nonsense", ""),
    ],
)
def test_a_home_is_counted_once_however_its_address_is_written(address: str, its: str) -> None:
    assert network(address) == its
