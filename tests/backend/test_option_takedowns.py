from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from backend import appeals, files, idea_answers, option_arguments, option_lists, options, photos, reportable, trials
from backend.waiting import Decision, Waiting
from tests.backend.test_appeals import decide as decide_appeal
from tests.backend.test_reports import decide, reported
from tests.conftest import NOON
from tests.makers import (
    a_case,
    a_photograph,
    a_published_idea,
    a_trial,
    an_option,
    ana,
    bo,
    in_the_team,
    karin,
    mira,
    seved,
    three_prototypes,
)

DOWN = Waiting(reason="hate")


@pytest.mark.parametrize("kind", ["option", "argument"])
def test_what_is_taken_down_goes_and_comes_back(session: Session, kind: str) -> None:
    area = seved(session)
    case, by = a_case(session, area), karin(session, area)
    option = an_option(session, case, by)
    argued = option_arguments.argue(session, option, side="for", text="Ja", language="sv", by=by, at=NOON)
    number = {"option": option.id, "argument": argued.id}[kind]

    def shown() -> list[int]:
        return [len(one.speaks_for) for one in option_lists.of_case(session, case.id, "sv")]

    seen = [shown()]
    before = reportable.KINDS[kind].take_down(session, number, DOWN, NOON)
    seen.append(shown())
    is_public = reportable.look_at(session, kind, number, "ar").is_public
    reportable.KINDS[kind].put_back(session, number, before, NOON)
    seen.append(shown())

    assert seen == [[1], [] if kind == "option" else [0], [1]]
    assert not is_public
    assert reportable.look_at(session, kind, number, "ar").path == f"/ar/seved/cases/{case.id}/options/"


def test_a_trial_that_is_taken_down_takes_its_photos_along(session: Session, tmp_path: Path) -> None:
    area = seved(session)
    prototype, by = three_prototypes(session, a_case(session, area), karin(session, area))[0], karin(session, area)
    store, ready = files.store(f"file://{tmp_path}"), photos.prepare(a_photograph((64, 48)))
    photo = photos.keep(session, store, ready, area_id=area.id, by=None, at=NOON)
    trial = a_trial(session, prototype, by, photo=photo)

    before = reportable.KINDS["trial"].take_down(session, trial.id, DOWN, NOON)
    gone = (trials.of_prototypes(session, [prototype.id], "sv")[prototype.id], photo.is_public)
    reportable.KINDS["trial"].put_back(session, trial.id, before, NOON)

    assert gone == ([], False)
    assert len(trials.of_prototypes(session, [prototype.id], "sv")[prototype.id]) == 1
    assert photo.is_public


def test_an_idea_is_reported_as_an_idea(session: Session) -> None:
    area = seved(session)
    case, by = a_case(session, area), karin(session, area)
    idea = a_published_idea(session, area, ana(session, area))
    idea_answers.join_case(session, idea, case.id, at=NOON)
    option = options.take_in(session, case, idea, language="sv", by=by, at=NOON)

    assert reportable.look_at(session, "option", option.id, "sv") is None


def test_a_member_objects_to_a_trial_that_was_taken_down_and_it_comes_back(session: Session) -> None:
    area = seved(session)
    case, member = a_case(session, area), ana(session, area)
    in_the_team(session, case, member)
    trial = a_trial(session, three_prototypes(session, case, karin(session, area))[0], member)
    reported(session, trial, bo(session, area), "trial")

    decide(session, mira(session, area))
    gone = trial.is_hidden
    appeal = appeals.object_to(session, "trial", trial.id, by=member, words="لا", language="ar", at=NOON)
    decide_appeal(session, appeal, Decision.APPROVED, karin(session, area))

    assert gone
    assert not trial.is_hidden
