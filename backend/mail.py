"""Mail: letters on their way to mailboxes, one row each, written in the transaction of what they tell.

Workers claim a letter under a lease, write it in its receiver's language, send it and settle it. This hub knows no
feature: each registers with `said` how its letters read. A worker that is killed between sending and settling makes
its letter go out once more, under the same Message-ID, by which mail programs know a repeat.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, ForeignKey, Index, String, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from .database import Base, insert

LONGEST_ADDRESS = 254  # characters (RFC 5321, section 4.5.3.1.3, without the brackets)
MOST_TRIES = 12
FIRST_PAUSE = timedelta(seconds=30)  # after the first try; doubles with each
LONGEST_PAUSE = timedelta(hours=2)
KEPT = timedelta(days=7)  # after it was settled, so that a bounce that comes late is still understood


class Letter(Base):
    __tablename__ = "letters"
    __table_args__ = (Index("ix_letters_due", "state", "is_bulk", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tag: Mapped[str] = mapped_column(String(32), unique=True)  # stands in Message-ID and return path; not guessable
    kind: Mapped[str] = mapped_column(String(30))  # "mail_code", "notice" ...: how it reads
    to: Mapped[str] = mapped_column(String(LONGEST_ADDRESS))
    language: Mapped[str] = mapped_column(String(12))  # of its receiver
    values: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # may hold a code; emptied when settled
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notices.id", ondelete="CASCADE"), index=True)
    once: Mapped[str | None] = mapped_column(String(60), unique=True)  # names what must be written once at most
    is_bulk: Mapped[bool] = mapped_column(default=False)  # waits until letters have gone that somebody waits for
    state: Mapped[str] = mapped_column(String(12), default="waiting")  # waiting, sent, gone, failed, too_late
    tries: Mapped[int] = mapped_column(default=0)
    answer: Mapped[int | None]  # the mail server's last number (RFC 5321, section 4.2)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]  # not before; while a worker holds it, the end of its lease
    ends_at: Mapped[datetime]  # not sent after this: a code is good for ten minutes
    settled_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Text:
    """How a letter reads in one language; names in it stand inside U+2068 ... U+2069."""

    subject: str
    paragraphs: tuple[str, ...]
    link: str = ""  # a path from the root of our own site
    link_words: str = ""
    code: str = ""  # set apart and large


@dataclass(frozen=True)
class Outcome:
    """What came of a try. "waiting" means again later, "asleep" the same without counting the try."""

    state: str  # as Letter.state, or "asleep"
    answer: int | None = None
    wait: timedelta | None = None  # None: we choose
    is_bounce: bool = False  # the mailbox does not exist, or takes no more


Says = Callable[[Session, Letter, str], Text]
_says: dict[str, Says] = {}
WAYS_OUT: dict[str, str] = {}  # by kind, what its way out ends: one of mail_addresses.SORTS


def said(kind: str, *, way_out: str = "") -> Callable[[Says], Says]:
    """Registers how letters of a kind read, by a function of (session, letter, language) that returns a Text.

    way_out is one of mail_addresses.SORTS where its receiver may end such letters; empty for what they asked for.
    """

    def register(function: Says) -> Says:
        _says[kind] = function
        if way_out:
            WAYS_OUT[kind] = way_out
        return function

    return register


def post(
    session: Session, *, kind: str, to: str, language: str, at: datetime, ends_at: datetime,
    values: dict[str, Any] | None = None, person_id: int | None = None, notice_id: int | None = None,
) -> Letter:  # fmt: skip
    """Puts one letter into the outbox, in the caller's transaction; workers look only after the commit.

    to comes from mail_addresses.clean(); values are what the text needs, fit for JSON. Wake a worker after it.
    """
    row = new_row(
        kind=kind, to=to, language=language, at=at, ends_at=ends_at, person_id=person_id, notice_id=notice_id,
        values=values,
    )  # fmt: skip
    letter = Letter(**row)
    session.add(letter)
    session.flush()
    return letter


def post_once(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Puts in letters made by new_row, leaving out those whose `once` is there already."""
    if rows:
        session.execute(insert(session, Letter).on_conflict_do_nothing(index_elements=["once"]), rows)


def new_row(*, at: datetime, values: dict[str, Any] | None = None, **columns: Any) -> dict[str, Any]:
    """The columns of a letter that waits; those that have no default must be named."""
    return {
        "tag": uuid4().hex, "values": values or {}, "state": "waiting", "tries": 0, "is_bulk": False, "once": None,
        "created_at": at, "due_at": at, **columns,
    }  # fmt: skip


def text(session: Session, letter: Letter) -> Text:
    """The letter in its language. Raises what its feature raises, such as NotFound when the thing is gone."""
    return _says[letter.kind](session, letter, letter.language)


def claim(session: Session, *, at: datetime, limit: int, lease_seconds: float) -> list[Letter]:
    """Takes what is due so that no other worker takes it before the lease ends; what somebody waits for comes first."""
    due = (
        select(Letter.id)
        .where(Letter.state == "waiting", Letter.due_at <= at)
        .order_by(Letter.is_bulk, Letter.due_at, Letter.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    held = (
        update(Letter)
        .where(Letter.id.in_(select(due.c.id)))
        .values(due_at=at + timedelta(seconds=lease_seconds), tries=Letter.tries + 1)
        .returning(Letter.id)
    )
    mine = session.scalars(held, execution_options={"synchronize_session": False}).all()
    query = select(Letter).where(Letter.id.in_(mine)).order_by(Letter.is_bulk, Letter.id)
    return list(session.scalars(query.execution_options(populate_existing=True))) if mine else []


def settle(session: Session, letter: Letter, outcome: Outcome, *, at: datetime) -> None:
    """Writes down what came of a try. A worker that comes back after its lease can't undo what another did."""
    mine = update(Letter).where(Letter.id == letter.id, Letter.state == "waiting")
    if outcome.state == "asleep" or (outcome.state == "waiting" and letter.tries < MOST_TRIES):
        again = at + (outcome.wait if outcome.wait is not None else _pause(letter.tries))
        tries = letter.tries - 1 if outcome.state == "asleep" else letter.tries
        mine = mine.where(Letter.tries == letter.tries).values(due_at=again, tries=tries, answer=outcome.answer)
    else:
        state = "failed" if outcome.state == "waiting" else outcome.state
        mine = mine.values(state=state, answer=outcome.answer, settled_at=at, values={})
    session.execute(mine, execution_options={"synchronize_session": False})


def counts(session: Session, notice_id: int) -> dict[str, int]:
    """How many letters of a notice are in each state."""
    query = select(Letter.state, func.count()).where(Letter.notice_id == notice_id).group_by(Letter.state)
    return {row[0]: row[1] for row in session.execute(query)}


def tidy(session: Session, *, at: datetime) -> None:
    """Forgets letters a week after they were settled; of a notice's only the count stays, without its address."""
    old = Letter.settled_at < at - KEPT
    session.execute(delete(Letter).where(old, Letter.notice_id.is_(None)))
    session.execute(update(Letter).where(old, Letter.to != "").values(to=""))
    unsent = Letter.state == "waiting", Letter.ends_at < at - KEPT  # nobody sends any more, so nobody settled it
    session.execute(delete(Letter).where(*unsent))


def _pause(tries: int) -> timedelta:
    return min(FIRST_PAUSE * (1 << tries - 1), LONGEST_PAUSE)
