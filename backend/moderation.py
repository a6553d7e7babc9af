"""The queue: whatever must be read by a person before it is public waits here, oldest first.

It knows no feature: see reading.py for what a feature hands in. A decision can be taken back until somebody is told
of it; `settle_due` tells, once. Who reads what stands in moderation_readers.py, finders in moderation_queue.py.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.orm import Session

from . import audit, people, typed
from .errors import Conflict, NotAllowed, NotFound, Refusal
from .languages import WRITTEN_BY_TAG
from .people import Person
from .reading import (
    LABELS,
    About,
    Kind,
    Label,
    Planned,
    Sent,
    Shown,
    author_of,
    before_decided,
    counts_sent,
    kinds,
    look_at,
    name_kind,
    offer_decisions,
    offer_reasons,
    reasons,
    shown,
    when_corrected,
    when_decided,
    when_taken_back,
)
from .waiting import WITHDRAWN, Decision, Waiting, is_done, may_decide, open_in, why_not
from .wording import Wording, say, say_count

__all__ = [
    "LABELS", "About", "Decision", "Kind", "Label", "Planned", "Sent", "Shown", "Waiting", "ask", "author_of",
    "before_decided", "correct_language", "count", "counts_sent", "decide", "find", "has_changed", "look_at",
    "may_decide", "name_kind", "offer_decisions", "offer_reasons", "reasons", "settle_due", "shown", "take_back",
    "undo", "when_corrected", "when_decided", "when_taken_back", "why_not", "withdraw",
]  # fmt: skip

LONGEST_NOTE = 1000  # characters
MOST_NUMBER = 2**31 - 1  # what the databases take for a number
MOST_ROWS = 200  # told by one call of settle_due
NOTHING: dict[str, Any] = {  # of what was decided is left when it waits again; the words to the author are kept
    **dict.fromkeys(("decision", "decided_by", "decided_at", "tells_at", "told_at", "case_id", "merge_into")),
    "reason": "", "photo_act": "",
}  # fmt: skip


# --- verbs ---


def ask(session: Session, *, kind: str, noun_id: int, area_id: int, at: datetime, **how: Any) -> Waiting:
    """Puts something into the queue; sent again, it waits in a round of its own, and an older one waits no more.

    how: language, flags, is_urgent, not_by, needs_core, as the columns of Waiting say.
    """
    before = select(func.coalesce(func.max(Waiting.round), 0)).where(Waiting.kind == kind, Waiting.noun_id == noun_id)
    values = {"kind": kind, "noun_id": noun_id, "area_id": area_id, "asked_at": at, **how}
    # One statement: the database counts the round and hands the row back.
    new = insert(Waiting).values(**values, round=before.scalar_subquery() + 1).returning(Waiting)
    item = session.scalars(new).one()
    if item.round > 1:
        _close(session, kind, noun_id, at, Waiting.id != item.id)
    return item


def withdraw(session: Session, *, kind: str, noun_id: int, at: datetime) -> None:
    """Takes it out of the queue, since its author did; nobody is told, and what was decided and told stands."""
    _close(session, kind, noun_id, at)


def has_changed(session: Session, *, kind: str, noun_id: int) -> None:
    """What waits looks different from now on: a decision that saw it before is refused."""
    change = update(Waiting).where(Waiting.kind == kind, Waiting.noun_id == noun_id, Waiting.decision.is_(None))
    session.execute(change.values(version=Waiting.version + 1).execution_options(synchronize_session="fetch"))


def decide(
    session: Session, item_id: int, decision: Decision, *, by: Person, seen_version: int, at: datetime,
    undo_seconds: float, reason: str = "", note: str = "", note_language: str = "", case_id: int | None = None,
    merge_into: int | None = None, photo_act: str = "",
) -> Waiting:  # fmt: skip
    """Decides what by has read; nothing that somebody else decided is overwritten.

    Raises NotFound outside by's areas, NotAllowed about one's own, Conflict when it was decided or changed since
    seen_version, Refusal without what the decision needs: one of the kind's reasons where it is not published, a
    note where a change is asked for, a twin where it is merged.
    """
    item = _find_to_decide(session, item_id, by)
    if item.decision is not None or item.version != seen_version:
        raise Conflict(_who_was_quicker(session, item, at))
    publishes = decision == Decision.APPROVED
    planned = Planned(
        str(decision), case_id if publishes else None, merge_into if decision == Decision.MERGED else None,
        photo_act if publishes else "", by.id,
    )  # fmt: skip
    new = {
        "decision": planned.decision, "decided_by": by.id, "decided_at": at, "case_id": planned.case_id,
        "merge_into": planned.merge_into, "photo_act": planned.photo_act,
        "tells_at": at + timedelta(seconds=undo_seconds), "reason": _reason(item.kind, decision, reason),
        "note": typed.text(note, field="note", most=LONGEST_NOTE, needed=decision == Decision.CHANGE_ASKED),
        "note_language": note_language if note_language in WRITTEN_BY_TAG else by.language,
    }  # fmt: skip
    _make_sure_it_can_be_done(session, item, planned)
    still_so = (Waiting.id == item.id, Waiting.decision.is_(None), Waiting.version == seen_version)
    is_first = is_done(session, update(Waiting).where(*still_so).values(**new, version=Waiting.version + 1))
    session.refresh(item)
    if not is_first:
        raise Conflict(_who_was_quicker(session, item, at))
    audit.note(
        session, f"{item.kind}.{decision}", at=at, by=by, area_id=item.area_id, noun_id=item.noun_id,
        reason=item.reason, case_id=item.case_id, merge_into=item.merge_into, photo_act=item.photo_act,
    )  # fmt: skip
    return item


def undo(session: Session, item_id: int, *, by: Person, at: datetime) -> Waiting:
    """Takes one's own decision back. Raises Conflict when somebody has been told of it."""
    item = find(session, item_id, by=by)
    if item.decided_by != by.id:
        raise NotAllowed(say("Only whoever decided can take it back."))
    mine = update(Waiting).where(Waiting.id == item.id, Waiting.decided_by == by.id, Waiting.told_at.is_(None))
    if not is_done(session, mine.values(**NOTHING, version=Waiting.version + 1)):
        raise Conflict(say("It is too late to undo: the author has been told."))
    session.refresh(item)
    audit.note(session, f"{item.kind}.undone", at=at, by=by, area_id=item.area_id, noun_id=item.noun_id)
    return item


def correct_language(session: Session, item_id: int, language: str, *, by: Person, at: datetime) -> Waiting:
    """Says which language it is really written in. Raises Refusal for a language that nobody here writes."""
    item = _find_to_decide(session, item_id, by)
    if language not in WRITTEN_BY_TAG:
        raise Refusal(say("Choose one of the languages."), field="language")
    correct = kinds[item.kind].correct
    if correct is None:
        raise Refusal(say("The language of this can't be changed here."), field="language")
    correct(session, item.noun_id, language)
    item.language, item.language_by = language, "moderator"
    audit.note(
        session, f"{item.kind}.language", at=at, by=by, area_id=item.area_id, noun_id=item.noun_id, language=language
    )
    return item


def take_back(session: Session, item_id: int, *, by: Person, at: datetime) -> Waiting:
    """Takes apart what a told decision did, where its kind can, such as a merge. Raises NotAllowed, Refusal."""
    item = _find_to_decide(session, item_id, by)
    undone = kinds[item.kind].take_back
    if undone is None or item.told_at is None:
        raise Refusal(say("This can't be taken back here."))
    undone(session, item, by, at)
    item.merge_into = None  # nothing is left to take apart
    audit.note(session, f"{item.kind}.taken_back", at=at, by=by, area_id=item.area_id, noun_id=item.noun_id)
    return item


def settle_due(session: Session, at: datetime) -> int:
    """Lets each decision that can no longer be undone take effect, once; returns how many. The worker calls it.

    What can't be carried out any more, such as a merge with a twin that has gone, waits to be read again.
    """
    due = (Waiting.told_at.is_(None), Waiting.decision.is_not(None), Waiting.tells_at <= at)
    settled = 0
    for item_id in session.scalars(select(Waiting.id).where(*due).order_by(Waiting.tells_at).limit(MOST_ROWS)).all():
        if is_done(session, update(Waiting).where(Waiting.id == item_id, *due).values(told_at=at)):
            settled += _settle(session, session.get_one(Waiting, item_id, populate_existing=True), at)
    return settled


# --- finders ---


def find(session: Session, item_id: int, *, by: Person) -> Waiting:
    """Raises NotFound, also where by may not moderate: nobody learns what waits elsewhere."""
    item = session.get(Waiting, item_id, populate_existing=True) if item_id <= MOST_NUMBER else None
    if item is None or not people.may_moderate(by, item.area_id):
        raise NotFound(say("Nothing waits here under this number."))
    return item


def unsettled(session: Session, kind: str, noun_id: int) -> Waiting | None:
    """What waits of a thing, or is decided and can still be taken back; None where all is settled."""
    query = select(Waiting).where(Waiting.kind == kind, Waiting.noun_id == noun_id, Waiting.told_at.is_(None))
    return session.scalar(query.order_by(Waiting.id.desc()).limit(1))


def count(session: Session, area_ids: Collection[int] | None) -> int:
    return session.scalar(select(func.count()).select_from(Waiting).where(*open_in(area_ids))) or 0


def author_id_of(session: Session, item: Waiting) -> int | None:
    return kinds[item.kind].author(session, item.noun_id)


# --- private parts ---


def _find_to_decide(session: Session, item_id: int, by: Person) -> Waiting:
    item = find(session, item_id, by=by)
    if (why := why_not(by, item, author_id_of(session, item))) is not None:
        raise NotAllowed(why)
    return item


def _reason(kind: str, decision: Decision, code: str) -> str:
    """A change may be asked for with a reason too, which its author reads in their own language."""
    known = reasons(kind)
    if decision == Decision.NOT_PUBLISHED and known and code not in known:
        raise Refusal(say("Choose a reason. The author reads it."), field="reason")
    return code if decision in (Decision.NOT_PUBLISHED, Decision.CHANGE_ASKED) and code in known else ""


def _make_sure_it_can_be_done(session: Session, item: Waiting, planned: Planned) -> None:
    kind = kinds[item.kind]
    if planned.decision not in kind.decisions:
        raise Refusal(say("Choose what to do with it."), field="decision")
    if planned.decision == Decision.MERGED and planned.merge_into is None:
        raise Refusal(say("Choose what it says the same as."), field="merge_into")
    if planned.decision == Decision.MERGED and planned.merge_into == item.noun_id:
        raise Refusal(say("It can’t be merged with itself. Choose another one."), field="merge_into")
    if planned.photo_act and planned.photo_act not in kind.photo_acts:
        raise Refusal(say("Choose what becomes of the photo."), field="photo_act")
    for check in kind.checks:
        check(session, item, planned)


def _settle(session: Session, item: Waiting, at: datetime) -> bool:
    """Lets a decision take effect. False where it can't any more: then it waits again."""
    try:
        planned = Planned(item.decision or "", item.case_id, item.merge_into, item.photo_act, item.decided_by)
        _make_sure_it_can_be_done(session, item, planned)
    except Refusal:
        audit.note(session, f"{item.kind}.waits_again", at=at, by=None, area_id=item.area_id, noun_id=item.noun_id)
        for name, empty in NOTHING.items():
            setattr(item, name, empty)
        item.version += 1
        session.flush()
        return False
    kinds[item.kind].follow(session, item, at)
    return True


def _close(session: Session, kind: str, noun_id: int, at: datetime, *where: ColumnElement[bool]) -> None:
    """Nobody decided, so nobody is told: what was not told yet is no decision any more."""
    own = (Waiting.kind == kind, Waiting.noun_id == noun_id, Waiting.told_at.is_(None), *where)
    closed = {"decision": WITHDRAWN, "decided_by": None, "decided_at": at, "told_at": at}
    change = update(Waiting).where(*own).values(**closed, version=Waiting.version + 1)
    session.execute(change.execution_options(synchronize_session=False))


def _who_was_quicker(session: Session, item: Waiting, at: datetime) -> Wording:
    if item.decision is None or item.decided_at is None:
        return say("This has changed since you opened it. Read it again.")
    if item.decision == WITHDRAWN:
        return say("Its author has changed it or taken it back. Nothing is left to decide here.")
    quicker = people.by_id(session, item.decided_by) if item.decided_by else None
    minutes = max(int((at - item.decided_at).total_seconds() // 60), 0)
    name = quicker.name if quicker and quicker.name else say("Somebody else")
    done = kinds[item.kind].labels[item.decision].done
    if done == LABELS[Decision.APPROVED].done:
        return say_count(
            "%(name)s approved this %(number)s minute ago. Nothing has changed.",
            "%(name)s approved this %(number)s minutes ago. Nothing has changed.", minutes, name=name,
        )  # fmt: skip
    return say_count(
        "%(name)s decided this %(number)s minute ago: %(done)s. Nothing has changed.",
        "%(name)s decided this %(number)s minutes ago: %(done)s. Nothing has changed.", minutes, name=name, done=done,
    )  # fmt: skip
