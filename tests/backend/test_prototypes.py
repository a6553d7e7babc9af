from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from backend import prototypes
from backend.errors import NotAllowed, NotFound, Refusal
from tests.conftest import NOON
from tests.makers import a_case, ana, karin, seved, three_prototypes


def test_prototypes_stand_in_the_order_they_were_added(session: Session) -> None:
    area = seved(session)
    case = a_case(session, area)
    three_prototypes(session, case, karin(session, area))

    shown = prototypes.of_case(session, case.id, "en")

    assert [str(one.said["title"]) for one in shown] == ["Bordet", "Ring en granne", "Öppet fönster"]
    assert str(shown[0].state_name) == "Tried"


def test_only_coordinators_add_prototypes(session: Session) -> None:
    area = seved(session)

    with pytest.raises(NotAllowed):
        three_prototypes(session, a_case(session, area), ana(session, area))


@pytest.mark.parametrize(
    "changed", [{"title": ""}, {"lines": ""}, {"title": "x" * 61}, {"state": "gone"}, {"picture": "../x"}]
)
def test_a_prototype_that_cannot_stand_on_a_ballot_is_refused(session: Session, changed: dict[str, str]) -> None:
    area = seved(session)
    said = {"title": "Bordet", "lines": "Mat och prat."}
    values = {name: value for name, value in changed.items() if name not in said}

    with pytest.raises(Refusal) as refused:
        prototypes.add(
            session, a_case(session, area), by_language={"sv": {**said, **changed}}, original="sv",
            by=karin(session, area), at=NOON, **values,
        )  # type: ignore[arg-type]  # fmt: skip

    assert refused.value.field == next(iter(changed))


def test_a_prototype_of_another_case_is_not_found(session: Session) -> None:
    area = seved(session)
    made = three_prototypes(session, a_case(session, area), karin(session, area))

    with pytest.raises(NotFound):
        prototypes.by_number(session, made[0].id, case_id=a_case(session, area).id)
