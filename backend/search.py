"""The index of what is published: which ideas may say the same as a text, before they are compared.

It knows no feature: whoever publishes hands in a number and a text. The table `idea_words` is the truth on both
databases; SQLite's FTS5 and PostgreSQL's pg_trgm derive from it. All trigrams of a text at once took 150 to 550 ms at
10,000 ideas, its rarest 5 to 10: so we count in how many ideas each trigram stands, and ask for the rarest alone.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import (
    Connection,
    ForeignKey,
    String,
    Text,
    column,
    delete,
    event,
    func,
    select,
    table,
    union_all,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import folding, revisions
from .database import Base, insert

RAREST = 8  # trigrams of a text that candidates are found by
MOST_FOUND = 1000  # ideas that these may bring together
MOST_COMPARED = 60  # ideas that are compared with the text
MOST_TRIGRAMS = 1000  # of one text that are looked up
ALL = ""  # in the place of a trigram: how many ideas there are


class IdeaWords(Base):
    """The folded text of a published idea, and of no other."""

    __tablename__ = "idea_words"

    idea_id: Mapped[int] = mapped_column(
        ForeignKey("ideas.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    folded: Mapped[str] = mapped_column(Text)


class TrigramCount(Base):
    """In how many published ideas a trigram stands; a hint for the choice of the rarest, not a truth."""

    __tablename__ = "trigram_counts"

    trigram: Mapped[str] = mapped_column(String(3), primary_key=True)
    ideas: Mapped[int]


FTS = table("idea_search", column("rowid"), column("idea_search"))  # SQLite's index
# What each database derives from the table; the migration makes the same.
FOR_SQLITE = (
    "CREATE VIRTUAL TABLE idea_search USING fts5"
    "(folded, content='idea_words', content_rowid='idea_id', tokenize='trigram case_sensitive 1', detail=none)",
    "CREATE TRIGGER idea_words_added AFTER INSERT ON idea_words BEGIN"
    " INSERT INTO idea_search(rowid, folded) VALUES (new.idea_id, new.folded); END",
    "CREATE TRIGGER idea_words_gone AFTER DELETE ON idea_words BEGIN"
    " INSERT INTO idea_search(idea_search, rowid, folded) VALUES ('delete', old.idea_id, old.folded); END",
    "CREATE TRIGGER idea_words_changed AFTER UPDATE ON idea_words BEGIN"
    " INSERT INTO idea_search(idea_search, rowid, folded) VALUES ('delete', old.idea_id, old.folded);"
    " INSERT INTO idea_search(rowid, folded) VALUES (new.idea_id, new.folded); END",
)
FOR_POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX idea_search ON idea_words USING gin (folded gin_trgm_ops) WITH (fastupdate=off)",
)


@event.listens_for(IdeaWords.__table__, "after_create")
def derive(_table: object, connection: Connection, **_how: object) -> None:
    for statement in FOR_POSTGRESQL if connection.dialect.name == "postgresql" else FOR_SQLITE:
        connection.exec_driver_sql(statement)


@event.listens_for(IdeaWords.__table__, "before_drop")
def drop_derived(_table: object, connection: Connection, **_how: object) -> None:
    """PostgreSQL's index goes with its table."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("DROP TABLE IF EXISTS idea_search")


@dataclass(frozen=True)
class Sought:
    """A folded text that is looked for: how much each of its trigrams says (the rarer, the more), and who has some."""

    weights: Mapping[str, float]
    whole: float  # their sum
    numbers: tuple[int, ...]  # of the ideas to compare it with


# --- verbs ---


def keep(session: Session, idea_id: int, words: str | None) -> None:
    """The published text of an idea is this from now on; None: it is not published any more."""
    revisions.raise_(session, None, "search")  # one after another: PostgreSQL's row locks would meet crosswise
    before = session.scalar(select(IdeaWords.folded).where(IdeaWords.idea_id == idea_id))
    folded = folding.fold(words) if words is not None else None
    if folded is None:
        session.execute(delete(IdeaWords).where(IdeaWords.idea_id == idea_id))
    elif folded != before:
        new = insert(session, IdeaWords).values(idea_id=idea_id, folded=folded)
        session.execute(new.on_conflict_do_update(index_elements=["idea_id"], set_={"folded": folded}))
    _count(session, _counted(before), -1, but=_counted(folded))
    _count(session, _counted(folded), 1, but=_counted(before))


def count_anew(session: Session) -> None:
    """Counts the trigrams of all that is published: deletions that pass us by leave the counts a little high."""
    counted: Counter[str] = Counter()
    for folded in session.scalars(select(IdeaWords.folded).execution_options(yield_per=500)):
        counted.update(_counted(folded))
    session.execute(delete(TrigramCount))
    if counted:
        rows = [{"trigram": trigram, "ideas": ideas} for trigram, ideas in sorted(counted.items())]
        session.execute(insert(session, TrigramCount), rows)


# --- finders ---


def candidates(session: Session, words: str) -> Sought:
    """The published ideas that share rare trigrams with words, most first, the newer first. Two statements.

    The same numbers on both databases.
    """
    folded = folding.fold(words)
    wanted = sorted(folding.trigrams(folded))[:MOST_TRIGRAMS]
    if not wanted:
        return Sought({}, 0, ())
    counts = _counts(session, wanted)
    weights = _weights(folded.split(), counts)
    numbers = _with_most(session, _rarest(folded.split(), counts))
    return Sought(weights, math.fsum(weights.values()), tuple(numbers))


# --- private parts ---


def _counted(folded: str | None) -> set[str]:
    return set() if folded is None else folding.trigrams(folded) | {ALL}


def _count(session: Session, trigrams: Collection[str], more: int, *, but: Collection[str]) -> None:
    rows = [{"trigram": trigram, "ideas": 1} for trigram in sorted(set(trigrams) - set(but))]
    if rows and more > 0:
        new = insert(session, TrigramCount).on_conflict_do_update(
            index_elements=["trigram"], set_={"ideas": TrigramCount.ideas + 1}
        )
        session.execute(new, rows)
    elif rows:
        fewer = update(TrigramCount).where(TrigramCount.trigram.in_([row["trigram"] for row in rows]))
        session.execute(fewer.values(ideas=TrigramCount.ideas + more).execution_options(synchronize_session=False))


def _counts(session: Session, trigrams: Iterable[str]) -> dict[str, int]:
    query = select(TrigramCount.trigram, TrigramCount.ideas).where(TrigramCount.trigram.in_([*trigrams, ALL]))
    return dict(session.execute(query).all())


def _weights(words: Iterable[str], counts: Mapping[str, int]) -> dict[str, float]:
    """How much each trigram says: the rarer, the more; those of a long word less, or it would count as many."""
    weights: dict[str, float] = {}
    of_all = max(counts.get(ALL, 0), 1)
    for word in words:
        trigrams = folding.trigrams(word)
        for trigram in trigrams:
            weight = math.log(1 + of_all / max(counts.get(trigram, 0), 1)) / math.sqrt(len(trigrams))
            weights[trigram] = max(weight, weights.get(trigram, 0))
    return weights


def _rarest(words: list[str], counts: Mapping[str, int]) -> list[str]:
    """The rarest trigram of each word, the rarest words first: eight of one rare name would find nothing else."""
    known = {word: [one for one in folding.trigrams(word) if counts.get(one, 0) > 0] for word in words}

    def rarity(trigram: str) -> tuple[int, str]:
        return counts[trigram], trigram

    of_words = {min(trigrams, key=rarity) for trigrams in known.values() if trigrams}
    rest = {one for trigrams in known.values() for one in trigrams} - of_words
    chosen: list[str] = []
    brought = 0
    for trigram in [*sorted(of_words, key=rarity), *sorted(rest, key=rarity)][:RAREST]:
        brought += counts[trigram]
        if chosen and brought > MOST_FOUND:
            break
        chosen.append(trigram)
    return chosen


def _with_most(session: Session, trigrams: list[str]) -> list[int]:
    """The numbers of the ideas with any of these, those with most of them first, then the newest.

    A trigram is three letters or digits, so it holds no wildcard.
    """
    if not trigrams:
        return []
    if session.get_bind().dialect.name == "postgresql":
        each = [select(IdeaWords.idea_id).where(IdeaWords.folded.like(f"%{one}%")) for one in trigrams]
    else:  # quoted, a trigram is no word of FTS5's own language
        each = [
            select(FTS.c.rowid.label("idea_id")).where(FTS.c.idea_search.op("MATCH")(f'"{one}"')) for one in trigrams
        ]
    found = union_all(*each).subquery()
    most = select(found.c.idea_id).group_by(found.c.idea_id).order_by(func.count().desc(), found.c.idea_id.desc())
    return list(session.scalars(most.limit(MOST_COMPARED)))
