"""What people of the example say beneath ideas and cases, and a report that waits to be answered."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import areas, comment_subjects, comments, people, reports
from .cases import Case
from .comments import Comment, State
from .ideas import Idea
from .languages import offered
from .people import Level, Person

FILE = Path(__file__).resolve().parent / "example" / "comments.toml"


def load(session: Session, ideas: Mapping[str, Idea], cases: Mapping[str, Case], *, at: datetime) -> None:
    """Adds the talk to the example's ideas and cases, by their keys."""
    rows = tomllib.loads(FILE.read_text("utf-8"))
    said: dict[str, Comment] = {}
    for row in rows["comment"]:
        on = ideas[row["idea"]] if "idea" in row else cases[row["case"]]
        if "hours_waiting" in row:
            _wait(session, row, on, at - timedelta(hours=row["hours_waiting"]))
            continue
        under = said[row["under"]] if "under" in row else None
        comment = _say(session, row, on, under, at - timedelta(days=row["days_ago"]))
        if "key" in row:
            said[row["key"]] = comment
    comments.count(session, *(idea.id for idea in ideas.values()))
    for row in rows["report"]:
        idea, moment = ideas[row["idea"]], at - timedelta(hours=row["hours_waiting"])
        reports.report(
            session, area_id=idea.area_id, kind="idea", number=idea.id, by=whoever(session, row, idea.area_id, moment),
            reason=row["reason"], words=row["words"], language=row["language"], at=moment,
        )  # fmt: skip


def _say(session: Session, row: dict[str, Any], on: Idea | Case, under: Comment | None, at: datetime) -> Comment:
    """A comment that a moderator has read already."""
    comment = Comment(
        area_id=on.area_id, kind="idea" if isinstance(on, Idea) else "case", noun_id=on.id, text=row["text"],
        parent_id=under.id if under else None, author_id=whoever(session, row, on.area_id, at).id,
        content_mark=hashlib.sha256(row["text"].encode()).hexdigest(), language=row["language"], state=State.PUBLIC,
        created_at=at, public_at=at,
    )  # fmt: skip
    session.add(comment)
    session.flush()
    return comment


def _wait(session: Session, row: dict[str, Any], on: Idea | Case, at: datetime) -> None:
    """A comment that somebody sent just now: a neighbour's is read first."""
    kind = "idea" if isinstance(on, Idea) else "case"
    subject = comment_subjects.subject(session, kind, on.id, language="sv")
    by = whoever(session, row, on.area_id, at)
    area = areas.by_id(session, on.area_id)
    comments.write(session, subject, area=area, text=row["text"], language=row["language"], by=by, at=at)


def whoever(session: Session, row: dict[str, Any], area_id: int, at: datetime) -> Person:
    """The example's person of this name in this area, who may be new."""
    known = (Person.is_example, Person.name == row["author"], Person.area_id == area_id)
    person = session.scalar(select(Person).where(*known).order_by(Person.id).limit(1))
    tongue = offered(row["language"])
    return person or people.add(
        session, name=row["author"], language=tongue.tag if tongue else "sv", level=Level.NEIGHBOUR, area_id=area_id,
        is_example=True, at=at,
    )  # fmt: skip
