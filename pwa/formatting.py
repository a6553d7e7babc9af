"""Days, hours and people's words as pages show them: weekday and month in words, a 24-hour clock, Latin digits."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import Flask, g
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup, escape

from backend.languages import WRITTEN_BY_TAG, direction_of
from backend.texts import Words

from . import current, language

DEFAULT_ZONE = ZoneInfo("Europe/Stockholm")


def init(app: Flask) -> None:
    moments = (calendar_day, day, day_with_year, weekday, day_number, month, clock, iso, ago, waiting)
    for name in (*moments, lasting, number, kronor, autonym, words, own_words, bdi, uncapitalised):
        app.add_template_filter(name)
    app.add_template_global(current.now, "now")


def local(moment: datetime) -> datetime:
    """The moment on the area's walls."""
    return moment.astimezone(g.area.zone if g.get("area") else DEFAULT_ZONE)


def day(moment: datetime) -> str:
    """ "onsdag 25 november"."""
    return _said(local(moment), "EEEE d MMMM")


def calendar_day(found: date) -> str:
    """The same for a day of the calendar, which is the same everywhere."""
    return _said(found, "EEEE d MMMM")


def day_with_year(moment: datetime) -> str:
    return _said(local(moment), "EEEE d MMMM y")


def weekday(moment: datetime) -> str:
    return _said(local(moment), "EEEE")


def month(moment: datetime) -> str:
    return _said(local(moment), "MMMM")


def day_number(moment: datetime) -> str:
    return str(local(moment).day)


def clock(moment: datetime) -> str:
    """ "18:00"; Swedish writes a full stop."""
    return local(moment).strftime("%H.%M" if language.this().tag == "sv" else "%H:%M")


def iso(moment: datetime) -> str:
    """For the datetime attribute of <time>."""
    return local(moment).isoformat(timespec="minutes")


def ago(moment: datetime) -> str:
    """ "today", "yesterday", "tomorrow", else the day in words."""
    days = (local(current.now()).date() - local(moment).date()).days
    if days == 0:
        return _("today")
    if days == -1:
        return _("tomorrow")
    return _("yesterday") if days == 1 else day(moment)


def waiting(since: datetime) -> str:
    """How long somebody has waited, in whole words."""
    return lasting(current.now() - since)


def lasting(span: timedelta) -> str:
    minutes = max(int(span.total_seconds() // 60), 0)
    if minutes < 60:
        return ngettext("%(num)d minute", "%(num)d minutes", minutes)
    hours = minutes // 60
    if hours < 96:
        return ngettext("%(num)d hour", "%(num)d hours", hours)
    return ngettext("%(num)d day", "%(num)d days", hours // 24)


def number(value: int) -> str:
    """ "3 400": a thin space between thousands, in every language."""
    return f"{value:,}".replace(",", "\u202f")


def kronor(amount: int | str) -> str:
    """ "3 400", or "66.67" of "200/3": whole kronor where it can be, else with öre, in the reader's way."""
    whole, hundredths = divmod(round(Fraction(amount) * 100), 100)
    point = "." if language.this().tag == "en" else ","
    return number(whole) + (f"{point}{hundredths:02}" if hundredths else "")


def autonym(tag: str) -> Markup:
    """A language's name in itself, set apart."""
    known = WRITTEN_BY_TAG.get(tag)
    return Markup('<bdi lang="{}">{}</bdi>').format(tag, known.autonym if known else tag)


def words(said: Words, tag: str = "span") -> Markup:
    """People's words in the language they stand in; that language is named where it is not the page's."""
    if not said:
        return Markup("")
    return own_words(said.text, said.language, tag)


def own_words(text: str, its_language: str, tag: str = "span") -> Markup:
    """The same for a text that is kept in one language only, such as an idea's."""
    opening = Markup('<{} lang="{}" dir="{}">').format(tag, its_language, direction_of(its_language))
    if its_language == language.this().tag:
        opening = Markup("<{}>").format(tag)
    return opening + escape(text) + Markup("</{}>").format(tag)


def uncapitalised(name: str) -> str:
    """A name as it stands within a sentence: "Prototypes" becomes "prototypes"; scripts without capitals stay."""
    return name[:1].lower() + name[1:]


def bdi(name: str) -> Markup:
    """A name, set apart so that it can't turn the sentence it stands in."""
    return Markup("<bdi>{}</bdi>").format(name)


def _said(moment: date | Any, pattern: str) -> str:
    return format_date(moment, pattern, locale=language.this().locale)
