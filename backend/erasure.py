"""Leaving for good: what somebody wrote loses their name, and all else that we hold of them goes.

The person's row stays as an empty shell, so that their number never belongs to somebody else. Each erasure is written
down outside the database too, so that a backup put back does not bring anybody back.
"""

from __future__ import annotations

import json
import os
import secrets
from datetime import datetime
from pathlib import Path

from sqlalchemy import ColumnElement, Table, delete, select, update
from sqlalchemy.orm import Session

from . import (
    audit,
    comments,
    handovers,
    idea_edits,
    idea_photos,
    idea_versions,
    ideas,
    insight_files,
    insights,
    journal,
    moderation,
    option_arguments,
    own_data,
    people,
    pledges,
    revisions,
    roles,
    slips,
    supports,
    team_words,
    teams,
    trials,
)
from .appeals import Appeal
from .ceremonies import Ceremony
from .comments import Comment
from .files import Store
from .idea_merges import IdeaMerge
from .idea_versions import IdeaVersion
from .ideas import Idea, IdeaStep, State
from .insight_tellings import ToldBy
from .insights import Insight
from .mail_codes import MailCode
from .notices import Notice
from .own_data import After
from .people import Person
from .reports import Report
from .sign_in import SignIn, SignInAddress
from .team_notes import TeamNote
from .teams import Member

FILE = "erasures.jsonl"  # in the data folder; its backup is kept apart from the database's


def erase(session: Session, person: Person, *, with_texts: bool, at: datetime) -> list[str]:
    """Erases somebody; with_texts takes back what they published too. Returns the files to remove after the commit.

    Raises Refusal for the last operator.
    """
    for given in list(person.given):
        roles.take(session, given, by=person, at=at)
    supports.undo_all(session, person)
    keys = _forget_ideas(session, person, with_texts=with_texts, at=at)
    _forget_comments(session, person, with_texts=with_texts, at=at)
    keys += _forget_insights(session, person, with_texts=with_texts, at=at)
    keys += journal.forget(session, person, with_texts=with_texts, at=at)
    keys += trials.forget(session, person, with_texts=with_texts)
    if with_texts:
        option_arguments.forget(session, person)
    _leave_teams(session, person, with_texts=with_texts, at=at)
    pledges.forget(session, person, with_texts=with_texts, at=at)
    handovers.forget(session, person, with_texts=with_texts)
    _forget_objections(session, person, at=at)
    session.execute(update(Notice).where(*_told_alone(person)).values(spread_at=at, values={}))
    audit.erase(session, person, at=at)
    for table, column in reversed(list(own_data.columns())):  # what refers to another goes first
        _apply(session, table, column, person, own_data.PARTS[table.name, column].after)
    _empty(session, person, at)
    audit.note(session, "person.erased", at=at, by=None, noun_id=person.id)
    return keys


def write_down(folder: Path, person_id: int, pseudonym: str, *, at: datetime) -> None:
    """Keeps for a restore that this person was erased. Written before the commit: one too many does no harm."""
    path = folder / FILE
    line = json.dumps({"person": person_id, "pseudonym": pseudonym, "at": at.isoformat()})
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{line}\n")
        file.flush()
        os.fsync(file.fileno())


def replay(session: Session, folder: Path, store: Store, *, at: datetime) -> int:
    """Erases once more whoever a restored backup brought back; returns how many. The caller commits."""
    path = folder / FILE
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    erased = 0
    for line in lines:
        known = json.loads(line)
        person = people.by_id(session, known["person"])
        if person is not None and person.pseudonym == known["pseudonym"]:
            for key in erase(session, person, with_texts=True, at=at):
                store.remove(key)
            erased += 1
    return erased


def end_what_is_open(session: Session, *, at: datetime) -> int:
    """After a restore: sign-ins, their addresses and codes end, and slips not used yet are void; how many of these.

    The backup can't know which of them have been ended or used since it was made.
    """
    for table in (SignIn, SignInAddress, MailCode, Ceremony):
        session.execute(delete(table))
    return slips.void_open(session, at=at)


def _told_alone(person: Person) -> tuple[ColumnElement[bool], ...]:
    return Notice.audience == "person", Notice.audience_id == person.id


def _forget_ideas(session: Session, person: Person, *, with_texts: bool, at: datetime) -> list[str]:
    """Ideas that nobody else has read go; published ones stay without name and photo, or go too."""
    keys: list[str] = []
    for idea in session.scalars(select(Idea).where(Idea.author_id == person.id)).all():
        keys += idea_photos.forget_all(session, idea, at=at)
        was_public = idea.state in ideas.PUBLIC or (idea.state == State.MERGED and idea_versions.public(session, idea))
        if with_texts or not was_public:
            _empty_idea(session, idea, by=person, at=at)
        else:
            _keep_what_was_public(session, idea, at=at)
        revisions.raise_(session, idea.area_id, "ideas")
    session.flush()
    return keys


def _empty_idea(session: Session, idea: Idea, *, by: Person, at: datetime) -> None:
    if ideas.may_withdraw(idea, by):
        idea_edits.withdraw(session, idea, by=by, at=at)
    # One that is part of another leads on to it for good: parted again, it would stand there empty.
    session.execute(delete(IdeaMerge).where(IdeaMerge.idea_id == idea.id))
    session.execute(delete(IdeaVersion).where(IdeaVersion.idea_id == idea.id))
    session.execute(update(IdeaStep).where(IdeaStep.idea_id == idea.id).values(note=""))
    idea.title, idea.text = "", ""


def _keep_what_was_public(session: Session, idea: Idea, *, at: datetime) -> None:
    """The texts that nobody but a moderator has read go."""
    moderation.withdraw(session, kind="idea", noun_id=idea.id, at=at)
    private = IdeaVersion.idea_id == idea.id, IdeaVersion.state != idea_versions.State.APPROVED
    session.execute(delete(IdeaVersion).where(*private))


def _forget_comments(session: Session, person: Person, *, with_texts: bool, at: datetime) -> None:
    """A comment that was never public goes; others stay without name, or leave only their place."""
    for comment in session.scalars(select(Comment).where(Comment.author_id == person.id)).all():
        if with_texts or comment.public_at is None:
            comments.take_back(session, comment, by=person, at=at)
        elif comment.next_text:
            moderation.withdraw(session, kind="comment", noun_id=comment.id, at=at)
            comment.next_text = ""


def _forget_insights(session: Session, person: Person, *, with_texts: bool, at: datetime) -> list[str]:
    """What everybody read stays, without a name, photo or voice; where nothing is left of it then, it goes too."""
    keys: list[str] = []
    for insight in session.scalars(select(Insight).where(Insight.author_id == person.id)).all():
        if with_texts or insight.public_at is None or not insight.words:
            keys += insights.take_back(session, insight, by=person, at=at)
        else:
            insight.told_by, insight.name, insight.note = str(ToldBy.NOBODY), "", ""
            keys += insight_files.leave_all(session, insight)
    return keys


def _leave_teams(session: Session, person: Person, *, with_texts: bool, at: datetime) -> None:
    """Their successors are asked to take over; what the team keeps for itself stays without their name, or goes."""
    for member in session.scalars(select(Member).where(Member.person_id == person.id)).all():
        teams.end(session, member, at=at)
        team_words.forget(session, member)
    if with_texts:
        session.execute(delete(TeamNote).where(TeamNote.by == person.id))


def _forget_objections(session: Session, person: Person, *, at: datetime) -> None:
    """Nobody is left who could be answered: what they objected to stands; reports are read all the same."""
    for number in session.scalars(select(Appeal.id).where(Appeal.person_id == person.id)).all():
        moderation.withdraw(session, kind="appeal", noun_id=number, at=at)
    session.execute(update(Report).where(Report.by_id == person.id).values(contact=""))


def _apply(session: Session, table: Table, column: str, person: Person, after: After) -> None:
    theirs = table.c[column] == person.id
    if after == After.GOES:
        session.execute(delete(table).where(theirs))
    elif after == After.NAMELESS:
        session.execute(update(table).where(theirs).values({column: None}))


def _empty(session: Session, person: Person, at: datetime) -> None:
    session.refresh(person)
    person.name, person.level, person.area_id, person.restricted_until = "", 0, None, None
    person.pseudonym, person.erased_at = secrets.token_hex(16), at  # the old one stays in the log, and is nobody's
    session.flush()
