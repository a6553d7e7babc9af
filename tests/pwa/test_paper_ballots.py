from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from backend import keys, slips, votes
from backend.votes import Round
from tests.conftest import signed_in
from tests.makers import an_open_round, ana, karin, lindangen, mira, seved
from tests.pwa.test_votes import YESTERDAY, ballots, offered, token_in


@dataclass
class Desk:
    """Two who enter the paper ballots of a round, each in a browser of their own."""

    session: Session
    round_: Round
    first: FlaskClient
    second: FlaskClient
    digits: list[str]
    batch: int

    @property
    def base(self) -> str:
        return f"/en/seved/votes/{self.round_.id}/paper/"

    def post(self, client: FlaskClient, address: str, **data: object):  # type: ignore[no-untyped-def]
        token = token_in(client.get(self.base).text)
        return client.post(address, data={"csrf_token": token, **data})

    def enter(self, client: FlaskClient, place: int, choices: list[int], stack: int = 1):  # type: ignore[no-untyped-def]
        return self.post(client, f"{self.base}{stack}", slip=f"{self.batch}-{place}", choices=choices)

    def finish(self, client: FlaskClient, stack: int = 1):  # type: ignore[no-untyped-def]
        return self.post(client, f"{self.base}{stack}/finish")


@pytest.fixture
def desk(app: Flask, session: Session) -> Desk:
    area = seved(session)
    round_ = an_open_round(session, area, at=YESTERDAY)
    key = keys.key(Path(app.config["SETTINGS"].data), "slips")
    batch, digits = slips.make_batch(session, key, area, 4, at=YESTERDAY)
    clients = [signed_in(app, session, make(session, area)) for make in (mira, karin)]
    return Desk(session, round_, *clients, digits, batch.id)


def test_two_people_enter_a_stack_and_it_counts(desk: Desk) -> None:
    a, b, _ = offered(desk.session, desk.round_)
    begun = desk.post(desk.first, desk.base)
    for client in (desk.first, desk.second):
        desk.enter(client, 1, [a])
        desk.enter(client, 2, [a, b])
        before = ballots(desk.session)
        done = desk.finish(client)

    assert (begun.status_code, begun.location) == (303, f"{desk.base}1")
    assert (before, done.status_code, ballots(desk.session)) == (0, 303, 2)
    assert "Both entries agreed. 2 ballots count" in desk.first.get(f"{desk.base}1").text
    assert "Counts, with 2 ballots" in desk.second.get(desk.base).text


def test_the_second_does_not_see_what_the_first_has_entered(desk: Desk) -> None:
    a, *_ = offered(desk.session, desk.round_)
    desk.post(desk.first, desk.base)
    desk.enter(desk.first, 3, [a])
    too_early = desk.second.get(f"{desk.base}1").text
    desk.finish(desk.first)

    page = desk.second.get(f"{desk.base}1").text

    assert "When they are done, it is your turn." in too_early
    assert 'name="slip"' not in too_early
    assert f"<bdi>{desk.batch}-3</bdi>" in desk.first.get(f"{desk.base}1").text
    assert f"<bdi>{desk.batch}-3</bdi>" not in page + too_early
    assert 'name="slip"' in page


def test_where_the_two_differ_both_are_shown_and_nothing_counts(desk: Desk) -> None:
    a, b, _ = offered(desk.session, desk.round_)
    desk.post(desk.first, desk.base)
    desk.enter(desk.first, 1, [a])
    desk.finish(desk.first)
    desk.enter(desk.second, 1, [b])
    desk.finish(desk.second)

    page = desk.first.get(f"{desk.base}1").text

    assert "1 ballot differs" in page
    assert "First entry" in page
    assert ballots(desk.session) == 0

    desk.enter(desk.second, 1, [a])
    desk.finish(desk.second)
    assert ballots(desk.session) == 1


def test_a_ballot_can_be_taken_out_of_ones_own_entry_again(desk: Desk) -> None:
    a, *_ = offered(desk.session, desk.round_)
    desk.post(desk.first, desk.base)
    desk.enter(desk.first, 1, [a])
    slip = desk.first.get(f"{desk.base}1").text.partition('name="slip_id" value="')[2].partition('"')[0]

    foreign = desk.post(desk.second, f"{desk.base}1/take-out", slip_id=slip)
    answer = desk.post(desk.first, f"{desk.base}1/take-out", slip_id=slip)

    assert (foreign.status_code, answer.status_code) == (403, 303)
    assert 'name="slip_id"' not in desk.first.get(f"{desk.base}1").text


def test_a_slip_whose_holder_voted_online_is_refused_with_clear_words(app: Flask, desk: Desk, session: Session) -> None:
    a, *_ = offered(session, desk.round_)
    key = keys.key(Path(app.config["SETTINGS"].data), "slips")
    voter = ana(session, lindangen(session))
    slips.redeem(session, key, slips.read(desk.digits[0]), voter, at=YESTERDAY)
    votes.cast(session, desk.round_.id, area_id=desk.round_.area_id, person=voter, choices=[a], at=YESTERDAY)
    session.commit()
    desk.post(desk.first, desk.base)

    answer = desk.enter(desk.first, 1, [a])

    assert answer.status_code == 400
    assert f"The holder of slip {desk.batch}-1 has voted already." in answer.text
    assert answer.text.count(" checked") == 1, "what was typed stays"


@pytest.mark.parametrize("slip_id", ["", "x", "-1", "9" * 9, "٣"])
def test_nonsense_takes_nothing_out_and_breaks_nothing(desk: Desk, slip_id: str) -> None:
    desk.post(desk.first, desk.base)

    assert desk.post(desk.first, f"{desk.base}1/take-out", slip_id=slip_id).status_code in (303, 400)


def test_without_a_token_nothing_is_entered(desk: Desk) -> None:
    a, *_ = offered(desk.session, desk.round_)
    desk.post(desk.first, desk.base)

    answer = desk.first.post(f"{desk.base}1", data={"slip": f"{desk.batch}-1", "choices": [a]})

    assert answer.status_code == 400
    assert "Slip" not in desk.first.get(f"{desk.base}1").text.partition("What you have entered")[2]


def test_residents_and_staff_of_elsewhere_enter_no_paper(app: Flask, desk: Desk, session: Session) -> None:
    area, elsewhere = seved(session, name="Rosengård", slug="rosengard"), lindangen(session)
    for person in (ana(session, area), mira(session, elsewhere)):
        client = signed_in(app, session, person)
        assert client.get(desk.base).status_code == 403
    elsewhere_client = signed_in(app, session, mira(session, elsewhere))
    assert elsewhere_client.get(desk.base.replace("seved", "lindangen")).status_code == 404
