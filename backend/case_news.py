"""What those who follow a case hear of it: each feature of a case tells through here, and says how its news reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from . import addresses, areas, cases, days, notices, texts
from .notices import Message, Notice
from .texts import Words
from .wording import Wording

TELL_WITHIN = timedelta(days=7)  # a phone that was off for longer reads it on the page
MOST_LETTERS = 140  # of somebody's words in a notice

Body = Callable[[Session, Notice, str], Wording]


def tell(session: Session, kind: str, case_id: int, *, noun_id: int, area_id: int, at: datetime) -> None:
    """News of a case for its followers: noun_id is the move, trial, pledge ... that it tells of."""
    notices.tell(
        session, kind=kind, area_id=area_id, noun_id=noun_id, audience="case", audience_id=case_id, at=at,
        ends_at=at + TELL_WITHIN,
    )  # fmt: skip


def said(kind: str, *, anchor: str = "") -> Callable[[Body], Body]:
    """Registers how a kind of news reads: its title is the case's, its body what the function says.

    anchor is where on the case's page it stands, without "#". The function may raise NotFound when the thing is gone.
    """

    def register(body: Body) -> Body:
        def message(session: Session, notice: Notice, language: str) -> Message:
            told = body(session, notice, language).into(language)
            case = cases.by_number(session, notice.audience_id)
            title = texts.read_one(session, case.texts_id, language)["title"]
            path = addresses.case(language, areas.by_id(session, case.area_id).slug, case.id)
            return Message(title.text, told, f"{path}#{anchor}" if anchor else path)

        notices.said(kind, notices.Kind(urgency="low"))(message)
        return body

    return register


def excerpt(words: Words | str) -> str:
    """The beginning of what somebody wrote, kept apart from the sentence whose hole it fills."""
    text = " ".join(str(words).split())
    short = text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 1].rstrip()}…"
    return days.isolated(short)
