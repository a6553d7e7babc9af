"""A real browser with an authenticator of its own makes a passkey, signs in with it, and opens the doors of staff."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Phones
from tests.browser.service import Service


@pytest.fixture
def page(phones: Phones) -> Page:
    """A phone that knows its owner: discoverable passkeys, finger always recognised."""
    made = phones().new_page()
    with_authenticator(made)
    return made


def with_authenticator(page: Page, **changed: Any) -> tuple[Any, str]:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True, **changed,
    }  # fmt: skip
    return devtools, devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]


def made_at_the_door(page: Page, service: Service, name: str) -> None:
    page.goto(service.sign_in_address(name, "moderator", language="en"))
    page.locator("form button:not([name])").first.click()
    page.wait_for_url("**/sign-in/strong?next=**")
    page.locator("input[name=name]").fill("My phone")
    page.locator("form[data-act=make] [data-part=button] button").click()
    page.wait_for_url(f"{service.address}/en/moderation/")


def signed_out(page: Page) -> None:
    page.goto("/en/sign-out")
    page.locator("form[data-enhance=sign-out] button").click()
    page.wait_for_url("**/sign-out")
    expect(page.locator("h1")).to_have_text("You are signed out")


def test_a_moderator_makes_a_passkey_and_comes_back_with_it(page: Page, service: Service) -> None:
    made_at_the_door(page, service, "Nour")
    signed_out(page)

    page.goto("/en/moderation/")
    page.goto(page.locator("a[href*='/sign-in/passkey']").get_attribute("href") or "")
    page.locator("[data-part=button] button").click()
    page.wait_for_url(f"{service.address}/en/moderation/")

    page.goto("/en/passkeys/")
    expect(page.locator(".devices")).to_contain_text("My phone")


def test_a_phone_makes_one_passkey_for_each_of_us(page: Page, service: Service) -> None:
    made_at_the_door(page, service, "Amal")

    page.goto("/en/passkeys/")
    page.locator("input[name=name]").fill("The same phone")
    page.locator("[data-part=button] button").click()

    expect(page.locator("[data-part=known]")).to_be_visible()


def test_whoever_is_not_recognised_gets_nowhere_and_may_try_again(phones: Phones, service: Service) -> None:
    page = phones().new_page()
    devtools, authenticator = with_authenticator(page)
    made_at_the_door(page, service, "Siri")
    signed_out(page)
    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})

    page.goto("/en/sign-in/passkey")
    page.locator("[data-part=button] button").click()
    expect(page.locator("[data-part=stopped]")).to_be_visible()

    devtools.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": True})
    page.locator("[data-part=button] button").click()
    page.wait_for_url(f"{service.address}/en/moderation/")


def test_an_address_of_numbers_says_where_passkeys_work(page: Page, service: Service) -> None:
    page.goto(f"http://127.0.0.1:{service.port}/en/sign-in/passkey")

    expect(page.locator("[data-part=elsewhere] a")).to_have_attribute("href", service.address)
    expect(page.locator("[data-part=button]")).to_be_hidden()


def test_without_scripts_the_page_names_the_other_ways(phones: Phones) -> None:
    page = phones(java_script_enabled=False).new_page()

    page.goto("/en/sign-in/passkey")

    expect(page.locator("[data-part=without]")).to_be_visible()
    expect(page.locator("[data-part=button]")).to_be_hidden()
