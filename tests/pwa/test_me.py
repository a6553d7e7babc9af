"""What is mine: the page for residents, guests and strangers, and the small answer for scripts."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from backend import (
    appeals,
    coming,
    counting,
    database,
    follows,
    languages,
    moderation,
    people,
    reports,
    restrictions,
    sign_in,
    supports,
    votes,
)
from backend.moderation import Decision
from backend.people import Level, Person
from tests.conftest import browser, signed_in
from tests.makers import (
    a_case,
    a_comment,
    a_meeting,
    a_published_idea,
    an_idea,
    an_open_round,
    ana,
    bo,
    decided,
    karin,
    mira,
    seved,
)


def token(client: FlaskClient) -> str:
    found: str = client.get("/en/me/mine").json["token"]
    return found


def look_again(session: Session) -> None:
    """Lets go of what was read before, so that what the application wrote is seen."""
    session.rollback()
    session.expire_all()


@pytest.mark.parametrize("tag", [one.tag for one in languages.OFFERED])
def test_a_stranger_reads_what_signing_in_is_good_for(client: FlaskClient, session: Session, tag: str) -> None:
    page = client.get(f"/{tag}/me/")

    assert page.status_code == 200
    assert f"/{tag}/sign-in/" in page.text
    assert "no-store" in page.headers["Cache-Control"]
    assert client.get_cookie("innovationsforum") is None


@pytest.mark.parametrize("tag", [one.tag for one in languages.OFFERED])
def test_a_resident_finds_ideas_with_their_state(app: Flask, session: Session, tag: str) -> None:
    area = seved(session)
    person = ana(session, area)
    waits = an_idea(session, area, person, "مكان للقهوة", language="ar")
    public = a_published_idea(session, area, person, "Bänkar")
    client = signed_in(app, session, person)

    page = client.get(f"/{tag}/me/")

    assert page.status_code == 200
    assert "مكان للقهوة" in page.text
    assert f"/{tag}/seved/ideas/{waits.id}/mine" in page.text
    assert f"/{tag}/seved/ideas/{public.id}/mine" in page.text
    assert waits.state != public.state


def test_nobody_sees_what_is_mine(app: Flask, session: Session) -> None:
    area = seved(session)
    an_idea(session, area, ana(session, area), "Only for Ana")

    assert "Only for Ana" not in signed_in(app, session, bo(session, area)).get("/sv/me/").text


def test_a_guest_sees_their_own_too(app: Flask, session: Session) -> None:
    guest = people.add(session, language="sv", at=database.now())
    an_idea(session, seved(session), guest, "From a guest")

    page = signed_in(app, session, guest).get("/en/me/").text

    assert "From a guest" in page
    assert "You are a guest on this phone" in page


def test_name_and_language_are_changed(app: Flask, session: Session) -> None:
    person = ana(session, seved(session))
    client = signed_in(app, session, person)

    answer = client.post("/en/me/", data={"csrf_token": token(client), "name": "Ana Maria", "language": "sv"})

    look_again(session)
    assert answer.status_code == 303
    assert (person.name, person.language) == ("Ana Maria", "sv")


@pytest.mark.parametrize(
    "sent",
    [{"name": "x" * 61, "language": "sv"}, {"name": "A\u202ena", "language": "sv"}, {"name": "Eva", "language": "tlh"}],
)
def test_a_refused_name_stands_there_again(app: Flask, session: Session, sent: dict[str, str]) -> None:
    person = ana(session, seved(session))
    client = signed_in(app, session, person)

    answer = client.post("/en/me/", data={"csrf_token": token(client), **sent})

    look_again(session)
    assert answer.status_code == 400
    assert sent["name"] in answer.text
    assert (person.name, person.language) == ("Ana", "ar")


def test_nothing_is_changed_without_the_token(app: Flask, session: Session) -> None:
    person = ana(session, seved(session))
    client = signed_in(app, session, person)

    assert client.post("/en/me/", data={"name": "Eva", "language": "sv"}).status_code == 400
    look_again(session)
    assert person.name == "Ana"


def test_another_phone_is_signed_out_from_here(app: Flask, session: Session) -> None:
    person = ana(session, seved(session))
    other, here = signed_in(app, session, person), signed_in(app, session, person)
    address = re.search(r"/en/me/sign-ins/\d+/end", here.get("/en/me/").text)
    assert address is not None

    here.post(address[0], data={"csrf_token": token(here)})

    assert other.get("/en/me/mine").json["level"] == 0
    assert here.get("/en/me/mine").json["name"] == "Ana"


def test_nobody_signs_out_the_phone_of_another(app: Flask, session: Session) -> None:
    area = seved(session)
    one, other = signed_in(app, session, ana(session, area)), signed_in(app, session, bo(session, area))
    sent = {"csrf_token": token(other)}

    for number in (1, 2, 3, 10**30):
        if number != 2:
            other.post(f"/en/me/sign-ins/{number}/end", data=sent)

    assert one.get("/en/me/mine").json["name"] == "Ana"


def test_the_answer_for_scripts_tells_a_stranger_nothing(client: FlaskClient, session: Session) -> None:
    answer = client.get("/en/me/mine")

    assert answer.json == {"name": "", "account": "", "level": 0, "staff": False, "supports": [], "waiting": 0}
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_answer_for_scripts_says_what_i_support(app: Flask, session: Session) -> None:
    area = seved(session)
    person = ana(session, area)
    numbers = []
    for number in range(2):
        idea = an_idea(session, area, bo(session, area), f"Idea {number}")
        idea.state = "read"
        supports.support(session, idea, by=person, at=database.now())
        numbers.append(idea.id)

    mine = signed_in(app, session, person).get("/en/me/mine").json

    assert (mine["name"], mine["level"], mine["staff"]) == ("Ana", Level.RESIDENT, False)
    assert mine["supports"] == sorted(numbers, reverse=True)
    assert mine["waiting"] == 0


def test_a_moderator_is_told_how_much_waits(app: Flask, session: Session) -> None:
    area = seved(session)
    an_idea(session, area, ana(session, area))
    client = signed_in(app, session, mira(session, area))

    mine = client.get("/en/me/mine").json

    assert (mine["staff"], mine["waiting"]) == (True, 1)
    assert "/en/moderation/" in client.get("/en/me/").text


def test_the_answer_for_scripts_costs_four_statements_at_most(app: Flask, session: Session) -> None:
    client = signed_in(app, session, mira(session, seved(session)))
    seen: list[str] = []

    def listen(*told: object) -> None:
        if told[2] != "BEGIN":
            seen.append(str(told[2]))

    event.listen(app.extensions["engine"], "before_cursor_execute", listen)
    client.get("/en/me/mine")
    event.remove(app.extensions["engine"], "before_cursor_execute", listen)

    assert len(seen) <= 4, "\n".join(seen)


def test_using_a_sign_in_keeps_it(app: Flask, session: Session) -> None:
    person = ana(session, seved(session))
    begun = database.now() - timedelta(days=80)
    client = signed_in(app, session, person, at=begun)

    client.get("/en/me/")

    look_again(session)
    mine = sign_in.of_person(session, person, at=database.now())[0]
    assert mine.ends_at > begun + timedelta(days=169)


def test_an_idle_sign_in_is_over(app: Flask, session: Session) -> None:
    client = signed_in(app, session, ana(session, seved(session)), at=database.now() - timedelta(days=91))

    assert client.get("/en/me/mine").json["level"] == 0


def page_of(app: Flask, session: Session, person: Person) -> str:
    return signed_in(app, session, person).get("/en/me/").text


def test_comments_stand_there_with_their_state(app: Flask, session: Session) -> None:
    area = seved(session)
    person = ana(session, area, level=Level.NEIGHBOUR)
    idea = a_published_idea(session, area, bo(session, area))
    mine = a_comment(session, idea, person, "نعم، بكل سرور", language="ar")

    page = page_of(app, session, person)

    assert f"/en/seved/comments/{mine.id}" in page
    assert "نعم، بكل سرور" in page and "Waits to be read" in page


def test_a_vote_stands_there_until_it_is_counted_but_not_what_was_ticked(app: Flask, session: Session) -> None:
    area = seved(session)
    person = ana(session, area)
    asked = an_open_round(session, area, at=database.now() - timedelta(days=1), days=2)
    other = page_of(app, session, person)
    votes.cast(session, asked.id, area_id=area.id, person=person, choices=[1], at=database.now())

    page = page_of(app, session, person)
    counting.count_closed(session, at=database.now() + timedelta(days=2))
    session.commit()

    assert "Votes I have cast" in page and f"/en/seved/votes/{asked.id}" in page and "Bordet" not in page
    for without in (other, page_of(app, session, person)):
        assert "Votes I have cast" not in without


def test_meetings_i_come_to_and_what_i_follow_stand_there(app: Flask, session: Session) -> None:
    area = seved(session)
    person = ana(session, area)
    meeting = a_meeting(session, area, karin(session, area), starts_at=database.now() + timedelta(days=2))
    coming.come(session, meeting, person, how_many=2, at=database.now())
    idea = a_published_idea(session, area, bo(session, area))
    case = a_case(session, area)
    for kind, number in (("area", area.id), ("case", case.id), ("idea", idea.id)):
        follows.follow(session, person, kind, number, at=database.now())

    page = page_of(app, session, person)

    assert f"/en/seved/meetings/{meeting.id}" in page
    assert f"/en/seved/cases/{case.id}" in page and f"/en/seved/ideas/{idea.id}" in page
    assert "Meetings in Seved" in page


def test_a_limit_stands_there_with_its_reason_its_end_and_the_way_to_object(app: Flask, session: Session) -> None:
    area = seved(session)
    person = ana(session, area)
    made = restrictions.restrict(
        session, person, "limited", area=area, reason="hurts_others", days=7, by=karin(session, area),
        at=database.now(), note="Ta det lugnt.", note_language="sv",
    )  # fmt: skip

    page = page_of(app, session, person)

    assert "What was written hurt others." in page and "Ta det lugnt." in page
    assert f"/en/seved/appeals/new/restriction/{made.id}" in page


def test_those_who_work_here_see_their_roles_and_may_leave(app: Flask, session: Session) -> None:
    person = mira(session, seved(session))

    page = page_of(app, session, person)

    assert "Moderator" in page and f"/en/people/roles/{person.given[0].id}/leave" in page


def test_everybody_finds_their_data_and_the_way_out(app: Flask, session: Session) -> None:
    page = page_of(app, session, people.add(session, language="en", at=database.now()))

    assert "/en/me/data" in page and "/en/me/erase" in page and "/en/about/contact" in page


def test_the_page_costs_the_same_however_much_is_mine(app: Flask, session: Session) -> None:
    area = seved(session)
    person, other = ana(session, area), bo(session, area)
    for number in range(2):
        follows.follow(session, person, "idea", an_idea(session, area, person, f"Idea {number}").id, at=database.now())
    client = signed_in(app, session, person)
    before = statements(app, client)
    for number in range(8):
        idea = an_idea(session, area, other if number % 2 else person, f"More {number}")
        follows.follow(session, person, "idea", idea.id, at=database.now())
    session.commit()

    assert statements(app, client) == before


def statements(app: Flask, client: FlaskClient) -> int:
    seen: list[str] = []

    def listen(*told: object) -> None:
        if told[2] != "BEGIN":
            seen.append(str(told[2]))

    event.listen(app.extensions["engine"], "before_cursor_execute", listen)
    client.get("/en/me/")
    event.remove(app.extensions["engine"], "before_cursor_execute", listen)
    return len(seen)


def test_names_are_never_markup(app: Flask, session: Session) -> None:
    person = ana(session, seved(session))
    person.name = "<script>alert(1)</script>"
    client = signed_in(app, session, person)

    for path in ("/en/me/", "/en/sign-out"):
        assert "<script>alert" not in client.get(path).text


def test_a_visit_makes_nobody(app: Flask, session: Session) -> None:
    for path in ("/sv/me/", "/sv/me/mine", "/sv/sign-out", "/sv/sign-in/", "/sv/sign-in/slip"):
        browser(app).get(path)

    assert session.query(Person).count() == 0


@pytest.mark.parametrize("tag", [one.tag for one in languages.OFFERED])
def test_reports_and_objections_stand_on_my_page_with_their_state(app: Flask, session: Session, tag: str) -> None:
    area, at = seved(session), database.now()
    guest = people.add(session, language="sv", at=at)
    idea = a_published_idea(session, area, bo(session, area))
    report = reports.report(
        session, area_id=area.id, kind="idea", number=idea.id, by=guest, reason="hate", language="sv", at=at
    )
    refused = an_idea(session, area, guest, "En mur")
    decided(session, refused, mira(session, area), Decision.NOT_PUBLISHED, reason="hate")
    moderation.settle_due(session, at)
    objection = appeals.object_to(session, "idea", refused.id, by=guest, words="Det är inte så.", language="sv", at=at)
    client = signed_in(app, session, guest)

    waiting = client.get(f"/{tag}/me/").text
    assert f"/{tag}/seved/reports/{report.id}" in waiting
    assert f"/{tag}/seved/appeals/{objection.id}" in waiting
    assert "Det är inte så." in waiting
    before = waiting.count('class="status done"')
    report.answered_at = objection.answered_at = at
    session.commit()

    assert client.get(f"/{tag}/me/").text.count('class="status done"') == before + 2


def test_who_reported_nothing_reads_nothing_of_reports(app: Flask, session: Session) -> None:
    page = signed_in(app, session, bo(session, seved(session))).get("/en/me/").text

    assert "my-reports" not in page
