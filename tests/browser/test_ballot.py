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


COUNTED = "/en/holma-kroksback/votes/2"


@pytest.mark.browser
def test_a_receipt_is_looked_up_on_the_phone_and_a_forged_list_is_found(phones: Phones) -> None:
    page = phones().new_page()
    page.goto(f"{COUNTED}/check")
    lines = page.request.get(f"{COUNTED}/codes.txt").text().splitlines()
    code, words = lines[0].split(" ")
    forged = {"list": lines}

    def say(typed: str) -> str:
        page.locator("#code").fill(typed)
        page.locator("form[data-list] button").click()
        shown = page.locator("[data-say]:visible")
        expect(shown).to_have_count(1)
        return shown.get_attribute("data-say") or ""

    assert say(code[:15]) == "short"
    assert say(f"{code[:4]} {code[4:8].upper()} {code[8:12]} {code[12:16]}") == "found"
    ticked = page.locator("[data-number]:visible").evaluate_all("all => all.map((one) => one.dataset.number)")
    assert ticked == words.rpartition("|")[2].split(",")
    assert say("0" * 16) == "missing"

    page.route("**/codes.txt", lambda route: route.fulfill(body="\n".join(forged["list"])))
    forged["list"] = [f"{code} {words},99", *lines[1:]]
    assert say(code) == "changed"
    forged["list"] = lines[1:]
    assert say(code) == "list"
    page.unroute("**/codes.txt")
    page.context.set_offline(True)
    assert say(code) == "offline"


@pytest.mark.browser
def test_without_a_script_the_page_says_how_to_look_a_receipt_up(phones: Phones) -> None:
    page = phones(java_script_enabled=False).new_page()

    page.goto(f"{COUNTED}/check")

    expect(page.locator("#code")).to_be_hidden()
    page.get_by_role("link", name="Open the list").click()
    assert len(page.locator("body").inner_text().splitlines()) == 148
