from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import idea_answers, option_arguments, option_lists, options
from backend.areas import Area
from backend.cases import Case
from backend.ideas import Idea
from backend.options import Option
from tests.conftest import NOON, browser, signed_in
from tests.makers import a_case, a_published_idea, an_option, ana, bo, in_the_team, karin, seved
from tests.pwa.test_cases import statements, token_in


def an_idea_of(session: Session, case: Case, area: Area) -> Idea:
    idea = a_published_idea(session, area, ana(session, area), "<b>Tält</b>\nFör alla.")
    idea_answers.join_case(session, idea, case.id, at=NOON)
    return idea


def page(app: Flask, case: Case, tag: str = "en") -> str:
    answer = browser(app).get(f"/{tag}/seved/cases/{case.id}/options/")
    assert answer.status_code == 200
    return answer.text


def post(client: FlaskClient, address: str, **data: str) -> int:
    token = token_in(client.get(address).text)
    return client.post(address, data={"csrf_token": token, "original": "sv", **data}).status_code


def test_options_stand_side_by_side_for_everybody(app: Flask, session: Session) -> None:
    area = seved(session)
    case, by = a_case(session, area, stage=4), karin(session, area)
    option = an_option(session, case, by)
    option_arguments.argue(session, option, side="against", text="غالٍ", language="ar", by=by, at=NOON)
    options.weigh(
        session, option, risk={"sv": "Vind"}, risk_level="large", cost_from=1500, cost_to=3000, by=by, at=NOON
    )
    session.commit()

    shown = page(app, case)

    assert 'role="table"' in shown and "1\u202f500 to 3\u202f000 kronor" in shown
    assert '<span lang="ar" dir="rtl">غالٍ</span>' in shown and "Large risk" in shown
    assert "Not decided yet" in shown and "It is missing." in shown
    assert "csrf_token" not in shown


def test_an_empty_case_says_so(app: Flask, session: Session) -> None:
    case = a_case(session, seved(session), stage=4)
    session.commit()

    assert "There is nothing to choose between yet." in page(app, case)


def test_an_idea_becomes_an_option_goes_on_and_says_so_on_its_own_page(app: Flask, session: Session) -> None:
    area = seved(session)
    case = a_case(session, area, stage=4)
    idea = an_idea_of(session, case, area)
    client = signed_in(app, session, karin(session, area))
    session.commit()
    base = f"/en/seved/cases/{case.id}/options"

    assert f"{base}/from/{idea.id}" in page(app, case)
    assert post(client, f"{base}/from/{idea.id}") == 303
    number = session.scalars(select(Option.id)).one()
    assert "It is one of the options now." in browser(app).get(f"/en/seved/ideas/{idea.id}").text
    decision = {"goes_on": "yes", "why_sv": "Billigt.", "title_sv": "Tältet", "lines_sv": "Ett tält."}
    assert post(client, f"{base}/{number}/decide", **decision) == 303

    shown = page(app, case)
    assert "Yes, it goes on" in shown and "Billigt." in shown and "&lt;b&gt;Tält&lt;/b&gt;" in shown
    assert "It became a prototype." in browser(app).get(f"/en/seved/ideas/{idea.id}").text
    address = f"{base}/{number}/decide"
    token = token_in(client.get(address).text)
    assert client.post(f"{base}/{number}/undo", data={"csrf_token": token}).status_code == 303
    assert "Not decided yet" in page(app, case)


def test_the_team_adds_weighs_and_argues_on_a_phone(app: Flask, session: Session) -> None:
    area = seved(session)
    case, member = a_case(session, area, stage=4), bo(session, area)
    in_the_team(session, case, member)
    client = signed_in(app, session, member)
    session.commit()
    base = f"/sv/seved/cases/{case.id}/options"

    told = {"title_sv": "Ett tält", "source_sv": "Lund", "client_uuid": "3f1c2e9a-5b7d-4a16-9c3e-2d8f6a1b4c70"}
    assert [post(client, f"{base}/new", **told) for _ in range(2)] == [303, 303]
    number = session.scalars(select(Option.id)).one()
    assert post(client, f"{base}/{number}/weigh", cost_from="٦٠٠", risk_level="small", risk_sv="Vind") == 303
    assert post(client, f"{base}/{number}/argue", side="for", text="Billigt.") == 303

    session.rollback()
    shown = option_lists.one(session, number, "sv")
    assert (shown.cost_from, shown.cost_to, str(shown.risk)) == (600, 600, "Vind")
    assert [(one.text, one.by) for one in shown.speaks_for] == [("Billigt.", "Bo")]


def test_what_is_refused_stays_typed(app: Flask, session: Session) -> None:
    area = seved(session)
    case = a_case(session, area, stage=4)
    client = signed_in(app, session, karin(session, area))
    option = an_option(session, case, karin(session, area))
    session.commit()
    base = f"/en/seved/cases/{case.id}/options"
    token = token_in(client.get(f"{base}/new").text)

    for address, data, kept in (
        (f"{base}/new", {"title_en": "A tent"}, "A tent"),
        (f"{base}/{option.id}/weigh", {"cost_from": "much", "risk_en": "Wind"}, "Wind"),
        (f"{base}/{option.id}/argue", {"text": "Cheap"}, "Cheap"),
        (f"{base}/{option.id}/decide", {"goes_on": "no", "lines_en": "One tent."}, "One tent."),
    ):
        answer = client.post(address, data={"csrf_token": token, "original": "en", **data})
        assert (answer.status_code, 'class="summary"' in answer.text, kept in answer.text) == (400, True, True), address
    assert session.scalar(select(func.count()).select_from(Option)) == 1


def test_a_neighbour_outside_the_team_reads_why_not(app: Flask, session: Session) -> None:
    area = seved(session)
    case = a_case(session, area, stage=4)
    client = signed_in(app, session, ana(session, area))
    session.commit()

    answer = client.get(f"/en/seved/cases/{case.id}/options/new")

    assert answer.status_code == 403
    assert "Join the team first." in answer.text


def test_the_page_takes_as_many_statements_for_six_options_as_for_three(app: Flask, session: Session) -> None:
    area = seved(session)
    case, by, counted = a_case(session, area, stage=4), karin(session, area), []
    for _ in range(2):
        for number in range(3):
            an_option(session, case, by, f"Val {number}")
            an_idea_of(session, case, area)
        session.commit()
        sent = statements(app)
        page(app, case)
        counted.append(len([one for one in sent if not one.startswith("BEGIN")]))

    assert counted[0] == counted[1]
