"""Texts of one thing in several languages: a case's title and summary, a meeting's, a prototype's two lines.

A thing owns one TextSet; each of its lines says one named text in one language. Where the reader's language is
missing, the original is shown and says which language it is in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ForeignKey, String, Text, delete, select, union
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from .database import Base
from .languages import direction_of


class TextSet(Base):
    __tablename__ = "text_sets"

    id: Mapped[int] = mapped_column(primary_key=True)
    original: Mapped[str] = mapped_column(String(12))  # the language its author wrote in

    lines: Mapped[list[TextLine]] = relationship(cascade="all, delete-orphan", passive_deletes=True)


class TextLine(Base):
    __tablename__ = "text_lines"

    set_id: Mapped[int] = mapped_column(ForeignKey("text_sets.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(20), primary_key=True)  # "title", "summary", "tries" ...
    language: Mapped[str] = mapped_column(String(12), primary_key=True)
    words: Mapped[str] = mapped_column(Text)  # never empty: a text that is missing has no line


@dataclass(frozen=True)
class Words:
    """A text as it is shown: `language` is what it really stands in."""

    text: str
    language: str
    is_original: bool

    @property
    def direction(self) -> str:
        return direction_of(self.language)

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.text)


MISSING = Words("", "", True)


class Said(dict[str, Words]):
    """Texts by name for one reader; a missing one is empty and false."""

    def __missing__(self, name: str) -> Words:
        return MISSING

    def __getattr__(self, name: str) -> Words:
        return self[name]


def write(session: Session, by_language: Mapping[str, Mapping[str, str]], *, original: str) -> TextSet:
    """A new set from {"sv": {"title": ...}}; texts are trimmed, empty ones left out. Adds and flushes."""
    new = TextSet(original=original)
    session.add(new)
    session.flush()
    for language, texts in by_language.items():
        rewrite(session, new.id, language, texts)
    return new


def rewrite(session: Session, set_id: int, language: str, texts: Mapping[str, str]) -> None:
    """Replaces the named texts of one language; an empty one is taken away."""
    named = delete(TextLine).where(TextLine.set_id == set_id, TextLine.language == language, TextLine.name.in_(texts))
    session.execute(named)
    session.add_all(
        TextLine(set_id=set_id, language=language, name=name, words=words.strip())
        for name, words in texts.items()
        if words.strip()
    )
    session.flush()


def read(session: Session, set_ids: Collection[int], language: str) -> dict[int, Said]:
    """{set id: texts for a reader of language}, in one statement however many there are."""
    if not set_ids:
        return {}
    rows = session.execute(
        select(TextLine.set_id, TextLine.name, TextLine.language, TextLine.words, TextSet.original)
        .join(TextSet, TextSet.id == TextLine.set_id)
        .where(TextLine.set_id.in_(set(set_ids)))
    )
    best: dict[tuple[int, str], tuple[int, Words]] = {}
    for set_id, name, tongue, text, original in rows:
        rank = 0 if tongue == language else 1 if tongue == original else 2
        known = best.get((set_id, name))
        if known is None or (rank, tongue) < (known[0], known[1].language):
            best[set_id, name] = rank, Words(text, tongue, tongue == original)
    said: dict[int, Said] = {set_id: Said() for set_id in set_ids}
    for (set_id, name), (_, words) in best.items():
        said[set_id][name] = words
    return said


def read_one(session: Session, set_id: int, language: str) -> Said:
    return read(session, [set_id], language)[set_id]


def original_of(session: Session, set_id: int) -> str:
    """The language that its author wrote in."""
    return session.get_one(TextSet, set_id).original


def all_of(session: Session, set_id: int) -> dict[str, dict[str, str]]:
    """{language: {name: words}} as they were written, for a form that changes them."""
    found: dict[str, dict[str, str]] = {}
    for line in session.scalars(select(TextLine).where(TextLine.set_id == set_id)):
        found.setdefault(line.language, {})[line.name] = line.words
    return found


def missing_in(session: Session, set_id: int, name: str, languages: Iterable[str]) -> list[str]:
    """The languages of those asked for in which the named text does not stand."""
    query = select(TextLine.language).where(TextLine.set_id == set_id, TextLine.name == name)
    there = set(session.scalars(query))
    return [language for language in languages if language not in there]


def sweep(session: Session) -> None:
    """Removes the sets that nothing owns any more."""
    owned = [
        select(table.c.texts_id).where(table.c.texts_id.is_not(None))
        for table in Base.metadata.sorted_tables
        if "texts_id" in table.c
    ]
    session.execute(delete(TextSet).where(TextSet.id.not_in(union(*owned))))
