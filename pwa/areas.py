"""The start of the city and of each area."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backend import areas, cases, idea_lists, meetings, rounds

from . import current, language, page_cache
from .page_cache import public

pages = Blueprint("areas", __name__)
NEWEST = 3  # ideas on the start page


@pages.get("/")
@public("areas")
def index() -> ResponseReturnValue:
    return render_template("areas/index.html", areas=areas.every(current.session()))


@pages.get("/<area>/")
@public("ideas", "cases", "meetings", "votes")
def show() -> ResponseReturnValue:
    """What comes next, what is new, what is open and what is on its way; made anew when one of these begins or ends."""
    session, area, tag, at = current.session(), current.area(), language.this().tag, current.now()
    latest, idea_count = idea_lists.page(session, area.id, 1, language=tag)
    upcoming = meetings.upcoming(session, area.id, tag, at=at)
    open_rounds = rounds.open_in(session, [area.id], tag, at=at)
    opening = rounds.next_opening(session, area.id, at=at)
    for edge in (*(one.ends_at for one in upcoming[:1]), *(one.closes_at for one in open_rounds), opening):
        page_cache.until(edge)
    return render_template(
        "areas/show.html",
        latest=latest[:NEWEST],
        idea_count=idea_count,
        meeting=upcoming[0] if upcoming else None,
        rounds=open_rounds,
        cases=cases.of_area(session, area.id, tag),
        promise=_("Tell me about meetings in %(area)s", area=area.name_in(tag)),
    )
