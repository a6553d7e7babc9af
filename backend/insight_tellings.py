"""What is told in an insight, before it is one: its form, its words, who told it, and that they agreed to it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from . import typed
from .errors import Refusal
from .people import LONGEST_NAME
from .photos import Photo
from .sounds import Sound
from .wording import Wording, say

LONGEST = 1500  # characters of the text, and of the transcript: a minute of speech has about 900


class Form(StrEnum):
    OBSERVATION = "observation"
    INTERVIEW = "interview"
    DIARY = "diary"
    STORY = "story"


class ToldBy(StrEnum):
    """What is published of whoever told it."""

    FULL = "full"
    FIRST = "first"  # the first name alone; more is not kept
    NOBODY = "nobody"


FORMS: Mapping[str, Wording] = {
    Form.OBSERVATION: say("Something that I saw"),
    Form.INTERVIEW: say("A talk with somebody"),
    Form.DIARY: say("A page of a diary"),
    Form.STORY: say("A story"),
}
FORM_NAMES: Mapping[str, Wording] = {  # as lists say it
    Form.OBSERVATION: say("Observation"),
    Form.INTERVIEW: say("Interview"),
    Form.DIARY: say("Diary"),
    Form.STORY: say("Story"),
}
NAMES: Mapping[str, Wording] = {
    ToldBy.FULL: say("Their full name"),
    ToldBy.FIRST: say("Their first name only"),
    ToldBy.NOBODY: say("No name"),
}
AGREED = say(  # what the tick says: all that is published, and that it can be taken back
    "Everybody may read the words, see the photo and hear the voice. The name is shown as chosen. "
    "It can be taken back."
)


@dataclass(frozen=True)
class Telling:
    """As a form brings it."""

    form: str
    text: str = ""
    transcript: str = ""  # what is said in the recording; empty: nobody has written it down yet
    told_by: str = ToldBy.NOBODY
    name: str = ""
    is_agreed: bool = False  # the teller's consent
    photo: Photo | None = None
    alt: str = ""  # what the photo shows
    sound: Sound | None = None

    @property
    def words(self) -> str:
        """All that it says, for whoever looks for private details or danger."""
        return "\n".join(part for part in (self.text, self.transcript, self.name) if part)

    def mark(self, *where: object) -> str:
        """SHA-256 of it all, to know a repeat from a clash."""
        kept = (self.photo.content_mark if self.photo else "", self.sound.content_mark if self.sound else "")
        # Typed text holds no NUL.
        sent = (*map(str, where), self.form, self.text, self.transcript, self.told_by, self.name, *kept)
        return hashlib.sha256("\0".join(sent).encode()).hexdigest()


def checked(telling: Telling) -> Telling:
    """As it is kept. Raises Refusal that names "form", "text", "transcript", "told_by", "name" or "is_agreed"."""
    if telling.form not in FORMS:
        raise Refusal(say("Choose what it is."), field="form")
    has_more = telling.photo is not None or telling.sound is not None
    text = typed.text(telling.text, field="text", most=LONGEST, needed=not has_more)
    transcript = checked_transcript(telling.transcript) if telling.sound else ""
    name = _name(telling)
    if not telling.is_agreed:
        raise Refusal(say("Ask whoever told it, then tick this."), field="is_agreed")
    return replace(telling, text=text, transcript=transcript, name=name)


def checked_transcript(words: str | None, *, needed: bool = False) -> str:
    return typed.text(words, field="transcript", most=LONGEST, needed=needed)


def _name(telling: Telling) -> str:
    """What is not published of a name is not kept."""
    if telling.told_by not in NAMES:
        raise Refusal(say("Choose which name is shown."), field="told_by")
    if telling.told_by == ToldBy.NOBODY:
        return ""
    name = typed.line(telling.name, field="name", most=LONGEST_NAME)
    return name.split()[0] if telling.told_by == ToldBy.FIRST else name
