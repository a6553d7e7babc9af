"""Days and hours: in words for what leaves the house, and out of what people type, by the rules of an area's walls."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from babel.dates import format_date

from .errors import Refusal
from .wording import say

CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?::00)?")
EARLIER, LATER = "earlier", "later"  # which of the two, where an hour comes twice


def day(moment: datetime, zone: ZoneInfo, language: str) -> str:
    """ "torsdag 26 november": weekday and month in words, Latin digits."""
    return format_date(moment.astimezone(zone), "EEEE d MMMM", locale=language.replace("-", "_"))


@dataclass(frozen=True)
class Day:
    """A day within a Wording: it is said when the sentence is."""

    moment: datetime
    zone: ZoneInfo

    def into(self, language: str) -> str:
        return day(self.moment, self.zone, language)


def clock(moment: datetime, zone: ZoneInfo, language: str) -> str:
    """ "17:30"; Swedish writes a full stop."""
    return moment.astimezone(zone).strftime("%H.%M" if language == "sv" else "%H:%M")


def isolated(name: str) -> str:
    """A name within a sentence, so that its direction turns nothing around it (U+2068 and U+2069)."""
    return f"\u2068{name}\u2069"


def moment_of(day_text: str | None, clock_text: str | None, zone: ZoneInfo, *, which: str | None = None) -> datetime:
    """The moment in UTC of "2026-11-26" and "17:30" on the walls of zone.

    Raises Refusal naming "day" or "clock": for what is no day or hour, for an hour that the clocks skip in spring, and
    naming "which" for an hour that comes twice in autumn, until which says EARLIER or LATER.
    """
    wall = datetime.combine(written_day(day_text), _clock(clock_text))
    first, second = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall:
        raise Refusal(say("This hour does not exist: the clocks go forward that night."), field="clock")
    if which not in (EARLIER, LATER):
        raise Refusal(say("This hour comes twice that night. Say which one you mean."), field="which")
    return (first if which == EARLIER else second).astimezone(UTC)


def written_day(text: str | None, *, field: str = "day") -> date:
    """A day of the calendar out of "2026-11-26". Raises Refusal that names field."""
    try:
        found = date.fromisoformat((text or "").strip())
    except ValueError:
        raise Refusal(say("Write the day as year, month and day, such as 2026-11-26."), field=field) from None
    if not 2000 <= found.year <= 2100:
        raise Refusal(say("This year is too far away."), field=field)
    return found


def _clock(text: str | None) -> time:
    found = CLOCK.fullmatch((text or "").strip())
    hour, minute = (int(found[1]), int(found[2])) if found else (24, 0)
    if hour > 23 or minute > 59:
        raise Refusal(say("Write the time as hours and minutes, such as 17:30."), field="clock")
    return time(hour, minute)
