"""Addresses without a language, for sharing: each leads its reader to the page in their own language."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from backend import areas, idea_merges, ideas
from backend.errors import NotFound
from backend.wording import say

from . import current, language
from .current import open_to_all

pages = Blueprint("shared_links", __name__)


@pages.get("/")
@open_to_all
def start() -> ResponseReturnValue:
    return _vary(redirect(url_for("areas.index", lang=language.of_reader().tag), 302))


@pages.get("/i/<int:number>")
@open_to_all
def idea(number: int) -> ResponseReturnValue:
    found = ideas.by_number(current.session(), number)
    if (twin := idea_merges.stands_for(current.session(), found)) is not found:
        return _leads_to_twin(twin)
    if not ideas.may_see(found, current.person()):
        raise NotFound(say("There is no idea with this number."))
    slug = areas.by_id(current.session(), found.area_id).slug
    return _vary(redirect(url_for("ideas.show", lang=language.of_reader().tag, area=slug, number=number), 302))


def _leads_to_twin(twin: ideas.Idea) -> ResponseReturnValue:
    answer = redirect(url_for("shared_links.idea", number=twin.id), 301)
    answer.headers["Cache-Control"] = "no-store"  # browsers would keep it for good, and a merge can be undone
    return answer


def _vary(response: ResponseReturnValue) -> ResponseReturnValue:
    response.headers["Vary"] = "Accept-Language, Cookie"  # type: ignore[union-attr]
    return response
