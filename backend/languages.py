"""The languages people can choose: their own names, their direction, and which other tags mean them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    tag: str  # BCP 47, as it stands in addresses
    autonym: str  # its name in itself
    direction: str = "ltr"  # or "rtl"

    @property
    def locale(self) -> str:
        """The name that Babel and the catalogues' folders use."""
        return self.tag.replace("-", "_")


OFFERED = (
    Language("sv", "Svenska"),
    Language("en", "English"),
    Language("ar", "العربية", "rtl"),
)
BY_TAG = {language.tag: language for language in OFFERED}
FIRST = OFFERED[0]  # what the city itself speaks

# What else browsers call a language that we offer, or one so near that its readers prefer it to Swedish.
ALIASES = {"nb": "sv", "nn": "sv", "no": "sv", "da": "sv"}

# Languages that people write in; an idea may come in one that the pages do not offer.
WRITTEN = (
    *OFFERED,
    Language("so", "Soomaali"),
    Language("bs", "Bosanski"),
    Language("sq", "Shqip"),
    Language("fa", "فارسی", "rtl"),
    Language("fa-AF", "دری", "rtl"),
    Language("pl", "Polski"),
    Language("ku", "Kurdî"),
    Language("ckb", "کوردی", "rtl"),
    Language("ps", "پښتو", "rtl"),
    Language("tr", "Türkçe"),
    Language("uk", "Українська"),
    Language("ro", "Română"),
    Language("es", "Español"),
    Language("ti", "ትግርኛ"),
    Language("fi", "Suomi"),
)
WRITTEN_BY_TAG = {language.tag: language for language in WRITTEN}


def offered(tag: str | None) -> Language | None:
    """The offered language that a tag means ("ar-EG" means Arabic), or None."""
    if not tag:
        return None
    main = tag.replace("_", "-").split("-")[0].lower()
    return BY_TAG.get(ALIASES.get(main, main))


def best(tags: Iterable[str]) -> Language:
    """The first of tags (most wanted first) that is offered, else the city's own."""
    return next((language for tag in tags if (language := offered(tag))), FIRST)


def direction_of(tag: str) -> str:
    """ "rtl" or "ltr" for any language somebody may have written in."""
    written = WRITTEN_BY_TAG.get(tag)
    return written.direction if written else "ltr"
