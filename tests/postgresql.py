"""A PostgreSQL server of the tests' own: a fresh cluster on a unix socket, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, MetaData

NEEDED = ("initdb", "postgres", "pg_isready")
# Nothing here outlives the run, so nothing needs to reach the disk.
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60", "listen_addresses=")


def programs() -> Path | None:
    """The folder of the newest server on this machine, or None."""
    folders = list(Path("/usr/lib/postgresql").glob("*/bin"))
    folders.sort(key=lambda folder: int(folder.parent.name))
    if on_path := shutil.which("initdb"):
        folders.append(Path(on_path).parent)
    return next((one for one in reversed(folders) if all((one / name).exists() for name in NEEDED)), None)


@contextmanager
def temporary(*, locale: str = "C.UTF-8", encoding: str = "UTF8") -> Iterator[str]:
    """The address of a running server, as SQLAlchemy takes it."""
    found = programs()
    assert found, "no PostgreSQL server on this machine"
    folder = Path(tempfile.mkdtemp(prefix="postgresql-", dir="/tmp"))  # a socket's path may have 100 bytes at most
    account: dict[str, Any] = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        account = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, **account}
    made = [
        found / "initdb",
        "-D",
        folder / "rows",
        "-U",
        "tests",
        "-A",
        "trust",
        "-E",
        encoding,
        f"--locale={locale}",
        "--no-sync",
    ]
    subprocess.run(made, check=True, **quiet)
    options = [word for option in QUICK for word in ("-c", option)]
    server = subprocess.Popen([found / "postgres", "-D", folder / "rows", "-k", folder, *options], **quiet)
    try:
        _wait(found, folder)
        yield f"postgresql+psycopg://tests@/postgres?host={folder}"
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def empty(engine: Engine, tables: MetaData) -> None:
    """Takes all rows away and lets numbers begin at 1 again, in those tables alone that were used: to truncate all of
    them costs more than most tests."""
    names = [table.name for table in tables.sorted_tables]
    filled = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in names)
    with engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")  # foreign keys would want an order
        for name in connection.exec_driver_sql(filled).scalars().all():
            connection.exec_driver_sql(f"DELETE FROM {name}")
        numbers = "SELECT setval(schemaname || '.' || sequencename, 1, false) FROM pg_sequences"
        connection.exec_driver_sql(f"{numbers} WHERE last_value IS NOT NULL")


def _wait(found: Path, folder: Path) -> None:
    for _ in range(200):
        ready = [found / "pg_isready", "-q", "-h", folder, "-U", "tests", "-d", "postgres"]
        if subprocess.run(ready, check=False).returncode == 0:
            return
        time.sleep(0.05)
    raise AssertionError("PostgreSQL did not start within ten seconds")
