"""Ideas that say the same are merged and parted at the desk: each person counts once, and an undo tells nobody."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import areas, database, idea_edits, ideas, people, sign_in, supports
from backend.people import Level
from backend.waiting import Waiting
from tests.browser.conftest import Phones, decided, desk_of
from tests.browser.service import Service
from tests.makers import a_published_idea, an_idea

pytestmark = pytest.mark.browser
COUNT = ".acts .button .count"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Time enough to take a decision back, and soon over."""
    with Service(tmp_path_factory.mktemp("service"), settings={"UNDO_SECONDS": "5"}) as made:
        yield made


@contextmanager
def rows(service: Service) -> Iterator[Session]:
    engine = database.connect(service.database)
    with database.sessions(engine)() as session, database.transaction(session):
        yield session
    engine.dispose()


def two_benches(service: Service) -> tuple[int, int]:
    """Both are public, with two supports each, one person behind both; the first was changed and waits to be read."""
    with rows(service) as session:
        area, at = areas.by_slug(session, "seved"), database.now()
        writer, one, two, both = (
            people.add(session, name=name, language="en", level=Level.NEIGHBOUR, area_id=area.id, at=at)
            for name in ("Wera", "Ove", "Tuva", "Bodil")
        )
        bench = a_published_idea(session, area, writer, "A green bench by the bakery\nTo rest.", language="en")
        twin = a_published_idea(session, area, two, "A green bench near the bakery\nTo sit.", language="en")
        for idea, supporters in ((bench, (one, both)), (twin, (two, both))):
            for person in supporters:
                supports.support(session, idea, by=person, at=at)
        changed = "A green bench by the bakery\nTo rest in the shade."
        idea_edits.edit(session, bench, text=changed, language="en", by=writer, at=at)
        return bench.id, twin.id


def open_at_the_desk(page: Page, service: Service, number: int) -> None:
    with rows(service) as session:
        query = select(Waiting.id).where(Waiting.kind == "idea", Waiting.noun_id == number)
        item = session.scalars(query.order_by(Waiting.round.desc())).first()
    page.goto(f"{service.address}/en/moderation/{item}")
    expect(page.locator(".keys")).to_be_visible()


def choose_twin(page: Page, number: int) -> None:
    """The first D leads to the twins; the right one is taken there by the space bar."""
    page.keyboard.press("d")
    radio = page.locator(f"input[name=merge_into][value='{number}']")
    radio.focus()
    page.keyboard.press("Space")
    expect(radio).to_be_checked()


def type_number(page: Page, number: int) -> None:
    """Of a twin that one knows; Escape leaves the field, so that keys work again."""
    page.get_by_label("Or the number of an idea that you know").fill(str(number))
    page.keyboard.press("Escape")


def counted(page: Page, number: int) -> int:
    page.goto(f"/en/seved/ideas/{number}")
    return int(page.locator(COUNT).inner_text())


def told(page: Page, service: Service, number: int, seconds: float = 20) -> None:
    """Waits until the worker has carried out what was decided."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with rows(service) as session:
            if ideas.by_number(session, number).merged_into is not None:
                return
        page.wait_for_timeout(100)
    raise AssertionError("the merge was never carried out")


def test_a_merge_counts_each_person_once_and_is_taken_back_exactly(service: Service, phones: Phones) -> None:
    bench, twin = two_benches(service)
    resident, desk = phones().new_page(), desk_of(service, phones, "Omar")
    before = [counted(resident, number) for number in (bench, twin)]
    assert before == [2, 2]

    open_at_the_desk(desk, service, bench)
    choose_twin(desk, twin)
    desk.keyboard.press("d")
    expect(desk.locator(".undo")).to_be_visible()
    told(desk, service, bench)

    assert counted(resident, twin) == 3
    for old in (f"/en/seved/ideas/{bench}", f"/i/{bench}"):
        resident.goto(old)
        expect(resident).to_have_url(re.compile(rf"/seved/ideas/{twin}$"))

    open_at_the_desk(desk, service, bench)
    with desk.expect_navigation():
        desk.locator("form[action*='/take-back'] button").click()
    assert [counted(resident, number) for number in (bench, twin)] == before


def test_a_merge_undone_in_time_leaves_the_author_where_they_were(service: Service, phones: Phones) -> None:
    with rows(service) as session:
        area, at = areas.by_slug(session, "seved"), database.now()
        author, other = (
            people.add(session, name=name, language="en", level=Level.RESIDENT, area_id=area.id, at=at)
            for name in ("Runa", "Sten")
        )
        lamp = an_idea(session, area, author, "A warm lamp at the school gate\nIt is dark.", language="en", at=at).id
        text = "A warm lamp by the school gate\nWe see nothing."
        twin = a_published_idea(session, area, other, text, language="en").id
        word = sign_in.begin(session, author, at=at)
    phone = phones()
    phone.add_cookies([{"name": "innovationsforum", "value": word, "url": service.address}])
    page, desk = phone.new_page(), desk_of(service, phones, "Olle")

    open_at_the_desk(desk, service, lamp)
    type_number(desk, twin)
    desk.keyboard.press("d")
    expect(desk.locator(".undo")).to_be_visible()
    expect(desk.locator(".keys")).to_be_visible()  # they sleep until the script is there
    desk.keyboard.press("u")
    expect(desk.locator("article h1")).to_have_text("A warm lamp at the school gate")
    desk.wait_for_timeout(6000)  # longer than a decision waits

    page.goto(f"/en/seved/ideas/{lamp}/mine")
    expect(page.locator("main h1")).to_have_text("We have your idea")
    expect(page.locator("main")).not_to_contain_text(f"idea {twin}")
    assert decided(service, [lamp]) == {}
