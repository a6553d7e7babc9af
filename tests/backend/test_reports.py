"""Reports: many on one thing are one in the queue, each is answered once, and the thing goes only by a decision."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import (
    areas,
    cases,
    comments,
    ideas,
    journal,
    journal_lists,
    moderation,
    notices,
    people,
    photos,
    reading,
    reports,
)
from backend.areas import Area
from backend.audit import Act
from backend.errors import NotFound, Refusal
from backend.files import store
from backend.ideas import Idea, State
from backend.moderation import Decision, Waiting
from backend.notices import Notice
from backend.people import Level, Person
from backend.photos import Photo
from backend.reports import Report
from tests.conftest import NOON
from tests.makers import (
    a_case,
    a_comment,
    a_photograph,
    a_published_idea,
    an_idea,
    ana,
    bo,
    decided,
    karin,
    lindangen,
    mira,
    seved,
)


@pytest.fixture
def area(session: Session) -> Area:
    return seved(session)


@pytest.fixture
def idea(session: Session, area: Area) -> Idea:
    """Bo's, which a moderator has approved; Karin leads here too."""
    karin(session, area)
    return a_published_idea(session, area, bo(session, area))


def a_guest(session: Session, area: Area, language: str = "sv") -> Person:
    return people.add(session, language=language, at=NOON, area_id=area.id)


def reported(session: Session, noun: Idea, by: Person, kind: str = "idea", **how: str) -> Report:
    values = {"reason": "hate", "language": by.language, "at": NOON, **how}
    return reports.report(session, area_id=noun.area_id, kind=kind, number=noun.id, by=by, **values)  # type: ignore[arg-type]


def items(session: Session) -> list[Waiting]:
    return list(session.scalars(select(Waiting).where(Waiting.kind == "report").order_by(Waiting.id)))


def decide(session: Session, by: Person, decision: Decision = Decision.NOT_PUBLISHED, **how: str) -> None:
    item = items(session)[-1]
    values: dict[str, Any] = {"reason": "hate" if decision == Decision.NOT_PUBLISHED else "", **how}
    moderation.decide(
        session, item.id, decision, by=by, seen_version=item.version, at=NOON, undo_seconds=0, **values
    )  # fmt: skip
    moderation.settle_due(session, NOON)


def coordinator(session: Session) -> Person:
    return session.scalars(select(Person).where(Person.name == "Karin")).one()


def told(session: Session, kind: str) -> list[Notice]:
    return list(session.scalars(select(Notice).where(Notice.kind == kind).order_by(Notice.id)))


def test_fifty_guests_are_one_thing_to_read_and_each_is_answered_once(session: Session, area: Area, idea: Idea) -> None:
    guests = [a_guest(session, area) for _ in range(50)]

    for guest in guests:
        reported(session, idea, guest)
        reported(session, idea, guest)

    assert len(items(session)) == 1
    assert idea.state == State.READ
    decide(session, coordinator(session), Decision.APPROVED)
    assert idea.state == State.READ
    assert sorted(one.audience_id for one in told(session, "report_answered")) == sorted(one.id for one in guests)
    assert session.scalar(select(func.count()).select_from(Report).where(Report.outcome == "stays")) == 50


def test_the_same_person_reports_the_same_thing_once(session: Session, area: Area, idea: Idea) -> None:
    first = reported(session, idea, ana(session, area), reason="hate")

    ana_again = session.get_one(Person, first.by_id)
    assert reported(session, idea, ana_again, reason="private_data").id == first.id
    assert first.reason == "hate"


def test_a_report_after_the_answer_waits_in_a_round_of_its_own(session: Session, area: Area, idea: Idea) -> None:
    reported(session, idea, ana(session, area))
    decide(session, coordinator(session), Decision.APPROVED)

    reported(session, idea, a_guest(session, area))

    assert [item.round for item in items(session)] == [1, 2]


def test_a_report_within_the_ten_seconds_joins_what_was_decided(session: Session, area: Area, idea: Idea) -> None:
    reported(session, idea, ana(session, area))
    item = items(session)[0]
    moderation.decide(
        session, item.id, Decision.APPROVED, by=coordinator(session), seen_version=1, at=NOON, undo_seconds=10
    )

    late = reported(session, idea, a_guest(session, area))

    assert len(items(session)) == 1
    moderation.settle_due(session, NOON + timedelta(seconds=10))
    assert late.outcome == "stays"


def test_a_taken_down_idea_tells_its_author_why_in_their_language(session: Session, area: Area) -> None:
    author = ana(session, area, language="ar")
    idea = a_published_idea(session, area, author)
    karin(session, area)
    reporter = bo(session, area)
    reported(session, idea, reporter)

    decide(session, coordinator(session), note="Skriv gärna om den.", note_language="sv")

    assert idea.state == State.NOT_PUBLISHED
    step = ideas.steps(session, idea.id)[-1]
    assert (step.state, step.reason, step.note) == (State.NOT_PUBLISHED, "hate", "Skriv gärna om den.")
    to_author, to_reporter = told(session, "taken_down")[0], told(session, "report_answered")[0]
    assert (to_author.audience_id, to_reporter.audience_id) == (author.id, reporter.id)
    assert notices.message(session, to_author, "ar").path == f"/ar/seved/appeals/new/idea/{idea.id}"
    assert notices.message(session, to_reporter, "sv").path == f"/sv/seved/reports/{to_reporter.noun_id}"
    assert "\u2068" + idea.title + "\u2069" in notices.message(session, to_author, "ar").body


def test_a_reporter_reads_the_note_only_where_the_thing_stays(session: Session, area: Area, idea: Idea) -> None:
    stays = reported(session, idea, ana(session, area))
    decide(session, coordinator(session), Decision.APPROVED, note="Vi har läst den noga.")
    goes = reported(session, idea, a_guest(session, area))
    decide(session, coordinator(session), note="Till den som skrev.")

    assert (stays.note, goes.note) == ("Vi har läst den noga.", "")


def test_the_contact_is_forgotten_with_the_answer(session: Session, area: Area, idea: Idea) -> None:
    report = reported(session, idea, a_guest(session, area), contact="070-123 45 67")
    assert report.contact

    decide(session, coordinator(session), Decision.APPROVED)

    assert report.contact == ""


def test_whoever_decides_reads_how_many_said_what(session: Session, area: Area, idea: Idea) -> None:
    reported(session, idea, ana(session, area), reason="other", words="Det är fel gata.")
    reported(session, idea, a_guest(session, area), reason="hate")

    seen = reading.look_at(session, [("report", items(session)[0].noun_id)], "sv")
    facts = [fact.into("en") for fact in next(iter(seen.values())).facts]

    assert facts[0] == "2 people reported this."
    assert any("Det är fel gata." in fact for fact in facts)


def test_another_person_than_who_approved_it_reads_the_report(session: Session, area: Area, idea: Idea) -> None:
    approver = session.scalars(select(Person).where(Person.name == "Mira")).one()

    reported(session, idea, ana(session, area))

    assert items(session)[0].not_by == approver.id


def test_the_only_moderator_may_read_a_report_on_what_they_approved(session: Session, area: Area) -> None:
    idea = a_published_idea(session, area, bo(session, area))

    reported(session, idea, ana(session, area))

    assert items(session)[0].not_by is None


def test_only_the_photo_goes_where_the_photo_was_reported(session: Session, area: Area, tmp_path: Path) -> None:
    author = bo(session, area)
    prepared = photos.prepare(a_photograph())
    photo = photos.keep(session, store(f"file://{tmp_path}"), prepared, area_id=area.id, by=None, at=NOON)
    idea = a_published_idea(session, area, author, photo=photo)
    karin(session, area)
    assert session.get_one(Photo, photo.id).is_public

    reported(session, idea, ana(session, area), kind="photo", reason="names_a_person")
    decide(session, coordinator(session), reason="names_a_person")

    assert (idea.state, idea.photo_id) == (State.READ, None)
    assert not session.get_one(Photo, photo.id).is_public


def test_a_comment_is_hidden_and_its_author_told_once(session: Session, area: Area, idea: Idea) -> None:
    author = ana(session, area)
    comment = a_comment(session, idea, author)
    reported(session, comment, a_guest(session, area), kind="comment")  # type: ignore[arg-type]

    decide(session, coordinator(session))

    assert comment.state == comments.State.HIDDEN
    hearing = [one.kind for one in session.scalars(select(Notice).where(Notice.audience_id == author.id))]
    assert len(hearing) == 1


def test_a_journal_note_is_hidden(session: Session, area: Area) -> None:
    case, writer = a_case(session, area), karin(session, area)
    note = journal.add(session, case, text="Vi såg Bo.", language="sv", by=writer, at=NOON)
    reader = mira(session, area)
    reported(session, note, ana(session, area), kind="note", reason="names_a_person")  # type: ignore[arg-type]

    decide(session, reader, reason="names_a_person")

    assert journal_lists.page(session, case.id, "sv").entries == []


def test_a_case_can_be_reported_but_not_taken_down(session: Session, area: Area) -> None:
    case, leader = a_case(session, area), karin(session, area)
    report = reported(session, case, ana(session, area), kind="case")  # type: ignore[arg-type]

    with pytest.raises(Refusal):
        decide(session, leader)

    decide(session, leader, Decision.APPROVED)
    assert (report.outcome, cases.by_number(session, case.id).id) == ("stays", case.id)


def test_what_is_gone_when_it_is_read_is_answered_so(session: Session, area: Area, idea: Idea) -> None:
    report = reported(session, idea, ana(session, area))
    ideas.add_step(session, idea, State.WITHDRAWN, at=NOON)

    decide(session, coordinator(session))

    assert (report.outcome, idea.state) == ("gone", State.WITHDRAWN)
    assert told(session, "taken_down") == []


@pytest.mark.parametrize(
    ("how", "field"),
    [
        ({"reason": "nonsense"}, "reason"),
        ({"reason": "other"}, "words"),
        ({"reason": "illegal", "words": " \n"}, "words"),
        ({"words": "a" * 1001}, "words"),
        ({"contact": "a" * 121}, "contact"),
    ],
)
def test_a_report_without_what_it_needs_is_refused(
    session: Session, area: Area, idea: Idea, how: dict[str, str], field: str
) -> None:
    with pytest.raises(Refusal) as refused:
        reported(session, idea, ana(session, area), **how)

    assert refused.value.field == field


def test_what_nobody_can_see_cannot_be_reported(session: Session, area: Area) -> None:
    waiting = an_idea(session, area, bo(session, area))
    somebody = ana(session, area)

    for kind, number in (("idea", waiting.id), ("idea", 2**31), ("idea", 999), ("photo", waiting.id), ("x", 1)):
        with pytest.raises(NotFound):
            reports.report(
                session, area_id=area.id, kind=kind, number=number, by=somebody, reason="hate", language="sv", at=NOON
            )


def test_a_thing_of_another_area_is_not_found_here(session: Session, area: Area, idea: Idea) -> None:
    elsewhere = lindangen(session)

    with pytest.raises(NotFound):
        reports.report(
            session, area_id=elsewhere.id, kind="idea", number=idea.id, by=ana(session, area), reason="hate",
            language="sv", at=NOON,
        )  # fmt: skip


def test_a_guest_has_at_most_ten_open_reports(session: Session, area: Area) -> None:
    author, reader, guest = bo(session, area), mira(session, area), a_guest(session, area)
    for number in range(11):
        decided(session, an_idea(session, area, author, f"Idea of {number}"), reader)
    found = list(session.scalars(select(Idea).order_by(Idea.id)))
    for idea in found[:10]:
        reported(session, idea, guest)

    with pytest.raises(Refusal):
        reported(session, found[10], guest)

    assert reported(session, found[0], guest).thing_id  # a repeat is no new one


def test_nobody_reads_anothers_report(session: Session, area: Area, idea: Idea) -> None:
    report = reported(session, idea, ana(session, area))

    with pytest.raises(NotFound):
        reports.own(session, report.id, by=a_guest(session, area), area_id=area.id)


def test_an_author_does_not_decide_about_a_report_on_their_own(session: Session, area: Area) -> None:
    author = karin(session, area)
    idea = a_published_idea(session, area, author)
    reported(session, idea, ana(session, area))

    assert reading.kinds["report"].author(session, items(session)[0].noun_id) == author.id


def test_each_decision_is_written_down(session: Session, area: Area, idea: Idea) -> None:
    reported(session, idea, ana(session, area))

    decide(session, coordinator(session))

    act = session.scalars(select(Act).where(Act.act == "report.not_published")).one()
    assert act.details["reason"] == "hate"
    assert areas.by_id(session, act.area_id or 0).id == area.id
    assert session.get_one(Person, act.by).level == Level.NEIGHBOUR
