"""For tests of the moderators' desk: Mira's browser, and forms sent as they stand on the page."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import database, moderation, people
from backend.areas import Area
from backend.ideas import Idea
from backend.moderation import Waiting
from backend.people import Level, Person, Role
from tests.conftest import signed_in
from tests.makers import an_idea, ana, mira, seved


def token(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, "the page has no form with a token"
    return found[1]


def look_again(session: Session) -> None:
    """Lets go of what was read before, so that what the application wrote is seen."""
    session.rollback()
    session.expire_all()


def item_of(session: Session, idea: Idea) -> Waiting:
    return session.scalars(select(Waiting).where(Waiting.noun_id == idea.id)).one()


def send(client: FlaskClient, item: Waiting, act: str = "", **sent: str):  # type: ignore[no-untyped-def]
    """Posts one of the forms of an item's page, as it stands there."""
    page = client.get(f"/en/moderation/{item.id}").text
    return client.post(f"/en/moderation/{item.id}{act}", data={"csrf_token": token(page), "version": "1", **sent})


def settle(session: Session) -> None:
    look_again(session)
    moderation.settle_due(session, database.now() + timedelta(minutes=1))
    session.commit()


@pytest.fixture
def area(session: Session) -> Area:
    return seved(session)


@pytest.fixture
def desk(app: Flask, session: Session, area: Area) -> FlaskClient:
    """Mira's browser."""
    return signed_in(app, session, mira(session, area))


def waits(session: Session, area: Area, text: str = "Ljus i gången", **changed: object) -> Waiting:
    idea = an_idea(session, area, ana(session, area), text, **{"at": database.now(), **changed})
    found = item_of(session, idea)
    session.commit()  # its read transaction must not stay open while the application writes
    return found


def csrf_of(client: FlaskClient) -> str:
    return client.get("/en/me/mine").json["token"]


def sent_to_queue(session: Session, area: Area, *texts: str, **changed: object) -> list[Waiting]:
    return [waits(session, area, text, **changed) for text in texts]


def omar(session: Session, area: Area) -> Person:
    person = people.add(session, name="Omar", language="sv", level=Level.NEIGHBOUR, at=database.now())
    people.give_role(session, person, Role.MODERATOR, area_id=area.id, at=database.now())
    return person


def page_of(client: FlaskClient, item: Waiting) -> str:
    return client.get(f"/en/moderation/{item.id}").text


def decisions(session: Session, items: list[Waiting]) -> list[str | None]:
    look_again(session)
    found = {row.id: row.decision for row in session.execute(select(Waiting.id, Waiting.decision))}
    session.commit()
    return [found[item.id] for item in items]
