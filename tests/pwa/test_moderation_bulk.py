"""Spam in one go: ticked, read once more, and taken back as one."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from backend.areas import Area
from tests.conftest import signed_in
from tests.pwa.conftest import csrf_of, decisions, omar, send, sent_to_queue


def test_spam_is_put_away_after_its_titles_were_read_once_more(desk: FlaskClient, session: Session, area: Area) -> None:
    items = sent_to_queue(session, area, "Buy this", "Buy that", "An idea")
    ticked = [f"{item.id}:1" for item in items[:2]]
    sent = {"csrf_token": csrf_of(desk), "items": ticked}

    asked = desk.post("/en/moderation/spam", data=sent)

    assert "Not publish 2 things?" in asked.text
    assert "Buy this" in asked.text
    assert "An idea" not in asked.text
    assert decisions(session, items) == [None, None, None]

    answer = desk.post("/en/moderation/spam", data={**sent, "sure": "yes"})

    assert (answer.status_code, answer.location) == (303, "/en/moderation/")
    assert decisions(session, items) == ["not_published", "not_published", None]
    assert "2 things" in desk.get(answer.location).text
    send(desk, items[1], "/undo")
    assert decisions(session, items) == [None, None, None]


def test_spam_that_somebody_else_read_meanwhile_is_left_alone_and_said(
    app: Flask, desk: FlaskClient, session: Session, area: Area
) -> None:
    other = signed_in(app, session, omar(session, area))
    items = sent_to_queue(session, area, "Buy this", "Not spam")
    send(other, items[1], decision="approved")

    sent = {"csrf_token": csrf_of(desk), "items": [f"{item.id}:1" for item in items], "sure": "yes"}
    answer = desk.post("/en/moderation/spam", data=sent)

    assert "1 was left alone" in desk.get(answer.location).text
    assert decisions(session, items) == ["not_published", "approved"]


@pytest.mark.parametrize("ticked", [[], ["x"], ["0:1"], [":"], ["99999:1"], ["9" * 40 + ":1"]])
def test_nothing_is_put_away_where_nothing_was_ticked(desk: FlaskClient, session: Session, ticked: list[str]) -> None:
    sent = {"csrf_token": csrf_of(desk), "items": ticked, "sure": "yes"}

    assert desk.post("/en/moderation/spam", data=sent).status_code in (303, 400)
