"""One thing as a moderator reads it: marks, similar ideas, its author, and a new case for it."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.areas import Area
from backend.cases import Case
from tests.conftest import signed_in
from tests.makers import a_published_idea, bo, karin
from tests.pwa.conftest import page_of, send, waits


def test_a_coordinator_opens_a_case_for_what_is_read(app: Flask, session: Session, area: Area) -> None:
    client, item = signed_in(app, session, karin(session, area)), waits(session, area)

    answer = send(client, item, "/cases", title="Ljus i Seved", original="sv")

    page = client.get(answer.location).text
    assert "Ljus i Seved" in page
    case = session.scalars(select(Case)).one()
    session.commit()
    assert f'name="case" value="{case.id}" form="decision" checked' in page
    refused = send(client, item, "/cases", title=" ", original="sv")
    assert refused.status_code == 400


def test_a_moderator_opens_no_case(desk: FlaskClient, session: Session, area: Area) -> None:
    item = waits(session, area)

    assert "Open a new case" not in page_of(desk, item)
    assert send(desk, item, "/cases", title="Ljus", original="sv").status_code == 403


def test_what_may_give_somebody_away_is_marked(desk: FlaskClient, session: Session, area: Area) -> None:
    item = waits(session, area, "Ring mig\nPå 070-123 45 67 <b>nu</b>.")

    page = page_of(desk, item)

    assert "<mark>070-123 45 67</mark> &lt;b&gt;" in page
    assert "A phone number" in page


def test_similar_ideas_stand_beside_it(desk: FlaskClient, session: Session, area: Area) -> None:
    twin = a_published_idea(session, area, bo(session, area), "Lampor i gången mellan gårdarna\nDet är mörkt där.")
    item = waits(session, area, "Lampor i gången mellan gårdarna tack")

    page = page_of(desk, item)

    assert f"/en/seved/ideas/{twin.id}" in page


def test_the_author_s_history_stands_beside_it(desk: FlaskClient, session: Session, area: Area) -> None:
    item = waits(session, area)

    page = page_of(desk, item)

    assert "<bdi>Ana</bdi> before" in page
