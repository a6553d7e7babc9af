"""People and things for tests, by name: Ana and Bo are residents of Seved, Mira moderates, Karin coordinates."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from backend import areas, cases, people
from backend.areas import Area
from backend.cases import Case
from backend.people import Level, Person, Role
from tests.conftest import NOON


def seved(session: Session, **changed: Any) -> Area:
    values = {"name": "Seved", "district": "Södra Innerstaden", "meeting_place": "Mötesplatsen på Rasmusgatan", "line": "brick"}
    return areas.add(session, **{**values, "mark": "sprout", "at": NOON, **changed})


def lindangen(session: Session) -> Area:
    return areas.add(session, name="Lindängen", district="Fosie", line="leaf", mark="lime", at=NOON)


def ana(session: Session, area: Area, *, level: Level = Level.RESIDENT, language: str = "ar", at: datetime = NOON) -> Person:
    """A resident who reads Arabic."""
    return people.add(session, name="Ana", language=language, level=level, area_id=area.id, at=at)


def bo(session: Session, area: Area, *, level: Level = Level.RESIDENT, language: str = "sv") -> Person:
    """A resident who reads Swedish."""
    return people.add(session, name="Bo", language=language, level=level, area_id=area.id, at=NOON)


def mira(session: Session, area: Area) -> Person:
    """Moderates the area."""
    return _staff(session, area, "Mira", Role.MODERATOR)


def karin(session: Session, area: Area) -> Person:
    """Coordinates the area."""
    return _staff(session, area, "Karin", Role.COORDINATOR)


def a_case(session: Session, area: Area, *, stage: int = 5) -> Case:
    """Young adults, told in Swedish and English."""
    swedish = {"title": "Unga vuxna i Seved", "summary": "Många vill ha jobb.", "here": "Nu röstar de boende."}
    english = {"title": "Young adults in Seved", "summary": "Many want a job.", "here": "Now residents vote."}
    said = {"sv": swedish, "en": english}
    return cases.open_case(session, area_id=area.id, by_language=said, original="sv", by=None, at=NOON, stage=stage)


def _staff(session: Session, area: Area, name: str, role: Role) -> Person:
    person = people.add(session, name=name, language="sv", level=Level.NEIGHBOUR, at=NOON)
    people.give_role(session, person, role, area_id=area.id, at=NOON)
    return person
