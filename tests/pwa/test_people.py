from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import database, people, restrictions
from backend.people import GivenRole, Level, Person, Role
from backend.restrictions import Restriction
from backend.sign_in import How
from tests.conftest import browser, signed_in
from tests.makers import ana, bo, karin, lindangen, mira, seved


def token_of(page: str) -> str:
    return page.split('name="csrf_token" type="hidden" value="')[1].split('"')[0]


def again(session: Session) -> None:
    session.rollback()
    session.expire_all()


def test_a_coordinator_gives_a_resident_a_role_and_takes_it_back(app: Flask, session: Session) -> None:
    area = seved(session)
    resident = ana(session, area)
    client = signed_in(app, session, karin(session, area))
    page = client.get(f"/sv/people/{resident.id}").text

    given = client.post(
        f"/sv/people/{resident.id}", data={"role": f"moderator {area.id}", "csrf_token": token_of(page)}
    )

    assert given.status_code == 303
    again(session)
    role = session.scalars(select(GivenRole).where(GivenRole.person_id == resident.id)).one()
    assert (role.role, role.area_id) == ("moderator", area.id)
    client.post(f"/sv/people/roles/{role.id}/take", data={"csrf_token": token_of(page)})
    again(session)
    assert not session.scalars(select(GivenRole).where(GivenRole.person_id == resident.id)).all()


def test_a_role_that_is_not_offered_is_refused(app: Flask, session: Session) -> None:
    area, other = seved(session), lindangen(session)
    resident = ana(session, area)
    client = signed_in(app, session, karin(session, area))
    token = token_of(client.get(f"/sv/people/{resident.id}").text)

    for role in ("operator 0", f"moderator {other.id}", "moderator", "", "core 0", "x" * 300):
        answer = client.post(f"/sv/people/{resident.id}", data={"role": role, "csrf_token": token})
        assert answer.status_code == 400, role

    again(session)
    assert not session.scalars(select(GivenRole).where(GivenRole.person_id == resident.id)).all()


def test_people_of_another_area_are_not_known_here(app: Flask, session: Session) -> None:
    area, other = seved(session), lindangen(session)
    stranger = ana(session, other)
    client = signed_in(app, session, karin(session, area))

    assert client.get(f"/sv/people/{stranger.id}").status_code == 404
    assert client.get(f"/sv/people/{stranger.id}/limit").status_code == 404


def test_moderators_and_residents_find_no_desk_for_people(app: Flask, session: Session) -> None:
    area = seved(session)

    for somebody in (mira(session, area), ana(session, area)):
        assert signed_in(app, session, somebody).get("/sv/people/").status_code == 403
    assert browser(app).get("/sv/people/").status_code == 303


def test_without_a_passkey_the_door_stays_shut(app: Flask, session: Session) -> None:
    area = seved(session)

    answer = signed_in(app, session, karin(session, area), how=How.MAIL).get("/sv/people/")

    assert answer.status_code == 303 and "/sv/people/" in answer.headers["Location"].replace("%2F", "/")


def test_an_invitation_shows_its_address_once(app: Flask, session: Session) -> None:
    area = seved(session)
    client = signed_in(app, session, karin(session, area))
    token = token_of(client.get("/sv/people/invite").text)

    page = client.post(
        "/sv/people/invite",
        data={"name": "Noor", "role": f"moderator {area.id}", "language": "ar", "csrf_token": token},
    )

    assert page.status_code == 200 and "/ar/sign-in/" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    again(session)
    noor = session.scalars(select(Person).where(Person.name == "Noor")).one()
    assert noor.has_role(Role.MODERATOR, area.id)


def test_whoever_is_suspended_can_send_no_idea(app: Flask, session: Session) -> None:
    area = seved(session)
    resident, by = ana(session, area), karin(session, area)
    client = signed_in(app, session, by)
    token = token_of(client.get(f"/sv/people/{resident.id}/limit").text)

    limited = client.post(
        f"/sv/people/{resident.id}/limit",
        data={
            "kind": "suspended", "where": "seved", "reason": "threatens", "days": "7", "note": "Hej",
            "note_language": "sv", "csrf_token": token,
        },
    )  # fmt: skip

    assert limited.status_code == 303
    again(session)
    limit = session.scalars(select(Restriction)).one()
    assert limit.ends_at - limit.at == timedelta(days=7)
    refused = signed_in(app, session, resident).post("/sv/seved/ideas/", data={"text": "En bänk"})
    assert refused.status_code == 403
    client.post(f"/sv/people/limits/{limit.id}/lift", data={"csrf_token": token})
    again(session)
    assert not restrictions.holding(session, session.get_one(Person, resident.id), at=database.now())


def test_a_coordinator_hands_the_role_over(app: Flask, session: Session) -> None:
    area = seved(session)
    old, new = karin(session, area), mira(session, area)
    client = signed_in(app, session, old)
    address = f"/sv/people/roles/{old.given[0].id}/leave"
    page = client.get(address).text

    assert "Mira" in page
    answer = client.post(address, data={"to": str(new.id), "csrf_token": token_of(page)})

    assert answer.status_code == 303
    again(session)
    assert not session.get_one(Person, old.id).given
    assert session.get_one(Person, new.id).has_role(Role.COORDINATOR, area.id)


def test_the_last_operator_reads_why_they_cannot_leave(app: Flask, session: Session) -> None:
    only = people.add(session, name="Omar", language="sv", level=Level.NEIGHBOUR, at=database.now())
    people.give_role(session, only, Role.OPERATOR, area_id=None, at=database.now())
    client = signed_in(app, session, only)
    address = f"/en/people/roles/{only.given[0].id}/leave"

    answer = client.post(address, data={"to": "", "csrf_token": token_of(client.get(address).text)})

    assert answer.status_code == 400 and "You are the last operator." in answer.text


def test_nobody_leaves_a_role_of_somebody_else(app: Flask, session: Session) -> None:
    area = seved(session)
    client, other = signed_in(app, session, bo(session, area)), karin(session, area)
    session.commit()

    assert client.get(f"/sv/people/roles/{other.given[0].id}/leave").status_code == 404
