"""Whom to call when somebody is in danger: one short list, which a city may replace by its own."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .languages import FIRST, WRITTEN_BY_TAG
from .texts import Words

FILE = "help_lines.toml"
OURS = Path(__file__).resolve().parent / FILE


@dataclass(frozen=True)
class Line:
    """A number to call, said in one language."""

    phone: str  # digits only
    name: Words
    about: Words
    tongues: tuple[str, ...]  # the languages spoken there, by their own names
    is_emergency: bool


def lines(folder: Path, language: str) -> list[Line]:
    """The city's list out of its data folder, else ours: the emergency number first."""
    own = folder / FILE
    found = [_line(row, language) for row in _read(own if own.is_file() else OURS)]
    return sorted(found, key=lambda line: not line.is_emergency)


@cache
def _read(path: Path) -> list[dict[str, Any]]:
    return list(tomllib.loads(path.read_text("utf-8"))["line"])


def _line(row: dict[str, Any], language: str) -> Line:
    tongues = [WRITTEN_BY_TAG[tag].autonym for tag in row.get("languages", []) if tag in WRITTEN_BY_TAG]
    name, about = (_words(row.get(part, {}), language) for part in ("name", "about"))
    return Line(str(row["phone"]), name, about, tuple(tongues), bool(row.get("is_emergency", False)))


def _words(said: Any, language: str) -> Words:
    by_language = said if isinstance(said, dict) else {}
    tag = next((one for one in (language, FIRST.tag, "en") if one in by_language), language)
    return Words(str(by_language.get(tag, "")), tag, tag == FIRST.tag)
