"""What people type, made fit to keep: one form of each letter, no signs that a database or a reader stumbles over."""

from __future__ import annotations

import re
import unicodedata
from uuid import UUID

from .errors import Refusal
from .wording import say, say_count

# Control signs but tab and newline, lone surrogates, and the marks that turn text round unseen.
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff]")


def text(value: str | None, *, field: str, most: int, needed: bool = True) -> str:
    """Trimmed text of at most `most` characters. Raises Refusal that names field when it is empty or too long."""
    clean = unicodedata.normalize(
        "NFC", UNSEEN.sub("", (value or "").replace("\r\n", "\n").replace("\r", "\n"))
    ).strip()
    if needed and not clean:
        raise Refusal(say("Write something here first."), field=field)
    if len(clean) > most:
        over = len(clean) - most
        raise Refusal(
            say_count(
                "This is %(number)s character too long. It may have %(most)s.",
                "This is %(number)s characters too long. It may have %(most)s.",
                over,
                most=most,
            ),
            field=field,
        )
    return clean


def line(value: str | None, *, field: str, most: int, needed: bool = True) -> str:
    """The same on one line."""
    return text(" ".join((value or "").replace("\x00", "").split()), field=field, most=most, needed=needed)


def uuid(value: str | None, *, field: str = "client_uuid") -> str | None:
    """A version 4 UUID in its usual form, or None where none was sent. Raises Refusal."""
    if not value:
        return None
    try:
        return str(UUID(value))
    except ValueError:
        raise Refusal(say("This form has been changed on its way. Open the page again."), field=field) from None


def whole_number(value: str | None, *, field: str, least: int, most: int) -> int:
    """A whole number between least and most; Arabic and Persian digits are read too. Raises Refusal."""
    plain = (value or "").strip()
    if not plain.isdecimal() or len(plain) > 9 or not least <= int(plain) <= most:
        raise Refusal(say("Write a whole number between %(least)s and %(most)s.", least=least, most=most), field=field)
    return int(plain)


def digits(value: str | None, *, field: str, count: int) -> str:
    """Exactly `count` digits, in Latin ones: blanks and hyphens between them and other scripts' digits are read too.

    Raises Refusal.
    """
    close = re.sub(r"[\s\-\u2010-\u2013\u200e\u200f\u2066-\u2069]", "", (value or "")[: count * 4])
    if not close.isdecimal() or len(close) != count:
        raise Refusal(say("The code has %(count)s digits. Write them again.", count=count), field=field)
    return "".join(str(int(digit)) for digit in close)
