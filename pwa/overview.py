"""All areas' cases at one glance: for the core team with what is missing and who could meet whom, and for everybody."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from backend import areas, connections, overview
from backend.cases import STAGES

from . import current, language
from .current import coordinates
from .formatting import local
from .page_cache import public, until

pages = Blueprint("overview", __name__)


@pages.get("/core/")
@coordinates
def index() -> ResponseReturnValue:
    session, tag = current.session(), language.this().tag
    places = areas.every(session)
    ids, names = [area.id for area in places], {area.id: area.name_in(tag) for area in places}
    seen = overview.for_core(session, ids, tag, at=current.now())
    return render_template(
        "overview/index.html", places=places, seen=seen, by_id={area.id: area for area in places},
        connections=connections.between(seen.standings, overview.texts_of(session, ids), names),
        days=overview.LONG.days,
    )  # fmt: skip


@pages.get("/cases/")
@public("cases")
def everywhere() -> ResponseReturnValue:
    """The same without names, by stop; made anew when a day is over, since it says how many have passed."""
    session, tag = current.session(), language.this().tag
    until(local(current.now()).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1))
    places = areas.every(session)
    seen = overview.public(session, [area.id for area in places], tag, at=current.now())
    return render_template(
        "overview/everywhere.html", seen=seen, by_id={area.id: area for area in places}, stages=STAGES
    )
