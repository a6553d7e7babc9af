from __future__ import annotations

from io import BytesIO

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import counting
from backend.cases import Case
from backend.photos import Photo
from backend.prototypes import Prototype
from backend.trials import Trial
from tests.conftest import NOON, browser, signed_in
from tests.makers import (
    a_case,
    a_photograph,
    a_trial,
    an_open_round,
    ana,
    bo,
    in_the_team,
    karin,
    seved,
    three_prototypes,
)
from tests.pwa.test_cases import statements, token_in

KEY = "3f1c2e9a-5b7d-4a16-9c3e-2d8f6a1b4c70"


def first_of(session: Session, case: Case) -> Prototype:
    return session.scalars(select(Prototype).where(Prototype.case_id == case.id).order_by(Prototype.id)).first()


def test_a_member_tells_on_the_spot_with_numbers_and_a_photo(app: Flask, session: Session) -> None:
    area = seved(session)
    case, member = a_case(session, area), ana(session, area)
    table = three_prototypes(session, case, karin(session, area))[0]
    in_the_team(session, case, member, name="Ana")
    client = signed_in(app, session, member)
    session.commit()
    address = f"/en/seved/cases/{case.id}/trials/new"
    told = {
        "csrf_token": token_in(client.get(f"{address}?prototype={table.id}").text), "prototype": str(table.id),
        "day": "2026-11-02", "did": "<i>Soup</i>", "seen": "Eleven came.", "label_1": "people", "count_1": "11",
        "state": "changed", "next": "A roof", "client_uuid": KEY, "alt": "A long table",
    }  # fmt: skip

    answers = [
        client.post(address, data={**told, "photo": (BytesIO(a_photograph((64, 48))), "p.jpg")}) for _ in range(2)
    ]

    made = session.scalars(select(Trial)).one()
    where = f"/en/seved/cases/{case.id}/prototypes/{table.id}"
    assert [answer.headers["Location"] for answer in answers] == [f"{where}#trial-{made.id}"] * 2
    page = browser(app).get(where).text
    assert "&lt;i&gt;Soup&lt;/i&gt;" in page and "Eleven came." in page and 'alt="A long table"' in page
    assert "Monday 2 November" in page and "Written by <bdi>Ana</bdi>" in page
    assert "Eleven came." in browser(app).get(f"/en/seved/cases/{case.id}/prototypes/").text


def test_what_was_typed_and_chosen_stays_when_something_is_missing(app: Flask, session: Session) -> None:
    area = seved(session)
    case = a_case(session, area)
    table = three_prototypes(session, case, karin(session, area))[0]
    client = signed_in(app, session, karin(session, area))
    session.commit()
    address = f"/en/seved/cases/{case.id}/trials/new"
    told = {
        "csrf_token": token_in(client.get(address).text), "prototype": str(table.id), "day": "2026-11-02",
        "did": "Soup", "seen": "Few came.", "state": "stopped",
    }  # fmt: skip

    refused = client.post(address, data={**told, "photo": (BytesIO(a_photograph((64, 48))), "p.jpg")})
    key = session.scalars(select(Photo.key)).one()
    sent = client.post(address, data={**told, "photo_key": key, "learned": "It needs a roof."})

    assert refused.status_code == 400
    assert "Write what you learned." in refused.text and key in refused.text and "Few came." in refused.text
    assert sent.status_code == 303
    page = browser(app).get(f"/en/seved/cases/{case.id}/prototypes/{table.id}").text
    assert "That is a result." in page and "It needs a roof." in page and "late" not in page


def test_hostile_words_in_numbers_and_days_are_refused(app: Flask, session: Session) -> None:
    area = seved(session)
    case = a_case(session, area)
    table = three_prototypes(session, case, karin(session, area))[0]
    client = signed_in(app, session, karin(session, area))
    session.commit()
    address = f"/en/seved/cases/{case.id}/trials/new"
    told = {
        "csrf_token": token_in(client.get(address).text), "prototype": str(table.id), "day": "2026-11-02",
        "did": "Soup", "seen": "Few came.", "state": "tried",
    }  # fmt: skip

    for wrong in ({"day": "2026-02-30"}, {"count_1": "²"}, {"prototype": "x"}, {"state": "planned"}, {"did": "\x00"}):
        assert client.post(address, data={**told, **wrong}).status_code == 400
    assert session.scalar(select(func.count()).select_from(Trial)) == 0


def test_a_neighbour_outside_the_team_tells_nothing(app: Flask, session: Session) -> None:
    area = seved(session)
    case = a_case(session, area)
    three_prototypes(session, case, karin(session, area))
    client = signed_in(app, session, bo(session, area))
    session.commit()

    assert client.get(f"/en/seved/cases/{case.id}/trials/new").status_code == 403


def test_a_photo_is_added_to_a_trial_and_one_takes_the_place_of_the_drawing(app: Flask, session: Session) -> None:
    area = seved(session)
    case, by = a_case(session, area), karin(session, area)
    table = three_prototypes(session, case, by)[0]
    trial = a_trial(session, table, by)
    client = signed_in(app, session, by)
    session.commit()
    where = f"/en/seved/cases/{case.id}/prototypes/{table.id}"

    for address in (f"{where}/trials/{trial.id}/photo", f"{where}/photo"):
        token = token_in(client.get(address).text)
        assert client.post(address, data={"csrf_token": token}).status_code == 400
        sent = {"csrf_token": token, "alt": "Bord", "photo": (BytesIO(a_photograph((64, 48))), "p.jpg")}
        assert client.post(address, data=sent).status_code == 303

    page = browser(app).get(where).text
    assert page.count("/photos/") == 2 and page.count('alt="Bord"') == 2
    assert "/photos/" in browser(app).get(f"/en/seved/cases/{case.id}").text


def test_the_team_changes_what_is_told(app: Flask, session: Session) -> None:
    area = seved(session)
    case, member = a_case(session, area), bo(session, area)
    table = three_prototypes(session, case, karin(session, area))[0]
    in_the_team(session, case, member)
    client = signed_in(app, session, member)
    session.commit()
    address = f"/en/seved/cases/{case.id}/prototypes/{table.id}"
    told = {
        "csrf_token": token_in(client.get(f"{address}/edit").text), "original": "sv", "title_sv": "Bordet",
        "lines_sv": "Mat.\nVarje torsdag.", "place_sv": "Gården", "with_whom_en": "Neighbours", "picture": "table",
        "starts_on": "2026-12-01", "ends_on": "2026-12-08", "cost": "900",
    }  # fmt: skip

    refused = client.post(f"{address}/edit", data={**told, "ends_on": "2026-11-01"})
    assert refused.status_code == 400 and "The last day comes before the first." in refused.text
    assert client.post(f"{address}/edit", data=told).status_code == 303

    page = browser(app).get(address).text
    assert "Tuesday 1 December to Tuesday 8 December" in page and "Gården" in page and "900 kronor" in page


def test_the_page_of_a_prototype_says_what_people_voted_only_after_the_count(app: Flask, session: Session) -> None:
    area = seved(session)
    round_ = an_open_round(session, area)
    case = session.get_one(Case, round_.case_id)
    address = f"/en/seved/cases/{case.id}/prototypes/{first_of(session, case).id}"
    session.commit()

    before = browser(app).get(address).text
    counting.count_closed(session, at=round_.closes_at)
    session.commit()
    after = browser(app).get(address).text

    assert "What people voted" not in before
    assert "What people voted" in after and f"/votes/{round_.id}/results" in after


def test_the_page_takes_as_many_statements_for_four_trials_as_for_two(app: Flask, session: Session) -> None:
    area = seved(session)
    case, by, counted = a_case(session, area), karin(session, area), []
    table = three_prototypes(session, case, by)[0]
    for _ in range(2):
        for _ in range(2):
            a_trial(session, table, by, at=NOON)
        session.commit()
        for address in ("", str(table.id)):
            sent = statements(app)
            assert browser(app).get(f"/ar/seved/cases/{case.id}/prototypes/{address}").status_code == 200
            counted.append(len([one for one in sent if not one.startswith("BEGIN")]))

    assert counted[:2] == counted[2:]
