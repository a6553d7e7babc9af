from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import audit, erasure, files, ideas, own_data, people, supports
from backend.errors import Refusal
from backend.ideas import Idea
from backend.own_data import After
from backend.people import Person, Role
from tests.conftest import NOON
from tests.makers import a_published_idea, an_idea, ana, bo, karin, seved


def test_a_published_idea_stays_without_a_name(session: Session) -> None:
    area = seved(session)
    me = ana(session, area)
    published, waiting = a_published_idea(session, area, me), an_idea(session, area, me, "Min hemlighet")

    erasure.erase(session, me, with_texts=False, at=NOON)
    session.expire_all()

    assert (published.state, published.author_id, published.title) == ("read", None, "Ljus i gången mellan gårdarna")
    assert (waiting.state, waiting.author_id, waiting.title, waiting.text) == ("withdrawn", None, "", "")


def test_published_ideas_go_too_where_that_is_wished(session: Session) -> None:
    area = seved(session)
    me = ana(session, area)
    published = a_published_idea(session, area, me)

    erasure.erase(session, me, with_texts=True, at=NOON)

    assert published.state == "withdrawn" and not published.title
    assert ideas.count(session, area.id) == 0


def test_nothing_names_them_any_more(session: Session) -> None:
    area = seved(session)
    me, other = ana(session, area), bo(session, area)
    theirs = a_published_idea(session, area, other)
    supports.support(session, theirs, by=me, at=NOON)

    erasure.erase(session, me, with_texts=False, at=NOON)
    session.commit()
    session.expire_all()

    for table, column in own_data.columns():
        left = session.execute(select(table).where(table.c[column] == me.id)).all()
        assert not left, f"{table.name}.{column}"
    assert theirs.supports == 0
    shell = session.get_one(Person, me.id)
    assert (shell.name, shell.level, shell.area_id) == ("", 0, None) and shell.erased_at == NOON
    assert audit.verify(session)


def test_acts_of_staff_stay_without_their_name(session: Session) -> None:
    area = seved(session)
    by = karin(session, area)
    audit.note(session, "case.moved", at=NOON, by=by, area_id=area.id, to_stage=3)
    session.commit()

    erasure.erase(session, by, with_texts=False, at=NOON)
    session.commit()

    moved = session.scalars(select(audit.Act).where(audit.Act.act == "case.moved")).one()
    assert moved.by is None and not moved.details
    assert audit.verify(session)


def test_the_last_operator_stays(session: Session) -> None:
    area = seved(session)
    only = ana(session, area)
    people.give_role(session, only, Role.OPERATOR, area_id=None, at=NOON)

    with pytest.raises(Refusal, match="last operator"):
        erasure.erase(session, only, with_texts=False, at=NOON)


def test_a_restored_backup_brings_nobody_back(session: Session, tmp_path: Path) -> None:
    area = seved(session)
    me, other = ana(session, area), bo(session, area)
    idea = a_published_idea(session, area, me)
    erasure.write_down(tmp_path, me.id, me.pseudonym, at=NOON)
    erasure.write_down(tmp_path, other.id, "somebody else's", at=NOON)

    first = erasure.replay(session, tmp_path, files.store(f"file://{tmp_path}"), at=NOON)
    again = erasure.replay(session, tmp_path, files.store(f"file://{tmp_path}"), at=NOON)

    assert (first, again) == (1, 0)
    session.expire_all()
    assert session.get_one(Idea, idea.id).author_id is None
    assert session.get_one(Person, other.id).erased_at is None
    assert len([json.loads(line) for line in (tmp_path / erasure.FILE).read_text().splitlines()]) == 2
    assert (tmp_path / erasure.FILE).stat().st_mode & 0o777 == 0o600


def test_what_goes_is_what_is_theirs_alone() -> None:
    goes = {table for (table, _), part in own_data.PARTS.items() if part.after == After.GOES}

    assert not goes & {"ideas", "comments", "acts", "rounds", "meetings", "moderation"}
