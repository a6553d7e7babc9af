"""The queue: who may decide, what happens when two decide, and when somebody is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from backend import audit, cases, database, moderation, moderation_queue, moderation_readers
from backend.errors import Conflict, NotAllowed, NotFound, Refusal
from backend.moderation import Decision
from backend.people import Level, Person, Role
from backend.waiting import WITHDRAWN
from tests.backend.conftest import Notes, a_note, another_moderator, approve, decide
from tests.conftest import NOON
from tests.makers import ana, lindangen, mira, seved

LATER = NOON + timedelta(minutes=2)


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
        approve(session, item, moderator, seen_version=1)


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

    def try_to(moderator_id: int) -> bool:
        with database.sessions(engine)() as own:
            try:
                with database.transaction(own):
                    approve(own, item, own.get_one(Person, moderator_id))
            except Conflict:
                return False
        return True

    with ThreadPoolExecutor(20) as pool:
        done = list(pool.map(try_to, [moderator.id for moderator in moderators]))

    session.rollback()
    assert done.count(True) == 1
    assert moderation.settle_due(session, LATER) == 1
    assert notes.followed == [(1, Decision.APPROVED)]


def test_a_change_is_asked_for_with_a_word(session: Session, notes: Notes) -> None:
    area = seved(session)
    moderator, item = mira(session, area), a_note(session, area.id)

    with pytest.raises(Refusal) as refused:
        decide(session, item, Decision.CHANGE_ASKED, moderator, reason="names", note="  ")
    done = decide(session, item, Decision.CHANGE_ASKED, moderator, reason="names", note="Where is it?")

    assert refused.value.field == "note"
    assert (done.decision, done.reason, done.note) == (Decision.CHANGE_ASKED, "names", "Where is it?")


def test_a_merge_needs_another_of_the_kind(session: Session, notes: Notes) -> None:
    area = seved(session)
    moderator, item = mira(session, area), a_note(session, area.id, 1)
    notes.gone.add(3)

    for twin in (None, 1, 3):
        with pytest.raises(Refusal) as refused:
            decide(session, item, Decision.MERGED, moderator, merge_into=twin)
        assert refused.value.field == "merge_into"
    done = decide(session, item, Decision.MERGED, moderator, merge_into=2)

    assert (done.decision, done.merge_into) == (Decision.MERGED, 2)


def test_what_a_decision_does_not_carry_is_not_kept(session: Session, notes: Notes) -> None:
    area = seved(session)

    done = approve(session, a_note(session, area.id), mira(session, area), merge_into=2, reason="names")

    assert (done.merge_into, done.reason) == (None, "")


def test_a_photo_is_taken_away_only_where_its_kind_can(session: Session, notes: Notes) -> None:
    area = seved(session)
    moderator, item = mira(session, area), a_note(session, area.id)

    with pytest.raises(Refusal):
        approve(session, item, moderator, photo_act="blurred")
    done = approve(session, item, moderator, photo_act="away")

    assert done.photo_act == "away"


def test_only_what_the_kind_offers_can_be_decided(session: Session, notes: Notes) -> None:
    area = seved(session)
    moderation.offer_decisions("note", Decision.APPROVED)

    with pytest.raises(Refusal):
        decide(session, a_note(session, area.id), Decision.NOT_PUBLISHED, mira(session, area), reason="names")


def test_whoever_decided_before_leaves_it_to_others(session: Session, notes: Notes) -> None:
    area = seved(session)
    first = mira(session, area)
    item = a_note(session, area.id, not_by=first.id)

    with pytest.raises(NotAllowed):
        approve(session, item, first)
    assert moderation_queue.waiting(session, first, NOON) == []

    assert approve(session, item, another_moderator(session, area.id)).decision == Decision.APPROVED


def test_where_one_moderates_alone_the_core_team_decides(session: Session, notes: Notes) -> None:
    area = seved(session)
    item = a_note(session, area.id, needs_core=True)

    with pytest.raises(NotAllowed):
        approve(session, item, mira(session, area))

    core = another_moderator(session, None, "Kim", Role.CORE)
    assert approve(session, item, core).decision == Decision.APPROVED


def test_what_is_sent_again_lets_the_older_text_go(session: Session, notes: Notes) -> None:
    area = seved(session)
    moderator = mira(session, area)
    old = approve(session, a_note(session, area.id), moderator)

    new = a_note(session, area.id, at=LATER)

    session.refresh(old)
    assert (old.decision, old.decided_by) == (WITHDRAWN, None)
    assert moderation.settle_due(session, LATER) == 0
    assert [entry.id for entry in moderation_queue.waiting(session, moderator, LATER)] == [new.id]
    with pytest.raises(Conflict, match="taken it back"):
        approve(session, old, moderator)


def test_what_its_author_takes_back_waits_no_more(session: Session, notes: Notes) -> None:
    area = seved(session)
    a_note(session, area.id)

    moderation.withdraw(session, kind="note", noun_id=1, at=NOON)

    assert moderation.count(session, None) == 0
    assert (moderation.settle_due(session, LATER), notes.followed) == (0, [])


def test_what_can_not_be_carried_out_any_more_waits_again(session: Session, notes: Notes) -> None:
    area = seved(session)
    moderator = mira(session, area)
    item = decide(session, a_note(session, area.id), Decision.MERGED, moderator, merge_into=2)
    other = approve(session, a_note(session, area.id, 9), moderator)
    notes.gone.add(2)

    told = moderation.settle_due(session, LATER)

    assert (told, notes.followed) == (1, [(other.noun_id, Decision.APPROVED)])
    assert [entry.id for entry in moderation_queue.waiting(session, moderator, LATER)] == [item.id]


def test_a_told_merge_is_taken_back_and_an_untold_one_is_not(session: Session, notes: Notes) -> None:
    area = seved(session)
    moderator = mira(session, area)
    item = decide(session, a_note(session, area.id), Decision.MERGED, moderator, merge_into=2)
    with pytest.raises(Refusal):
        moderation.take_back(session, item.id, by=moderator, at=NOON)
    moderation.settle_due(session, LATER)

    moderation.take_back(session, item.id, by=moderator, at=LATER)

    assert notes.taken_back == [1]


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
