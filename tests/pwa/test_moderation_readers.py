"""Handing something to another moderator."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from backend.areas import Area
from tests.conftest import signed_in
from tests.pwa.conftest import omar, page_of, send, waits


def test_something_is_handed_to_another_moderator(app: Flask, desk: FlaskClient, session: Session, area: Area) -> None:
    taker = omar(session, area)
    other, item = signed_in(app, session, taker), waits(session, area, "For Omar")

    answer = send(desk, item, "/hand-over", to=str(taker.id), word="You know <her>?")

    assert answer.status_code == 303
    assert "Handed to you by <bdi>Mira</bdi>" in other.get("/en/moderation/").text
    assert "You know &lt;her&gt;?" in page_of(other, item)


@pytest.mark.parametrize("to", ["", "0", "x", "99999"])
def test_nothing_is_handed_to_nobody(app: Flask, desk: FlaskClient, session: Session, area: Area, to: str) -> None:
    omar(session, area)
    item = waits(session, area)

    answer = send(desk, item, "/hand-over", to=to, word="My words")

    assert answer.status_code == 400
    assert "Choose who shall read it." in answer.text
    assert "My words" in answer.text
