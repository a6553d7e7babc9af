"""Finding lessons by words, in whichever language they stand; it knows of lessons only their numbers and texts.

Each lesson's texts are kept folded, one row for each language. A city has hundreds of lessons, thousands at most, so
both databases look through them with a plain LIKE: no index of their own, and the same answer on both. What is folded
holds letters, digits and single spaces only, so nothing that somebody types can be a wildcard.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import ColumnElement, ForeignKey, String, Text, and_, delete, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import folding
from .database import Base
from .texts import TextLine

LONGEST_QUERY = 100  # characters that are looked at
MOST_WORDS = 8  # of a query
SHORTEST_WORD = 2  # letters; one letter stands in nearly every text
STEM = 6  # letters at the start of a long word: Swedish and Arabic bend their ends
SHORTEST_STEM = 5
MOST_STEMS = 12  # of a case, in each language
MOST_COMPARED = 200  # rows with one of them
LEAST_SHARED = 2  # stems: one word in common is no likeness


class LessonWords(Base):
    """The folded texts of a lesson in one language; `lesson_search.keep` renews them with each change."""

    __tablename__ = "lesson_words"

    lesson_id: Mapped[int] = mapped_column(
        ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    language: Mapped[str] = mapped_column(String(12), primary_key=True)
    folded: Mapped[str] = mapped_column(Text)


def keep(session: Session, lesson_id: int, texts_id: int) -> None:
    """Makes a lesson's texts findable as they stand now."""
    session.execute(delete(LessonWords).where(LessonWords.lesson_id == lesson_id))
    by_language: dict[str, list[str]] = {}
    lines = select(TextLine.language, TextLine.words).where(TextLine.set_id == texts_id).order_by(TextLine.name)
    for language, words in session.execute(lines):
        by_language.setdefault(language, []).append(words)
    session.add_all(
        LessonWords(lesson_id=lesson_id, language=language, folded=folding.fold("\n".join(said)))
        for language, said in by_language.items()
    )
    session.flush()


def words_of(query: str | None) -> list[str]:
    """What a query looks for: its first words, folded; nothing for one that holds only signs or single letters."""
    plain = (query or "")[:LONGEST_QUERY].encode("utf-8", "ignore").decode()
    words = [word for word in folding.fold(plain).split() if len(word) >= SHORTEST_WORD]
    return list(dict.fromkeys(words))[:MOST_WORDS]


def holding(words: Iterable[str]) -> ColumnElement[bool]:
    """The texts that hold all these words, in one language."""
    return and_(*(LessonWords.folded.contains(word, autoescape=True) for word in words))


def languages_of(session: Session, lesson_ids: Iterable[int], words: list[str]) -> dict[int, list[str]]:
    """{lesson id: the languages in which the words stand}. One statement."""
    columns = select(LessonWords.lesson_id, LessonWords.language)
    found: dict[int, list[str]] = {}
    query = columns.where(LessonWords.lesson_id.in_(list(lesson_ids)), holding(words))
    for lesson_id, language in session.execute(query.order_by(LessonWords.language)):
        found.setdefault(lesson_id, []).append(language)
    return found


def like(session: Session, texts_id: int, names: Iterable[str], most: int) -> list[int]:
    """The lessons that share words with these named texts, in any language, the likest first. Two statements."""
    lines = select(TextLine.language, TextLine.words).where(TextLine.set_id == texts_id, TextLine.name.in_(names))
    stems: dict[str, set[str]] = {}
    for language, said in session.execute(lines):
        stems.setdefault(language, set()).update(_stems(said))
    few = {language: _longest(found) for language, found in stems.items()}
    asked = [
        and_(LessonWords.language == language, or_(*(LessonWords.folded.contains(stem) for stem in chosen)))
        for language, chosen in few.items()
        if chosen
    ]
    rows = select(LessonWords.lesson_id, LessonWords.language, LessonWords.folded).where(or_(False, *asked))
    newest = session.execute(rows.order_by(LessonWords.lesson_id.desc()).limit(MOST_COMPARED)).all()
    shared = [(row.lesson_id, _shared(row.folded, few[row.language])) for row in newest]
    return _likest(shared)[:most]


# --- private parts ---


def _stems(said: str) -> set[str]:
    return {word[:STEM] for word in folding.fold(said).split() if len(word) >= SHORTEST_STEM}


def _longest(stems: Iterable[str]) -> list[str]:
    return sorted(stems, key=lambda stem: (-len(stem), stem))[:MOST_STEMS]


def _shared(folded: str, stems: list[str]) -> frozenset[str]:
    """The stems that begin one of its words; inside a word they would mean something else."""
    return frozenset(stem for stem in stems if f" {stem}" in f" {folded}")


def _likest(shared: list[tuple[int, frozenset[str]]]) -> list[int]:
    """A stem counts the more, the fewer have it; equals stand newest first."""
    having = Counter(stem for _, stems in shared for stem in stems)
    best: dict[int, float] = {}
    for lesson_id, stems in shared:
        if len(stems) >= LEAST_SHARED:
            best[lesson_id] = max(best.get(lesson_id, 0), sum(1 / having[stem] for stem in sorted(stems)))
    return sorted(best, key=lambda lesson_id: (-best[lesson_id], -lesson_id))
