"""What people of the example tell of everyday life, and what their teams saw in it."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from . import insights, texts
from .cases import Case
from .demo_talk import whoever
from .insight_patterns import Pattern, Source
from .insight_tellings import Telling, ToldBy
from .insights import Insight, State

FILE = Path(__file__).resolve().parent / "example" / "insights.toml"


def load(session: Session, cases: Mapping[str, Case], *, at: datetime) -> None:
    """Adds insights and patterns to the example's cases, by their keys."""
    rows = tomllib.loads(FILE.read_text("utf-8"))
    told = {row["key"]: _insight(session, row, cases[row["case"]], at) for row in rows["insight"]}
    for row in rows["pattern"]:
        _pattern(session, row, cases[row["case"]], told, at - timedelta(days=row["days_ago"]))
    session.flush()


def _insight(session: Session, row: dict[str, Any], case: Case, at: datetime) -> Insight:
    if "hours_waiting" in row:
        return _wait(session, row, case, at - timedelta(hours=row["hours_waiting"]))
    moment = at - timedelta(days=row["days_ago"])
    by = whoever(session, row, case.area_id, moment)
    insight = Insight(
        case_id=case.id, area_id=case.area_id, author_id=by.id, form=row["form"], text=row["text"],
        content_mark=hashlib.sha256(row["text"].encode()).hexdigest(), language=row["language"],
        told_by=_told_by(row), name=row.get("name", ""), consent_by=by.id, consent_at=moment, state=State.PUBLIC,
        is_example=True, created_at=moment, public_at=moment,
    )  # fmt: skip
    session.add(insight)
    session.flush()
    return insight


def _wait(session: Session, row: dict[str, Any], case: Case, at: datetime) -> Insight:
    """Told just now: a neighbour's is read first."""
    telling = Telling(row["form"], row["text"], told_by=_told_by(row), name=row.get("name", ""), is_agreed=True)
    by = whoever(session, row, case.area_id, at)
    waits = insights.tell(session, case, telling, language=row["language"], by=by, at=at)
    waits.is_example = True
    return waits


def _pattern(session: Session, row: dict[str, Any], case: Case, told: Mapping[str, Insight], at: datetime) -> None:
    said = {language: {"text": words} for language, words in row["text"].items()}
    pattern = Pattern(
        case_id=case.id, area_id=case.area_id, texts_id=texts.write(session, said, original="sv").id, created_at=at
    )
    session.add(pattern)
    session.flush()
    session.add_all(
        Source(pattern_id=pattern.id, insight_id=told[key].id, area_id=case.area_id) for key in row["insights"]
    )


def _told_by(row: dict[str, Any]) -> str:
    return str(ToldBy.FIRST if "name" in row else ToldBy.NOBODY)
