"""Reads the lists of attacks and makes one attack of every combination in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
VERBS = ("get", "post", "head", "put", "delete", "patch", "options", "trace")
OF_A_STEP = {
    "by", "query", "form", "also", "json", "headers", "files", "body", "type", "token", "at", "from", "repeat",
    "parallel", "settle", *VERBS,
}  # fmt: skip
OF_AN_ATTACK = {"id", "who", "each", "steps", "expect", "never", "shows", "header", "changes", "more", "why", "at"}
# A name in single braces; {{7*7}} and the like are what attackers type.
HOLE = re.compile(r"(?<!\{)\{([a-z_0-9]+)\}(?!\})")


@dataclass(frozen=True)
class Attack:
    id: str
    kind: str  # the name of its list
    who: str
    steps: tuple[Mapping[str, Any], ...]
    expect: str | tuple[int, ...]
    why: str
    never: tuple[str, ...] = ()
    shows: tuple[str, ...] = ()
    header: Mapping[str, str] | None = None
    changes: frozenset[str] | None = frozenset()  # None: any table
    more: Mapping[str, int] | None = None


def every() -> list[Attack]:
    return [one for path in sorted(FOLDER.glob("*.yaml")) for one in of_list(path)]


def of_list(path: Path) -> Iterator[Attack]:
    for entry in yaml.safe_load(path.read_text("utf-8")):
        if "id" in entry:  # others only hold what is named by an anchor
            yield from expanded(entry, path.stem)


def expanded(entry: Mapping[str, Any], kind: str) -> Iterator[Attack]:
    axes = {name: _labelled(values) for name, values in entry.get("each", {}).items()}
    for chosen in product(*axes.values()):
        labels = {name: label for name, (label, _) in zip(axes, chosen, strict=True)}
        values = {name: value for name, (_, value) in zip(axes, chosen, strict=True)}
        rest = fill({key: part for key, part in entry.items() if key not in ("id", "each")}, values)
        yield _attack(str(fill(entry["id"], labels)), kind, rest)


def fill(part: Any, names: Mapping[str, Any]) -> Any:
    """Puts names into the holes; a text that is nothing but a hole becomes what is named, of whatever type."""
    if isinstance(part, str):
        whole = HOLE.fullmatch(part)
        if whole and whole[1] in names:
            return names[whole[1]]
        return HOLE.sub(lambda hole: str(names.get(hole[1], hole[0])), part)
    if isinstance(part, list):
        return [fill(one, names) for one in part]
    if isinstance(part, dict):
        return {fill(key, names): fill(value, names) for key, value in part.items()}
    return part


def _labelled(values: Any) -> list[tuple[str, Any]]:
    if isinstance(values, dict):
        return [(str(label), value) for label, value in values.items()]
    return [(str(value), value) for value in values]


def _attack(name: str, kind: str, entry: Mapping[str, Any]) -> Attack:
    assert set(entry) <= OF_AN_ATTACK | OF_A_STEP, f"{name}: {set(entry) - OF_AN_ATTACK - OF_A_STEP}"
    steps = entry.get("steps") or [{key: value for key, value in entry.items() if key in OF_A_STEP}]
    expect, changes = entry.get("expect", "refused"), entry.get("changes", ())
    for step in steps:
        assert set(step) <= OF_A_STEP, f"{name}: {set(step) - OF_A_STEP}"
    return Attack(
        id=name, kind=kind, who=entry["who"], steps=tuple(steps), why=entry["why"],
        expect=tuple(expect) if isinstance(expect, list) else expect, never=tuple(entry.get("never", ())),
        shows=tuple(entry.get("shows", ())), header=entry.get("header"), more=entry.get("more"),
        changes=None if changes == "any" else frozenset(changes),
    )  # fmt: skip
