"""Changing what is told of a prototype, and giving it a photo; and what people voted, once it is counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import audit, cases, photos, prototypes, team_work, texts
from .errors import Refusal
from .people import Person
from .photos import Photo
from .prototypes import PICTURES, Prototype
from .texts import TextSet
from .votes import Choice, Round
from .wording import say

ON_THE_BALLOT = ("title", "lines")  # what voters read of it


@dataclass(frozen=True)
class Result:
    """How a prototype did in a round that has been counted."""

    round_id: int
    ticks: int | None
    goes_on: bool | None
    counted_at: datetime | None


def edit(
    session: Session, prototype: Prototype, *, by_language: Mapping[str, Mapping[str, str]], cost: int | None,
    picture: str, starts_on: date | None, ends_on: date | None, by: Person, at: datetime,
) -> None:  # fmt: skip
    """Tells it anew in {"sv": {"title": ...}}; texts that are not named stay.

    NotAllowed unless by works on the case; Refusal as for a new one, and while people vote on what would change.
    """
    team_work.make_sure_may_work(session, by, cases.by_number(session, prototype.case_id), at=at)
    if picture not in PICTURES:
        raise Refusal(say("Choose one of what is offered."), field="picture")
    said = prototypes.checked(by_language, session.get_one(TextSet, prototype.texts_id).original)
    starts_on, ends_on = prototypes.checked_days(starts_on, ends_on)
    before = texts.all_of(session, prototype.texts_id)
    for tag, own in said.items():
        known = before.get(tag, {})
        if picture != prototype.picture or any(own[name] != known.get(name, "") for name in ON_THE_BALLOT):
            make_sure_voters_see_the_same(session, prototype, at)
        texts.rewrite(session, prototype.texts_id, tag, own)
    prototype.cost, prototype.picture, prototype.starts_on, prototype.ends_on = cost, picture, starts_on, ends_on
    _changed(session, prototype, by, at)


def show_photo(
    session: Session, prototype: Prototype, photo: Photo | None, *, alt: str = "", language: str = "", by: Person,
    at: datetime,
) -> None:  # fmt: skip
    """The photo is shown in place of the drawing; None: the drawing again. NotAllowed, Refusal."""
    team_work.make_sure_may_work(session, by, cases.by_number(session, prototype.case_id), at=at)
    make_sure_voters_see_the_same(session, prototype, at)
    if photo is not None:
        photos.take(photo, by=by, alt=alt, alt_language=language)
        photo.is_public = True
    let_photo_go(session, prototype)
    prototype.photo_id = photo.id if photo else None
    _changed(session, prototype, by, at)


def let_photo_go(session: Session, prototype: Prototype) -> None:
    """What it showed until now is nobody's again: the worker removes it within a day."""
    if prototype.photo_id is not None:
        old = session.get_one(Photo, prototype.photo_id)
        prototype.photo_id, old.is_public, old.sent_by = None, False, None
        session.flush()


def is_on_a_ballot(session: Session, number: int, *, at: datetime) -> bool:
    """Whether a vote on it is open, or waits for its opening."""
    query = select(Choice.round_id).join(Round, Round.id == Choice.round_id).where(Choice.prototype_id == number)
    return session.scalar(query.where(Round.counted_at.is_(None), Round.closes_at > at).limit(1)) is not None


def make_sure_voters_see_the_same(session: Session, prototype: Prototype, at: datetime) -> None:
    """Whoever ticked it shall find on the ballot what they ticked. Raises Refusal."""
    if is_on_a_ballot(session, prototype.id, at=at):
        raise Refusal(say("People vote on it now. Its name, lines and picture stay until the vote ends."))


def results(session: Session, number: int) -> list[Result]:
    """What people voted on it, latest first; only of rounds that have been counted. One statement."""
    query = (
        select(Round.id, Choice.ticks, Choice.goes_on, Round.counted_at)
        .join(Choice, Choice.round_id == Round.id)
        .where(Choice.prototype_id == number, Round.counted_at.is_not(None))
        .order_by(Round.counted_at.desc())
    )
    return [Result(*row) for row in session.execute(query)]


def _changed(session: Session, prototype: Prototype, by: Person, at: datetime) -> None:
    session.flush()
    audit.note(session, "prototype.edited", at=at, by=by, area_id=prototype.area_id, noun_id=prototype.id)
    prototypes.has_changed(session, prototype.area_id)
