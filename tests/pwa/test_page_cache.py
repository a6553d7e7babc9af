from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import brotli
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from backend import areas, revisions
from pwa import page_cache
from tests.conftest import browser
from tests.makers import seved

MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def client(own_app: Flask) -> FlaskClient:
    return browser(own_app)


@pytest.fixture
def rendered(own_app: Flask) -> list[int]:
    """Adds a page that counts how often it was made; it is stale from ten o'clock on."""
    made: list[int] = []

    @page_cache.public("ideas")
    def show() -> str:
        page_cache.until(MORNING + timedelta(hours=1))
        made.append(1)
        return "<p>Made for all</p>"

    own_app.add_url_rule("/counted/<area>", "counted", show)
    return made


def get(client: FlaskClient, **headers: Any) -> Any:
    return client.get("/counted/seved", headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.fixture(autouse=True)
def there_is_seved(session: Session) -> None:
    seved(session)
    session.commit()


@time_machine.travel(MORNING, tick=False)
def test_a_page_is_made_once_for_everybody(own_app: Flask, rendered: list[int]) -> None:
    first, second = get(browser(own_app)), get(browser(own_app))

    assert first.data == second.data
    assert len(rendered) == 1
    assert first.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert "Set-Cookie" not in first.headers


@time_machine.travel(MORNING, tick=False)
def test_who_has_the_page_already_gets_no_bytes(client: FlaskClient, rendered: list[int]) -> None:
    again = get(client, If_None_Match=get(client).headers["ETag"])

    assert (again.status_code, again.data) == (304, b"")


@time_machine.travel(MORNING, tick=False)
def test_a_change_in_a_room_it_shows_makes_it_anew(client: FlaskClient, rendered: list[int], session: Session) -> None:
    get(client)

    revisions.raise_(session, areas.by_slug(session, "seved").id, "ideas")
    session.commit()
    get(client)

    assert len(rendered) == 2


@time_machine.travel(MORNING, tick=False)
def test_a_change_elsewhere_leaves_it_as_it_is(client: FlaskClient, rendered: list[int], session: Session) -> None:
    get(client)

    revisions.raise_(session, areas.by_slug(session, "seved").id, "meetings")
    session.commit()
    get(client)

    assert len(rendered) == 1


def test_it_is_made_anew_at_the_edge_of_the_clock(client: FlaskClient, rendered: list[int]) -> None:
    with time_machine.travel(MORNING, tick=False):
        get(client)
    with time_machine.travel(MORNING + timedelta(minutes=59), tick=False):
        get(client)
        assert len(rendered) == 1
    with time_machine.travel(MORNING + timedelta(hours=1), tick=False):
        get(client)

    assert len(rendered) == 2


@time_machine.travel(MORNING, tick=False)
def test_it_is_packed_for_who_takes_it(client: FlaskClient, rendered: list[int]) -> None:
    packed = get(client, Accept_Encoding="gzip, br")

    assert packed.headers["Content-Encoding"] == "br"
    assert brotli.decompress(packed.data) == b"<p>Made for all</p>"
    assert packed.headers["Vary"] == "Accept-Encoding"


@time_machine.travel(MORNING, tick=False)
def test_a_trackers_query_makes_no_other_page(client: FlaskClient, rendered: list[int]) -> None:
    client.get("/counted/seved?fbclid=1")
    client.get("/counted/seved?fbclid=2")

    assert len(rendered) == 1
