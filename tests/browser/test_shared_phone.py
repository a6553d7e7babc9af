"""A phone that several people use: whoever leaves it, or is signed out of it from elsewhere, leaves nothing there."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Phones, controlled, eventually
from tests.browser.service import Service
from tests.browser.test_outbox import OUTBOX, received, write

pytestmark = pytest.mark.browser
WORDS = "Yasemins egna ord"
# What lies on this phone: [storages and rows as text, addresses kept, rules they came with, texts of kept pages].
LEFT = """(async () => {
    const found = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }), document.cookie];
    const addresses = [], rules = [], texts = [];
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) {
            const path = new URL(request.url).pathname;
            if (path.startsWith("/static/") || path === "/language") continue;
            const answer = await cache.match(request);
            addresses.push(path);
            rules.push(answer.headers.get("Cache-Control"));
            texts.push(await answer.text());
        }
    }
    const opened = await new Promise((resolve) => {
        const asked = indexedDB.open("innovationsforum");
        asked.onsuccess = () => resolve(asked.result);
    });
    for (const store of opened.objectStoreNames) {
        found.push(await new Promise((resolve) => {
            const asked = opened.transaction(store).objectStore(store).getAll();
            asked.onsuccess = () => resolve(JSON.stringify(asked.result));
        }));
    }
    opened.close();
    return [found.join("\\n"), addresses, rules, texts.join("\\n")];
})()"""


def come_in(page: Page, service: Service, name: str, *, is_shared: bool = False) -> None:
    page.goto(service.sign_in_address(name, "resident"))
    if is_shared:
        page.locator("main input[name=is_shared]").check()
    page.locator("main form button").first.click()
    expect(page.locator("main h1")).to_be_visible()


def look_around(page: Page) -> str:
    """Writes an idea and a draft, and reads what is private; the path of the idea's own page."""
    page.goto("/sv/seved/")
    controlled(page)
    write(page, WORDS)
    page.wait_for_url("**/mine")
    own = page.url
    for path in ("me/", "me/devices", "me/data"):
        page.goto(f"/sv/{path}")
    page.goto("/sv/seved/ideas/new")
    page.locator("#text").fill(f"{WORDS}, halvt")
    expect(page.locator("[data-part=saved]")).to_be_visible()
    return own


def keep_waiting(context: BrowserContext, page: Page, words: str) -> None:
    """Leaves something in the outbox that this phone could not send yet."""
    context.set_offline(True)
    write(page, words)
    page.wait_for_url("**/sv/outbox")


def sign_out(page: Page) -> None:
    page.goto("/sv/sign-out")
    page.locator("main form[data-enhance=sign-out] button").click()
    expect(page.locator("main form")).to_have_count(0)


def make_sure_nothing_is_left(page: Page) -> None:
    rows, addresses, rules, texts = page.evaluate(LEFT)
    for personal in ("Yasemin", "whose", "draft ", "somebody="):
        assert personal not in rows, f"{personal} is left on the phone"
    assert not [
        path for path in addresses if re.search(r"/(me|mine|r|sign-in|sign-out)(/|$)", path)
    ]
    assert all("public" in rule for rule in rules)
    assert "Yasemin" not in texts
    assert 'name="csrf_token"' not in texts


@pytest.mark.parametrize("is_shared", [True, False], ids=["shared phone", "own phone"])
def test_whoever_signs_out_leaves_nothing(phones: Phones, service: Service, is_shared: bool) -> None:
    context = phones()
    page = context.new_page()
    come_in(page, service, "Yasemin", is_shared=is_shared)
    own = look_around(page)

    sign_out(page)

    make_sure_nothing_is_left(page)
    assert not [one["name"] for one in context.cookies() if one.get("name") in ("innovationsforum", "somebody")]
    for _ in range(4):
        page.go_back()
        expect(page.locator("body")).not_to_contain_text("Yasemin")
    answer = page.goto(own)
    assert answer is not None
    assert answer.status == 404


def test_what_waits_is_kept_by_whoever_stays_and_goes_with_whoever_leaves(phones: Phones, service: Service) -> None:
    context = phones()
    page = context.new_page()
    come_in(page, service, "Yasemin")
    page.goto("/sv/seved/")
    controlled(page)
    ended = [one for one in context.cookies() if one["name"] == "innovationsforum"]
    keep_waiting(context, page, "Yasemin tvekar")
    context.clear_cookies(name="innovationsforum")  # nothing is sent while she decides
    context.set_offline(False)
    expect(page.locator(".outbox li .hop[data-at='x']")).to_be_visible()
    context.add_cookies(ended)  # type: ignore[arg-type]

    page.goto("/sv/sign-out")
    expect(page.locator("[data-part=waiting]")).to_be_visible()
    page.locator("main > p a.act").click()
    expect(page.locator("main h1")).to_be_visible()
    assert len(page.evaluate(OUTBOX)) == 1

    sign_out(page)
    assert page.evaluate(OUTBOX) == []
    assert received(service, "Yasemin tvekar") == 0


def test_what_ended_elsewhere_is_emptied_at_the_next_visit(phones: Phones, service: Service) -> None:
    context = phones()
    page = context.new_page()
    come_in(page, service, "Yasemin")
    look_around(page)
    cookies = context.cookies()
    another = phones()
    another.add_cookies(cookies)  # type: ignore[arg-type]
    elsewhere = another.new_page()
    elsewhere.goto("/sv/sign-out")
    elsewhere.locator("input[name=everywhere]").check()
    elsewhere.locator("main form[data-enhance=sign-out] button").click()
    expect(elsewhere.locator("main form")).to_have_count(0)

    page.goto("/sv/seved/")

    eventually(page, "localStorage.length === 0 && !document.cookie.includes('somebody=')")
    page.wait_for_timeout(500)
    make_sure_nothing_is_left(page)


def test_the_next_person_sees_and_sends_nothing_of_the_first(phones: Phones, service: Service) -> None:
    context = phones()
    page = context.new_page()
    come_in(page, service, "Yasemin", is_shared=True)
    look_around(page)
    page.goto("/sv/seved/")
    controlled(page)
    keep_waiting(context, page, f"{WORDS} utan nät")
    for name in ("innovationsforum", "somebody"):
        context.clear_cookies(name=name)  # the browser was closed
    context.set_offline(False)

    come_in(page, service, "Bodil")

    page.goto("/sv/outbox")
    expect(page.locator(".outbox li .hop[data-at='x']")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("Yasemin")
    page.goto("/sv/seved/ideas/new")
    expect(page.locator("#text")).to_have_value("")
    assert received(service, f"{WORDS} utan nät") == 0
