"""All that we hold of a person: every column that names people is listed here, with what the export gives of it and
what an erasure does with it. A test walks the tables and fails for one that is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from .database import Base
from .notices import Notice
from .people import Person
from .photos import Photo
from .sounds import Sound

ABOUT = ("id", "name", "level", "language", "area_id", "created_at", "restricted_until")  # of the person's own row


class After(StrEnum):
    """What becomes of a row when the person it names is erased."""

    GOES = "goes"
    NAMELESS = "nameless"  # it stays without the person
    STAYS = "stays"  # another part of the erasure sees to it


@dataclass(frozen=True)
class Part:
    after: After
    given: bool = True  # whether the export has it
    hides: tuple[str, ...] = ()  # columns that would give away a secret of ours, or somebody else


# What staff did is theirs as an act of office: it is in the audit log, and the export gives it from there.
OFFICE = Part(After.NAMELESS, given=False)

PARTS: dict[tuple[str, str], Part] = {
    ("acceptances", "person_id"): Part(After.NAMELESS),
    ("adoption_reports", "by_id"): Part(After.NAMELESS),
    ("adoptions", "by_id"): OFFICE,
    ("acts", "by"): Part(After.STAYS, hides=("salt", "commitment", "seal")),
    ("app_codes", "person_id"): Part(After.GOES, hides=("secret",)),
    ("case_endings", "by"): OFFICE,
    ("case_moves", "by"): OFFICE,
    ("appeals", "person_id"): Part(After.GOES, hides=("decision",)),
    ("ceremonies", "person_id"): Part(After.GOES, given=False),
    ("coming", "person_id"): Part(After.GOES),
    ("comments", "author_id"): Part(After.NAMELESS, hides=("content_mark",)),
    ("devices", "person_id"): Part(After.GOES, hides=("endpoint", "p256dh", "auth")),
    ("e_ids", "person_id"): Part(After.NAMELESS, hides=("subject_mark",)),  # the mark stays, or they could vote twice
    ("follows", "person_id"): Part(After.GOES),
    ("ideas", "author_id"): Part(After.NAMELESS, hides=("content_mark", "receipt_mark")),
    ("handover_takers", "noted_by"): OFFICE,
    ("handover_takers", "person_id"): Part(After.NAMELESS, hides=("noted_by",)),
    ("handovers", "offered_by"): OFFICE,
    ("idea_merges", "by"): OFFICE,
    ("idea_versions", "written_by"): Part(After.NAMELESS, hides=("content_mark",)),
    ("ideas", "entered_by"): OFFICE,
    ("insight_patterns", "by_id"): Part(After.NAMELESS),
    ("insights", "author_id"): Part(After.NAMELESS, hides=("content_mark", "consent_by")),
    ("insights", "consent_by"): OFFICE,
    ("journal_notes", "by_id"): Part(After.NAMELESS, hides=("content_mark",)),
    ("lessons", "by_id"): Part(After.NAMELESS, hides=("content_mark",)),
    ("letters", "person_id"): Part(After.GOES, hides=("values",)),
    ("mail_addresses", "person_id"): Part(After.GOES, hides=("leave_mark",)),
    ("mail_codes", "person_id"): Part(After.GOES, given=False),
    ("meetings", "announced_by"): OFFICE,
    ("method_uses", "by_id"): Part(After.NAMELESS, hides=("content_mark",)),
    ("moderation", "claimed_by"): OFFICE,
    ("moderation", "decided_by"): OFFICE,
    ("moderation", "handed_by"): OFFICE,
    ("moderation", "handed_to"): OFFICE,
    ("moderation", "not_by"): OFFICE,
    ("paper_stacks", "first_by"): OFFICE,
    ("paper_stacks", "second_by"): OFFICE,
    ("option_arguments", "by_id"): Part(After.NAMELESS, hides=("content_mark",)),
    ("options", "added_by"): Part(After.NAMELESS, hides=("content_mark",)),
    ("options", "decided_by"): OFFICE,
    ("needs", "by_id"): Part(After.NAMELESS),
    ("pledges", "entered_by"): OFFICE,
    ("pledges", "person_id"): Part(After.NAMELESS, hides=("content_mark", "entered_by")),
    ("passkeys", "person_id"): Part(After.GOES, hides=("public_key",)),
    ("photos", "sent_by"): Part(After.NAMELESS, hides=("content_mark",)),
    ("place_screens", "opened_by"): OFFICE,
    ("recovery_codes", "person_id"): Part(After.GOES, given=False),
    ("reports", "by_id"): Part(After.NAMELESS),
    ("restrictions", "by"): OFFICE,
    ("restrictions", "person_id"): Part(After.GOES, hides=("by",)),
    ("roles", "given_by"): OFFICE,
    ("roles", "person_id"): Part(After.GOES, hides=("given_by",)),
    ("rounds", "created_by"): OFFICE,
    ("sign_in_addresses", "person_id"): Part(After.GOES, hides=("token_mark",)),
    ("sign_ins", "guest_id"): Part(After.NAMELESS, given=False),
    ("sign_ins", "person_id"): Part(After.GOES, hides=("token_mark", "guest_id")),
    ("slip_batches", "made_by"): OFFICE,
    ("slips", "used_by"): Part(After.NAMELESS, hides=("selector", "secret_mark", "again_mark")),
    ("sounds", "sent_by"): Part(After.NAMELESS, hides=("content_mark",)),
    ("supports", "person_id"): Part(After.STAYS),
    ("trials", "by_id"): Part(After.NAMELESS, hides=("content_mark",)),
    ("statements", "by"): Part(After.NAMELESS, hides=("content_mark",)),
    ("team_invitations", "by"): Part(After.NAMELESS, given=False),  # the person invited is somebody else
    ("team_invitations", "person_id"): Part(After.GOES, hides=("code_mark", "by")),
    ("team_members", "person_id"): Part(After.GOES, hides=("successor_id",)),
    ("team_notes", "by"): Part(After.NAMELESS, hides=("content_mark",)),
    ("team_requests", "answered_by"): OFFICE,
    ("team_requests", "person_id"): Part(After.GOES, hides=("answered_by",)),
}


def columns() -> Iterator[tuple[Table, str]]:
    """Every column that refers to a person, by the order of the tables."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if any(key.column.table.name == "people" for key in column.foreign_keys):
                yield table, column.name


def export(session: Session, person: Person) -> dict[str, Any]:
    """{table: rows} of all that names this person, fit for JSON; times are UTC. One statement for each table."""
    found: dict[str, Any] = {"about": {name: _plain(getattr(person, name)) for name in ABOUT}}
    for table, column in columns():
        part = PARTS[table.name, column]
        if part.given and (rows := _rows(session, table, column, person, part)):
            found[table.name] = rows
    found["notices"] = _notices(session, person)
    return found


def photos_of(session: Session, person: Person) -> list[Photo]:
    """The photos that somebody sent, oldest first; their files belong to the export."""
    return list(session.scalars(select(Photo).where(Photo.sent_by == person.id).order_by(Photo.id)))


def sounds_of(session: Session, person: Person) -> list[Sound]:
    """The recordings that somebody sent, likewise."""
    return list(session.scalars(select(Sound).where(Sound.sent_by == person.id).order_by(Sound.id)))


def _rows(session: Session, table: Table, column: str, person: Person, part: Part) -> list[dict[str, Any]]:
    given = [one for one in table.columns if one.name not in (*part.hides, column)]
    query = select(*given).where(table.c[column] == person.id).order_by(*table.primary_key.columns)
    return [{name: _plain(value) for name, value in row._mapping.items()} for row in session.execute(query)]


def _notices(session: Session, person: Person) -> list[dict[str, Any]]:
    """What was told to them alone; it names them by number, not by a key."""
    own = select(Notice.kind, Notice.noun_id, Notice.values, Notice.created_at)
    own = own.where(Notice.audience == "person", Notice.audience_id == person.id).order_by(Notice.id)
    return [{name: _plain(value) for name, value in row._mapping.items()} for row in session.execute(own)]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value
