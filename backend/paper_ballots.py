"""Paper ballots from the meeting: two people enter the same stack, each alone, and it counts once both say the same.

A paper ballot carries the number of its voter's slip. Until the stack counts, or the round closes, that number stands
beside the ticks; then both entries are deleted, and what is left are a void slip and a ballot without a name. The
rules stand in docs/decisions/0014-paper-ballots.md.
"""

from __future__ import annotations

import secrets as chance
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import audit, people, receipts, revisions, slip_batches, slips
from .database import Base, insert
from .errors import NotAllowed, NotFound, Refusal
from .people import Person
from .receipts import NONCE_BYTES
from .slips import DIGITS, Slip
from .votes import Ballot, Choice, Round, Standing, mark_of, standing
from .wording import Wording, say

MOST_IN_STACK = 200  # ballots; more make another stack
LONGEST_NUMBER = 60  # characters


class Stack(Base):
    """A pile of paper ballots, entered twice."""

    __tablename__ = "paper_stacks"
    __table_args__ = (UniqueConstraint("round_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id", ondelete="CASCADE"))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    position: Mapped[int]  # its number in the round, from 1: what stands on the envelope
    first_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    first_done_at: Mapped[datetime | None]  # when the first reader said that all are entered
    second_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))  # empty: nobody yet
    second_done_at: Mapped[datetime | None]
    counted_at: Mapped[datetime | None]  # when its ballots were put among the others; empty: they do not count yet
    ballots: Mapped[int | None]  # how many those were


class Entry(Base):
    """What one of the two readers read on one paper ballot. Gone as soon as the stack counts or the round closes."""

    __tablename__ = "paper_entries"
    __table_args__ = {"sqlite_with_rowid": False}

    stack_id: Mapped[int] = mapped_column(ForeignKey("paper_stacks.id", ondelete="CASCADE"), primary_key=True)
    reader: Mapped[int] = mapped_column(primary_key=True)  # 1 or 2
    slip_id: Mapped[int] = mapped_column(ForeignKey("slips.id", ondelete="CASCADE"), primary_key=True)
    choices: Mapped[str] = mapped_column(String(400))  # sorted prototype ids, "3,7"


@dataclass(frozen=True)
class Read:
    """A paper ballot as one reader entered it."""

    slip_id: int
    number: str  # of its slip, as printed: "12-7"
    choices: tuple[int, ...]


@dataclass(frozen=True)
class Difference:
    """A paper ballot of which the two readers say different things; empty: that reader has no such ballot."""

    slip_id: int
    number: str
    first: tuple[int, ...]
    second: tuple[int, ...]


def may_enter(person: Person | None, area_id: int) -> bool:
    return people.may_moderate(person, area_id)


def reader(stack: Stack, person: Person) -> int:
    """1 or 2: which of the two somebody is, or may become now; 0: neither, since the places are taken."""
    if stack.first_by == person.id:
        return 1
    if stack.second_by == person.id:
        return 2
    is_free = stack.second_by is None and stack.second_done_at is None and stack.first_done_at is not None
    return 2 if is_free else 0


def begin(session: Session, round_: Round, *, by: Person, at: datetime) -> Stack:
    """A new stack, whose first reader is by. NotAllowed, Refusal when the round is not open."""
    _make_sure(session, round_, by, at)
    last = session.scalar(select(func.max(Stack.position)).where(Stack.round_id == round_.id)) or 0
    new = Stack(round_id=round_.id, area_id=round_.area_id, position=last + 1, first_by=by.id)
    session.add(new)
    session.flush()
    return new


def enter(
    session: Session, key: bytes, round_: Round, stack: Stack, *, number: str, choices: Sequence[int], by: Person,
    at: datetime,
) -> None:  # fmt: skip
    """What by reads on one paper ballot; entering the same slip again replaces it. Changes by's own reading only.

    number is the slip's, as printed ("12-7") or its sixteen digits. NotAllowed, and Refusal when the slip can't vote
    here any more, or when the ticks are not what the ballot offers.
    """
    place = _own_place(session, round_, stack, by, at)
    slip = _slip(session, key, number, round_)
    _check_choices(session, round_, choices)
    _mark(session, round_, slip)
    values = {"choices": receipts.spelled(choices)}
    entry = insert(session, Entry).values(stack_id=stack.id, reader=place, slip_id=slip.id, **values)
    session.execute(entry.on_conflict_do_update(index_elements=["stack_id", "reader", "slip_id"], set_=values))
    if len(entries(session, stack, place)) > MOST_IN_STACK:
        raise Refusal(say("A stack has %(most)s ballots at most. Begin another one.", most=MOST_IN_STACK))
    if place == 2:
        stack.second_by = by.id
    session.flush()


def take_out(session: Session, round_: Round, stack: Stack, slip_id: int, *, by: Person, at: datetime) -> None:
    """Takes a ballot out of by's own reading. NotAllowed, Refusal."""
    place = _own_place(session, round_, stack, by, at)
    own = (Entry.stack_id == stack.id, Entry.reader == place, Entry.slip_id == slip_id)
    session.execute(delete(Entry).where(*own))


def finish(session: Session, round_: Round, stack: Stack, *, by: Person, at: datetime) -> bool:
    """Says that by has entered the whole stack. Once both have, and say the same, it counts; whether it does now.

    NotAllowed; Refusal when nothing was entered, or a holder has voted meanwhile.
    """
    place = _own_place(session, round_, stack, by, at)
    if not entries(session, stack, place):
        raise Refusal(say("Enter at least one ballot."))
    if place == 1:
        stack.first_done_at = stack.first_done_at or at
    else:
        stack.second_by, stack.second_done_at = by.id, stack.second_done_at or at
    session.flush()
    if not is_read_twice(stack) or differences(session, stack):
        return False
    _count(session, round_, stack, by, at)
    return True


def is_read_twice(stack: Stack) -> bool:
    return stack.first_done_at is not None and stack.second_done_at is not None


def entries(session: Session, stack: Stack, place: int) -> list[Read]:
    """What one of the two has entered, by the slips' numbers. One statement."""
    columns = (Entry.slip_id, Slip.batch_id, Slip.position, Entry.choices)
    query = select(*columns).join(Slip, Slip.id == Entry.slip_id)
    own = query.where(Entry.stack_id == stack.id, Entry.reader == place).order_by(Slip.batch_id, Slip.position, Slip.id)
    return [
        Read(row.slip_id, f"{row.batch_id}-{row.position}", receipts.read_back(row.choices))
        for row in session.execute(own)
    ]


def differences(session: Session, stack: Stack) -> list[Difference]:
    """Where the two do not say the same. Two statements."""
    first, second = ({one.slip_id: one for one in entries(session, stack, place)} for place in (1, 2))
    found = []
    for slip_id, one in {**first, **second}.items():
        said = [side[slip_id].choices if slip_id in side else () for side in (first, second)]
        if said[0] != said[1]:
            found.append(Difference(slip_id, one.number, said[0], said[1]))
    return found


def of_round(session: Session, round_id: int) -> list[Stack]:
    return list(session.scalars(select(Stack).where(Stack.round_id == round_id).order_by(Stack.position)))


def by_position(session: Session, round_: Round, position: int, *, locked: bool = False) -> Stack:
    """The stack of this number in the round; locked: for as long as the transaction. Raises NotFound."""
    query = select(Stack).where(Stack.round_id == round_.id, Stack.position == position)
    if locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query) if position < 2**31 else None
    if found is None:
        raise NotFound(say("There is no such stack."))
    return found


def counted(session: Session, round_id: int) -> int:
    """How many paper ballots count in a round."""
    return session.scalar(select(func.sum(Stack.ballots)).where(Stack.round_id == round_id)) or 0


def forget(session: Session, round_id: int) -> None:
    """At the count: what was entered and not agreed on goes, since it says which slip ticked what."""
    stacks = select(Stack.id).where(Stack.round_id == round_id)
    session.execute(delete(Entry).where(Entry.stack_id.in_(stacks)))


# --- private parts ---


def _make_sure(session: Session, round_: Round, by: Person, at: datetime) -> None:
    """Holds a share of the round's row, so that nothing is entered while it is counted. NotAllowed, Refusal."""
    if not may_enter(by, round_.area_id):
        raise NotAllowed(say("Only those who work in this area enter paper ballots."))
    session.refresh(round_, with_for_update={"read": True})
    if standing(round_, at) != Standing.OPEN:
        raise Refusal(say("Paper ballots are entered while the vote is open."))


def _own_place(session: Session, round_: Round, stack: Stack, by: Person, at: datetime) -> int:
    _make_sure(session, round_, by, at)
    place = reader(stack, by)
    if not place:
        raise NotAllowed(say("Two others enter this stack. Nobody else may change it."))
    if stack.counted_at is not None:
        raise Refusal(say("This stack is counted already."))
    return place


def _slip(session: Session, key: bytes, number: str, round_: Round) -> Slip:
    written = number[: LONGEST_NUMBER + 1]
    are_digits = sum(sign.isdecimal() for sign in written) >= DIGITS
    try:
        slip = slip_batches.find_slip(
            session, key, {"digits" if are_digits else "number": written}, area_id=round_.area_id
        )
    except Refusal as refusal:
        raise Refusal(refusal.wording, field="slip") from None
    return slip


def _mark(session: Session, round_: Round, slip: Slip) -> str:
    """The key of the ballot that this slip gives. Refusal when it gives none, or its holder has voted.

    Whoever signed in by the slip has one ballot, on the phone or on paper. A slip that nobody used stands for its
    holder, together with those that it replaced.
    """
    first = slip.replaces_id or slip.id
    same = select(Slip).where((Slip.id == first) | (Slip.replaces_id == first)).order_by(Slip.id)
    chain = session.scalars(same.with_for_update(), execution_options={"populate_existing": True}).all()
    used = [one for one in chain if one.used_at is not None]
    if used and used[0].used_by is None:
        raise _no(say("The slip %(number)s gave its vote already. This ballot can't count.", number=_of(slip)))
    if not used and slip.void_at is not None:
        raise _no(say("The slip %(number)s is void. This ballot can't count.", number=_of(slip)))
    if not used and slip.ends_at <= round_.opens_at:
        raise _no(say("The slip %(number)s is too old. This ballot can't count.", number=_of(slip)))
    mark = mark_of(round_.secret or b"", str(used[0].used_by) if used else f"slip {first}")
    if session.scalar(select(Ballot.round_id).where(Ballot.round_id == round_.id, Ballot.voter_mark == mark)):
        raise _no(say("The holder of slip %(number)s has voted already. This ballot can't count.", number=_of(slip)))
    return mark


def _no(wording: Wording) -> Refusal:
    return Refusal(wording, field="slip")


def _of(slip: Slip) -> str:
    return f"{slip.batch_id}-{slip.position}"


def _check_choices(session: Session, round_: Round, choices: Collection[int]) -> None:
    """A prototype that was stopped meanwhile counts as ticked: the paper was, before."""
    offered = set(session.scalars(select(Choice.prototype_id).where(Choice.round_id == round_.id)))
    if not choices:
        raise Refusal(say("Tick at least one."), field="choices")
    if len(set(choices)) != len(choices) or not set(choices) <= offered:
        raise Refusal(say("Something was ticked that is not on this ballot. Open the page again."), field="choices")


def _count(session: Session, round_: Round, stack: Stack, by: Person, at: datetime) -> None:
    """Voids the slips and puts the ballots among the others, in an order that says nothing."""
    agreed = entries(session, stack, 1)
    ballots = {}
    for one in agreed:
        slip = session.get_one(Slip, one.slip_id)
        ballots[_mark(session, round_, slip)] = one.choices
        if slip.used_at is None:
            slips.voted_on_paper(session, slip, at=at, by=by)
    if len(ballots) < len(agreed):
        raise Refusal(say("Two ballots have slips that give one vote together. Take one of them out."))
    for mark in sorted(ballots):
        nonce = chance.token_hex(NONCE_BYTES)
        values = {
            "round_id": round_.id, "voter_mark": mark, "choices": receipts.spelled(ballots[mark]), "client_nonce": "",
            "server_nonce": nonce,
            "commitment": receipts.commitment(round_.id, ballots[mark], client_nonce="", server_nonce=nonce),
        }  # fmt: skip
        new = insert(session, Ballot).values(**values).on_conflict_do_nothing().returning(Ballot.round_id)
        if session.scalar(new) is None:
            raise Refusal(say("Somebody of this stack has voted this moment. Try again."))
    session.execute(delete(Entry).where(Entry.stack_id == stack.id))
    stack.counted_at, stack.ballots = at, len(ballots)
    session.flush()
    audit.note(session, "paper.counted", at=at, by=by, area_id=round_.area_id, noun_id=stack.id, ballots=len(ballots))
    revisions.raise_(session, round_.area_id, "votes")
