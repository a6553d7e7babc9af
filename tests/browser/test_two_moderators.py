"""Two moderators, each in a browser of their own, on one idea: who is second hears who was first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Phones, decided, desk_of, ideas_wait
from tests.browser.service import Service

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service(tmp_path_factory.mktemp("service"), settings={"UNDO_SECONDS": "20"}) as made:
        yield made


def open_idea(page: Page, title: str) -> None:
    page.locator(".queue a", has_text=title).click()
    expect(page.locator("article h1")).to_have_text(title)
    expect(page.locator(".keys")).to_be_visible()  # they sleep until the script is there


def test_the_second_hears_who_was_first_and_nothing_is_overwritten(service: Service, phones: Phones) -> None:
    (number,) = ideas_wait(service, "Lamps in the yard", 1)
    omar, mira = desk_of(service, phones, "Omar"), desk_of(service, phones, "Miriam")
    for page in (omar, mira):
        open_idea(page, "Lamps in the yard 0")
    expect(mira.get_by_text("Omar reads it until")).to_be_visible()

    omar.keyboard.press("a")
    expect(omar.locator(".undo b")).to_have_text("Lamps in the yard 0")
    for key in ("r", "1", "r"):
        mira.keyboard.press(key)

    expect(mira.get_by_role("alert")).to_contain_text("Omar approved this")
    assert decided(service, [number]) == {number: "approved"}
    expect(mira.locator(".undo")).to_have_count(0)


def test_what_the_first_takes_back_the_second_may_decide(service: Service, phones: Phones) -> None:
    (number,) = ideas_wait(service, "A bench by the door", 1)
    omar, mira = desk_of(service, phones, "Olle"), desk_of(service, phones, "Maja")
    open_idea(omar, "A bench by the door 0")
    omar.keyboard.press("a")
    expect(omar.locator(".undo b")).to_have_text("A bench by the door 0")
    omar.keyboard.press("u")
    expect(omar.locator("article h1")).to_have_text("A bench by the door 0")

    mira.reload()
    open_idea(mira, "A bench by the door 0")
    mira.keyboard.press("a")

    expect(mira.locator(".undo b")).to_have_text("A bench by the door 0")
    assert decided(service, [number]) == {number: "approved"}


def test_one_hands_to_the_other(service: Service, phones: Phones) -> None:
    ideas_wait(service, "Somebody I know", 1)
    omar, mira = desk_of(service, phones, "Oskar"), desk_of(service, phones, "Minna")
    open_idea(omar, "Somebody I know 0")

    omar.get_by_text("Hand it to somebody else").click()
    omar.get_by_label("Who shall read it").select_option(label="Minna")
    omar.get_by_label("A word to them").fill("I know her")
    omar.get_by_role("button", name="Hand it over").click()

    mira.reload()
    expect(mira.locator(".queue li", has_text="Somebody I know")).to_contain_text("Handed to you by Oskar")
    open_idea(mira, "Somebody I know 0")
    expect(mira.locator("article")).to_contain_text("I know her")
