from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from backend import follows, team_notes, team_requests, teams
from backend.cases import Case
from backend.people import Level, Person
from backend.sign_in import How
from backend.team_invitations import Invitation
from backend.teams import Member
from tests.conftest import NOON, browser, signed_in
from tests.makers import (
    a_case,
    a_statement,
    a_team_request,
    an_ambassador,
    an_outsider,
    ana,
    bo,
    in_the_team,
    karin,
    seved,
)


def team(case: Case, page: str = "", tag: str = "en") -> str:
    return f"/{tag}/seved/cases/{case.id}/team/{page}"


def press(client: FlaskClient, address: str, button: str = "answer", value: str = "", **fields: str) -> int:
    """The status after the form of this page was sent by one of its buttons."""
    token = token_in(client.get(address).text)
    return client.post(address, data={"csrf_token": token, button: value, **fields}).status_code


def test_a_neighbour_asks_a_coordinator_says_welcome_and_they_leave(app: Flask, session: Session) -> None:
    area = seved(session)
    case, person = a_case(session, area), bo(session, area, level=Level.NEIGHBOUR)
    client, lead = signed_in(app, session, person), signed_in(app, session, karin(session, area))
    join = f"/en/seved/cases/{case.id}/join"

    for _ in range(2):
        assert press(client, join, name="Bosse", gives="Time") in (303, 200)
    before = browser(app).get(team(case)).text
    asked = team_requests.waiting(session, case.id)
    answered = press(lead, team(case, f"requests/{asked[0].id}"), value="welcome")
    after = browser(app).get(team(case)).text
    left = press(client, join)
    client.post(f"/en/seved/cases/{case.id}/leave", data={"csrf_token": token_in(client.get(join).text)})

    assert len(asked) == 1
    assert "Bosse" not in before
    assert (answered, left) == (303, 303)
    assert after.count("<bdi>Bosse</bdi>") == 1
    assert "Time" in after
    assert "Bosse" not in browser(app).get(team(case)).text


def test_an_open_team_takes_in_at_once_and_says_so(app: Flask, session: Session) -> None:
    area = seved(session)
    case, lead = a_case(session, area), signed_in(app, session, karin(session, area))
    client = signed_in(app, session, ana(session, area))

    before = browser(app).get(team(case)).text
    assert press(lead, team(case, "rule"), "rule", "open") == 303
    after = browser(app).get(team(case)).text
    press(client, f"/en/seved/cases/{case.id}/join", name="Ana")

    assert "Ask to join" in before
    assert "Ask to join" not in after
    assert "<bdi>Ana</bdi>" in browser(app).get(team(case)).text


def test_who_asked_can_take_it_back_and_reads_a_no(app: Flask, session: Session) -> None:
    area = seved(session)
    case, person = a_case(session, area), ana(session, area)
    client, lead = signed_in(app, session, person), signed_in(app, session, karin(session, area))
    join = f"/en/seved/cases/{case.id}/join"
    press(client, join, name="Ana")
    token = token_in(client.get(join).text)
    client.post(f"{join}/take-back", data={"csrf_token": token})
    taken_back = team_requests.waiting(session, case.id)
    session.rollback()
    session.expire_all()

    press(client, join, name="Ana")
    number = team_requests.waiting(session, case.id)[0].id
    no = press(lead, team(case, f"requests/{number}"), value="not_now", note="We are many now.")
    sent = {"csrf_token": token_in(lead.get(f"/en/seved/cases/{case.id}/join").text), "answer": "welcome"}
    again = lead.post(team(case, f"requests/{number}"), data=sent).status_code

    assert taken_back == []
    assert (no, again) == (303, 409)
    assert "We are many now." in client.get(join).text


def test_the_public_page_shows_sectors_empty_seats_and_no_weakness(app: Flask, session: Session) -> None:
    area = seved(session)
    case, lead = a_case(session, area), karin(session, area)
    an_outsider(session, case, lead, name="<b>Kompis</b>", said={"gives": "En lokal", "needs": "Ont om pengar"})
    an_ambassador(session, case, bo(session, area))
    session.commit()

    page = browser(app).get(team(case))

    assert "&lt;b&gt;Kompis&lt;/b&gt;" in page.text
    assert "En lokal" in page.text
    assert "Ont om pengar" not in page.text
    assert len(re.findall('class="face open"', page.text)) == 4
    assert "An ambassador is missing" not in page.text
    assert "public" in page.headers["Cache-Control"]


def test_a_team_without_an_ambassador_says_so_there_and_at_the_desk(app: Flask, session: Session) -> None:
    area = seved(session)
    case, lead = a_case(session, area), karin(session, area)
    in_the_team(session, case, bo(session, area))
    a_team_request(session, case, ana(session, area))
    client = signed_in(app, session, lead)

    desk = client.get("/en/coordination/").text

    assert "An ambassador is missing" in browser(app).get(team(case)).text
    assert "An ambassador is missing" in desk
    assert "1 person asks to join" in desk


def test_the_room_is_for_the_team_and_is_never_stored(app: Flask, session: Session) -> None:
    area = seved(session)
    case, member, other = a_case(session, area), ana(session, area), bo(session, area)
    in_the_team(session, case, member)
    team_notes.write(session, case, text="Koden är 1234", language="sv", by=member, at=NOON)
    client, stranger = signed_in(app, session, member), signed_in(app, session, other)

    inside = [client.get(team(case, page)) for page in ("room", "notes")]
    outside = [stranger.get(team(case, page)).status_code for page in ("room", "notes", "me", "ambassadors", "invite")]

    assert all("Koden är 1234" in page.text for page in inside)
    assert all(page.headers["Cache-Control"] == "no-store" for page in inside)
    assert outside == [403] * 5
    public = "".join(browser(app).get(at).text for at in (team(case), f"/en/seved/cases/{case.id}", "/en/seved/cases/"))
    assert "Koden är 1234" not in public


def test_a_coordinator_needs_a_passkey_for_the_room(app: Flask, session: Session) -> None:
    area = seved(session)
    case, lead = a_case(session, area), karin(session, area)

    answer = signed_in(app, session, lead, how=How.MAIL).get(team(case, "room"))

    assert answer.status_code == 303
    assert "/sign-in/strong" in answer.location


def test_a_member_says_what_they_give_and_need(app: Flask, session: Session) -> None:
    area = seved(session)
    case, member = a_case(session, area), ana(session, area)
    in_the_team(session, case, member)
    client = signed_in(app, session, member)
    said = {"name": "Ana", "sector": "university", "part": "Ritar", "gives": "Tid", "needs": "Svenska"}

    refused = press(client, team(case, "me"), **{**said, "gives": "x" * 201})
    kept = press(client, team(case, "me", tag="sv"), **said)

    assert (refused, kept) == (400, 303)
    assert "Svenska" in client.get(team(case, "room", tag="sv")).text
    page = browser(app).get(team(case, tag="sv")).text
    assert "Ritar" in page


def test_a_coordinator_adds_changes_and_ends_a_member_without_an_account(app: Flask, session: Session) -> None:
    area = seved(session)
    case, member = a_case(session, area), ana(session, area)
    mine = in_the_team(session, case, member)
    client = signed_in(app, session, karin(session, area))

    added = press(client, team(case, "add"), name="Kompis Seved", sector="association", gives="Lokal")
    outsider = session.scalars(select(Member).where(Member.person_id.is_(None))).one()
    changed = press(client, team(case, f"members/{outsider.id}"), name="Kompis", sector="third_sector")
    others = client.get(team(case, f"members/{mine.id}")).status_code
    token = token_in(client.get(team(case, f"members/{outsider.id}")).text)
    shown = browser(app).get(team(case)).text
    client.post(team(case, f"members/{outsider.id}/end"), data={"csrf_token": token})

    assert (added, changed, others) == (303, 303, 403)
    assert "<bdi>Kompis</bdi>" in shown
    assert "<bdi>Kompis</bdi>" not in browser(app).get(team(case)).text


def test_a_link_leads_somebody_new_through_the_sign_in_and_back(app: Flask, session: Session) -> None:
    area = seved(session)
    case, person = a_case(session, area), bo(session, area, level=Level.NEIGHBOUR)
    client = signed_in(app, session, an_ambassador(session, case, ana(session, area)))
    made = client.post(
        team(case, "invite"), data={"csrf_token": token_in(client.get(team(case, "invite")).text), "name": "Bo"}
    )
    path = re.search(r"https?://[^/]+(/en/seved/team-invitation/[\w-]+)", made.text)[1]
    stranger = browser(app)

    seen = stranger.get(path).text
    refused = stranger.post(path, data={"csrf_token": token_in(seen), "answer": "yes"}).status_code
    taken = press(signed_in(app, session, person), path, value="yes", name="Bo")

    assert f"next={path}" in seen
    assert (refused, taken) == (403, 303)
    assert teams.is_member(session, case.id, person)
    assert stranger.get(path).status_code == 404


def test_whoever_holds_a_link_may_decline_without_signing_in(app: Flask, session: Session) -> None:
    area = seved(session)
    case = a_case(session, area)
    client = signed_in(app, session, karin(session, area))
    made = client.post(
        team(case, "invite"), data={"csrf_token": token_in(client.get(team(case, "invite")).text), "name": "Bo"}
    )
    path = re.search(r"(/en/seved/team-invitation/[\w-]+)", made.text)[1]

    assert press(browser(app), path, value="no") == 303
    assert session.scalars(select(Invitation.answer)).one() == "no"


def test_somebody_who_follows_is_invited_by_name_and_answers_on_their_page(app: Flask, session: Session) -> None:
    area = seved(session)
    case, person, other = a_case(session, area), ana(session, area), bo(session, area)
    follows.follow(session, person, "case", case.id, at=NOON)
    lead, client = signed_in(app, session, karin(session, area)), signed_in(app, session, person)

    assert press(lead, team(case, "invite"), "person", str(other.id)) == 400
    assert press(lead, team(case, "invite"), "person", str(person.id)) == 303
    number = session.scalars(select(Invitation.id)).one()
    mine = client.get("/en/me/").text
    foreign = signed_in(app, session, other).get(team(case, f"invitations/{number}")).status_code

    assert team(case, f"invitations/{number}") in mine
    assert foreign == 404
    assert press(client, team(case, f"invitations/{number}"), value="yes", name="Ana") == 303
    assert "<bdi>Ana</bdi>" in browser(app).get(team(case)).text


def test_an_ambassador_hands_over_to_the_successor_who_says_yes(app: Flask, session: Session) -> None:
    area = seved(session)
    case, first, second = a_case(session, area), bo(session, area), ana(session, area)
    an_ambassador(session, case, first)
    mine, next_one = teams.own(session, case.id, first), in_the_team(session, case, second)
    client, successor = signed_in(app, session, first), signed_in(app, session, second)
    address = team(case, "ambassadors")

    named = press(client, address, "act", "successor", member=str(mine.id), successor=str(next_one.id))
    handed = press(client, address, "act", "step_down", member=str(mine.id))
    asked = "The team asks you to be an ambassador." in successor.get(address).text
    token = token_in(client.get(team(case, "room")).text)
    foreign = client.post(address, data={"csrf_token": token, "act": "yes", "member": str(next_one.id)}).status_code
    accepted = press(successor, address, "act", "yes", member=str(next_one.id))

    session.rollback()
    session.expire_all()
    assert (named, handed, asked, foreign, accepted) == (303, 303, True, 403, 303)
    assert [one.name for one in teams.members(session, case.id, "en") if one.is_ambassador] == ["Ana"]


@pytest.mark.parametrize("fields", [{}, {"act": "ask"}, {"act": "ask", "member": "x"}, {"act": "crown", "member": "1"}])
def test_nonsense_about_ambassadors_is_refused(app: Flask, session: Session, fields: dict[str, str]) -> None:
    area = seved(session)
    case, lead = a_case(session, area), karin(session, area)
    an_outsider(session, case, lead)
    client = signed_in(app, session, lead)
    token = token_in(client.get(team(case, "ambassadors")).text)

    answer = client.post(team(case, "ambassadors"), data={"csrf_token": token, **fields})

    assert answer.status_code in (400, 404)


def test_notes_are_written_once_and_removed_by_their_writer(app: Flask, session: Session) -> None:
    area = seved(session)
    case, writer, other = a_case(session, area), ana(session, area), bo(session, area)
    for person in (writer, other):
        in_the_team(session, case, person)
    client, second = signed_in(app, session, writer), signed_in(app, session, other)
    page = client.get(team(case, "notes")).text
    sent = {"csrf_token": token_in(page), "text": "Hej <i>", "client_uuid": uuid_in(page)}

    statuses = [client.post(team(case, "notes"), data=sent).status_code for _ in range(2)]
    clash = client.post(team(case, "notes"), data={**sent, "text": "Nej"}).status_code
    notes = team_notes.of_case(session, case, reader=writer)
    remove = team(case, f"notes/{notes[0].number}/remove")
    foreign = second.post(remove, data={"csrf_token": token_in(second.get(team(case, "notes")).text)}).status_code
    own = client.post(remove, data={"csrf_token": sent["csrf_token"]}).status_code

    assert (statuses, clash, len(notes)) == ([303, 303], 409, 1)
    assert (foreign, own) == (403, 303)
    session.rollback()
    session.expire_all()
    assert team_notes.of_case(session, case, reader=writer) == []


def token_in(page: str) -> str:
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]


def uuid_in(page: str) -> str:
    return re.search(r'name="client_uuid"[^>]*value="([^"]+)"', page)[1]


def test_the_team_page_takes_as_many_statements_for_many_as_for_few(app: Flask, session: Session) -> None:
    area = seved(session)
    case, lead = a_case(session, area), karin(session, area)
    counted = []
    for _ in range(2):
        for number in range(4):
            an_outsider(session, case, lead, name=f"Förening {number}")
        if not counted:
            a_statement(session, case, lead, "agreement")
        session.commit()
        sent: list[str] = []

        def note(_c: object, _cursor: object, statement: str, *_: object, into: list[str] = sent) -> None:
            into.append(statement)

        event.listen(app.extensions["engine"], "before_cursor_execute", note)
        assert browser(app).get(team(case)).status_code == 200
        event.remove(app.extensions["engine"], "before_cursor_execute", note)
        counted.append(len([one for one in sent if not one.startswith("BEGIN")]))

    assert counted[0] == counted[1]


def test_my_page_leads_to_what_the_teams_ask_of_me(app: Flask, session: Session) -> None:
    area = seved(session)
    case, other, person = a_case(session, area), a_case(session, area), ana(session, area)
    in_the_team(session, case, person)
    a_statement(session, case, karin(session, area), "agreement")
    a_team_request(session, other, person)

    page = signed_in(app, session, person).get("/en/me/").text

    assert f"/en/seved/cases/{case.id}/statements/agreement/accept" in page
    assert f"/en/seved/cases/{other.id}/join" in page
    assert team(case, "room") in page


def test_a_person_is_no_member_of_another_case(app: Flask, session: Session) -> None:
    area = seved(session)
    case, other, person = a_case(session, area), a_case(session, area), ana(session, area)
    in_the_team(session, case, person)
    team_notes.write(session, other, text="Där", language="sv", by=karin(session, area), at=NOON)
    number = team_notes.of_case(session, other, reader=_lead(session))[0].number
    client = signed_in(app, session, person)
    token = token_in(client.get(team(case, "notes")).text)

    statuses = [
        client.post(team(one, f"notes/{number}/remove"), data={"csrf_token": token}).status_code
        for one in (case, other)
    ]

    assert statuses == [404, 403]


def _lead(session: Session) -> Person:
    return session.scalars(select(Person).where(Person.name == "Karin")).first()
