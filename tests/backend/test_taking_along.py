"""What a guest wrote comes along with whoever signs in, once they said so; and nothing is counted twice or lost."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import coming, follows, ideas, notices, people, sign_in, supports, taking_along
from backend.database import Base
from backend.follows import Follow
from backend.ideas import Idea
from backend.meetings import Coming
from backend.notices import Notice
from backend.people import Level, Person
from backend.settings import Settings
from backend.sign_in import How, SignIn
from backend.supports import Support
from tests.conftest import NOON
from tests.makers import a_meeting, a_phone, a_published_idea, an_idea, ana, bo, karin, seved


def a_guest(session: Session) -> Person:
    return people.add(session, language="ar", at=NOON)


def here(session: Session, person: Person) -> SignIn:
    found = sign_in.find(session, sign_in.begin(session, person, how=How.MAIL, at=NOON), at=NOON)
    assert found is not None
    return found


def taken(session: Session, guest: Person, person: Person) -> None:
    mine = here(session, person)
    assert taking_along.offer(session, guest, mine)
    taking_along.take(session, mine, at=NOON)


def test_ideas_supports_follows_and_coming_go_along(session: Session) -> None:
    area = seved(session)
    person, guest = ana(session, area), a_guest(session)
    written = an_idea(session, area, guest)
    liked = a_published_idea(session, area, bo(session, area))
    supports.support(session, liked, by=guest, at=NOON)
    follows.follow(session, guest, "area", area.id, at=NOON)
    coming.come(session, a_meeting(session, area, karin(session, area)), guest, how_many=3, at=NOON)

    taken(session, guest, person)

    session.expire_all()
    assert session.get_one(Idea, written.id).author_id == person.id
    assert session.get_one(Idea, liked.id).supports == 1, "a guest's support counts once they are known"
    assert session.scalars(select(Follow.person_id)).all() == [person.id]
    assert session.scalars(select(Coming.person_id)).all() == [person.id]
    assert session.get(Person, guest.id) is None


def test_what_both_have_stays_once_and_as_the_person_had_it(session: Session) -> None:
    area = seved(session)
    person, guest = ana(session, area), a_guest(session)
    liked = a_published_idea(session, area, bo(session, area))
    meeting = a_meeting(session, area, karin(session, area))
    for somebody, how_many in ((person, 2), (guest, 5)):
        supports.support(session, liked, by=somebody, at=NOON)
        follows.follow(session, somebody, "idea", liked.id, at=NOON)
        coming.come(session, meeting, somebody, how_many=how_many, at=NOON)

    taken(session, guest, person)

    session.expire_all()
    assert session.get_one(Idea, liked.id).supports == 1
    assert session.scalars(select(Support.person_id)).all() == [person.id]
    assert session.scalars(select(Follow.person_id)).all() == [person.id]
    assert coming.count(session, meeting) == 2


def test_phones_and_notices_on_their_way_go_along(session: Session, surroundings: Settings) -> None:
    area = seved(session)
    person, guest = ana(session, area), a_guest(session)
    device = a_phone(session, guest, surroundings)
    told = notices.tell(
        session, kind="test", area_id=area.id, noun_id=1, audience="person", audience_id=guest.id, at=NOON,
        ends_at=NOON, values={"path": "/"},
    )  # fmt: skip

    taken(session, guest, person)

    session.expire_all()
    assert device.person_id == person.id
    assert session.get_one(Notice, told.id).audience_id == person.id


def test_leaving_it_changes_nothing_but_the_question(session: Session) -> None:
    area = seved(session)
    guest = a_guest(session)
    written = an_idea(session, area, guest)
    word = ideas.new_receipt(session, written, by=guest)
    mine = here(session, ana(session, area))
    taking_along.offer(session, guest, mine)

    taking_along.leave(session, mine)

    assert mine.guest_id is None
    assert written.author_id == guest.id
    assert ideas.by_receipt(session, word).id == written.id


def test_taking_twice_is_taking_once(session: Session) -> None:
    area = seved(session)
    person, guest = ana(session, area), a_guest(session)
    an_idea(session, area, guest)
    mine = here(session, person)
    taking_along.offer(session, guest, mine)

    taking_along.take(session, mine, at=NOON)
    taking_along.take(session, mine, at=NOON)

    assert session.scalar(select(func.count()).select_from(Idea).where(Idea.author_id == person.id)) == 1


def test_nobody_is_asked_where_there_is_nothing_or_nobody_to_take_from(session: Session) -> None:
    area = seved(session)
    person, known = ana(session, area), bo(session, area)
    an_idea(session, area, known)
    raised = a_guest(session)
    an_idea(session, area, raised)
    mine = here(session, person)

    assert not taking_along.offer(session, None, mine)
    assert not taking_along.offer(session, a_guest(session), mine)
    assert not taking_along.offer(session, known, mine), "what a known person has is theirs"
    assert not taking_along.offer(session, raised, here(session, raised))
    assert mine.guest_id is None


def test_a_guest_who_was_raised_meanwhile_keeps_what_is_theirs(session: Session) -> None:
    area = seved(session)
    guest = a_guest(session)
    written = an_idea(session, area, guest)
    mine = here(session, ana(session, area))
    taking_along.offer(session, guest, mine)
    people.raise_to(session, guest, Level.NEIGHBOUR)

    taking_along.take(session, mine, at=NOON)

    assert written.author_id == guest.id


def test_who_was_limited_as_a_guest_stays_so(session: Session) -> None:
    area = seved(session)
    person, guest = ana(session, area), a_guest(session)
    an_idea(session, area, guest)
    guest.restricted_until = NOON
    session.flush()

    taken(session, guest, person)

    assert person.restricted_until == NOON


def columns_of_people() -> set[str]:
    return {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if any(key.target_fullname == "people.id" for key in column.foreign_keys)
    }


def test_what_stays_is_named_rightly() -> None:
    assert columns_of_people() >= taking_along.STAYS, "these columns are gone or renamed"


@pytest.mark.parametrize("name", ["sign_ins.person_id", "roles.person_id", "acts.by", "passkeys.person_id"])
def test_what_proves_who_somebody_is_never_changes_hands(name: str) -> None:
    assert name in taking_along.STAYS
