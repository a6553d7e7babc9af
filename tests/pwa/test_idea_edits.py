"""Pages for an idea's author: change it, take it back; and what everybody reads of that."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import idea_merges, moderation
from backend.areas import Area
from backend.moderation import Decision, Waiting
from tests.conftest import NOON, browser, signed_in
from tests.makers import a_published_idea, ana, bo, mira, seved
from tests.pwa.test_ideas import hidden


def place(session: Session) -> Area:
    return seved(session)


def change(phone: FlaskClient, number: int, text: str) -> int:
    address = f"/sv/seved/ideas/{number}/edit"
    page = phone.get(address).text
    data = {"csrf_token": hidden(page, "csrf_token"), "client_uuid": hidden(page, "client_uuid"), "text": text}
    return phone.post(address, data=data).status_code


def test_the_approved_words_stand_until_the_new_ones_are_read(app: Flask, session: Session) -> None:
    area = place(session)
    author, moderator = ana(session, area), mira(session, area)
    idea = a_published_idea(session, area, author, "Ljus i gången")
    phone, public = signed_in(app, session, author), f"/sv/seved/ideas/{idea.id}"

    assert change(phone, idea.id, "Mer ljus i gången") == 303
    assert "Mer ljus" not in browser(app).get(public).text
    item = session.scalars(select(Waiting).where(Waiting.decision.is_(None))).one()
    desk = signed_in(app, session, moderator).get(f"/sv/moderation/{item.id}").text
    assert "<ins>" in desk
    moderation.decide(
        session, item.id, Decision.APPROVED, by=moderator, seen_version=item.version, at=NOON, undo_seconds=0
    )
    moderation.settle_due(session, NOON)
    session.commit()

    page = browser(app).get(public).text
    assert "Mer ljus" in page
    assert f"{public}/versions" in page
    assert "<ins>" in browser(app).get(f"{public}/versions").text


def test_only_its_author_may_change_or_take_back(app: Flask, session: Session) -> None:
    area = place(session)
    idea = a_published_idea(session, area, ana(session, area))
    stranger = signed_in(app, session, bo(session, area))

    for act in ("edit", "withdraw"):
        assert stranger.get(f"/sv/seved/ideas/{idea.id}/{act}").status_code == 404
        assert stranger.post(f"/sv/seved/ideas/{idea.id}/{act}").status_code == 404


def test_what_was_taken_back_is_gone_for_all(app: Flask, session: Session) -> None:
    area = place(session)
    author = ana(session, area)
    idea = a_published_idea(session, area, author)
    phone, address = signed_in(app, session, author), f"/sv/seved/ideas/{idea.id}"

    token = hidden(phone.get(f"{address}/withdraw").text, "csrf_token")
    assert phone.post(f"{address}/withdraw", data={"csrf_token": token}).status_code == 303

    assert browser(app).get(address).status_code == 410
    assert phone.get(f"{address}/mine").status_code == 200
    assert phone.get(f"{address}/edit").status_code == 403


def test_a_merged_idea_leads_to_its_twin(app: Flask, session: Session) -> None:
    area = place(session)
    idea, twin = a_published_idea(session, area, ana(session, area)), a_published_idea(session, area, bo(session, area))
    idea_merges.merge(session, idea, twin.id, by=None, at=NOON)
    session.commit()

    answer = browser(app).get(f"/sv/seved/ideas/{idea.id}")

    assert (answer.status_code, answer.location) == (301, f"/sv/seved/ideas/{twin.id}")
    assert browser(app).get(f"/i/{idea.id}").location == f"/i/{twin.id}"
    assert "<bdi>Ana</bdi>" in browser(app).get(f"/sv/seved/ideas/{twin.id}").text
