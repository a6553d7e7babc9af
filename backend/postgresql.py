"""What a PostgreSQL database must be before we keep anything in it. SQLite needs no look."""

from __future__ import annotations

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from .errors import Refusal
from .wording import say

EVERY_SCRIPT = "åäö سلام ሰላም"  # what similar ideas are found by, in three scripts


def make_ready(connection: Connection) -> None:
    """Makes sure that similar ideas can be found in every script. Raises Refusal that says what to do.

    In the C locale pg_trgm drops each letter beyond ASCII, so that å and the whole of Arabic would never be found.
    """
    if connection.dialect.name != "postgresql":
        return
    encoding = connection.scalar(text("SELECT current_setting('server_encoding')"))
    if encoding != "UTF8":
        raise Refusal(
            say(
                "This database keeps texts as %(encoding)s. Make one with UTF-8: %(how)s", encoding=encoding, how=_how()
            )
        )
    _provide_trigrams(connection)
    if any(not _has_trigrams(connection, word) for word in EVERY_SCRIPT.split()):
        raise Refusal(
            say("This database knows only English letters, as the C locale does. Make another: %(how)s", how=_how())
        )


def _provide_trigrams(connection: Connection) -> None:
    """An owner of the database may add the extension; where we may not, an administrator must."""
    if connection.scalar(text("SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'")):
        return
    try:
        with connection.begin_nested():
            connection.execute(text("CREATE EXTENSION pg_trgm"))
    except DBAPIError as error:
        raise Refusal(
            say(
                "PostgreSQL's extension pg_trgm is missing, and this account may not add it. "
                "Let an administrator run this in the database: CREATE EXTENSION pg_trgm;"
            )
        ) from error


def _has_trigrams(connection: Connection, word: str) -> bool:
    return bool(connection.scalar(text("SELECT cardinality(show_trgm(:word))"), {"word": word}))


def _how() -> str:
    return "createdb --template=template0 --encoding=UTF8 --locale=C.UTF-8 NAME"
