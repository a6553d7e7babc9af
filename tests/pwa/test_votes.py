from __future__ import annotations

import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from backend import counting, database, openings, prototypes, rounds, votes
from backend.people import Level
from backend.votes import Ballot, Choice, Round
from pwa import current
from tests.conftest import browser, signed_in
from tests.makers import an_open_round, ana, bo, karin, lindangen, seved

NOW = database.now()
YESTERDAY = NOW - timedelta(days=1)


@pytest.fixture
def open_round(session: Session) -> Round:
    return an_open_round(session, seved(session), at=YESTERDAY)


def offered(session: Session, round_: Round) -> list[int]:
    query = select(Choice.prototype_id).where(Choice.round_id == round_.id)
    return list(session.scalars(query.order_by(Choice.position)))


def token_in(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, "the page holds no token"
    return found[1]


def vote(client: FlaskClient, round_: Round, choices: list[int], *, token: str | None = None, **more: str):
    address = f"/en/seved/votes/{round_.id}"
    token = token_in(client.get(address).text) if token is None else token
    return client.post(address, data={"choices": choices, "csrf_token": token, **more})


def ballots(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(Ballot)) or 0


def area_of(session: Session, round_: Round):
    from backend import areas

    return areas.by_id(session, round_.area_id)


def test_a_resident_ticks_two_of_three_and_gets_a_receipt(app: Flask, session: Session, open_round: Round) -> None:
    voter = ana(session, area_of(session, open_round))
    client = signed_in(app, session, voter)
    first, _, third = offered(session, open_round)

    answer = vote(client, open_round, [first, third], client_nonce="00112233445566778899aabbccddeeff")

    assert answer.status_code == 303
    page = client.get(answer.location).text
    session.rollback()
    mine = votes.receipt_of(session, open_round, voter)
    assert mine is not None
    assert mine.code in page
    assert "You ticked 2 of 3." in page
    assert "style=" not in page


def test_the_ballot_shows_what_was_ticked_before(app: Flask, session: Session, open_round: Round) -> None:
    client = signed_in(app, session, ana(session, area_of(session, open_round)))
    first, second, _ = offered(session, open_round)
    vote(client, open_round, [first])
    vote(client, open_round, [second])

    page = client.get(f"/en/seved/votes/{open_round.id}").text

    assert re.findall(r'value="(\d+)"[^>]* checked', page) == [str(second)]
    assert ballots(session) == 1


def test_twenty_votes_at_once_count_once(app: Flask, session: Session, open_round: Round) -> None:
    voter = ana(session, area_of(session, open_round))
    client = signed_in(app, session, voter)
    choices = offered(session, open_round)
    page = client.get(f"/en/seved/votes/{open_round.id}").text
    cookie, token = client.get_cookie("innovationsforum"), token_in(page)
    assert cookie is not None

    def once(number: int) -> int:
        another = browser(app)
        another.set_cookie("innovationsforum", cookie.value)
        return vote(another, open_round, [choices[number % 3]], token=token).status_code

    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(once, range(20)))

    assert answers == [303] * 20
    assert ballots(session) == 1
    assert vote(client, open_round, [choices[1]]).status_code == 303
    assert ballots(session) == 1
    session.rollback()
    mine = votes.receipt_of(session, open_round, voter)
    assert mine is not None
    assert mine.choices == (choices[1],)


def test_votes_while_the_round_is_counted_are_counted_or_refused(
    app: Flask, session: Session, open_round: Round, engine: Engine
) -> None:
    area = area_of(session, open_round)
    clients = [signed_in(app, session, ana(session, area)) for _ in range(12)]
    choice = offered(session, open_round)[:1]
    tokens = [token_in(client.get(f"/en/seved/votes/{open_round.id}").text) for client in clients]
    by = karin(session, area)
    session.commit()

    def close_and_count() -> None:
        with database.sessions(engine)() as own:
            with database.transaction(own):
                openings.close(
                    own, votes.by_number(own, open_round.id, area_id=area.id), by=own.merge(by), at=database.now()
                )
            with database.transaction(own):
                counting.count_closed(own, at=database.now())

    def once(number: int) -> int:
        return vote(clients[number], open_round, choice, token=tokens[number]).status_code

    with ThreadPoolExecutor(7) as threads:
        sent = [threads.submit(once, number) for number in range(6)]
        counted = threads.submit(close_and_count)
        sent += [threads.submit(once, number) for number in range(6, 12)]
        counted.result()
        answers = [one.result() for one in sent]

    session.expire_all()
    assert set(answers) <= {303, 400}
    assert votes.turnout(session, votes.by_number(session, open_round.id, area_id=area.id)) == answers.count(303)
    assert ballots(session) == 0


def test_two_workers_count_a_round_once(session: Session, open_round: Round, engine: Engine) -> None:
    session.commit()
    after = open_round.closes_at

    def count(_number: int) -> list[int]:
        with database.sessions(engine)() as own, database.transaction(own):
            return [one.id for one in counting.count_closed(own, at=after)]

    with ThreadPoolExecutor(2) as threads:
        counted = list(threads.map(count, range(2)))

    assert sorted(counted) == [[], [open_round.id]]


@pytest.mark.parametrize("opens_in_days,is_open", [(1, False), (-1, True), (-8, False)])
def test_nobody_votes_before_the_opening_or_after_the_closing(
    app: Flask, session: Session, opens_in_days: int, is_open: bool
) -> None:
    area = seved(session)
    round_ = an_open_round(session, area, at=NOW + timedelta(days=opens_in_days), days=7)
    running = an_open_round(session, area, at=YESTERDAY)
    client = signed_in(app, session, ana(session, area))
    token = token_in(client.get(f"/en/seved/votes/{running.id}").text)

    answer = vote(client, round_, offered(session, round_)[:1], token=token)

    assert answer.status_code == (303 if is_open else 400)
    assert ballots(session) == int(is_open)
    assert ('type="checkbox"' in client.get(f"/en/seved/votes/{round_.id}").text) == is_open


@pytest.mark.parametrize("choices", [[], ["repeated"], ["foreign"], ["stopped"], ["words"], ["-1"], ["9" * 40], ["٣"]])
def test_wrong_choices_are_refused_with_words_and_what_was_ticked_stays(
    app: Flask, session: Session, open_round: Round, choices: list[str]
) -> None:
    area = area_of(session, open_round)
    first, second, third = offered(session, open_round)
    other = an_open_round(session, area, at=YESTERDAY)
    stopped = prototypes.by_number(session, third, case_id=open_round.case_id)
    prototypes.change_state(session, stopped, "stopped", by=karin(session, area), at=NOW)
    meant = {"repeated": [first, first], "foreign": [first, offered(session, other)[0]], "stopped": [second, third]}
    client = signed_in(app, session, ana(session, area))
    before = ballots(session)

    answer = vote(client, open_round, meant.get(choices[0], choices) if choices else [])  # type: ignore[arg-type]

    assert answer.status_code == 400
    assert 'class="summary"' in answer.text
    assert ballots(session) == before == 0
    if choices == ["repeated"]:
        assert f'value="{first}" id="choices" checked' in answer.text


def test_a_vote_without_its_own_token_is_refused(app: Flask, session: Session, open_round: Round) -> None:
    area = area_of(session, open_round)
    client, other = signed_in(app, session, ana(session, area)), signed_in(app, session, bo(session, area))
    choices = offered(session, open_round)[:1]
    foreign = token_in(other.get(f"/en/seved/votes/{open_round.id}").text)

    for token in ("", "nonsense", foreign):
        assert vote(client, open_round, choices, token=token).status_code == 400

    assert ballots(session) == 0


def test_a_vote_from_another_site_is_refused(app: Flask, session: Session, open_round: Round) -> None:
    client = signed_in(app, session, ana(session, area_of(session, open_round)))
    token = token_in(client.get(f"/en/seved/votes/{open_round.id}").text)
    client.environ_base["HTTP_SEC_FETCH_SITE"] = "cross-site"

    assert vote(client, open_round, offered(session, open_round)[:1], token=token).status_code == 403
    assert ballots(session) == 0


def test_only_a_post_votes(app: Flask, session: Session, open_round: Round) -> None:
    client = signed_in(app, session, ana(session, area_of(session, open_round)))
    choice = offered(session, open_round)[0]

    for method in ("GET", "HEAD"):
        client.open(f"/en/seved/votes/{open_round.id}?choices={choice}", method=method)

    assert ballots(session) == 0


def test_residents_of_another_area_neighbours_and_strangers_are_told_what_they_need(
    app: Flask, session: Session, open_round: Round
) -> None:
    area, elsewhere = area_of(session, open_round), lindangen(session)
    choices, address = offered(session, open_round)[:1], f"/en/seved/votes/{open_round.id}"
    stranger = browser(app)
    neighbour = signed_in(app, session, bo(session, area, level=Level.NEIGHBOUR))
    outsider = signed_in(app, session, ana(session, elsewhere))

    for client in (stranger, neighbour, outsider):
        page = client.get(address)
        token = token_in(client.get(f"/en/seved/cases/{open_round.case_id}/join").text) if client != stranger else ""
        assert page.status_code == 200
        assert "You need a slip with sixteen digits." in page.text
        assert f"next=/en/seved/votes/{open_round.id}" in page.text
        refused = 400 if client is stranger else 403  # without a cookie there is no token either
        assert vote(client, open_round, choices, token=token).status_code == refused

    assert ballots(session) == 0


def test_a_guest_with_a_token_of_their_own_is_refused_too(app: Flask, session: Session, open_round: Round) -> None:
    area = area_of(session, open_round)
    guest = signed_in(app, session, bo(session, area, level=Level.GUEST))
    with app.test_request_context(headers={"Cookie": f"innovationsforum={guest.get_cookie('innovationsforum').value}"}):
        token = current.csrf_token()

    answer = vote(guest, open_round, offered(session, open_round)[:1], token=token)

    assert answer.status_code == 403
    assert "To vote you need a slip from the meeting place." in answer.text
    assert ballots(session) == 0


def test_a_round_of_another_area_is_not_found(app: Flask, session: Session, open_round: Round) -> None:
    client = signed_in(app, session, ana(session, lindangen(session)))

    for path in ("", "/results", "/receipt"):
        assert client.get(f"/en/lindangen/votes/{open_round.id}{path}").status_code == 404
    assert client.get("/en/seved/votes/99999999999999999999").status_code == 404


def test_no_page_tells_how_an_open_round_stands(app: Flask, session: Session, open_round: Round) -> None:
    area = area_of(session, open_round)
    clients = [signed_in(app, session, ana(session, area)) for _ in range(11)]
    first, second, third = offered(session, open_round)
    for client in clients:
        vote(client, open_round, [first, second])
    session.rollback()
    quiet = signed_in(app, session, bo(session, area))
    base = f"/en/seved/votes/{open_round.id}"
    pages = {path: quiet.get(path).text for path in (base, f"{base}/results", f"/en/seved/cases/{open_round.case_id}")}

    vote(clients[0], open_round, [third])
    session.rollback()
    again = signed_in(app, session, bo(session, area))

    assert "11 neighbours have voted." in pages[f"{base}/results"]
    for path, page in pages.items():
        now = again.get(path).text
        assert re.sub(r'value="[0-9a-f]{64}"', "", now) == re.sub(r'value="[0-9a-f]{64}"', "", page)
        assert "bars" not in page


def test_results_are_drawn_with_numbers_and_a_list_to_check(app: Flask, session: Session, open_round: Round) -> None:
    area = area_of(session, open_round)
    first, second, _ = offered(session, open_round)
    for number in range(12):
        vote(signed_in(app, session, ana(session, area)), open_round, [first] if number % 3 else [first, second])

    session.rollback()
    counting.count_closed(session, at=open_round.closes_at)
    session.commit()

    page = browser(app).get(f"/en/seved/votes/{open_round.id}/results")
    assert page.status_code == 200
    assert "12 of 12 ticked it" in page.text
    assert "4 of 12 ticked it" in page.text
    assert page.text.count('class="status done"') == 1
    published = rounds.published(session, open_round.id)
    assert len(published) == 12
    for ballot in published:
        assert ballot.commitment[16:] in page.text
        assert f"v1|{ballot.client_nonce}|{ballot.server_nonce}|{open_round.id}|" in page.text
    assert 'style="' not in page.text


def test_the_list_of_votes_can_be_checked_line_by_line(app: Flask, session: Session, open_round: Round) -> None:
    area = area_of(session, open_round)
    choices = offered(session, open_round)[:2]
    for _ in range(10):
        vote(signed_in(app, session, ana(session, area)), open_round, choices)
    address = f"/en/seved/votes/{open_round.id}/codes.txt"
    before = browser(app).get(address)
    session.rollback()
    counting.count_closed(session, at=open_round.closes_at)
    session.commit()

    lines = [line.split(" ") for line in browser(app).get(address).text.splitlines()]

    assert before.text == ""
    assert len(lines) == 10
    assert all(hashlib.sha256(words.encode()).hexdigest() == code for code, words in lines)


def test_few_votes_are_shown_as_totals_and_codes_only(app: Flask, session: Session, open_round: Round) -> None:
    area = area_of(session, open_round)
    vote(signed_in(app, session, ana(session, area)), open_round, offered(session, open_round)[:1])
    session.rollback()
    counting.count_closed(session, at=open_round.closes_at)
    session.commit()

    page = browser(app).get(f"/en/seved/votes/{open_round.id}/results").text

    assert "1 of 1 ticked it" in page
    assert "v1|" not in page


def test_a_vote_can_be_taken_back(app: Flask, session: Session, open_round: Round) -> None:
    client = signed_in(app, session, ana(session, area_of(session, open_round)))
    answer = vote(client, open_round, offered(session, open_round)[:1])
    token = token_in(client.get(answer.location).text)

    client.post(f"/en/seved/votes/{open_round.id}/withdraw", data={"csrf_token": token})

    assert ballots(session) == 0


def test_a_vote_takes_five_statements(app: Flask, session: Session, open_round: Round) -> None:
    client = signed_in(app, session, ana(session, area_of(session, open_round)))
    token = token_in(client.get(f"/en/seved/votes/{open_round.id}").text)
    choices = offered(session, open_round)
    counted: list[str] = []
    engine = app.extensions["engine"]
    event.listen(engine, "before_cursor_execute", lambda *given: counted.append(given[2]))

    answer = vote(client, open_round, choices, token=token)

    assert answer.status_code == 303
    said = [one for one in counted if not one.startswith("BEGIN")]
    assert len(said) <= 5, "\n".join(said)
