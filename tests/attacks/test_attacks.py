"""Every attack of the lists, on both databases: none answered wrongly, none with a failure of ours."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from backend import database
from backend.database import Base
from tests.attacks import reading
from tests.attacks.reading import Attack
from tests.attacks.stage import Stage, build
from tests.attacks.trying import wrong_with

pytestmark = pytest.mark.thorough
ATTACKS = reading.every()
KINDS = (
    "access", "floods", "insights", "journal", "lessons", "options", "output", "pictures", "requests", "resources",
    "shared_phones", "sign_in", "size_and_shape", "teams", "votes",
)  # fmt: skip
Stages = Callable[[str], Stage]


@pytest.fixture(scope="session")
def stages(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stages]:
    """Builds the stage on a database when it is first asked for, once for all attacks there."""
    made: dict[str, Stage] = {}

    def on(name: str) -> Stage:
        if name not in made:
            folder = tmp_path_factory.mktemp(f"stage-{name}")
            made[name] = build(_a_database(name, request, folder), folder)
        return made[name]

    yield on
    for stage in made.values():
        stage.engine.dispose()
        stage.app.extensions["engine"].dispose()


def _a_database(name: str, request: pytest.FixtureRequest, folder: Path) -> str:
    """An empty one of the stage's own, with all tables."""
    if name == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), folder / "stage.db")
        return f"sqlite:///{folder / 'stage.db'}"
    server: str = request.getfixturevalue("postgresql_url")
    own = f"stage_{uuid4().hex}"
    engine = database.connect(server).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {own}")
    engine.dispose()
    url = server.replace("/postgres?", f"/{own}?")
    engine = database.connect(url)
    Base.metadata.create_all(engine)
    engine.dispose()
    return url


@pytest.mark.parametrize("attack", ATTACKS, ids=[f"{one.kind}: {one.id}".replace(" ", "-") for one in ATTACKS])
def test_it_is_answered_rightly(attack: Attack, database_name: str, stages: Stages) -> None:
    wrong = wrong_with(attack, stages(database_name))

    assert not wrong, f"{attack.why}\n" + "\n".join(wrong)


def test_there_are_enough_and_each_has_a_name_of_its_own() -> None:
    counted = Counter(one.kind for one in ATTACKS)
    names = Counter((one.kind, one.id) for one in ATTACKS)

    assert set(counted) == set(KINDS)
    assert min(counted.values()) >= 10
    assert sum(counted.values()) >= 400
    assert not [name for name, times in names.items() if times > 1]
    assert all(one.why for one in ATTACKS)


def one(**values: Any) -> Attack:
    return replace(next(reading.expanded({"id": "x", "who": "nobody", "why": "x", "get": "/sv/"}, "x")), **values)


@pytest.mark.parametrize(
    ("attack", "said"),
    [
        (one(), "200 , not refused"),
        (one(expect=(200,), never=("<html",)), "it holds '<html'"),
        (one(expect=(200,), shows=("nowhere",)), "it does not hold 'nowhere'"),
        (one(expect=(200,), header={"Cache-Control": "no-store"}), "and not 'no-store'"),
        (one(expect=(200,), more={"ideas": 1}), "0 more rows of ideas, not 1"),
        (
            one(who="guest", steps=({"post": "/sv/seved/ideas/{idea_public}/support"},), expect="taken"),
            "rows changed: supports",
        ),
    ],
)
def test_a_wrong_expectation_is_told(attack: Attack, said: str, database_name: str, stages: Stages) -> None:
    wrong = wrong_with(attack, stages(database_name))

    assert len(wrong) == 1
    assert said in wrong[0]


def test_the_stage_is_put_back(database_name: str, stages: Stages) -> None:
    stage = stages(database_name)
    sent = one(
        who="guest", steps=({"post": "/sv/seved/ideas/", "form": {"text": "Lampor"}},), expect="taken", changes=None
    )

    assert wrong_with(sent, stage) == wrong_with(sent, stage) == []
    assert stage.changed() == set()
