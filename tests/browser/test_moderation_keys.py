"""A moderator at a desk, by keyboard alone: the keys decide, sleep while one writes, and can be turned off."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Phones
from tests.browser.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("chromium")]
DESK = {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Its decisions wait as long as people's do, so that there is time to take one back."""
    with Service(tmp_path_factory.mktemp("service"), settings={"UNDO_SECONDS": "20"}) as made:
        yield made


@pytest.fixture
def desk(service: Service, phones: Phones) -> Page:
    page: Page = phones(viewport=DESK).new_page()
    page.goto(service.sign_in_address("Omar", "moderator", language="en"))
    page.get_by_role("button", name="Omar").click()
    expect(page.locator(".keys")).to_be_visible()
    return page


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
    expect(desk.locator(".undo")).to_contain_text("not published")
    press(desk, "u")
    expect(desk.locator("article h1")).to_have_text(titles[0])


def test_keys_sleep_while_one_writes_and_can_be_turned_off(desk: Page) -> None:
    press(desk, "j")
    expect(desk.locator("article .body").first).to_be_visible()
    before = title(desk)

    desk.locator("textarea").fill("")
    desk.locator("textarea").press_sequentially("art jukebox")
    assert desk.locator("textarea").input_value() == "art jukebox"
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
