from __future__ import annotations

import json

from sqlalchemy.orm import Session

from backend import own_data, supports
from tests.conftest import NOON
from tests.makers import a_case, a_published_idea, a_trial, ana, bo, karin, seved, three_prototypes


def test_every_column_that_names_a_person_is_seen_to() -> None:
    """When this fails, add the column to PARTS in backend/own_data.py: what the export gives, what erasure does."""
    found = {(table.name, column) for table, column in own_data.columns()}

    assert found - own_data.PARTS.keys() == set(), "say what happens to these"
    assert own_data.PARTS.keys() - found == set(), "these are gone"


def test_what_is_hidden_or_given_are_columns_that_exist() -> None:
    for table, column in own_data.columns():
        assert set(own_data.PARTS[table.name, column].hides) <= set(table.columns.keys()), table.name


def test_the_export_holds_all_of_mine_and_nothing_of_others(session: Session) -> None:
    area = seved(session)
    me, other = ana(session, area), bo(session, area)
    mine = a_published_idea(session, area, me, "En bänk vid lekplatsen")
    theirs = a_published_idea(session, area, other, "Ett bord i parken")
    supports.support(session, theirs, by=me, at=NOON)
    supports.support(session, mine, by=other, at=NOON)

    found = own_data.export(session, me)

    written = json.dumps(found)
    assert found["about"]["name"] == "Ana"
    assert [one["title"] for one in found["ideas"]] == ["En bänk vid lekplatsen"]
    assert [one["idea_id"] for one in found["supports"]] == [theirs.id]
    assert "Ett bord" not in written and "Bo" not in found["about"].values()
    assert "receipt_mark" not in written and "token_mark" not in written


def test_no_secret_of_ours_is_given_away() -> None:
    """Marks, keys and secrets let somebody in; none may stand in a file that is sent around."""
    for table, column in own_data.columns():
        part = own_data.PARTS[table.name, column]
        given = set(table.columns.keys()) - set(part.hides) if part.given else set()
        assert not {name for name in given if name.endswith("_mark") or "secret" in name}, table.name


def test_days_of_the_calendar_are_fit_for_json_too(session: Session) -> None:
    area = seved(session)
    by = karin(session, area)
    a_trial(session, three_prototypes(session, a_case(session, area), by)[0], by)

    assert json.loads(json.dumps(own_data.export(session, by)))["trials"][0]["day"] == NOON.date().isoformat()
