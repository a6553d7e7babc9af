"""One line of versions; `upgrade` brings a database of any age to today's tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine

from .. import postgresql
from ..database import Base

HERE = Path(__file__).resolve().parent


def upgrade(engine: Engine, to: str = "head") -> None:
    """Runs what is missing, in one transaction."""
    _run(engine, lambda config: command.upgrade(config, to))


def downgrade(engine: Engine, to: str) -> None:
    """Goes back to a version; "base" leaves nothing."""
    _run(engine, lambda config: command.downgrade(config, to))


def config_for(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["connection"] = connection
    return config


def is_ours(_thing: object, name: str | None, kind: str, *_: object) -> bool:
    """Whether the models know it: what each database derives for search belongs to backend/search.py."""
    return not (kind in ("table", "index") and (name or "").startswith("idea_search"))


def _run(engine: Engine, work: Callable[[Config], None]) -> None:
    with (
        engine.connect().execution_options(writes=True) as connection,
        _without_foreign_keys(connection),
        connection.begin(),
    ):
        postgresql.make_ready(connection)
        work(config_for(connection))
        _make_sure_nothing_points_nowhere(connection)


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew, and dropping the old one would take along all that refers to it."""
    if connection.dialect.name != "sqlite":
        yield
        return
    raw: Any = connection.connection.dbapi_connection  # within a transaction the pragma does nothing
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys=ON")


def _make_sure_nothing_points_nowhere(connection: Connection) -> None:
    if connection.dialect.name == "sqlite" and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
        raise RuntimeError(f"the migration would leave rows that point nowhere: {broken[:5]}")


def differences(engine: Engine) -> list[object]:
    """What the models have that the database has not, and the other way round."""
    with engine.connect() as connection:
        options = {"compare_type": True, "include_object": is_ours}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, Base.metadata))
