"""Text made the same for all who write it differently: capitals, accents, Arabic vowel signs and letter forms.

What is searched and what is searched for are folded alike, here and not in a database: SQLite's trigrams know
nothing of accents, and PostgreSQL would do it in another way.
"""

from __future__ import annotations

import unicodedata

# Letters that readers take for one another and keyboards offer in turn; compatibility forms are undone before.
ALIKE = str.maketrans(
    {
        "ٱ": "ا", "ى": "ي", "ی": "ي", "ې": "ي", "ۍ": "ي", "ئ": "ي", "ێ": "ي", "ؤ": "و", "ۆ": "و", "ة": "ه", "ۀ": "ه",
        "ە": "ه", "ہ": "ه", "ۃ": "ه", "ک": "ك", "ګ": "گ", "ڵ": "ل", "ڕ": "ر", "ړ": "ر", "ء": None, "ـ": None,
        "ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe",
    }
)  # fmt: skip


def fold(text: str) -> str:
    """Letters and digits without accents, in words parted by one space; folding twice changes nothing more."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(sign for sign in apart if unicodedata.category(sign)[0] != "M").translate(ALIKE)
    return " ".join("".join(_digit(sign) if sign.isalnum() else " " for sign in bare if not _joins(sign)).split())


def trigrams(folded: str) -> set[str]:
    """All runs of three letters or digits within words."""
    return {word[start : start + 3] for word in folded.split() for start in range(len(word) - 2)}


def _digit(sign: str) -> str:
    """Digits of every script as the Latin ones; other signs stay."""
    return str(unicodedata.decimal(sign)) if sign.isdecimal() else sign


def _joins(sign: str) -> bool:
    """Signs without width, such as the one between the parts of a Persian word."""
    return unicodedata.category(sign) == "Cf"
