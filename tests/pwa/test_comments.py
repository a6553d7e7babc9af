"""Comments on pages: the same for all beneath an idea, and one's own on pages of their own."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from backend import comment_rules, comments
from backend.areas import Area
from backend.comments import Comment, State
from backend.ideas import Idea
from backend.people import Level, Person
from tests.conftest import NOON, browser, signed_in
from tests.makers import a_case, a_comment, a_published_idea, an_idea, ana, bo, karin, lindangen, mira, seved

UUID = "7d2f9c1e-0b52-4a41-9c7b-3a5d1c0e8f11"


@pytest.fixture
def area(session: Session) -> Area:
    return seved(session)


@pytest.fixture
def idea(session: Session, area: Area) -> Idea:
    made = a_published_idea(session, area, ana(session, area))
    session.commit()
    return made


@pytest.fixture
def neighbour(session: Session, area: Area) -> Person:
    return bo(session, area, level=Level.NEIGHBOUR)


@pytest.fixture
def resident(session: Session, area: Area) -> Person:
    return bo(session, area)


def new(idea: Idea) -> str:
    return f"/en/seved/ideas/{idea.id}/comments/new"


def send(client: FlaskClient, address: str, **fields: str) -> Any:
    """Opens the form and sends it, as a browser does."""
    page = client.get(address).text
    named = dict(re.findall(r'name="(csrf_token|client_uuid)"[^>]*value="([^"]*)"', page))
    return client.post(address, data={**named, **fields})


def every(session: Session) -> list[Comment]:
    session.commit()  # what a session has read once it sees until its transaction ends
    session.expire_all()
    return list(session.scalars(select(Comment).order_by(Comment.id)))


def test_a_neighbour_writes_and_reads_that_it_waits(
    app: Flask, session: Session, idea: Idea, neighbour: Person
) -> None:
    client = signed_in(app, session, neighbour)

    answer = send(client, new(idea), text="Ja, gärna!")

    assert answer.status_code == 303
    page = client.get(answer.location)
    assert "We have your comment" in page.text
    assert "A person reads it within two days." in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert "Ja, gärna!" in client.get(new(idea)).text
    for anybody in (client, browser(app)):
        assert "Ja, gärna!" not in anybody.get(f"/en/seved/ideas/{idea.id}").text


def test_a_residents_comment_stands_beneath_the_idea_at_once(
    app: Flask, session: Session, idea: Idea, resident: Person
) -> None:
    client = signed_in(app, session, resident)
    assert "Nobody has said anything yet." in browser(app).get(f"/en/seved/ideas/{idea.id}").text

    answer = send(client, new(idea), text="<b>Ja</b>\nGärna!")

    assert "Your comment is public" in client.get(answer.location).text
    page = browser(app).get(f"/en/seved/ideas/{idea.id}").text
    assert '<p dir="auto">&lt;b&gt;Ja&lt;/b&gt;</p>' in page
    assert ">Bo</bdi>" in page
    assert "1 comment<" in page
    assert "1 comment<" in browser(app).get("/en/seved/ideas/").text


def test_cases_are_talked_about_too(app: Flask, session: Session, area: Area, resident: Person) -> None:
    case = a_case(session, area)
    client = signed_in(app, session, resident)

    answer = send(client, f"/en/seved/cases/{case.id}/comments/new", text="Bra")

    assert answer.status_code == 303
    assert '<p dir="auto">Bra</p>' in browser(app).get(f"/en/seved/cases/{case.id}").text
    assert '<p dir="auto">Bra</p>' in browser(app).get(f"/en/seved/cases/{case.id}/comments/").text


def test_a_guest_reads_how_to_become_a_neighbour(client: FlaskClient, idea: Idea) -> None:
    page = client.get(new(idea)).text

    assert "<textarea" not in page
    assert f"/en/sign-in/?next=/en/seved/ideas/{idea.id}/comments/new" in page.replace("%2F", "/")


def test_what_was_typed_before_the_sign_in_ended_is_kept(client: FlaskClient, session: Session, idea: Idea) -> None:
    answer = client.post(new(idea), data={"text": "Min långa text"})

    assert answer.status_code in (400, 403)
    assert "Min långa text" in answer.text
    assert every(session) == []


def test_a_second_tap_makes_no_second_comment(app: Flask, session: Session, idea: Idea, resident: Person) -> None:
    client = signed_in(app, session, resident)
    token = client.get("/en/me/mine", headers={"Accept": "application/json"}).json["token"]
    sent = {"csrf_token": token, "client_uuid": UUID, "text": "Ja"}

    first, again = client.post(new(idea), data=sent), client.post(new(idea), data=sent)
    other = client.post(new(idea), data={**sent, "text": "Nej"})

    assert first.location == again.location
    assert other.status_code == 409
    assert ">Nej</textarea>" in other.text.replace("\n", "").replace("\r", "")
    assert UUID not in other.text
    assert len(every(session)) == 1


@pytest.mark.parametrize("text", ["", "\x00", "\u202e", "\u200b", "a" * 1001, "x" * 100_000])
def test_a_refused_comment_comes_back_with_its_words(
    app: Flask, session: Session, idea: Idea, resident: Person, text: str
) -> None:
    client = signed_in(app, session, resident)

    answer = send(client, new(idea), text=text)

    assert answer.status_code == 400
    assert 'id="text-error"' in answer.text
    assert every(session) == []


def test_without_the_token_nothing_is_said(app: Flask, session: Session, idea: Idea, resident: Person) -> None:
    answer = signed_in(app, session, resident).post(new(idea), data={"text": "Ja"})

    assert answer.status_code == 400
    assert every(session) == []


def test_what_is_not_published_cannot_be_talked_about(
    app: Flask, session: Session, area: Area, resident: Person
) -> None:
    waiting = an_idea(session, area, resident)
    lindangen(session)
    client = signed_in(app, session, resident)
    token = client.get("/en/me/mine", headers={"Accept": "application/json"}).json["token"]

    for address in (
        new(waiting),
        new(waiting).replace("seved", "lindangen"),
        "/en/seved/ideas/9999999999/comments/new",
    ):
        assert client.get(address).status_code == 404
        assert client.post(address, data={"csrf_token": token, "text": "Ja"}).status_code == 404
    assert browser(app).get(f"/en/seved/ideas/{waiting.id}/comments/").status_code == 404


def test_another_areas_address_finds_nothing(app: Flask, session: Session, idea: Idea, resident: Person) -> None:
    lindangen(session)
    comment = a_comment(session, idea, resident)
    client = signed_in(app, session, resident)

    assert client.get(f"/en/lindangen/ideas/{idea.id}/comments/new").status_code == 404
    assert client.get(f"/en/lindangen/comments/{comment.id}").status_code == 404


def test_a_reply_stands_below_what_it_answers(app: Flask, session: Session, idea: Idea, resident: Person) -> None:
    first = a_comment(session, idea, ana(session, idea_area(session)), text="Först")
    client = signed_in(app, session, resident)
    assert "Först" in client.get(f"{new(idea)}?to={first.id}").text

    send(client, f"{new(idea)}?to={first.id}", text="Svaret")

    page = browser(app).get(f"/en/seved/ideas/{idea.id}").text
    assert page.index("Först") < page.index('<ol class="replies">') < page.index("Svaret")


def idea_area(session: Session) -> Area:
    return session.scalars(select(Area)).first()  # type: ignore[return-value]


def test_what_is_hidden_cannot_be_answered(app: Flask, session: Session, idea: Idea, resident: Person) -> None:
    hidden = a_comment(session, idea, resident)
    comments.hide(session, hidden, "hate", by=None, at=NOON)
    client = signed_in(app, session, resident)

    for number in (hidden.id, 0, -1, 999, 2**40):
        assert client.get(f"{new(idea)}?to={number}").status_code == 404


def test_only_its_author_sees_changes_and_takes_back(
    app: Flask, session: Session, area: Area, idea: Idea, resident: Person
) -> None:
    comment = a_comment(session, idea, resident)
    mine, other = signed_in(app, session, resident), signed_in(app, session, mira(session, area))
    token = other.get("/en/me/mine", headers={"Accept": "application/json"}).json["token"]
    own = f"/en/seved/comments/{comment.id}"

    for way in ("", "/edit", "/take-back"):
        assert mine.get(own + way).status_code == 200
        assert other.get(own + way).status_code == 404
        assert browser(app).get(own + way).status_code == 303
    for way in ("/edit", "/take-back"):
        assert other.post(own + way, data={"csrf_token": token, "text": "Mitt"}).status_code == 404
    assert [one.text for one in every(session)] == ["Ja, gärna!"]


def test_a_changed_comment_says_so(app: Flask, session: Session, idea: Idea, resident: Person) -> None:
    comment = a_comment(session, idea, resident)
    client = signed_in(app, session, resident)

    assert send(client, f"/en/seved/comments/{comment.id}/edit", text="Nu så").status_code == 303

    page = browser(app).get(f"/en/seved/ideas/{idea.id}").text
    assert "Nu så" in page
    assert "Changed afterwards" in page


def test_what_is_taken_back_leaves_its_place_to_replies(
    app: Flask, session: Session, area: Area, idea: Idea, resident: Person
) -> None:
    comment = a_comment(session, idea, resident, text="Hemlis")
    a_comment(session, idea, ana(session, area), text="Svaret", parent_id=comment.id)
    client = signed_in(app, session, resident)

    assert send(client, f"/en/seved/comments/{comment.id}/take-back").status_code == 303

    page = browser(app).get(f"/en/seved/ideas/{idea.id}").text
    assert "Hemlis" not in page
    assert "This comment was taken back." in page
    assert "Svaret" in page
    assert "1 comment<" in page


def test_what_was_taken_down_is_no_longer_in_the_page(
    app: Flask, session: Session, area: Area, idea: Idea, resident: Person
) -> None:
    comment = a_comment(session, idea, resident, text="Elakt")
    a_comment(session, idea, ana(session, area), text="Svaret", parent_id=comment.id)
    comments.hide(session, comment, "hate", by=None, at=NOON)
    client = signed_in(app, session, resident)

    page = browser(app).get(f"/en/seved/ideas/{idea.id}").text
    assert "Elakt" not in page
    assert ">Bo</bdi>" not in page
    assert "This comment was taken down." in page
    own = client.get(f"/en/seved/comments/{comment.id}").text
    assert "Your comment was taken down" in own
    assert "It speaks badly of people for who they are." in own
    assert client.get(f"/en/seved/comments/{comment.id}/edit").status_code == 403


def test_where_comments_are_closed_the_form_is_gone_and_old_ones_stay(
    app: Flask, session: Session, area: Area, idea: Idea, resident: Person
) -> None:
    a_comment(session, idea, resident)
    client = signed_in(app, session, resident)
    coordinator = signed_in(app, session, karin(session, area))
    assert send(coordinator, "/en/seved/comments/rule", rule="closed").status_code == 303

    page = browser(app).get(f"/en/seved/ideas/{idea.id}").text
    assert "Ja, gärna!" in page
    assert "Comments are closed here." in page
    assert "comments/new" not in page
    assert "<textarea" not in client.get(new(idea)).text
    token = client.get("/en/me/mine", headers={"Accept": "application/json"}).json["token"]
    assert client.post(new(idea), data={"csrf_token": token, "text": "Ja"}).status_code == 403
    assert len(every(session)) == 1


def test_only_a_coordinator_chooses_who_may_comment(app: Flask, session: Session, area: Area, resident: Person) -> None:
    for somebody in (resident, mira(session, area), karin(session, lindangen(session))):
        client = signed_in(app, session, somebody)
        token = client.get("/en/me/mine", headers={"Accept": "application/json"}).json["token"]
        answer = client.post("/en/seved/comments/rule", data={"csrf_token": token, "rule": "closed"})
        assert answer.status_code == 403

    coordinator = signed_in(app, session, karin(session, area))
    assert send(coordinator, "/en/seved/comments/rule", rule="nonsense").status_code == 400
    session.expire_all()
    assert area.comments == comment_rules.Rule.OPEN


def test_the_page_of_an_idea_takes_six_statements_however_much_is_said(
    app: Flask, session: Session, area: Area, idea: Idea
) -> None:
    counted: list[int] = []
    sent: list[str] = []
    event.listen(app.extensions["engine"], "before_cursor_execute", lambda *given: sent.append(given[2]))
    for _ in range(2):
        for _ in range(5):
            first = a_comment(session, idea, bo(session, area))
            a_comment(session, idea, ana(session, area), parent_id=first.id)
        session.commit()
        for address, most in ((f"/en/seved/ideas/{idea.id}", 6), ("/en/seved/ideas/", 4)):
            sent.clear()
            assert browser(app).get(address).status_code == 200
            counted.append(len([one for one in sent if not one.startswith("BEGIN")]))
            assert counted[-1] <= most

    assert counted[:2] == counted[2:]


def test_a_long_talk_goes_on_on_another_page(app: Flask, session: Session, area: Area, idea: Idea) -> None:
    for number in range(60):
        a_comment(session, idea, bo(session, area), text=f"Ord nummer {number}.")
    session.commit()

    first = browser(app).get(f"/en/seved/ideas/{idea.id}").text
    second = browser(app).get(f"/en/seved/ideas/{idea.id}/comments/?page=2").text

    assert "60 comments" in first
    assert "Ord nummer 49." in first
    assert "Ord nummer 50." not in first
    assert "Ord nummer 50." in second
    assert browser(app).get(f"/en/seved/ideas/{idea.id}/comments/?page=3").status_code == 404


def test_a_moderator_reads_a_comment_in_the_queue(
    app: Flask, session: Session, area: Area, idea: Idea, neighbour: Person
) -> None:
    a_comment(session, idea, neighbour, text="Ja, gärna!")
    client = signed_in(app, session, mira(session, area))

    page = client.get("/en/moderation/").text
    found = re.search(r"/en/moderation/(\d+)\"", page)
    assert found
    shown = client.get(f"/en/moderation/{found[1]}").text

    assert "Ja, gärna!" in shown
    assert idea.title in shown
    assert every(session)[0].state == State.WAITING
