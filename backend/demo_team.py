"""What a team of the example says of itself and together: members' words, statements, notes, who asks to join."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import people, texts
from .cases import Case
from .comments import Comment, State
from .languages import offered
from .people import Level, Person
from .statements import Acceptance, Statement
from .team_notes import TeamNote
from .team_requests import TeamRequest
from .teams import Member
from .texts import TextLine, TextSet

FILE = Path(__file__).resolve().parent / "example" / "teams.toml"


def load(session: Session, cases: Mapping[str, Case], *, at: datetime) -> None:
    """Adds all of it to the case that it names, whose members are there by their names."""
    told = tomllib.loads(FILE.read_text("utf-8"))
    case = cases[told["case"]]
    members = {one.name: one for one in session.scalars(select(Member).where(Member.case_id == case.id))}
    for row in told["member"]:
        _member(session, row, members, at)
    numbers: dict[str, int] = {}
    for row in told["statement"]:
        numbers[row["kind"]] = numbers.get(row["kind"], 0) + 1
        _statement(session, row, numbers[row["kind"]], case, members, at - timedelta(days=row["days_ago"]))
    for row in told["note"]:
        _note(session, row, case, members, at - timedelta(days=row["days_ago"]))
    for row in told["request"]:
        _request(session, row, case, at - timedelta(hours=row["hours_waiting"]))
    for row in told["comment"]:
        _comment(session, row, case, at - timedelta(days=row["days_ago"]))
    session.flush()


def _member(session: Session, row: dict[str, Any], members: Mapping[str, Member], at: datetime) -> None:
    """Their words stand in each language that the example tells them in."""
    member = members[row["name"]]
    set_id = member.texts_id or texts.write(session, {}, original="sv").id
    member.texts_id = set_id
    for name in ("gives", "needs"):
        for language, words in row[name].items():
            session.add(TextLine(set_id=set_id, language=language, name=name, words=words))
    if not set(row["gives"]) & {session.get_one(TextSet, set_id).original}:
        session.get_one(TextSet, set_id).original = next(iter(row["gives"]))
    if row.get("has_account"):
        member.person_id = _whoever(session, member.name, next(iter(row["gives"])), member.area_id, at).id
    member.is_ambassador = member.is_ambassador or row.get("is_ambassador", False)
    if "successor" in row:
        member.successor_id = members[row["successor"]].id


def _statement(
    session: Session, row: dict[str, Any], number: int, case: Case, members: Mapping[str, Member], at: datetime
) -> None:
    said = {language: {"text": words.strip()} for language, words in row["text"].items()}
    new = Statement(
        case_id=case.id, area_id=case.area_id, kind=row["kind"], number=number, by=members[row["by"]].person_id,
        texts_id=texts.write(session, said, original="sv").id, content_mark=_mark(str(row["text"])), at=at,
    )  # fmt: skip
    session.add(new)
    session.flush()
    session.add_all(
        Acceptance(statement_id=new.id, person_id=members[name].person_id, at=at + timedelta(days=2))
        for name in row["yes"]
    )


def _note(
    session: Session, row: dict[str, Any], case: Case, members: Mapping[str, Member], at: datetime
) -> None:  # fmt: skip
    session.add(
        TeamNote(
            case_id=case.id, area_id=case.area_id, text=row["text"], language=row["language"], at=at,
            by=members[row["by"]].person_id, content_mark=_mark(row["text"]),
        )
    )  # fmt: skip


def _request(session: Session, row: dict[str, Any], case: Case, at: datetime) -> None:
    person = _whoever(session, row["name"], row["language"], case.area_id, at)
    session.add(
        TeamRequest(
            case_id=case.id, area_id=case.area_id, person_id=person.id, name=row["name"], sector=row["sector"],
            gives=row["gives"], language=row["language"], at=at,
        )
    )  # fmt: skip


def _comment(session: Session, row: dict[str, Any], case: Case, at: datetime) -> None:
    """A comment that a moderator has read already."""
    session.add(
        Comment(
            area_id=case.area_id, kind=row["on"], noun_id=case.id, text=row["text"], language=row["language"],
            author_id=_whoever(session, row["author"], row["language"], case.area_id, at).id, state=State.PUBLIC,
            content_mark=_mark(row["text"]), created_at=at, public_at=at,
        )
    )  # fmt: skip


def _whoever(session: Session, name: str, language: str, area_id: int, at: datetime) -> Person:
    """The example's person of this name in this area, who may be new."""
    known = (Person.is_example, Person.name == name, Person.area_id == area_id)
    person = session.scalar(select(Person).where(*known).order_by(Person.id).limit(1))
    tongue = offered(language)
    return person or people.add(
        session, name=name, language=tongue.tag if tongue else "sv", level=Level.NEIGHBOUR, area_id=area_id,
        is_example=True, at=at,
    )  # fmt: skip


def _mark(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()
