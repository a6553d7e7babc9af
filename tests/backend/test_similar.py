"""Similar ideas: found among what is published, in the same order on both databases, and never by chance."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import delete, event, func, select, text
from sqlalchemy.orm import Session

from backend import database, ideas, search, similar
from backend.areas import Area
from backend.database import Base
from backend.ideas import Idea, State
from backend.people import Person
from backend.search import ALL, IdeaWords, TrigramCount
from benchmarks import similar as bench
from tests import postgresql
from tests.conftest import NOON, make_sure_there_is_postgresql
from tests.makers import an_idea, ana, lindangen, seved

LAMP = "Trasig lampa vid lekplatsen\nLampan har varit trasig sedan i våras."
OTHERS = (
    "Tak över torget\nNär det regnar står vi blöta på marknaden.",
    "Bokhylla i trapphuset\nLämna en bok och ta en bok.",
    "Öppna gympasalen på lördagar\nUngdomar vill spela fotboll inomhus.",
    "حديقة صغيرة نزرع فيها معًا\nنريد مكانًا نزرع فيه الخضار.",
    "إنارة الممر بين المباني\nالممر مظلم في المساء.",
    "A quiet room for homework\nChildren need a table and some calm.",
    "Waddada dugsiga waa mugdi\nFadlan nal geli.",
)


def published(session: Session, area: Area, by: Person, words: str) -> Idea:
    idea = an_idea(session, area, by, words)
    ideas.add_step(session, idea, State.READ, at=NOON)
    return idea


@pytest.fixture
def lamp(session: Session) -> Idea:
    area = seved(session)
    by = ana(session, area)
    for words in OTHERS:
        published(session, area, by, words)
    return published(session, area, by, LAMP)


def numbers(session: Session, words: str, **how: int) -> list[int]:
    return [one.number for one in similar.to_text(session, words, **{"area_id": 1, **how})]


@pytest.mark.parametrize(
    "words", ["Laga lampan på lekplatsen", "LAMPA LEKPLATS trasig", "lampan vid lekplatsen är sönder"]
)
def test_an_idea_is_found_by_other_words_for_the_same(session: Session, lamp: Idea, words: str) -> None:
    assert numbers(session, words) == [lamp.id]


@pytest.mark.parametrize("words", ["نزرع الخضار في حديقة", "حَديقَة نَزرَع فيها", "حـديقه لنزرع الخضار"])
def test_arabic_is_found_with_and_without_vowel_signs(session: Session, lamp: Idea, words: str) -> None:
    titles = [one.title for one in similar.to_text(session, words, area_id=None)]

    assert titles == ["حديقة صغيرة نزرع فيها معًا"]


@pytest.mark.parametrize(
    "words", ["", "a", "jag vill ha en mataffär", "och det är så att", "صباح الخير يا جيران", "12 34", "🙂🙂🙂", "\x00"]
)
def test_nothing_is_found_that_is_not_alike(session: Session, lamp: Idea, words: str) -> None:
    assert numbers(session, words) == []


@pytest.mark.parametrize(
    "words",
    [
        '"', "AND", "OR NOT NEAR", "a-b", "lampa*", "folded:lampa", '"lampa" AND (', "%", "_____",
        "'; DROP TABLE ideas", "\ud800",
    ],
)  # fmt: skip
def test_no_text_is_a_language_of_the_database(session: Session, lamp: Idea, words: str) -> None:
    numbers(session, words)
    numbers(session, f"{words} lekplatsen {words}")

    assert session.scalar(select(func.count()).select_from(Idea)) == len(OTHERS) + 1


def test_whoever_reads_an_idea_does_not_find_it_itself(session: Session, lamp: Idea) -> None:
    assert numbers(session, LAMP, without=lamp.id) == []


def test_what_waits_or_was_taken_back_is_not_found(session: Session, lamp: Idea) -> None:
    by = ana(session, session.get_one(Area, lamp.area_id))
    an_idea(session, session.get_one(Area, lamp.area_id), by, LAMP)
    ideas.add_step(session, lamp, State.WITHDRAWN, at=NOON)

    assert numbers(session, LAMP) == []
    assert session.get(IdeaWords, lamp.id) is None


def test_an_edited_idea_is_found_by_its_new_words_alone(session: Session, lamp: Idea) -> None:
    search.keep(session, lamp.id, "Cykelverkstad i källaren")

    assert numbers(session, LAMP) == []
    assert numbers(session, "En cykelverkstad i källaren") == [lamp.id]


def test_an_erased_idea_is_gone_from_the_index(session: Session, lamp: Idea) -> None:
    number = lamp.id
    session.expunge(lamp)
    session.execute(delete(Idea).where(Idea.id == number))

    assert numbers(session, LAMP) == []
    assert number not in session.scalars(select(IdeaWords.idea_id)).all()
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("INSERT INTO idea_search(idea_search, rank) VALUES ('integrity-check', 1)"))


def test_among_equals_the_own_area_comes_first_and_others_too(session: Session, lamp: Idea) -> None:
    other = lindangen(session)
    twin = published(session, other, ana(session, other), LAMP)

    assert numbers(session, LAMP, area_id=lamp.area_id) == [lamp.id, twin.id]
    assert numbers(session, LAMP, area_id=other.id) == [twin.id, lamp.id]


def test_no_more_are_returned_than_wanted(session: Session, lamp: Idea) -> None:
    area = session.get_one(Area, lamp.area_id)
    by = ana(session, area)
    for _ in range(4):
        published(session, area, by, LAMP)

    assert len(numbers(session, LAMP, most=3)) == 3


def test_it_takes_three_statements(session: Session, lamp: Idea, counted: Callable[[], int]) -> None:
    before = counted()

    similar.to_text(session, LAMP, area_id=1)

    assert counted() - before <= 3


@pytest.fixture
def counted(session: Session) -> Iterator[Callable[[], int]]:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(session.get_bind(), "before_cursor_execute", note)
    yield lambda: len(statements)
    event.remove(session.get_bind(), "before_cursor_execute", note)


def test_the_counts_follow_what_is_published(session: Session, lamp: Idea) -> None:
    search.keep(session, lamp.id, "Tak över torget")
    search.keep(session, lamp.id, None)
    search.keep(session, lamp.id, LAMP)
    kept = counts(session)

    search.count_anew(session)

    assert {trigram: ideas for trigram, ideas in kept.items() if ideas} == counts(session)
    assert kept[ALL] == len(OTHERS) + 1


def counts(session: Session) -> dict[str, int]:
    return dict(session.execute(select(TrigramCount.trigram, TrigramCount.ideas)).all())


def filled(address: str) -> list[list[tuple[int, float]]]:
    """What is found for forty texts among four hundred, the same texts each time."""
    engine = database.connect(address)
    texts = bench.Texts(Random(7))
    bench.fill(engine, texts, 400)
    with database.sessions(engine)() as session:
        found = [
            [(one.number, one.likeness) for one in similar.to_text(session, texts.as_typed(), area_id=1)]
            for _ in range(40)
        ]
    engine.dispose()
    return found


@pytest.mark.thorough
def test_both_databases_find_the_same_in_the_same_order(tmp_path: Path) -> None:
    make_sure_there_is_postgresql()
    here = f"sqlite:///{tmp_path / 'same.db'}"
    made = database.connect(here)
    Base.metadata.create_all(made)
    made.dispose()
    with postgresql.temporary() as there:
        engine = database.connect(there)
        Base.metadata.create_all(engine)
        engine.dispose()

        found = filled(here)
        assert found == filled(there)

    assert sum(map(len, found)) > 20, "the texts are too unlike to compare anything"
