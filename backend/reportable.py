"""What a feature tells about its things so that anybody can report one: how it looks, how it goes and comes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from .errors import NotFound
from .waiting import Waiting
from .wording import Wording, say

TAKEN_DOWN = say("What you wrote was taken down")


@dataclass(frozen=True)
class Look:
    """How a thing looks to whoever reports it or reads the report, in the words of who wrote it."""

    number: int
    area_id: int
    label: Wording  # "Idea 12"
    title: str
    text: str
    language: str
    path: str  # of the public page where it stands
    is_public: bool
    author_id: int | None = None
    author_name: str = ""
    author_language: str = ""
    photo_key: str = ""
    photo_alt: str = ""
    sound_key: str = ""


@dataclass(frozen=True)
class Reportable:
    """look: (session, numbers, reader's language) -> {number: Look}, in a fixed number of statements.

    take_down: (session, number, waiting, at) -> what put_back needs later, fit for JSON.
    put_back: (session, number, that, at). Both change nothing where there is nothing to change.
    read_as: (session, number) -> (kind, round) of the queue in which what stands was approved; no round: the last one.
    """

    look: Callable[[Session, Sequence[int], str], dict[int, Look]]
    take_down: Callable[[Session, int, Waiting, datetime], dict[str, Any]] | None = None
    put_back: Callable[[Session, int, dict[str, Any], datetime], None] | None = None
    taken_words: Wording = TAKEN_DOWN  # to its author
    tells_itself: bool = False  # take_down tells its author already
    read_as: Callable[[Session, int], tuple[str, int | None]] | None = None  # empty: as what it is called here


KINDS: dict[str, Reportable] = {}


def offer(kind: str, reportable: Reportable) -> None:
    """From now on things of this kind can be reported."""
    KINDS[kind] = reportable


def look_at(session: Session, kind: str, number: int, language: str) -> Look | None:
    """One thing; None where there is none, or no such kind."""
    known = KINDS.get(kind)
    return known.look(session, [number], language).get(number) if known and number < 2**31 else None


def public(session: Session, kind: str, number: int, language: str, *, area_id: int) -> Look:
    """What everybody can see in this area. Raises NotFound."""
    found = look_at(session, kind, number, language)
    if found is None or not found.is_public or found.area_id != area_id:
        raise NotFound(say("There is nothing here to report."))
    return found
