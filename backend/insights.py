"""Insights: what people see of everyday life in an area, in their own words, a photo or a minute of sound.

A resident's waits for a moderator; what the team and coordinators tell stands at once, unless a recording has no
words yet. What a moderator decides follows in insight_answers.py; insight_lists.py reads them as pages show them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import (
    audit,
    dangers,
    insight_files,
    insight_tellings,
    moderation,
    people,
    personal_details,
    restrictions,
    teams,
    typed,
)
from .cases import Case, may_lead
from .database import Base, insert
from .errors import Conflict, NotAllowed, NotFound, Refusal
from .insight_tellings import Telling, ToldBy
from .people import LONGEST_NAME, Level, Person
from .wording import say

A_DAY = timedelta(days=1)


class State(StrEnum):
    """Where an insight is."""

    WAITING = "waiting"  # for a moderator
    PUBLIC = "public"
    CHANGE_ASKED = "change_asked"  # its author may change it, which sends it again
    NOT_PUBLISHED = "not_published"
    HIDDEN = "hidden"  # was public until a moderator took it down
    TAKEN_BACK = "taken_back"  # by its author; all it held is gone


CHANGEABLE = (State.WAITING, State.CHANGE_ASKED, State.NOT_PUBLISHED)


class Insight(Base):
    __tablename__ = "insights"
    __table_args__ = (Index("ix_insights_case", "case_id", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    client_uuid: Mapped[str | None] = mapped_column(String(36), unique=True)  # made with its form; empty: none came
    content_mark: Mapped[str] = mapped_column(String(64))  # SHA-256 of what was sent, to know a repeat from a clash
    form: Mapped[str] = mapped_column(String(20))  # one of insight_tellings.FORMS
    text: Mapped[str] = mapped_column(Text)  # may be empty beside a photo or a recording
    language: Mapped[str] = mapped_column(String(12))  # the author's page language, until a moderator corrects it
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("photos.id"), index=True)
    sound_id: Mapped[int | None] = mapped_column(ForeignKey("sounds.id"), index=True)
    transcript: Mapped[str] = mapped_column(Text, default="")  # of the recording; empty: not written down yet
    told_by: Mapped[str] = mapped_column(String(10))  # one of insight_tellings.NAMES
    name: Mapped[str] = mapped_column(String(LONGEST_NAME), default="")  # of whoever told it, as it is published
    # Who noted that the teller agreed to this being published, and when.
    consent_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    consent_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(20), default=State.WAITING)
    reason: Mapped[str] = mapped_column(String(40), default="")  # why it is not shown: a code
    note: Mapped[str] = mapped_column(Text, default="")  # a moderator's own words to the author
    note_language: Mapped[str] = mapped_column(String(12), default="")
    is_example: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    public_at: Mapped[datetime | None]  # when it was first shown

    @property
    def words(self) -> str:
        """All that it says."""
        return "\n".join(part for part in (self.text, self.transcript) if part)

    @property
    def lacks_words(self) -> bool:
        """Whether those who can't hear its recording have nothing to read."""
        return self.sound_id is not None and not self.transcript


def may_tell(person: Person | None) -> bool:
    return person is not None and person.level >= Level.NEIGHBOUR


def is_by(insight: Insight, person: Person | None) -> bool:
    return person is not None and insight.author_id == person.id


def may_change(insight: Insight, person: Person | None) -> bool:
    """Its author, until everybody reads it."""
    return is_by(insight, person) and insight.state in CHANGEABLE


def may_take_back(insight: Insight, person: Person | None) -> bool:
    return is_by(insight, person) and insight.state != State.TAKEN_BACK


def may_transcribe(insight: Insight, person: Person | None) -> bool:
    """Its author, moderators and coordinators, while it waits: what everybody reads does not change unread."""
    is_open = insight.sound_id is not None and insight.state == State.WAITING
    return is_open and (is_by(insight, person) or people.may_moderate(person, insight.area_id))


# --- verbs ---


def tell(
    session: Session, case: Case, telling: Telling, *, language: str, by: Person, at: datetime,
    client_uuid: str | None = None,
) -> Insight:  # fmt: skip
    """Takes an insight in: it waits, or stands at once where by is in the team or coordinates.

    The same client_uuid with the same content is the same insight again, and photo and sound are left alone; with
    another it raises Conflict. NotAllowed for guests, Refusal that names a field.
    """
    telling, client_uuid = insight_tellings.checked(telling), typed.uuid(client_uuid)
    mark = telling.mark(case.id, by.id)
    if (before := _sent_before(session, client_uuid, mark)) is not None:
        return before
    _make_sure_may_tell(session, case, by, at)
    new = insert(session, Insight).values(
        case_id=case.id, area_id=case.area_id, author_id=by.id, client_uuid=client_uuid, content_mark=mark,
        form=telling.form, text=telling.text, language=language, transcript=telling.transcript,
        told_by=telling.told_by, name=telling.name, consent_by=by.id, consent_at=at, state=State.WAITING,
        created_at=at,
    )  # fmt: skip
    # Of two that come at once the unique key takes one; the other finds it here.
    made: Insight | None = session.scalar(new.on_conflict_do_nothing(index_elements=["client_uuid"]).returning(Insight))
    if made is None:
        return tell(session, case, telling, language=language, by=by, at=at, client_uuid=client_uuid)
    insight_files.take(session, made, telling, by=by)
    _read_or_publish(session, made, by, at)
    return made


def change(
    session: Session, insight: Insight, telling: Telling, *, language: str, by: Person, at: datetime
) -> list[str]:
    """Its author's other telling takes the place of the one before, and is read. Returns files to remove afterwards.

    telling names the photo and the sound that it has from now on. NotAllowed, Refusal.
    """
    if not is_by(insight, by):
        raise not_yours()
    if not may_change(insight, by):
        raise NotAllowed(say("This can’t be changed any more. You can take it back."))
    restrictions.make_sure_may_join(session, by, insight.area_id, at=at)
    telling = insight_tellings.checked(telling)
    left = [one for one in insight_files.of(session, insight) if one not in (telling.photo, telling.sound)]
    insight.form, insight.text, insight.language = telling.form, telling.text, language
    insight.transcript, insight.told_by, insight.name = telling.transcript, telling.told_by, telling.name
    insight.consent_by, insight.consent_at, insight.state = by.id, at, str(State.WAITING)
    insight.reason = insight.note = ""
    insight_files.take(session, insight, telling, by=by)
    files = insight_files.leave(session, left)
    _read_or_publish(session, insight, by, at)
    return files


def transcribe(session: Session, insight: Insight, words: str | None, *, by: Person, at: datetime) -> None:
    """Writes down what is said in the recording. NotAllowed, Refusal that names "transcript"."""
    if not may_transcribe(insight, by):
        raise NotAllowed(say("You may not do this here."))
    insight.transcript = insight_tellings.checked_transcript(words, needed=True)
    session.flush()
    if is_by(insight, by):
        _read_or_publish(session, insight, by, at)
        return
    audit.note(session, "insight.transcribed", at=at, by=by, area_id=insight.area_id, noun_id=insight.id)
    # A decision that saw it without these words is refused.
    moderation.has_changed(session, kind="insight", noun_id=insight.id)


def publish(session: Session, insight: Insight, *, at: datetime) -> None:
    """Shows it to everybody. Raises Refusal for a recording without its words."""
    if insight.lacks_words:
        raise Refusal(say("Write down what is said in the recording first."))
    insight.state, insight.public_at = str(State.PUBLIC), insight.public_at or at
    insight.reason = insight.note = ""
    insight_files.show(session, insight, True)


def refuse(session: Session, insight: Insight, state: State, *, reason: str, note: str, note_language: str) -> None:
    """A moderator asks for a change, or does not publish it, or takes it down, with a reason's code."""
    insight.state, insight.reason = str(state), reason
    insight.note, insight.note_language = note, note_language
    insight_files.show(session, insight, False)


def take_back(session: Session, insight: Insight, *, by: Person, at: datetime) -> list[str]:
    """All it held is gone for everybody; returns the files to remove afterwards. Twice changes nothing. NotAllowed."""
    if not is_by(insight, by):
        raise not_yours()
    moderation.withdraw(session, kind="insight", noun_id=insight.id, at=at)
    insight.state, insight.reason = str(State.TAKEN_BACK), ""
    return empty(session, insight)


def empty(session: Session, insight: Insight) -> list[str]:
    """Words, name, photo and recording go; its place and its reason stay. Returns the files to remove afterwards."""
    insight.text = insight.transcript = insight.note = insight.name = ""
    insight.told_by = str(ToldBy.NOBODY)
    return insight_files.leave_all(session, insight)


# --- finders ---


def by_number(session: Session, number: int, *, case_id: int | None = None) -> Insight:
    """The insight of this number, whatever its state, of this case where one is named. Raises NotFound."""
    found = session.get(Insight, number) if number < 2**31 else None
    if found is None or case_id not in (None, found.case_id):
        raise not_here()
    return found


def own(session: Session, number: int, *, by: Person | None, case_id: int) -> Insight:
    """by's own. Raises NotFound, also for another's: nobody learns what waits."""
    found = by_number(session, number, case_id=case_id)
    if not is_by(found, by):
        raise not_here()
    return found


def not_here() -> NotFound:
    return NotFound(say("There is nothing told with this number."))


def not_yours() -> NotAllowed:
    return NotAllowed(say("Only whoever wrote this may do this."))


# --- private parts ---


def _make_sure_may_tell(session: Session, case: Case, by: Person, at: datetime) -> None:
    if not may_tell(by):
        raise NotAllowed(say("Sign in first. Then you can tell what you see."))
    lately = select(func.count()).where(Insight.author_id == by.id, Insight.created_at > at - A_DAY)
    restrictions.make_sure_may_write(session, by, case.area_id, at=at, lately=lambda: session.scalar(lately) or 0)


def _sent_before(session: Session, client_uuid: str | None, mark: str) -> Insight | None:
    query = select(Insight).where(Insight.client_uuid == client_uuid)
    before = session.scalar(query) if client_uuid else None
    if before is not None and before.content_mark != mark:
        raise Conflict(say("This was sent before with other words. Send it once more."), field="client_uuid")
    return before


def _read_or_publish(session: Session, insight: Insight, by: Person, at: datetime) -> None:
    if not insight.lacks_words and _stands_at_once(session, insight, by, at):
        moderation.withdraw(session, kind="insight", noun_id=insight.id, at=at)
        publish(session, insight, at=at)
        return
    session.flush()
    words = f"{insight.words}\n{insight.name}"
    item = moderation.ask(
        session, kind="insight", noun_id=insight.id, area_id=insight.area_id, at=at, language=insight.language,
        flags=personal_details.flags(words),
    )  # fmt: skip
    dangers.watch(session, item, words, at=at)


def _stands_at_once(session: Session, insight: Insight, by: Person, at: datetime) -> bool:
    """What the team and coordinators tell; what was refused once is read again, whoever wrote it."""
    if restrictions.is_read_first(session, by, insight.area_id, at=at) or _was_refused(session, insight):
        return False
    return may_lead(by, insight.area_id) or teams.is_member(session, insight.case_id, by)


def _was_refused(session: Session, insight: Insight) -> bool:
    decisions = (moderation.Decision.NOT_PUBLISHED, moderation.Decision.CHANGE_ASKED)
    item = moderation.Waiting
    told = (item.kind == "insight", item.noun_id == insight.id, item.decision.in_(decisions))
    return session.scalar(select(item.id).where(*told).limit(1)) is not None
