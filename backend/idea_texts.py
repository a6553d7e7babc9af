"""What is typed into the one field of an idea: checked, and parted into a title and what follows."""

from __future__ import annotations

import unicodedata

from . import typed
from .errors import Refusal
from .wording import say

LONGEST_TEXT = 2000  # characters
LONGEST_TITLE = 120  # characters


def checked(text: str | None) -> str:
    """The text as it is kept. Raises Refusal that names "text" when it is empty, too long or shows nothing."""
    clean = typed.text(text, field="text", most=LONGEST_TEXT)
    if not _can_be_seen(clean):
        raise Refusal(say("Write something here first."), field="text")
    return clean


def in_two(text: str) -> tuple[str, str]:
    """(title, what follows): the first line is the title; a too long one is cut, and the whole text follows."""
    first, _, rest = text.strip().partition("\n")
    first = " ".join(first.split())
    if len(first) <= LONGEST_TITLE:
        return first, rest.strip()
    return f"{_whole_words(first, LONGEST_TITLE - 1)}…", text


def in_one(title: str, text: str) -> str:
    """Both as they were typed: a title that was cut stands whole in the text below it."""
    if title.endswith("…") and " ".join(text.split()).startswith(title[:-1]):
        return text
    return f"{title}\n{text}".strip()


def _can_be_seen(text: str) -> bool:
    """Signs without ink or width alone would make a title that nobody can see or touch."""
    return any(unicodedata.category(sign)[0] in "LNSP" for sign in text.partition("\n")[0])


def _whole_words(line: str, most: int) -> str:
    start = line[:most]
    whole = start if line[most].isspace() else start.rpartition(" ")[0]
    return (whole or start).rstrip()
