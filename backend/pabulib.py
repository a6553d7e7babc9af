"""Elections as Pabulib files (.pb), the format in which participatory budgeting is published and counted again.

The format: https://pabulib.org/format. We read what its own checker (pabulib-checker 1.0) and pabutools read: columns
in any order, a mark at the beginning (BOM), either end of line, decimals with a point or a comma. A project that one
ballot names twice counts once, as in pabutools; public data has such ballots. What no count should rest on is
refused, and named with its line.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from .pabulib_lines import MOST_BYTES, Broken, Row, Section, sections, shown

__all__ = ["Broken", "Election", "Project", "Vote", "read", "write"]

APPROVAL = ("approval", "choose-1")  # kinds of votes where a ballot says yes to each project that it names
WITH_POINTS = ("cumulative", "scoring")  # each project comes with points
KINDS = (*APPROVAL, *WITH_POINTS, "ordinal")  # ordinal: the first of three gets three points, as the checker has it
WITHDRAWN = 999_999_999  # the cost that the field gives to a project withdrawn after people had voted for it
NUMBER = re.compile(r"-?[0-9]{1,15}(?:[.,][0-9]{1,6})?")  # at most 10^15 of the currency's unit
COUNTED = ("budget", "vote_type", "num_projects", "num_votes", "min_project_score_threshold")
META_ORDER = (  # in which the field writes them; others follow
    "description", "country", "unit", "district", "subunit", "instance", "num_projects", "num_votes", "budget",
    "vote_type", "rule", "date_begin", "date_end", "min_length", "max_length", "min_project_score_threshold", "edition",
    "language", "currency", "comment",
)  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t")  # a spreadsheet would compute what begins so


@dataclass(frozen=True)
class Project:
    id: str
    cost: Fraction
    name: str = ""
    more: Mapping[str, str] = field(default_factory=dict)  # its other columns, as published ("votes", "selected", ...)

    @property
    def is_withdrawn(self) -> bool:
        return self.cost == WITHDRAWN


@dataclass(frozen=True)
class Vote:
    """One ballot; without choices it is a voter who wants none, and who counts as a voter."""

    voter_id: str
    choices: tuple[str, ...]
    points: tuple[Fraction, ...] = ()  # one for each choice where the kind of vote has points
    more: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Election:
    budget: Fraction
    projects: Mapping[str, Project]  # by id
    votes: tuple[Vote, ...]
    vote_type: str = "approval"
    threshold: Fraction = Fraction(0)  # the least a project must score to be elected at all
    meta: Mapping[str, str] = field(default_factory=dict)  # the other keys of META
    notes: tuple[str, ...] = ()  # what somebody who counts should know, in sentences

    @property
    def is_approval(self) -> bool:
        return self.vote_type in APPROVAL

    def ticks(self) -> dict[str, int]:
        """How many ballots name each project."""
        ticks = dict.fromkeys(self.projects, 0)
        for vote in self.votes:
            for choice in vote.choices:
                ticks[choice] += 1
        return ticks

    def scores(self) -> dict[str, Fraction]:
        """The points of each project; its ticks where ballots say yes and nothing more.

        A default_score for those that a ballot does not name is not added, as in Pabulib's own checker.
        """
        scores = dict.fromkeys(self.projects, Fraction(0))
        for vote in self.votes:
            for choice, points in zip(vote.choices, self._points(vote), strict=True):
                scores[choice] += points
        return scores

    def _points(self, vote: Vote) -> Iterable[Fraction | int]:
        if self.vote_type == "ordinal":
            return range(len(vote.choices), 0, -1)
        return vote.points or [1] * len(vote.choices)


def read(source: bytes | str | Path) -> Election:
    """The election that a file holds; a str is the text itself. Raises Broken, and OSError for a Path."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            source = file.read(MOST_BYTES + 1)
    found = sections(source)
    meta = _meta(found["META"])
    kind = _kind(meta)
    projects = _projects(found["PROJECTS"])
    votes, notes = _votes(found["VOTES"], projects, kind)
    _compare(meta, "num_projects", len(projects))
    _compare(meta, "num_votes", len(votes))
    return Election(
        budget=_above_zero(_of(meta, "budget"), "value", "the budget"), projects=projects, votes=votes, vote_type=kind,
        threshold=_threshold(meta), meta={key: row.cells["value"] for key, row in meta.items() if key not in COUNTED},
        notes=notes,
    )  # fmt: skip


def write(election: Election) -> str:
    """The text of the election's file; read() gives the same election back.

    Names that a spreadsheet would take for a formula get an apostrophe in front.
    """
    out = io.StringIO()
    table = csv.writer(out, delimiter=";", lineterminator="\n")
    meta = {**election.meta, **_counted(election)}
    table.writerows([["META"], ["key", "value"]])
    table.writerows([key, _one_line(meta[key])] for key in sorted(meta, key=_place_in_meta))
    more = _columns(project.more for project in election.projects.values())
    before = [name for name in ("votes", "score") if name in more]
    after = [name for name in more if name not in before]
    table.writerows([["PROJECTS"], ["project_id", "cost", *before, "name", *after]])
    for project in election.projects.values():
        counts, others = ([_one_line(project.more.get(name, "")) for name in names] for names in (before, after))
        table.writerow([project.id, _decimal(project.cost), *counts, _one_line(project.name), *others])
    points = ["points"] if election.vote_type in WITH_POINTS else []
    more = _columns(vote.more for vote in election.votes)
    table.writerows([["VOTES"], ["voter_id", "vote", *points, *more]])
    for vote in election.votes:
        own = [vote.voter_id, ",".join(vote.choices), *[",".join(map(_decimal, vote.points)) for _ in points]]
        table.writerow(own + [_one_line(vote.more.get(name, "")) for name in more])
    return out.getvalue()


def _meta(section: Section) -> dict[str, Row]:
    meta: dict[str, Row] = {}
    for row in section.rows:
        key = row.needed("key").lower()
        if key in meta:
            raise Broken(row.line, f"META says {shown(key)} a second time.")
        meta[key] = row
    return meta


def _of(meta: Mapping[str, Row], key: str) -> Row:
    if key not in meta:
        raise Broken(0, f'META has no "{key}".')
    return meta[key]


def _kind(meta: Mapping[str, Row]) -> str:
    row = _of(meta, "vote_type")
    kind = row.cells["value"].lower()
    if kind not in KINDS:
        raise Broken(row.line, f"the vote_type {shown(kind)} is none of {', '.join(KINDS)}.")
    return kind


def _threshold(meta: Mapping[str, Row]) -> Fraction:
    row = meta.get("min_project_score_threshold")
    least = _number(row.cells["value"], row.line, "the threshold") if row and row.cells["value"] else Fraction(0)
    if row and least < 0:
        raise Broken(row.line, "the threshold is below zero.")
    return least


def _compare(meta: Mapping[str, Row], key: str, number: int) -> None:
    """A file that was cut off on its way, or put together wrongly, says another number than it holds."""
    row = meta.get(key)
    if row and _number(row.cells["value"], row.line, key) != number:
        raise Broken(row.line, f"{key} is {row.cells['value']}, and the file holds {number}.")


def _projects(section: Section) -> dict[str, Project]:
    section.needs("project_id", "cost")
    projects: dict[str, Project] = {}
    for row in section.rows:
        name = row.needed("project_id")
        if "," in name:
            raise Broken(row.line, f"the id {shown(name)} has a comma, which parts the ids on a ballot.")
        if not name.isprintable():
            raise Broken(row.line, f"the id {shown(name)} has signs that nobody sees.")
        if name in projects:
            raise Broken(row.line, f"the project {shown(name)} stands here a second time.")
        more = _others(row, "project_id", "cost", "name")
        cost = _above_zero(row, "cost", f"the cost of {shown(name)}")
        projects[name] = Project(name, cost, row.cells.get("name", ""), more)
    if not projects:
        raise Broken(section.line, "there is no project.")
    return projects


def _votes(section: Section, projects: Mapping[str, Project], kind: str) -> tuple[tuple[Vote, ...], tuple[str, ...]]:
    """The ballots, and notes on those that name a project twice."""
    has_points = kind in WITH_POINTS
    section.needs("voter_id", "vote", *(["points"] if has_points else []))
    votes: dict[str, Vote] = {}
    twice = 0
    for row in section.rows:
        voter = row.needed("voter_id")
        if voter in votes:
            raise Broken(row.line, f"the voter {shown(voter)} stands here a second time.")
        named = [choice for choice in map(str.strip, row.cells["vote"].split(",")) if choice]
        for choice in named:
            if choice not in projects:
                raise Broken(row.line, f"the ballot names {shown(choice)}, which is no project.")
        points = _points(row, named) if has_points else ()
        twice += len(set(named)) < len(named)
        votes[voter] = Vote(
            voter, tuple(dict.fromkeys(named)), points, _others(row, "voter_id", "vote", *["points"] * has_points)
        )
    notes = (f"Ballots that name a project twice: {twice}. It counts once.",) if twice else ()
    return tuple(votes.values()), notes


def _points(row: Row, named: list[str]) -> tuple[Fraction, ...]:
    given = [points for points in map(str.strip, row.cells["points"].split(",")) if points]
    if len(given) != len(named):
        raise Broken(row.line, f"the ballot names {len(named)} projects and has points for {len(given)}.")
    if len(set(named)) != len(named):
        raise Broken(row.line, "the ballot gives points to a project twice.")
    return tuple(_number(points, row.line, "a number of points") for points in given)


def _others(row: Row, *known: str) -> dict[str, str]:
    return {column: cell for column, cell in row.cells.items() if column not in known}


def _number(text: str, line: int, what: str) -> Fraction:
    if not NUMBER.fullmatch(text):
        raise Broken(line, f"{what} is {shown(text)}, and not a number of at most 15 digits.")
    return Fraction(text.replace(",", "."))


def _above_zero(row: Row, column: str, what: str) -> Fraction:
    amount = _number(row.cells[column], row.line, what)
    if amount <= 0:
        raise Broken(row.line, f"{what} is {row.cells[column]}; it must be above zero.")
    return amount


def _counted(election: Election) -> dict[str, str]:
    values = {
        "num_projects": str(len(election.projects)), "num_votes": str(len(election.votes)),
        "budget": _decimal(election.budget), "vote_type": election.vote_type,
    }  # fmt: skip
    return values | ({COUNTED[-1]: _decimal(election.threshold)} if election.threshold else {})


def _place_in_meta(key: str) -> int:
    return META_ORDER.index(key) if key in META_ORDER else len(META_ORDER)


def _columns(more: Iterable[Mapping[str, str]]) -> list[str]:
    return list(dict.fromkeys(column for columns in more for column in columns))


def _decimal(amount: Fraction) -> str:
    return f"{Decimal(amount.numerator) / Decimal(amount.denominator):f}"


def _one_line(text: str) -> str:
    plain = " ".join(text.replace("\0", "").split())
    return f"'{plain}" if plain.startswith(FORMULA) and not NUMBER.fullmatch(plain) else plain
