"""The queue: who may decide, what happens when two decide, and when somebody is told."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from backend import audit, cases, database, moderation, moderation_queue, moderation_readers, people, reading
from backend.errors import Conflict, NotAllowed, NotFound, Refusal
from backend.moderation import Decision, Waiting
from backend.people import Level, Person, Role
from backend.wording import say
from tests.conftest import NOON
from tests.makers import ana, lindangen, mira, seved

LATER = NOON + timedelta(minutes=2)


@dataclass
class Notes:
    """A feature of its own, so that these tests need no other: who wrote what, and what followed."""

    authors: dict[int, int] = field(default_factory=dict)
    followed: list[tuple[int, str | None]] = field(default_factory=list)
    languages: dict[int, str] = field(default_factory=dict)


@pytest.fixture
def notes() -> Iterator[Notes]:
    made = Notes()
    moderation.author_of("note")(lambda session, number: made.authors.get(number))
    moderation.when_decided("note")(lambda session, item, at: made.followed.append((item.noun_id, item.decision)))
    moderation.when_corrected("note")(lambda session, number, tag: made.languages.update({number: tag}))
    moderation.offer_reasons("note", {"names": say("It names a person.")})
    yield made
    del reading.kinds["note"]


def a_note(session: Session, area_id: int, number: int = 1, *, at: datetime = NOON) -> Waiting:
    return moderation.ask(session, kind="note", noun_id=number, area_id=area_id, at=at)


def approve(session: Session, item: Waiting, by: Person, **changed: object) -> Waiting:
    values = {"by": by, "seen_version": 1, "at": NOON, "undo_seconds": 10, **changed}
    return moderation.decide(session, item.id, Decision.APPROVED, **values)  # type: ignore[arg-type]


def another_moderator(session: Session, area_id: int, name: str = "Omar") -> Person:
    person = people.add(session, name=name, language="sv", level=Level.NEIGHBOUR, at=NOON)
    people.give_role(session, person, Role.MODERATOR, area_id=area_id, at=NOON)
    return person


def test_what_waits_is_listed_oldest_first(session: Session, notes: Notes) -> None:
    area = seved(session)
    young = a_note(session, area.id, 1, at=LATER)
    old = a_note(session, area.id, 2)

    listed = moderation_queue.waiting(session, mira(session, area), LATER)

    assert [entry.id for entry in listed] == [old.id, young.id]
    assert moderation.count(session, {area.id}) == 2


def test_a_thing_sent_again_waits_again(session: Session, notes: Notes) -> None:
    area = seved(session)
    moderator = mira(session, area)
    approve(session, a_note(session, area.id), moderator)

    again = a_note(session, area.id, at=LATER)

    assert again.round == 2
    assert [entry.id for entry in moderation_queue.waiting(session, moderator, LATER)] == [again.id]


def test_the_second_of_two_moderators_hears_who_was_first_and_when(session: Session, notes: Notes) -> None:
    area = seved(session)
    item = a_note(session, area.id)
    approve(session, item, mira(session, area))
    omar = another_moderator(session, area.id)

    with pytest.raises(Conflict) as refused:
        moderation.decide(
            session, item.id, Decision.NOT_PUBLISHED, by=omar, seen_version=1, at=LATER, undo_seconds=10, reason="names"
        )

    assert str(refused.value.wording) == "Mira approved this 2 minutes ago. Nothing has changed."
    assert (item.decision, item.reason) == (Decision.APPROVED, "")


def test_what_changed_since_it_was_read_must_be_read_again(session: Session, notes: Notes) -> None:
    area = seved(session)
    moderator = mira(session, area)
    item = approve(session, a_note(session, area.id), moderator)
    moderation.undo(session, item.id, by=moderator, at=NOON)

    with pytest.raises(Conflict, match="changed since you opened it"):
        approve(session, item, moderator)


def test_nobody_decides_about_their_own(session: Session, notes: Notes) -> None:
    area = seved(session)
    moderator = mira(session, area)
    item = a_note(session, area.id)
    notes.authors[1] = moderator.id

    with pytest.raises(NotAllowed):
        approve(session, item, moderator)


@pytest.mark.parametrize("level", [Level.GUEST, Level.RESIDENT])
def test_a_resident_decides_nothing(session: Session, notes: Notes, level: Level) -> None:
    area = seved(session)
    item = a_note(session, area.id)

    with pytest.raises(NotFound):
        approve(session, item, ana(session, area, level=level))


def test_a_moderator_of_another_area_sees_and_decides_nothing(session: Session, notes: Notes) -> None:
    item = a_note(session, seved(session).id)
    stranger = mira(session, lindangen(session))

    assert moderation_queue.waiting(session, stranger, NOON) == []
    for act in (
        lambda: moderation.find(session, item.id, by=stranger),
        lambda: approve(session, item, stranger),
        lambda: moderation.undo(session, item.id, by=stranger, at=NOON),
        lambda: moderation.correct_language(session, item.id, "so", by=stranger, at=NOON),
    ):
        with pytest.raises(NotFound):
            act()


def test_not_publishing_needs_a_reason_of_its_kind(session: Session, notes: Notes) -> None:
    area = seved(session)
    item = a_note(session, area.id)
    decision = {"by": mira(session, area), "seen_version": 1, "at": NOON, "undo_seconds": 10}

    with pytest.raises(Refusal) as refused:
        moderation.decide(session, item.id, Decision.NOT_PUBLISHED, reason="because", **decision)
    done = moderation.decide(session, item.id, Decision.NOT_PUBLISHED, reason="names", note="  Hi. ", **decision)

    assert refused.value.field == "reason"
    assert (done.decision, done.reason, done.note) == (Decision.NOT_PUBLISHED, "names", "Hi.")


def test_a_decision_takes_effect_once_and_not_before_its_time(session: Session, notes: Notes) -> None:
    area = seved(session)
    approve(session, a_note(session, area.id), mira(session, area))

    told = [moderation.settle_due(session, NOON + timedelta(seconds=seconds)) for seconds in (9, 10, 11)]

    assert told == [0, 1, 0]
    assert notes.followed == [(1, Decision.APPROVED)]


def test_an_undone_decision_is_never_told(session: Session, notes: Notes) -> None:
    area = seved(session)
    moderator = mira(session, area)
    item = approve(session, a_note(session, area.id), moderator)

    moderation.undo(session, item.id, by=moderator, at=NOON)

    assert moderation.settle_due(session, LATER) == 0
    assert moderation.count(session, {area.id}) == 1
    assert moderation_queue.undoable(session, moderator) == []


def test_a_decision_that_was_told_stands(session: Session, notes: Notes) -> None:
    area = seved(session)
    moderator = mira(session, area)
    item = approve(session, a_note(session, area.id), moderator)
    moderation.settle_due(session, LATER)

    with pytest.raises(Conflict):
        moderation.undo(session, item.id, by=moderator, at=LATER)

    assert item.decision == Decision.APPROVED


def test_only_whoever_decided_takes_it_back(session: Session, notes: Notes) -> None:
    area = seved(session)
    item = approve(session, a_note(session, area.id), mira(session, area))

    with pytest.raises(NotAllowed):
        moderation.undo(session, item.id, by=another_moderator(session, area.id), at=NOON)


def test_a_claim_shows_who_reads_for_five_minutes(session: Session, notes: Notes) -> None:
    area = seved(session)
    moderator, omar = mira(session, area), another_moderator(session, area.id)
    item = a_note(session, area.id)

    first = moderation_readers.claim(session, item, by=moderator, at=NOON)
    second = moderation_readers.claim(session, item, by=omar, at=LATER)

    assert (first, second) == (True, False)
    assert moderation_queue.waiting(session, moderator, LATER)[0].reader == "Mira"
    assert moderation_queue.waiting(session, moderator, NOON + timedelta(minutes=5))[0].reader == ""
    assert moderation_readers.claim(session, item, by=omar, at=NOON + timedelta(minutes=5))


def test_a_claim_keeps_nobody_from_deciding(session: Session, notes: Notes) -> None:
    area = seved(session)
    item = a_note(session, area.id)
    moderation_readers.claim(session, item, by=mira(session, area), at=NOON)

    approve(session, item, another_moderator(session, area.id))

    assert item.decision == Decision.APPROVED


def test_a_moderator_corrects_the_language(session: Session, notes: Notes) -> None:
    area = seved(session)
    moderator = mira(session, area)
    item = a_note(session, area.id)

    moderation.correct_language(session, item.id, "so", by=moderator, at=NOON)
    with pytest.raises(Refusal):
        moderation.correct_language(session, item.id, "tlh", by=moderator, at=NOON)

    assert notes.languages == {1: "so"}


def test_approving_into_a_case_keeps_the_case(session: Session, notes: Notes) -> None:
    area = seved(session)
    case = cases.open_case(
        session, area_id=area.id, by_language={"sv": {"title": "Ljus"}}, original="sv", by=None, at=NOON
    )

    item = approve(session, a_note(session, area.id), mira(session, area), case_id=case.id)

    assert item.case_id == case.id


def test_each_act_of_staff_is_written_down(session: Session, notes: Notes) -> None:
    area = seved(session)
    moderator = mira(session, area)
    item = approve(session, a_note(session, area.id), moderator)
    moderation.undo(session, item.id, by=moderator, at=NOON)
    moderation.correct_language(session, item.id, "so", by=moderator, at=NOON)

    acts = session.execute(select(audit.Act.act, audit.Act.by, audit.Act.area_id).order_by(audit.Act.id)).all()

    assert [tuple(act) for act in acts] == [
        ("note.approved", moderator.id, area.id),
        ("note.undone", moderator.id, area.id),
        ("note.language", moderator.id, area.id),
    ]


def test_twenty_decisions_at_once_count_once(session: Session, engine: Engine, notes: Notes) -> None:
    area = seved(session)
    item = a_note(session, area.id)
    moderators = [another_moderator(session, area.id, f"Moderator {number}") for number in range(20)]
    session.commit()

    def decide(moderator_id: int) -> bool:
        with database.sessions(engine)() as own:
            try:
                with database.transaction(own):
                    approve(own, item, own.get_one(Person, moderator_id))
            except Conflict:
                return False
        return True

    with ThreadPoolExecutor(20) as pool:
        done = list(pool.map(decide, [moderator.id for moderator in moderators]))

    session.rollback()
    assert done.count(True) == 1
    assert moderation.settle_due(session, LATER) == 1
    assert notes.followed == [(1, Decision.APPROVED)]


def test_two_workers_tell_once(session: Session, engine: Engine, notes: Notes) -> None:
    area = seved(session)
    for number in range(1, 6):
        approve(session, a_note(session, area.id, number), mira(session, area))
    session.commit()

    def settle(_: int) -> int:
        with database.sessions(engine)() as own, database.transaction(own):
            return moderation.settle_due(own, LATER)

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(settle, range(4)))

    assert sum(told) == 5
    assert sorted(notes.followed) == [(number, Decision.APPROVED) for number in range(1, 6)]
