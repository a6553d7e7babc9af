""" "Me too" counts once for each person, and for guests as soon as they are known."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from backend import database, people, revisions, supports
from backend.errors import NotAllowed
from backend.ideas import Idea
from backend.people import Level, Person
from tests.conftest import NOON
from tests.makers import a_published_idea, an_idea, ana, bo, seved


def test_supporting_twice_counts_once(session: Session) -> None:
    area = seved(session)
    idea, neighbour = a_published_idea(session, area, ana(session, area)), bo(session, area)

    supports.support(session, idea, by=neighbour, at=NOON)
    supports.support(session, idea, by=neighbour, at=NOON)

    assert idea.supports == 1
    assert supports.is_supported(session, idea.id, neighbour)
    assert supports.of_person(session, neighbour.id) == [idea.id]


def test_undoing_twice_takes_one_away(session: Session) -> None:
    area = seved(session)
    idea, neighbour = a_published_idea(session, area, ana(session, area)), bo(session, area)
    supports.support(session, idea, by=neighbour, at=NOON)
    supports.support(session, idea, by=ana(session, area), at=NOON)

    supports.undo(session, idea, by=neighbour)
    supports.undo(session, idea, by=neighbour)

    assert idea.supports == 1
    assert not supports.is_supported(session, idea.id, neighbour)


def test_each_change_makes_the_public_pages_new(session: Session) -> None:
    area = seved(session)
    idea, neighbour = a_published_idea(session, area, ana(session, area)), bo(session, area)
    numbers = [revisions.named(session, area.id, ["ideas"])]

    supports.support(session, idea, by=neighbour, at=NOON)
    numbers.append(revisions.named(session, area.id, ["ideas"]))
    supports.undo(session, idea, by=neighbour)
    numbers.append(revisions.named(session, area.id, ["ideas"]))

    assert len(set(numbers)) == 3


def test_a_guests_support_counts_once_they_are_a_neighbour(session: Session) -> None:
    area = seved(session)
    first, second = (a_published_idea(session, area, ana(session, area)) for _ in range(2))
    guest = ana(session, area, level=Level.GUEST)
    for idea in (first, second):
        supports.support(session, idea, by=guest, at=NOON)
    assert (first.supports, second.supports) == (0, 0)

    people.raise_to(session, guest, Level.NEIGHBOUR)
    people.raise_to(session, guest, Level.RESIDENT)

    assert (first.supports, second.supports) == (1, 1)
    assert supports.confirm(session, guest) == 0


def test_a_guest_takes_an_uncounted_support_back(session: Session) -> None:
    area = seved(session)
    idea, guest = a_published_idea(session, area, ana(session, area)), ana(session, area, level=Level.GUEST)
    supports.support(session, idea, by=guest, at=NOON)

    supports.undo(session, idea, by=guest)

    assert idea.supports == 0
    assert not supports.is_supported(session, idea.id, guest)


def test_an_idea_that_waits_cannot_be_supported(session: Session) -> None:
    area = seved(session)
    idea = an_idea(session, area, ana(session, area))

    with pytest.raises(NotAllowed):
        supports.support(session, idea, by=bo(session, area), at=NOON)


def test_many_at_once_all_count(session: Session, engine: Engine) -> None:
    area = seved(session)
    idea = a_published_idea(session, area, ana(session, area))
    neighbours = [bo(session, area).id for _ in range(12)]
    session.commit()

    def support(number: int) -> None:
        with database.sessions(engine)() as own, database.transaction(own):
            supports.support(own, own.get_one(Idea, idea.id), by=own.get_one(Person, number), at=NOON)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(support, neighbours * 2))

    session.refresh(idea)
    assert idea.supports == 12
