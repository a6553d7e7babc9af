"""Pledges: what somebody promises to a case, for one of its needs or freely, and whether it was kept (pre-study p. 14).

A resident's words wait for a moderator before they are public; coordinator and team see them at once. What a moderator
decides follows in pledge_answers.py, how it went in pledge_outcomes.py; resources.py reads them as pages show them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import audit, cases, dangers, moderation, needs, people, personal_details, restrictions, revisions, typed
from .cases import Case
from .database import Base, insert
from .errors import Conflict, NotAllowed, NotFound, Refusal
from .needs import KINDS, MOST, Kind, Need
from .people import LONGEST_NAME, Level, Person
from .wording import Wording, say

LONGEST_WORDS = 300  # characters
LONGEST_CONTACT = 120
LONGEST_WORD = 200  # of what the team says of how it went
A_DAY = timedelta(days=1)


class State(StrEnum):
    PROMISED = "promised"
    KEPT = "kept"
    WITHDRAWN = "withdrawn"


STATES: Mapping[str, Wording] = {
    State.PROMISED: say("Promised"), State.KEPT: say("Kept"), State.WITHDRAWN: say("Withdrawn"),
}  # fmt: skip


class Reading(StrEnum):
    """Whether everybody may read it."""

    WAITING = "waiting"  # for a moderator
    PUBLIC = "public"
    NOT_PUBLISHED = "not_published"
    HIDDEN = "hidden"  # taken down after a report


class ShownAs(StrEnum):
    NAME = "name"
    FIRST_NAME = "first_name"
    ORGANISATION = "organisation"
    NOBODY = "nobody"


SHOWN_AS: Mapping[str, Wording] = {
    ShownAs.NAME: say("With this name"), ShownAs.FIRST_NAME: say("With the first name only"),
    ShownAs.ORGANISATION: say("As this organisation"), ShownAs.NOBODY: say("Without a name"),
}  # fmt: skip


class Pledge(Base):
    """A promise in one language, by somebody who signed in, or entered for somebody who did not."""

    __tablename__ = "pledges"
    __table_args__ = (CheckConstraint("how_much > 0", name="how_much"), Index("ix_pledges_case", "case_id", "reading"))

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    area_id: Mapped[int] = mapped_column(ForeignKey("areas.id"))
    # empty: promised freely
    need_id: Mapped[int | None] = mapped_column(ForeignKey("needs.id", ondelete="SET NULL"), index=True)
    kind: Mapped[str] = mapped_column(String(20))  # one of needs.KINDS
    words: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(12))
    how_much: Mapped[int | None]  # in the need's unit, of money in kronor; empty: nothing is counted there
    shown_as: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME), default="")  # as everybody reads it; empty: nobody
    contact: Mapped[str] = mapped_column(String(LONGEST_CONTACT), default="")  # for coordinator and team alone
    # empty: somebody without an account, or somebody who has left
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))  # empty: they did it
    state: Mapped[str] = mapped_column(String(20), default=State.PROMISED)
    reading: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(40), default="")  # why it is not published: a code
    note: Mapped[str] = mapped_column(Text, default="")  # a moderator's own words to whoever promised
    note_language: Mapped[str] = mapped_column(String(12), default="")
    word: Mapped[str] = mapped_column(String(LONGEST_WORD), default="")  # what the team says to how it went
    word_language: Mapped[str] = mapped_column(String(12), default="")
    client_uuid: Mapped[str | None] = mapped_column(String(36), unique=True)
    content_mark: Mapped[str] = mapped_column(String(64))  # SHA-256 of what was sent, to know a repeat from a clash
    created_at: Mapped[datetime]
    public_at: Mapped[datetime | None]  # when it was first shown
    settled_at: Mapped[datetime | None]  # when it was kept or withdrawn

    @property
    def kind_name(self) -> Wording:
        return KINDS[self.kind]

    @property
    def state_name(self) -> Wording:
        return STATES[self.state]


Follow = TypeVar("Follow", bound=Callable[[Session, Pledge, datetime], Any])
_when_promised: list[Callable[[Session, Pledge, datetime], Any]] = []


def when_promised(follow: Follow) -> Follow:
    """Registers (session, pledge, at): what follows when somebody has promised something themselves."""
    _when_promised.append(follow)
    return follow


def may_promise(person: Person | None) -> bool:
    return person is not None and person.level >= Level.NEIGHBOUR


def is_by(pledge: Pledge, person: Person | None) -> bool:
    return person is not None and pledge.person_id == person.id


def may_see(session: Session, pledge: Pledge, person: Person | None, case: Case) -> bool:
    """Who reads all of it, with how to reach somebody: who promised it, the team and its coordinator."""
    return is_by(pledge, person) or needs.may_write(session, person, case)


# --- verbs ---


def promise(
    session: Session, case: Case, *, by: Person, words: str | None, language: str, at: datetime, kind: str = "",
    need: Need | None = None, how_much: int | None = None, shown_as: str = ShownAs.NOBODY, name: str = "",
    contact: str = "", client_uuid: str | None = None,
) -> Pledge:  # fmt: skip
    """Promises something; it waits to be read, unless by is of the team or its coordinator.

    The same client_uuid with the same content is the same pledge again; with another it raises Conflict. kind counts
    where no need is named. NotAllowed for guests, Refusal.
    """
    if not may_promise(by):
        raise NotAllowed(say("Sign in first. Then you can promise something."))
    values = _checked(case, need, kind=kind, words=words, how_much=how_much, shown_as=shown_as, contact=contact)
    values["name"] = _shown_name(shown_as, people.own_name(session, by, name if shown_as != ShownAs.NOBODY else ""))
    reading = Reading.PUBLIC if needs.may_write(session, by, case) else Reading.WAITING
    values |= {"person_id": by.id, "language": language, "reading": reading}
    lately = partial(_promised_lately, session, by, at)
    return _write(session, case, values, client_uuid, at=at, by=by, lately=lately)


def enter(
    session: Session, case: Case, *, by: Person, words: str | None, language: str, at: datetime, kind: str = "",
    need: Need | None = None, how_much: int | None = None, shown_as: str = ShownAs.NOBODY, name: str = "",
    contact: str = "", client_uuid: str | None = None,
) -> Pledge:  # fmt: skip
    """What somebody without an account promised, entered by a coordinator. As promise, but public at once."""
    if not cases.may_lead(by, case.area_id):
        raise NotAllowed(say("Only a coordinator of this area may do this."))
    values = _checked(case, need, kind=kind, words=words, how_much=how_much, shown_as=shown_as, contact=contact)
    values["name"] = _shown_name(shown_as, people.clean_name(name))
    values |= {"entered_by": by.id, "language": language, "reading": Reading.PUBLIC}
    pledge = _write(session, case, values, client_uuid, at=at, by=by)
    audit.note(session, "pledge.entered", at=at, by=by, area_id=case.area_id, noun_id=pledge.id)
    return pledge


def publish(session: Session, pledge: Pledge, *, at: datetime) -> None:
    pledge.reading, pledge.public_at = str(Reading.PUBLIC), pledge.public_at or at
    pledge.reason = pledge.note = ""
    changed(session, pledge)


def refuse(session: Session, pledge: Pledge, *, reading: Reading, reason: str, note: str, tongue: str) -> None:
    """Nobody but the team and who promised reads it; reason is a code, note a moderator's words in tongue."""
    pledge.reading, pledge.reason, pledge.note, pledge.note_language = str(reading), reason, note, tongue
    changed(session, pledge)


def changed(session: Session, pledge: Pledge) -> None:
    """Pages that show it are made anew."""
    session.flush()
    revisions.raise_(session, pledge.area_id, "cases")


def forget(session: Session, person: Person, *, with_texts: bool, at: datetime) -> None:
    """What was never public goes; the rest stays without name and contact, and without its words where asked for."""
    for pledge in session.scalars(select(Pledge).where(Pledge.person_id == person.id)).all():
        moderation.withdraw(session, kind="pledge", noun_id=pledge.id, at=at)
        if with_texts or pledge.public_at is None:
            session.delete(pledge)
        else:
            pledge.name, pledge.contact, pledge.shown_as = "", "", str(ShownAs.NOBODY)
        changed(session, pledge)


# --- finders ---


def by_number(session: Session, number: int, *, case_id: int | None = None) -> Pledge:
    """Whatever its state. Raises NotFound."""
    found = session.get(Pledge, number) if number < 2**31 else None
    if found is None or case_id not in (None, found.case_id):
        raise NotFound(say("There is no promise with this number."))
    return found


def of_case(session: Session, case_id: int) -> list[Pledge]:
    """All of a case, latest first, with what waits: for its team and its coordinator."""
    return list(session.scalars(select(Pledge).where(Pledge.case_id == case_id).order_by(Pledge.id.desc())))


def of_person(session: Session, person_id: int) -> list[Pledge]:
    """What somebody promised themselves, latest first."""
    return list(session.scalars(select(Pledge).where(Pledge.person_id == person_id).order_by(Pledge.id.desc())))


# --- private parts ---


def _checked(
    case: Case, need: Need | None, *, kind: str, words: str | None, how_much: int | None, shown_as: str, contact: str
) -> dict[str, Any]:
    """Raises Refusal that names the field."""
    kind = need.kind if need else kind
    if need is not None and need.closed_at is not None:
        raise Refusal(say("Nothing more is needed of this. You can promise something else."))
    if kind not in KINDS:
        raise Refusal(say("Choose one of what is offered."), field="kind")
    if shown_as not in SHOWN_AS:
        raise Refusal(say("Choose one of what is offered."), field="shown_as")
    if how_much is not None and not 1 <= how_much <= MOST:
        raise Refusal(say("Write a whole number between %(least)s and %(most)s.", least=1, most=MOST), field="how_much")
    is_counted = kind == Kind.MONEY or (need is not None and need.how_much is not None)
    if how_much is None and is_counted:
        raise Refusal(say("Write how much you promise."), field="how_much")
    if how_much is not None and not is_counted:
        raise Refusal(say("Nothing is counted here. Write it in words."), field="how_much")
    return {
        "case_id": case.id, "area_id": case.area_id, "need_id": need.id if need else None, "kind": kind,
        "words": typed.text(words, field="words", most=LONGEST_WORDS), "how_much": how_much, "shown_as": shown_as,
        "contact": typed.line(contact, field="contact", most=LONGEST_CONTACT, needed=False),
    }  # fmt: skip


def _shown_name(shown_as: str, name: str) -> str:
    if shown_as == ShownAs.NOBODY:
        return ""
    if not name:
        raise Refusal(say("Write the name that everybody shall read."), field="name")
    return name.split()[0] if shown_as == ShownAs.FIRST_NAME else name


def _write(
    session: Session, case: Case, values: dict[str, Any], client_uuid: str | None, *, at: datetime, by: Person,
    lately: Callable[[], int] = lambda: 0,
) -> Pledge:  # fmt: skip
    uuid = typed.uuid(client_uuid)
    sent = "\0".join(f"{name}={values[name]}" for name in sorted(values.keys() - {"reading"}))  # typed text has no NUL
    mark = hashlib.sha256(f"{by.id}\0{sent}".encode()).hexdigest()
    if (before := _sent_before(session, uuid, mark)) is not None:
        return before
    restrictions.make_sure_may_write(session, by, case.area_id, at=at, lately=lately)
    is_public = values["reading"] == Reading.PUBLIC
    new = insert(session, Pledge).values(
        **values, client_uuid=uuid, content_mark=mark, state=State.PROMISED, created_at=at,
        public_at=at if is_public else None,
    )  # fmt: skip
    # Of two that come at once the unique key takes one; the other finds it here.
    made = new.on_conflict_do_nothing(index_elements=["client_uuid"]).returning(Pledge)
    pledge: Pledge | None = session.scalar(made)
    if pledge is None:
        return _write(session, case, values, client_uuid, at=at, by=by)
    if not is_public:
        _ask(session, pledge, at=at)
    changed(session, pledge)
    if pledge.person_id is not None:
        for follow in _when_promised:
            follow(session, pledge, at)
    return pledge


def _sent_before(session: Session, client_uuid: str | None, mark: str) -> Pledge | None:
    before = session.scalar(select(Pledge).where(Pledge.client_uuid == client_uuid)) if client_uuid else None
    if before is not None and before.content_mark != mark:
        raise Conflict(say("This was sent before with other words. Send it once more."), field="client_uuid")
    return before


def _promised_lately(session: Session, by: Person, at: datetime) -> int:
    query = select(func.count()).where(Pledge.person_id == by.id, Pledge.created_at > at - A_DAY)
    return session.scalar(query) or 0


def _ask(session: Session, pledge: Pledge, *, at: datetime) -> None:
    shown = f"{pledge.name}\n{pledge.words}"  # everybody reads both
    item = moderation.ask(
        session, kind="pledge", noun_id=pledge.id, area_id=pledge.area_id, at=at, language=pledge.language,
        flags=personal_details.flags(shown),
    )  # fmt: skip
    dangers.watch(session, item, shown, at=at)
