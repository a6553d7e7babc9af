"""What the backend says no with. Each carries a Wording, so that the page can say it in the reader's language."""

from __future__ import annotations

from .wording import Wording


class Refusal(Exception):
    """A rule says no; nothing has changed. `field` names the input that it concerns, where there is one."""

    def __init__(self, wording: Wording, *, field: str | None = None) -> None:
        super().__init__(wording.english)
        self.wording = wording
        self.field = field

    def __str__(self) -> str:
        return self.wording.into("en")


class NotAllowed(Refusal):
    """This person may not do this (a page answers 403)."""


class NotFound(Refusal):
    """There is no such thing, or this person may not know of it (a page answers 404)."""


class Conflict(Refusal):
    """The thing has changed since it was looked at, or the same key came with another content (409)."""


class TooMany(Refusal):
    """This was asked too often in a short while (429); it may be asked again after `seconds`."""

    def __init__(self, wording: Wording, *, seconds: int, field: str | None = None) -> None:
        super().__init__(wording, field=field)
        self.seconds = max(seconds, 1)
