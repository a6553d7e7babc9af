"""Whose task it is to read what waits: moderators and coordinators, the core team, and operators behind them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from .people import GivenRole, Person, Role


def of_area(session: Session, area_id: int) -> set[int]:
    """The ids of the area's own moderators and coordinators."""
    own = GivenRole.role.in_((Role.MODERATOR, Role.COORDINATOR))
    return set(session.scalars(select(GivenRole.person_id).where(own, GivenRole.area_id == area_id)))


def everywhere(session: Session, role: Role) -> set[int]:
    """The ids of the core team, or of the operators."""
    return set(session.scalars(select(GivenRole.person_id).where(GivenRole.role == role, GivenRole.area_id.is_(None))))


def is_left(session: Session, area_id: int, *, without: Collection[int | None]) -> bool:
    """Whether the area has a moderator or coordinator of its own beside these people."""
    return bool(of_area(session, area_id) - set(without))


def names(session: Session, ids: Collection[int]) -> list[str]:
    """How these people are called, in the order of the alphabet; who gave no name is left out."""
    query = select(Person.name).where(Person.id.in_(ids), Person.name != "").order_by(Person.name)
    return list(session.scalars(query))
