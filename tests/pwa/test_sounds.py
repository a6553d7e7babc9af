"""A recording's address plays it to those who may hear it, piece by piece as iPhones ask."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from backend import files, sounds
from backend.areas import Area
from backend.people import Person
from backend.sounds import Sound
from tests.conftest import NOON, browser, signed_in
from tests.makers import ana, bo, mira, seved

CONTENT = bytes(range(256)) * 20


@pytest.fixture
def area(session: Session) -> Area:
    return seved(session)


@pytest.fixture
def sender(session: Session, area: Area) -> Person:
    return ana(session, area)


@pytest.fixture
def sound(app: Flask, session: Session, sender: Person) -> Sound:
    store = files.store(app.config["SETTINGS"].files_url)
    prepared = sounds.Prepared(CONTENT, 4000, "mark")
    made = sounds.keep(session, store, prepared, area_id=sender.area_id, by=sender, at=NOON)
    session.commit()
    return made


def test_a_public_recording_is_played_to_everybody_and_kept_for_ever(
    app: Flask, session: Session, sound: Sound
) -> None:
    sound.is_public = True
    session.commit()

    answer = browser(app).get(f"/sounds/{sound.key}.m4a")

    assert (answer.status_code, answer.data) == (200, CONTENT)
    assert answer.headers["Content-Type"] == "audio/mp4"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("asked", "status", "told", "length"),
    [
        ("bytes=0-1", 206, "bytes 0-1/5120", 2), ("bytes=5000-", 206, "bytes 5000-5119/5120", 120),
        ("bytes=-20", 206, "bytes 5100-5119/5120", 20), ("bytes=0-999999", 206, "bytes 0-5119/5120", 5120),
        ("bytes=9000-", 416, None, None), ("stones=1-2", 200, None, 5120),
    ],
)  # fmt: skip
def test_it_is_given_in_pieces(
    app: Flask, session: Session, sound: Sound, asked: str, status: int, told: str | None, length: int | None
) -> None:
    sound.is_public = True
    session.commit()

    answer = browser(app).get(f"/sounds/{sound.key}.m4a", headers={"Range": asked})

    assert (answer.status_code, answer.headers.get("Content-Range")) == (status, told)
    assert length is None or len(answer.data) == length


def test_before_that_only_its_sender_and_moderators_hear_it(
    app: Flask, session: Session, area: Area, sender: Person, sound: Sound
) -> None:
    readers = {"sender": sender, "moderator": mira(session, area), "other": bo(session, area)}
    session.commit()

    seen = {}
    for who, person in readers.items():
        answer = signed_in(app, session, person).get(f"/sounds/{sound.key}.m4a", headers={"Range": "bytes=0-9"})
        seen[who] = answer.status_code
        if answer.status_code == 206:
            assert answer.headers["Cache-Control"] == "no-store"

    assert seen == {"sender": 206, "moderator": 206, "other": 404}
    assert browser(app).get(f"/sounds/{sound.key}.m4a").status_code == 404


@pytest.mark.parametrize("key", ["x", "0" * 40, "..%2f..%2fsecret", "A" * 40])
def test_other_keys_lead_nowhere(app: Flask, session: Session, key: str) -> None:
    seved(session)
    session.commit()

    assert browser(app).get(f"/sounds/{key}.m4a").status_code == 404
