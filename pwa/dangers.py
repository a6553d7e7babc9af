"""When somebody may be in danger: the button for moderators, their page on what to do, and whom people can call."""

from __future__ import annotations

from typing import Any, Protocol

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from backend import areas, dangers, help_lines, moderation, people, reports, staff
from backend.help_lines import Line
from backend.people import Role

from . import current, language
from .current import moderates
from .forms import Form

pages = Blueprint("dangers", __name__)


class Written(Protocol):
    """Something that somebody wrote."""

    id: Any
    author_id: Any


class AlarmForm(Form):
    """Its token is all it holds."""


@pages.post("/moderation/<int:number>/danger")
@moderates
def raise_alarm(number: int) -> ResponseReturnValue:
    by = current.known_person()
    if AlarmForm().is_sent() and by is not None:
        with current.transaction() as session:
            item = moderation.find(session, number, by=by)
            dangers.raise_alarm(session, item, by=by, at=current.now())
        return redirect(url_for("dangers.guide", _anchor="now"), 303)
    return redirect(url_for("moderation.show", number=number), 303)


@pages.get("/moderation/danger")
@moderates
def guide() -> ResponseReturnValue:
    """What to do, and who hears of it: by name, for each area of whoever asks."""
    session, by = current.session(), current.known_person()
    own = people.areas_of(by, Role.MODERATOR, Role.COORDINATOR) if by else set()
    told = [
        (area, staff.names(session, dangers.told(session, area.id)))
        for area in areas.every(session)
        if own is None or area.id in own
    ]
    return render_template("dangers/guide.html", told=told, lines=lines())


def lines() -> list[Line]:
    """Whom to call, in the page's language."""
    return help_lines.lines(current.settings().data, language.this().tag)


def lines_for_author(kind: str, noun: Written) -> list[Line]:
    """The same for somebody's own page, where what they wrote made others worry; nothing for anybody else."""
    session, somebody = current.session(), current.person()
    if somebody is None or noun.author_id != somebody.id:
        return []
    return lines() if dangers.concerns(session, reports.in_queue(session, kind, noun.id)) else []
