"""Everybody at every door: docs/who-may-what.md says what each person gets, and each address is asked.

An address that the table does not list fails here, so that none is open or shut by accident.
"""

from __future__ import annotations

import re
import shutil
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from backend import database, keys, settings, sign_in
from backend.people import Person
from backend.sign_in import How
from pwa import create_app
from tests.conftest import browser
from tests.stage import WHO, Stage, set_the_stage

pytestmark = pytest.mark.thorough
TABLE = Path(__file__).resolve().parent.parent.parent / "docs/who-may-what.md"
LETS = {  # at which things the signs of the table let somebody
    "all": ("own", "here", "elsewhere"), "own": ("own",), "here": ("own", "here"), "lives": ("own", "here"), "–": (),
}  # fmt: skip
WAY_IN = re.compile(r"/(?:sign-in/|sign-in/strong)(?:\?|$)")


@dataclass(frozen=True)
class Row:
    act: str
    cells: dict[str, str]  # by person


@cache
def rows() -> dict[tuple[str, str], Row]:
    """{(method, endpoint): the row that lists it}; an endpoint without a method stands for all of its methods."""
    found: dict[tuple[str, str], Row] = {}
    for line in TABLE.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != len(WHO) + 2 or not (named := re.findall(r"`(?:(GET|POST) )?([\w.]+)`", cells[-1])):
            continue
        row = Row(cells[0], dict(zip(WHO, cells[1:-1], strict=True)))
        for method, endpoint in named:
            for one in (method,) if method else ("GET", "POST"):
                assert (one, endpoint) not in found, f"{endpoint} is listed twice"
                found[one, endpoint] = row
    return found


def routes(app: Flask) -> Iterator[tuple[str, str, str]]:
    """(method, endpoint, rule) for each."""
    for rule in app.url_map.iter_rules():
        for method in sorted({"GET", "POST"} & (rule.methods or set())):
            yield method, rule.endpoint, rule.rule


def test_every_address_is_listed_and_nothing_else_is(app: Flask) -> None:
    listed = set(rows())
    there = {(method, endpoint) for method, endpoint, _ in routes(app)}

    assert not there - listed, "say in docs/who-may-what.md who may this"
    assert not {endpoint for _, endpoint in listed} - {endpoint for _, endpoint in there}, "these are gone"


@dataclass
class World:
    """An application on a copy of the stage for each request, so that no request changes what the next one meets."""

    app: Flask
    stage: Stage
    template: Path
    path: Path

    def ask(self, who: str, method: str, address: str, kind: str) -> tuple[int, str]:
        """The status, and where it leads."""
        self.app.extensions["engine"].dispose()
        for old in self.path.parent.glob(f"{self.path.name}*"):
            old.unlink()
        shutil.copy(self.template, self.path)
        self.app.extensions["pages"] = OrderedDict()
        client = browser(self.app)
        word = self.stage.cookies.get(who)
        if word:
            client.set_cookie("innovationsforum", word)
        if method == "GET":
            answer = client.get(address)
        else:
            key = keys.key(self.app.config["SETTINGS"].data, "forms")
            token = keys.keyed_mark(key, f"csrf {keys.mark(word) if word else ''}")
            fields = {**self.stage.fields(kind), "csrf_token": token}
            answer = client.post(address, data=fields, headers={"X-CSRF-Token": token})
        return answer.status_code, answer.headers.get("Location", "")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("access")
    template, path = folder / "template.db", folder / "asked.db"
    engine = database.connect(f"sqlite:///{template}")
    database.Base.metadata.create_all(engine)
    with database.sessions(engine)() as session:
        session.connection(execution_options={"writes": True})
        stage = set_the_stage(session, folder / "data")
        stage.cookies = {who: cookie(session, person) for who, person in stage.people.items()}
        session.commit()
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    broker = {"OIDC_ISSUER": "http://127.0.0.1:9", "OIDC_CLIENT_ID": "forum"}  # nobody listens there
    given = {"DATA_DIR": str(folder / "data"), "LOG_LEVEL": "ERROR", "LIMITS_TIMES": "1000", **broker}
    read = settings.from_environment(given)
    app = create_app(replace(read, database_url=f"sqlite:///{path}"))
    stage.any |= {"release": app.extensions["assets"].release, "path": "app.css"}
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    yield World(app, stage, template, path)
    app.extensions["engine"].dispose()


def cookie(session: Session, person: Person) -> str:
    how = How.GUEST if person.level == 0 else How.PASSKEY
    return sign_in.begin(session, person, how=how, at=database.now())


def is_refused(status: int, location: str) -> bool:
    return status in (401, 403, 404, 405) or (status in (302, 303) and bool(WAY_IN.search(location)))


@pytest.mark.parametrize("who", WHO)
def test_everybody_gets_what_the_table_says(world: World, who: str) -> None:
    wrong = []
    for method, endpoint in sorted({(method, endpoint) for method, endpoint, _ in routes(world.app)}):
        row = rows()[method, endpoint]
        for kind, address in world.stage.things(world.app, method, endpoint, who):
            status, location = world.ask(who, method, address, kind)
            expected = kind in LETS[row.cells[who]]
            if status >= 500 or is_refused(status, location) == expected:
                wrong.append(f"{method} {address} ({kind}): {status} {location}, {row.act!r} says {row.cells[who]}")

    assert not wrong, "\n".join(wrong)
