from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import erasure, handovers, notices, reportable, resources
from backend.audit import Act
from backend.errors import Conflict, NotAllowed, Refusal
from backend.handovers import Handover, Taker
from backend.notices import Notice
from backend.people import Person
from tests.conftest import NOON
from tests.makers import a_case, an_offer, ana, bo, in_the_team, karin, seved


def takers(session: Session, handover: Handover) -> list[Taker]:
    return handovers.by_number(session, handover.id).takers


def answer(session: Session, handover: Handover, taker: Taker, accepts: bool, by: Person, words: str = "") -> None:
    handovers.answer(session, handover, taker, accepts, words=words, language="sv", by=by, at=NOON)


def noted(session: Session, handover: Handover, by: Person, **changed: object) -> None:
    values = {"spoke": "Eva Ek", "words": "Ja.", "language": "sv", "answered_at": NOON, "by": by, "at": NOON}
    handovers.note_answer(session, handover, takers(session, handover)[0], True, **{**values, **changed})


def test_residents_own_it_once_all_who_were_asked_have_said_yes(session: Session) -> None:
    area = seved(session)
    case, lead = a_case(session, area), karin(session, area)
    neighbours = [ana(session, area), bo(session, area)]
    offer = an_offer(session, case, lead, *(in_the_team(session, case, one) for one in neighbours))

    states = []
    for taker, person in zip(takers(session, offer), neighbours, strict=True):
        answer(session, offer, taker, True, person)
        states.append(offer.state)

    assert states == ["offered", "accepted"]
    assert resources.owners(session, case.id) == ["Ana", "Bo"]
    assert handovers.has_owner(session, case.id)
    kinds = session.scalars(select(Notice.kind).where(Notice.kind.like("%hand%")).order_by(Notice.id)).all()
    assert kinds == ["handover_offered", "handover_offered", "handover_answered", "case_handed_over"]


def test_each_side_hears_the_other_in_their_language(session: Session) -> None:
    area = seved(session)
    case, lead, person = a_case(session, area), karin(session, area), ana(session, area)
    offer = an_offer(session, case, lead, in_the_team(session, case, person))
    answer(session, offer, takers(session, offer)[0], True, person)

    heard = {one.kind: one for one in session.scalars(select(Notice))}

    asked = notices.message(session, heard["handover_offered"], "ar")
    assert asked.path == f"/ar/seved/cases/{case.id}/handovers/{offer.id}"
    assert heard["handover_answered"].audience_id == lead.id
    assert "Ana" in notices.message(session, heard["handover_answered"], "sv").body
    assert "Ana" in notices.message(session, heard["case_handed_over"], "ar").body


def test_one_who_declines_says_why_and_the_case_has_no_owner(session: Session) -> None:
    area = seved(session)
    case, lead, person = a_case(session, area), karin(session, area), bo(session, area)
    offer = an_offer(session, case, lead, in_the_team(session, case, person))
    [taker] = takers(session, offer)

    with pytest.raises(Refusal) as refusal:
        answer(session, offer, taker, False, person)
    for _ in range(2):
        answer(session, offer, taker, False, person, "Jag hinner inte.")

    assert refusal.value.field == "words"
    assert offer.state == "declined"
    assert resources.owners(session, case.id) == []
    with pytest.raises(Conflict):
        answer(session, offer, taker, True, person)


def test_a_coordinator_notes_who_answered_for_a_department_and_when(session: Session) -> None:
    area = seved(session)
    case, lead = a_case(session, area), karin(session, area)
    offer = an_offer(session, case, lead)

    for field, wrong in (("day", {"answered_at": NOON + timedelta(days=1)}), ("spoke", {"spoke": " "})):
        with pytest.raises(Refusal) as refusal:
            noted(session, offer, lead, **wrong)
        assert refusal.value.field == field
    noted(session, offer, lead, answered_at=NOON - timedelta(days=3))

    [taker] = takers(session, offer)
    assert resources.owners(session, case.id) == ["Fastighetskontoret"]
    assert (taker.is_noted, taker.spoke, taker.answered_at) == (True, "Eva Ek", NOON - timedelta(days=3))


def test_nobody_answers_for_somebody_else(session: Session) -> None:
    area = seved(session)
    case, lead, person = a_case(session, area), karin(session, area), bo(session, area)
    offer = an_offer(session, case, lead, in_the_team(session, case, person))
    [taker] = takers(session, offer)

    for other in (ana(session, area), lead):
        with pytest.raises(NotAllowed):
            answer(session, offer, taker, True, other)
    with pytest.raises(Refusal):
        noted(session, offer, lead)
    with pytest.raises(NotAllowed):
        noted(session, offer, person)


def test_one_offer_is_open_at_a_time_and_can_be_taken_back(session: Session) -> None:
    area = seved(session)
    case, lead = a_case(session, area), karin(session, area)
    first = an_offer(session, case, lead)

    with pytest.raises(Conflict):
        an_offer(session, case, lead)
    for _ in range(2):
        handovers.take_back(session, first, by=lead, at=NOON)
    second = an_offer(session, case, lead)
    noted(session, second, lead)

    assert [one.row.state for one in handovers.of_case(session, case.id)] == ["accepted", "taken_back"]
    with pytest.raises(Conflict):
        handovers.take_back(session, second, by=lead, at=NOON)
    acts = session.scalars(select(Act.act).where(Act.act.like("handover.%")).order_by(Act.id)).all()
    assert acts == ["handover.offered", "handover.taken_back", "handover.offered", "handover.accepted"]


def test_the_last_agreement_says_who_owns_it(session: Session) -> None:
    area = seved(session)
    case, lead = a_case(session, area), karin(session, area)
    for owner in ("Fritidsförvaltningen", "Kompis Seved"):
        noted(session, an_offer(session, case, lead, owner=owner), lead)

    assert resources.owners(session, case.id) == ["Kompis Seved"]


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("to_whom", {"to_whom": "nobody"}),
        ("owner", {"owner": ""}),
        ("words", {"words": " "}),
        ("members", {"to_whom": "residents"}),
        ("members", {"members": [7_000]}),
        ("members", {"members": [2**40]}),
    ],
)
def test_what_is_not_right_is_refused_beside_its_field(
    session: Session, field: str, changed: dict[str, object]
) -> None:
    area = seved(session)

    with pytest.raises(Refusal) as refusal:
        an_offer(session, a_case(session, area), karin(session, area), **changed)

    assert refusal.value.field == field


def test_members_of_another_team_are_not_asked(session: Session) -> None:
    area = seved(session)
    lead, person = karin(session, area), bo(session, area)
    elsewhere = in_the_team(session, a_case(session, area), person)

    with pytest.raises(Refusal):
        an_offer(session, a_case(session, area), lead, elsewhere)
    with pytest.raises(NotAllowed):
        an_offer(session, a_case(session, area), person)


def test_whoever_leaves_is_not_named_as_an_owner(session: Session) -> None:
    area = seved(session)
    case, lead, person = a_case(session, area), karin(session, area), bo(session, area)
    offer = an_offer(session, case, lead, in_the_team(session, case, person))
    answer(session, offer, takers(session, offer)[0], True, person, "Gärna!")

    erasure.erase(session, person, with_texts=False, at=NOON)

    session.expire_all()
    [taker] = takers(session, offer)
    assert (taker.name, taker.person_id, taker.words) == ("", None, "Gärna!")
    assert resources.owners(session, case.id) == []


def test_its_words_go_after_a_report_and_who_owns_it_stays(session: Session) -> None:
    area = seved(session)
    case, lead = a_case(session, area), karin(session, area)
    offer = an_offer(session, case, lead)
    noted(session, offer, lead)
    kind = reportable.KINDS["handover"]

    look = reportable.public(session, "handover", offer.id, "sv", area_id=area.id)
    kind.take_down(session, offer.id, None, NOON)

    assert look.text == "Ni får bygga det.\nJa."
    assert offer.is_hidden and resources.owners(session, case.id) == ["Fastighetskontoret"]
    kind.put_back(session, offer.id, {}, NOON)
    assert not offer.is_hidden
