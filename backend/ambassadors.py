"""Ambassadors keep a team together, each with a named successor, so that others take over when one leaves.

Source: pre-study p. 16. Whoever is asked to be one says yes themselves.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from . import addresses, areas, audit, case_news, cases, notices, revisions, stage_checks, teams, texts
from .cases import Case, Stage
from .errors import Conflict, NotAllowed, NotFound, Refusal
from .notices import Message, Notice
from .people import Person
from .team_requests import only_leaders
from .teams import Member
from .wording import say

ASKED = "ambassador_asked"
TELL_WITHIN = timedelta(days=30)
USUAL = 2


# --- verbs ---


def ask(session: Session, case: Case, member: Member, *, by: Person, at: datetime) -> None:
    """Asks a member to be an ambassador. Whoever has no account was asked in person, and is one at once.

    NotAllowed unless by leads the team; asking an ambassador changes nothing.
    """
    if not teams.may_lead(session, case, by):
        raise only_leaders()
    if member.is_ambassador:
        return
    audit.note(session, "ambassador.asked", at=at, by=by, area_id=case.area_id, noun_id=member.id)
    if member.person_id is None:
        _become(session, member)
    else:
        _ask(session, member, at)


def answer(session: Session, member: Member, *, is_yes: bool, by: Person, at: datetime) -> None:
    """The member's own answer. NotAllowed for another's, Conflict where nobody asks any more."""
    if member.person_id != by.id:
        raise NotAllowed(say("Only whoever was asked can answer."))
    if member.asked_at is None:
        raise Conflict(say("Nobody asks you for this now."))
    if is_yes:
        _become(session, member)
    else:
        member.asked_at = None
        _changed(session, member)


def name_successor(session: Session, case: Case, member: Member, successor: Member | None, *, by: Person) -> None:
    """Who takes over from this ambassador one day; None: nobody is named. NotAllowed, Refusal that names "successor".

    An ambassador names their own; coordinators may for all.
    """
    if not (cases.may_lead(by, case.area_id) or member.person_id == by.id):
        raise only_leaders()
    if not member.is_ambassador:
        raise Conflict(say("This person is no ambassador any more."))
    if successor is not None and (successor.id == member.id or successor.is_ambassador):
        raise Refusal(say("Choose somebody who is not an ambassador yet."), field="successor")
    member.successor_id = successor.id if successor else None
    _changed(session, member)


def step_down(session: Session, case: Case, member: Member, *, by: Person, at: datetime) -> None:
    """An ambassador stays in the team as a member, and the successor is asked. NotAllowed for another's."""
    if member.person_id != by.id and not (member.person_id is None and cases.may_lead(by, case.area_id)):
        raise only_leaders()
    hand_over(session, member, at)


@teams.when_left
def hand_over(session: Session, member: Member, at: datetime) -> None:
    """Whoever was named is asked to take over; the work is theirs once they say yes."""
    member.asked_at = None
    if not member.is_ambassador:
        session.flush()
        return
    next_one = session.get(Member, member.successor_id) if member.successor_id else None
    member.is_ambassador, member.successor_id = False, None
    _changed(session, member)
    if next_one is not None and next_one.left_at is None and not next_one.is_ambassador:
        _ask(session, next_one, at)


# --- finders ---


def missing_in(session: Session, area_ids: Collection[int]) -> set[int]:
    """The numbers of the cases whose team has members but no ambassador. One statement."""
    query = select(Member.case_id).where(Member.area_id.in_(area_ids), Member.left_at.is_(None))
    leading = func.count().filter(Member.is_ambassador)
    return set(session.scalars(query.group_by(Member.case_id).having(leading == 0)))


@stage_checks.usual(Stage.TEAM, say("Two ambassadors, each with a named successor"))
def are_usual(session: Session, case_id: int) -> bool:
    next_one = aliased(Member)
    query = (
        select(func.count())
        .select_from(Member)
        .join(next_one, (next_one.id == Member.successor_id) & next_one.left_at.is_(None))
        .where(Member.case_id == case_id, Member.left_at.is_(None), Member.is_ambassador)
    )
    return (session.scalar(query) or 0) >= USUAL


# --- who hears of it ---


@notices.said(ASKED, notices.Kind(longest=timedelta(days=28)))
def words(session: Session, notice: Notice, language: str) -> Message:
    """Raises NotFound where it was answered, or the member has left."""
    member = session.get(Member, notice.noun_id)
    if member is None or member.asked_at is None or member.left_at is not None:
        raise NotFound(say("Nobody asks you for this now."))
    case = cases.by_number(session, member.case_id)
    title = case_news.excerpt(texts.read_one(session, case.texts_id, language)["title"])
    return Message(
        say("Will you be an ambassador?").into(language),
        say("The team asks you to keep it together: %(case)s", case=title).into(language),
        addresses.ambassadors(language, areas.by_id(session, case.area_id).slug, case.id),
    )


# --- private parts ---


def _ask(session: Session, member: Member, at: datetime) -> None:
    member.asked_at = at
    _changed(session, member)
    if member.person_id is not None:
        notices.tell(
            session, kind=ASKED, area_id=member.area_id, noun_id=member.id, audience="person",
            audience_id=member.person_id, at=at, ends_at=at + TELL_WITHIN,
        )  # fmt: skip


def _become(session: Session, member: Member) -> None:
    member.is_ambassador, member.asked_at = True, None
    _changed(session, member)


def _changed(session: Session, member: Member) -> None:
    session.flush()
    revisions.raise_(session, member.area_id, "cases")
