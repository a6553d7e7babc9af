"""Personal details in what people write: phone numbers, e-mail addresses and Swedish personal numbers.

A hint for whoever writes and whoever reads the queue, never a wall: an association's own number is no secret. It
reads each text once from start to end, whatever it holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from .wording import Wording, say

# What the queue calls each, and what whoever writes is asked.
FLAGS: dict[str, Wording] = {
    "phone": say("A phone number"),
    "email": say("An e-mail address"),
    "personal_number": say("A personal number"),
}
HINTS: dict[str, Wording] = {
    "phone": say("This looks like a phone number. Do you want everybody to read it?"),
    "email": say("This looks like an e-mail address. Do you want everybody to read it?"),
    "personal_number": say("This looks like a personal number. Do you want everybody to read it?"),
}

# Every repeat has a bound and none stands within another, so that no text makes these slow.
ADDRESS = re.compile(r"(?<![\w.%+-])[\w.%+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}")
PERSONAL = re.compile(r"(?<!\d)(18|19|20)?(\d\d)(\d\d)(\d\d) ?[-+\u2010-\u2013]? ?(\d{4})(?!\d)")
RUN = re.compile(r"(?<![\w+])[+(]?\d[\d \u00a0\u202f()./\u2010-\u2013-]{5,60}")
GROUP = re.compile(r"\d+")
SLIP = re.compile(r"(?:\d{4}[ \u00a0\u202f-]?){3}\d{4}(?!\d)")
COORDINATION = 60  # added to the day of birth of whoever is not registered in Sweden
NATIONAL, ABROAD = range(8, 11), range(8, 16)  # digits, with the 0 or the country's code
MOST_GROUPS = 8


@dataclass(frozen=True)
class Mark:
    """Where it stands: text[start:end], and a code of FLAGS."""

    start: int
    end: int
    code: str


def marked(text: str) -> list[Mark]:
    """What looks like a personal detail, in the order of the text; no two overlap."""
    plain = "".join(str(int(sign)) if sign.isdecimal() else sign for sign in text.replace("\uff0b", "+"))
    found: list[Mark] = []
    for mark in (*_addresses(plain), *_personal_numbers(plain), *_phones(plain)):
        if all(mark.end <= other.start or mark.start >= other.end for other in found):
            found.append(mark)
    return sorted(found, key=lambda mark: mark.start)


def flags(text: str) -> list[str]:
    """The codes of what the text holds, each once, in the order of FLAGS."""
    codes = {mark.code for mark in marked(text)}
    return [code for code in FLAGS if code in codes]


def _addresses(plain: str) -> Iterator[Mark]:
    yield from (Mark(*found.span(), "email") for found in ADDRESS.finditer(plain))


def _personal_numbers(plain: str) -> Iterator[Mark]:
    for found in PERSONAL.finditer(plain):
        century, year, month, day, last = found.groups()
        if _is_checked(f"{year}{month}{day}{last}") and _is_a_day(century, int(year), int(month), int(day)):
            yield Mark(*found.span(), "personal_number")


def _is_checked(digits: str) -> bool:
    """Whether the last of ten digits fits the others (Luhn, as the Swedish Tax Agency uses it)."""
    doubled = (int(digit) * (2 - position % 2) for position, digit in enumerate(digits))
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0


def _is_a_day(century: str | None, year: int, month: int, day: int) -> bool:
    day -= COORDINATION if day > COORDINATION else 0
    return any(_exists(int(hundred) * 100 + year, month, day) for hundred in ([century] if century else (19, 20)))


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _phones(plain: str) -> Iterator[Mark]:
    """Runs of digits and what parts them: in each, the numbers that begin with a 0 or a country's code."""
    for run in RUN.finditer(plain):
        groups = [(run.start() + group.start(), run.start() + group.end()) for group in GROUP.finditer(run[0])]
        while groups:
            start = groups[0][0]
            if SLIP.match(plain, start):
                groups = groups[4:]
                continue
            count = _longest_number(plain, groups)
            if count:
                has_plus = start > 0 and plain[start - 1] == "+"
                yield Mark(start - has_plus, groups[count - 1][1], "phone")
            groups = groups[count or 1 :]


def _longest_number(plain: str, groups: list[tuple[int, int]]) -> int:
    """How many of these groups make a phone number; 0 where they make none."""
    before = plain[groups[0][0] - 1 : groups[0][0]] if groups[0][0] else ""
    parted = plain[groups[0][1] : groups[0][1] + 1]
    found = 0
    for count in range(1, min(MOST_GROUPS, len(groups)) + 1):
        digits = [plain[start:end] for start, end in groups[:count]]
        if _is_abroad("".join(digits), before) or _is_national(digits, parted):
            found = count
    return found


def _is_abroad(digits: str, before: str) -> bool:
    if before != "+":
        if not digits.startswith("00"):
            return digits.startswith("467") and len(digits) == 11  # a mobile number without its plus
        digits = digits[2:]
    most = 12 if digits.startswith("46") else ABROAD[-1]
    return not digits.startswith("0") and ABROAD[0] <= len(digits) <= most


def _is_national(groups: list[str], parted: str) -> bool:
    """0, an area's code and a number: 08-123 45 67, 040-12 34 56, 070-123 45 67; not a date or opening hours."""
    whole, first = "".join(groups), groups[0]
    if whole[0] != "0" or whole[1:2] in ("", "0") or len(whole) not in NATIONAL:
        return False
    if len(groups) == 1 or len(first) in (3, 4):
        return not (len(groups) == 2 and all(_is_a_time(group) for group in groups))
    return (first == "08" and parted != ".") or (first == "07" and len(whole) == 10)


def _is_a_time(group: str) -> bool:
    return len(group) == 4 and group[:2] < "25" and group[2:] < "60"
