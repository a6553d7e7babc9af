"""The web app manifest: one app in whichever language, so that changing language does not install it twice."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from . import assets, current, language
from .page_cache import public

pages = Blueprint("manifest", __name__)


@pages.get("/manifest/<language:lang>.webmanifest")
@public()
def show() -> ResponseReturnValue:
    here = language.this()
    made: Response = jsonify(
        id="/",
        name=_("Innovationsforum in %(city)s", city=current.settings().city_name),
        short_name="Innovationsforum",
        description=_("Residents propose, try and decide together."),
        lang=here.tag,
        dir=here.direction,
        start_url=url_for("areas.index"),
        scope="/",
        display="standalone",
        background_color="#f7f1e4",
        theme_color="#f7f1e4",
        icons=[
            {
                "src": assets.static(f"icons/{name}.png"),
                "sizes": f"{size}x{size}",
                "type": "image/png",
                "purpose": purpose,
            }
            for name, size, purpose in (
                ("icon-192", 192, "any"),
                ("icon-512", 512, "any"),
                ("maskable-512", 512, "maskable"),
            )
        ],
        shortcuts=[{"name": _("My page"), "url": url_for("me.index")}],
    )
    made.content_type = "application/manifest+json"
    return made
