"""Real browsers on the real service. Where a browser is missing these tests say so, and CI lets none be missing."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, expect, sync_playwright
from sqlalchemy import select

from backend import areas, database, people, sign_in
from backend.people import Level, Role
from backend.sign_in import How
from backend.waiting import Waiting
from tests.browser.service import Service
from tests.makers import an_idea, ana

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
# Nothing but the service under test is spoken to.
QUIET = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
Phones = Callable[..., BrowserContext]


def program(*names: str) -> str:
    """The path of the first of these programs that is here; else this test is skipped, or in CI fails."""
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        missing = f"{names[0]} is not installed. Debian: apt-get install {names[0]}"
        if os.environ.get("REQUIRE_BROWSERS"):
            pytest.fail(missing)
        pytest.skip(missing)
    return found


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as made:
        yield made


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or program("chromium", "chromium-browser", "google-chrome")
    made = playwright.chromium.launch(executable_path=path, chromium_sandbox=os.geteuid() != 0, args=list(QUIET))
    yield made
    made.close()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service with the example for the tests of a file."""
    with Service(tmp_path_factory.mktemp("service")) as made:
        yield made


@pytest.fixture
def phones(chromium: Browser, service: Service) -> Iterator[Phones]:
    """Makes phones of 360 pixels, each with storage of its own; says what their pages complained of."""
    made: list[BrowserContext] = []
    complaints: list[str] = []

    def make(**options: object) -> BrowserContext:
        context = chromium.new_context(**{"viewport": PHONE, "base_url": service.address, "locale": "sv-SE", **options})
        context.on("console", lambda message: _listen(message, complaints))
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()
    assert not complaints, "pages complained"


@pytest.fixture
def phone(phones: Phones) -> Page:
    return phones().new_page()


def _listen(message: ConsoleMessage, complaints: list[str]) -> None:
    """Breaches of the Content-Security-Policy and scripts that failed; a network that is off is no complaint."""
    if "Content Security Policy" in message.text or "not enhanced" in message.text:
        complaints.append(message.text)


def signed_in_at(service: Service, name: str, role: str, *, language: str, area: str = "seved") -> str:
    """The cookie of somebody of this area, "resident" or with a role, who came in with a passkey."""
    engine = database.connect(service.database)
    with database.sessions(engine)() as session, database.transaction(session):
        place, at = areas.by_slug(session, area), database.now()
        level = Level.RESIDENT if role == "resident" else Level.NEIGHBOUR
        person = people.add(session, name=name, language=language, level=level, area_id=place.id, at=at)
        if role != "resident":
            people.give_role(session, person, Role(role), area_id=place.id, at=at)
        word = sign_in.begin(session, person, how=How.PASSKEY, at=at)
    engine.dispose()
    return word


def came_in(
    context: BrowserContext, service: Service, name: str, role: str, *, language: str = "sv", area: str = "seved"
) -> Page:
    """A page of somebody who came in with a passkey, as staff must."""
    word = signed_in_at(service, name, role, language=language, area=area)
    context.add_cookies([{"name": "innovationsforum", "value": word, "url": service.address}])
    return context.new_page()


def desk_of(service: Service, phones: Phones, name: str) -> Page:
    """A moderator of Seved before the queue, in a browser of their own in which they came in with a passkey."""
    context = phones(viewport=DESK)
    word = signed_in_at(service, name, Role.MODERATOR, language="en")
    context.add_cookies([{"name": "innovationsforum", "value": word, "url": service.address}])
    page = context.new_page()
    page.goto(f"{service.address}/en/moderation/")
    expect(page.locator(".keys")).to_be_visible()
    return page


def ideas_wait(service: Service, title: str, number: int, *, hours: float = 0) -> list[int]:
    """Sends ideas to Seved as their writers did some hours ago; returns their numbers."""
    engine = database.connect(service.database)
    at = database.now() - timedelta(hours=hours)
    with database.sessions(engine)() as session, database.transaction(session):
        area = areas.by_slug(session, "seved")
        made = [
            an_idea(session, area, ana(session, area, at=at), f"{title} {one}\nWith a word on why.", at=at)
            for one in range(number)
        ]
    engine.dispose()
    return [idea.id for idea in made]


def decided(service: Service, numbers: list[int]) -> dict[int, str]:
    """{number of an idea: what was decided about it}, of those that wait no more."""
    engine = database.connect(service.database)
    with database.sessions(engine)() as session:
        query = select(Waiting.noun_id, Waiting.decision).where(Waiting.noun_id.in_(numbers), Waiting.kind == "idea")
        found = {row.noun_id: row.decision for row in session.execute(query) if row.decision}
    engine.dispose()
    return found


def eventually(page: Page, script: str, argument: object = None, seconds: float = 15) -> Any:
    """The first true value of a script. Playwright's own wait_for_function needs eval, which our pages forbid."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := page.evaluate(script, argument):
            return found
        page.wait_for_timeout(50)
    raise AssertionError(f"never true on {page.url}: {script}")


def kept(page: Page, *paths: str) -> None:
    """Waits until the phone has these pages."""
    script = """async (paths) => {
        const cache = await caches.open("pages");
        return (await Promise.all(paths.map((path) => cache.match(path)))).every(Boolean);
    }"""
    eventually(page, script, list(paths))


def controlled(page: Page) -> None:
    """Waits until the service worker looks after the page and has kept what the page named.

    A page that was on its way just while the worker became active is nobody's until it is opened once more.
    """
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_timeout(500)
    if page.evaluate("navigator.serviceWorker.controller === null"):
        page.reload()
    eventually(page, "navigator.serviceWorker.controller !== null")
    kept(page, *(page.locator("meta[name=keep]").get_attribute("content") or "").split())
