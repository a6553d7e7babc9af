"""The desk of coordinators: their areas with what is coming, what is open, and what to do next."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from backend import (
    ambassadors,
    areas,
    cases,
    comment_rules,
    meetings,
    moderation,
    people,
    prototypes,
    rounds,
    team_requests,
    votes,
)
from backend.people import Role

from . import current, language
from .current import coordinates

pages = Blueprint("coordination", __name__)


@pages.get("/coordination/")
@coordinates
def index() -> ResponseReturnValue:
    session, tag, now = current.session(), language.this().tag, current.now()
    mine = people.areas_of(current.known_person(), Role.COORDINATOR)
    places = [area for area in areas.every(session) if mine is None or area.id in mine]
    ids = [area.id for area in places]
    led = cases.of_areas(session, ids, tag)
    running = rounds.not_counted(session, ids, tag)
    return render_template(
        "coordination/index.html",
        places=places,
        cases=led,
        asking=team_requests.waiting_in(session, ids),
        leaderless=ambassadors.missing_in(session, ids),
        tried=prototypes.of_cases(session, [case.id for each in led.values() for case in each], tag),
        rounds=running,
        turnout={
            one.id: votes.turnout(session, votes.by_number(session, one.id, area_id=one.area_id)) for one in running
        },
        meetings=meetings.next_of(session, ids, tag, at=now),
        waiting=moderation.count(session, mine),
        comment_rules=comment_rules.RULES,
    )
