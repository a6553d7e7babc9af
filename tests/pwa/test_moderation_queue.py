"""The queue on the desk: its count, its filters, and that things of different kinds are told apart."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from backend import database, files, moderation, photos, reading
from backend.areas import Area
from backend.moderation import Shown
from tests.conftest import NOON
from tests.makers import a_photograph
from tests.pwa.conftest import page_of, sent_to_queue, token, waits


def test_the_bar_and_the_title_count_what_waits(desk: FlaskClient, session: Session, area: Area) -> None:
    sent_to_queue(session, area, "One", "Two")

    page = desk.get("/en/moderation/").text

    assert '<b class="n">2</b>' in page
    assert "<title>The queue (2)</title>" in page


def test_a_filter_goes_on_from_one_thing_to_the_next(desk: FlaskClient, session: Session, area: Area) -> None:
    long_ago = database.now() - timedelta(hours=30)
    old, older = sent_to_queue(session, area, "Old", "Older", at=long_ago)
    young = waits(session, area, "Young")

    page = desk.get("/en/moderation/?age=24").text

    assert "Older" in page
    assert "Young" not in page
    assert f"/en/moderation/{old.id}?age=24" in page
    sent = {"csrf_token": token(page_of(desk, old)), "version": "1", "decision": "approved"}
    answer = desk.post(f"/en/moderation/{old.id}?age=24", data=sent)
    assert answer.location == f"/en/moderation/{older.id}?age=24"
    answer = desk.post(f"/en/moderation/{older.id}?age=24", data=sent)
    assert answer.location == "/en/moderation/?age=24"
    assert str(young.id) not in answer.location


def test_only_what_carries_a_photo_goes_on_too(desk: FlaskClient, session: Session, area: Area) -> None:
    store = files.store(desk.application.config["SETTINGS"].files_url)
    ready = photos.prepare(a_photograph())
    first, second = (photos.keep(session, store, ready, area_id=area.id, by=None, at=NOON) for _ in range(2))
    shown, later = waits(session, area, "Shown", photo=first), waits(session, area, "Later", photo=second)
    waits(session, area, "Only words")

    page = desk.get("/en/moderation/?photo=with").text

    assert "Later" in page
    assert "Only words" not in page
    assert "With a photo (2)" in desk.get("/en/moderation/").text
    assert f"/en/moderation/{shown.id}?photo=with" in page
    assert f"/en/moderation/{later.id}?photo=with" in desk.get(f"/en/moderation/{shown.id}?photo=with").text


@pytest.mark.parametrize(
    "address",
    ["?photo=%00", "?area=x", "?area=99999999999999999999", "?kind=%00", "?language=<b>", "?age=-1", "?area=1&area=2"],
)
def test_a_filter_that_means_nothing_hides_nothing_else(
    desk: FlaskClient, session: Session, area: Area, address: str
) -> None:
    waits(session, area, "Still here")

    assert desk.get(f"/en/moderation/{address}").status_code == 200


def test_equal_numbers_of_different_kinds_are_told_apart(desk: FlaskClient, session: Session, area: Area) -> None:
    moderation.shown("note")(lambda session, numbers, tag: {one: Shown("A note", "", "sv", one) for one in numbers})
    item = waits(session, area, "An idea")
    moderation.ask(session, kind="note", noun_id=item.noun_id, area_id=area.id, at=database.now())
    session.commit()

    page = desk.get("/en/moderation/").text

    del reading.kinds["note"]
    assert "A note" in page
    assert "An idea" in page
