"""Merging two public ideas: the moderator chooses, reads what will happen, and can part them again."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from backend import idea_edits, ideas, supports
from backend.areas import Area
from backend.ideas import Idea, State
from backend.people import Person
from tests.conftest import NOON, browser, signed_in
from tests.makers import a_published_idea, an_idea, ana, bo, lindangen, mira
from tests.pwa.conftest import item_of, look_again, send, settle, token, waits

BENCH = "A green bench by the bakery\nTo rest."


@pytest.fixture
def bench(session: Session, area: Area) -> Idea:
    return a_published_idea(session, area, ana(session, area), BENCH, language="en")


@pytest.fixture
def twin(session: Session, area: Area) -> Idea:
    return a_published_idea(session, area, bo(session, area), "A green bench near the bakery\nTo sit.", language="en")


def page_of(idea: Idea) -> str:
    return f"/en/seved/ideas/{idea.id}/merge"


def post(client: FlaskClient, page: str, address: str = "", **sent: str):  # type: ignore[no-untyped-def]
    return client.post(address or page, data={"csrf_token": token(client.get(page).text), **sent})


def state_of(session: Session, number: int) -> tuple[str, int | None]:
    look_again(session)
    idea = ideas.by_number(session, number)
    return idea.state, idea.merged_into


def test_a_moderator_merges_two_public_ideas_and_parts_them(
    app: Flask, session: Session, area: Area, bench: Idea, twin: Idea
) -> None:
    other = a_published_idea(session, lindangen(session), bo(session, area), BENCH, language="en")
    first, both = (ana(session, area), bo(session, area))
    for idea, those in ((bench, (first, both)), (twin, (both,))):
        for person in those:
            supports.support(session, idea, by=person, at=NOON)
    desk = signed_in(app, session, mira(session, area))

    page = desk.get(page_of(bench)).text
    assert f'value="{twin.id}"' in page
    assert f'value="{other.id}"' not in page and f'value="{bench.id}"' not in page
    answer = post(desk, page_of(bench), merge_into=str(twin.id))
    assert answer.location == f"{page_of(bench)}/{twin.id}"
    page = desk.get(answer.location).text
    assert f"2 people are then with idea {twin.id}." in page
    assert "1 is with both and counts once." in page
    assert state_of(session, bench.id) == (State.READ, None), "looking merges nothing"

    answer = post(desk, answer.location)

    assert (answer.status_code, answer.location) == (303, page_of(bench))
    assert state_of(session, bench.id) == (State.MERGED, twin.id)
    assert f"/en/seved/ideas/{bench.id}/part" in desk.get(page_of(bench)).text
    assert page_of(bench) in desk.get(page_of(twin)).text, "the twin says what is part of it"
    assert post(desk, page_of(bench), f"/en/seved/ideas/{bench.id}/part").status_code == 303
    assert state_of(session, bench.id) == (State.READ, None)


def test_a_number_counts_before_what_is_ticked(
    app: Flask, session: Session, area: Area, bench: Idea, twin: Idea
) -> None:
    known = a_published_idea(session, area, bo(session, area), "Lampor")
    desk = signed_in(app, session, mira(session, area))

    answer = post(desk, page_of(bench), merge_into=str(twin.id), twin_number=f" #{known.id}")

    assert answer.location == f"{page_of(bench)}/{known.id}"


@pytest.mark.parametrize("wrong", ["own", "waiting", "elsewhere", "404", "x", "99999999999999999999", "-1", "\x00", ""])
def test_a_wrong_number_is_refused_at_its_field(
    app: Flask, session: Session, area: Area, bench: Idea, wrong: str
) -> None:
    elsewhere = lindangen(session)
    numbers = {
        "own": bench.id, "waiting": an_idea(session, area, bo(session, area), "Lampor").id,
        "elsewhere": a_published_idea(session, elsewhere, bo(session, elsewhere)).id,
    }  # fmt: skip
    desk = signed_in(app, session, mira(session, area))

    answer = post(desk, page_of(bench), twin_number=str(numbers.get(wrong, wrong)))

    assert answer.status_code == 400
    assert ('id="twin_number-error"' if wrong else 'id="merge_into-error"') in answer.text
    if wrong in numbers:
        assert desk.get(f"{page_of(bench)}/{numbers[wrong]}").status_code == 400


def test_an_idea_that_waits_is_not_merged_here_and_new_words_come_first(
    app: Flask, session: Session, area: Area, bench: Idea, twin: Idea
) -> None:
    waiting = an_idea(session, area, bo(session, area), "Lampor")
    desk = signed_in(app, session, mira(session, area))
    assert desk.get(page_of(waiting)).location == f"/en/seved/ideas/{waiting.id}/mine"
    check = f"{page_of(bench)}/{twin.id}"
    sent = {"csrf_token": token(desk.get(check).text)}
    author = session.get_one(Person, bench.author_id)
    idea_edits.edit(session, bench, text="A red bench", language="en", by=author, at=NOON)
    session.commit()

    assert "/en/moderation/" in desk.get(page_of(bench)).text.split("<main")[1]
    assert desk.post(check, data=sent).status_code == 400
    assert state_of(session, bench.id) == (State.READ, None)


def test_who_does_not_moderate_here_merges_nothing(
    app: Flask, session: Session, area: Area, bench: Idea, twin: Idea
) -> None:
    stranger = signed_in(app, session, mira(session, lindangen(session)))
    resident = signed_in(app, session, bo(session, area))
    own = f"/en/lindangen/ideas/{bench.id}/merge"

    for client in (stranger, resident):
        for address in (page_of(bench), f"{page_of(bench)}/{twin.id}"):
            assert client.get(address).status_code == 403
            assert client.post(address).status_code == 403
        assert client.post(f"/en/seved/ideas/{bench.id}/part").status_code == 403
    assert stranger.get(own).status_code == 404
    assert browser(app).get(page_of(bench)).status_code == 303


def test_only_moderators_find_the_way_to_it(app: Flask, session: Session, area: Area, bench: Idea) -> None:
    author = session.get_one(Person, bench.author_id)
    desk, own = signed_in(app, session, mira(session, area)), f"/en/seved/ideas/{bench.id}/mine"

    assert page_of(bench) in desk.get(own).text
    assert page_of(bench) in desk.get(f"/en/moderation/{item_of(session, bench).id}").text
    assert page_of(bench) not in signed_in(app, session, author).get(own).text


def test_the_desk_takes_the_number_of_a_twin_that_one_knows(desk: FlaskClient, session: Session, area: Area) -> None:
    twin = a_published_idea(session, area, bo(session, area), "Lampor")
    item = waits(session, area, "Something quite different")

    for wrong in ("404", "x", str(item.noun_id)):
        answer = send(desk, item, decision="merged", twin_number=wrong)
        assert answer.status_code == 400 and 'id="twin_number-error"' in answer.text
    assert send(desk, item, decision="merged", twin_number=str(twin.id)).status_code == 303
    settle(session)

    assert state_of(session, item.noun_id) == (State.MERGED, twin.id)
