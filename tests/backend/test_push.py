"""Phones: whose they are, how many, and that an endpoint names a push service."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from backend import follows, push, settings, sign_in
from backend.errors import NotFound, Refusal
from backend.settings import Settings
from tests.makers import NOON, a_phone, ana, bo, seved

GOOD = "https://fcm.googleapis.com/fcm/send/abc"


@pytest.fixture
def plain(tmp_path: Path) -> Settings:
    return settings.from_environment({"DATA_DIR": str(tmp_path)})


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/a",
        "https://example.org/a",
        "https://evilfcm.googleapis.com.example.org/a",
        "https://evil-fcm.googleapis.com/a",
        "https://fcm.googleapis.com.evil.example/a",
        "https://xfcm.googleapis.com/a",
        "https://fcm.googleapis.com@evil.example/a",
        "https://user:secret@fcm.googleapis.com/a",
        "https://fcm.googleapis.com:8443/a",
        "https://fcm.googleapis.com:0/a",
        "https://fcm.googleapis.com:99999/a",
        "https://fcm.googleapis.com\\@evil.example/a",
        "https://fcm.googleapis.com#@evil.example/a",
        "https://evil.example#.fcm.googleapis.com/a",
        "https://evil.example?.fcm.googleapis.com/a",
        "https://127.0.0.1/a",
        "https://localhost/a",
        "https://localhost:4443/a",
        "https://[::1]/a",
        "https://2130706433/a",
        "https://169.254.169.254/latest/meta-data",
        "https://fcm.googleapis.com./a",
        "https://fcm.googleapis.com",
        "https://fcm%2egoogleapis.com/a",
        "https://fcm。googleapis。com/a",
        "https://fcm.googleapis.com/a b",
        "https://fcm.googleapis.com/\r\nHost: evil.example",
        "https://fcm.goo\tgleapis.com/a",
        "//fcm.googleapis.com/a",
        "ftp://fcm.googleapis.com/a",
        "javascript:alert(1)",
        "https://googleapis.com/a",
        "https://",
        "https://[/a",
        "",
        "\x00",
        GOOD + "a" * 2000,
    ],
)
def test_what_is_no_push_service_is_refused(endpoint: str, plain: Settings) -> None:
    with pytest.raises(Refusal):
        push.make_sure_it_is_a_push_service(endpoint, plain)


@pytest.mark.parametrize(
    "endpoint",
    [
        GOOD,
        "https://fcm.googleapis.com:443/fcm/send/a:b",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
        "https://wns2-par02p.notify.windows.com/w/?token=BQYAAA%2b",
        "https://web.push.apple.com/QGu",
    ],
)
def test_push_services_are_taken(endpoint: str, plain: Settings) -> None:
    push.make_sure_it_is_a_push_service(endpoint, plain)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        ("", None),
        (_text(b"\x04" + bytes(64)), None),  # not on the curve
        (_text(bytes(65)), None),
        (_text(b"\x04" + b"\xff" * 64), None),
        (_text(bytes(64)), None),
        ("*" * 87, None),
        ("A" * 5000, None),
        (None, ""),
        (None, _text(bytes(15))),
        (None, _text(bytes(17))),
        (None, "A" * 21),
        (None, "å" * 22),
    ],
)
def test_keys_that_no_browser_makes_are_refused(
    session: Session, surroundings: Settings, p256dh: str | None, auth: str | None
) -> None:
    person = ana(session, seved(session))

    with pytest.raises(Refusal):
        a_phone(session, person, surroundings, p256dh=p256dh, auth=auth)

    assert push.of_person(session, person) == []


def test_the_same_phone_again_is_brought_up_to_date(session: Session, surroundings: Settings) -> None:
    person = ana(session, seved(session))
    first = a_phone(session, person, surroundings, endpoint=GOOD, language="sv")

    again = a_phone(session, person, surroundings, endpoint=GOOD, language="ar")

    assert (again.id, again.language) == (first.id, "ar")
    assert len(push.of_person(session, person)) == 1


def test_a_phone_belongs_to_whoever_signed_in_last(session: Session, surroundings: Settings) -> None:
    area = seved(session)
    before, now = ana(session, area), bo(session, area)
    a_phone(session, before, surroundings, endpoint=GOOD)

    second = a_phone(session, now, surroundings, endpoint=GOOD)

    assert push.of_person(session, before) == []
    assert push.of_person(session, now) == [second]


def test_the_oldest_of_too_many_phones_leaves(session: Session, surroundings: Settings) -> None:
    person = ana(session, seved(session))
    phones = [a_phone(session, person, surroundings) for _ in range(push.MOST_DEVICES + 2)]

    kept = push.of_person(session, person)

    assert [phone.id for phone in kept] == [phone.id for phone in reversed(phones[2:])]


def test_nobody_takes_anothers_phone_away(session: Session, surroundings: Settings) -> None:
    area = seved(session)
    phone = a_phone(session, ana(session, area), surroundings)

    with pytest.raises(NotFound):
        push.remove(session, bo(session, area), phone.id)


def test_a_phone_is_forgotten_by_its_endpoint(session: Session, surroundings: Settings) -> None:
    person = ana(session, seved(session))
    phone = a_phone(session, person, surroundings)

    push.unsubscribe(session, phone.endpoint)

    assert push.of_person(session, person) == []


def test_following_twice_and_leaving_twice_change_nothing(session: Session) -> None:
    area = seved(session)
    person = ana(session, area)
    for _ in range(2):
        follows.follow(session, person, "area", area.id, at=NOON)
    assert follows.followed(session, person, "area") == {area.id}
    assert follows.count(session, "area", area.id) == 1

    for _ in range(2):
        follows.unfollow(session, person, "area", area.id)

    assert follows.followed(session, person, "area") == set()
    assert follows.followed(session, None, "area") == set()


def test_a_phone_ends_with_the_sign_in_that_it_came_with(session: Session, plain: Settings) -> None:
    person = ana(session, seved(session))
    here, elsewhere = (sign_in.find(session, sign_in.begin(session, person, at=NOON), at=NOON) for _ in range(2))
    assert here is not None
    assert elsewhere is not None
    kept, left = (a_phone(session, person, plain) for _ in range(2))
    kept.sign_in_id, left.sign_in_id = here.id, elsewhere.id
    session.flush()

    sign_in.end_one_of(session, person, elsewhere.id)

    assert push.of_person(session, person) == [kept]
    sign_in.end_all(session, person)
    assert push.of_person(session, person) == []


def test_a_shared_phone_hears_nothing_once_its_hours_are_over(session: Session, plain: Settings) -> None:
    person = ana(session, seved(session))
    for is_shared in (True, False):
        here = sign_in.find(session, sign_in.begin(session, person, at=NOON, is_shared=is_shared), at=NOON)
        assert here is not None
        a_phone(session, person, plain).sign_in_id = here.id
    session.flush()

    assert push.remove_left(session, NOON) == 0
    assert push.remove_left(session, NOON.replace(year=NOON.year + 1)) == 1
    assert len(push.of_person(session, person)) == 1
