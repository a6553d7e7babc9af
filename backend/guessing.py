"""In which language something was written: guessed once by a worker, corrected by its author or a moderator.

What is sent is taken to be in the language of the page that it was written on, until somebody looks. The model and
what it needs take 120 MB, so it is loaded in a process of its own that ends with the answer.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased, sessionmaker

from .database import transaction
from .errors import NotAllowed, Refusal
from .languages import WRITTEN_BY_TAG
from .people import Person
from .reading import Shown, kinds, look_at
from .waiting import Waiting
from .wording import say

SURE = 0.8  # probability from which we believe it
SHORTEST = 12  # letters: below, names and greetings decide
MOST_AT_ONCE = 100
PATIENCE_SECONDS = 60
PAGE, GUESS, AUTHOR, MODERATOR = "", "guess", "author", "moderator"  # who said it, in Waiting.language_by

# What the model calls languages that people here write, or that its short texts are mistaken for.
OF_LABEL = {
    "sv": "sv", "en": "en", "ar": "ar", "so": "so", "bs": "bs", "hr": "bs", "sr": "bs", "sq": "sq", "fa": "fa",
    "pl": "pl", "ku": "ku", "ps": "ps", "tr": "tr", "uk": "uk", "ro": "ro", "es": "es", "am": "ti", "fi": "fi",
    "da": None, "no": None, "nn": None, "de": None, "fr": None, "nl": None, "it": None, "ru": None, "et": None,
}  # fmt: skip
SORANI = frozenset("ێۆڵڕە")  # letters that the model does not know; Persian, Arabic and Pashto have none of them

Guesser = Callable[[Sequence[str]], list[str | None]]


def language_of(text: str) -> str | None:
    """The tag of the language it is written in, or None where we are not sure. Loads the model into this process."""
    letters = [sign for sign in text if sign.isalpha()]
    if len(letters) < SHORTEST:
        return None
    if sum(sign in SORANI for sign in letters) * 20 >= len(letters):
        return "ckb"
    sure: dict[str | None, float] = {}
    for label, probability in _model().rank(text):
        sure[OF_LABEL[label]] = sure.get(OF_LABEL[label], 0.0) + float(probability)
    likeliest = max(sure, key=lambda tag: sure[tag])
    return likeliest if sure[likeliest] >= SURE else None


def languages_of(texts: Sequence[str]) -> list[str | None]:
    """The same for several, in a process that ends and gives its memory back."""
    root = str(Path(__file__).resolve().parent.parent)
    done = subprocess.run(
        [sys.executable, "-c", "from backend import guessing; guessing.answer()"], input=json.dumps(texts),
        capture_output=True, text=True, encoding="utf-8", check=True, timeout=PATIENCE_SECONDS,
        env={**os.environ, "PYTHONPATH": root},
    )  # fmt: skip
    answer: list[str | None] = json.loads(done.stdout)
    return answer


def answer() -> None:
    """What that process does: texts come in as JSON, and their languages go out."""
    json.dump([language_of(text) for text in json.load(sys.stdin)], sys.stdout)


# --- verbs ---


def guess_new(sessions: sessionmaker[Session], guess: Guesser = languages_of) -> bool:
    """Guesses the language of what was sent since; no transaction is open meanwhile. Whether there may be more."""
    with sessions() as session:
        found = _unheard(session)
    if not found:
        return False
    guessed = guess([seen.whole for _, _, _, seen in found])
    with sessions() as session, transaction(session):
        for (item_id, kind, noun_id, seen), tag in zip(found, guessed, strict=True):
            _settle(session, item_id, kind, noun_id, seen, tag)
    return len(found) == MOST_AT_ONCE


def correct(session: Session, kind: str, noun_id: int, language: str, *, by: Person) -> None:
    """Its author says in which language it is written, and no guess changes that. Raises NotAllowed, Refusal."""
    if kinds[kind].author(session, noun_id) != by.id:
        raise NotAllowed(say("Only whoever wrote this may do this."))
    if language not in WRITTEN_BY_TAG:
        raise Refusal(say("Choose one of the languages."), field="language")
    _correct(session, kind, noun_id, language)
    rows = update(Waiting).where(Waiting.kind == kind, Waiting.noun_id == noun_id)
    session.execute(rows.values(language=language, language_by=AUTHOR).execution_options(synchronize_session=False))


# --- private parts ---


def _unheard(session: Session) -> list[tuple[int, str, int, Shown]]:
    """(row of the queue, kind, noun id, how it looks) of what no person has told the language of."""
    told = aliased(Waiting)
    by_people = select(told.id).where(
        told.kind == Waiting.kind, told.noun_id == Waiting.noun_id, told.language_by.in_((AUTHOR, MODERATOR))
    )
    known = [name for name, kind in kinds.items() if kind.correct is not None]
    query = (
        select(Waiting.id, Waiting.kind, Waiting.noun_id)
        .where(Waiting.language_by == PAGE, Waiting.decision.is_(None), Waiting.kind.in_(known), ~by_people.exists())
        .order_by(Waiting.id)
        .limit(MOST_AT_ONCE)
    )
    rows = session.execute(query).all()
    seen = look_at(session, [(kind, noun_id) for _, kind, noun_id in rows], "en")
    return [(item_id, kind, noun_id, seen[kind, noun_id]) for item_id, kind, noun_id in rows if (kind, noun_id) in seen]


def _settle(session: Session, item_id: int, kind: str, noun_id: int, seen: Shown, tag: str | None) -> None:
    """Marks it as guessed, unless somebody who knows was quicker; a guess of the same main language changes nothing."""
    language = seen.language if tag is None or seen.language.startswith(f"{tag}-") else tag
    mine = update(Waiting).where(Waiting.id == item_id, Waiting.language_by == PAGE)
    marked = mine.values(language=language, language_by=GUESS).returning(Waiting.id)
    is_first = session.scalar(marked.execution_options(synchronize_session=False)) is not None
    if is_first and language != seen.language:
        _correct(session, kind, noun_id, language)


def _correct(session: Session, kind: str, noun_id: int, language: str) -> None:
    register = kinds[kind].correct
    if register is None:
        raise Refusal(say("The language of this can't be changed here."), field="language")
    register(session, noun_id, language)


@cache
def _model() -> Any:
    from py3langid import langid  # heavy: see above

    model = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
    model.set_languages(list(OF_LABEL))
    return model
