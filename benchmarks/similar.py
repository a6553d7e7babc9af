"""How long it takes to find similar ideas among 10,000 and 100,000, on SQLite and on PostgreSQL.

The texts are made from the example's own words in four languages: a few words stand in most texts and most words in a
few, as people write, with made-up names as the long tail. The same seed makes the same texts.
"""

from __future__ import annotations

import re
import statistics
import time
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Engine, insert
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

import backend
from backend import areas, database, folding, people, search, similar
from backend.database import Base
from backend.ideas import Idea
from backend.search import IdeaWords
from tests import postgresql

EXAMPLE = Path(backend.__file__).parent / "example"
LANGUAGES = ("sv", "en", "ar", "so")
SHARES = (50, 20, 20, 10)  # of a hundred texts
LIMIT_MS = 30.0  # median, at 10,000 ideas
CHUNK = 1000  # ideas written at once
AT = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
SYLLABLES = {
    "sv": ["ber", "dal", "gård", "holm", "lund", "ros", "stig", "torp", "vik", "äng", "sten", "berg"],
    "en": ["ash", "brook", "combe", "field", "ham", "ley", "moor", "stead", "ton", "well", "wick", "wood"],
    "ar": ["با", "نو", "سل", "مر", "دي", "كا", "حس", "رم", "شر", "فا", "قد", "لي"],
    "so": ["dha", "xa", "ri", "wa", "bu", "ga", "lo", "ma", "qo", "sha", "ya", "ce"],
}


def rows(folder: Path, *, at_most: bool = False) -> list[dict[str, Any]]:
    """One row for each database and size; at_most: at 100,000 too, for which no limit is set."""
    found = []
    for ideas in (10_000, 100_000) if at_most else (10_000,):
        for name, address in addresses(folder, ideas):
            found.append(measured(name, address, ideas))
    return found


def addresses(folder: Path, ideas: int) -> Iterator[tuple[str, str]]:
    yield "SQLite", f"sqlite:///{folder / f'similar-{ideas}.db'}"
    if postgresql.programs() is not None:
        with postgresql.temporary() as address:
            yield "PostgreSQL", address


def measured(name: str, address: str, ideas: int) -> dict[str, Any]:
    engine = database.connect(address)
    Base.metadata.create_all(engine)
    texts = Texts(Random(2026))
    fill(engine, texts, ideas)
    with database.sessions(engine)() as session:
        spent = sorted(timed(session, texts.as_typed()) for _ in range(200))
    engine.dispose()
    median = statistics.median(spent)
    return {
        "what": f"similar ideas among {ideas:,}, {name}: median (95 of 100: {spent[int(len(spent) * 0.95)]:.1f})",
        "ours": round(median, 2), "limit": LIMIT_MS, "unit": "ms", "ratio": round(median / LIMIT_MS, 3),
        "hold": f"at most {LIMIT_MS:.0f} ms" if ideas == 10_000 else "said, not held",
        "held": median <= LIMIT_MS or ideas > 10_000,
    }  # fmt: skip


def timed(session: Session, text: str) -> float:
    """Milliseconds to find what is similar to text."""
    started = time.perf_counter()
    similar.to_text(session, text, area_id=1)
    return (time.perf_counter() - started) * 1000


def fill(engine: Engine, texts: Texts, ideas: int) -> None:
    with database.sessions(engine)() as session, database.transaction(session):
        area = areas.add(session, name="Seved", line="brick", mark="sprout", at=AT)
        author = people.add(session, language="sv", at=AT)
        session.flush()
        for first in range(1, ideas + 1, CHUNK):
            written = {number: texts.of_idea() for number in range(first, min(first + CHUNK, ideas + 1))}
            session.execute(insert(Idea), [_idea(number, text, area.id, author.id) for number, text in written.items()])
            kept = [{"idea_id": number, "folded": folding.fold(text)} for number, text in written.items()]
            session.execute(insert(IdeaWords), kept)
        search.count_anew(session)
    with database.sessions(engine)() as session, database.transaction(session):
        session.execute(sql("ANALYZE"))  # as each database does by itself in time


class Texts:
    """Makes texts of ideas, one after another."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.words = {language: self._vocabulary(language) for language in LANGUAGES}

    def of_idea(self) -> str:
        """A title and 10 to 60 words."""
        language = self.chance.choices(LANGUAGES, SHARES)[0]
        return f"{self._said(language, 5)}\n{self._said(language, self.chance.randint(10, 60))}"

    def as_typed(self) -> str:
        """What somebody may have typed when we look: 3 to 40 words."""
        return self._said(self.chance.choices(LANGUAGES, SHARES)[0], self.chance.randint(3, 40))

    def _said(self, language: str, count: int) -> str:
        words, weights = self.words[language]
        return " ".join(self.chance.choices(words, cum_weights=weights, k=count))

    def _vocabulary(self, language: str) -> tuple[list[str], list[float]]:
        """The example's words, the frequent first, and 20,000 made-up ones, with Zipf's weights."""
        counted: dict[str, int] = {}
        for word in re.findall(r"[^\W\d_]+", " ".join(_said_in(language))):
            counted[word] = counted.get(word, 0) + 1
        words = sorted(counted, key=lambda word: (-counted[word], word))
        made = {"".join(self.chance.choices(SYLLABLES[language], k=self.chance.randint(2, 5))) for _ in range(20_000)}
        words += sorted(made - set(words))
        total, weights = 0.0, []
        for place in range(1, len(words) + 1):
            total += 1 / place
            weights.append(total)
        return words, weights


def _said_in(language: str) -> Iterator[str]:
    """All texts of the example in one language."""
    for path in sorted(EXAMPLE.glob("*.toml")):
        yield from _within(tomllib.loads(path.read_text("utf-8")), language)


def _within(said: Any, language: str) -> Iterator[str]:
    if isinstance(said, dict):
        yield from (text for key, text in said.items() if key == language and isinstance(text, str))
        if said.get("language") == language:
            yield from (text for text in said.values() if isinstance(text, str))
        for one in said.values():
            yield from _within(one, language)
    elif isinstance(said, list):
        for one in said:
            yield from _within(one, language)


def _idea(number: int, text: str, area_id: int, author_id: int) -> dict[str, Any]:
    title, _, rest = text.partition("\n")
    return {
        "id": number, "area_id": area_id, "author_id": author_id, "content_mark": "", "receipt_mark": str(number),
        "title": title[:120], "text": rest, "language": "sv", "state": "read", "created_at": AT,
    }  # fmt: skip
