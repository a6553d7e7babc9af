"""What the example has learned: from the pre-study's programmes, from its own cases, and with method cards."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from . import lesson_search, lesson_tags, texts
from .cases import Case
from .lessons import Lesson
from .method_uses import MethodUse

EXAMPLE = Path(__file__).resolve().parent / "example"
PARTS = ("title", "tried", "happened", "again", "programme")


def load(session: Session, cases: Mapping[str, Case], *, at: datetime) -> None:
    """Adds all of it; what a case learned belongs to that case, by its key."""
    for row in _read("lessons")["lesson"]:
        _lesson(session, row, None, at)
    learned = _read("learned")
    for row in learned["lesson"]:
        _lesson(session, row, cases[row["case"]], at)
    for row in learned["use"]:
        _use(session, row, cases[row["case"]], at)
    session.flush()


def _lesson(session: Session, row: dict[str, Any], case: Case | None, at: datetime) -> None:
    new = Lesson(
        area_id=case.area_id if case else None, case_id=case.id if case else None, kind=row["kind"],
        texts_id=_write(session, row, *PARTS, original="sv"), stage=row["stage"], years=row.get("years", ""),
        programme=row.get("programme", {}).get("sv", ""), page=row.get("page"), is_example=True, created_at=at,
        links="\n".join(row.get("links", ())),
    )  # fmt: skip
    session.add(new)
    session.flush()
    lesson_tags.write(session, new.id, row["tags"])
    lesson_search.keep(session, new.id, new.texts_id)


def _use(session: Session, row: dict[str, Any], case: Case, at: datetime) -> None:
    session.add(
        MethodUse(
            method=row["method"], case_id=case.id, area_id=case.area_id, content_mark="",
            texts_id=_write(session, row, "text", original=row["original"]), at=at - timedelta(days=row["days_ago"]),
        )
    )  # fmt: skip


def _read(noun: str) -> dict[str, Any]:
    return tomllib.loads((EXAMPLE / f"{noun}.toml").read_text("utf-8"))


def _write(session: Session, row: dict[str, Any], *names: str, original: str) -> int:
    """The named texts of a row, {"title": {"sv": ...}}, as a set."""
    said: dict[str, dict[str, str]] = {}
    for name in names:
        for tag, words in row.get(name, {}).items():
            said.setdefault(tag, {})[name] = words
    return texts.write(session, said, original=original).id
