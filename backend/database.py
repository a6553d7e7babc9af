"""Rows: the base class, the engine for each dialect, and the only commit of the project.

Whoever starts the work (a request, a job, a command) opens `with transaction(session)`; everything else adds and
flushes. SQLite takes its write lock at BEGIN IMMEDIATE: with a deferred BEGIN two readers that both want to write
end in "database is locked", and most of their work is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Engine, MetaData, TypeDecorator, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

LOCK_WAIT_SECONDS = 10  # how long a writer waits for another before it gives up

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Moment(TypeDecorator[datetime]):
    """A point in time, always UTC and always with its zone: SQLite forgets zones, so they are put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """The mother of every row; its naming keeps constraints the same on both databases."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: Moment}


def connect(url: str) -> Engine:
    """An engine for url: `sqlite:///...` or `postgresql+psycopg://...`."""
    if url.startswith("sqlite"):
        return _connect_sqlite(url)
    return create_engine(
        url, pool_pre_ping=True, pool_size=5, max_overflow=5, connect_args={"client_encoding": "utf8"}
    )


def sessions(engine: Engine) -> sessionmaker[Session]:
    """Makes sessions whose rows stay readable after the commit, so that a view may render then."""
    return sessionmaker(engine, expire_on_commit=False, autoflush=False)


@contextmanager
def transaction(session: Session) -> Iterator[Session]:
    """The only commit. What was read before is let go first, so that SQLite can take the write lock at once."""
    session.commit()
    session.connection(execution_options={"writes": True})
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise


def insert(session: Session, table: Any) -> Any:
    """An INSERT of the session's dialect, which knows on_conflict_do_nothing and on_conflict_do_update."""
    dialect = session.get_bind().dialect.name
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def now() -> datetime:
    return datetime.now(UTC)


def _connect_sqlite(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": LOCK_WAIT_SECONDS, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not send a BEGIN of its own
        for pragma in (
            "foreign_keys=ON",
            "journal_mode=WAL",
            "synchronous=FULL",
            f"busy_timeout={LOCK_WAIT_SECONDS * 1000}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
