"""The page on which an author sends a photo for an idea, and what their own page says of it."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import areas, moderation, photos
from backend.areas import Area
from backend.idea_photos import IdeaPhoto
from backend.ideas import Idea
from backend.moderation import Decision, Waiting
from backend.people import Person
from backend.photos import Photo
from tests.conftest import NOON, browser, signed_in
from tests.makers import a_photograph, a_published_idea, an_idea, ana, bo, decided, karin, seved
from tests.pwa.conftest import look_again
from tests.pwa.test_ideas import hidden

JPEG = a_photograph()


@pytest.fixture
def area(session: Session) -> Area:
    return seved(session)


@pytest.fixture
def author(session: Session, area: Area) -> Person:
    return ana(session, area)


@pytest.fixture
def idea(session: Session, area: Area, author: Person) -> Idea:
    return a_published_idea(session, area, author)


@pytest.fixture
def phone(app: Flask, session: Session, author: Person, idea: Idea) -> FlaskClient:
    return signed_in(app, session, author)


def address(idea: Idea, act: str = "photo") -> str:
    return f"/en/seved/ideas/{idea.id}/{act}"


def send(phone: FlaskClient, idea: Idea, content: bytes | None = JPEG, page: str = "", **typed: str) -> Any:
    """As the form stands on the page, or on a fresh one."""
    page = page or phone.get(address(idea)).text
    data: dict[str, Any] = {name: hidden(page, name) for name in ("csrf_token", "client_uuid", "photo_key")} | typed
    if content is not None:
        data["photo"] = (BytesIO(content), "photo.jpg")
    return phone.post(address(idea), data=data, content_type="multipart/form-data")


def count(session: Session, table: type) -> int:
    look_again(session)
    return session.scalar(select(func.count()).select_from(table)) or 0


def decide(session: Session, decision: Decision, **how: str) -> None:
    look_again(session)
    item = session.scalars(select(Waiting).where(Waiting.kind == "photo", Waiting.decision.is_(None))).one()
    reader = karin(session, areas.by_id(session, item.area_id))
    moderation.decide(session, item.id, decision, by=reader, seen_version=1, at=NOON, undo_seconds=0, **how)
    moderation.settle_due(session, NOON)
    session.commit()


def test_a_photo_is_sent_and_waits(phone: FlaskClient, app: Flask, session: Session, idea: Idea) -> None:
    assert "Add a photo" in phone.get(address(idea, "mine")).text

    answer = send(phone, idea, alt="A lamp")

    assert (answer.status_code, answer.location) == (303, address(idea, "mine"))
    mine = phone.get(address(idea, "mine")).text
    assert "Your photo waits" in mine and 'alt="A lamp"' in mine and "Send another photo" in mine
    assert "/photos/" not in browser(app).get(f"/en/seved/ideas/{idea.id}").text


def test_an_idea_that_waits_gets_one_too(app: Flask, session: Session, area: Area, author: Person) -> None:
    waiting = an_idea(session, area, author)
    phone = signed_in(app, session, author)

    assert send(phone, waiting).status_code == 303
    decide(session, Decision.APPROVED)

    assert "It is shown once your idea is public." in phone.get(address(waiting, "mine")).text


def test_a_guest_sends_one_from_the_phone_that_wrote_the_idea(app: Flask, session: Session, area: Area) -> None:
    session.commit()
    phone = browser(app)
    mine = phone.post("/en/seved/ideas/", data={"text": "A lamp"}).location
    look_again(session)
    idea = session.scalars(select(Idea)).one()
    session.commit()

    assert mine == address(idea, "mine")
    assert send(phone, idea).status_code == 303
    assert browser(app).get(address(idea)).status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
def test_it_is_nobody_elses_page(app: Flask, session: Session, area: Area, idea: Idea, method: str) -> None:
    strangers = (
        browser(app),
        signed_in(app, session, bo(session, area)),
        signed_in(app, session, karin(session, area)),
    )

    assert [getattr(one, method)(address(idea)).status_code for one in strangers] == [404] * 3


def test_a_refused_idea_gets_none(app: Flask, session: Session, area: Area, author: Person) -> None:
    refused = an_idea(session, area, author)
    decided(session, refused, karin(session, area), Decision.NOT_PUBLISHED, reason="hate")
    phone = signed_in(app, session, author)

    assert phone.get(address(refused)).status_code == 403
    assert f"ideas/{refused.id}/photo" not in phone.get(address(refused, "mine")).text


def test_a_second_tap_sends_nothing_and_leaves_nothing(phone: FlaskClient, session: Session, idea: Idea) -> None:
    page = phone.get(address(idea)).text

    answers = [send(phone, idea, page=page) for _ in range(2)]

    assert [answer.location for answer in answers] == [address(idea, "mine")] * 2
    assert (count(session, IdeaPhoto), count(session, Photo)) == (1, 1)


def test_another_photo_under_the_same_key_is_told_and_can_be_sent(
    phone: FlaskClient, session: Session, idea: Idea
) -> None:
    page = phone.get(address(idea)).text
    send(phone, idea, page=page)

    clash = send(phone, idea, a_photograph((400, 400)), page=page)
    again = send(phone, idea, None, page=clash.text)

    assert (clash.status_code, again.status_code) == (409, 303)
    assert count(session, IdeaPhoto) == 2


@pytest.mark.parametrize(
    "content, typed, field",
    [
        (None, {}, "photo"), (b"<svg xmlns='http://www.w3.org/2000/svg'/>", {}, "photo"),
        (JPEG, {"alt": "x" * 301}, "alt"), (None, {"photo_key": "0" * 40}, "photo"),
        (None, {"photo_key": "\x00"}, "photo"),
    ],
)  # fmt: skip
def test_a_refusal_stands_beside_its_field(
    phone: FlaskClient, session: Session, idea: Idea, content: bytes | None, typed: dict[str, str], field: str
) -> None:
    answer = send(phone, idea, content, **{"alt": "A lamp", **typed})

    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.text
    assert f'value="{typed.get("alt", "A lamp")}"' in answer.text
    assert count(session, IdeaPhoto) == 0


def test_what_was_chosen_stays_when_something_is_refused(phone: FlaskClient, session: Session, idea: Idea) -> None:
    refused = send(phone, idea, alt="x" * 301)
    key = hidden(refused.text, "photo_key")

    assert f"/photos/{key}.jpg" in refused.text
    assert send(phone, idea, None, page=refused.text, alt="A lamp").status_code == 303
    look_again(session)
    assert [(one.key, one.alt) for one in session.scalars(select(Photo))] == [(key, "A lamp")]


def test_what_was_chosen_stays_in_another_language(phone: FlaskClient, idea: Idea) -> None:
    data = {"photo": (BytesIO(JPEG), "p.jpg"), "alt": "A lamp", "switch_to": "ar"}
    moved = phone.post(address(idea), data=data, content_type="multipart/form-data")
    assert (moved.status_code, moved.location) == (307, address(idea).replace("/en/", "/ar/"))

    data = {"photo": (BytesIO(JPEG), "p.jpg"), "alt": "A lamp", "switch_to": "ar"}
    page = phone.post(moved.location, data=data, content_type="multipart/form-data")

    assert page.status_code == 200
    assert hidden(page.text, "photo_key") and 'value="A lamp"' in page.text


def test_a_photo_without_a_token_is_not_sent(phone: FlaskClient, session: Session, idea: Idea) -> None:
    answer = send(phone, idea, csrf_token="")

    assert answer.status_code == 400
    assert hidden(answer.text, "photo_key"), "it need not be chosen again"
    assert count(session, IdeaPhoto) == 0


def test_nobody_changes_the_words_of_a_public_photo_by_its_key(
    phone: FlaskClient, session: Session, idea: Idea
) -> None:
    send(phone, idea, alt="A lamp")
    decide(session, Decision.APPROVED)
    look_again(session)
    key = session.scalars(select(Photo.key)).one()
    session.commit()

    assert send(phone, idea, None, photo_key=key, alt="Buy my lamps").status_code == 400
    look_again(session)
    assert photos.by_key(session, key).alt == "A lamp"


def test_its_author_reads_why_it_is_not_published(phone: FlaskClient, session: Session, idea: Idea) -> None:
    send(phone, idea)
    decide(session, Decision.NOT_PUBLISHED, reason="not_understandable", note="It is dark.", note_language="en")

    page = phone.get(address(idea, "mine")).text

    assert "Your photo is not published" in page
    assert "We can’t see what it shows." in page and "It is dark." in page
    assert "Send another photo" in page
    assert "/photos/" not in page


def test_an_approved_one_is_shown_to_all(phone: FlaskClient, app: Flask, session: Session, idea: Idea) -> None:
    send(phone, idea, alt="A lamp")
    decide(session, Decision.APPROVED)

    assert 'alt="A lamp"' in browser(app).get(f"/en/seved/ideas/{idea.id}").text
    assert "Your photo waits" not in phone.get(address(idea, "mine")).text
