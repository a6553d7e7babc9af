"""What people tell, on pages: telling, reading before it is public, hearing, and drawing it together."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from backend import files, insight_patterns, insights, moderation, photos, sounds, teams
from backend.areas import Area
from backend.cases import Case
from backend.insight_patterns import Pattern
from backend.insights import Insight, State
from backend.people import Level
from backend.sounds import Sound
from backend.waiting import Waiting
from tests.conftest import NOON, browser, signed_in
from tests.makers import a_case, a_photograph, a_recording, an_insight, ana, bo, karin, mira, read, seved

TOLD = {"form": "story", "text": "En kvinna ställde ut en stol.", "told_by": "nobody", "is_agreed": "y"}


@pytest.fixture
def area(session: Session) -> Area:
    return seved(session)


@pytest.fixture
def case(session: Session, area: Area) -> Case:
    return a_case(session, area)


def token_in(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, "the page holds no token"
    return found[1]


def post(client: FlaskClient, path: str, **sent: object) -> object:
    token = token_in(client.get(path).text)
    return client.post(path, data={"csrf_token": token, **sent}, content_type="multipart/form-data")


def a_file(content: bytes, name: str) -> tuple[BytesIO, str]:
    return BytesIO(content), name


def drawn(session: Session, case: Case, by: object, count: int = 2, text: str = "alla går runt torget.") -> Pattern:
    told = [an_insight(session, case, by, f"Sak {number}").id for number in range(count)]
    return insight_patterns.draw(
        session, case, by_language={"sv": {"text": text}}, original="sv", insights=told, by=by, at=NOON
    )


def test_the_stage_shows_what_was_seen_first_and_then_what_people_tell(
    app: Flask, session: Session, area: Area, case: Case
) -> None:
    lead = karin(session, area)
    drawn(session, case, lead)
    an_insight(session, case, lead, "رأيت كرسيًا عند الباب.", language="ar", told_by="full", name="أم يوسف")
    an_insight(session, case, ana(session, area), "Secret väntar.")
    session.commit()

    page = browser(app).get(f"/en/seved/cases/{case.id}/insights/").text

    assert page.index("alla går runt torget.") < page.index("رأيت كرسيًا عند الباب.")
    assert '<p class="idea-text" dir="auto" lang="ar">رأيت كرسيًا عند الباب.</p>' in page
    assert "Told by <bdi>أم يوسف</bdi>" in page
    assert "Secret" not in page
    assert page.count('class="button wide"') == 1, "one act a stage"


def test_an_empty_stage_says_so(app: Flask, session: Session, case: Case) -> None:
    session.commit()

    page = browser(app).get(f"/en/seved/cases/{case.id}/insights/").text

    assert "Nobody has told anything yet." in page
    assert "Nothing has been drawn together yet." in page


def test_the_page_takes_the_same_statements_however_much_is_told(
    app: Flask, session: Session, area: Area, case: Case
) -> None:
    lead, counted = karin(session, area), []
    for _ in range(2):
        for _ in range(6):
            drawn(session, case, lead)
        session.commit()
        sent: list[str] = []
        event.listen(app.extensions["engine"], "before_cursor_execute", lambda *given, to=sent: to.append(given[2]))
        assert browser(app).get(f"/en/seved/cases/{case.id}/insights/").status_code == 200
        counted.append(len([one for one in sent if not one.startswith("BEGIN")]))

    assert counted[0] == counted[1]


def test_they_can_be_looked_at_by_form_and_page_by_page(app: Flask, session: Session, area: Area, case: Case) -> None:
    lead = karin(session, area)
    for number in range(21):
        an_insight(session, case, lead, f"Samtal {number}.", form="interview")
    an_insight(session, case, lead, "En dagbok.", form="diary")
    session.commit()
    here, client = f"/en/seved/cases/{case.id}/insights/", browser(app)

    assert "En dagbok." not in client.get(f"{here}?state=interview").text
    assert "Samtal 0." in client.get(f"{here}?state=interview&page=2").text
    assert [client.get(f"{here}?{query}").status_code for query in ("page=9", "state=rumour", "page=0")] == [404] * 3


def test_whoever_is_not_signed_in_is_led_to_the_sign_in_page(app: Flask, session: Session, case: Case) -> None:
    session.commit()

    answer = browser(app).get(f"/en/seved/cases/{case.id}/insights/new")

    assert (answer.status_code, "/sign-in/" in answer.headers["Location"]) == (303, True)


def test_a_resident_tells_and_reads_that_it_waits(app: Flask, session: Session, area: Area, case: Case) -> None:
    client = signed_in(app, session, ana(session, area, level=Level.NEIGHBOUR))

    answer = post(client, f"/en/seved/cases/{case.id}/insights/new", **TOLD)

    assert answer.status_code == 303
    assert "We have what you told" in client.get(answer.headers["Location"]).text
    assert "En kvinna ställde" not in browser(app).get(f"/en/seved/cases/{case.id}/insights/").text


def test_the_same_form_sent_twice_is_one_insight(app: Flask, session: Session, area: Area, case: Case) -> None:
    client, key = signed_in(app, session, ana(session, area)), str(uuid4())
    path = f"/en/seved/cases/{case.id}/insights/new"

    first, again = (post(client, path, **TOLD, client_uuid=key) for _ in range(2))
    clash = post(client, path, **{**TOLD, "text": "Något annat."}, client_uuid=key)

    assert first.headers["Location"] == again.headers["Location"]
    assert clash.status_code == 409
    assert "Något annat." in clash.text


def test_a_refused_form_keeps_words_photo_and_recording(app: Flask, session: Session, area: Area, case: Case) -> None:
    client = signed_in(app, session, ana(session, area))
    path = f"/en/seved/cases/{case.id}/insights/new"
    sent = {**TOLD, "photo": a_file(a_photograph((40, 30)), "a.jpg"), "sound": a_file(a_recording(1.0), "a.wav")}
    del sent["is_agreed"]

    page = post(client, path, **sent)
    keys = {name: re.search(rf'name="{name}"[^>]*value="(\w+)"', page.text)[1] for name in ("photo_key", "sound_key")}
    answer = post(client, path, **TOLD, **keys, transcript="Hej")

    assert page.status_code == 400
    assert "En kvinna ställde" in page.text and "tick this" in page.text
    insight = session.scalars(select(Insight)).one()
    assert answer.status_code == 303
    assert insight.photo_id and insight.sound_id and insight.transcript == "Hej"


@pytest.mark.parametrize(
    ("content", "words"), [(b"not a sound", "can’t play"), (a_recording(62, rate=8000), "too long")]
)
def test_what_is_no_short_recording_is_said_beside_its_field(
    app: Flask, session: Session, area: Area, case: Case, content: bytes, words: str
) -> None:
    client = signed_in(app, session, ana(session, area))

    page = post(client, f"/en/seved/cases/{case.id}/insights/new", **TOLD, sound=a_file(content, "a.m4a"))

    assert page.status_code == 400
    assert words in page.text and 'id="sound-error"' in page.text
    assert session.scalar(select(func.count()).select_from(Sound)) == 0


def a_spoken_one(app: Flask, session: Session, case: Case, by: object, **changed: str) -> Insight:
    store = files.store(app.config["SETTINGS"].files_url)
    sound = sounds.keep(session, store, sounds.Prepared(b"sound", 4000, "m"), area_id=case.area_id, by=None, at=NOON)
    made = an_insight(session, case, by, sound=sound, **changed)
    session.commit()
    return made


def test_a_moderator_hears_it_writes_it_down_and_then_publishes(
    app: Flask, session: Session, area: Area, case: Case
) -> None:
    insight, moderator = a_spoken_one(app, session, case, ana(session, area)), mira(session, area)
    item = session.scalars(select(Waiting).where(Waiting.kind == "insight")).one()
    session.commit()
    desk = signed_in(app, session, moderator)
    page = desk.get(f"/en/moderation/{item.id}")
    there = f"/en/seved/cases/{case.id}/insights/{insight.id}/transcript"
    assert "<audio controls" in page.text and there in page.text
    assert "media-src 'self'" in page.headers["Content-Security-Policy"]

    answer = post(desk, there, transcript="Här sitter alltid någon.")

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/en/moderation/{item.id}")
    session.expire_all()
    read(session, "insight", insight.id, moderator)
    session.commit()
    shown = browser(app).get(f"/en/seved/cases/{case.id}/insights/{insight.id}").text
    assert "Här sitter alltid någon." in shown and 'preload="none"' in shown


def test_the_words_of_a_recording_are_written_by_nobody_else(
    app: Flask, session: Session, area: Area, case: Case
) -> None:
    insight = a_spoken_one(app, session, case, ana(session, area))
    other = signed_in(app, session, bo(session, area))

    for page in ("transcript", "mine", "edit", "take-back"):
        assert other.get(f"/en/seved/cases/{case.id}/insights/{insight.id}/{page}").status_code == 404


def test_a_writer_changes_what_was_asked_and_takes_it_back(
    app: Flask, session: Session, area: Area, case: Case
) -> None:
    by = ana(session, area)
    insight = an_insight(session, case, by)
    read(session, "insight", insight.id, mira(session, area), moderation.Decision.CHANGE_ASKED, note="Utan namn.")
    session.commit()
    client, here = signed_in(app, session, by), f"/en/seved/cases/{case.id}/insights/{insight.id}"

    assert "Utan namn." in client.get(f"{here}/mine").text
    assert post(client, f"{here}/edit", **{**TOLD, "text": "Utan namn nu."}).status_code == 303
    assert "We have what you told" in client.get(f"{here}/mine").text
    assert post(client, f"{here}/take-back").status_code == 303

    assert "You took it back" in client.get(f"{here}/mine").text
    session.expire_all()
    assert session.get_one(Insight, insight.id).text == ""


def test_files_go_with_what_is_taken_back(app: Flask, session: Session, area: Area, case: Case) -> None:
    by = ana(session, area)
    insight = a_spoken_one(app, session, case, by)
    sound = session.get_one(Sound, insight.sound_id)
    store = files.store(app.config["SETTINGS"].files_url)
    assert store.exists(sound.file)

    post(signed_in(app, session, by), f"/en/seved/cases/{case.id}/insights/{insight.id}/take-back")

    assert not store.exists(sound.file)


def test_a_microphone_and_sound_are_let_in_only_where_they_are_used(
    app: Flask, session: Session, area: Area, case: Case
) -> None:
    client = signed_in(app, session, ana(session, area))
    found = {}
    for path in ("insights/new", "insights/", "", "team/"):
        headers = client.get(f"/en/seved/cases/{case.id}/{path}".rstrip("/") if not path else
                             f"/en/seved/cases/{case.id}/{path}").headers  # fmt: skip
        media = re.search(r"media-src ([^;]*)", headers["Content-Security-Policy"])
        found[path] = (media[1] if media else "", "microphone=(self)" in headers["Permissions-Policy"])

    assert found == {
        "insights/new": ("'self' blob:", True), "insights/": ("'self'", False), "": ("", False), "team/": ("", False),
    }  # fmt: skip


def test_only_the_team_and_coordinators_draw_together(app: Flask, session: Session, area: Area, case: Case) -> None:
    lead, member, other = karin(session, area), bo(session, area), ana(session, area)
    teams.join(session, case, member, name="Bo", at=NOON)
    told = [str(an_insight(session, case, lead, f"Sak {number}").id) for number in range(3)]
    waiting = str(an_insight(session, case, other, "Secret").id)
    session.commit()
    path = f"/en/seved/cases/{case.id}/patterns/new"

    assert signed_in(app, session, other).get(path).status_code == 403
    client = signed_in(app, session, member)
    assert "Secret" not in client.get(path).text
    few = post(client, path, original="sv", text_sv="Vi såg det.", insights=[told[0], waiting])
    assert few.status_code == 400 and "Choose between 2 and 40." in few.text
    answer = post(client, path, original="sv", text_sv="Alla går runt.", text_ar="الكل يلتف.", insights=told[:2])
    assert answer.status_code == 303

    page = browser(app).get(f"/ar/seved/cases/{case.id}/insights/").text
    assert "الكل يلتف." in page
    assert f"/ar/seved/cases/{case.id}/insights/{told[0]}" in page


def test_what_was_drawn_is_changed_and_taken_away(app: Flask, session: Session, area: Area, case: Case) -> None:
    lead = karin(session, area)
    pattern = drawn(session, case, lead, 3)
    session.commit()
    client, here = signed_in(app, session, lead), f"/en/seved/cases/{case.id}/patterns/{pattern.id}"
    page = client.get(f"{here}/edit").text
    assert page.count("checked") == 3

    kept = insight_patterns.insights_of(session, pattern)[:2]
    changed = post(client, f"{here}/edit", original="sv", text_sv="Annat.", insights=[str(one) for one in kept])
    assert changed.status_code == 303
    assert "Annat." in browser(app).get(f"/sv/seved/cases/{case.id}/insights/").text
    assert post(client, f"{here}/remove").status_code == 303

    assert "Annat." not in browser(app).get(f"/sv/seved/cases/{case.id}/insights/").text
    assert session.scalar(select(func.count()).select_from(Insight).where(Insight.state == State.PUBLIC)) == 3


def test_what_is_not_public_any_more_is_no_source(app: Flask, session: Session, area: Area, case: Case) -> None:
    lead = karin(session, area)
    pattern = drawn(session, case, lead)
    first, second = sorted(insight_patterns.insights_of(session, pattern))
    insights.take_back(session, session.get_one(Insight, first), by=lead, at=NOON)
    session.commit()

    page = browser(app).get(f"/en/seved/cases/{case.id}/insights/").text

    assert f"insights/{first}" not in page
    assert f"insights/{second}" in page


def test_photos_of_insights_are_shown_with_what_they_show(
    app: Flask, session: Session, area: Area, case: Case, tmp_path: Path
) -> None:
    store = files.store(app.config["SETTINGS"].files_url)
    photo = photos.keep(session, store, photos.prepare(a_photograph((40, 30))), area_id=area.id, by=None, at=NOON)
    an_insight(session, case, karin(session, area), photo=photo, alt="En stol vid porten")
    session.commit()

    page = browser(app).get(f"/en/seved/cases/{case.id}/insights/").text

    assert 'alt="En stol vid porten"' in page
    assert browser(app).get(f"/photos/{photo.key}.jpg").status_code == 200
