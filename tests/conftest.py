"""For everybody: rows on SQLite and PostgreSQL, an application on each, and clients that behave like browsers."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from backend import database, settings, sign_in
from backend.database import Base
from backend.people import Person
from backend.sign_in import How
from pwa import create_app, current, limits, page_cache
from tests import postgresql

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)  # a Monday, noon in Stockholm


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--databases", default="sqlite,postgresql", help="which databases the tests use that touch rows")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_name" in metafunc.fixturenames:
        names = metafunc.config.getoption("--databases").split(",")
        marks = {"postgresql": pytest.mark.postgresql}
        metafunc.parametrize("database_name", [pytest.param(name, marks=marks.get(name, ())) for name in names])


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in a hook of the same name
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Real browsers run one after another in one worker: two at once on two cores are slow and fail by chance."""
    for item in items:
        if Path(__file__).parent / "browser" in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browsers"))


def make_sure_there_is_postgresql() -> None:
    if postgresql.programs() is not None:
        return
    if os.environ.get("REQUIRE_POSTGRESQL"):
        pytest.fail("PostgreSQL is missing. Debian: apt-get install postgresql")
    pytest.skip("PostgreSQL is not installed")


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    make_sure_there_is_postgresql()
    with postgresql.temporary() as url:
        engine = database.connect(url)
        Base.metadata.create_all(engine)
        engine.dispose()
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.db"
    engine = database.connect(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def kept_engine() -> Iterator[Callable[[str], Engine]]:
    """One engine for each database of the run: a new one would compile each statement anew, which takes longer than
    most tests."""
    engines: dict[str, Engine] = {}

    def find(url: str) -> Engine:
        if url not in engines:
            engines[url] = database.connect(url)
        return engines[url]

    yield find
    for engine in engines.values():
        engine.dispose()


@pytest.fixture(scope="session")
def sqlite_place() -> Iterator[Path]:
    """A folder whose files need no disk, where the machine has one: each commit would wait for it."""
    in_memory = Path("/dev/shm")
    usable = in_memory.is_dir() and os.access(in_memory, os.W_OK)
    with tempfile.TemporaryDirectory(prefix="innovationsforum-", dir=in_memory if usable else None) as folder:
        yield Path(folder)


@pytest.fixture
def database_url(
    database_name: str, request: pytest.FixtureRequest, kept_engine: Callable[[str], Engine]
) -> Iterator[str]:
    """An empty database with all tables."""
    if database_name == "sqlite":
        path: Path = request.getfixturevalue("sqlite_place") / "innovationsforum.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        kept_engine(f"sqlite:///{path}").dispose()
        for left in path.parent.glob(f"{path.name}-*"):
            left.unlink()
        return
    url: str = request.getfixturevalue("postgresql_url")
    yield url
    postgresql.empty(kept_engine(url), Base.metadata)


@pytest.fixture
def empty_database_url(database_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a table, as a newcomer has it."""
    if database_name == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server: str = request.getfixturevalue("postgresql_url")
    name = f"empty_{uuid4().hex}"
    engine = database.connect(server).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.replace("/postgres?", f"/{name}?")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture
def engine(database_url: str, kept_engine: Callable[[str], Engine]) -> Engine:
    return kept_engine(database_url)


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session in a transaction that may write; a test commits by `session.commit()` where others shall see it."""
    with database.sessions(engine)() as made:
        made.connection(execution_options={"writes": True})
        yield made


@pytest.fixture
def surroundings(database_url: str, tmp_path: Path) -> settings.Settings:
    read = settings.from_environment({"DATA_DIR": str(tmp_path / "data"), "LOG_LEVEL": "ERROR"})
    return replace(read, database_url=database_url)


@pytest.fixture(scope="session")
def built_app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Building all routes takes longer than most tests, so it is done once."""
    given = {"DATA_DIR": str(tmp_path_factory.mktemp("built")), "DATABASE_URL": "sqlite://", "LOG_LEVEL": "ERROR"}
    return create_app(settings.from_environment(given))


@pytest.fixture
def app(built_app: Flask, surroundings: settings.Settings, engine: Engine) -> Flask:
    """The application on this test's database and settings, with nothing kept from the test before."""
    return _on(built_app, surroundings, engine)


@pytest.fixture
def own_app(surroundings: settings.Settings, engine: Engine) -> Flask:
    """An application of the test's own, to which it may add routes."""
    return _on(create_app(surroundings), surroundings, engine)


def _on(app: Flask, surroundings: settings.Settings, engine: Engine) -> Flask:
    app.testing = True
    app.config.update(SETTINGS=surroundings, PROPAGATE_EXCEPTIONS=False)
    current.connect(app, engine)
    page_cache.forget(app)
    limits.forget(app)
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return browser(app)


def browser(app: Flask) -> FlaskClient:
    """A client that says where its posts come from, as browsers do."""
    made = app.test_client()
    made.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    return made


def signed_in(
    app: Flask, session: Session, person: Person, *, at: datetime | None = None, how: How = How.PASSKEY
) -> FlaskClient:
    """A browser in which person is signed in; commits what the session holds, so that the application sees it."""
    word = sign_in.begin(session, person, how=how, at=at or database.now())
    session.commit()
    made = browser(app)
    made.set_cookie("innovationsforum", word)
    return made
