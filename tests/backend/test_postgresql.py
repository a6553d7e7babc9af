"""A PostgreSQL database in which half of what people write could not be found is refused before anything is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from backend import __main__ as commands
from backend import database, migrations
from backend.errors import Refusal
from tests import postgresql
from tests.conftest import make_sure_there_is_postgresql

pytestmark = pytest.mark.postgresql


@pytest.mark.parametrize(("locale", "encoding", "word"), [("C", "UTF8", "C locale"), ("C", "SQL_ASCII", "SQL_ASCII")])
def test_a_database_that_knows_only_english_letters_is_refused(locale: str, encoding: str, word: str) -> None:
    make_sure_there_is_postgresql()
    with postgresql.temporary(locale=locale, encoding=encoding) as address:
        engine = database.connect(address)

        with pytest.raises(Refusal) as refused:
            migrations.upgrade(engine)

        assert word in str(refused.value)
        assert "--locale=C.UTF-8" in str(refused.value)
        assert not inspect(engine).get_table_names()
        engine.dispose()


def test_the_command_says_it_and_ends(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_sure_there_is_postgresql()
    with postgresql.temporary(locale="C") as address:
        monkeypatch.setenv("DATABASE_URL", address)

        code = commands.main(["migrate", "--data", str(tmp_path)])

    assert code == 2
    assert "C locale" in capsys.readouterr().err


def test_whoever_may_not_add_the_extension_reads_what_to_do() -> None:
    make_sure_there_is_postgresql()
    with postgresql.temporary() as address:
        owner = database.connect(address)
        with owner.begin() as connection:
            connection.execute(text("CREATE ROLE somebody LOGIN"))
        owner.dispose()
        somebody = database.connect(address.replace("//tests@", "//somebody@"))

        with pytest.raises(Refusal, match="CREATE EXTENSION pg_trgm"):
            migrations.upgrade(somebody)

        somebody.dispose()
