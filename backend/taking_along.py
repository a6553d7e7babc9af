"""What somebody wrote as a guest, taken along when they sign in as a person who was known before; they are asked.

It knows no feature: it walks over all tables that name a person. What belongs to a sign-in or to a role stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Table, UniqueConstraint, and_, delete, exists, func, select, update
from sqlalchemy.orm import Session

from . import people, revisions
from .database import Base
from .notices import Notice
from .people import Level, Person
from .sign_in import SignIn

# Columns that name a person and stay with the guest: what proves who somebody is, and what staff did.
STAYS = frozenset(
    {
        "sign_ins.person_id", "sign_ins.guest_id", "sign_in_addresses.person_id", "mail_codes.person_id", "acts.by",
        "roles.person_id", "roles.given_by", "ceremonies.person_id", "passkeys.person_id", "app_codes.person_id",
        "recovery_codes.person_id", "e_ids.person_id", "mail_addresses.person_id", "slips.used_by",
    }
)  # fmt: skip
COUNTED = ("ideas", "supports", "follows", "coming", "devices")  # what the page names, by their tables


def offer(session: Session, guest: Person | None, here: SignIn | None) -> bool:
    """Remembers on the new sign-in whose things wait for a yes or no; False where there is nothing to ask."""
    if guest is None or here is None or guest.level != Level.GUEST or guest.id == here.person_id:
        return False
    if not any(counts(session, guest.id).values()):
        return False
    here.guest_id = guest.id
    session.flush()
    return True


def counts(session: Session, guest_id: int) -> dict[str, int]:
    """How many of each the guest has, by the names in COUNTED."""
    found = dict.fromkeys(COUNTED, 0)
    for column in _columns():
        if column.table.name in found:
            query = select(func.count()).select_from(column.table).where(column == guest_id)
            found[column.table.name] += session.scalar(query) or 0
    return found


def leave(session: Session, here: SignIn) -> None:
    """Everything stays with the guest, whose receipt links go on working."""
    here.guest_id = None
    session.flush()


def take(session: Session, here: SignIn, *, at: datetime) -> None:
    """Moves what the guest has to whoever signed in here, and lets go of the guest; doing it twice changes nothing.

    Where both have the same, such as a support of one idea, the person's own stays.
    """
    guest = people.by_id(session, here.guest_id) if here.guest_id else None
    leave(session, here)
    if guest is None or guest.level != Level.GUEST:  # known by now, on another phone: no longer anybody's to take
        return
    moved = {column.table.name: _move(session, column, guest.id, here.person_id) for column in _columns()}
    theirs = update(Notice).where(Notice.audience == "person", Notice.audience_id == guest.id)
    session.execute(theirs.where(Notice.spread_at.is_(None)).values(audience_id=here.person_id))
    _limit_alike(guest, here.person)
    session.execute(delete(Person).where(Person.id == guest.id), execution_options={"synchronize_session": False})
    session.expunge(guest)
    people.follow_up(session, here.person)
    for area_id in _areas_of(session, here.person_id) if any(moved.values()) else ():
        revisions.raise_(session, area_id, "ideas", "meetings")


def _limit_alike(guest: Person, person: Person) -> None:
    """Who was limited as a guest stays so: what stands in restrictions has come along with the other rows."""
    ends = [one.restricted_until for one in (guest, person) if one.restricted_until is not None]
    person.restricted_until = max(ends) if ends else None


def _columns() -> Iterator[Column[Any]]:
    """Each column that names a person and whose row may change hands."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            is_person = any(key.target_fullname == "people.id" for key in column.foreign_keys)
            if is_person and f"{table.name}.{column.name}" not in STAYS:
                yield column


def _move(session: Session, column: Column[Any], guest_id: int, person_id: int) -> int:
    """Gives the guest's rows to the person, but those that the person has already; returns how many."""
    mine = update(column.table).where(column == guest_id).values({column.name: person_id})
    for others in _unique_with(column):
        twin = column.table.alias()
        same = [twin.c[column.name] == person_id, *(twin.c[name] == column.table.c[name] for name in others)]
        mine = mine.where(~exists().where(and_(*same)))
    moved: Any = session.execute(mine.execution_options(synchronize_session=False))
    return int(moved.rowcount)


def _unique_with(column: Column[Any]) -> Iterator[list[str]]:
    """For each unique key that the column is part of, the names of its other columns."""
    table: Any = column.table
    keys = [list(table.primary_key.columns)]
    keys += [list(one.columns) for one in table.constraints if isinstance(one, UniqueConstraint)]
    keys += [list(one.columns) for one in table.indexes if one.unique]
    for key in keys:
        names = [one.name for one in key]
        if column.name in names:
            yield [name for name in names if name != column.name]


def _areas_of(session: Session, person_id: int) -> set[int]:
    """The areas whose pages show something of a person: where they wrote, and where they come to a meeting."""
    found: set[int] = set()
    tables: dict[str, Table] = Base.metadata.tables
    ideas, coming, meetings = tables["ideas"], tables["coming"], tables["meetings"]
    found.update(session.scalars(select(ideas.c.area_id).where(ideas.c.author_id == person_id).distinct()))
    places = select(meetings.c.area_id).join(coming, coming.c.meeting_id == meetings.c.id)
    found.update(session.scalars(places.where(coming.c.person_id == person_id).distinct()))
    return found
