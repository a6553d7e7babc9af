"""Trials of a prototype: what was done one day, what was seen in words, numbers and photos, and what changes next."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, and_, delete, false, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import areas, case_news, cases, prototype_edits, prototypes, team_work, texts, typed
from .case_news import excerpt
from .cases import Case, may_lead
from .database import Base, insert
from .errors import Conflict, NotAllowed, NotFound, Refusal
from .notices import Notice
from .people import Person
from .photos import Photo, take
from .prototypes import STATES, Prototype, State
from .teams import Member
from .texts import Said, TextLine, TextSet
from .wording import Wording, say

LONGEST_PLACE = 80  # characters
LONGEST_TEXT = 600  # characters, of each other text
LONGEST_LABEL = 40  # characters of what a number counts
MOST_NUMBERS = 5
MOST_PHOTOS = 6
HIGHEST_NUMBER = 9_999_999
AFTER = (State.TRIED, State.CHANGED, State.WORKS, State.STOPPED)  # how far a prototype can be after a trial
TEXTS = ("place", "did", "seen", "next", "learned")


class Trial(Base):
    __tablename__ = "trials"
    __table_args__ = (
        CheckConstraint("state IN ('tried', 'changed', 'works', 'stopped')", name="state"),
        Index("ix_trials_prototype", "prototype_id", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    prototype_id: Mapped[int] = mapped_column(ForeignKey("prototypes.id", ondelete="CASCADE"))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    day: Mapped[date]  # on the area's walls
    texts_id: Mapped[int] = mapped_column(ForeignKey("text_sets.id"))  # TEXTS
    numbers: Mapped[list[list[Any]]] = mapped_column(JSON, default=list)  # [what it counts, how many] pairs
    state: Mapped[str] = mapped_column(String(20))  # one of AFTER: how far the prototype was after it
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    client_uuid: Mapped[str | None] = mapped_column(String(36), unique=True)
    content_mark: Mapped[str] = mapped_column(String(64))  # SHA-256 of what was sent, to know a repeat from a clash
    is_hidden: Mapped[bool] = mapped_column(default=False, server_default=false())  # taken down after a report
    created_at: Mapped[datetime]


class TrialPhoto(Base):
    __tablename__ = "trial_photos"

    trial_id: Mapped[int] = mapped_column(ForeignKey("trials.id", ondelete="CASCADE"), primary_key=True)
    photo_id: Mapped[int] = mapped_column(ForeignKey("photos.id", ondelete="CASCADE"), primary_key=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))


@dataclass(frozen=True)
class Told:
    """What somebody saw, as it was typed."""

    day: date
    texts: Mapping[str, str]  # by TEXTS
    numbers: Sequence[tuple[str, str]] = ()
    state: str = State.TRIED


@dataclass(frozen=True)
class Listed:
    """A trial as pages show it."""

    id: int
    prototype_id: int
    day: date
    said: Said
    language: str  # what its author wrote in; the labels of the numbers stand in it alone
    numbers: list[list[Any]]
    state: str
    by: str  # as the team calls them; empty: somebody who has left
    photos: list[Photo]

    @property
    def state_name(self) -> Wording:
        return STATES[self.state]


Follow = TypeVar("Follow", bound=Callable[[Session, Trial, datetime], Any])
_when_told: list[Callable[[Session, Trial, datetime], Any]] = []


def when_told(follow: Follow) -> Follow:
    """Registers (session, trial, at): what follows when one is told."""
    _when_told.append(follow)
    return follow


# --- verbs ---


def tell(
    session: Session, prototype: Prototype, told: Told, *, language: str, by: Person, at: datetime,
    client_uuid: str | None = None, photo: Photo | None = None, alt: str = "",
) -> Trial:  # fmt: skip
    """Writes a trial down, in its author's language, and tells whoever follows the case.

    The same client_uuid with the same content is the same trial again; with another it raises Conflict. NotAllowed
    unless by works on the case; Refusal that names what is missing or wrong ("day", "seen", "learned", "numbers" ...).
    """
    case, client_uuid = cases.by_number(session, prototype.case_id), typed.uuid(client_uuid)
    said, numbers = _checked(told), _numbers(told.numbers)
    mark = _mark(prototype, by, told, said, numbers, photo)
    if (before := _sent_before(session, client_uuid, mark)) is not None:
        return before
    _make_sure_may_tell(session, case, by, at)
    if told.day > at.astimezone(areas.by_id(session, case.area_id).zone).date():
        raise Refusal(say("This day has not come yet."), field="day")
    if told.state == State.STOPPED and not may_lead(by, case.area_id):
        _make_sure_nobody_votes_on(session, prototype, at)
    written = texts.write(session, {language: said}, original=language)
    new = insert(session, Trial).values(
        prototype_id=prototype.id, area_id=case.area_id, day=told.day, texts_id=written.id, numbers=numbers,
        state=told.state, by_id=by.id, client_uuid=client_uuid, content_mark=mark, is_hidden=False, created_at=at,
    )  # fmt: skip
    made: Trial | None = session.scalar(new.on_conflict_do_nothing(index_elements=["client_uuid"]).returning(Trial))
    if made is None:  # the same came twice at once, and the other was first
        session.delete(written)
        session.flush()
        return tell(
            session, prototype, told, language=language, by=by, at=at, client_uuid=client_uuid, photo=photo, alt=alt
        )
    if photo is not None:
        add_photo(session, made, photo, alt=alt, language=language, by=by, at=at)
    prototypes.become(session, prototype, State(told.state), by=by, at=at)
    case_news.tell(session, "trial_told", case.id, noun_id=made.id, area_id=case.area_id, at=at)
    for follow in _when_told:
        follow(session, made, at)
    return made


def add_photo(
    session: Session, trial: Trial, photo: Photo, *, alt: str, language: str, by: Person, at: datetime
) -> None:
    """One more photo of what was seen, public at once. NotAllowed, Refusal."""
    team_work.make_sure_may_work(session, by, case_of(session, trial), at=at)
    there = session.scalar(select(func.count()).select_from(TrialPhoto).where(TrialPhoto.trial_id == trial.id))
    if (there or 0) >= MOST_PHOTOS:
        raise Refusal(say("There are %(most)s photos already. More do not fit.", most=MOST_PHOTOS), field="photo")
    take(photo, by=by, alt=alt, alt_language=language)
    photo.is_public = True
    session.add(TrialPhoto(trial_id=trial.id, photo_id=photo.id, area_id=trial.area_id))
    session.flush()
    prototypes.has_changed(session, trial.area_id)


def forget(session: Session, person: Person, *, with_texts: bool) -> list[str]:
    """What they told stays without name and photos, or goes too. Returns the files to remove after the commit."""
    gone: list[str] = []
    for trial in session.scalars(select(Trial).where(Trial.by_id == person.id)).all():
        if with_texts:
            trial.is_hidden, trial.numbers = True, []
            session.execute(delete(TextLine).where(TextLine.set_id == trial.texts_id))
        prototypes.has_changed(session, trial.area_id)
    shown = select(TrialPhoto.photo_id).union(select(Prototype.photo_id).where(Prototype.photo_id.is_not(None)))
    for photo in session.scalars(select(Photo).where(Photo.sent_by == person.id, Photo.id.in_(shown))).all():
        session.execute(update(Prototype).where(Prototype.photo_id == photo.id).values(photo_id=None))
        session.delete(photo)
        session.flush()
        gone.append(photo.file)
    return gone


# --- finders ---


def by_number(session: Session, number: int, *, prototype_id: int) -> Trial:
    """Raises NotFound."""
    found = session.scalar(select(Trial).where(Trial.id == number)) if number < 2**31 else None
    if found is None or found.prototype_id != prototype_id or found.is_hidden:
        raise NotFound(say("There is no trial with this number."))
    return found


def case_of(session: Session, trial: Trial) -> Case:
    return cases.by_number(session, session.get_one(Prototype, trial.prototype_id).case_id)


def of_prototypes(session: Session, prototype_ids: Collection[int], language: str) -> dict[int, list[Listed]]:
    """{prototype id: its trials, latest first}. Three statements, however many there are."""
    in_team = and_(Member.case_id == Prototype.case_id, Member.person_id == Trial.by_id, Member.left_at.is_(None))
    query = (
        select(Trial, TextSet.original, func.coalesce(Member.name, Person.name, ""))
        .join(Prototype, Prototype.id == Trial.prototype_id)
        .join(TextSet, TextSet.id == Trial.texts_id)
        .outerjoin(Member, in_team)
        .outerjoin(Person, Person.id == Trial.by_id)
        .where(Trial.prototype_id.in_(prototype_ids), Trial.is_hidden.is_(False))
        .order_by(Trial.day.desc(), Trial.id.desc())
    )
    rows = session.execute(query).all()
    said = texts.read(session, [trial.texts_id for trial, *_ in rows], language)
    pictures = _photos(session, [trial.id for trial, *_ in rows])
    found: dict[int, list[Listed]] = {number: [] for number in prototype_ids}
    for one, original, by in rows:
        found[one.prototype_id].append(
            Listed(
                one.id, one.prototype_id, one.day, said[one.texts_id], original, one.numbers, one.state, by,
                pictures[one.id],
            )
        )  # fmt: skip
    return found


def count(session: Session, prototype_id: int) -> int:
    """Those taken down too: they were told."""
    query = select(func.count()).select_from(Trial).where(Trial.prototype_id == prototype_id)
    return session.scalar(query) or 0


@case_news.said("trial_told", anchor="prototypes")
def words(session: Session, notice: Notice, language: str) -> Wording:
    trial = session.get(Trial, notice.noun_id)
    if trial is None or trial.is_hidden:
        raise NotFound(say("There is no trial with this number."))
    prototype = session.get_one(Prototype, trial.prototype_id)
    said = texts.read(session, [trial.texts_id, prototype.texts_id], language)
    name, own = excerpt(said[prototype.texts_id]["title"]), said[trial.texts_id]
    if trial.state == State.STOPPED:
        return say("%(prototype)s ends here. We learned: %(lesson)s", prototype=name, lesson=excerpt(own["learned"]))
    return say("%(prototype)s was tried. We saw: %(seen)s", prototype=name, seen=excerpt(own["seen"]))


# --- private parts ---


def _make_sure_may_tell(session: Session, case: Case, by: Person, at: datetime) -> None:
    since = at - team_work.A_DAY
    lately = select(func.count()).select_from(Trial).where(Trial.by_id == by.id, Trial.created_at > since)
    team_work.make_sure_may_work(session, by, case, at=at, lately=lambda: session.scalar(lately) or 0)


def _make_sure_nobody_votes_on(session: Session, prototype: Prototype, at: datetime) -> None:
    """To stop one takes it off an open ballot, which changes what a whole area chooses between."""
    if prototype_edits.is_on_a_ballot(session, prototype.id, at=at):
        raise NotAllowed(say("People vote on it now. Only a coordinator can stop it."))


def _photos(session: Session, trial_ids: Collection[int]) -> dict[int, list[Photo]]:
    found: dict[int, list[Photo]] = {number: [] for number in trial_ids}
    if trial_ids:
        query = select(TrialPhoto.trial_id, Photo).join(Photo, Photo.id == TrialPhoto.photo_id)
        for trial_id, photo in session.execute(query.where(TrialPhoto.trial_id.in_(trial_ids)).order_by(Photo.id)):
            found[trial_id].append(photo)
    return found


def _checked(told: Told) -> dict[str, str]:
    """Who stops says what was learned: that is what the next ones build upon."""
    if told.state not in AFTER:
        raise Refusal(say("Choose one of what is offered."), field="state")
    if told.state == State.STOPPED and not (told.texts.get("learned") or "").strip():
        raise Refusal(say("Write what you learned. That is the result."), field="learned")
    needed = {"did", "seen"}
    return {
        name: typed.text(
            told.texts.get(name), field=name, most=LONGEST_PLACE if name == "place" else LONGEST_TEXT,
            needed=name in needed,
        )
        for name in TEXTS
    }  # fmt: skip


def _numbers(written: Sequence[tuple[str, str]]) -> list[list[Any]]:
    pairs = [(label.strip(), number.strip()) for label, number in written if label.strip() or number.strip()]
    if len(pairs) > MOST_NUMBERS:
        raise Refusal(say("Write at most %(most)s numbers.", most=MOST_NUMBERS), field="numbers")
    return [
        [
            typed.line(label, field="numbers", most=LONGEST_LABEL),
            typed.whole_number(number, field="numbers", least=0, most=HIGHEST_NUMBER),
        ]
        for label, number in pairs
    ]


def _mark(
    prototype: Prototype, by: Person, told: Told, said: Mapping[str, str], numbers: list[list[Any]], photo: Photo | None
) -> str:
    sent = (prototype.id, by.id, told.day, told.state, sorted(said.items()), numbers, photo and photo.content_mark)
    return hashlib.sha256(repr(sent).encode()).hexdigest()


def _sent_before(session: Session, client_uuid: str | None, mark: str) -> Trial | None:
    before = session.scalar(select(Trial).where(Trial.client_uuid == client_uuid)) if client_uuid else None
    if before is not None and before.content_mark != mark:
        raise Conflict(say("This was sent before with other words. Open the page again."), field="client_uuid")
    return before
