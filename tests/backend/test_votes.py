from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import openings, prototypes, receipts, revisions, votes
from backend.errors import NotAllowed, NotFound, Refusal
from backend.people import Level, Person
from backend.votes import Ballot, Choice, Round, Standing
from tests.conftest import NOON
from tests.makers import a_case, an_open_round, ana, bo, karin, lindangen, seved, three_prototypes

LATER = NOON + timedelta(hours=1)


def offered(session: Session, round_: Round) -> list[int]:
    query = select(Choice.prototype_id).where(Choice.round_id == round_.id)
    return list(session.scalars(query.order_by(Choice.position)))


def vote(
    session: Session, round_: Round, person: Person, choices: Sequence[int], *, at: datetime = LATER, nonce: str = ""
) -> receipts.Receipt:
    return votes.cast(
        session, round_.id, area_id=round_.area_id, person=person, choices=choices, client_nonce=nonce, at=at
    )


def test_a_resident_votes_and_finds_their_vote_again(session: Session) -> None:
    area = seved(session)
    round_, voter = an_open_round(session, area), ana(session, area)
    first, _, third = offered(session, round_)

    receipt = vote(session, round_, voter, [third, first])

    assert receipt.choices == (first, third)
    assert votes.receipt_of(session, round_, voter) == receipt
    assert votes.receipt_of(session, round_, bo(session, area)) is None


def test_the_last_vote_counts_and_the_one_before_is_gone(session: Session) -> None:
    area = seved(session)
    round_, voter = an_open_round(session, area), ana(session, area)
    first, second, _ = offered(session, round_)

    before = vote(session, round_, voter, [first])
    after = vote(session, round_, voter, [second])

    assert votes.turnout(session, round_) == 1
    assert votes.receipt_of(session, round_, voter) == after != before


def test_a_ballot_holds_nothing_that_names_its_voter_or_the_time(session: Session) -> None:
    area = seved(session)
    round_, voter = an_open_round(session, area), ana(session, area)

    vote(session, round_, voter, offered(session, round_)[:1])

    ballot = session.scalars(select(Ballot)).one()
    assert set(Ballot.__table__.c.keys()) == {
        "round_id", "voter_mark", "choices", "client_nonce", "server_nonce", "commitment",
    }  # fmt: skip
    assert ballot.voter_mark == votes.voter_mark(round_.secret or b"", voter)


def test_anybody_can_make_the_code_of_a_vote_again_from_what_is_published(session: Session) -> None:
    area = seved(session)
    round_, voter = an_open_round(session, area), ana(session, area)
    nonce = "00112233445566778899aabbccddeeff"

    receipt = vote(session, round_, voter, offered(session, round_)[:2], nonce=nonce)

    ballot = session.scalars(select(Ballot)).one()
    again = receipts.commitment(
        round_.id, receipts.read_back(ballot.choices), client_nonce=nonce, server_nonce=ballot.server_nonce
    )
    assert again == receipt.commitment == ballot.commitment


@pytest.mark.parametrize(
    "seconds,is_counted",
    [(-1, False), (0, True), (604_799, True), (604_800, False), (604_801, False)],
)
def test_the_clock_of_the_server_decides_whether_a_vote_counts(
    session: Session, seconds: int, is_counted: bool
) -> None:
    area = seved(session)
    round_, voter = an_open_round(session, area), ana(session, area)
    choices, at = offered(session, round_)[:1], NOON + timedelta(seconds=seconds)

    if is_counted:
        vote(session, round_, voter, choices, at=at)
    else:
        with pytest.raises(Refusal):
            vote(session, round_, voter, choices, at=at)

    assert votes.turnout(session, round_) == int(is_counted)


def test_nothing_repeated_foreign_stopped_or_empty_is_taken(session: Session) -> None:
    area = seved(session)
    round_, other = an_open_round(session, area), an_open_round(session, area)
    voter = ana(session, area)
    first, second, third = offered(session, round_)
    stopped = prototypes.by_number(session, third, case_id=round_.case_id)
    prototypes.change_state(session, stopped, "stopped", by=karin(session, area), at=NOON)

    for choices in ([], [first, first], [first, offered(session, other)[0]], [10**9], [second, third]):
        with pytest.raises(Refusal) as refused:
            vote(session, round_, voter, choices)
        assert refused.value.field == "choices"

    assert votes.turnout(session, round_) == 0


def test_only_residents_of_the_area_vote(session: Session) -> None:
    area, elsewhere = seved(session), lindangen(session)
    round_ = an_open_round(session, area)

    for person in (ana(session, elsewhere), bo(session, area, level=Level.NEIGHBOUR), karin(session, area)):
        assert not votes.may_vote(person, round_, LATER)
        with pytest.raises(NotAllowed):
            vote(session, round_, person, offered(session, round_)[:1])


def test_a_round_is_not_found_in_another_area(session: Session) -> None:
    area, elsewhere = seved(session), lindangen(session)
    round_, voter = an_open_round(session, area), ana(session, elsewhere)

    for number in (round_.id, 10**12):
        with pytest.raises(NotFound):
            votes.cast(session, number, area_id=elsewhere.id, person=voter, choices=[1], at=LATER)


def test_a_changed_nonce_is_refused(session: Session) -> None:
    area = seved(session)
    round_, voter = an_open_round(session, area), ana(session, area)

    with pytest.raises(Refusal):
        vote(session, round_, voter, offered(session, round_)[:1], nonce="|1|2")


def test_a_vote_can_be_taken_back_until_the_round_closes(session: Session) -> None:
    area = seved(session)
    round_, voter = an_open_round(session, area), ana(session, area)
    vote(session, round_, voter, offered(session, round_)[:1])

    with pytest.raises(Refusal):
        votes.withdraw(session, round_.id, area_id=area.id, person=voter, at=round_.closes_at)
    assert votes.withdraw(session, round_.id, area_id=area.id, person=voter, at=LATER)
    assert not votes.withdraw(session, round_.id, area_id=area.id, person=voter, at=LATER)

    assert votes.turnout(session, round_) == 0


def test_a_coordinator_closes_a_round_and_nobody_votes_after(session: Session) -> None:
    area = seved(session)
    round_, voter = an_open_round(session, area), ana(session, area)
    before = revisions.named(session, area.id, ["votes"])

    openings.close(session, round_, by=karin(session, area), at=LATER)

    assert votes.standing(round_, LATER) == Standing.BEING_COUNTED
    assert revisions.named(session, area.id, ["votes"]) != before
    with pytest.raises(Refusal):
        vote(session, round_, voter, offered(session, round_)[:1], at=LATER)
    with pytest.raises(Refusal):
        openings.close(session, round_, by=karin(session, area), at=LATER)


def test_only_the_areas_coordinators_open_and_close_rounds(session: Session) -> None:
    area = seved(session)
    round_ = an_open_round(session, area)

    for person in (ana(session, area), karin(session, lindangen(session))):
        with pytest.raises(NotAllowed):
            openings.close(session, round_, by=person, at=LATER)


def test_a_vote_that_makes_no_sense_is_not_opened(session: Session) -> None:
    area = seved(session)
    by, case = karin(session, area), a_case(session, area)
    made = [one.id for one in three_prototypes(session, case, by)]
    foreign = [one.id for one in three_prototypes(session, a_case(session, area), by)]
    asked = {"sv": {"question": "Vad?"}}
    good = {"prototypes": made, "by_language": asked, "closes_at": LATER, "winners": 1, "show_originals": True}

    for wrong in (
        {"prototypes": made[:1]},
        {"prototypes": [made[0], made[0]]},
        {"prototypes": [made[0], foreign[0]]},
        {"closes_at": NOON},
        {"winners": 3},
        {"winners": 0},
        {"by_language": {"sv": {"question": " "}}},
    ):
        with pytest.raises(Refusal):
            openings.open_round(session, case, original="sv", by=by, at=NOON, **{**good, **wrong})  # type: ignore[arg-type]


def test_a_case_has_one_vote_at_a_time(session: Session) -> None:
    area = seved(session)
    by, case = karin(session, area), a_case(session, area)
    made = [one.id for one in three_prototypes(session, case, by)]
    asked = {"sv": {"question": "Vad?"}}
    how = {"by_language": asked, "original": "sv", "closes_at": LATER, "by": by, "at": NOON, "show_originals": True}
    openings.open_round(session, case, prototypes=made, **how)  # type: ignore[arg-type]

    with pytest.raises(Refusal):
        openings.open_round(session, case, prototypes=made, **how)  # type: ignore[arg-type]


def test_a_round_knows_how_many_could_vote_when_it_opened(session: Session) -> None:
    area = seved(session)
    ana(session, area)
    bo(session, area, level=Level.NEIGHBOUR)
    ana(session, lindangen(session))

    assert an_open_round(session, area).roll_at_opening == 1
