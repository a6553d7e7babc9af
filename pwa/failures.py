"""What goes wrong, said to people in their language; a script that asks for JSON gets the same words as JSON."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from backend.errors import Conflict, NotAllowed, NotFound, Refusal, TooMany

from . import language

log = structlog.get_logger()
PAGES = (400, 403, 404, 405, 409, 413, 429, 500)
STATUS = {NotFound: 404, NotAllowed: 403, Conflict: 409, TooMany: 429, Refusal: 400}


def init(app: Flask) -> None:
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(HTTPException, failed)
    app.register_error_handler(Exception, surprised)


def status_of(refusal: Refusal) -> int:
    return next(number for kind, number in STATUS.items() if isinstance(refusal, kind))


def refused(refusal: Refusal) -> Response:
    response = answer(status_of(refusal), refusal.wording.into(language.this().tag), field=refusal.field)
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.seconds)
    return response


def failed(error: HTTPException) -> Response | HTTPException:
    if error.code is None or error.code < 400:
        return error
    return answer(error.code, "")


def surprised(error: Exception) -> Response:
    log.exception("request failed", path=request.path, method=request.method)
    return answer(500, "")


def answer(status: int, words: str, *, field: str | None = None) -> Response:
    """The failure as JSON or as a page; words is what to say beyond the page's own text."""
    if wants_json():
        made: Any = jsonify(error=words or _("This did not work. Please try again."), field=field)
    else:
        page = status if status in PAGES else 400 if status < 500 else 500
        page = 404 if page == 405 else page
        made = make_response(render_template(f"failures/{page}.html", words=words))
    response: Response = made
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


def wants_json() -> bool:
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"
