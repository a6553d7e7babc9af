"""What a feature tells the moderation queue about its things: who wrote one, how it looks, what follows a decision.

Each registers its part for its own kind, so that the queue knows no feature.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from .wording import Wording

Follow = Callable[[Session, Any, datetime], None]
Author = Callable[[Session, int], int | None]
Show = Callable[[Session, Sequence[int], str], dict[int, "Shown"]]
Correct = Callable[[Session, int, str], None]
Check = Callable[[Session, Any, int | None], None]
Registered = TypeVar("Registered", bound=Callable[..., Any])


@dataclass(frozen=True)
class Shown:
    """How a waiting thing looks: people's own words, in one language."""

    title: str
    text: str
    language: str
    number: int  # its public number
    author_name: str = ""  # empty: a guest without a name
    author_language: str = ""  # what the author reads; empty: as it was written
    photo_key: str = ""
    photo_alt: str = ""


@dataclass
class Kind:
    follow: Follow = lambda session, item, at: None
    author: Author = lambda session, noun_id: None
    show: Show = lambda session, noun_ids, language: {}
    correct: Correct = lambda session, noun_id, language: None
    checks: list[Check] = field(default_factory=list)
    reasons: dict[str, Wording] = field(default_factory=dict)


class Kinds(dict[str, Kind]):
    def __missing__(self, name: str) -> Kind:
        self[name] = Kind()
        return self[name]


kinds = Kinds()


def when_decided(kind: str) -> Callable[[Registered], Registered]:
    """(session, waiting, at): what follows a decision, once, in the transaction that settles it."""
    return lambda function: _register(kind, "follow", function)


def author_of(kind: str) -> Callable[[Registered], Registered]:
    """(session, noun id) -> person id: nobody decides about their own."""
    return lambda function: _register(kind, "author", function)


def shown(kind: str) -> Callable[[Registered], Registered]:
    """(session, noun ids, reader's language) -> {noun id: Shown}, in a fixed number of statements."""
    return lambda function: _register(kind, "show", function)


def when_corrected(kind: str) -> Callable[[Registered], Registered]:
    """(session, noun id, language): a moderator has said which language it is written in."""
    return lambda function: _register(kind, "correct", function)


def before_decided(kind: str) -> Callable[[Registered], Registered]:
    """(session, waiting, case id): raises Refusal where the decision can't be carried out."""

    def register(function: Registered) -> Registered:
        kinds[kind].checks.append(function)
        return function

    return register


def offer_reasons(kind: str, reasons: dict[str, Wording]) -> None:
    """{code: sentence to the author} for not publishing such a thing."""
    kinds[kind].reasons = reasons


def _register(kind: str, part: str, function: Registered) -> Registered:
    setattr(kinds[kind], part, function)
    return function
