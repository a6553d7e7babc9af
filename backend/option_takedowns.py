"""Options, arguments and trials can be reported; what is taken down comes back as it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import addresses, reportable, revisions, texts, trials
from .areas import Area
from .option_arguments import Argument
from .options import Option
from .people import Person
from .photos import Photo
from .prototypes import Prototype
from .reportable import Look, Reportable
from .trials import Trial, TrialPhoto
from .waiting import Waiting
from .wording import say


def look_at_options(session: Session, numbers: Sequence[int], language: str) -> dict[int, Look]:
    """Solutions from elsewhere; an idea is reported as what it is."""
    query = (
        select(Option, Area.slug, Person.language)
        .join(Area, Area.id == Option.area_id)
        .outerjoin(Person, Person.id == Option.added_by)
        .where(Option.id.in_(numbers), Option.idea_id.is_(None))
    )
    rows = session.execute(query).all()
    said = texts.read(session, [option.texts_id for option, _, _ in rows], language)
    return {
        one.id: Look(
            one.id, one.area_id, say("Option %(number)s", number=one.id), said[one.texts_id]["title"].text,
            said[one.texts_id]["text"].text, said[one.texts_id]["title"].language or language,
            addresses.options(language, slug, one.case_id), not one.is_hidden, one.added_by,
            author_language=reads or "",
        )
        for one, slug, reads in rows
    }  # fmt: skip


def look_at_arguments(session: Session, numbers: Sequence[int], language: str) -> dict[int, Look]:
    query = (
        select(Argument, Option.case_id, Option.is_hidden, Area.slug, Person.name, Person.language)
        .join(Option, Option.id == Argument.option_id)
        .join(Area, Area.id == Argument.area_id)
        .outerjoin(Person, Person.id == Argument.by_id)
        .where(Argument.id.in_(numbers))
    )
    return {
        one.id: Look(
            one.id, one.area_id, say("Argument %(number)s", number=one.id), "", one.text, one.language,
            addresses.options(language, slug, case_id), not (one.is_hidden or is_gone), one.by_id, name or "",
            reads or "",
        )
        for one, case_id, is_gone, slug, name, reads in session.execute(query)
    }  # fmt: skip


def look_at_trials(session: Session, numbers: Sequence[int], language: str) -> dict[int, Look]:
    query = (
        select(Trial, Prototype.case_id, Area.slug, Person.name, Person.language)
        .join(Prototype, Prototype.id == Trial.prototype_id)
        .join(Area, Area.id == Trial.area_id)
        .outerjoin(Person, Person.id == Trial.by_id)
        .where(Trial.id.in_(numbers))
    )
    rows = session.execute(query).all()
    said = texts.read(session, [trial.texts_id for trial, *_ in rows], language)
    return {
        one.id: Look(
            one.id, one.area_id, say("Trial %(number)s", number=one.id), "", _told(said[one.texts_id]),
            said[one.texts_id]["seen"].language or language,
            f"{addresses.prototype(language, slug, case_id, one.prototype_id)}#trial-{one.id}", not one.is_hidden,
            one.by_id, name or "", reads or "",
        )
        for one, case_id, slug, name, reads in rows
    }  # fmt: skip


def hide_option(session: Session, number: int, waiting: Waiting, at: datetime) -> dict[str, Any]:
    return _set_hidden(session, Option, number, True)


def show_option(session: Session, number: int, before: Mapping[str, Any], at: datetime) -> None:
    _set_hidden(session, Option, number, False)


def hide_argument(session: Session, number: int, waiting: Waiting, at: datetime) -> dict[str, Any]:
    return _set_hidden(session, Argument, number, True)


def show_argument(session: Session, number: int, before: Mapping[str, Any], at: datetime) -> None:
    _set_hidden(session, Argument, number, False)


def hide_trial(session: Session, number: int, waiting: Waiting, at: datetime) -> dict[str, Any]:
    """Its photos go with it."""
    _show_photos(session, number, False)
    return _set_hidden(session, Trial, number, True)


def show_trial(session: Session, number: int, before: Mapping[str, Any], at: datetime) -> None:
    _show_photos(session, number, True)
    _set_hidden(session, Trial, number, False)


def _told(said: Mapping[str, Any]) -> str:
    return "\n".join(str(said[name]) for name in trials.TEXTS if said[name])


def _set_hidden(session: Session, kind: Any, number: int, is_hidden: bool) -> dict[str, Any]:
    thing: Option | Argument | Trial = session.get_one(kind, number)
    thing.is_hidden = is_hidden
    session.flush()
    revisions.raise_(session, thing.area_id, "cases")
    return {}


def _show_photos(session: Session, number: int, is_public: bool) -> None:
    query = select(Photo).join(TrialPhoto, TrialPhoto.photo_id == Photo.id).where(TrialPhoto.trial_id == number)
    for photo in session.scalars(query):
        photo.is_public = is_public


reportable.offer("option", Reportable(look_at_options, hide_option, show_option))
reportable.offer("argument", Reportable(look_at_arguments, hide_argument, show_argument))
reportable.offer("trial", Reportable(look_at_trials, hide_trial, show_trial))
