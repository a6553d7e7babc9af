from __future__ import annotations

import re
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from backend import handovers, pledges
from backend.pledges import Pledge
from tests.conftest import browser, signed_in
from tests.makers import a_case, a_need, a_pledge, an_offer, ana, bo, in_the_team, karin, lindangen, mira, seved
from tests.pwa.test_cases import token_in

CONTACT = "070-123 45 67"


def form(**values: str) -> dict[str, str]:
    """A promise as the page would send it."""
    usual = {"words": "Två stolar.", "kind": "things", "shown_as": "nobody", "client_uuid": str(uuid4())}
    return {**usual, **values}


def test_the_page_shows_what_is_needed_promised_and_kept(app: Flask, session: Session) -> None:
    area = seved(session)
    case, by = a_case(session, area), karin(session, area)
    a_pledge(session, case, by, need=a_need(session, case, by), how_much=3, contact=CONTACT, words="<b>Tre</b>")
    a_pledge(session, case, by, words="Jag städar.")
    session.commit()

    page = browser(app).get(f"/en/seved/cases/{case.id}/resources/").text

    assert "3 of 8" in page and "promised, 0 kept." in page
    assert "&lt;b&gt;Tre&lt;/b&gt;" in page and "Promised besides" in page
    assert "Nobody has been asked yet." in page
    assert CONTACT not in page and 'style="' not in page


def test_an_empty_page_says_so_and_offers_its_act(app: Flask, session: Session) -> None:
    case = a_case(session, seved(session))
    session.commit()

    page = browser(app).get(f"/en/seved/cases/{case.id}/resources/").text

    assert "No need is written down yet." in page
    assert f"/en/seved/cases/{case.id}/pledges/new" in page


def test_the_page_takes_as_many_statements_however_much_there_is(app: Flask, session: Session) -> None:
    area = seved(session)
    case, by = a_case(session, area), karin(session, area)
    counted = []
    for _ in range(2):
        for _ in range(4):
            a_pledge(session, case, by, need=a_need(session, case, by), how_much=1)
        session.commit()
        sent: list[str] = []
        event.listen(app.extensions["engine"], "before_cursor_execute", lambda *given, to=sent: to.append(given[2]))
        assert browser(app).get(f"/ar/seved/cases/{case.id}/resources/").status_code == 200
        counted.append(len([one for one in sent if not one.startswith("BEGIN")]))

    assert counted[0] == counted[1]


def test_a_resident_promises_something_twice_with_one_form_and_it_is_there_once(app: Flask, session: Session) -> None:
    area = seved(session)
    case = a_case(session, area)
    need = a_need(session, case, karin(session, area))
    client = signed_in(app, session, ana(session, area))
    address = f"/en/seved/cases/{case.id}/pledges/new"

    choice = client.get(address).text
    opened = client.get(f"{address}?need={need.id}").text
    sent = form(csrf_token=token_in(opened), how_much="2", shown_as="first_name", name="Ana Maria", contact=CONTACT)
    answers = [client.post(f"{address}?need={need.id}", data=sent) for _ in range(2)]
    clash = client.post(f"{address}?need={need.id}", data={**sent, "words": "Sex stolar."})
    shown = client.get(answers[0].location).text

    assert f"{address}?need={need.id}" in choice and f"{address}?need=0" in choice
    assert [one.status_code for one in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert clash.status_code == 409 and "Sex stolar." in clash.text
    assert CONTACT in shown and "We have your promise" in shown
    assert session.scalar(select(func.count()).select_from(Pledge)) == 1
    assert "Två stolar." not in browser(app).get(f"/en/seved/cases/{case.id}/resources/").text


def test_what_was_typed_stays_where_something_is_missing(app: Flask, session: Session) -> None:
    area = seved(session)
    case = a_case(session, area)
    client = signed_in(app, session, bo(session, area))
    address = f"/en/seved/cases/{case.id}/pledges/new"
    token = token_in(client.get(address).text)

    answer = client.post(address, data=form(csrf_token=token, kind="money", contact=CONTACT))

    assert answer.status_code == 400
    assert "Write how much you promise." in answer.text
    assert "Två stolar." in answer.text and CONTACT in answer.text


def test_how_to_reach_somebody_is_shown_to_them_the_team_and_its_coordinator_alone(
    app: Flask, session: Session
) -> None:
    area, elsewhere = seved(session), lindangen(session)
    case, by, member = a_case(session, area), ana(session, area), bo(session, area)
    in_the_team(session, case, member)
    pledge = a_pledge(session, case, by, contact=CONTACT)
    pledges.publish(session, pledge, at=pledge.created_at)
    address = f"/en/seved/cases/{case.id}/pledges/{pledge.id}"
    every = f"/en/seved/cases/{case.id}/pledges/"
    people = {
        "author": by, "team": member, "coordinator": karin(session, area), "moderator": mira(session, area),
        "elsewhere": karin(session, elsewhere),
    }  # fmt: skip

    seen = {}
    for name, person in people.items():
        client = signed_in(app, session, person)
        seen[name] = [CONTACT in client.get(one).text for one in (address, every)]
        assert CONTACT not in client.get(f"/en/seved/cases/{case.id}/resources/").text

    assert seen == {
        "author": [True, False], "team": [True, True], "coordinator": [True, True], "moderator": [False, False],
        "elsewhere": [False, False],
    }  # fmt: skip
    assert CONTACT not in browser(app).get(address, follow_redirects=True).text


def test_a_coordinator_enters_a_promise_and_notes_that_it_was_kept(app: Flask, session: Session) -> None:
    area = seved(session)
    case = a_case(session, area)
    client = signed_in(app, session, karin(session, area))
    base = f"/en/seved/cases/{case.id}/pledges"
    token = token_in(client.get(f"{base}/enter").text)

    entered = client.post(f"{base}/enter", data=form(csrf_token=token, shown_as="organisation", name="Odlarna"))
    client.post(f"{entered.location}/note", data={"csrf_token": token, "state": "kept", "word": "Tack!"})
    page = browser(app).get(f"/en/seved/cases/{case.id}/resources/").text

    assert "<bdi>Odlarna</bdi>" in page and "Tack!" in page
    assert re.search(r'<span class="status done">Kept</span>', page)


def test_somebody_withdraws_their_promise(app: Flask, session: Session) -> None:
    area = seved(session)
    case, by = a_case(session, area), bo(session, area)
    pledge = a_pledge(session, case, by)
    client = signed_in(app, session, by)
    address = f"/en/seved/cases/{case.id}/pledges/{pledge.id}"

    answer = client.post(f"{address}/withdraw", data={"csrf_token": token_in(client.get(f"{address}/withdraw").text)})

    assert answer.status_code == 303
    assert "Your promise is withdrawn" in client.get(address).text


def test_a_member_writes_a_need_and_closes_it(app: Flask, session: Session) -> None:
    area = seved(session)
    case, member = a_case(session, area), bo(session, area)
    in_the_team(session, case, member)
    client = signed_in(app, session, member)
    base = f"/en/seved/cases/{case.id}"
    values = {"csrf_token": token_in(client.get(f"{base}/needs/new").text), "kind": "room", "original": "en"}

    late = client.post(f"{base}/needs/new", data={**values, "words_en": "A kitchen", "day": "2020-01-01"})
    made = client.post(f"{base}/needs/new", data={**values, "words_en": "A kitchen", "day": "2099-12-24"})
    page = browser(app).get(f"{base}/resources/").text
    [number] = re.findall(r'id="need-(\d+)"', page)
    client.post(f"{base}/needs/{number}/close", data={"csrf_token": values["csrf_token"]})

    assert late.status_code == 400 and 'id="day-error"' in late.text
    assert made.status_code == 303 and "Needed by Thursday 24 December" in page
    assert "Nothing more is needed" in browser(app).get(f"{base}/resources/").text


def test_residents_take_a_case_over_and_everybody_reads_both_sides(app: Flask, session: Session) -> None:
    area = seved(session)
    case, person = a_case(session, area), ana(session, area)
    member = in_the_team(session, case, person)
    lead, taker = signed_in(app, session, karin(session, area)), signed_in(app, session, person)
    base = f"/en/seved/cases/{case.id}/handovers"
    offer = {"to_whom": "residents", "members": str(member.id), "words": "Ni får nyckeln."}

    made = lead.post(f"{base}/new", data={**offer, "csrf_token": token_in(lead.get(f"{base}/new").text)})
    address = made.location.replace("/en/", "/ar/")  # who was asked reads and writes Arabic
    token = token_in(taker.get(address).text)
    empty = taker.post(address, data={"csrf_token": token})
    taker.post(address, data={"csrf_token": token, "answer": "yes", "words": "نعم بكل سرور."})
    page = browser(app).get(f"/en/seved/cases/{case.id}/resources/").text

    assert empty.status_code == 400
    assert "It is owned by <bdi>Ana</bdi>." in page
    assert "Ni får nyckeln." in page and '<span lang="ar" dir="rtl">نعم بكل سرور.</span>' in page
    assert "It is owned by <bdi>Ana</bdi>." in browser(app).get(f"/en/seved/cases/{case.id}").text


def test_a_coordinator_writes_down_what_a_department_answered(app: Flask, session: Session) -> None:
    area = seved(session)
    case, by = a_case(session, area), karin(session, area)
    offer = an_offer(session, case, by)
    [taker] = handovers.by_number(session, offer.id).takers
    client = signed_in(app, session, by)
    address = f"/en/seved/cases/{case.id}/handovers/{offer.id}/note/{taker.id}"
    values = {"csrf_token": token_in(client.get(address).text), "answer": "yes", "spoke": "Eva Ek", "words": "Ja."}

    wrong = client.post(address, data={**values, "day": "2099-01-01"})
    right = client.post(address, data={**values, "day": "2026-11-20"})
    page = browser(app).get(f"/en/seved/cases/{case.id}/resources/").text

    assert (wrong.status_code, right.status_code) == (400, 303)
    assert "<bdi>Eva Ek</bdi> answered. The coordinator wrote it down." in page


def test_an_open_offer_is_taken_back(app: Flask, session: Session) -> None:
    area = seved(session)
    case, by = a_case(session, area), karin(session, area)
    offer = an_offer(session, case, by)
    client = signed_in(app, session, by)
    address = f"/en/seved/cases/{case.id}/handovers/{offer.id}"
    token = token_in(client.get(address).text)

    for _ in range(2):
        assert client.post(f"{address}/take-back", data={"csrf_token": token}).status_code == 303

    assert "Taken back on" in client.get(address).text


@pytest.mark.parametrize("query", ["need=99", "need=9999999999", "need=x"])
def test_a_need_that_there_is_not_is_not_found(app: Flask, session: Session, query: str) -> None:
    area = seved(session)
    case = a_case(session, area)
    client = signed_in(app, session, bo(session, area))

    assert client.get(f"/en/seved/cases/{case.id}/pledges/new?{query}").status_code in (200, 404)
