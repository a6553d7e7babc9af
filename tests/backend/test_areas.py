from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from backend import areas, revisions
from backend.errors import NotFound, Refusal
from tests.conftest import NOON
from tests.makers import lindangen, seved


def test_a_new_area_gets_an_address_out_of_its_name(session: Session) -> None:
    area = areas.add(session, name="Holma-Kroksbäck", at=NOON)

    assert area.slug == "holma-kroksback"


def test_areas_are_listed_in_the_order_the_operator_gave_them(session: Session) -> None:
    seved(session)
    lindangen(session)

    areas.order(session, ["lindangen", "seved"])

    assert [area.slug for area in areas.every(session)] == ["lindangen", "seved"]


def test_each_area_gets_a_colour_and_a_mark_of_its_own(session: Session) -> None:
    made = [areas.add(session, name=f"Area {word}", at=NOON) for word in ("one", "two", "three")]

    assert len({area.line for area in made}) == len({area.mark for area in made}) == 3


@pytest.mark.parametrize("slug", ["sv", "languages", "UPPER", "a", "-seved", "static", "a" * 41, "so", "../x"])
def test_an_address_that_the_site_needs_itself_is_refused(session: Session, slug: str) -> None:
    with pytest.raises(Refusal):
        areas.add(session, name="Somewhere", slug=slug, at=NOON)


def test_an_area_that_is_not_there_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        areas.by_slug(session, "nowhere")


def test_renaming_keeps_the_address_and_renews_the_pages(session: Session) -> None:
    area = seved(session)
    before = revisions.named(session, area.id, ["areas"])

    areas.rename(session, area, "Nya Seved")

    assert area.slug == "seved"
    assert revisions.named(session, area.id, ["areas"]) != before


def test_an_area_can_have_a_name_in_another_script(session: Session) -> None:
    area = seved(session)

    areas.rename(session, area, "سيفيد", language="ar")

    assert (area.name_in("ar"), area.name_in("sv")) == ("سيفيد", "Seved")
