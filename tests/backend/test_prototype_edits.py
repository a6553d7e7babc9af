from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import counting, files, photos, prototype_edits, prototypes, rounds, texts
from backend.areas import Area
from backend.cases import Case
from backend.errors import NotAllowed, Refusal
from backend.people import Person
from backend.photos import Photo
from backend.prototypes import Prototype
from backend.votes import Round
from tests.conftest import NOON
from tests.makers import a_case, a_photograph, an_open_round, ana, bo, in_the_team, karin, seved, three_prototypes

SAID = {"title": "Bordet", "lines": "Mat.\nVarje torsdag.", "tries": "Soppa", "with_whom": "Grannar", "place": "Gården"}
DAYS = {"starts_on": date(2026, 12, 1), "ends_on": date(2026, 12, 8)}


@pytest.fixture
def area(session: Session) -> Area:
    return seved(session)


@pytest.fixture
def table(session: Session, area: Area) -> Prototype:
    return three_prototypes(session, a_case(session, area), karin(session, area))[0]


def edit(session: Session, prototype: Prototype, by: Person, **changed: Any) -> None:
    values = {"by_language": {"sv": SAID}, "cost": 900, "picture": "table", **DAYS, "by": by, "at": NOON, **changed}
    prototype_edits.edit(session, prototype, **values)


def a_photo(session: Session, area: Area, folder: Path) -> Photo:
    ready = photos.prepare(a_photograph((64, 48)))
    return photos.keep(session, files.store(f"file://{folder}"), ready, area_id=area.id, by=None, at=NOON)


def on_the_ballot(session: Session, round_: Round) -> Prototype:
    return session.scalars(select(Prototype).where(Prototype.case_id == round_.case_id).order_by(Prototype.id)).first()


def test_the_team_says_with_whom_where_and_when(session: Session, area: Area, table: Prototype) -> None:
    member = bo(session, area)
    in_the_team(session, session.get_one(Case, table.case_id), member)
    texts.rewrite(session, table.texts_id, "sv", {"seen": "Elva kom."})

    edit(session, table, member)

    shown = prototypes.one(session, table.id, "ar")
    assert (str(shown.said.with_whom), str(shown.said.place), str(shown.said.seen)) == (
        "Grannar",
        "Gården",
        "Elva kom.",
    )
    assert (shown.starts_on, shown.ends_on, shown.cost) == (*DAYS.values(), 900)


def test_others_change_nothing(session: Session, area: Area, table: Prototype) -> None:
    with pytest.raises(NotAllowed):
        edit(session, table, ana(session, area))


@pytest.mark.parametrize(
    "wrong, field",
    [
        ({"ends_on": date(2026, 11, 30)}, "ends_on"),
        ({"starts_on": None}, "ends_on"),
        ({"picture": "../x"}, "picture"),
        ({"by_language": {"sv": {**SAID, "title": ""}}}, "title"),
    ],
)
def test_what_cannot_be_is_refused(
    session: Session, area: Area, table: Prototype, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refusal) as refused:
        edit(session, table, karin(session, area), **wrong)

    assert refused.value.field == field


def test_voters_find_on_the_ballot_what_they_ticked(session: Session, area: Area, tmp_path: Path) -> None:
    table, by = on_the_ballot(session, an_open_round(session, area)), karin(session, area)
    photo = a_photo(session, area, tmp_path)

    for said in ({**SAID, "title": "Något annat"}, {**SAID, "lines": "Fika."}):
        with pytest.raises(Refusal):
            edit(session, table, by, by_language={"sv": said})
    with pytest.raises(Refusal):
        edit(session, table, by, picture="sofa")
    with pytest.raises(Refusal):
        prototype_edits.show_photo(session, table, photo, by=by, at=NOON)
    edit(session, table, by)

    assert str(prototypes.one(session, table.id, "sv").said.place) == "Gården"


def test_a_photo_takes_the_place_of_the_drawing_until_it_is_taken_away(
    session: Session, area: Area, table: Prototype, tmp_path: Path
) -> None:
    by, photo = karin(session, area), a_photo(session, area, tmp_path)

    prototype_edits.show_photo(session, table, photo, alt="Ett bord", language="sv", by=by, at=NOON)
    shown = prototypes.one(session, table.id, "sv")
    prototype_edits.show_photo(session, table, None, by=by, at=NOON)

    assert (shown.photo_key, shown.photo_alt) == (photo.key, "Ett bord")
    assert prototypes.one(session, table.id, "sv").photo_key == ""
    assert (photo.is_public, photo.sent_by) == (False, None)


def test_the_ballot_shows_the_photo_too(session: Session, area: Area, tmp_path: Path) -> None:
    round_ = an_open_round(session, area)
    photo = a_photo(session, area, tmp_path)
    on_the_ballot(session, round_).photo_id = photo.id
    session.flush()

    assert [one.photo_key for one in rounds.offered(session, round_.id, "sv")] == [photo.key, "", ""]


def test_what_people_voted_is_told_once_it_is_counted(session: Session, area: Area) -> None:
    round_ = an_open_round(session, area)
    table = on_the_ballot(session, round_)

    before = prototype_edits.results(session, table.id)
    counting.count_closed(session, at=round_.closes_at)
    after = prototype_edits.results(session, table.id)

    assert before == []
    assert [(one.round_id, one.ticks) for one in after] == [(round_.id, 0)]
