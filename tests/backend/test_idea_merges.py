"""Ideas that say the same: each person counts once, and parting them gives back what was there."""

from __future__ import annotations

from random import Random

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import (
    audit,
    follows,
    idea_answers,
    idea_edits,
    idea_merges,
    idea_versions,
    ideas,
    moderation,
    notices,
    people,
    supports,
)
from backend.errors import NotAllowed, Refusal
from backend.follows import Follow
from backend.ideas import Idea, State
from backend.moderation import Decision, Waiting
from backend.notices import Notice
from backend.people import Level, Person, Role
from backend.supports import Support
from tests.conftest import NOON
from tests.makers import a_comment, a_published_idea, an_idea, ana, bo, decided, lindangen, mira, seved


def crowd(session: Session, area_id: int, number: int) -> list[Person]:
    """Neighbours, and every fourth a guest, whose support does not count yet."""
    levels = [Level.GUEST if one % 4 == 3 else Level.NEIGHBOUR for one in range(number)]
    return [people.add(session, name="", language="sv", level=one, area_id=area_id, at=NOON) for one in levels]


def rows(session: Session, *numbers: int) -> set[tuple[object, ...]]:
    """All supports and followers of these ideas."""
    given = select(Support.idea_id, Support.person_id, Support.counts, Support.came_with)
    told = select(Follow.noun_id, Follow.person_id, Follow.kind, Follow.came_with).where(Follow.kind == "idea")
    found = session.execute(given.where(Support.idea_id.in_(numbers))).all()
    return {tuple(row) for row in (*found, *session.execute(told.where(Follow.noun_id.in_(numbers))))}


def counted(session: Session, idea: Idea) -> int:
    query = select(func.count()).where(Support.idea_id == idea.id, Support.counts.is_(True))
    return session.scalar(query) or 0


def two_ideas(session: Session) -> tuple[Idea, Idea]:
    area = seved(session)
    return (
        a_published_idea(session, area, ana(session, area), "Ljus i gången"),
        a_published_idea(session, area, bo(session, area), "Lampor i gången"),
    )


@pytest.mark.parametrize("seed", range(8))
def test_merging_counts_each_person_once_and_parting_gives_all_back(session: Session, seed: int) -> None:
    chance = Random(seed)
    idea, twin = two_ideas(session)
    those = crowd(session, idea.area_id, 24)
    for one in those:
        for it in (idea, twin):
            if chance.random() < 0.5:
                supports.support(session, it, by=one, at=NOON)
            if chance.random() < 0.3:
                follows.follow(session, one, "idea", it.id, at=NOON)
    before, numbers = rows(session, idea.id, twin.id), (idea.supports, twin.supports)
    moderator = mira(session, seved_again(session, idea))

    idea_merges.merge(session, idea, twin.id, by=moderator, at=NOON)
    either = select(func.count(Support.person_id.distinct())).where(Support.counts.is_(True))
    together = session.scalar(either.where(Support.idea_id.in_([idea.id, twin.id])))
    assert twin.supports == counted(session, twin) == together
    idea_merges.part(session, idea, by=moderator, at=NOON)

    assert rows(session, idea.id, twin.id) == before
    assert (idea.supports, twin.supports) == numbers
    assert (idea.state, idea.merged_into) == (State.READ, None)


def seved_again(session: Session, idea: Idea) -> ideas.Area:
    return session.get_one(ideas.Area, idea.area_id)


def test_whoever_took_their_support_back_does_not_get_it_again(session: Session) -> None:
    idea, twin = two_ideas(session)
    one, both, new = crowd(session, idea.area_id, 3)
    supports.support(session, idea, by=one, at=NOON)
    for it in (idea, twin):
        supports.support(session, it, by=both, at=NOON)
    idea_merges.merge(session, idea, twin.id, by=None, at=NOON)
    for somebody in (one, both):
        supports.undo(session, twin, by=somebody)
    supports.support(session, twin, by=new, at=NOON)

    idea_merges.part(session, idea, by=None, at=NOON)

    assert rows(session, idea.id, twin.id) == {(twin.id, new.id, True, None)}
    assert (idea.supports, twin.supports) == (0, 1)


def test_a_guest_who_is_known_meanwhile_counts_once_on_each_side(session: Session) -> None:
    idea, twin = two_ideas(session)
    guest = crowd(session, idea.area_id, 4)[3]
    supports.support(session, idea, by=guest, at=NOON)
    idea_merges.merge(session, idea, twin.id, by=None, at=NOON)
    people.raise_to(session, guest, Level.NEIGHBOUR)

    assert twin.supports == 1
    idea_merges.part(session, idea, by=None, at=NOON)

    assert (idea.supports, twin.supports) == (1, 0)


def test_merges_of_merges_come_apart_from_the_outside_in(session: Session) -> None:
    first, second = two_ideas(session)
    area = seved_again(session, first)
    third = a_published_idea(session, area, bo(session, area), "Lyktor")
    one = crowd(session, area.id, 1)[0]
    supports.support(session, first, by=one, at=NOON)
    before = rows(session, first.id, second.id, third.id)
    idea_merges.merge(session, first, second.id, by=None, at=NOON)
    idea_merges.merge(session, second, third.id, by=None, at=NOON)

    assert third.supports == 1
    assert idea_merges.stands_for(session, first) is third
    assert set(idea_merges.also_by(session, third.id)) == {"Ana", "Bo"}
    with pytest.raises(Refusal):
        idea_merges.part(session, first, by=None, at=NOON)
    with pytest.raises(Refusal):
        idea_merges.merge(session, third, first.id, by=None, at=NOON)
    idea_merges.part(session, second, by=None, at=NOON)
    idea_merges.part(session, first, by=None, at=NOON)
    assert rows(session, first.id, second.id, third.id) == before
    assert [one.supports for one in (first, second, third)] == [1, 0, 0]


def test_comments_stand_with_the_twin_and_come_back(session: Session) -> None:
    idea, twin = two_ideas(session)
    area = seved_again(session, idea)
    comment = a_comment(session, idea, bo(session, area))

    idea_merges.merge(session, idea, twin.id, by=None, at=NOON)
    assert comment.noun_id == twin.id
    idea_merges.part(session, idea, by=None, at=NOON)

    assert comment.noun_id == idea.id


def test_a_moderator_merges_at_the_desk_and_takes_it_back(session: Session) -> None:
    area = seved(session)
    twin = a_published_idea(session, area, bo(session, area), "Lampor")
    idea = an_idea(session, area, ana(session, area))
    moderator = mira(session, area)

    decided(session, idea, moderator, Decision.MERGED, merge_into=twin.id)
    assert (idea.state, idea.merged_into) == (State.MERGED, twin.id)
    item = session.scalars(select(Waiting).where(Waiting.noun_id == idea.id)).one()
    assert "idea.merged" in acts(session, idea)
    moderation.take_back(session, item.id, by=moderator, at=NOON)

    assert acts(session, idea)[-1] == "idea.parted"
    assert idea.state == State.RECEIVED, "nobody had approved it"
    assert [one.state for one in idea_versions.every(session, idea)] == ["merged", "waiting"]
    again = session.scalars(select(Waiting).where(Waiting.noun_id == idea.id, Waiting.decision.is_(None))).one()
    assert again.round == 2


def test_each_wrong_twin_is_refused_by_name(session: Session) -> None:
    area, elsewhere = seved(session), lindangen(session)
    idea, waiting = (an_idea(session, area, ana(session, area)) for _ in range(2))
    merged, twin = (a_published_idea(session, area, bo(session, area), "Lampor") for _ in range(2))
    idea_merges.merge(session, merged, twin.id, by=None, at=NOON)
    foreign = a_published_idea(session, elsewhere, bo(session, elsewhere), "Lampor")
    moderator = mira(session, area)

    said = {}
    for number in (idea.id, waiting.id, merged.id, foreign.id, 404, 2**40, 0):
        with pytest.raises(Refusal) as refused:
            idea_merges.merge(session, idea, number, by=moderator, at=NOON)
        assert refused.value.field == "merge_into"
        said[number] = str(refused.value)
    with pytest.raises(Refusal):
        idea_merges.part(session, idea, by=moderator, at=NOON)

    assert idea.state == State.RECEIVED
    assert said[404] == said[2**40] == said[0] == "There is no idea with this number."
    assert said[merged.id].endswith(f"is part of idea {twin.id}. Choose that one.")
    assert len(set(said.values())) == 5, "each is told apart"


def test_what_a_merge_would_bring_is_told_before(session: Session) -> None:
    idea, twin = two_ideas(session)
    area = seved_again(session, idea)
    moderator, both = mira(session, area), crowd(session, area.id, 3)
    for it, people_with_it in ((idea, both[:2]), (twin, both[1:])):
        for one in people_with_it:
            supports.support(session, it, by=one, at=NOON)
            follows.follow(session, one, "idea", it.id, at=NOON)
    a_comment(session, idea, moderator)

    told = idea_merges.together(session, idea, twin)
    idea_merges.merge(session, idea, twin.id, by=moderator, at=NOON)

    assert (told.supports, told.support_both) == (3, 1)
    assert (told.comments, told.comments_moved) == (1, 1)
    assert twin.supports == told.supports
    assert twin.comments == told.comments
    assert follows.count(session, "idea", twin.id) == told.followers
    assert [one.id for one in idea_merges.parts_of(session, twin.id)] == [idea.id]


def acts(session: Session, idea: Idea) -> list[str]:
    own = select(audit.Act.act).where(audit.Act.noun_id == idea.id, audit.Act.act.in_(("idea.merged", "idea.parted")))
    return list(session.scalars(own.order_by(audit.Act.id)))


def test_two_public_ideas_are_merged_at_once_and_the_author_reads_it(session: Session) -> None:
    idea, twin = two_ideas(session)
    moderator = mira(session, seved_again(session, idea))

    idea_answers.merge(session, idea, twin.id, by=moderator, at=NOON)

    notice = session.scalars(select(Notice).where(Notice.noun_id == idea.id).order_by(Notice.id.desc())).first()
    assert notice.audience_id == idea.author_id
    assert "Lampor" in notices.message(session, notice, "sv").body
    idea_merges.part(session, idea, by=moderator, at=NOON)
    assert idea.state == State.READ
    assert acts(session, idea) == ["idea.merged", "idea.parted"]


def test_an_idea_whose_new_words_wait_is_not_merged_past_them(session: Session) -> None:
    idea, twin = two_ideas(session)
    author, moderator = session.get_one(Person, idea.author_id), mira(session, seved_again(session, idea))
    idea_edits.edit(session, idea, text="Mer ljus", language="sv", by=author, at=NOON)

    with pytest.raises(Refusal):
        idea_answers.merge(session, idea, twin.id, by=moderator, at=NOON)

    assert idea.state == State.READ


def test_nobody_merges_their_own_idea_nor_one_of_another_area(session: Session) -> None:
    idea, twin = two_ideas(session)
    author = session.get_one(Person, idea.author_id)
    people.give_role(session, author, Role.MODERATOR, area_id=idea.area_id, at=NOON)
    foreign = mira(session, lindangen(session))

    for somebody in (author, foreign):
        assert not idea_merges.may_merge(idea, somebody)
        with pytest.raises(NotAllowed):
            idea_answers.merge(session, idea, twin.id, by=somebody, at=NOON)


def test_when_the_twin_is_taken_back_the_other_stands_alone(session: Session) -> None:
    idea, twin = two_ideas(session)
    author = session.get_one(Person, twin.author_id)
    idea_merges.merge(session, idea, twin.id, by=None, at=NOON)

    idea_edits.withdraw(session, twin, by=author, at=NOON)

    assert (twin.state, idea.state, idea.merged_into) == (State.WITHDRAWN, State.READ, None)
