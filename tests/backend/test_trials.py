from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import erasure, files, follows, notices, option_arguments, photos, prototypes, stage_checks, trials
from backend.areas import Area
from backend.cases import Case, Stage
from backend.errors import Conflict, NotAllowed, NotFound, Refusal
from backend.notices import Notice
from backend.photos import Photo
from backend.prototypes import Prototype, State
from backend.trials import Told, Trial
from tests.backend.test_options import statements
from tests.conftest import NOON
from tests.makers import (
    a_case,
    a_photograph,
    a_trial,
    an_open_round,
    an_option,
    ana,
    bo,
    in_the_team,
    karin,
    seved,
    three_prototypes,
)


@pytest.fixture
def area(session: Session) -> Area:
    return seved(session)


@pytest.fixture
def case(session: Session, area: Area) -> Case:
    return a_case(session, area)


@pytest.fixture
def table(session: Session, area: Area, case: Case) -> Prototype:
    return three_prototypes(session, case, karin(session, area))[0]


def a_photo(session: Session, area: Area, folder: Path) -> Photo:
    ready = photos.prepare(a_photograph((64, 48)))
    return photos.keep(session, files.store(f"file://{folder}"), ready, area_id=area.id, by=None, at=NOON)


def test_a_trial_says_what_was_seen_and_how_far_the_prototype_is(
    session: Session, area: Area, case: Case, table: Prototype
) -> None:
    member = ana(session, area)
    in_the_team(session, case, member, name="Ana i elvan")

    a_trial(session, table, member, state="works", said={"place": "Gården", "next": "Tak"}, language="ar")

    [shown] = trials.of_prototypes(session, [table.id], "sv")[table.id]
    assert (str(shown.said.seen), shown.said.seen.language, str(shown.said.place)) == ("Elva kom.", "ar", "Gården")
    assert (shown.numbers, shown.by, str(shown.state_name)) == ([["personer kom", 11]], "Ana i elvan", "Works")
    assert table.state == State.WORKS


def test_only_the_team_and_coordinators_tell(session: Session, area: Area, table: Prototype) -> None:
    with pytest.raises(NotAllowed):
        a_trial(session, table, bo(session, area))

    assert trials.count(session, table.id) == 0


def test_a_phone_that_sends_twice_tells_once(session: Session, area: Area, table: Prototype) -> None:
    by, key = karin(session, area), str(uuid4())

    made = [a_trial(session, table, by, client_uuid=key).id for _ in range(2)]
    with pytest.raises(Conflict):
        a_trial(session, table, by, client_uuid=key, said={"seen": "Tolv kom."})

    assert made[0] == made[1]
    assert session.scalar(select(func.count()).select_from(Notice).where(Notice.kind == "trial_told")) == 1


@pytest.mark.parametrize(
    "wrong, field",
    [
        ({"said": {"seen": ""}}, "seen"),
        ({"said": {"did": " "}}, "did"),
        ({"said": {"place": "x" * 81}}, "place"),
        ({"state": "stopped"}, "learned"),
        ({"state": "planned"}, "state"),
        ({"numbers": [("kom", "många")]}, "numbers"),
        ({"numbers": [("", "3")]}, "numbers"),
        ({"numbers": [("kom", "1")] * 6}, "numbers"),
    ],
)
def test_what_tells_nothing_is_refused(
    session: Session, area: Area, table: Prototype, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refusal) as refused:
        a_trial(session, table, karin(session, area), **wrong)

    assert refused.value.field == field


def test_numbers_may_come_in_arabic_digits(session: Session, area: Area, table: Prototype) -> None:
    made = a_trial(session, table, karin(session, area), numbers=[("حضروا", "٢٤"), ("", "")])

    assert made.numbers == [["حضروا", 24]]


def test_nobody_tells_of_tomorrow(session: Session, area: Area, table: Prototype) -> None:
    tomorrow = Told((NOON + timedelta(days=1)).date(), {"did": "Mat", "seen": "Folk"})

    with pytest.raises(Refusal) as refused:
        trials.tell(session, table, tomorrow, language="sv", by=karin(session, area), at=NOON)

    assert refused.value.field == "day"


def test_the_day_is_the_areas_own(session: Session, area: Area, table: Prototype) -> None:
    night = NOON.replace(hour=23, minute=30)  # half past midnight in Stockholm
    there = Told(night.date() + timedelta(days=1), {"did": "Mat", "seen": "Folk"})

    assert trials.tell(session, table, there, language="sv", by=karin(session, area), at=night).day.day == 24


def test_one_that_stopped_is_told_as_what_was_learned(
    session: Session, area: Area, case: Case, table: Prototype
) -> None:
    follows.follow(session, ana(session, area), "case", case.id, at=NOON)

    a_trial(session, table, karin(session, area), state="stopped", said={"learned": "Det är taket som saknas."})

    notice = session.scalars(select(Notice).where(Notice.kind == "trial_told")).one()
    message = notices.message(session, notice, "ar")
    assert table.state == State.STOPPED
    assert "Det är taket som saknas." in message.body and "\u2068Bordet\u2069" in message.body
    assert message.path == f"/ar/seved/cases/{case.id}#prototypes"


def test_a_member_cannot_take_a_prototype_off_an_open_ballot(session: Session, area: Area) -> None:
    round_ = an_open_round(session, area)
    case = session.get_one(Case, round_.case_id)
    offered = session.scalars(select(Prototype).where(Prototype.case_id == case.id)).first()
    member, stops = bo(session, area), {"state": "stopped", "said": {"learned": "Allt."}}
    in_the_team(session, case, member)

    with pytest.raises(NotAllowed):
        a_trial(session, offered, member, **stops)
    a_trial(session, offered, karin(session, area), **stops)

    assert offered.state == State.STOPPED


def test_a_trial_has_photos_that_everybody_sees(session: Session, area: Area, table: Prototype, tmp_path: Path) -> None:
    by = karin(session, area)
    made = a_trial(session, table, by, photo=a_photo(session, area, tmp_path), alt="Ett långt bord")

    for _ in range(trials.MOST_PHOTOS - 1):
        trials.add_photo(session, made, a_photo(session, area, tmp_path), alt="", language="sv", by=by, at=NOON)
    with pytest.raises(Refusal):
        trials.add_photo(session, made, a_photo(session, area, tmp_path), alt="", language="sv", by=by, at=NOON)

    [shown] = trials.of_prototypes(session, [table.id], "sv")[table.id]
    assert [photo.alt for photo in shown.photos] == ["Ett långt bord", *[""] * (trials.MOST_PHOTOS - 1)]
    assert all(photo.is_public for photo in shown.photos)


def test_a_trial_of_another_prototype_is_not_found(session: Session, area: Area, case: Case) -> None:
    first, second, _ = three_prototypes(session, case, karin(session, area))
    made = a_trial(session, first, karin(session, area))

    for number, prototype in ((made.id, second.id), (2**40, first.id)):
        with pytest.raises(NotFound):
            trials.by_number(session, number, prototype_id=prototype)


def test_what_was_learned_is_looked_for_before_the_case_moves(session: Session, area: Area, case: Case) -> None:
    made = prototypes.add(
        session, case, by_language={"sv": {"title": "Bordet", "lines": "Mat."}}, original="sv",
        by=karin(session, area), at=NOON,
    )  # fmt: skip

    def there() -> list[bool]:
        return [check.is_there for check in stage_checks.of_case(session, case.id, Stage.PROTOTYPES)]

    assert there() == [False, False, False]
    a_trial(session, made, karin(session, area))
    assert there() == [True, True, False]
    a_trial(session, made, karin(session, area), state="stopped", said={"learned": "Taket."})
    assert there() == [True, True, True]


@pytest.mark.parametrize("with_texts", [False, True])
def test_whoever_leaves_for_good_leaves_the_result_or_takes_it_along(
    session: Session, area: Area, case: Case, table: Prototype, tmp_path: Path, with_texts: bool
) -> None:
    member = ana(session, area)
    in_the_team(session, case, member)
    a_trial(session, table, member, photo=a_photo(session, area, tmp_path))
    option = an_option(session, case, member)
    option_arguments.argue(session, option, side="for", text="Ja", language="ar", by=member, at=NOON)

    files_gone = erasure.erase(session, member, with_texts=with_texts, at=NOON)

    told = trials.of_prototypes(session, [table.id], "sv")[table.id]
    argued = option_arguments.of_options(session, [option.id])[option.id]
    assert [(one.by, one.photos) for one in told] == ([] if with_texts else [("", [])])
    assert [one.by for one in argued] == ([] if with_texts else [""])
    assert len(files_gone) == 1


def test_trials_take_three_statements_however_many_there_are(session: Session, area: Area, case: Case) -> None:
    made, by, counted = three_prototypes(session, case, karin(session, area)), karin(session, area), []
    for _ in range(2):
        for prototype in made:
            a_trial(session, prototype, by)
        with statements(session) as sent:
            trials.of_prototypes(session, [one.id for one in made], "ar")
        counted.append(len(sent))

    assert counted == [3, 3]
    assert session.scalar(select(func.count()).select_from(Trial)) == 6
