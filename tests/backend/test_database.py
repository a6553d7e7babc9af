from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import Engine, func, inspect, select, update
from sqlalchemy.orm import Session

from backend import areas, audit, database, demo, migrations, revisions
from backend.areas import Area
from backend.database import Base
from tests.conftest import NOON
from tests.makers import seved


def test_a_moment_comes_back_in_utc_from_whichever_zone(session: Session) -> None:
    area = seved(session, at=datetime(2026, 11, 23, 12, 0, tzinfo=timezone(timedelta(hours=1))))
    session.expire(area)

    assert area.created_at == NOON
    assert area.created_at.utcoffset() == timedelta(0)


def test_a_moment_without_a_zone_is_refused(session: Session) -> None:
    with pytest.raises(Exception, match="zone"):
        seved(session, at=datetime(2026, 11, 23))


def test_nothing_stays_of_a_transaction_that_failed(engine: Engine) -> None:
    with database.sessions(engine)() as session:
        with pytest.raises(ZeroDivisionError), database.transaction(session):
            seved(session)
            _ = 1 / 0

        assert areas.count(session) == 0


def test_sixteen_writers_that_read_first_lose_nothing(engine: Engine) -> None:
    with database.sessions(engine)() as session, database.transaction(session):
        area_id = seved(session).id

    def add_one() -> None:
        with database.sessions(engine)() as session:
            session.scalar(select(Area.position).where(Area.id == area_id))
            with database.transaction(session):
                session.execute(update(Area).where(Area.id == area_id).values(position=Area.position + 1))

    threads = [threading.Thread(target=add_one) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.sessions(engine)() as session:
        assert areas.by_id(session, area_id).position == 17


@pytest.mark.thorough
def test_migrations_make_exactly_todays_tables(empty_database_url: str) -> None:
    engine = database.connect(empty_database_url)
    migrations.upgrade(engine)

    lags = migrations.differences(engine)
    migrations.downgrade(engine, "base")
    with engine.connect() as connection:
        left = set(engine.dialect.get_table_names(connection)) - {"alembic_version"}
    engine.dispose()

    assert not lags, "write a migration: ./test has the models, the versions lag behind"
    assert not left


@pytest.mark.thorough
def test_what_people_wrote_survives_the_way_down_and_up(empty_database_url: str) -> None:
    engine = database.connect(empty_database_url)
    migrations.upgrade(engine)
    with database.sessions(engine)() as session, database.transaction(session):
        demo.load(session, at=NOON)

    migrations.downgrade(engine, "0001")
    oldest = rows_of(engine)
    migrations.upgrade(engine)

    today = rows_of(engine)
    with database.sessions(engine)() as session:
        assert audit.verify(session) == oldest["acts"]
    engine.dispose()
    assert oldest["supports"] > 10
    assert oldest == {name: today[name] for name in oldest}


def rows_of(engine: Engine) -> dict[str, int]:
    """How many rows each table has that holds what people wrote; indexes for searching are made anew."""
    with engine.connect() as connection:
        names = set(inspect(engine).get_table_names()) & set(Base.metadata.tables)
        counts = {name: select(func.count()).select_from(Base.metadata.tables[name]) for name in names}
        return {name: connection.scalar(query) or 0 for name, query in counts.items()}


def test_a_change_in_one_room_leaves_the_others_as_they_are(session: Session) -> None:
    area = seved(session)
    ideas, cases = (revisions.named(session, area.id, [room]) for room in ("ideas", "cases"))

    revisions.raise_(session, area.id, "ideas")

    assert revisions.named(session, area.id, ["ideas"]) != ideas
    assert revisions.named(session, area.id, ["cases"]) == cases
