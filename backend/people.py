"""People: guests with a cookie, neighbours, residents, and those who have been given a role in an area."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import IntEnum, StrEnum
from secrets import token_hex
from typing import Any, TypeVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from . import names
from .database import Base
from .errors import Refusal
from .languages import BY_TAG
from .wording import say

LONGEST_NAME = 60  # characters


class Level(IntEnum):
    """How well we know somebody; each level may what the ones below may."""

    GUEST = 0  # a cookie on a phone
    NEIGHBOUR = 1  # was at the meeting place, or answers at an e-mail address
    RESIDENT = 2  # was given a personal slip: may vote
    E_ID = 3


class Role(StrEnum):
    MODERATOR = "moderator"
    COORDINATOR = "coordinator"
    CORE = "core"  # sees and supports every area
    OPERATOR = "operator"  # keeps it running


EVERYWHERE = (Role.CORE, Role.OPERATOR)  # roles that belong to no single area

Raised = TypeVar("Raised", bound=Callable[[Session, "Person"], Any])
_when_raised: list[Callable[[Session, Person], Any]] = []


class Person(Base):
    __tablename__ = "people"
    __table_args__ = (CheckConstraint("level BETWEEN 0 AND 3", name="level"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME), default="")  # a nickname; empty: they gave none
    level: Mapped[int] = mapped_column(default=0)
    language: Mapped[str] = mapped_column(String(12))  # the language they last read in
    area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"))  # where they live (L2) or last wrote
    is_example: Mapped[bool] = mapped_column(default=False)
    restricted_until: Mapped[datetime | None]  # the last end of what stands in restrictions; empty: nothing ever did
    pseudonym: Mapped[str] = mapped_column(String(32), default=lambda: token_hex(16))  # what the audit log calls them
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]  # they left for good; the empty row keeps their number from being given again

    given: Mapped[list[GivenRole]] = relationship(foreign_keys="GivenRole.person_id", lazy="selectin")

    @property
    def is_staff(self) -> bool:
        return bool(self.given)

    def has_role(self, role: Role, area_id: int | None) -> bool:
        """Whether the role was given for this area, or for everywhere."""
        return any(one.role == role and one.area_id in (None, area_id) for one in self.given)


class GivenRole(Base):
    __tablename__ = "roles"
    __table_args__ = (
        # NULLs are distinct in a unique key, so a role for everywhere needs a key of its own.
        Index("uq_roles_everywhere", "person_id", "role", unique=True,
              sqlite_where=text("area_id IS NULL"), postgresql_where=text("area_id IS NULL")),
        Index("uq_roles_area", "person_id", "role", "area_id", unique=True),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"))  # empty: everywhere
    given_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))  # empty: by the operator's command
    given_at: Mapped[datetime]


def add(
    session: Session, *, language: str, at: datetime, name: str = "", level: Level = Level.GUEST,
    area_id: int | None = None, is_example: bool = False,
) -> Person:  # fmt: skip
    """A new person. Raises Refusal when the name is too long."""
    name = clean_name(name)
    person = Person(
        name=name, level=int(level), language=language, area_id=area_id, is_example=is_example, created_at=at, given=[]
    )
    session.add(person)
    session.flush()
    return person


def give_role(
    session: Session, person: Person, role: Role, *, area_id: int | None, at: datetime, by: Person | None = None
) -> None:
    """Gives a role, for an area or everywhere; giving it twice changes nothing. Raises Refusal without an area."""
    if role in EVERYWHERE:
        area_id = None
    elif area_id is None:
        raise Refusal(say("This role needs an area."))
    if any(one.role == role and one.area_id == area_id for one in person.given):
        return
    person.given.append(GivenRole(role=role, area_id=area_id, given_by=by.id if by else None, given_at=at))
    session.flush()


def rename(session: Session, person: Person, name: str) -> None:
    """Another nickname, or none. Raises Refusal."""
    person.name = own_name(session, person, name)
    session.flush()


def describe(session: Session, person: Person, *, name: str, language: str) -> None:
    """What somebody says of themselves: a nickname or none, and what they want to read. Raises Refusal."""
    if language not in BY_TAG:
        raise Refusal(say("Choose one of the languages."), field="language")
    rename(session, person, name)
    person.language = language
    session.flush()


def raise_to(session: Session, person: Person, level: Level) -> None:
    """Knows somebody better than before, never worse; what waited for that follows, such as a guest's supports."""
    if person.level >= level:
        return
    person.level = int(level)
    session.flush()
    follow_up(session, person)


def follow_up(session: Session, person: Person) -> None:
    """Lets happen what waited until somebody is known; doing it again changes nothing."""
    for follow in _when_raised:
        follow(session, person)


def when_raised(follow: Raised) -> Raised:
    """Registers (session, person): what follows when a guest is known, or a neighbour becomes a resident."""
    _when_raised.append(follow)
    return follow


def clean_name(name: str) -> str:
    """In one form and on one line. Raises Refusal when it is too long, or carries signs that hide or turn text."""
    if len(" ".join(name.split())) > LONGEST_NAME:
        raise Refusal(say("The name may have %(most)s characters at most.", most=LONGEST_NAME), field="name")
    return names.clean(name)


def own_name(session: Session, person: Person, name: str) -> str:
    """The same, for a name that somebody chose themselves: it must not pass for another who works here. Refusal.

    A name that was theirs before stays theirs, whoever came later. Those who work here may say what they are.
    """
    name = clean_name(name)
    if name and name != person.name:
        staff = select(Person.name).where(Person.id != person.id, Person.given.any(), Person.name != "")
        names.make_sure_it_is_not(session.scalars(staff), name)
        if not person.is_staff:
            names.make_sure_it_claims_no_office(name)
    return name


def may_moderate(person: Person | None, area_id: int) -> bool:
    return _has_one_of(person, area_id, Role.MODERATOR, Role.COORDINATOR, Role.CORE)


def may_coordinate(person: Person | None, area_id: int) -> bool:
    return _has_one_of(person, area_id, Role.COORDINATOR, Role.CORE)


def areas_of(person: Person, *roles: Role) -> set[int] | None:
    """The ids of the areas in which somebody has one of these roles; None means every area."""
    held = [one for one in person.given if one.role in roles or one.role == Role.CORE]
    if any(one.area_id is None for one in held):
        return None
    return {one.area_id for one in held if one.area_id is not None}


def by_id(session: Session, person_id: int) -> Person | None:
    return session.scalar(select(Person).where(Person.id == person_id))


def _has_one_of(person: Person | None, area_id: int, *roles: Role) -> bool:
    return person is not None and any(person.has_role(role, area_id) for role in roles)


def one_called(session: Session, name: str) -> Person:
    """The one person with a role who has this name, or any with this number. Raises Refusal that lists them."""
    if name.isascii() and name.isdigit() and len(name) < 10:
        found = list(session.scalars(select(Person).where(Person.id == int(name))))
    else:
        found = list(session.scalars(select(Person).where(Person.name == name, Person.given.any()).order_by(Person.id)))
    if not found:
        raise Refusal(say("Nobody with a role has this name."))
    if len(found) > 1:
        numbers = ", ".join(str(one.id) for one in found)
        raise Refusal(say("Several people have this name. Give a number: %(numbers)s.", numbers=numbers))
    return found[0]
