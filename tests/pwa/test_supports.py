""" "Me too" is one tap on a small page, and one tap back."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from backend import areas
from backend.ideas import Idea
from tests.conftest import browser, signed_in
from tests.makers import a_published_idea, ana, bo, seved


@pytest.fixture
def idea(session: Session) -> Idea:
    area = seved(session)
    made = a_published_idea(session, area, ana(session, area))
    session.commit()
    return made


def page_of(idea: Idea) -> str:
    return f"/en/seved/ideas/{idea.id}/support"


def count_of(session: Session, idea: Idea) -> int:
    session.commit()  # what a session has read once it sees until its transaction ends
    session.refresh(idea)
    return idea.supports


def test_a_neighbour_supports_and_takes_it_back(app: Flask, session: Session, idea: Idea) -> None:
    neighbour = signed_in(app, session, bo(session, areas.by_slug(session, "seved")))

    for _ in range(2):
        assert neighbour.post(page_of(idea)).status_code == 303
    assert count_of(session, idea) == 1
    assert "1 supports it" in neighbour.get(f"/en/seved/ideas/{idea.id}").text

    neighbour.post(page_of(idea), data={"undo": "1"})
    assert count_of(session, idea) == 0
    assert "0 support it" in neighbour.get(f"/en/seved/ideas/{idea.id}").text


def test_a_guests_support_is_kept_and_says_when_it_counts(app: Flask, session: Session, idea: Idea) -> None:
    guest = browser(app)

    guest.post(page_of(idea))

    assert count_of(session, idea) == 0
    assert "It counts once" in guest.get(page_of(idea)).text


def test_looking_makes_no_guest(client: FlaskClient, idea: Idea) -> None:
    assert client.get(page_of(idea)).status_code == 200
    assert client.get_cookie("innovationsforum") is None


def test_another_site_cannot_support(client: FlaskClient, idea: Idea) -> None:
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "cross-site"

    assert client.post(page_of(idea)).status_code == 403

