"""What stands around everything on the desk: the list of what waits, its filters, and what can still be taken back."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, TypeVar

from flask import request, url_for
from wtforms.fields import SelectChoice

from backend import areas, languages, moderation, moderation_queue
from backend.areas import Area
from backend.errors import NotAllowed
from backend.moderation_queue import AGES, Counts, Entry, Filter
from backend.people import Person
from backend.reading import Shown, kinds
from backend.waiting import Waiting
from backend.wording import say

from . import current, language

One = TypeVar("One", int, str)


def me() -> Person:
    """Who is behind the door of this desk."""
    found = current.known_person()
    if found is None:
        raise NotAllowed(say("You may not do this here."))
    return found


def chosen() -> Filter:
    """What the address says shall be seen; nonsense filters nothing out."""
    area, age = request.args.get("area", ""), request.args.get("age", "")
    kind, tag = request.args.get("kind", ""), request.args.get("language", "")
    return Filter(
        area_id=as_number(area) or None, kind=kind if kind in kinds else "",
        language=tag if tag in languages.WRITTEN_BY_TAG else "", age=age if age in AGES else "",
        with_photo=request.args.get("photo") == "with",
    )  # fmt: skip


def kept() -> dict[str, str]:
    """The filter as it goes on in addresses, so that it holds from one thing to the next."""
    wanted = chosen()
    said = {
        "area": wanted.area_id, "kind": wanted.kind, "language": wanted.language, "age": wanted.age,
        "photo": "with" if wanted.with_photo else "",
    }  # fmt: skip
    return {name: str(value) for name, value in said.items() if value}


def entries() -> list[Entry]:
    return moderation_queue.waiting(current.session(), me(), current.now(), chosen())


def after(item: Waiting) -> str:
    """The address of what is to be read next, under the same filter; the queue's where nothing is left."""
    left = [entry for entry in entries() if entry.id != item.id]
    place = (not item.is_urgent, item.asked_at, item.id)
    entry = next((one for one in left if one.place > place), left[0] if left else None)
    if entry is None:
        return url_for("moderation.index", **kept())
    return url_for("moderation.show", number=entry.id, **kept())


def looks(things: Iterable[Entry | Waiting]) -> dict[tuple[str, int], Shown]:
    """{(kind, noun id): how it looks}; numbers of different kinds may be equal."""
    wanted = {(one.kind, one.noun_id) for one in things}
    return moderation.look_at(current.session(), wanted, language.this().tag)


def around(*more: Waiting) -> dict[str, Any]:
    """What each page of the desk shows: the queue, and the decision that can be taken back; more is looked at too."""
    session, found = current.session(), entries()
    last = moderation_queue.undoable(session, me())
    by_id = {area.id: area for area in areas.every(session)}
    tells_at = last[0].tells_at if last else None
    counts = moderation_queue.counts(session, me(), current.now(), chosen())
    return {
        "entries": found, "looks": looks((*found, *last, *more)), "by_id": by_id, "last": last, "kept": kept(),
        "seconds_left": max(round((tells_at - current.now()).total_seconds()), 0) if tells_at else 0,
        "labels": {name: kind.labels for name, kind in kinds.items()},
        "soon": moderation_queue.SOON, "late": moderation_queue.LATE,
        "counts": counts, "choices": _choices(counts, by_id),
    }  # fmt: skip


def as_number(word: str | None) -> int:
    """0 for what is no number: no version and no case has it."""
    return int(word) if word and word.isascii() and word.isdigit() and len(word) < 10 else 0


def _choices(counts: Counts, by_id: dict[int, Area]) -> dict[str, list[SelectChoice]]:
    """What each filter offers, with how many there are: only what waits, and what is chosen."""
    wanted, tag = chosen(), language.this().tag
    shown_areas = _with(counts.by_area, wanted.area_id)
    return {
        "area": [SelectChoice(str(one), by_id[one].name_in(tag)) for one in shown_areas if one in by_id],
        "kind": [SelectChoice(one, kinds[one].name.into(tag)) for one in _with(counts.by_kind, wanted.kind)],
        "language": [
            SelectChoice(one, languages.WRITTEN_BY_TAG[one].autonym)
            for one in _with(counts.by_language, wanted.language)
            if one in languages.WRITTEN_BY_TAG
        ],
    }


def _with(counted: Collection[One], wanted: One | None) -> list[One]:
    return sorted({*counted, *([wanted] if wanted else [])})
