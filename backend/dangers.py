"""When somebody may be in danger, or speaks of ending their life: who is told at once, and how such words are noticed.

Words alone decide nothing: a person reads them, before all else that waits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from . import addresses, areas, audit, notices, people, staff
from .days import isolated
from .errors import NotAllowed
from .notices import Message, Notice
from .people import Person, Role
from .waiting import Waiting
from .wording import say

WORDS = "danger"  # the flag of a text that speaks so
ALARM = "alarm"  # the flag of what a person has marked
TELL_WITHIN = timedelta(days=1)

# Few phrases, so that an alarm stays one. Written as `_plain` leaves them: small letters, no vowel signs, one alif.
PHRASES = (
    # Swedish
    r"ta (mitt liv|livet av mig|livet av sig|sitt liv)", r"begå självmord", r"vill (inte leva (längre|mer)|dö)",
    r"orkar inte leva", r"(skada|döda) mig själv",
    r"(ska|kommer att) (döda|skjuta|mörda) (dig|dem|er|henne|honom|alla)",
    # English
    r"kill(ing)? myself", r"end(ing)? my (own )?life", r"take my (own )?life", r"(want|wish) to die",
    r"(dont|don't|do not) want to live", r"(hurt|harm)(ing)? myself", r"commit suicide",
    r"(will|going to) (kill|shoot|stab) (you|them|her|him|everyone|everybody)",
    # Arabic
    r"(انهي|انهاء) حياتي", r"اقتل نفسي", r"(س|سوف )انتحر", r"(اريد|اتمني) (ان )?(اموت|الموت)",
    r"لا اريد ان اعيش", r"(اوذي|اجرح) نفسي", r"ساقتل(ك|كم|ه|ها|هم)",
)  # fmt: skip
SPOKEN = re.compile(r"(?<!\w)(?:" + "|".join(PHRASES) + r")(?!\w)")


def flag(text: str) -> bool:
    """Whether a text speaks of ending one's life or of hurting somebody, in Swedish, English or Arabic."""
    return SPOKEN.search(_plain(text)) is not None


def watch(session: Session, item: Waiting, text: str, *, at: datetime) -> Waiting:
    """Puts what speaks so before all else in the queue, and tells those who read it. Returns item."""
    if flag(text):
        _mark(session, item, WORDS, at=at)
    return item


def raise_alarm(session: Session, item: Waiting, *, by: Person | None, at: datetime) -> None:
    """Somebody may be in danger: it is read first, and staff hear of it at once; a second alarm tells nobody again.

    by is None where a report says so. NotAllowed unless by moderates the area.
    """
    if by is not None and not people.may_moderate(by, item.area_id):
        raise NotAllowed(say("You may not do this here."))
    if ALARM in item.flags or (by is None and item.is_urgent):
        return
    _mark(session, item, ALARM if by else WORDS, at=at, by=by)
    act = "danger.raised" if by else "danger.reported"
    audit.note(session, act, at=at, by=by, area_id=item.area_id, noun_id=item.noun_id, kind=item.kind)


def concerns(session: Session, things: Collection[tuple[str, int]]) -> bool:
    """Whether any of these (kind, noun id) speaks so, or was marked by a person: its author then reads who helps."""
    named = tuple_(Waiting.kind, Waiting.noun_id).in_(list(things))
    query = select(Waiting.kind, Waiting.flags).where(named, Waiting.is_urgent)
    return any(ALARM in flags or (WORDS in flags and kind != "report") for kind, flags in session.execute(query))


def told(session: Session, area_id: int) -> set[int]:
    """Who hears of it: the area's moderators and coordinators, and the core team."""
    return staff.of_area(session, area_id) | staff.everywhere(session, Role.CORE)


@notices.said("somebody_in_danger", notices.Kind(urgency="high", longest=TELL_WITHIN, waits=False))
def words(session: Session, notice: Notice, language: str) -> Message:
    """It names no person and repeats no words: others may see the phone."""
    area = areas.by_id(session, notice.area_id)
    body = say("Something in %(area)s has to be read now.", area=isolated(area.name_in(language)))
    path = addresses.queue_item(language, notice.noun_id)
    return Message(say("Somebody may be in danger").into(language), body.into(language), path)


def _mark(session: Session, item: Waiting, sign: str, *, at: datetime, by: Person | None = None) -> None:
    was_urgent = item.is_urgent
    item.flags, item.is_urgent = sorted({*item.flags, sign}), True
    item.version += 1  # whoever has it open decides about something else than they saw
    session.flush()
    receivers = told(session, item.area_id)
    if was_urgent:  # those who read the queue know; those who lead shall hear that a person means it
        receivers &= _leading(session, item.area_id)
    for person_id in sorted(receivers - {by.id if by else None}):
        notices.tell(
            session, kind="somebody_in_danger", area_id=item.area_id, noun_id=item.id, audience="person",
            audience_id=person_id, at=at, ends_at=at + TELL_WITHIN,
        )  # fmt: skip


def _leading(session: Session, area_id: int) -> set[int]:
    found = session.scalars(select(Person).where(Person.id.in_(told(session, area_id))))
    return {person.id for person in found if people.may_coordinate(person, area_id)}


def _plain(text: str) -> str:
    """Small letters without vowel signs, tatweel or doubled spaces; the alifs and the yas as one."""
    apart = unicodedata.normalize("NFC", text.casefold().replace("\u2019", "'"))
    bare = "".join(one for one in apart if unicodedata.category(one) != "Mn" and one not in "\u0640\u200c\u200d")
    return " ".join(bare.translate(str.maketrans("أإآٱىئ", "اااايي")).replace("ؤ", "و").split())
