"""What the example's cases need, who promised what, who owns one of them, and what another area took up."""

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
from .adoption_reports import AdoptionReport
from .adoptions import Adoption
from .areas import Area
from .cases import Case
from .handovers import Handover, Taker
from .handovers import State as Handed
from .needs import Need
from .pledges import Pledge, Reading, State
from .prototypes import Prototype

FILE = Path(__file__).resolve().parent / "example" / "resources.toml"
Texts = dict[str, dict[str, str]]


def load(session: Session, cases: Mapping[str, Case], places: Mapping[str, Area], *, at: datetime) -> None:
    """Adds them to the example's cases and areas, by their keys and slugs."""
    rows = tomllib.loads(FILE.read_text("utf-8"))
    needs = {row["key"]: _need(session, row, cases[row["case"]], at) for row in rows["need"]}
    for row in rows["pledge"]:
        need = needs.get(row.get("need", ""))
        _pledge(session, row, cases[row["case"]] if need is None else need, need, at)
    for row in rows["handover"]:
        _handover(session, row, cases[row["case"]], at)
    for row in rows["adoption"]:
        _adoption(session, row, cases[row["from"]], places[row["area"]], at)
    session.flush()


def _need(session: Session, row: dict[str, Any], case: Case, at: datetime) -> Need:
    new = Need(
        case_id=case.id, area_id=case.area_id, kind=row["kind"], texts_id=_write(session, row, "words", "unit"),
        how_much=row.get("how_much"), until=at + timedelta(days=row["until_days"]) if "until_days" in row else None,
        closed_at=at - timedelta(days=5) if row.get("is_closed") else None, created_at=_ago(row, at),
    )  # fmt: skip
    session.add(new)
    session.flush()
    return new


def _pledge(session: Session, row: dict[str, Any], case: Case | Need, need: Need | None, at: datetime) -> None:
    state = State(row.get("state", State.PROMISED))
    session.add(
        Pledge(
            case_id=need.case_id if need else case.id, area_id=case.area_id, need_id=need.id if need else None,
            kind=need.kind if need else row["kind"], words=row["words"], language=row["language"],
            how_much=row.get("how_much"), shown_as=row["shown_as"], name=row.get("name", ""), state=state,
            reading=Reading.PUBLIC, word=row.get("word", ""), word_language=row["language"] if "word" in row else "",
            content_mark=hashlib.sha256(row["words"].encode()).hexdigest(), created_at=_ago(row, at),
            public_at=_ago(row, at), settled_at=None if state == State.PROMISED else at - timedelta(days=2),
        )
    )  # fmt: skip


def _handover(session: Session, row: dict[str, Any], case: Case, at: datetime) -> None:
    """Offered to a department, for which somebody without an account said yes."""
    answered = at - timedelta(days=row["answered_days_ago"])
    new = Handover(
        case_id=case.id, area_id=case.area_id, to_whom=row["to_whom"], owner=row["owner"], words=row["words"],
        language=row["language"], offered_at=_ago(row, at), state=Handed.ACCEPTED, settled_at=answered,
    )  # fmt: skip
    session.add(new)
    session.flush()
    session.add(
        Taker(
            handover_id=new.id, name=row["owner"], answer=Handed.ACCEPTED, words=row["answer"],
            language=row["language"], spoke=row["spoke"], is_noted=True, answered_at=answered,
        )
    )  # fmt: skip


def _adoption(session: Session, row: dict[str, Any], source: Case, area: Area, at: datetime) -> None:
    tried = select(Prototype.id).where(Prototype.case_id == source.id, Prototype.position == row["prototype"])
    case = Case(
        area_id=area.id, texts_id=_write(session, row, "title", "summary", "here"), stage=row["stage"],
        furthest=row["stage"], is_example=True, created_at=_ago(row, at),
    )  # fmt: skip
    session.add(case)
    session.flush()
    adoption = Adoption(
        from_case_id=source.id, prototype_id=session.scalar(tried), case_id=case.id, area_id=area.id,
        texts_id=_write(session, row, "changes"), state=row["state"], at=_ago(row, at),
    )  # fmt: skip
    session.add(adoption)
    session.flush()
    session.add_all(
        AdoptionReport(
            adoption_id=adoption.id, area_id=area.id, texts_id=_write(session, told, "text"), state=told["state"],
            at=_ago(told, at),
        )
        for told in row["reports"]
    )  # fmt: skip


def _ago(row: dict[str, Any], at: datetime) -> datetime:
    return at - timedelta(days=row["days_ago"])


def _write(session: Session, row: dict[str, Any], *names: str) -> int:
    """The named texts of a row, {"words": {"sv": ...}}, as a set; the first language is the original."""
    said: Texts = {}
    for name in names:
        for tag, words in row.get(name, {}).items():
            said.setdefault(tag, {})[name] = words
    return texts.write(session, said, original="sv").id
