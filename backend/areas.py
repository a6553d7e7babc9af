"""Areas: the parts of a city that have a forum of their own, each with a colour, a mark and a meeting place."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import JSON, CheckConstraint, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import revisions
from .database import Base
from .errors import NotFound, Refusal
from .languages import WRITTEN_BY_TAG
from .wording import say

LINES = (
    "brick", "leaf", "rose", "violet", "river", "moss", "plum", "teal", "ochre", "slate", "berry", "pine",
)  # fmt: skip
MARKS = (
    "sprout", "lime", "rose", "hills", "river", "bridge", "tower", "sun", "wave", "star", "house", "bird",
)  # fmt: skip
SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
# The first part of an address is a language, an area or one of these; an area can't be called what is taken.
TAKEN = frozenset(
    {"static", "manifest", "offline", "photos", "healthz", "readyz", "metrics", "feeds", "languages", "me",
     "moderation", "coordination", "sign-in", "sign-out", "lessons", "outbox", "about", "privacy", "core", "methods",
     "comments", "cases", "help", "passkeys", "app-code", "e-id"}
)  # fmt: skip


class Area(Base):
    __tablename__ = "areas"
    __table_args__ = (CheckConstraint("length(slug) BETWEEN 3 AND 40", name="slug_length"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(40), unique=True)  # in addresses and on posters; never changes
    name: Mapped[str] = mapped_column(String(60))
    district: Mapped[str] = mapped_column(String(60), default="")
    line: Mapped[str] = mapped_column(String(20))  # one of LINES: its colour
    mark: Mapped[str] = mapped_column(String(20))  # one of MARKS: its drawing
    position: Mapped[int] = mapped_column(default=0)  # the order in which a city lists its areas
    time_zone: Mapped[str] = mapped_column(String(40), default="Europe/Stockholm")
    meeting_place: Mapped[str] = mapped_column(String(120), default="")
    # Who may comment: one of comment_rules.RULES, chosen by its coordinator.
    comments: Mapped[str] = mapped_column(String(20), default="open_to_residents", server_default="open_to_residents")
    # {"ar": {"name": ..., "meeting_place": ..., "motto": ...}}: on the row itself, since every page needs it.
    said: Mapped[dict[str, dict[str, str]]] = mapped_column(JSON, default=dict)
    is_example: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def name_in(self, language: str) -> str:
        return self._said("name", language) or self.name

    def meeting_place_in(self, language: str) -> str:
        return self._said("meeting_place", language) or self.meeting_place

    def motto_in(self, language: str) -> str:
        """One sentence under the area's name; empty where nobody wrote one in this language."""
        return self._said("motto", language)

    def _said(self, what: str, language: str) -> str:
        return (self.said or {}).get(language, {}).get(what, "")


def add(
    session: Session, *, name: str, at: datetime, slug: str = "", district: str = "", meeting_place: str = "",
    line: str = "", mark: str = "", time_zone: str = "Europe/Stockholm", is_example: bool = False,
    said: dict[str, dict[str, str]] | None = None,
) -> Area:  # fmt: skip
    """A new area, last in the list; colour and mark are the first unused ones where none is named. Raises Refusal."""
    known = every(session)
    slug = slug or slug_of(name)
    _check_slug(slug, {area.slug for area in known})
    area = Area(
        slug=slug, name=name.strip(), district=district, meeting_place=meeting_place, time_zone=_zone(time_zone),
        line=_one_of(LINES, line, {area.line for area in known}),
        mark=_one_of(MARKS, mark, {area.mark for area in known}),
        position=1 + max((area.position for area in known), default=0), is_example=is_example, created_at=at,
        said=said or {},
    )  # fmt: skip
    session.add(area)
    session.flush()
    revisions.raise_(session, area.id, "areas")
    return area


def rename(session: Session, area: Area, name: str, *, language: str = "") -> None:
    """Another name, or its name in one language; the slug stays, since posters carry it."""
    if language:
        area.said = {**area.said, language: {**area.said.get(language, {}), "name": name.strip()}}
    else:
        area.name = name.strip()
    session.flush()
    revisions.raise_(session, area.id, "areas")


def order(session: Session, slugs: list[str]) -> None:
    """Lists the named areas in this order, the others after them."""
    rest = [area.slug for area in every(session) if area.slug not in slugs]
    for position, slug in enumerate([*slugs, *rest], start=1):
        by_slug(session, slug).position = position
    session.flush()
    revisions.raise_(session, None, "areas")


def every(session: Session) -> list[Area]:
    return list(session.scalars(select(Area).order_by(Area.position, Area.name)))


def by_slug(session: Session, slug: str) -> Area:
    """Raises NotFound."""
    area = session.scalar(select(Area).where(Area.slug == slug)) if SLUG.fullmatch(slug) else None
    if area is None:
        raise NotFound(say("There is no area with this address."))
    return area


def by_id(session: Session, area_id: int) -> Area:
    """Raises NotFound."""
    area = session.get(Area, area_id)
    if area is None:
        raise NotFound(say("There is no area with this address."))
    return area


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Area)) or 0


def slug_of(name: str) -> str:
    """ "Holma-Kroksbäck" becomes "holma-kroksback"."""
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _check_slug(slug: str, known: set[str]) -> None:
    if not SLUG.fullmatch(slug) or not 3 <= len(slug) <= 40:
        raise Refusal(say("An area's address has 3 to 40 small letters, digits and hyphens."))
    if slug in TAKEN or slug in WRITTEN_BY_TAG:
        raise Refusal(say("This address is used by the site itself."))
    if slug in known:
        raise Refusal(say("There is already an area with this address."))


def _one_of(offered: tuple[str, ...], wanted: str, used: set[str]) -> str:
    if wanted:
        if wanted not in offered:
            raise Refusal(say("Choose one of: %(offered)s.", offered=", ".join(offered)))
        return wanted
    return next((one for one in offered if one not in used), offered[0])


def _zone(name: str) -> str:
    if name not in _zones():
        raise Refusal(say("There is no time zone of this name."))
    return name


@cache
def _zones() -> frozenset[str]:
    """The names are read from some 600 files, which no process needs to do twice."""
    return frozenset(available_timezones())
