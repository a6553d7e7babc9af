from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import counting, paper_ballots, people, receipts, rounds, slips, votes
from backend.areas import Area
from backend.errors import NotAllowed, NotFound, Refusal
from backend.paper_ballots import Entry, Stack
from backend.people import Level, Person
from backend.slips import Slip
from backend.votes import Ballot, Round
from tests.backend.test_votes import offered, vote
from tests.conftest import NOON
from tests.makers import an_open_round, ana, karin, lindangen, mira, seved

KEY = b"k" * 32
LATER = NOON + timedelta(hours=1)


@dataclass
class Meeting:
    """A round, two who enter its paper ballots, and slips with their printed numbers."""

    session: Session
    area: Area
    round_: Round
    first: Person
    second: Person
    digits: list[str]
    batch: int

    def number(self, place: int) -> str:
        return f"{self.batch}-{place}"

    def slip(self, place: int) -> Slip:
        return self.session.scalars(select(Slip).where(Slip.batch_id == self.batch, Slip.position == place)).one()

    def begin(self) -> Stack:
        return paper_ballots.begin(self.session, self.round_, by=self.first, at=LATER)

    def enter(self, stack: Stack, by: Person, *ballots: tuple[int | str, list[int]]) -> None:
        for place, choices in ballots:
            number = place if isinstance(place, str) else self.number(place)
            paper_ballots.enter(self.session, KEY, self.round_, stack, number=number, choices=choices, by=by, at=LATER)

    def finish(self, stack: Stack, by: Person) -> bool:
        return paper_ballots.finish(self.session, self.round_, stack, by=by, at=LATER)

    def count(self, *ballots: tuple[int | str, list[int]]) -> Stack:
        """A stack that both have entered alike."""
        stack = self.begin()
        for by in (self.first, self.second):
            self.enter(stack, by, *ballots)
            self.finish(stack, by)
        return stack


@pytest.fixture
def meeting(session: Session) -> Meeting:
    area = seved(session)
    round_ = an_open_round(session, area)
    first, second = mira(session, area), karin(session, area)
    batch, digits = slips.make_batch(session, KEY, area, 6, at=NOON)
    return Meeting(session, area, round_, first, second, digits, batch.id)


def ballots(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Ballot)) or 0


def test_a_stack_counts_once_two_people_have_entered_the_same(meeting: Meeting, session: Session) -> None:
    a, b, _ = offered(session, meeting.round_)
    stack = meeting.begin()

    meeting.enter(stack, meeting.first, (1, [a]), (2, [a, b]))
    after_the_first = (meeting.finish(stack, meeting.first), ballots(session))
    meeting.enter(stack, meeting.second, (2, [b, a]), (1, [a]))
    after_the_second = (meeting.finish(stack, meeting.second), ballots(session))

    assert after_the_first == (False, 0)
    assert after_the_second == (True, 2)
    assert (stack.ballots, paper_ballots.counted(session, meeting.round_.id)) == (2, 2)
    assert sorted(session.scalars(select(Ballot.choices))) == sorted([f"{a}", f"{a},{b}"])
    assert votes.turnout(session, meeting.round_) == 2


def test_a_paper_ballot_stands_in_the_list_with_the_servers_chance_alone(meeting: Meeting, session: Session) -> None:
    a, *_ = offered(session, meeting.round_)
    meeting.count((1, [a]))

    ballot = session.scalars(select(Ballot)).one()

    assert ballot.client_nonce == ""
    assert ballot.commitment == receipts.commitment(
        meeting.round_.id, [a], client_nonce="", server_nonce=ballot.server_nonce
    )


def test_differences_must_be_settled_before_anything_counts(meeting: Meeting, session: Session) -> None:
    a, b, c = offered(session, meeting.round_)
    stack = meeting.begin()
    meeting.enter(stack, meeting.first, (1, [a]), (2, [b]), (3, [c]))
    meeting.finish(stack, meeting.first)
    meeting.enter(stack, meeting.second, (1, [a]), (2, [a, b]), (4, [c]))

    counts = meeting.finish(stack, meeting.second)
    differ = {one.number: (one.first, one.second) for one in paper_ballots.differences(session, stack)}

    assert not counts
    assert ballots(session) == 0
    assert differ == {
        meeting.number(2): ((b,), (a, b)), meeting.number(3): ((c,), ()), meeting.number(4): ((), (c,)),
    }  # fmt: skip

    meeting.enter(stack, meeting.first, (2, [a, b]))  # whoever read it wrongly enters it again
    paper_ballots.take_out(session, meeting.round_, stack, meeting.slip(4).id, by=meeting.second, at=LATER)
    meeting.enter(stack, meeting.second, (3, [c]))

    assert meeting.finish(stack, meeting.second)
    assert ballots(session) == 3


def test_the_same_person_is_never_both(meeting: Meeting, session: Session) -> None:
    a, *_ = offered(session, meeting.round_)
    stack = meeting.begin()
    meeting.enter(stack, meeting.first, (1, [a]))

    for _ in range(3):
        assert not meeting.finish(stack, meeting.first)

    assert stack.second_by is None
    assert paper_ballots.reader(stack, meeting.first) == 1


def test_nobody_becomes_the_second_before_the_first_is_done_and_no_third_comes(
    meeting: Meeting, session: Session
) -> None:
    a, *_ = offered(session, meeting.round_)
    stack, third = meeting.begin(), mira(session, meeting.area)
    meeting.enter(stack, meeting.first, (1, [a]))

    with pytest.raises(NotAllowed):
        meeting.enter(stack, meeting.second, (1, [a]))
    meeting.finish(stack, meeting.first)
    meeting.enter(stack, meeting.second, (1, [a]))
    with pytest.raises(NotAllowed):
        meeting.enter(stack, third, (1, [a]))
    with pytest.raises(NotAllowed):
        meeting.finish(stack, third)


def test_only_those_who_work_in_the_area_enter_paper(meeting: Meeting, session: Session) -> None:
    for stranger in (ana(session, meeting.area), mira(session, lindangen(session))):
        with pytest.raises(NotAllowed):
            paper_ballots.begin(session, meeting.round_, by=stranger, at=LATER)


def test_a_slip_voted_on_paper_makes_nobody_a_resident(meeting: Meeting, session: Session) -> None:
    a, *_ = offered(session, meeting.round_)
    meeting.count((1, [a]))
    newcomer = people.add(session, language="sv", level=Level.NEIGHBOUR, at=NOON)

    with pytest.raises(Refusal):
        slips.redeem(session, KEY, slips.read(meeting.digits[0]), newcomer, at=LATER)

    assert newcomer.level == Level.NEIGHBOUR
    assert meeting.slip(1).void_at == LATER


def test_who_signed_in_by_the_slip_and_voted_does_not_vote_on_paper_too(meeting: Meeting, session: Session) -> None:
    a, b, _ = offered(session, meeting.round_)
    voter = people.add(session, language="sv", level=Level.NEIGHBOUR, at=NOON)
    slips.redeem(session, KEY, slips.read(meeting.digits[0]), voter, at=LATER)
    vote(session, meeting.round_, voter, [a])

    with pytest.raises(Refusal) as refused:
        meeting.enter(meeting.begin(), meeting.first, (1, [b]))

    assert refused.value.field == "slip"
    assert "has voted already" in str(refused.value)
    assert votes.receipt_of(session, meeting.round_, voter).choices == (a,)  # type: ignore[union-attr]


def test_who_votes_on_the_phone_between_entering_and_counting_is_found(meeting: Meeting, session: Session) -> None:
    a, b, _ = offered(session, meeting.round_)
    stack = meeting.begin()
    meeting.enter(stack, meeting.first, (1, [b]), (2, [b]))
    meeting.finish(stack, meeting.first)
    meeting.enter(stack, meeting.second, (1, [b]), (2, [b]))
    voter = people.add(session, language="sv", level=Level.NEIGHBOUR, at=NOON)
    slips.redeem(session, KEY, slips.read(meeting.digits[1]), voter, at=LATER)
    vote(session, meeting.round_, voter, [a])
    session.commit()

    with pytest.raises(Refusal) as refused:
        meeting.finish(stack, meeting.second)
    session.rollback()

    assert f"slip {meeting.number(2)}" in str(refused.value)
    assert ballots(session) == 1
    assert meeting.slip(1).used_at is None


def test_who_signed_in_by_the_slip_and_votes_on_paper_first_has_one_vote(meeting: Meeting, session: Session) -> None:
    a, b, _ = offered(session, meeting.round_)
    voter = people.add(session, language="sv", level=Level.NEIGHBOUR, at=NOON)
    slips.redeem(session, KEY, slips.read(meeting.digits[0]), voter, at=LATER)
    meeting.count((1, [a]))

    vote(session, meeting.round_, voter, [b])

    assert ballots(session) == 1
    assert votes.receipt_of(session, meeting.round_, voter).choices == (b,)  # type: ignore[union-attr]


def test_a_slip_gives_one_paper_ballot_however_often_it_comes(meeting: Meeting, session: Session) -> None:
    a, b, _ = offered(session, meeting.round_)
    meeting.count((1, [a]))

    with pytest.raises(Refusal):
        meeting.enter(meeting.begin(), meeting.first, (1, [b]))

    assert ballots(session) == 1


def test_a_lost_slip_and_the_one_in_its_place_give_one_vote(meeting: Meeting, session: Session) -> None:
    a, *_ = offered(session, meeting.round_)
    lost = meeting.slip(1)
    again = slips.reissue(session, KEY, lost, at=LATER, by=meeting.second)
    stack = meeting.begin()

    with pytest.raises(Refusal):
        meeting.enter(stack, meeting.first, (meeting.digits[0], [a]))
    meeting.count((again, [a]))

    assert ballots(session) == 1


def test_sixteen_digits_and_the_printed_number_name_the_same_slip(meeting: Meeting, session: Session) -> None:
    a, *_ = offered(session, meeting.round_)
    stack = meeting.begin()

    meeting.enter(stack, meeting.first, (1, [a]), (meeting.digits[0], [a]))

    assert [one.number for one in paper_ballots.entries(session, stack, 1)] == [meeting.number(1)]


def test_slips_that_can_not_vote_here_are_refused(meeting: Meeting, session: Session) -> None:
    a, *_ = offered(session, meeting.round_)
    elsewhere = lindangen(session)
    foreign, _ = slips.make_batch(session, KEY, elsewhere, 1, at=NOON)
    old, _ = slips.make_batch(session, KEY, meeting.area, 1, at=NOON - timedelta(days=40))
    void, _ = slips.make_batch(session, KEY, meeting.area, 1, at=NOON)
    session.scalars(select(Slip).where(Slip.batch_id == void.id)).one().void_at = NOON
    session.flush()
    stack = meeting.begin()

    for number in (f"{foreign.id}-1", f"{old.id}-1", f"{void.id}-1", "999-1", "", "x", "1" * 16, "9" * 80):
        with pytest.raises(Refusal) as refused:
            meeting.enter(stack, meeting.first, (number, [a]))
        assert refused.value.field == "slip"


def test_what_the_ballot_does_not_offer_is_refused_on_paper_too(meeting: Meeting, session: Session) -> None:
    a, *_ = offered(session, meeting.round_)
    other = offered(session, an_open_round(session, meeting.area))
    stack = meeting.begin()

    for choices in ([], [a, a], [other[0]], [a, 10**9]):
        with pytest.raises(Refusal) as refused:
            meeting.enter(stack, meeting.first, (1, choices))
        assert refused.value.field == "choices"


@pytest.mark.parametrize("after", [timedelta(days=7), timedelta(days=8), timedelta(seconds=-1)])
def test_paper_is_entered_while_the_round_is_open(meeting: Meeting, session: Session, after: timedelta) -> None:
    with pytest.raises(Refusal):
        paper_ballots.begin(session, meeting.round_, by=meeting.first, at=NOON + after)


def test_at_the_count_nothing_is_left_that_says_which_slip_ticked_what(meeting: Meeting, session: Session) -> None:
    a, *_ = offered(session, meeting.round_)
    meeting.count((1, [a]))
    meeting.enter(meeting.begin(), meeting.first, (2, [a]))

    counting.count_closed(session, at=meeting.round_.closes_at)

    assert session.scalars(select(Entry)).all() == []
    assert meeting.round_.ballots == 1, "a stack that was not read twice does not count"
    assert [one.ticks for one in rounds.offered(session, meeting.round_.id, "sv")] == [1, 0, 0]


def test_a_stack_that_counts_is_not_changed_any_more(meeting: Meeting, session: Session) -> None:
    a, *_ = offered(session, meeting.round_)
    stack = meeting.count((1, [a]))

    with pytest.raises(Refusal):
        meeting.enter(stack, meeting.first, (2, [a]))
    with pytest.raises(Refusal):
        meeting.finish(stack, meeting.second)


def test_an_empty_reading_is_no_reading(meeting: Meeting, session: Session) -> None:
    with pytest.raises(Refusal):
        meeting.finish(meeting.begin(), meeting.first)


def test_stacks_are_numbered_in_their_round(meeting: Meeting, session: Session) -> None:
    assert [meeting.begin().position for _ in range(2)] == [1, 2]
    assert paper_ballots.by_position(session, meeting.round_, 2).position == 2
    with pytest.raises(NotFound):
        paper_ballots.by_position(session, meeting.round_, 3)
