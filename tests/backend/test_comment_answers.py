"""Who hears of a comment: whoever is answered, whoever wrote the idea, and those who follow; each in their language."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import comments, deliveries, follows, moderation, notices, sign_in
from backend.areas import Area
from backend.deliveries import Delivery
from backend.errors import NotFound
from backend.ideas import Idea
from backend.moderation import Decision, Waiting
from backend.notices import Notice
from backend.people import Level, Person
from backend.settings import Settings
from tests.conftest import NOON
from tests.makers import a_case, a_comment, a_phone, a_published_idea, ana, bo, mira, seved


@pytest.fixture
def area(session: Session) -> Area:
    return seved(session)


@pytest.fixture
def author(session: Session, area: Area) -> Person:
    return ana(session, area)


@pytest.fixture
def idea(session: Session, area: Area, author: Person) -> Idea:
    return a_published_idea(session, area, author)


def told(session: Session, *kinds: str) -> list[Notice]:
    return list(session.scalars(select(Notice).where(Notice.kind.in_(kinds)).order_by(Notice.id)))


def read(session: Session, area: Area, decision: Decision, **how: str) -> None:
    item = session.scalars(select(Waiting).where(Waiting.kind == "comment", Waiting.decision.is_(None))).one()
    how = {"reason": "hate", **how} if decision == Decision.NOT_PUBLISHED else how
    by = mira(session, area)
    moderation.decide(session, item.id, decision, by=by, seen_version=item.version, at=NOON, undo_seconds=0, **how)
    moderation.settle_due(session, NOON)


def test_the_author_of_the_idea_hears_of_a_comment(session: Session, area: Area, idea: Idea, author: Person) -> None:
    a_comment(session, idea, bo(session, area))

    notice = told(session, "comment_published")[0]

    assert (notice.audience, notice.audience_id) == ("person", author.id)
    arabic, swedish = (notices.message(session, notice, language) for language in ("ar", "sv"))
    assert f"\u2068{idea.title}\u2069" in arabic.title
    assert "\u2068Ja, gärna!\u2069" in arabic.body
    assert "\u2068Bo\u2069" in swedish.body
    assert arabic.path == f"/ar/seved/ideas/{idea.id}#comments"
    assert swedish.path == f"/sv/seved/ideas/{idea.id}#comments"
    assert notices.kind_of(notice).urgency == "low"


def test_nobody_hears_of_their_own(session: Session, idea: Idea, author: Person) -> None:
    a_comment(session, idea, author)

    assert told(session, "comment_published") == []


def test_a_comment_that_waits_tells_nobody(session: Session, area: Area, idea: Idea) -> None:
    a_comment(session, idea, bo(session, area, level=Level.NEIGHBOUR))
    assert told(session, "comment_published") == []

    read(session, area, Decision.APPROVED)

    assert len(told(session, "comment_published")) == 1


def test_followers_hear_but_not_the_writer_nor_the_author_twice(
    session: Session, area: Area, idea: Idea, author: Person, surroundings: Settings
) -> None:
    writer, follower = bo(session, area), bo(session, area)
    phones = {}
    for person in (writer, follower, author):
        sign_in.begin(session, person, at=NOON)
        phones[a_phone(session, person, surroundings).id] = person
        follows.follow(session, person, "idea", idea.id, at=NOON)

    a_comment(session, idea, writer)

    for notice in told(session, "comment_published"):
        deliveries.spread(session, notice, 100, at=NOON)
    reached = [phones[device_id] for device_id in session.scalars(select(Delivery.device_id)) if device_id]
    assert sorted(one.id for one in reached) == sorted([follower.id, author.id])


def test_those_who_follow_a_case_hear_of_it(session: Session, area: Area) -> None:
    case = a_case(session, area)
    follows.follow(session, ana(session, area), "case", case.id, at=NOON)

    a_comment(session, case, bo(session, area))

    notice = told(session, "case_comment_published")[0]
    assert (notice.audience, notice.audience_id) == ("case", case.id)
    assert notices.message(session, notice, "sv").path == f"/sv/seved/cases/{case.id}#comments"


def test_whoever_is_answered_hears_once(session: Session, area: Area, idea: Idea, author: Person) -> None:
    first = a_comment(session, idea, author)

    a_comment(session, idea, bo(session, area), text="Jag med", parent_id=first.id)

    answered = told(session, "comment_answered")
    assert [(one.audience, one.audience_id) for one in answered] == [("person", author.id)]
    assert told(session, "comment_published") == []
    arabic, swedish = (notices.message(session, answered[0], language) for language in ("ar", "sv"))
    assert "\u2068Jag med\u2069" in arabic.body
    assert "\u2068Jag med\u2069" in swedish.body


def test_much_talk_makes_one_notice_an_hour(session: Session, area: Area, idea: Idea) -> None:
    neighbour = bo(session, area)

    def say_at(at: datetime) -> list[datetime]:
        a_comment(session, idea, neighbour, text=f"Ord {at}", at=at)
        return [notice.goes_out_at for notice in told(session, "comment_published")]

    assert say_at(NOON) == [NOON]
    assert say_at(NOON + timedelta(minutes=1)) == [NOON]
    told(session, "comment_published")[0].spread_at = NOON + timedelta(minutes=2)
    assert say_at(NOON + timedelta(minutes=3)) == [NOON, NOON + timedelta(hours=1)]
    assert say_at(NOON + timedelta(minutes=4)) == [NOON, NOON + timedelta(hours=1)]


def test_what_is_gone_before_it_is_told_is_told_to_nobody(session: Session, area: Area, idea: Idea) -> None:
    neighbour = bo(session, area)
    comment = a_comment(session, idea, neighbour)
    notice = told(session, "comment_published")[0]

    comments.take_back(session, comment, by=neighbour, at=NOON)

    with pytest.raises(NotFound):
        notices.message(session, notice, "sv")


@pytest.mark.parametrize(
    ("decision", "title", "body"),
    [
        (Decision.APPROVED, "A person has read your comment", "Everybody can read it now."),
        (Decision.NOT_PUBLISHED, "Your comment was not published", "It speaks badly of people for who they are."),
    ],
)
def test_its_author_hears_what_was_decided(
    session: Session, area: Area, idea: Idea, decision: Decision, title: str, body: str
) -> None:
    for reader in (ana(session, area, level=Level.NEIGHBOUR), bo(session, area, level=Level.NEIGHBOUR)):
        comment = a_comment(session, idea, reader)

        read(session, area, decision)

        notice = told(session, "comment_decided")[-1]
        assert (notice.audience, notice.audience_id) == ("person", reader.id)
        said = notices.message(session, notice, reader.language)
        assert said.path == f"/{reader.language}/seved/comments/{comment.id}"
        english = notices.message(session, notice, "en")
        assert (english.title, english.body) == (title, body)


def test_its_author_hears_that_it_was_taken_down_and_shown_again(session: Session, area: Area, idea: Idea) -> None:
    by, comment = mira(session, area), a_comment(session, idea, bo(session, area))

    comments.hide(session, comment, "private_data", by=by, at=NOON)
    comments.show_again(session, comment, by=by, at=NOON)

    said = [notices.message(session, notice, "en") for notice in told(session, "comment_decided")]
    assert [one.title for one in said] == ["Your comment was taken down", "A person has read your comment"]
    assert "private details" in said[0].body


def test_a_refused_edit_is_told_as_what_it_is(session: Session, area: Area, idea: Idea) -> None:
    neighbour = bo(session, area, level=Level.NEIGHBOUR)
    comment = a_comment(session, idea, neighbour)
    read(session, area, Decision.APPROVED)
    comments.edit(session, comment, area=area, text="Något annat", by=neighbour, at=NOON)

    read(session, area, Decision.NOT_PUBLISHED)

    said = notices.message(session, told(session, "comment_decided")[-1], "en")
    assert said.title == "Your change was not published"
