"""Without a network: copies that say how old they are, and the offline page in the reader's language."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Phones, controlled, eventually, kept
from tests.browser.service import Service

pytestmark = pytest.mark.browser
CLOCK = re.compile(r"^\d\d:\d\d$")


@pytest.mark.parametrize("tag", ["sv", "ar"])
def test_a_page_never_seen_shows_the_offline_page_in_its_language(phones: Phones, tag: str) -> None:
    context = phones()
    page = context.new_page()
    page.goto(f"/{tag}/seved/")
    controlled(page)

    context.set_offline(True)
    page.goto(f"/{tag}/lindangen/meetings/")

    expect(page.locator("html")).to_have_attribute("lang", tag)
    expect(page.locator(".gaphead h1")).to_be_visible()
    assert page.title() != ""


def test_a_page_that_was_open_comes_back_as_a_copy_with_its_time(phones: Phones) -> None:
    context = phones()
    page = context.new_page()
    page.goto("/sv/seved/")
    controlled(page)
    page.goto("/sv/seved/cases/")
    kept(page, "/sv/seved/cases/")

    context.set_offline(True)
    page.goto("/sv/seved/cases/")

    expect(page.locator(".saved-copy")).to_be_visible()
    expect(page.locator(".saved-at")).to_have_text(CLOCK)
    expect(page.locator(".hop, .line, .rows").first).to_be_visible()


def test_with_a_network_a_page_says_nothing_of_copies(phone: Page) -> None:
    phone.goto("/sv/seved/")
    controlled(phone)

    phone.goto("/sv/seved/")

    expect(phone.locator(".saved-copy")).to_be_hidden()


def test_a_copy_obeys_the_same_content_security_policy(phones: Phones) -> None:
    context = phones()
    page = context.new_page()
    page.goto("/sv/seved/")
    controlled(page)

    context.set_offline(True)
    answer = page.goto("/sv/seved/")

    assert answer is not None
    assert "default-src 'none'" in (answer.header_value("content-security-policy") or "")


def test_the_service_gone_is_like_no_network(phones: Phones, tmp_path_factory: pytest.TempPathFactory) -> None:
    with Service(tmp_path_factory.mktemp("gone")) as short_lived:
        page = phones(base_url=short_lived.address).new_page()
        page.goto("/en/seved/")
        controlled(page)

    page.goto("/en/seved/")
    expect(page.locator(".saved-copy")).to_be_visible()

    page.goto("/")  # a redirect is never played again
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator(".gaphead")).to_be_visible()


def test_what_is_personal_is_never_kept(phones: Phones, service: Service) -> None:
    page = phones().new_page()
    page.goto(service.sign_in_address("Ana", "resident"))
    page.locator("main form button").first.click()
    page.goto("/sv/me/")
    controlled(page)
    page.goto("/sv/me/")
    page.wait_for_timeout(300)

    found = page.evaluate(
        """async () => {
            const names = await caches.keys();
            const all = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
            return all.flat().map((request) => new URL(request.url).pathname);
        }"""
    )

    assert "/sv/outbox" in found
    assert not [path for path in found if "/me" in path or "sign-in" in path]


def test_pages_in_filters_are_kept_apart(phones: Phones) -> None:
    context = phones()
    page = context.new_page()
    page.goto("/sv/seved/")
    controlled(page)
    for path in ("/sv/lessons/", "/sv/lessons/?stage=3"):
        page.goto(path)
        kept(page, path)

    context.set_offline(True)
    page.goto("/sv/lessons/?stage=4")
    expect(page.locator(".gaphead")).to_be_visible()
    page.goto("/sv/lessons/?fbclid=tracked")
    expect(page.locator(".saved-copy")).to_be_visible()


@pytest.mark.parametrize("is_offline", [False, True])
def test_files_of_an_older_release_are_answered_by_todays(phones: Phones, is_offline: bool) -> None:
    context = phones()
    page = context.new_page()
    page.goto("/sv/seved/")
    controlled(page)

    context.set_offline(is_offline)
    found = page.evaluate("fetch('/static/0123456789/app.css').then((answer) => answer.text())")

    assert "--paper" in found


def test_a_new_version_says_so_and_leaves_whoever_writes_alone(phone: Page) -> None:
    phone.goto("/sv/seved/ideas/new")
    controlled(phone)
    newer = """navigator.serviceWorker.dispatchEvent(
        new MessageEvent("message", { data: { release: "0123456789" } }))"""

    phone.evaluate(newer)
    expect(phone.locator("[data-enhance=update]")).to_be_visible()
    phone.locator("#text").fill("Mitt i en mening")
    expect(phone.locator("[data-enhance=update]")).to_be_hidden()
    phone.evaluate(newer)

    expect(phone.locator("[data-enhance=update]")).to_be_hidden()
    expect(phone.locator("#text")).to_have_value("Mitt i en mening")


def test_the_kill_switch_takes_the_worker_away(phones: Phones, tmp_path_factory: pytest.TempPathFactory) -> None:
    with Service(tmp_path_factory.mktemp("off")) as own:
        page = phones(base_url=own.address).new_page()
        page.goto("/sv/seved/")
        controlled(page)

        (own.folder / "data/service-worker-off").touch()
        page.reload()

        eventually(page, "caches.keys().then((names) => names.length === 0)")
        eventually(page, "navigator.serviceWorker.getRegistrations().then((all) => all.length === 0)")
