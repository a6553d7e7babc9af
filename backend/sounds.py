"""Recordings of voices: judged by their content, packed anew without metadata, kept in the file store.

Decoding runs in a program of its own, see sound_packing.py; like a photo's it comes before the transaction: `prepare`
first, `keep` within it.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets as chance
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from sqlalchemy import ForeignKey, String, exists, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import people, sound_packing
from .attempts import again_in
from .database import Base
from .errors import NotFound, Refusal, TooMany
from .files import Store
from .people import Person
from .wording import Wording, say

MOST_BYTES = 12_000_000  # of what is sent: a minute of WAV as a phone records it, in stereo
LONGEST = sound_packing.LONGEST  # seconds
LONGEST_PACKING = 25  # seconds on the wall, when a machine is busy
AT_ONCE = BoundedSemaphore(2)  # recordings that one process packs at the same time
WAIT = 15  # seconds for a turn
UNSENT = timedelta(days=1)  # between choosing a recording and sending what it belongs to
KEY = re.compile("[0-9a-f]{40}")
PACKING = Path(sound_packing.__file__)
REFUSED: Mapping[str, Wording] = {
    "unreadable": say("We can’t play this recording. Please choose another one, or record again."),
    "film": say("This is a film. Please choose a recording of sound alone."),
    "too_long": say("This recording is too long. It may last %(most)s seconds.", most=LONGEST),
    "too_short": say("This recording is empty. Please record again."),
    "strange": say("No phone records like this. Please choose another recording."),
}


class Sound(Base):
    __tablename__ = "sounds"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)  # its name in the file store and in its address
    content_mark: Mapped[str] = mapped_column(String(64))  # SHA-256 of what was sent, to know the same sound again
    area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"), index=True)
    milliseconds: Mapped[int]  # how long it lasts
    size: Mapped[int]  # bytes
    is_public: Mapped[bool] = mapped_column(default=False)  # false until what it belongs to is published
    # Empty while it waits on a form that is not sent yet: until then whoever knows its key may hear it.
    sent_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]

    @property
    def file(self) -> str:
        """Its key in the file store."""
        return f"{self.key}.m4a"

    @property
    def seconds(self) -> int:
        return max(round(self.milliseconds / 1000), 1)


@dataclass(frozen=True)
class Prepared:
    """A recording fit to keep: mono AAC in an .m4a, without metadata."""

    content: bytes
    milliseconds: int
    content_mark: str  # SHA-256 of what was sent


def may_hear(sound: Sound, person: Person | None) -> bool:
    if sound.is_public or sound.sent_by is None:
        return True
    is_own = person is not None and person.id == sound.sent_by
    return is_own or people.may_moderate(person, sound.area_id or 0)


def prepare(content: bytes) -> Prepared:
    """Decodes and packs anew what was sent. Raises Refusal for what is no recording, broken, too long or too large.

    TooMany where others' recordings take all turns.
    """
    if len(content) > MOST_BYTES:
        raise _no(say("This recording is too large. It may have %(most)s megabytes.", most=MOST_BYTES // 1_000_000))
    if not AT_ONCE.acquire(timeout=WAIT):
        raise TooMany(again_in(60), seconds=60)
    try:
        said, _, packed = _packed(content).partition(b"\n")
    finally:
        AT_ONCE.release()
    told: dict[str, Any] = json.loads(said) if said else {"no": "unreadable"}  # nothing: the system ended it
    if "no" in told:
        raise _no(REFUSED[told["no"]])
    return Prepared(packed, told["milliseconds"], hashlib.sha256(content).hexdigest())


def keep(
    session: Session, store: Store, prepared: Prepared, *, area_id: int | None, by: Person | None, at: datetime
) -> Sound:
    """A new recording, not public yet. Its file comes first: a row without its file could not be heard."""
    sound = Sound(
        key=chance.token_hex(20), content_mark=prepared.content_mark, area_id=area_id,
        milliseconds=prepared.milliseconds, size=len(prepared.content), is_public=False,
        sent_by=by.id if by else None, created_at=at,
    )  # fmt: skip
    store.put(sound.file, prepared.content)
    session.add(sound)
    session.flush()
    return sound


def take(sound: Sound, *, by: Person) -> None:
    """One that waited on a form now belongs to somebody's thing. Raises Refusal when it belongs to one already."""
    if sound.sent_by is not None:
        raise _no(say("This recording is not here any more. Please choose it again."))
    sound.sent_by = by.id


def remove(session: Session, store: Store, sound: Sound) -> None:
    """Takes row and file away; nothing may point to it any more."""
    session.delete(sound)
    session.flush()
    store.remove(sound.file)


def forget_unsent(session: Session, store: Store, *, at: datetime) -> int:
    """Removes what came with a form that nobody sent in a day; returns how many. The worker calls it."""
    pointers = [table.c.sound_id for table in Base.metadata.sorted_tables if "sound_id" in table.c]
    query = select(Sound).where(Sound.sent_by.is_(None), Sound.is_public.is_(False), Sound.created_at < at - UNSENT)
    unsent = session.scalars(query.where(*(~exists().where(column == Sound.id) for column in pointers)).limit(50)).all()
    for sound in unsent:
        remove(session, store, sound)
    return len(unsent)


def by_key(session: Session, key: str) -> Sound:
    """Raises NotFound."""
    sound = session.scalar(select(Sound).where(Sound.key == key)) if KEY.fullmatch(key) else None
    if sound is None:
        raise NotFound(say("There is no recording with this address."))
    return sound


def _packed(content: bytes) -> bytes:
    """What the program said: nothing where the system ended it."""
    command = [sys.executable, "-I", str(PACKING)]
    try:
        done = subprocess.run(
            command, input=content, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=LONGEST_PACKING, env={},
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return b""
    return done.stdout if done.returncode == 0 else b""


def _no(wording: Wording) -> Refusal:
    return Refusal(wording, field="sound")
