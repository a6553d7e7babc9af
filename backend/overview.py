"""All cases of all areas at one glance: where each stands and how long, what it asks for, and what spread where.

The core team reads it with what is missing in each; the public reads the same without names.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from . import cases, team_requests, texts
from .adoptions import STATES, Adoption
from .case_moves import Move
from .cases import Case, Listed
from .needs import Need
from .prototypes import Prototype
from .prototypes import State as Tried
from .teams import Member
from .texts import TextLine, Words
from .wording import Wording

# A quarter of a year: school terms, seasons and summers pass in it, so that nobody is hurried by a holiday.
LONG = timedelta(days=90)
OF_CASE = ("title", "summary")


@dataclass(frozen=True)
class Standing:
    """A case, and how it is doing. What names people is empty where the public reads."""

    case: Listed
    since: datetime  # on its stop
    needs: list[Words] = field(default_factory=list)  # open ones
    linked: frozenset[int] = frozenset()  # the cases that it came from or that came from it
    working: list[Words] = field(default_factory=list)  # solutions
    members: int = 0
    ambassadors: list[str] = field(default_factory=list)
    asking: int = 0  # people who asked to join its team

    def is_long(self, at: datetime) -> bool:
        """Whether it stands on one stop for LONG; what is finished has arrived."""
        return not self.case.is_finished and at - self.since >= LONG


@dataclass(frozen=True)
class Spread:
    """A solution that another area took up."""

    source: Listed
    taken_up: Listed
    state: str

    @property
    def state_name(self) -> Wording:
        return STATES[self.state]


@dataclass(frozen=True)
class Overview:
    standings: Sequence[Standing]
    spread: Sequence[Spread]

    def at_stage(self, stage: int) -> list[Standing]:
        return [one for one in self.standings if one.case.stage == stage and not one.case.is_finished]

    @property
    def finished(self) -> list[Standing]:
        return [one for one in self.standings if one.case.is_finished]


def public(session: Session, area_ids: Collection[int], language: str, *, at: datetime) -> Overview:
    """What everybody may read: no names. Six statements, however many cases there are."""
    listed = _listed(session, area_ids, language)
    since, needs, links = _since(session, area_ids), _needs(session, area_ids, language, at), _links(session, area_ids)
    standings = [
        Standing(case, since[case.id], needs.get(case.id, []), _linked(case.id, links)) for case in listed.values()
    ]
    return Overview(standings, _spread(listed, links))


def for_core(session: Session, area_ids: Collection[int], language: str, *, at: datetime) -> Overview:
    """The same with the teams and what works. Ten statements, however many cases there are."""
    seen = public(session, area_ids, language, at=at)
    teams, working = _teams(session, area_ids), _working(session, area_ids, language)
    asking = team_requests.waiting_in(session, area_ids)
    standings = [
        Standing(
            one.case, one.since, one.needs, one.linked, working.get(one.case.id, []),
            members=len(teams.get(one.case.id, [])), asking=asking.get(one.case.id, 0),
            ambassadors=[name for name, is_ambassador in teams.get(one.case.id, []) if is_ambassador],
        )
        for one in seen.standings
    ]  # fmt: skip
    return Overview(standings, seen.spread)


def texts_of(session: Session, area_ids: Collection[int]) -> dict[int, dict[str, str]]:
    """{case: {language: its title and summary}}. One statement."""
    query = select(Case.id, TextLine.language, TextLine.words).join(TextLine, TextLine.set_id == Case.texts_id)
    found: dict[int, dict[str, str]] = {}
    for case, tag, words in session.execute(query.where(Case.area_id.in_(area_ids), TextLine.name.in_(OF_CASE))):
        own = found.setdefault(case, {})
        own[tag] = f"{own.get(tag, '')} {words}"
    return found


# --- private parts ---


def _listed(session: Session, area_ids: Collection[int], language: str) -> dict[int, Listed]:
    by_area = cases.of_areas(session, area_ids, language)
    return {case.id: case for area_id in area_ids for case in by_area[area_id]}


def _since(session: Session, area_ids: Collection[int]) -> dict[int, datetime]:
    """{case: since when it is on its stop}: its last move, or its beginning."""
    moved = func.coalesce(func.max(Move.at), Case.created_at, type_=Case.created_at.type)
    query = select(Case.id, moved).outerjoin(Move, Move.case_id == Case.id).where(Case.area_id.in_(area_ids))
    return {row[0]: row[1] for row in session.execute(query.group_by(Case.id, Case.created_at))}


def _needs(session: Session, area_ids: Collection[int], language: str, at: datetime) -> dict[int, list[Words]]:
    is_open = Need.closed_at.is_(None), Need.is_hidden.is_(False), or_(Need.until.is_(None), Need.until > at)
    query = select(Need.case_id, Need.texts_id).where(Need.area_id.in_(area_ids), *is_open).order_by(Need.id)
    return _words(session, [(row[0], row[1]) for row in session.execute(query)], "words", language)


def _working(session: Session, area_ids: Collection[int], language: str) -> dict[int, list[Words]]:
    query = select(Prototype.case_id, Prototype.texts_id).where(
        Prototype.area_id.in_(area_ids), Prototype.state == Tried.WORKS
    )
    rows = session.execute(query.order_by(Prototype.position, Prototype.id))
    return _words(session, [(row[0], row[1]) for row in rows], "title", language)


def _words(session: Session, rows: list[tuple[int, int]], name: str, language: str) -> dict[int, list[Words]]:
    said = texts.read(session, [texts_id for _, texts_id in rows], language)
    found: dict[int, list[Words]] = {}
    for case, texts_id in rows:
        found.setdefault(case, []).append(said[texts_id][name])
    return found


def _teams(session: Session, area_ids: Collection[int]) -> dict[int, list[tuple[str, bool]]]:
    """{case: (name, whether an ambassador) of each member}."""
    query = select(Member.case_id, Member.name, Member.is_ambassador)
    found: dict[int, list[tuple[str, bool]]] = {}
    today = query.where(Member.area_id.in_(area_ids), Member.left_at.is_(None))
    for case, name, is_ambassador in session.execute(today.order_by(Member.id)):
        found.setdefault(case, []).append((name, is_ambassador))
    return found


def _links(session: Session, area_ids: Collection[int]) -> list[tuple[int, int, str]]:
    """(source case, new case, how it goes), the latest first."""
    query = select(Adoption.from_case_id, Adoption.case_id, Adoption.state)
    made = query.where(Adoption.area_id.in_(area_ids), Adoption.case_id.is_not(None)).order_by(Adoption.id.desc())
    return [(source, new, state) for source, new, state in session.execute(made) if new is not None]


def _linked(case: int, links: list[tuple[int, int, str]]) -> frozenset[int]:
    ends = [(source, new) for source, new, _ in links if case in (source, new)]
    return frozenset(number for pair in ends for number in pair if number != case)


def _spread(listed: Mapping[int, Listed], links: list[tuple[int, int, str]]) -> list[Spread]:
    return [
        Spread(listed[source], listed[new], state) for source, new, state in links if source in listed and new in listed
    ]
