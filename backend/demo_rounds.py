"""The votes of the example: an open one, and one that is counted, so that a newcomer sees a result and its files."""

from __future__ import annotations

import secrets
import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import areas, counting, receipts, texts
from .cases import Case
from .prototypes import Prototype, State
from .receipts import NONCE_BYTES
from .votes import Ballot, Choice, Round

FILE = Path(__file__).resolve().parent / "example" / "rounds.toml"
ONE_IN = 5  # ballots without a nonce of a phone: cast on paper, or without a script


def load(session: Session, cases: Mapping[str, Case], *, at: datetime) -> None:
    """Adds the rounds of the example, and counts them as of their closing."""
    for row in tomllib.loads(FILE.read_text("utf-8"))["round"]:
        _load(session, row, cases[row["case"]], at)


def open_round(
    session: Session, row: Mapping[str, Any], said: Mapping[str, Mapping[str, str]], made: Sequence[Prototype],
    case: Case, at: datetime,
) -> None:  # fmt: skip
    """A vote that is open now, on the prototypes made for the case."""
    zone = areas.by_id(session, case.area_id).zone
    closes = datetime.combine((at + timedelta(days=row["closes_in_days"])).astimezone(zone).date(), time(20), zone)
    new = Round(
        case_id=case.id, area_id=case.area_id, texts_id=texts.write(session, said, original="sv").id,
        winners=row["winners"], quorum=row["quorum"], opens_at=at - timedelta(days=row["opens_days_ago"]),
        closes_at=closes, secret=secrets.token_bytes(32), lot=secrets.token_hex(32), roll_at_opening=1,
    )  # fmt: skip
    session.add(new)
    session.flush()
    _offer(session, new, made)


def _offer(session: Session, round_: Round, made: Sequence[Prototype]) -> None:
    session.add_all(
        Choice(round_id=round_.id, prototype_id=one.id, position=one.position, cost=one.cost) for one in made
    )
    session.flush()


def _load(session: Session, row: dict[str, Any], case: Case, at: datetime) -> None:
    round_ = _round(session, row, case, at)
    made = session.scalars(
        select(Prototype).where(Prototype.case_id == case.id).order_by(Prototype.position, Prototype.id)
    ).all()
    _offer(session, round_, made)
    for group in row["alike"]:
        ticked = [made[place - 1].id for place in group["ticked"]]
        session.add_all(_ballot(round_, ticked, has_script=bool(turn % ONE_IN)) for turn in range(group["times"]))
    later = [made[place - 1] for place in row["stopped_later"]]
    for prototype in later:
        prototype.state = State.TRIED
    session.flush()
    counting.count(session, round_, at=round_.closes_at)
    for prototype in later:
        prototype.state = State.STOPPED
    round_.roll_at_closing = row["roll_at_closing"]
    session.flush()


def _round(session: Session, row: dict[str, Any], case: Case, at: datetime) -> Round:
    zone = areas.by_id(session, case.area_id).zone
    opens, closes = (
        datetime.combine((at - timedelta(days=days)).astimezone(zone).date(), time(hour), zone)
        for days, hour in ((row["opens_days_ago"], 8), (row["closes_days_ago"], 20))
    )
    said = {language: {"question": words} for language, words in row["question"].items()}
    new = Round(
        case_id=case.id, area_id=case.area_id, texts_id=texts.write(session, said, original="sv").id, winners=0,
        fund=row["fund"], quorum=row["quorum"], opens_at=opens, closes_at=closes, secret=secrets.token_bytes(32),
        lot=secrets.token_hex(32), roll_at_opening=row["roll_at_opening"],
    )  # fmt: skip
    session.add(new)
    session.flush()
    return new


def _ballot(round_: Round, ticked: list[int], *, has_script: bool) -> Ballot:
    client, server = secrets.token_hex(NONCE_BYTES) if has_script else "", secrets.token_hex(NONCE_BYTES)
    return Ballot(
        round_id=round_.id, voter_mark=secrets.token_hex(32), choices=receipts.spelled(ticked), client_nonce=client,
        server_nonce=server,
        commitment=receipts.commitment(round_.id, ticked, client_nonce=client, server_nonce=server),
    )  # fmt: skip
