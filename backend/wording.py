"""A sentence now, said in a language later: the backend knows what to say, the receiver decides in which words.

It reads the same catalogues as the pages (translations/<tag>/LC_MESSAGES/{resident,staff}.mo) through Babel, since
a worker has no request that could tell a language.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

CATALOGUES = Path(__file__).resolve().parent.parent / "translations"
DOMAINS = ("resident", "staff")


@dataclass(frozen=True)
class Wording:
    """`english` is the msgid, with named holes; `plural` and `number` where it counts something."""

    english: str
    values: dict[str, Any] = field(default_factory=dict, hash=False)
    plural: str | None = None
    number: int = 0

    def into(self, language: str) -> str:
        """The sentence in language (a tag such as "ar"), in English where it is not translated."""
        catalogue = translations(language)
        if self.plural is None:
            words = catalogue.gettext(self.english)
        else:
            words = catalogue.ngettext(self.english, self.plural, self.number)
        values = {key: value.into(language) if hasattr(value, "into") else value for key, value in self.values.items()}
        return words % {"number": self.number, **values} if values or self.plural else words

    def __str__(self) -> str:
        return self.into("en")


def say(english: str, **values: Any) -> Wording:
    """A sentence. Extraction finds its text by this name."""
    return Wording(english, values)


def say_count(english: str, plural: str, number: int, **values: Any) -> Wording:
    """A sentence that counts; its hole for the number is %(number)s."""
    return Wording(english, values, plural, number)


@cache
def translations(language: str) -> NullTranslations:
    """Both catalogues of a language as one; an empty one where there is none."""
    compile_catalogues()
    found = NullTranslations()
    for domain in reversed(DOMAINS):
        catalogue = Translations.load(str(CATALOGUES), [language.replace("-", "_")], domain)
        if isinstance(catalogue, Translations):
            catalogue.add_fallback(found)
            found = catalogue
    return found


def compile_catalogues(root: Path = CATALOGUES) -> None:
    """Makes the .mo files that are missing or older than their .po, so that none is committed.

    Whoever speaks first does it, page or worker; each writes a file of its own and puts it in place at once.
    """
    for po in root.glob("*/LC_MESSAGES/*.po"):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        fresh = mo.with_name(f".{mo.name}.{os.getpid()}")
        with po.open("rb") as source, fresh.open("wb") as target:
            write_mo(target, read_po(source, locale=po.parts[-3]))
        fresh.replace(mo)
