"""The language of what is sent is guessed by a worker once; whoever knows better is believed for good."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from backend import areas, database, guessing, moderation
from backend.areas import Area
from backend.errors import NotAllowed, Refusal
from backend.ideas import Idea
from backend.people import Person
from backend.waiting import Waiting
from tests.conftest import NOON
from tests.makers import an_idea, ana, bo, mira, seved

SOMALI = "Waddada dugsiga waa mugdi\nFadlan nal geli meesha ay carruurtu maraan."


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Det är mörkt i gången mellan gårdarna", "sv"),
        ("I would like more light in the passage", "en"),
        ("إنارة الممر بين المباني", "ar"),
        (SOMALI, "so"),
        ("Treba nam više svjetla u prolazu", "bs"),
        ("Na duhen më shumë drita në oborr", "sq"),
        ("یک چراغ برای کوچه نیاز داریم", "fa"),
        ("ئێمە پێویستمان بە ڕووناکی هەیە لە کۆڵان", "ckb"),
        ("ሓደ መብራህቲ የድልየና ኣሎ ኣብዚ መንገዲ", "ti"),
        ("Sokakta daha fazla ışık istiyoruz", "tr"),
    ],
)
def test_what_people_here_write_is_known(text: str, language: str) -> None:
    assert guessing.language_of(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "", "Lampor", "12345 678", "🙂🙂🙂🙂", "asdf qwer zxcv yuio",
        "Wir brauchen mehr Licht im Hof", "\ud800" * 20,
    ],
)  # fmt: skip
def test_what_is_short_or_foreign_is_not_guessed(text: str) -> None:
    assert guessing.language_of(text) is None


def test_the_model_is_loaded_in_a_process_that_ends() -> None:
    asked = f"from backend.guessing import *; print(languages_of([{SOMALI!r}]), 'numpy' in sys.modules)"

    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, timeout=60).stdout

    assert said.split() == ["['so']", "False"]


@pytest.fixture
def author(session: Session) -> Person:
    return ana(session, seved(session))


def area_of(session: Session, somebody: Person) -> Area:
    return areas.by_id(session, somebody.area_id or 0)


def sent(session: Session, by: Person, text: str = SOMALI) -> Idea:
    """Written on a Swedish page."""
    return an_idea(session, area_of(session, by), by, text, language="sv")


def guessed(engine: Engine, session: Session, *languages: str | None) -> list[list[str]]:
    """Lets the worker look, with a guesser that answers these; returns what it was asked."""
    asked: list[list[str]] = []

    def guess(texts: Sequence[str]) -> list[str | None]:
        asked.append(list(texts))
        return list(languages)

    session.commit()
    guessing.guess_new(database.sessions(engine), guess)
    session.expire_all()
    return asked


def item_of(session: Session, idea: Idea) -> Waiting:
    return session.scalars(select(Waiting).where(Waiting.noun_id == idea.id)).one()


def test_a_new_idea_is_looked_at_once(engine: Engine, session: Session, author: Person) -> None:
    idea = sent(session, author)

    asked = guessed(engine, session, "so") + guessed(engine, session)

    assert asked == [[SOMALI]]
    assert idea.language == item_of(session, idea).language == "so"


def test_where_it_is_not_sure_the_page_s_language_stays(engine: Engine, session: Session, author: Person) -> None:
    idea = sent(session, author)

    asked = guessed(engine, session, None) + guessed(engine, session)

    assert len(asked) == 1
    assert idea.language == item_of(session, idea).language == "sv"


def test_the_author_is_believed(engine: Engine, session: Session, author: Person) -> None:
    idea = sent(session, author)
    guessing.correct(session, "idea", idea.id, "bs", by=author)

    assert guessed(engine, session, "so") == []
    assert idea.language == "bs"


def test_a_moderator_is_believed_also_when_it_is_sent_again(engine: Engine, session: Session, author: Person) -> None:
    idea = sent(session, author)
    item, by = item_of(session, idea), mira(session, area_of(session, author))
    moderation.correct_language(session, item.id, "bs", by=by, at=NOON)
    moderation.ask(session, kind="idea", noun_id=idea.id, area_id=idea.area_id, at=NOON)

    assert guessed(engine, session, "so") == []
    assert idea.language == "bs"


def test_whoever_is_quicker_than_the_guess_is_believed(engine: Engine, session: Session, author: Person) -> None:
    idea = sent(session, author)
    session.commit()

    def meanwhile(texts: Sequence[str]) -> list[str | None]:
        with database.sessions(engine)() as other, database.transaction(other):
            guessing.correct(other, "idea", idea.id, "bs", by=author)
        return ["so"]

    guessing.guess_new(database.sessions(engine), meanwhile)
    session.expire_all()

    assert idea.language == item_of(session, idea).language == "bs"


def test_nobody_else_says_in_which_language_it_is(session: Session, author: Person) -> None:
    idea = sent(session, author)

    with pytest.raises(NotAllowed):
        guessing.correct(session, "idea", idea.id, "bs", by=bo(session, area_of(session, author)))
    with pytest.raises(Refusal):
        guessing.correct(session, "idea", idea.id, "tlh", by=author)

    assert idea.language == "sv"


def test_what_is_sent_carries_its_flags(session: Session, author: Person) -> None:
    idea = sent(session, author, "Ring mig på 070-123 45 67")

    assert item_of(session, idea).flags == ["phone"]
