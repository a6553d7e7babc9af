"""What an author does with an idea later, and what they hear of it, in their own language."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from backend import appeals, database, idea_edits, idea_merges, moderation, notices, people, supports
from backend.areas import Area
from backend.errors import NotAllowed
from backend.ideas import Idea
from backend.moderation import Decision, Waiting
from backend.notices import Notice
from backend.people import Level, Person
from backend.supports import Support
from tests.conftest import NOON
from tests.makers import a_published_idea, an_idea, ana, bo, decided, karin, mira, seved


def read(session: Session, by: Person, decision: Decision, kind: str = "idea", **how: object) -> None:
    item = session.scalars(select(Waiting).where(Waiting.kind == kind, Waiting.decision.is_(None))).one()
    values = {"seen_version": item.version, "at": NOON, "undo_seconds": 0, "note": "Skriv var.", **how}
    moderation.decide(session, item.id, decision, by=by, **values)  # type: ignore[arg-type]
    moderation.settle_due(session, NOON)


def published(session: Session, area: Area, author: Person, by: Person, text: str = "Ljus i gången") -> Idea:
    idea = an_idea(session, area, author, text)
    decided(session, idea, by)
    return idea


SAID = {
    Decision.APPROVED: "Your changes are public",
    Decision.NOT_PUBLISHED: "Your changes were not published",
    Decision.CHANGE_ASKED: "A change is asked for in your idea",
}


@pytest.mark.parametrize("decision", SAID)
def test_each_author_hears_of_an_edit_in_their_own_language(session: Session, decision: Decision) -> None:
    area = seved(session)
    by = karin(session, area)
    for author in (ana(session, area), bo(session, area)):
        idea = published(session, area, author, by)
        idea_edits.edit(session, idea, text="Mer ljus", language="sv", by=author, at=NOON)
        read(session, by, decision, reason="advertising")

        told = session.scalars(
            select(Notice).where(Notice.audience_id == author.id).order_by(Notice.id.desc()).limit(1)
        ).one()
        assert notices.message(session, told, "en").title == SAID[decision]
        message = notices.message(session, told, author.language)
        assert message.path == f"/{author.language}/seved/ideas/{idea.id}/mine"
        assert f"\u2068{idea.title}\u2069" in message.body


def test_both_authors_hear_of_a_merge_in_their_own_language(session: Session) -> None:
    area = seved(session)
    by = karin(session, area)
    twin = published(session, area, by, mira(session, area), "Lampor")
    for author in (ana(session, area), bo(session, area)):
        idea = an_idea(session, area, author)
        read(session, by, Decision.MERGED, merge_into=twin.id)

        told = session.scalars(select(Notice).where(Notice.audience_id == author.id)).one()
        message = notices.message(session, told, author.language)
        assert message.path == f"/{author.language}/seved/ideas/{idea.id}/mine"
        assert "\u2068Lampor\u2069" in message.body


def test_another_person_may_publish_a_refused_edit_after_all(session: Session) -> None:
    area = seved(session)
    author, other = ana(session, area), karin(session, area)
    idea = a_published_idea(session, area, author)
    first = session.scalars(select(Person).where(Person.name == "Mira")).one()
    idea_edits.edit(session, idea, text="Mer ljus", language="sv", by=author, at=NOON)
    read(session, first, Decision.NOT_PUBLISHED, reason="advertising")
    assert idea.title != "Mer ljus"

    appeals.object_to(session, "idea", idea.id, by=author, words="Ingen reklam", language="sv", at=NOON)
    with pytest.raises(NotAllowed):
        read(session, first, Decision.APPROVED, "appeal")
    read(session, other, Decision.APPROVED, "appeal")

    assert idea.title == "Mer ljus" and idea.changed_at == NOON


def test_an_edit_sent_again_leaves_nothing_to_object_to(session: Session) -> None:
    area = seved(session)
    author, by = ana(session, area), mira(session, area)
    idea = published(session, area, author, by)
    idea_edits.edit(session, idea, text="Mer ljus", language="sv", by=author, at=NOON)
    read(session, by, Decision.NOT_PUBLISHED, reason="advertising")

    idea_edits.edit(session, idea, text="Mer ljus i gången", language="sv", by=author, at=NOON)

    assert appeals.look_for(session, "idea", idea.id, author, at=NOON) is None


def test_whoever_wrote_it_down_for_its_author_reads_why_another_decides(session: Session) -> None:
    area = seved(session)
    by = mira(session, area)
    idea = an_idea(session, area, bo(session, area), entered_by=by)

    with pytest.raises(NotAllowed, match="You wrote this down yourself"):
        decided(session, idea, by)


def test_supports_that_come_while_two_ideas_are_merged_are_counted_once(session: Session, engine: Engine) -> None:
    area = seved(session)
    by = mira(session, area)
    idea, twin = (published(session, area, author, by) for author in (ana(session, area), bo(session, area)))
    numbers = [people.add(session, name="", language="sv", level=Level.NEIGHBOUR, at=NOON).id for _ in range(8)]
    idea_id, twin_id = idea.id, twin.id
    session.commit()
    ready = threading.Barrier(len(numbers) + 1)

    def supported(number: int) -> None:
        with database.sessions(engine)() as own:
            ready.wait()
            try:
                with database.transaction(own):
                    one = own.get_one(Person, number)
                    supports.support(own, own.get_one(Idea, idea_id), by=one, at=NOON)
            except NotAllowed:  # it came after the merge, and the page leads to the twin
                pass

    phones = [threading.Thread(target=supported, args=(number,)) for number in numbers]
    for phone in phones:
        phone.start()
    with database.sessions(engine)() as own:
        ready.wait()
        with database.transaction(own):
            idea_merges.merge(own, own.get_one(Idea, idea_id), twin_id, by=None, at=NOON)
    for phone in phones:
        phone.join()

    session.expire_all()
    given = {one: set() for one in (idea_id, twin_id)}
    for row in session.scalars(select(Support)):
        given[row.idea_id].add(row.person_id)
    assert given[idea_id] == given[twin_id]
    assert session.get_one(Idea, twin_id).supports == len(given[twin_id])
