"""Pages of ideas: written without an account, received once, read by everybody once published."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from backend import areas, idea_merges
from backend.areas import Area
from backend.ideas import Idea, State
from backend.moderation import Decision
from backend.people import Level, Person
from backend.photos import Photo
from pwa import current
from tests.conftest import NOON, browser, signed_in
from tests.makers import (
    LIGHTS,
    a_case,
    a_comment,
    a_photograph,
    a_published_idea,
    an_idea,
    ana,
    bo,
    decided,
    mira,
    seved,
)

UUID = "7d2f9c1e-0b52-4a41-9c7b-3a5d1c0e8f11"
IDEAS, NEW = "/sv/seved/ideas/", "/sv/seved/ideas/new"
JSON = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def _an_area(session: Session) -> None:
    seved(session)
    session.commit()


def area_of(session: Session) -> Area:
    return areas.by_slug(session, "seved")


def send(client: FlaskClient, text: str = LIGHTS, *, uuid: str = UUID, photo: bytes | None = None, **more: Any) -> Any:
    """As the phone's script sends."""
    data: dict[str, Any] = {"text": text, "client_uuid": uuid, **more}
    if photo is not None:
        data["photo"] = (BytesIO(photo), "photo.jpg")
    return client.post(IDEAS, data=data, headers=JSON, content_type="multipart/form-data")


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found, f"no field {name}"
    return found[1]


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The SQL statements of what happens within."""
    engine: Engine = app.extensions["engine"]
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):  # SQLite's transactions begin by a statement of ours
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


# --- reading ---


def test_an_empty_list_says_so_and_offers_to_write(client: FlaskClient) -> None:
    page = client.get(IDEAS).text

    assert 'class="empty"' in page
    assert f'href="{NEW}"' in page


def test_the_list_shows_published_ideas_alone_in_their_own_language(client: FlaskClient, session: Session) -> None:
    area = area_of(session)
    shown = a_published_idea(session, area, ana(session, area), "إنارة الممر", language="ar")
    an_idea(session, area, ana(session, area), "It waits")
    session.commit()

    page = client.get(IDEAS).text

    assert '<span lang="ar" dir="rtl">إنارة الممر</span>' in page
    assert f'href="/sv/seved/ideas/{shown.id}"' in page
    assert "It waits" not in page


def test_lists_have_pages(client: FlaskClient, session: Session) -> None:
    area = area_of(session)
    for number in range(31):
        an_idea(session, area, ana(session, area), f"Idea {number:02}").state = State.READ
    session.commit()

    assert "Idea 00" not in client.get(IDEAS).text
    assert "Idea 00" in client.get(f"{IDEAS}?page=2").text
    assert client.get(f"{IDEAS}?page=3").status_code == 404
    assert client.get(f"{IDEAS}?page=-1").status_code == 404
    assert client.get(f"{IDEAS}?page=99999999999999999999").status_code == 404


def test_an_idea_page_tells_what_has_happened_and_how_to_share(client: FlaskClient, session: Session) -> None:
    area = area_of(session)
    idea, case = an_idea(session, area, ana(session, area)), a_case(session, area)
    decided(session, idea, mira(session, area), case_id=case.id)
    session.commit()

    page = client.get(f"{IDEAS}{idea.id}").text

    assert f'href="/sv/seved/cases/{case.id}"' in page
    assert f"localhost:8000/i/{idea.id}" in page
    assert "https://wa.me/" in page
    assert page.count("<li") > 4
    assert 'aria-current="step"' in page


def test_an_idea_that_waits_is_nobodys_page(client: FlaskClient, session: Session) -> None:
    area = area_of(session)
    idea = an_idea(session, area, ana(session, area))
    session.commit()

    for number in (idea.id, 404, 2**40):
        assert client.get(f"{IDEAS}{number}").status_code == 404
        assert client.get(f"{IDEAS}{number}/mine").status_code == 404
        assert client.get(f"{IDEAS}{number}/support").status_code == 404


@pytest.mark.parametrize("ideas_there", [1, 30])
def test_reading_takes_few_statements_however_many_ideas(app: Flask, session: Session, ideas_there: int) -> None:
    area = area_of(session)
    case, moderator = a_case(session, area), mira(session, area)
    for _ in range(ideas_there):
        idea = an_idea(session, area, ana(session, area))
        decided(session, idea, moderator, case_id=case.id)
    session.commit()

    with counted(app) as listing:
        browser(app).get(IDEAS)
    with counted(app) as one:
        browser(app).get(f"{IDEAS}{idea.id}")
    with counted(app) as again:
        browser(app).get(IDEAS)

    assert len(listing) <= 4, listing
    assert len(one) <= 6, one
    assert len(again) <= 2, again


@pytest.mark.parametrize("merged", [3, 12])
def test_an_idea_that_stands_for_others_takes_few_statements_too(app: Flask, session: Session, merged: int) -> None:
    area = area_of(session)
    idea = a_published_idea(session, area, ana(session, area))
    for _ in range(merged):
        part = a_published_idea(session, area, bo(session, area))
        a_comment(session, part, bo(session, area))
        idea_merges.merge(session, part, idea.id, by=None, at=NOON)
    session.commit()

    with counted(app) as one:
        page = browser(app).get(f"{IDEAS}{idea.id}").text

    assert "<bdi>Bo</bdi>" in page
    assert len(one) <= 6, one


# --- writing with a script ---


def test_an_idea_needs_no_account(client: FlaskClient, session: Session) -> None:
    answer = send(client)

    idea = session.scalars(select(Idea)).one()
    assert answer.status_code == 201
    assert answer.json["number"] == idea.id
    assert answer.json["address"] == f"/sv/seved/ideas/{idea.id}/mine"
    assert "/sv/r/" in answer.json["receipt"]
    page = client.get(answer.json["address"])
    assert "no-store" in page.headers["Cache-Control"]
    assert "Ljus i gången" in page.text


def test_a_repeat_answers_with_the_same_number(client: FlaskClient, session: Session) -> None:
    first, again = send(client), send(client)

    assert (again.status_code, again.json["number"]) == (200, first.json["number"])
    assert "receipt" not in again.json
    assert session.scalar(select(func.count()).select_from(Idea)) == 1


def test_a_guest_whose_answer_got_lost_is_known_again(app: Flask, session: Session) -> None:
    send(browser(app))
    phone = browser(app)

    again = send(phone)

    assert again.status_code == 200
    assert phone.get(again.json["address"]).status_code == 200
    assert session.scalar(select(func.count()).select_from(Person)) == 1


def test_knowing_the_key_signs_nobody_in_as_somebody_known(app: Flask, session: Session) -> None:
    area = area_of(session)
    resident = ana(session, area)
    send(signed_in(app, session, resident))
    stranger = browser(app)

    again = send(stranger)

    assert again.status_code == 200
    assert stranger.get(again.json["address"]).status_code == 404
    assert stranger.get_cookie("innovationsforum") is None
    assert session.scalar(select(func.count()).select_from(Person)) == 1


def test_another_guests_phone_stays_its_own(app: Flask, session: Session) -> None:
    send(browser(app))
    other = browser(app)
    send(other, "Another idea", uuid=UUID.replace("7", "8"))

    again = send(other)

    assert again.status_code == 200
    assert other.get(again.json["address"]).status_code == 404


def test_what_one_account_wrote_on_a_phone_is_not_sent_as_anothers(app: Flask, session: Session) -> None:
    area = area_of(session)
    with app.test_request_context():
        hers = current.account_mark(ana(session, area))
    phone = signed_in(app, session, bo(session, area))

    assert send(phone, account=hers).status_code == 403
    assert send(browser(app), account=hers).status_code == 403
    assert session.scalar(select(func.count()).select_from(Idea)) == 0
    assert send(phone, account="").status_code == 201


def test_the_same_key_with_other_words_is_a_conflict(client: FlaskClient, session: Session) -> None:
    send(client)

    answer = send(client, "Something else")

    assert answer.status_code == 409
    assert answer.json["error"]
    assert session.scalar(select(func.count()).select_from(Idea)) == 1


def test_a_new_idea_takes_six_statements(app: Flask, session: Session) -> None:
    guest = browser(app)
    with counted(app) as first:
        send(guest)
    with counted(app) as second:
        send(guest, uuid=UUID.replace("7", "8"))

    assert len(first) <= 6, first
    assert len(second) <= 6, second


def test_a_photo_comes_along_once(client: FlaskClient, session: Session) -> None:
    content = a_photograph((2000, 1000))
    for _ in range(2):
        answer = send(client, photo=content, alt="En mörk gång")

    photo = session.scalars(select(Photo)).one()
    assert answer.status_code == 200
    assert (photo.width, photo.alt) == (1600, "En mörk gång")
    assert session.scalars(select(Idea.photo_id)).all() == [photo.id]
    assert photo.key in client.get(answer.json["address"]).text


@pytest.mark.parametrize(
    "wrong, field, status",
    [
        ({"text": ""}, "text", 400), ({"text": " \x00 "}, "text", 400), ({"text": "x" * 2001}, "text", 400),
        ({"uuid": "no-uuid"}, "client_uuid", 400), ({"alt": "x" * 301, "photo": a_photograph()}, "alt", 400),
        ({"photo": b"<svg xmlns='http://www.w3.org/2000/svg'/>"}, "photo", 400),
        ({"photo": a_photograph((5001, 5000))}, "photo", 400), ({"photo": bytes(13_000_000)}, "photo", 400),
        ({"photo": bytes(15_000_000)}, None, 413), ({"text": "x" * 300_000}, None, 413),
        ({"photo_key": "0" * 40}, "photo", 400), ({"photo_key": "\x00"}, "photo", 400),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_said_and_changes_nothing(
    client: FlaskClient, session: Session, wrong: dict[str, Any], field: str | None, status: int
) -> None:
    answer = send(client, **wrong)

    assert answer.status_code == status
    assert answer.json["error"]
    assert answer.json["field"] == field
    assert session.scalar(select(func.count()).select_from(Idea)) == 0
    assert session.scalar(select(func.count()).select_from(Person)) == 0


def test_another_site_cannot_send(client: FlaskClient, session: Session) -> None:
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "cross-site"

    assert send(client).status_code == 403
    assert client.post(NEW, data={"text": LIGHTS}).status_code == 403
    assert session.scalar(select(func.count()).select_from(Idea)) == 0


@pytest.mark.parametrize("place", ["/sv/nowhere", "/sv/se%00ved", "/xx/seved"])
def test_an_unknown_area_or_language_is_not_found(client: FlaskClient, place: str) -> None:
    for path in (f"{place}/ideas/", f"{place}/ideas/new"):
        assert client.get(path).status_code == 404
        assert client.post(path, data={"text": LIGHTS}).status_code == 404


@limits(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60), uuid=st.text(max_size=40), key=st.text(max_size=40))
def test_nothing_typed_breaks_a_page(client: FlaskClient, text: str, uuid: str, key: str) -> None:
    for path in (IDEAS, NEW):
        data = {"text": text, "client_uuid": uuid, "photo_key": key}
        encoded = {name: value.encode("utf-8", "surrogatepass") for name, value in data.items()}

        assert client.post(path, data=encoded).status_code < 500


# --- writing without a script ---


def test_three_steps_without_a_script_send_one_idea(client: FlaskClient, session: Session) -> None:
    write = client.get(NEW)
    assert "public" in write.headers["Cache-Control"]

    check = client.post(NEW, data={"text": LIGHTS}).text
    sent = {"text": LIGHTS, "client_uuid": hidden(check, "client_uuid"), "photo_key": ""}
    answers = [client.post(IDEAS, data=sent) for _ in range(2)]

    idea = session.scalars(select(Idea)).one()
    assert "Ljus i gången" in check
    assert [answer.status_code for answer in answers] == [303, 303]
    assert {answer.location for answer in answers} == {f"/sv/seved/ideas/{idea.id}/mine"}


def test_a_photo_stays_through_the_steps_without_a_script(app: Flask, session: Session) -> None:
    phone, stranger = browser(app), browser(app)
    data = {"text": LIGHTS, "photo": (BytesIO(a_photograph()), "p.jpg"), "alt": "En gång"}
    check = phone.post(NEW, data=data).text
    key, uuid = hidden(check, "photo_key"), hidden(check, "client_uuid")
    assert phone.get(f"/photos/{key}.jpg").status_code == 200

    changed = phone.post(NEW, data={"text": LIGHTS, "photo_key": key, "client_uuid": uuid, "change": "1"}).text
    sent = {"text": LIGHTS, "photo_key": hidden(changed, "photo_key"), "client_uuid": uuid, "alt": "En gång"}
    assert phone.post(IDEAS, data=sent).status_code == 303

    photo = session.scalars(select(Photo)).one()
    assert session.scalars(select(Idea.photo_id)).one() == photo.id
    assert photo.alt == "En gång"
    assert phone.get(f"/photos/{key}.jpg").status_code == 200
    assert stranger.get(f"/photos/{key}.jpg").status_code == 404
    stolen = {"text": "Mine", "photo_key": key, "client_uuid": UUID}
    assert stranger.post(IDEAS, data=stolen).status_code == 400


def test_a_photo_can_be_left_out_again(client: FlaskClient) -> None:
    check = client.post(NEW, data={"text": LIGHTS, "photo": (BytesIO(a_photograph()), "p.jpg")}).text

    page = client.post(NEW, data={"text": LIGHTS, "photo_key": hidden(check, "photo_key"), "without_photo": "1"}).text

    assert "/photos/" not in page


def test_what_was_typed_survives_a_refusal_with_its_photo(client: FlaskClient) -> None:
    data = {"text": "å" * 2001, "alt": "En gång", "photo": (BytesIO(a_photograph()), "p.jpg")}

    page = client.post(NEW, data=data)

    assert page.status_code == 400
    assert "å" * 2001 in page.text
    assert 'value="En gång"' in page.text
    assert hidden(page.text, "photo_key")
    assert 'role="alert"' in page.text


def test_what_was_typed_survives_a_clash(client: FlaskClient, session: Session) -> None:
    send(client)

    page = client.post(IDEAS, data={"text": "Quite another", "client_uuid": UUID})

    assert page.status_code == 409
    assert "Quite another" in page.text
    assert UUID not in page.text


@pytest.mark.parametrize("path", [NEW, IDEAS])
def test_switching_the_language_keeps_what_was_typed(client: FlaskClient, session: Session, path: str) -> None:
    data = {"text": "Typed text", "switch_to": "ar"}

    there = client.post(path, data=data)

    assert there.status_code == 307
    assert there.location == path.replace("/sv/", "/ar/")
    page = client.post(there.location, data=data)
    assert 'lang="ar" dir="rtl"' in page.text
    assert "Typed text" in page.text
    assert session.scalar(select(func.count()).select_from(Idea)) == 0


def test_attacks_in_text_are_shown_as_text(client: FlaskClient, session: Session) -> None:
    attack = '<script>alert(1)</script> {{ 7*7 }} " onfocus=x'
    area = area_of(session)
    idea = a_published_idea(session, area, ana(session, area), f"{attack}\n{attack}")
    session.commit()

    for page in (client.post(NEW, data={"text": attack}), client.get(f"{IDEAS}{idea.id}"), client.get(IDEAS)):
        assert "<script>alert" not in page.text
        assert "{{ 7*7 }}" in page.text
        assert "&lt;script&gt;" in page.text


# --- the author's page ---


def test_only_author_and_moderators_read_why_an_idea_is_not_published(app: Flask, session: Session) -> None:
    area = area_of(session)
    author, moderator = ana(session, area, language="sv"), mira(session, area)
    idea = an_idea(session, area, author)
    how = {"reason": "advertising", "note": "Skriv igen.", "note_language": "sv"}
    decided(session, idea, moderator, Decision.NOT_PUBLISHED, **how)
    path = f"{IDEAS}{idea.id}/mine"

    assert "Skriv igen." in signed_in(app, session, author).get(path).text
    assert "Skriv igen." in signed_in(app, session, moderator).get(path).text
    assert signed_in(app, session, bo(session, area)).get(path).status_code == 404


def test_a_stranger_is_led_from_the_authors_page_to_the_public_one(client: FlaskClient, session: Session) -> None:
    area = area_of(session)
    idea = a_published_idea(session, area, ana(session, area))
    session.commit()

    assert client.get(f"{IDEAS}{idea.id}/mine").location == f"{IDEAS}{idea.id}"


def test_a_receipt_link_is_made_on_request_and_opens_the_idea_elsewhere(app: Flask, session: Session) -> None:
    phone, other = browser(app), browser(app)
    path = send(phone).json["address"]
    made = phone.post(path, data={"csrf_token": hidden(phone.get(path).text, "csrf_token")}).text
    link = re.search(r"http://localhost:8000(/sv/r/[^<\"]+)", made)
    assert link

    looked = other.get(link[1])
    assert "Ljus i gången" in looked.text
    assert other.get(path).status_code == 404
    opened = other.post(link[1])

    assert (opened.status_code, opened.location) == (303, path)
    assert other.get(path).status_code == 200


def test_a_receipt_of_somebody_known_shows_and_signs_nobody_in(app: Flask, session: Session) -> None:
    phone, other = browser(app), browser(app)
    link = send(phone).json["receipt"].removeprefix("http://localhost:8000")
    author = session.scalars(select(Person)).one()
    author.level = Level.NEIGHBOUR
    session.commit()

    assert other.post(link).status_code == 200
    assert other.get_cookie("innovationsforum") is None


def test_an_unknown_receipt_is_not_found(client: FlaskClient) -> None:
    assert client.get("/sv/r/nothing").status_code == 404
    assert client.post("/sv/r/nothing").status_code == 404


def test_making_a_receipt_needs_the_token(client: FlaskClient) -> None:
    path = send(client).json["address"]

    assert "localhost:8000/sv/r/" not in client.post(path, data={"csrf_token": "wrong"}).text
