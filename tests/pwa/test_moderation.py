"""The moderators' desk: what it shows, what its forms do, and what a second moderator reads."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from backend import database, ideas, languages, moderation, people
from backend.areas import Area
from backend.ideas import Idea, State
from backend.moderation import Decision, Waiting
from backend.people import Level, Person, Role
from tests.conftest import browser, signed_in
from tests.makers import a_case, an_idea, bo, lindangen, mira
from tests.pwa.conftest import csrf_of, item_of, look_again, send, settle, token, waits


@pytest.mark.parametrize("tag", [one.tag for one in languages.OFFERED])
def test_the_queue_shows_title_and_waiting_time_in_words(
    desk: FlaskClient, session: Session, area: Area, tag: str
) -> None:
    now = database.now()
    for hours in (1, 25, 50):
        waits(session, area, f"Idea of {hours}", at=now - timedelta(hours=hours))

    page = desk.get(f"/{tag}/moderation/").text

    titles = [page.index(f"Idea of {hours}") for hours in (50, 25, 1)]
    assert titles == sorted(titles)
    assert page.count('class="status late"') == page.count('class="status soon"') == 1


def test_an_empty_queue_says_so(desk: FlaskClient) -> None:
    assert "Nothing waits" in desk.get("/en/moderation/").text


def test_a_text_stands_in_its_own_language_and_direction(desk: FlaskClient, session: Session, area: Area) -> None:
    item = waits(session, area, "مكان للقهوة\nقرب الحديقة", language="ar")

    page = desk.get(f"/sv/moderation/{item.id}").text

    assert '<h1 lang="ar" dir="auto">مكان للقهوة</h1>' in page
    assert "العربية" in page


def test_people_words_are_never_markup(desk: FlaskClient, session: Session, area: Area) -> None:
    item = waits(session, area, "<script>alert(1)</script>\n<img src=x onerror=alert(1)> {{7*7}}")

    for page in (desk.get("/sv/moderation/").text, desk.get(f"/sv/moderation/{item.id}").text):
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_approving_opens_the_next_and_offers_to_undo(desk: FlaskClient, session: Session, area: Area) -> None:
    first, second = waits(session, area, "The first"), waits(session, area, "The second")

    answer = send(desk, first, decision="approved")

    assert (answer.status_code, answer.location) == (303, f"/en/moderation/{second.id}")
    page = desk.get(answer.location).text
    assert "The second" in page
    assert f"/en/moderation/{first.id}/undo" in page
    settle(session)
    assert session.get_one(Idea, first.noun_id).state == State.READ


def test_the_last_decision_leads_back_to_the_queue(desk: FlaskClient, session: Session, area: Area) -> None:
    assert send(desk, waits(session, area), decision="approved").location == "/en/moderation/"


def test_undoing_puts_it_back_into_the_queue(desk: FlaskClient, session: Session, area: Area) -> None:
    item = waits(session, area)
    send(desk, item, decision="approved")

    answer = send(desk, item, "/undo")

    assert answer.location == f"/en/moderation/{item.id}"
    settle(session)
    assert session.get_one(Idea, item.noun_id).state == State.RECEIVED
    assert "1 waits" in desk.get("/en/moderation/").text


def test_an_idea_is_approved_into_a_case_at_once(desk: FlaskClient, session: Session, area: Area) -> None:
    case, item = a_case(session, area), waits(session, area)

    send(desk, item, decision="into_case", case=str(case.id))
    settle(session)

    idea = session.get_one(Idea, item.noun_id)
    assert (idea.state, idea.case_id) == (State.IN_CASE, case.id)


def test_an_approved_idea_goes_into_a_case_later(desk: FlaskClient, session: Session, area: Area) -> None:
    case, item = a_case(session, area), waits(session, area)
    send(desk, item, decision="approved")
    settle(session)

    answer = send(desk, item, "/case", case=str(case.id))

    look_again(session)
    assert answer.status_code == 303
    assert session.get_one(Idea, item.noun_id).case_id == case.id


def test_a_case_of_another_area_is_refused(desk: FlaskClient, session: Session, area: Area) -> None:
    case, item = a_case(session, lindangen(session)), waits(session, area)

    assert send(desk, item, decision="into_case", case=str(case.id)).status_code == 404
    look_again(session)
    assert session.get_one(Waiting, item.id).decision is None


def test_not_publishing_keeps_the_reason_and_the_note(desk: FlaskClient, session: Session, area: Area) -> None:
    item = waits(session, area)
    code = next(iter(moderation.reasons("idea")))

    send(desk, item, decision="not_published", reason=code, note="Tack!", note_language="sv")
    settle(session)

    step = ideas.steps(session, item.noun_id)[-1]
    assert (step.state, step.reason, step.note, step.note_language) == (State.NOT_PUBLISHED, code, "Tack!", "sv")


def test_each_reason_is_shown_as_the_author_will_read_it(desk: FlaskClient, session: Session, area: Area) -> None:
    item = waits(session, area, language="ar")

    page = desk.get(f"/sv/moderation/{item.id}").text

    for words in moderation.reasons("idea").values():
        assert words.into("ar").replace("'", "&#39;") in page


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"decision": "not_published", "note": "My words"}, "Choose a reason"),
        ({"decision": "not_published", "reason": "x", "note": "My words"}, "Choose a reason"),
        ({"decision": "not_published", "reason": "", "note": "My words" + "x" * 1000}, ""),
        ({"decision": "into_case", "note": "My words"}, "Choose a case"),
        ({"decision": "into_case", "case": "x", "note": "My words"}, "Choose a case"),
        ({"decision": "erase", "note": "My words"}, "Choose what to do"),
        ({"note": "My words"}, "Choose what to do"),
    ],
)
def test_a_refused_decision_keeps_what_was_typed(
    desk: FlaskClient, session: Session, area: Area, sent: dict[str, str], says: str
) -> None:
    a_case(session, area)
    item = waits(session, area)

    answer = send(desk, item, **sent)

    assert answer.status_code == 400
    assert says in answer.text
    assert "My words" in answer.text
    look_again(session)
    assert session.get_one(Waiting, item.id).decision is None


@pytest.mark.parametrize("version", ["", "0", "-1", "x", "9" * 30, "²"])
def test_a_decision_about_another_version_is_a_conflict(
    desk: FlaskClient, session: Session, area: Area, version: str
) -> None:
    item = waits(session, area)

    assert send(desk, item, decision="approved", version=version).status_code == 409


def test_the_second_moderator_reads_who_was_quicker(
    app: Flask, desk: FlaskClient, session: Session, area: Area
) -> None:
    omar = people.add(session, name="Omar", language="sv", level=Level.NEIGHBOUR, at=database.now())
    people.give_role(session, omar, Role.MODERATOR, area_id=area.id, at=database.now())
    other, item = signed_in(app, session, omar), waits(session, area)
    page = other.get(f"/en/moderation/{item.id}").text
    send(desk, item, decision="approved")
    long_ago = update(Waiting).values(decided_at=database.now() - timedelta(minutes=3))
    session.execute(long_ago)
    session.commit()

    sent = {"csrf_token": token(page), "version": "1", "decision": "not_published", "reason": "unclear"}
    answer = other.post(f"/en/moderation/{item.id}", data=sent)

    assert answer.status_code == 409
    assert "Mira" in answer.text
    look_again(session)
    assert session.get_one(Waiting, item.id).decision == Decision.APPROVED


def test_who_is_reading_is_shown_to_others(app: Flask, desk: FlaskClient, session: Session, area: Area) -> None:
    omar = people.add(session, name="Omar", language="sv", level=Level.NEIGHBOUR, at=database.now())
    people.give_role(session, omar, Role.MODERATOR, area_id=area.id, at=database.now())
    other, item = signed_in(app, session, omar), waits(session, area)

    desk.get(f"/en/moderation/{item.id}")

    assert "<bdi>Mira</bdi> reads" in other.get("/en/moderation/").text
    assert "You read it until" in desk.get(f"/en/moderation/{item.id}").text


def test_one_s_own_idea_has_no_buttons_and_is_refused(app: Flask, session: Session, area: Area) -> None:
    moderator = mira(session, area)
    client = signed_in(app, session, moderator)
    idea = an_idea(session, area, moderator)
    session.commit()
    item = item_of(session, idea)

    page = client.get(f"/en/moderation/{item.id}").text

    assert "Somebody else has to read it" in page
    assert 'value="approved"' not in page
    answer = client.post(
        f"/en/moderation/{item.id}",
        data={"csrf_token": csrf_of(client), "version": "1", "decision": "approved"},
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("act", ["", "/undo", "/language", "/case"])
def test_a_moderator_of_another_area_sees_and_decides_nothing(
    app: Flask, session: Session, area: Area, act: str
) -> None:
    client = signed_in(app, session, mira(session, lindangen(session)))
    item = waits(session, area, "Not for strangers")

    assert "Not for strangers" not in client.get("/en/moderation/").text
    assert client.get(f"/en/moderation/{item.id}").status_code == 404
    sent = {"csrf_token": csrf_of(client), "version": "1", "decision": "approved", "language": "so", "case": "1"}
    assert client.post(f"/en/moderation/{item.id}{act}", data=sent).status_code == 404
    look_again(session)
    assert session.get_one(Waiting, item.id).decision is None


@pytest.mark.parametrize("act", ["", "/undo", "/language", "/case"])
def test_residents_guests_and_strangers_stay_outside(app: Flask, session: Session, area: Area, act: str) -> None:
    item = waits(session, area)
    guest = people.add(session, language="sv", at=database.now())
    sent = {"version": "1", "decision": "approved"}

    for client, status in ((signed_in(app, session, bo(session, area)), 403), (signed_in(app, session, guest), 303)):
        assert client.get("/en/moderation/").status_code == status
        assert client.post(f"/en/moderation/{item.id}{act}", data=sent).status_code == status
    assert browser(app).get(f"/en/moderation/{item.id}").status_code == 303
    look_again(session)
    assert session.get_one(Waiting, item.id).decision is None


@pytest.mark.parametrize("act", ["", "/undo", "/language", "/case"])
def test_nothing_is_decided_without_the_token(desk: FlaskClient, session: Session, area: Area, act: str) -> None:
    item = waits(session, area)
    sent = {"version": "1", "decision": "approved", "language": "so"}

    answer = desk.post(f"/en/moderation/{item.id}{act}", data=sent)

    assert answer.status_code in (303, 400)
    look_again(session)
    assert session.get_one(Waiting, item.id).decision is None
    assert session.get_one(Idea, item.noun_id).language == "sv"


def test_the_language_is_corrected(desk: FlaskClient, session: Session, area: Area) -> None:
    item = waits(session, area, "Waddada dugsiga waa mugdi")

    send(desk, item, "/language", language="so")

    assert '<h1 lang="so"' in desk.get(f"/sv/moderation/{item.id}").text


@pytest.mark.parametrize("number", ["0", "99999", "99999999999999999999"])
def test_a_number_that_waits_nowhere_is_not_found(desk: FlaskClient, number: str) -> None:
    assert desk.get(f"/en/moderation/{number}").status_code == 404


def test_the_desk_asks_the_database_as_often_for_twenty_as_for_two(
    desk: FlaskClient, app: Flask, session: Session, area: Area
) -> None:
    item = waits(session, area)
    waits(session, area)

    few = statements(app, desk, item)
    for _ in range(18):
        waits(session, area)

    assert statements(app, desk, item) == few


def statements(app: Flask, client: FlaskClient, item: Waiting) -> int:
    """How many SQL statements an item's page costs."""
    seen: list[str] = []

    def listen(*told: object) -> None:
        seen.append(str(told[2]))

    event.listen(app.extensions["engine"], "before_cursor_execute", listen)
    assert client.get(f"/en/moderation/{item.id}").status_code == 200
    event.remove(app.extensions["engine"], "before_cursor_execute", listen)
    return len(seen)


def test_the_author_is_named_apart(desk: FlaskClient, session: Session, area: Area) -> None:
    item = waits(session, area)
    session.execute(update(Person).where(Person.name == "Ana").values(name="Ana <b>"))
    session.commit()

    assert "<bdi>Ana &lt;b&gt;</bdi>" in desk.get(f"/sv/moderation/{item.id}").text
