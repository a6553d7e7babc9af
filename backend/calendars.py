"""Calendar entries (RFC 5545): escaped, folded and with the rules of the area's time zone, as icalendar writes them."""

from __future__ import annotations

from datetime import datetime, timedelta

from icalendar import Calendar, Event, vText

from .areas import Area
from .meetings import Listed, Meeting

YEAR = timedelta(days=366)  # before and after: the rules of summer time that its reader needs


def entry(meeting: Meeting, shown: Listed, area: Area, *, address: str, at: datetime) -> bytes:
    """A file with one meeting, for somebody's own calendar. UID stays, SEQUENCE rises with each change that matters."""
    event = Event()
    event.add("uid", meeting.uid)
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", at)
    event.add("dtstart", meeting.starts_at.astimezone(area.zone))
    event.add("dtend", meeting.ends_at.astimezone(area.zone))
    for name, words in (("summary", shown.title), ("location", shown.place), ("description", shown.about)):
        if words:
            event.add(name, vText(words.text, params={"LANGUAGE": words.language}))
    event.add("url", address)
    event.add("status", "CANCELLED" if shown.is_cancelled else "CONFIRMED")
    calendar = Calendar()
    calendar.add("prodid", "-//Innovationsforum//Meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    day = meeting.starts_at.date()
    calendar.add_missing_timezones(first_date=day - YEAR, last_date=day + YEAR)
    return bytes(calendar.to_ical())
