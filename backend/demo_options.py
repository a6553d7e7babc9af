"""What the teams of the example weighed, what went on to a prototype, and what they saw when they tried it."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import texts
from .cases import Case
from .demo_talk import whoever
from .ideas import Idea
from .option_arguments import Argument
from .options import Option
from .prototypes import Prototype
from .trials import TEXTS, Trial

EXAMPLE = Path(__file__).resolve().parent / "example"
LONG_AGO = timedelta(days=80)  # the teams chose before they tried


def load(session: Session, ideas: Mapping[str, Idea], cases: Mapping[str, Case], *, at: datetime) -> None:
    """Adds options and trials to the example's cases, by their keys."""
    for row in _read("option"):
        _option(session, row, ideas.get(row.get("idea", "")), cases[row["case"]], at - LONG_AGO)
    for row in _read("trial"):
        _trial(session, row, cases[row["case"]], at - timedelta(days=row["days_ago"]))
    session.flush()


def _option(session: Session, row: dict[str, Any], idea: Idea | None, case: Case, at: datetime) -> None:
    least, most = row.get("cost", (None, None))
    goes_on = row.get("goes_on")
    option = Option(
        case_id=case.id, area_id=case.area_id, idea_id=idea.id if idea else None, cost_from=least, cost_to=most,
        texts_id=_write(session, row, "title", "text", "source", "risk", "why"), goes_on=goes_on,
        risk_level=row.get("risk_level", ""), decided_at=None if goes_on is None else at, created_at=at,
    )  # fmt: skip
    session.add(option)
    session.flush()
    if "prototype" in row:
        _prototype(session, case, row["prototype"]).option_id = option.id
    for argument in row["arguments"]:
        session.add(
            Argument(
                option_id=option.id, area_id=case.area_id, side=argument["side"], text=argument["text"],
                language=argument["language"], by_id=whoever(session, argument, case.area_id, at).id,
                content_mark=hashlib.sha256(argument["text"].encode()).hexdigest(), at=at,
            )
        )  # fmt: skip


def _trial(session: Session, row: dict[str, Any], case: Case, at: datetime) -> None:
    """The prototype's state stays as its own row tells it, but where the last trial stopped it."""
    prototype = _prototype(session, case, row["prototype"])
    if row["state"] == "stopped":
        prototype.state = row["state"]
    session.add(
        Trial(
            prototype_id=prototype.id, area_id=case.area_id, day=at.date(), numbers=row["numbers"], state=row["state"],
            texts_id=_write(session, row, *TEXTS), by_id=whoever(session, row, case.area_id, at).id,
            content_mark=hashlib.sha256(row["key"].encode()).hexdigest(), created_at=at,
        )
    )  # fmt: skip


def _prototype(session: Session, case: Case, position: int) -> Prototype:
    return session.scalars(select(Prototype).where(Prototype.case_id == case.id, Prototype.position == position)).one()


def _read(noun: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads((EXAMPLE / f"{noun}s.toml").read_text("utf-8"))[noun]
    return found


def _write(session: Session, row: dict[str, Any], *names: str) -> int:
    """{"title": {"sv": ...}} turned round and kept."""
    said: dict[str, dict[str, str]] = {}
    for name in names:
        for language, words in row.get(name, {}).items():
            said.setdefault(language, {})[name] = words
    return texts.write(session, said, original="sv").id
