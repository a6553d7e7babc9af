"""The ballot in a real browser: with a script, without one, and without a network."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Phones
from tests.browser.service import Service

BALLOT = "/en/seved/votes/1"


def with_a_slip(context: BrowserContext, service: Service) -> Page:
    page = context.new_page()
    page.goto(f"/en/sign-in/slip?next={BALLOT}")
    page.locator('input[inputmode="numeric"]').fill(service.slip())
    page.locator("main form button").last.click()
    expect(page).to_have_url(re.compile(f"{BALLOT}$"))
    return page


@pytest.mark.browser
def test_the_button_counts_the_ticks_and_the_phone_draws_its_half_of_the_chance(
    phones: Phones, service: Service
) -> None:
    page = with_a_slip(phones(), service)
    button, boxes = page.locator(".sendbar button"), page.locator(".ballot input")

    boxes.nth(0).check()
    boxes.nth(2).check()

    expect(button).to_have_text("Vote for 2 of 3 ")
    assert re.fullmatch("[0-9a-f]{32}", page.locator("input[name=client_nonce]").input_value())
    button.click()
    expect(page.locator(".ticket .code")).to_have_text(re.compile("([0-9a-f]{4} ?){4}"))


@pytest.mark.browser
def test_a_vote_needs_no_script(phones: Phones, service: Service) -> None:
    page = with_a_slip(phones(java_script_enabled=False), service)

    page.locator(".ballot input").first.check()
    page.locator(".sendbar button").click()

    expect(page.locator(".ticket")).to_contain_text("You ticked 1 of 3.")


@pytest.mark.browser
def test_without_a_network_the_ballot_says_so_and_stays(phones: Phones, service: Service) -> None:
    context = phones()
    page = with_a_slip(context, service)
    page.locator(".ballot input").first.check()
    context.set_offline(True)

    page.locator(".sendbar button").click()

    expect(page.locator("[data-part=offline]")).to_be_visible()
    expect(page).to_have_url(re.compile(f"{BALLOT}$"))
    expect(page.locator(".ballot input").first).to_be_checked()
