"""Whether it is alive, and whether it can do its work; for whoever watches over it."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from . import current
from .current import open_to_all

pages = Blueprint("health", __name__)


@pages.get("/healthz")
@open_to_all
def alive() -> ResponseReturnValue:
    return jsonify(alive=True)


@pages.get("/readyz")
@open_to_all
def ready() -> ResponseReturnValue:
    """200 while the database answers, else 503."""
    try:
        current.session().execute(text("SELECT count(*) FROM areas"))
    except SQLAlchemyError:
        return jsonify(ready=False, database=False), 503
    return jsonify(ready=True, database=True)
