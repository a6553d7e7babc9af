"""Writing a comment in a real browser: the characters left, words that survive, and the whole way without a script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Phones
from tests.browser.service import Service


def at_the_form(context: BrowserContext, service: Service) -> Page:
    """A resident of Seved, about to comment on its newest idea."""
    page = context.new_page()
    page.goto("/en/seved/ideas/")
    page.locator(".rows h3 a").first.click()
    page.locator('a[href$="/comments/new"]').click()
    form = page.url.partition("/en/")[2]
    page.goto(f"/en/sign-in/slip?next=/en/{form}")
    page.locator('input[inputmode="numeric"]').fill(service.slip())
    page.locator("main form button").last.click()
    expect(page).to_have_url(re.compile("/comments/new$"))
    return page


@pytest.mark.browser
def test_the_counter_tells_the_characters_left_also_aloud(phones: Phones, service: Service) -> None:
    page = at_the_form(phones(), service)
    left, over, told = (page.locator(f"[data-part={part}]") for part in ("left", "over", "told"))
    expect(left).to_contain_text("1000")

    page.locator("textarea").fill("🙂" * 10)
    expect(left).to_contain_text("990")
    expect(told).to_contain_text("990")
    page.locator("textarea").fill("a" * 1003)

    expect(left).to_be_hidden()
    expect(over).to_contain_text("3")
    expect(told).to_contain_text("3")


@pytest.mark.browser
def test_words_not_sent_yet_are_there_on_the_way_back(phones: Phones, service: Service) -> None:
    page = at_the_form(phones(), service)
    page.locator("textarea").fill("I can bring a ladder.")

    page.goto("/en/seved/")
    page.go_back()

    expect(page.locator("textarea")).to_have_value("I can bring a ladder.")


@pytest.mark.browser
def test_a_comment_needs_no_script(phones: Phones, service: Service) -> None:
    page = at_the_form(phones(java_script_enabled=False), service)
    expect(page.locator("[data-part=left]")).to_be_hidden()
    page.locator("textarea").fill("I can bring two ladders.")

    page.locator("#comment-form .button").click()

    expect(page.locator("h1")).to_have_text("Your comment is public")
    page.locator("main a.button.wide").click()
    expect(page.locator("#comments")).to_contain_text("I can bring two ladders.")
