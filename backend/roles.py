"""Who may give whom which role, take it back, leave, or hand it over. The rows stand beside people in people.py."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from . import audit, people, sign_in
from .database import insert
from .errors import NotAllowed, NotFound, Refusal
from .ideas import Idea
from .people import EVERYWHERE, GivenRole, Level, Person, Role
from .wording import Wording, say

NAMES: Mapping[str, Wording] = {
    Role.MODERATOR: say("Moderator"),
    Role.COORDINATOR: say("Coordinator"),
    Role.CORE: say("Core team"),
    Role.OPERATOR: say("Operator"),
}


def offered(by: Person | None, area_id: int | None) -> list[Role]:
    """The roles that by may give for an area, or for everywhere where none is named."""
    if by is None:
        return []
    operates, leads = by.has_role(Role.OPERATOR, None), by.has_role(Role.CORE, None)
    if area_id is None:
        return [Role.CORE, Role.OPERATOR] if operates else [Role.CORE] if leads else []
    may = operates or people.may_coordinate(by, area_id)
    return [Role.MODERATOR, Role.COORDINATOR] if may else []


def leads(by: Person | None) -> set[int] | None:
    """The ids of the areas whose people by looks after; None means every area."""
    if by is None:
        return set()
    if by.has_role(Role.OPERATOR, None):
        return None
    return people.areas_of(by, Role.COORDINATOR)


def may_know(session: Session, by: Person | None, person: Person) -> bool:
    """Whether by may see who this is: whoever lives, wrote or works in one of by's areas, or works for all of them."""
    mine = leads(by)
    if mine is None or person.area_id in mine:
        return True
    if any(one.area_id is None or one.area_id in mine for one in person.given):
        return True
    wrote = select(Idea.id).where(Idea.author_id == person.id, Idea.area_id.in_(mine)).limit(1)
    return session.scalar(wrote) is not None


def may_give(by: Person | None, role: str, area_id: int | None) -> bool:
    return role in offered(by, None if role in EVERYWHERE else area_id)


# --- verbs ---


def give(session: Session, person: Person, role: str, *, area_id: int | None, by: Person, at: datetime) -> None:
    """Gives a role; giving it twice changes nothing. Raises NotAllowed, Refusal without one of the roles."""
    if role not in NAMES:
        raise Refusal(say("Choose a role."), field="role")
    area_id = None if role in EVERYWHERE else area_id
    if not may_give(by, role, area_id):
        raise NotAllowed(say("You may not give this role here."))
    if person.level < Level.NEIGHBOUR:
        raise Refusal(say("They have to sign in once before they can have a role."), field="person")
    values = {"person_id": person.id, "role": role, "area_id": area_id, "given_by": by.id, "given_at": at}
    new = insert(session, GivenRole).values(**values)
    if session.scalar(new.on_conflict_do_nothing().returning(GivenRole.id)) is not None:
        session.expire(person, ["given"])
        audit.note(session, "role.given", at=at, by=by, area_id=area_id, noun_id=person.id, role=role)


def invite(
    session: Session, name: str, role: str, *, area_id: int | None, language: str, by: Person, at: datetime
) -> tuple[Person, str]:
    """Somebody new with a role, and the token of the one-time address that signs them in. Raises Refusal."""
    person = people.add(session, name=name, language=language, level=Level.NEIGHBOUR, area_id=area_id, at=at)
    if not person.name:
        raise Refusal(say("Write the name of whom you invite."), field="name")
    give(session, person, role, area_id=area_id, by=by, at=at)
    return person, sign_in.address_for(session, person, at=at)


def take(session: Session, given: GivenRole, *, by: Person, at: datetime) -> None:
    """Takes a role back, or leaves one's own. Their sign-ins end, so that nothing open outlives the role.

    Raises NotAllowed; Refusal for the last operator, who would lock everybody out.
    """
    is_own = given.person_id == by.id
    if not is_own and not may_give(by, given.role, given.area_id):
        raise NotAllowed(say("You may not take this role back."))
    _make_sure_somebody_is_left(session, given)
    person = session.get_one(Person, given.person_id)
    session.execute(delete(GivenRole).where(GivenRole.id == given.id))
    session.expire(person, ["given"])
    if not is_own:
        sign_in.end_all(session, person)
    act = "role.left" if is_own else "role.taken"
    audit.note(session, act, at=at, by=by, area_id=given.area_id, noun_id=person.id, role=given.role)


def hand_over(session: Session, given: GivenRole, to: Person, *, by: Person, at: datetime) -> None:
    """Gives one's own role to somebody else and leaves it, both or neither. Raises NotAllowed, Refusal."""
    if given.person_id != by.id:
        raise NotAllowed(say("You can hand over only a role of your own."))
    if to.id == by.id:
        raise Refusal(say("Choose somebody else to hand it to."), field="person")
    give(session, to, given.role, area_id=given.area_id, by=by, at=at)
    take(session, given, by=by, at=at)


# --- finders ---


def by_number(session: Session, number: int) -> GivenRole:
    """Raises NotFound."""
    found = session.get(GivenRole, number) if number < 2**31 else None
    if found is None:
        raise NotFound(say("There is no such role."))
    return found


def of_areas(session: Session, area_ids: set[int] | None) -> list[tuple[GivenRole, Person]]:
    """Who has which role in these areas (None: in all), and who has one everywhere; by name."""
    query = select(GivenRole, Person).join(Person, Person.id == GivenRole.person_id)
    if area_ids is not None:
        query = query.where(or_(GivenRole.area_id.in_(area_ids), GivenRole.area_id.is_(None)))
    return [(given, person) for given, person in session.execute(query.order_by(Person.name, GivenRole.id))]


def _make_sure_somebody_is_left(session: Session, given: GivenRole) -> None:
    """Operators give all other roles: at least one must stay. The rows are locked, since two may leave at once."""
    if given.role != Role.OPERATOR:
        return
    operators = select(GivenRole.id).where(GivenRole.role == Role.OPERATOR).with_for_update()
    if len(session.scalars(operators).all()) <= 1:
        raise Refusal(say("You are the last operator. Give somebody else this role first."))
