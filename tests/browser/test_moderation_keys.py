"""A moderator at a desk, by keyboard alone: the keys decide, sleep while one writes, and can be turned off."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Phones, decided, desk_of, ideas_wait
from tests.browser.service import Service

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Its decisions wait as long as people's do, so that there is time to take one back."""
    with Service(tmp_path_factory.mktemp("service"), settings={"UNDO_SECONDS": "20"}) as made:
        yield made


@pytest.fixture
def desk(service: Service, phones: Phones) -> Page:
    return desk_of(service, phones, "Omar")


def press(page: Page, *keys: str) -> None:
    """Presses once the page's keys are awake."""
    expect(page.locator(".keys")).to_be_visible()
    for key in keys:
        page.keyboard.press(key)


def title(page: Page) -> str:
    return page.locator("article h1").inner_text()


def test_ideas_are_read_decided_and_taken_back_by_keyboard(desk: Page) -> None:
    titles = desk.locator(".queue li b").all_inner_texts()
    press(desk, "j")
    expect(desk.locator("article h1")).to_have_text(titles[0])
    press(desk, "j")
    expect(desk.locator("article h1")).to_have_text(titles[1])
    press(desk, "k")
    expect(desk.locator("article h1")).to_have_text(titles[0])

    press(desk, "t", "t")

    expect(desk.locator(".undo b")).to_have_text(titles[0])
    expect(desk.locator("article h1")).to_have_text(titles[1])
    press(desk, "u")
    expect(desk.locator("article h1")).to_have_text(titles[0])
    press(desk, "r", "2")
    expect(desk.locator(".preview")).to_be_visible()
    press(desk, "r")
    expect(desk.locator(".undo")).to_contain_text("Not published")
    press(desk, "u")
    expect(desk.locator("article h1")).to_have_text(titles[0])


def test_keys_sleep_while_one_writes_and_can_be_turned_off(desk: Page) -> None:
    press(desk, "j")
    expect(desk.locator("article .body").first).to_be_visible()
    before = title(desk)

    desk.locator("#note").fill("")
    desk.locator("#note").press_sequentially("art jukebox")
    assert desk.locator("#note").input_value() == "art jukebox"
    press(desk, "Tab")
    desk.locator(".keys summary").click()
    desk.locator(".keys input").uncheck()
    desk.reload()
    press(desk, "a", "j")

    expect(desk.locator(".keys input")).not_to_be_checked()
    assert title(desk) == before


def test_enter_decides_nothing_by_accident(desk: Page) -> None:
    press(desk, "j")
    expect(desk.locator("input[name=reason]").first).to_be_visible()
    before = title(desk)

    for name in ("reason", "case"):
        desk.locator(f"input[name={name}]").first.press("Enter")
        expect(desk.get_by_role("alert")).to_contain_text("Choose what to do with it")

    assert title(desk) == before
    expect(desk.locator(".undo")).to_have_count(0)


def test_ten_ideas_are_read_and_decided_by_keyboard_within_two_minutes(desk: Page, service: Service) -> None:
    """Each kind of decision, with a word to the author where it needs one; the mouse rests."""
    numbers = ideas_wait(service, "Ett bord där man får prata om jobb", 10)
    desk.goto(f"{service.address}/en/moderation/?kind=idea")  # the example's comment and report wait too
    press(desk, "j")
    plan = ["a", "r", "e", "t", "a", "d", "a", "r", "e", "a"]
    began = time.monotonic()

    for key in plan:
        expect(desk.locator(".keys")).to_be_visible()
        before = title(desk)
        press_for(desk, key)
        expect(desk.locator(".undo b")).to_have_text(before)

    seconds = time.monotonic() - began
    assert seconds < 120, f"ten decisions took {seconds:.0f} seconds"
    assert len(decided(service, numbers)) >= 7, "the first of the ten were the example's own"


def press_for(page: Page, key: str) -> None:
    """A decision as a person makes it: the key, what it asks for, and the key again."""
    if key == "e":
        press(page, "e")
        page.keyboard.type("Where do you mean?")
        press(page, "Escape", "e")
    elif key == "r":
        press(page, "r", "4", "r")
    elif key in "td":
        press(page, key, key)
    else:
        press(page, key)


def test_the_filter_holds_from_one_thing_to_the_next(desk: Page, service: Service) -> None:
    ideas_wait(service, "An old wish", 2, hours=30)
    desk.goto(f"{service.address}/en/moderation/?age=24")
    press(desk, "j")
    expect(desk).to_have_url(re.compile(r"age=24"))

    press(desk, "j", "a")

    expect(desk.locator(".undo")).to_be_visible()
    expect(desk).to_have_url(re.compile(r"age=24"))
    expect(desk.locator(".filters")).to_have_attribute("open", "")


def test_the_list_of_keys_opens_with_a_question_mark(desk: Page) -> None:
    press(desk, "?")

    expect(desk.locator(".keys dl")).to_be_visible()
