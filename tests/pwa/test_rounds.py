from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import counting, rounds, texts, votes
from backend.prototypes import Prototype
from backend.votes import Round
from tests.conftest import browser, signed_in
from tests.makers import an_open_round, ana, karin, seved
from tests.pwa.test_votes import NOW, YESTERDAY, offered, token_in

DAY = (NOW + timedelta(days=3)).date()


class Desk:
    """A coordinator with a case whose last vote is counted, and a form that would open the next one."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.session, self.area = session, seved(session)
        self.old = an_open_round(session, self.area, at=NOW - timedelta(days=9))
        counting.count_closed(session, at=NOW)
        self.client: FlaskClient = signed_in(app, session, karin(session, self.area))
        self.address = f"/en/seved/cases/{self.old.case_id}/vote/new"
        self.page = self.client.get(self.address).text
        self.data: dict[str, Any] = {
            "csrf_token": token_in(self.page), "original": "en", "question_en": "Which ones?",
            "prototypes": offered(session, self.old), "rule": "one", "winners": "2", "fund": "", "quorum": "1",
            "opens": "now", "opens_on": "", "opens_at": "8", "closes_on": DAY.isoformat(), "closes_at": "20",
            "show_originals": "y",
        }  # fmt: skip

    def send(self, **changed: Any) -> Any:
        return self.client.post(self.address, data={**self.data, **changed})

    def made(self) -> Round:
        self.session.rollback()
        newest = rounds.of_case(self.session, self.old.case_id, "en")[0]
        return votes.by_number(self.session, newest.id, area_id=self.area.id)

    def prototypes(self) -> list[Prototype]:
        return list(self.session.scalars(select(Prototype).order_by(Prototype.id)))


@pytest.fixture
def desk(app: Flask, session: Session) -> Desk:
    return Desk(app, session)


def test_a_coordinator_opens_a_vote_on_the_areas_own_clock(desk: Desk) -> None:
    answer = desk.send()

    assert answer.status_code == 303
    made = desk.made()
    assert made.closes_at == datetime(DAY.year, DAY.month, DAY.day, 20, tzinfo=desk.area.zone)
    assert (made.winners, made.fund, made.awaits_opening) == (1, None, False)


def test_the_best_few_may_go_on(desk: Desk) -> None:
    assert desk.send(rule="best", winners="2").status_code == 303
    assert desk.made().winners == 2


def test_a_fund_may_be_shared_once_each_prototype_has_a_cost(desk: Desk) -> None:
    refused = desk.send(rule="fund", fund="3000")
    for prototype in desk.prototypes():
        prototype.cost = 1200
    desk.session.commit()

    answer = desk.send(rule="fund", fund="3000")

    assert refused.status_code == 400
    assert "each prototype needs a cost of its own" in refused.text
    assert "No cost is known yet for:" in refused.text
    assert answer.status_code == 303
    assert (desk.made().fund, desk.made().winners) == (3000, 0)
    ballot = desk.client.get(answer.location).text
    assert "Costs 1\u202f200 kronor" in ballot
    assert "3\u202f000 kronor are shared" in ballot


def test_a_vote_may_open_on_a_later_day_by_itself(app: Flask, desk: Desk) -> None:
    later = (NOW + timedelta(days=1)).date()
    start = browser(app).get("/en/seved/").text

    answer = desk.send(opens="later", opens_on=later.isoformat(), opens_at="9")

    assert answer.status_code == 303
    made = desk.made()
    assert made.opens_at == datetime(later.year, later.month, later.day, 9, tzinfo=desk.area.zone)
    assert made.awaits_opening
    page = desk.client.get(answer.location).text
    assert "Opens on" in page
    assert 'type="checkbox"' not in page
    assert "vote-in" not in start + browser(app).get("/en/seved/").text, "the start page shows open votes"
    assert desk.client.get(f"/en/seved/votes/{made.id}/close").status_code == 200


def test_what_is_not_told_in_every_language_is_said_and_must_be_confirmed(desk: Desk) -> None:
    del desk.data["show_originals"]

    refused = desk.send()

    assert refused.status_code == 400
    assert "not told in every language" in refused.text
    assert '<bdi lang="ar">العربية</bdi>' in desk.page


def test_the_ballot_labels_what_it_shows_in_another_language(app: Flask, desk: Desk) -> None:
    answer = desk.send()
    made = desk.made()
    first = desk.session.get_one(Prototype, desk.data["prototypes"][0])
    texts.rewrite(desk.session, first.texts_id, "en", {"title": "The table", "lines": "Food."})
    reader = signed_in(app, desk.session, ana(desk.session, desk.area))

    page = reader.get(answer.location).text

    assert page.count('In <bdi lang="sv">Svenska</bdi>') == 2
    assert reader.get(f"/sv/seved/votes/{made.id}").text.count('class="tag"') == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"closes_on": "soon"}, {"closes_on": "2020-01-01"}, {"question_en": ""}, {"quorum": "many"},
        {"rule": "dice"}, {"rule": ""}, {"rule": "fund", "fund": ""}, {"rule": "fund", "fund": "-5"},
        {"rule": "fund", "fund": "1e5"}, {"rule": "fund", "fund": "9" * 30}, {"rule": "best", "winners": "3"},
        {"rule": "best", "winners": "x"}, {"opens": "later", "opens_on": "2020-01-01"},
        {"opens": "later", "opens_on": ""}, {"opens": "later", "opens_on": DAY.isoformat(), "opens_at": "21"},
        {"opens": "later", "opens_on": DAY.isoformat(), "opens_at": "3"}, {"prototypes": ["x"]},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_with_words(desk: Desk, wrong: dict[str, Any]) -> None:
    refused = desk.send(**wrong)

    assert refused.status_code == 400
    assert 'class="summary"' in refused.text


def test_a_coordinator_closes_a_round_after_being_asked_once_more(app: Flask, session: Session) -> None:
    area = seved(session)
    round_ = an_open_round(session, area, at=YESTERDAY)
    client = signed_in(app, session, karin(session, area))
    address = f"/en/seved/votes/{round_.id}/close"
    asked = client.get(address)

    answer = client.post(address, data={"csrf_token": token_in(asked.text)})

    assert (asked.status_code, answer.status_code) == (200, 303)
    assert "The votes are being counted" in browser(app).get(f"/en/seved/votes/{round_.id}/results").text
    resident = signed_in(app, session, ana(session, area))
    assert resident.get(address).status_code == resident.post(address).status_code == 403
