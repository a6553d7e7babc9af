"""What a feature tells the moderation queue about its things: who wrote one, how it looks, what follows a decision.

Each registers its part for its own kind, so that the queue knows no feature.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, SQLColumnExpression
from sqlalchemy.orm import Session

from .people import Person
from .wording import Wording, say

Follow = Callable[[Session, Any, datetime], None]
Author = Callable[[Session, int], int | None]
Show = Callable[[Session, Sequence[int], str], dict[int, "Shown"]]
Correct = Callable[[Session, int, str], None]
Check = Callable[[Session, Any, "Planned"], None]
Count = Callable[[Session, int], "Sent"]
HasPhoto = Callable[[SQLColumnExpression[int]], ColumnElement[bool]]
TakeBack = Callable[[Session, Any, Person, datetime], None]
Registered = TypeVar("Registered", bound=Callable[..., Any])


@dataclass(frozen=True)
class About:
    """The public thing that a comment, a report or an appeal is about."""

    title: str
    language: str
    path: str  # of its page, in the reader's language


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
    sound_key: str = ""
    transcript_path: str = ""  # of the page where a reader writes down what is said in the recording
    label: Wording | None = None  # "Idea 12"; empty: its title says enough
    before: str = ""  # title and text as they are public now, while an edited text waits
    about: About | None = None
    facts: Sequence[Wording] = ()  # whole sentences that a reader needs, such as what a report says

    @property
    def whole(self) -> str:
        """Title and text as one, to compare with what stood before."""
        return f"{self.title}\n{self.text}".strip()


@dataclass(frozen=True)
class Planned:
    """What a decision would do, for those who check whether it can be done."""

    decision: str
    case_id: int | None = None
    merge_into: int | None = None
    photo_act: str = ""
    by: int | None = None  # who decides


@dataclass(frozen=True)
class Sent:
    """What one person has sent of one kind, so far."""

    number: int = 0
    published: int = 0
    not_published: int = 0


@dataclass(frozen=True)
class Label:
    """How a kind calls a decision: the act on its button, and what it says once it is done."""

    act: Wording
    done: Wording


LABELS: Mapping[str, Label] = {
    "approved": Label(say("Approve"), say("Approved")),
    "not_published": Label(say("Do not publish"), say("Not published")),
    "change_asked": Label(say("Ask for a change"), say("A change was asked for")),
    "merged": Label(say("Merge"), say("Merged with another")),
}


@dataclass
class Kind:
    name: Wording = field(default_factory=lambda: say("Other things"))  # of many, for the queue's filter
    follow: Follow = lambda session, item, at: None
    author: Author = lambda session, noun_id: None
    show: Show = lambda session, noun_ids, language: {}
    correct: Correct | None = None  # empty: it has no language of its own to correct
    count_sent: Count | None = None
    take_back: TakeBack | None = None  # empty: what was told stands
    has_photo: HasPhoto | None = None  # empty: such a thing never carries one
    checks: list[Check] = field(default_factory=list)
    reasons: dict[str, Wording] = field(default_factory=dict)
    decisions: frozenset[str] = frozenset(("approved", "not_published"))
    labels: Mapping[str, Label] = field(default_factory=lambda: LABELS)
    has_cases: bool = False  # whether it can be approved into a case
    photo_acts: frozenset[str] = frozenset()  # of "away" and "blurred"
    # To whoever the item's not_by names: why somebody else has to read it.
    not_by: Wording = field(
        default_factory=lambda: say("You decided about this before. Somebody else has to read it now.")
    )


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
    """(session, waiting, Planned): raises Refusal where the decision can't be carried out."""

    def register(function: Registered) -> Registered:
        kinds[kind].checks.append(function)
        return function

    return register


def when_taken_back(kind: str) -> Callable[[Registered], Registered]:
    """(session, waiting, by, at): a decision that was told, such as a merge, is taken apart again."""
    return lambda function: _register(kind, "take_back", function)


def carries_photos(kind: str) -> Callable[[Registered], Registered]:
    """(column of noun ids) -> condition: whether such a thing carries a photo, for the queue's filter."""
    return lambda function: _register(kind, "has_photo", function)


def counts_sent(kind: str) -> Callable[[Registered], Registered]:
    """(session, person id) -> Sent: what this person has sent of this kind, the waiting included."""
    return lambda function: _register(kind, "count_sent", function)


def offer_reasons(kind: str, reasons: dict[str, Wording]) -> None:
    """{code: sentence to the author} for not publishing such a thing. A kind without any needs none."""
    kinds[kind].reasons = reasons


def offer_decisions(
    kind: str, *decisions: str, labels: Mapping[str, Label] | None = None, has_cases: bool = False,
    photo_acts: Collection[str] = (),
) -> None:  # fmt: skip
    """What can be decided about such a thing, where that is more or other than to approve it or not to publish it.

    labels: {decision: Label} where the usual words do not fit.
    """
    registered = kinds[kind]
    registered.decisions = frozenset(str(one) for one in decisions)
    registered.labels = {**LABELS, **(labels or {})}
    registered.has_cases, registered.photo_acts = has_cases, frozenset(photo_acts)


def say_why_not_by(kind: str, words: Wording) -> None:
    """What whoever an item's not_by names reads, where that is not who decided before."""
    kinds[kind].not_by = words


def name_kind(kind: str, name: Wording) -> None:
    """How the queue's filter calls many of these, such as "Comments"."""
    kinds[kind].name = name


def look_at(session: Session, things: Collection[tuple[str, int]], language: str) -> dict[tuple[str, int], Shown]:
    """{(kind, noun id): how it looks to a reader of language}; one call for each kind, however many there are."""
    found: dict[tuple[str, int], Shown] = {}
    for kind in {kind for kind, _ in things}:
        seen = kinds[kind].show(session, [noun_id for its_kind, noun_id in things if its_kind == kind], language)
        found |= {(kind, noun_id): one for noun_id, one in seen.items()}
    return found


def reasons(kind: str) -> dict[str, Wording]:
    """{code: sentence to the author} for not publishing a thing of this kind."""
    return kinds[kind].reasons


def sent_by(session: Session, person_id: int) -> Sent:
    """What a person has sent so far, of all kinds together."""
    counted = [kind.count_sent(session, person_id) for kind in kinds.values() if kind.count_sent]
    return Sent(
        sum(one.number for one in counted), sum(one.published for one in counted),
        sum(one.not_published for one in counted),
    )  # fmt: skip


def _register(kind: str, part: str, function: Registered) -> Registered:
    setattr(kinds[kind], part, function)
    return function
