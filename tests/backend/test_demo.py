"""The example: whole when it is there, gone without a trace when it is not wanted."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import areas, demo, follows, idea_texts, idea_versions, ideas, meetings, people, published, staff
from backend.comments import Comment
from backend.database import Base
from backend.errors import Refusal
from backend.ideas import Idea
from backend.meetings import Meeting
from backend.moderation import Waiting
from backend.people import Level, Role
from backend.supports import Support
from backend.votes import Round
from tests.conftest import NOON

pytestmark = pytest.mark.thorough  # each loads the whole example
LEFT = {"revisions", "alembic_version"}  # counters of pages that no longer show it


def counts(session: Session) -> dict[str, int]:
    tables = Base.metadata.sorted_tables
    found = {table.name: session.scalar(select(func.count()).select_from(table)) for table in tables}
    return {name: number for name, number in found.items() if number and name not in LEFT}


def test_the_example_has_the_areas_and_cases_of_the_pre_study(session: Session) -> None:
    demo.load(session, at=NOON)

    assert [area.slug for area in areas.every(session)] == [
        "herrgarden", "holma-kroksback", "lindangen", "seved", "segevang",
    ]  # fmt: skip
    assert counts(session)["cases"] == 4 + counts(session)["adoptions"]
    assert all(area.is_example for area in areas.every(session))


def test_each_support_that_is_counted_has_its_row(session: Session) -> None:
    demo.load(session, at=NOON)

    rows = dict(session.execute(select(Support.idea_id, func.count()).group_by(Support.idea_id)).all())

    assert {idea.id: idea.supports for idea in session.scalars(select(Idea)) if idea.supports} == rows


def test_no_meeting_to_come_falls_on_a_weekend(session: Session) -> None:
    demo.load(session, at=NOON)

    zone = areas.by_slug(session, "seved").zone
    assert all(one.starts_at.astimezone(zone).weekday() < 5 for one in session.scalars(select(Meeting)))


def test_the_vote_is_open_and_its_lot_is_drawn(session: Session) -> None:
    demo.load(session, at=NOON)

    [vote] = session.scalars(select(Round).where(Round.counted_at.is_(None)))
    assert vote.opens_at < NOON < vote.closes_at
    assert vote.lot
    assert vote.secret


def test_a_fund_is_shared_and_anybody_can_count_it_again(session: Session) -> None:
    demo.load(session, at=NOON)

    [vote] = session.scalars(select(Round).where(Round.counted_at.is_not(None)))
    assert (vote.ballots, vote.secret) == (148, None)
    assert vote.account is not None
    assert len(vote.account["result"]) == 2 == len(vote.account["passed_over"])
    assert published.as_json(session, vote)


def test_neighbours_talk_and_a_comment_and_a_report_wait(session: Session) -> None:
    demo.load(session, at=NOON)

    said = session.scalars(select(Comment).where(Comment.state == "public")).all()
    assert {one.language for one in said} == {"sv", "ar", "so"}
    assert any(one.parent_id for one in said) and {one.kind for one in said} >= {"idea", "case"}
    waits = session.scalars(select(Waiting.kind).where(Waiting.decision.is_(None))).all()
    assert set(waits) >= {"comment", "idea", "report"}
    talked_of = session.scalars(select(Idea).where(Idea.comments > 0)).all()
    assert sum(idea.comments for idea in talked_of) == len([one for one in said if one.kind == "idea"])


def test_an_edited_idea_has_both_its_texts(session: Session) -> None:
    demo.load(session, at=NOON)

    [idea] = session.scalars(select(Idea).where(Idea.changed_at.is_not(None)))

    assert [one.whole for one in idea_versions.public(session, idea)][-1] == idea_texts.in_one(idea.title, idea.text)
    assert len(idea_versions.public(session, idea)) == 2


def test_there_is_another_person_for_an_objection_in_the_area_and_above_it(session: Session) -> None:
    demo.load(session, at=NOON)

    seved = areas.by_slug(session, "seved")
    assert len(staff.everywhere(session, Role.CORE)) == len(staff.everywhere(session, Role.OPERATOR)) == 1
    assert staff.is_left(session, seved.id, without=staff.everywhere(session, Role.CORE))


def test_the_example_never_mixes_with_what_is_real(session: Session) -> None:
    areas.add(session, name="Kirseberg", at=NOON)

    with pytest.raises(Refusal):
        demo.load(session, at=NOON)


def test_nothing_of_the_example_is_left(session: Session) -> None:
    demo.load(session, at=NOON)

    demo.remove(session)

    assert counts(session) == {}


def test_what_neighbours_wrote_in_the_example_goes_with_it_and_they_stay(session: Session) -> None:
    demo.load(session, at=NOON)
    seved = areas.by_slug(session, "seved")
    guest = people.add(session, language="sv", at=NOON, level=Level.GUEST, area_id=seved.id)
    ideas.submit(session, area=seved, author=guest, text="Bänkar", language="sv", at=NOON)
    follows.follow(session, guest, "area", seved.id, at=NOON)
    [meeting] = meetings.upcoming(session, seved.id, "sv", at=NOON)[:1]
    assert meeting.id

    demo.remove(session)

    assert counts(session) == {"people": 1}
    session.refresh(guest)
    assert guest.area_id is None


def test_a_city_of_its_own_beside_the_example_is_left_alone(session: Session) -> None:
    demo.load(session, at=NOON)
    own = areas.add(session, name="Kirseberg", at=NOON)
    somebody = people.add(session, language="sv", at=NOON, area_id=own.id)
    ideas.submit(session, area=own, author=somebody, text="Bänkar", language="sv", at=NOON)

    demo.remove(session)

    assert counts(session) == {"areas": 1, "people": 1, "ideas": 1, "idea_steps": 1, "moderation": 1}
