"""Which language this answer is in: the address says it; where it says none, the reader's cookie or browser does."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import Babel
from werkzeug.routing import BaseConverter, BuildError

from backend import areas, languages, wording
from backend.languages import Language
from backend.wording import CATALOGUES, DOMAINS

from . import current, page_cache

COOKIE = "language"
ARABIC_SCRIPT = {"ar", "fa", "fa-AF", "ps", "ckb"}  # they write another comma


class LanguageConverter(BaseConverter):
    regex = "|".join(language.tag for language in languages.OFFERED)


def init(app: Flask) -> None:
    wording.compile_catalogues()
    Babel(
        app,
        default_domain=";".join(DOMAINS),
        default_translation_directories=";".join(str(CATALOGUES) for _ in DOMAINS),
        locale_selector=lambda: this().locale,
        timezone_selector=lambda: g.area.time_zone if g.get("area") else "Europe/Stockholm",
    )
    app.url_value_preprocessor(_take_from_address)
    app.url_defaults(_put_into_address)
    app.before_request(_switch)
    app.context_processor(
        lambda: {
            "language": this(),
            "languages": languages.OFFERED,
            "in_language": in_language,
            "comma": "،" if this().tag in ARABIC_SCRIPT else ",",
            "area": g.get("area"),
            "area_name": g.area.name_in(this().tag) if g.get("area") else "",
            "city_name": current.settings().city_name,
        }
    )


def this() -> Language:
    """The language of this answer."""
    if "language" not in g:
        g.language = of_reader()
    found: Language = g.language
    return found


def of_reader() -> Language:
    """What the reader chose before, else what the browser asks for, else the city's own."""
    chosen = languages.offered(request.cookies.get(COOKIE))
    return chosen or languages.best(tag for tag, _ in request.accept_languages)


def in_language(tag: str) -> str:
    """The address of this page in another language, with its query."""
    try:
        path = url_for(request.endpoint or "areas.index", **{**(request.view_args or {}), "lang": tag})
    except BuildError:
        return url_for("areas.index", lang=tag)
    # The query is put behind the finished path: url_for takes names such as _method or endpoint for its own.
    query = urlencode([pair for pair in request.args.items(multi=True) if _makes_a_page(pair[0])])
    return f"{path}?{query}" if query else path


def _makes_a_page(name: str) -> bool:
    """Whether this part of the query belongs to the page. One that is kept for all must not repeat what one brought."""
    view = current_app.view_functions.get(request.endpoint or "")
    return not getattr(view, "is_public", False) or name in page_cache.QUERIES


def _switch() -> ResponseReturnValue | None:
    """A language button of a form sends all that is typed: 307 makes the browser send it on to the other address."""
    if request.method != "POST" or "lang" not in _names_in(request.endpoint or ""):
        return None
    wanted = request.form.get("switch_to", "")
    if wanted not in languages.BY_TAG or wanted == this().tag:
        return None
    return redirect(in_language(wanted), 307)


def _take_from_address(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Takes language and area out of the address, so that views need not hand them on. Raises NotFound."""
    if values is None:
        return
    if "lang" in values:
        g.language = languages.BY_TAG[values.pop("lang")]
    if "area" in values:
        g.area = areas.by_slug(current.session(), values.pop("area"))


def _put_into_address(endpoint: str, values: dict[str, Any]) -> None:
    rule_names = _names_in(endpoint)
    if "lang" in rule_names:
        values.setdefault("lang", this().tag)
    if "area" in rule_names and g.get("area"):
        values.setdefault("area", g.area.slug)


def _names_in(endpoint: str) -> set[str]:
    rules = current_app.url_map.iter_rules(endpoint) if endpoint in current_app.view_functions else ()
    return {name for rule in rules for name in rule.arguments}
