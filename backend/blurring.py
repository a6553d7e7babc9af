"""What the worker does for a photo that may only be shown blurred: it makes the copy, with no transaction open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy.orm import Session, sessionmaker

from . import idea_photos, photos
from .database import transaction
from .errors import Refusal
from .files import Store

log = structlog.get_logger()


def blur_next(sessions: sessionmaker[Session], store: Store, clock: Callable[[], datetime]) -> bool:
    """Makes one copy; whether there may be more to make. An original that can't be read leaves the idea without."""
    with sessions() as session:
        found = idea_photos.to_blur(session)
    if found is None:
        return False
    number, file = found
    try:
        prepared = photos.blurred(store.read(file))
    except (OSError, Refusal):
        log.exception("a photo can't be blurred", number=number)
        prepared = None
    with sessions() as session, transaction(session):
        idea_photos.stand_blurred(session, store, number, prepared, at=clock())
    return True
