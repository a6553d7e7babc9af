"""The files of a counted vote as anybody gets them, and that an open vote tells nothing anywhere."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import areas, counting, daily_roots, pabulib, votes
from backend.votes import Ballot, Round
from tests.backend.test_counting import cast_many
from tests.backend.test_shared_funds import a_fund_round
from tests.conftest import browser, signed_in
from tests.makers import an_open_round, ana, bo, seved
from tests.pwa.test_votes import NOW, YESTERDAY, offered


def a_counted_round(session: Session, ballots: int = 12) -> Round:
    """Everybody ticked the first, half of them the second too."""
    round_ = an_open_round(session, seved(session), at=NOW - timedelta(days=8), days=7)
    a, b, _ = offered(session, round_)
    later = round_.opens_at + timedelta(hours=1)
    for turn in range(ballots):
        voter = ana(session, areas.by_id(session, round_.area_id))
        choices = [a, b] if turn % 2 else [a]
        votes.cast(session, round_.id, area_id=round_.area_id, person=voter, choices=choices, at=later)
    counting.count_closed(session, at=NOW)
    session.commit()
    return round_


def test_what_is_served_is_enough_to_count_again(app: Flask, session: Session, tmp_path: Path) -> None:
    round_ = a_counted_round(session)
    client, base = browser(app), f"/en/seved/votes/{round_.id}"
    page = client.get(f"{base}/results").text
    links = set(re.findall(r'href="(/en/seved/votes/[^"]+)" download', page))
    assert links == {f"{base}/round.pb", f"{base}/round-{round_.id}.json", "/en/seved/votes/recount.py"}
    for link in links:
        answer = client.get(link)
        assert answer.status_code == 200
        (tmp_path / link.rpartition("/")[2]).write_bytes(answer.data)

    said = subprocess.run(
        [sys.executable, "-I", "recount.py", f"round-{round_.id}.json", "round.pb"],
        cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip

    assert (said.returncode, said.stderr) == (0, ""), said.stdout
    assert len(pabulib.read(tmp_path / "round.pb").votes) == 12


def test_few_ballots_have_totals_and_codes_but_no_files(app: Flask, session: Session) -> None:
    round_ = a_counted_round(session, ballots=9)
    client, base = browser(app), f"/en/seved/votes/{round_.id}"

    page = client.get(f"{base}/results").text

    assert "9 of 9 ticked it" in page
    assert " download" not in page
    for path in ("round.pb", f"round-{round_.id}.json"):
        assert client.get(f"{base}/{path}").status_code == 404
    assert len(client.get(f"{base}/codes.txt").text.split()) == 9


def test_files_of_another_number_area_or_name_are_not_found(app: Flask, session: Session) -> None:
    round_ = a_counted_round(session)
    areas.add(session, name="Lindängen", district="Fosie", line="leaf", mark="lime", at=NOW)
    session.commit()
    client = browser(app)

    for address in (
        f"/en/seved/votes/{round_.id}/round-{round_.id + 1}.json", f"/en/lindangen/votes/{round_.id}/round.pb",
        f"/en/lindangen/votes/{round_.id}/round-{round_.id}.json", "/en/seved/votes/99999999999/round.pb",
        f"/en/lindangen/votes/{round_.id}/check",
    ):  # fmt: skip
        assert client.get(address).status_code == 404, address


def test_the_receipt_page_leads_to_the_check_once_it_is_counted(app: Flask, session: Session) -> None:
    round_ = a_counted_round(session)
    client = signed_in(app, session, bo(session, areas.by_id(session, round_.area_id)))

    answer = client.get(f"/en/seved/votes/{round_.id}/receipt")

    assert answer.location == f"/en/seved/votes/{round_.id}/check"
    page = client.get(answer.location).text
    assert f'data-list="/en/seved/votes/{round_.id}/codes.txt"' in page
    assert "Look for the first four signs" in page, "without a script one looks by hand"
    for state in ("short", "offline", "found", "listed", "missing", "changed", "list"):
        assert re.search(rf'data-say="{state}" hidden', page)


def test_an_open_round_has_neither_a_list_nor_files(app: Flask, session: Session) -> None:
    round_ = an_open_round(session, seved(session), at=YESTERDAY)
    cast_many_now(session, round_, [offered(session, round_)[:1]] * 12)
    client, base = browser(app), f"/en/seved/votes/{round_.id}"

    assert client.get(f"{base}/round.pb").status_code == 404
    assert client.get(f"{base}/round-{round_.id}.json").status_code == 404
    assert client.get(f"{base}/codes.txt").text == ""
    assert client.get(f"{base}/check").location == f"{base}/results"


def cast_many_now(session: Session, round_: Round, ballots: list[list[int]]) -> None:
    area = areas.by_id(session, round_.area_id)
    for choices in ballots:
        votes.cast(
            session, round_.id, area_id=area.id, person=ana(session, area), choices=choices,
            at=round_.opens_at + timedelta(hours=1),
        )  # fmt: skip
    session.commit()


def public_addresses(app: Flask, round_: Round) -> list[str]:
    """Every address that a stranger may open without more than an area and a number."""
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.arguments - {"lang", "area", "number", "same"}:
            continue
        number = round_.case_id if "/cases/" in rule.rule else round_.id
        holes = {"lang": "en", "area": "seved", "number": number, "same": number}
        adapter = app.url_map.bind("localhost")
        found.append(adapter.build(rule.endpoint, {name: holes[name] for name in rule.arguments}))
    return sorted(set(found))


def test_nothing_public_tells_what_an_open_round_has_got(
    app: Flask, session: Session, capfd: pytest.CaptureFixture[str]
) -> None:
    """The same people vote for something else, and every public byte stays the same."""
    round_ = an_open_round(session, seved(session), at=YESTERDAY)
    a, b, c = offered(session, round_)
    area = areas.by_id(session, round_.area_id)
    voters = [ana(session, area) for _ in range(12)]
    addresses = public_addresses(app, round_)
    client = browser(app)

    def told(choices: list[int]) -> dict[str, bytes]:
        for voter in voters:
            votes.cast(session, round_.id, area_id=area.id, person=voter, choices=choices, at=NOW)
        session.commit()
        app.extensions["pages"].clear()
        return {address: client.get(address).data for address in addresses}

    first, second = told([a]), told([b, c])
    daily_roots.keep(session, at=NOW)
    session.commit()
    app.extensions["pages"].clear()
    third = [client.get(address).text for address in addresses]

    assert len(addresses) > 40
    moving = re.compile(
        rb'[0-9a-f]{64}|value="[\w-]{32,}"|[0-9a-f]{8}-[0-9a-f-]{27}|"up_seconds": ?[0-9.]+|nonce-[^\']+'
    )
    differ = [one for one in addresses if moving.sub(b"", first[one]) != moving.sub(b"", second[one])]
    assert not differ
    hidden = [
        word for ballot in session.scalars(select(Ballot))
        for word in (ballot.commitment, ballot.server_nonce, ballot.voter_mark)
    ]  # fmt: skip
    said = "".join(third) + "".join(capfd.readouterr())
    assert not [word for word in hidden if word in said]
    assert f"{b},{c}" not in said


def test_each_day_of_an_open_vote_shows_one_code(app: Flask, session: Session) -> None:
    round_ = an_open_round(session, seved(session), at=YESTERDAY)
    session.commit()
    address = f"/en/seved/votes/{round_.id}/results"
    before = browser(app).get(address).text
    cast_many_now(session, round_, [offered(session, round_)[:1]] * 10)
    daily_roots.keep(session, at=NOW)
    session.commit()

    page = browser(app).get(address).text

    [one] = daily_roots.of_round(session, round_.id)
    assert "The first one comes once 10 people have voted." in before
    assert one.root in page


def test_a_fund_is_told_step_by_step(app: Flask, session: Session) -> None:
    round_ = a_fund_round(session, 3000, 2000, 1000, 2500)
    a, b, c = offered(session, round_)
    cast_many(session, round_, [[a, b]] * 8 + [[c]] * 4)
    counting.count_closed(session, at=round_.closes_at)
    session.commit()

    page = browser(app).get(f"/en/seved/votes/{round_.id}/results").text

    assert round_.account is not None
    assert "Each of 12 voters had" in page
    assert "8 voters paid 250 kronor each." in page
    assert "8 voters paid 125 kronor each." in page
    assert "Only 0 kronor were left." in page
    assert "Nothing of the fund is left." in page
    assert page.count("Gets ") == 2
    assert json.loads(browser(app).get(f"/en/seved/votes/{round_.id}/round-{round_.id}.json").text)["fund"] == 3000
