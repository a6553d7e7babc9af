"""Ideas like the one that somebody writes, under the text while they do; and what in it they may not want to publish.

The words come by POST, so that no log and no history keeps them, and nothing here writes them down.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from backend import areas, personal_details, similar
from backend.idea_texts import LONGEST_TEXT

from . import current
from .current import open_to_all

pages = Blueprint("similar", __name__)
MOST = 3  # a phone shows no more beside what is written


@pages.post("/<area>/ideas/similar")
@open_to_all
def show() -> ResponseReturnValue:
    """A piece of a page: empty where there is nothing to say."""
    return render_template("similar/_beside.html", **beside(request.form.get("text", "")))


def beside(text: str) -> dict[str, Any]:
    """What the part _beside.html wants."""
    seen = text[:LONGEST_TEXT]
    found = similar.to_text(current.session(), seen, area_id=current.area().id, most=MOST)
    places = {one.id: one for one in areas.every(current.session())} if found else {}
    hints = [personal_details.HINTS[code] for code in personal_details.flags(seen)]
    return {"found": found, "places": places, "hints": hints}
