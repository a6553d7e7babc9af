"""Alembic's entry: takes the connection it is handed, so that each migration runs in our own transaction."""

from alembic import context

import backend  # noqa: F401, makes all tables known
from backend.database import Base
from backend.migrations import is_ours

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=Base.metadata, render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True, include_object=is_ours,
)  # fmt: skip
with context.begin_transaction():
    context.run_migrations()
