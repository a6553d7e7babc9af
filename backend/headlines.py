"""A title out of what somebody wrote in one field: its first line, or the first words of a long one."""

from __future__ import annotations

import unicodedata


def split(text: str, most: int) -> tuple[str, str]:
    """(title of at most `most` characters, what follows); where the first line is cut, the whole text follows."""
    first, _, rest = text.partition("\n")
    first = " ".join(first.split())
    if len(first) <= most:
        return first, rest.strip()
    return f"{_whole_words(first, most - 1)}…", text


def can_be_seen(text: str) -> bool:
    """Whether the first line shows anything: signs without ink or width alone would make a title nobody can touch."""
    return any(unicodedata.category(sign)[0] in "LNSP" for sign in text.partition("\n")[0])


def _whole_words(line: str, most: int) -> str:
    start = line[:most]
    whole = start if line[most].isspace() else start.rpartition(" ")[0]
    return (whole or start).rstrip()
