"""What this is, what becomes of people's data, and a human to turn to."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from backend.cases import STAGES

from . import current
from .page_cache import public

pages = Blueprint("about", __name__)


@pages.get("/about/")
@public()
def index() -> ResponseReturnValue:
    return render_template("about/index.html", stages=STAGES)


@pages.get("/about/privacy")
@public()
def privacy() -> ResponseReturnValue:
    return render_template("about/privacy.html", **_contact())


@pages.get("/about/contact")
@public()
def contact() -> ResponseReturnValue:
    return render_template("about/contact.html", **_contact())


def _contact() -> dict[str, str]:
    settings = current.settings()
    return {
        "contact_name": settings.contact_name, "contact_phone": settings.contact_phone,
        "contact_mail": settings.contact.removeprefix("mailto:"),
    }  # fmt: skip
