"""A photo's address shows it to those who may see it, as a photo and nothing else."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from backend import areas, files, photos
from backend.files import Store
from backend.people import Person
from backend.photos import Photo
from tests.conftest import NOON, signed_in
from tests.makers import a_photograph, ana, bo, mira, seved


@pytest.fixture
def store(app: Flask) -> Store:
    return files.store(app.config["SETTINGS"].files_url)


@pytest.fixture
def sender(session: Session) -> Person:
    return ana(session, seved(session))


@pytest.fixture
def photo(session: Session, store: Store, sender: Person) -> Photo:
    prepared = photos.prepare(a_photograph())
    made = photos.keep(session, store, prepared, area_id=sender.area_id, by=sender, at=NOON)
    session.commit()
    return made


def test_a_public_photo_may_be_kept_for_ever(client: FlaskClient, session: Session, photo: Photo) -> None:
    photo.is_public = True
    session.commit()

    answer = client.get(f"/photos/{photo.key}.jpg")

    assert answer.data.startswith(b"\xff\xd8\xff")
    assert answer.content_type == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer.headers["Cache-Control"]


def test_until_then_its_sender_and_moderators_see_it_and_nobody_keeps_it(
    app: Flask, client: FlaskClient, session: Session, photo: Photo, sender: Person
) -> None:
    area = areas.by_slug(session, "seved")
    path = f"/photos/{photo.key}.jpg"

    for person in (sender, mira(session, area)):
        answer = signed_in(app, session, person).get(path)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert signed_in(app, session, bo(session, area)).get(path).status_code == 404
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("key", ["0" * 40, "..%2F..%2Fetc%2Fpasswd", "a" * 300, "%00"])
def test_an_unknown_key_is_not_found(client: FlaskClient, key: str) -> None:
    assert client.get(f"/photos/{key}.jpg").status_code == 404


def test_a_photo_whose_file_is_gone_is_not_found(
    client: FlaskClient, session: Session, store: Store, photo: Photo
) -> None:
    photo.is_public = True
    session.commit()
    store.remove(photo.file)

    assert client.get(f"/photos/{photo.key}.jpg").status_code == 404
