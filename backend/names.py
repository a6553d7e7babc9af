"""Names that people give themselves: signs that may stand in them, and which names would deceive others.

It knows no person: whoever asks says whose names must not be imitated. The data is Unicode's (UTS 39, confusables).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache

from .errors import Refusal
from .wording import Wording, say

ZWNJ = "\u200c"  # parts letters inside Persian words, such as می‌خواهم
TATWEEL = "\u0640"  # only makes an Arabic word longer
# Signs that show nothing and yet count as letters, marks or symbols.
EMPTY = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {
    chr(code) for start, end in ((0x180B, 0x1810), (0xFE00, 0xFE10), (0xE0100, 0xE01F0)) for code in range(start, end)
}
MOST_MARKS = 3  # on one letter; Arabic and Hebrew need that many
TOGETHER = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"})  # scripts that one word may mix
SPEAKS_FOR_US = (  # wherever it stands in a name
    "moderator", "administrator", "administratör", "coordinator", "koordinator", "samordnare", "operator", "operatör",
    "malmö stad", "malmö kommun", "kommunen", "city of malmö", "stadsområde", "områdesutvecklare", "förvaltningen",
    "innovationsforum", "core team", "kärnteam", "municipality", "socialtjänsten", "polisen", "بلدية", "مدينة مالمو",
    "فريق العمل",
)  # fmt: skip
SPEAKS_ALONE = (  # only as the whole name: مشرف and مدير are families too
    "admin", "mod", "staff", "support", "system", "the city", "city", "staden", "stad", "kommun", "personal",
    "personalen", "police", "polis", "official", "team", "مشرف", "المشرف", "مشرفة", "المشرفة", "مدير", "المدير",
    "مديرة", "المديرة", "الإدارة", "إدارة", "منسق", "المنسق", "منسقة", "المنسقة", "الشرطة", "الدعم",
)  # fmt: skip
ALIKE = str.maketrans({"1": "l", "|": "l", "i": "l", "0": "o"})  # after small letters: I, l, 1 and | look the same


def clean(name: str) -> str:
    """The name in one form, on one line. Raises Refusal for signs that hide, and for words that mix alphabets."""
    clean = unicodedata.normalize("NFC", " ".join(name.split()))
    if not _can_be_seen(clean):
        raise _no(say("The name has signs that can't be seen. Write it again."))
    if any(_mixes(word) for word in clean.split()):
        raise _no(say("Write each word of the name in one alphabet."))
    return clean


def make_sure_it_is_not(others: Iterable[str], name: str) -> None:
    """Raises Refusal for a name that looks like one of the others."""
    mine = skeleton(name)
    if mine and any(mine == skeleton(other) for other in others):
        raise _no(say("Somebody who works here is called so. Add a letter or a word."))


def make_sure_it_claims_no_office(name: str) -> None:
    """Raises Refusal for a name that seems to speak for the city or for those who work here."""
    mine = skeleton(name)
    if mine in _skeletons(SPEAKS_ALONE) or any(word in mine for word in _skeletons(SPEAKS_FOR_US)):
        raise _no(say("This sounds like somebody who works here. Choose a name of your own."))


def skeleton(name: str) -> str:
    """What the eye takes a name for: two names that look alike have the same (after UTS 39, section 4).

    Coarser than Unicode's: without accents, blanks, signs and pictures, and in small letters.
    """
    alike = _look_alikes()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    seen = (alike.get(sign, sign) for sign in plain if unicodedata.category(sign)[0] in "LN" or sign == "|")
    letters = "".join(sign for sign in seen if sign != TATWEEL).translate(ALIKE)
    return letters.replace("rn", "m").replace("vv", "w")


# --- private parts ---


def _can_be_seen(name: str) -> bool:
    marks = 0
    for place, sign in enumerate(name):
        marks = marks + 1 if unicodedata.category(sign) == "Mn" else 0
        if sign == ZWNJ and _is_arabic(name[place - 1 : place]) and _is_arabic(name[place + 1 : place + 2]):
            continue
        if not sign.isprintable() or sign in EMPTY or marks > MOST_MARKS:
            return False
    return True


def _is_arabic(sign: str) -> bool:
    return _script(sign) == "ARABIC" if sign else False


def _mixes(word: str) -> bool:
    """Whether its letters come from several scripts: Latin with a Cyrillic one is how names are forged."""
    letters = (sign for sign in unicodedata.normalize("NFKC", word) if unicodedata.category(sign) in ("Lu", "Ll", "Lo"))
    scripts = {_script(sign) for sign in letters}
    return len(scripts) > 1 and not scripts <= TOGETHER


def _script(sign: str) -> str:
    return unicodedata.name(sign, "").partition(" ")[0]


@cache
def _look_alikes() -> dict[str, str]:
    """{sign of any script: the Latin letter or digit that it looks like}."""
    from confusable_homoglyphs.confusables import confusables_data  # heavy, and few requests need it

    alike: dict[str, str] = {}
    for plain in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789":
        for other in confusables_data.get(plain, ()):
            if len(other["c"]) == 1 and not other["c"].isascii():
                alike.setdefault(other["c"], plain.lower())
    # What is compared is in small letters, and the list often has the capital one only.
    return {sign.lower(): plain for sign, plain in alike.items()} | alike


@cache
def _skeletons(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(skeleton(word) for word in words)


def _no(wording: Wording) -> Refusal:
    return Refusal(wording, field="name")
