"""What is kept no longer than it is needed: each part lets go of one kind of row, some at a time.

docs/privacy.md says these times to people. Who calls it may stop anywhere: the next call goes on there.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.orm import Session, sessionmaker

from . import (
    attempts,
    files,
    idea_photos,
    insights,
    mail,
    mail_codes,
    pledge_outcomes,
    push,
    team_invitations,
    team_requests,
)
from .appeals import OPEN_FOR, Appeal
from .ceremonies import Ceremony
from .comments import Comment
from .comments import State as CommentState
from .database import transaction
from .deliveries import Delivery
from .idea_versions import IdeaVersion
from .ideas import Idea, IdeaStep, State
from .insights import Insight
from .insights import State as InsightState
from .mail_codes import MailCode
from .pledges import Pledge, Reading
from .push import Device
from .reports import Report, ReportedThing
from .settings import Settings
from .sign_in import SignIn, SignInAddress
from .waiting import Waiting

EVERY = timedelta(hours=1)
MOST = 500  # rows of one kind in one transaction
MOST_ROUNDS = 40  # transactions of one kind in one hour
DELIVERIES_KEPT = timedelta(days=7)  # with the phone that they went to
DEVICES_KEPT = timedelta(days=365)  # since the last visit with it
REFUSED_KEPT = OPEN_FOR  # as long as its author may object
Part = Callable[[Session, datetime], int]
Emptied = Callable[[Session, datetime], list[str] | None]  # one thing: the files to remove; None: there is none


class Tidier:
    """Tidies once an hour in its process; two of them at once only look twice."""

    def __init__(self, sessions: sessionmaker[Session], settings: Settings) -> None:
        self.sessions, self.settings = sessions, settings
        self.due_at: datetime | None = None

    def tidy(self, at: datetime) -> bool:
        """Whether the hour had come. Each round is a transaction of its own, so that nobody waits long for it."""
        if self.due_at is not None and at < self.due_at:
            return False
        self.due_at = at + EVERY
        for part in PARTS:
            for _ in range(MOST_ROUNDS):
                if self._round(part, at) < MOST:
                    break
        for emptied in EMPTIED:
            for _ in range(MOST_ROUNDS):
                if not self._empty_one(emptied, at):
                    break
        return True

    def _round(self, part: Part, at: datetime) -> int:
        with self.sessions() as session, transaction(session):
            return part(session, at)

    def _empty_one(self, emptied: Emptied, at: datetime) -> bool:
        with self.sessions() as session, transaction(session):
            keys = emptied(session, at)
        for key in keys or ():  # after the commit: a row without its file would be a broken picture
            files.store(self.settings.files_url).remove(key)
        return keys is not None


# --- what is over ---


def end_sign_ins(session: Session, at: datetime) -> int:
    return _delete(session, SignIn, SignIn.ends_at <= at)


def end_addresses(session: Session, at: datetime) -> int:
    return _delete(session, SignInAddress, SignInAddress.ends_at <= at)


def end_codes(session: Session, at: datetime) -> int:
    """A little later than they end, so that whoever comes late hears that it is too late."""
    return _delete(session, MailCode, MailCode.ends_at < at - mail_codes.KEPT)


def end_ceremonies(session: Session, at: datetime) -> int:
    return _delete(session, Ceremony, Ceremony.ends_at <= at)


def forget_tries(session: Session, at: datetime) -> int:
    attempts.tidy(session, at=at)
    return 0


def forget_letters(session: Session, at: datetime) -> int:
    """Also where no mail is sent any more."""
    mail.tidy(session, at=at)
    return 0


def forget_where_notices_went(session: Session, at: datetime) -> int:
    """Of a delivery only the count stays, without the phone."""
    old = (Delivery.settled_at < at - DELIVERIES_KEPT, Delivery.device_id.is_not(None))
    ids = select(Delivery.id).where(*old).order_by(Delivery.id).limit(MOST)
    change = update(Delivery).where(Delivery.id.in_(ids)).values(device_id=None).returning(Delivery.id)
    return len(session.scalars(change, execution_options={"synchronize_session": False}).all())


def forget_devices(session: Session, at: datetime) -> int:
    return _delete(session, Device, Device.seen_at < at - DEVICES_KEPT)


def empty_refused_comments(session: Session, at: datetime) -> int:
    """Comments that were not published, or were taken down, lose their words; reason and place stay."""
    since = at - REFUSED_KEPT
    refused = Comment.state.in_((CommentState.NOT_PUBLISHED, CommentState.CHANGE_ASKED, CommentState.HIDDEN))
    old = (Comment.created_at < since, *_nothing_since("comment", Comment.id, since))
    found = session.scalars(select(Comment).where(refused, Comment.text != "", *old).limit(MOST)).all()
    for comment in found:
        comment.text = comment.next_text = comment.note = ""
        _forget_what_was_said(session, "comment", comment.id)
    session.flush()
    return len(found)


def empty_refused_pledges(session: Session, at: datetime) -> int:
    """Promises that were not published, or were taken down, lose their words; the reason stays."""
    since = at - REFUSED_KEPT
    refused = Pledge.reading.in_((Reading.NOT_PUBLISHED, Reading.HIDDEN)), Pledge.words != ""
    old = (Pledge.created_at < since, *_nothing_since("pledge", Pledge.id, since))
    found = session.scalars(select(Pledge).where(*refused, *old).limit(MOST)).all()
    for pledge in found:
        pledge.words = pledge.name = pledge.contact = pledge.note = ""
        _forget_what_was_said(session, "pledge", pledge.id)
    session.flush()
    return len(found)


def empty_refused_idea(session: Session, at: datetime) -> list[str] | None:
    """One idea that was not published, or taken down, loses words and photos; number, dates and reason stay.

    Returns the files to remove after the commit; None: there is none.
    """
    since = at - REFUSED_KEPT
    refused = Idea.state.in_((State.NOT_PUBLISHED, State.CHANGE_ASKED)), Idea.title != ""
    changed_lately = exists().where(IdeaStep.idea_id == Idea.id, IdeaStep.at >= since)
    old = (~changed_lately, ~_is_appealed("idea", Idea.id))
    idea = session.scalar(select(Idea).where(*refused, *old).order_by(Idea.id).limit(1))
    if idea is None:
        return None
    keys = idea_photos.forget_all(session, idea, at=at)
    idea.title = idea.text = ""
    session.execute(delete(IdeaVersion).where(IdeaVersion.idea_id == idea.id))
    session.execute(update(IdeaStep).where(IdeaStep.idea_id == idea.id).values(note=""))
    _forget_what_was_said(session, "idea", idea.id)
    session.flush()
    return keys


def empty_refused_insight(session: Session, at: datetime) -> list[str] | None:
    """The same for one thing that somebody told; its place and the reason stay."""
    since = at - REFUSED_KEPT
    refused = Insight.state.in_((InsightState.NOT_PUBLISHED, InsightState.CHANGE_ASKED, InsightState.HIDDEN))
    holds = (Insight.text != "") | Insight.photo_id.is_not(None) | Insight.sound_id.is_not(None)
    old = (Insight.created_at < since, *_nothing_since("insight", Insight.id, since))
    insight = session.scalar(select(Insight).where(refused, holds, *old).order_by(Insight.id).limit(1))
    if insight is None:
        return None
    keys = insights.empty(session, insight)
    _forget_what_was_said(session, "insight", insight.id)
    session.flush()
    return keys


EMPTIED: tuple[Emptied, ...] = (empty_refused_idea, empty_refused_insight)
PARTS: tuple[Part, ...] = (  # phones before the sign-ins that tell which of them are shared
    push.remove_left, end_sign_ins, end_addresses, end_codes, end_ceremonies, forget_tries, forget_letters,
    forget_where_notices_went, team_invitations.tidy, team_requests.tidy,
    forget_devices, empty_refused_comments, empty_refused_pledges, pledge_outcomes.forget_contacts,
)  # fmt: skip


# --- private parts ---


def _delete(session: Session, table: Any, which: ColumnElement[bool]) -> int:
    """The oldest of them, MOST at a time; how many there were."""
    ids = select(table.id).where(which).order_by(table.id).limit(MOST)
    gone = delete(table).where(table.id.in_(ids)).returning(table.id)
    return len(session.scalars(gone, execution_options={"synchronize_session": False}).all())


def _nothing_since(kind: str, noun_id: Any, since: datetime) -> tuple[ColumnElement[bool], ...]:
    """It was neither read nor taken down since then, and nobody objects."""
    read_lately = exists().where(Waiting.kind == kind, Waiting.noun_id == noun_id, _is_newer(since))
    taken_down_lately = exists().where(
        ReportedThing.kind == kind, ReportedThing.noun_id == noun_id, ReportedThing.taken_down_at >= since
    )
    return ~read_lately, ~taken_down_lately, ~_is_appealed(kind, noun_id)


def _is_newer(since: datetime) -> ColumnElement[bool]:
    """Whether it was decided later than that, or waits."""
    return Waiting.told_at.is_(None) | (Waiting.told_at >= since)


def _is_appealed(kind: str, noun_id: Any) -> ColumnElement[bool]:
    return exists().where(Appeal.kind == kind, Appeal.noun_id == noun_id, Appeal.answered_at.is_(None))


def _forget_what_was_said(session: Session, kind: str, number: int) -> None:
    """What moderators, reports and objections said about it goes with it."""
    own = update(Waiting).where(Waiting.kind == kind, Waiting.noun_id == number).values(note="")
    session.execute(own.execution_options(synchronize_session=False))
    session.execute(update(Appeal).where(Appeal.kind == kind, Appeal.noun_id == number).values(words="", note=""))
    thing = select(ReportedThing.id).where(ReportedThing.kind == kind, ReportedThing.noun_id == number)
    said = update(Report).where(Report.thing_id.in_(thing), Report.answered_at.is_not(None))
    session.execute(said.values(words="", note="").execution_options(synchronize_session=False))
