"""Every page, in Swedish and in Arabic, light and dark: no rule of accessibility broken, nothing beside the screen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext

from tests.browser.conftest import signed_in_at
from tests.browser.service import Service
from tests.makers import a_photograph

pytestmark = pytest.mark.browser
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYBODY = (
    "", "languages", "outbox", "lessons/", "lessons/1", "lessons/39",
    "lessons/search?q=bord", "methods/", "methods/market-stall",
    "me/", "me/devices", "sign-in/", "sign-in/slip", "sign-out",
    "seved/", "seved/ideas/", "seved/ideas/new", "seved/ideas/1", "seved/ideas/1/support", "seved/cases/",
    "seved/cases/1", "seved/cases/1/join", "seved/meetings/", "seved/meetings/1", "seved/meetings/1/coming",
    "seved/votes/1", "seved/votes/1/results", "holma-kroksback/votes/2/results", "holma-kroksback/votes/2/check",
    "nowhere/", "about/", "about/contact", "about/privacy", "decisions/", "sign-in/mail",
    "sign-in/place", "sign-in/passkey", "seved/ideas/1/comments/", "seved/ideas/1/comments/new",
    "seved/cases/1/comments/", "seved/ideas/1/versions", "seved/report/idea/1",
    "seved/cases/1/insights/", "seved/cases/1/insights/?state=interview", "seved/cases/1/insights/1",
    "seved/cases/1/resources/", "seved/cases/1/spread/", "holma-kroksback/cases/3/resources/",
    "lindangen/cases/5", "lindangen/cases/5/spread/",
    "seved/cases/1/options/", "seved/cases/1/prototypes/", "seved/cases/1/prototypes/1",
    "seved/cases/1/team/", "seved/cases/1/problem/", "seved/cases/1/statements/problem",
    "cases/", "seved/cases/1/journal/", "seved/journal/1", "seved/journal/1/comments/", "seved/journal/1/comments/new",
    "seved/cases/1/follow",
    "seved/cases/1/vision/comments/", "seved/cases/1/problem/comments/new",
)  # fmt: skip
RESIDENTS = (
    "me/", "me/devices", "me/data", "me/erase", "passkeys/", "app-code/new", "e-id/area", "sign-out", "seved/votes/1",
    "seved/cases/1/join", "seved/ideas/1/support", "seved/ideas/1/comments/new", "seved/report/idea/1",
    "seved/cases/1/pledges/new", "seved/cases/1/pledges/new?need=1", "seved/report/pledge/1", "seved/report/need/1",
    "seved/cases/1/insights/new", "seved/report/insight/1", "seved/report/pattern/1",
)  # fmt: skip
COORDINATORS = (
    "seved/cases/1/team/room", "seved/cases/1/team/notes", "seved/cases/1/team/ambassadors",
    "seved/cases/1/team/invite", "seved/cases/1/team/requests/1", "seved/cases/1/team/add",
    "seved/cases/1/team/members/4", "seved/cases/1/team/rule", "seved/cases/1/statements/agreement/new",
    "me/", "moderation/", "moderation/1", "coordination/", "core/", "seved/meetings/new", "seved/cases/new",
    "seved/lessons/new", "seved/cases/1/lessons/new", "lessons/39/edit", "methods/diary/used", "seved/report/lesson/39",
    "seved/cases/1/move", "seved/cases/1/journal/new", "seved/cases/1/prototypes/new",
    "seved/cases/1/prototypes/1/tell", "seved/cases/1/vote/new", "seved/votes/1/close", "seved/votes/1/paper/",
    "people/", "people/invite",
    "people/1", "people/1/limit", "moderation/danger", "seved/slips/", "seved/slips/lost", "seved/place-code",
    "seved/comments/rule", "seved/ideas/for-somebody", "seved/ideas/1/merge",
    "seved/ideas/1/merge/2",
    "seved/cases/1/needs/new", "seved/cases/1/needs/1/close", "seved/cases/1/pledges/", "seved/cases/1/pledges/1",
    "seved/cases/1/pledges/1/note", "seved/cases/1/pledges/enter", "seved/cases/1/handovers/new",
    "seved/cases/1/finish", "seved/cases/1/reopen", "cases/3/adopt",
    "seved/cases/1/patterns/new", "seved/cases/1/patterns/1/edit", "seved/cases/1/patterns/1/remove",
    "seved/cases/1/options/new", "seved/cases/1/options/1/argue", "seved/cases/1/options/1/weigh",
    "seved/cases/1/options/1/decide", "seved/cases/1/options/from/1", "seved/cases/1/prototypes/1/edit",
    "seved/cases/1/prototypes/1/photo", "seved/cases/1/prototypes/1/trials/1/photo", "seved/cases/1/trials/new",
)  # fmt: skip
WAYS = [(tag, scheme) for tag in ("sv", "ar") for scheme in ("light", "dark")]


@pytest.fixture(scope="module", params=WAYS, ids=lambda way: "-".join(way))
def way(request: pytest.FixtureRequest) -> tuple[str, str]:
    """A language and a colour scheme."""
    found: tuple[str, str] = request.param
    return found


def reader(chromium: Browser, service: Service, way: tuple[str, str], role: str = "") -> BrowserContext:
    """A browser of the narrowest phone, in which somebody with this role has signed in."""
    context = chromium.new_context(
        viewport={"width": 320, "height": 640}, base_url=service.address, color_scheme=way[1], reduced_motion="reduce"
    )
    if role:
        word = signed_in_at(service, "Ana", role, language=way[0])
        context.add_cookies([{"name": "innovationsforum", "value": word, "url": service.address}])
    return context


def faults(context: BrowserContext, tag: str, paths: tuple[str, ...]) -> Iterator[str]:
    """What is wrong on these pages, one line each."""
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    for path in paths:
        address = f"/{tag}/{path}"
        said.clear()
        answer = page.goto(address)
        if answer is None or answer.status not in (200, 404) or (answer.status == 404 and path != "nowhere/"):
            yield f"{address}: answered {answer and answer.status}"
            continue
        found: dict[str, Any] = Axe().run(page, options={"runOnly": RULES}).response
        yield from (f"{address}: {_told(violation)}" for violation in found["violations"])
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            yield f"{address}: scrolls sideways at 320 pixels"
        complaints = [words for words in said if "Content Security Policy" in words or "not enhanced" in words]
        yield from (f"{address}: {words}" for words in complaints)
    page.close()


def _told(violation: dict[str, Any]) -> str:
    where = [" ".join(map(str, node["target"])) for node in violation["nodes"][:3]]
    return f"{violation['id']} at {json.dumps(where, ensure_ascii=False)}"


@pytest.mark.parametrize("role, paths", [("", EVERYBODY), ("resident", RESIDENTS), ("coordinator", COORDINATORS)])
def test_everybody_can_use_every_page(
    chromium: Browser, service: Service, way: tuple[str, str], role: str, paths: tuple[str, ...]
) -> None:
    context = reader(chromium, service, way, role)

    found = list(faults(context, way[0], paths))

    context.close()
    assert not found, "\n".join(found)


def test_authors_can_use_the_pages_of_their_idea(chromium: Browser, service: Service, way: tuple[str, str]) -> None:
    context = reader(chromium, service, way, "resident")
    headers = {"Accept": "application/json", "Origin": service.address}
    sent = context.request.post(f"/{way[0]}/seved/ideas/", form={"text": "En lampa"}, headers=headers)
    idea = f"seved/ideas/{sent.json()['number']}"
    page = context.new_page()
    page.goto(f"/{way[0]}/{idea}/photo")
    photo = {"name": "lamp.jpg", "mimeType": "image/jpeg", "buffer": a_photograph()}
    page.locator("#photo").set_input_files(photo)
    page.locator("#photo-form button.big").click()
    page.wait_for_url("**/mine")

    found = list(faults(context, way[0], tuple(f"{idea}/{act}" for act in ("mine", "photo", "edit", "withdraw"))))

    context.close()
    assert not found, "\n".join(found)


def test_text_of_twice_the_size_fits_too(chromium: Browser, service: Service, way: tuple[str, str]) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 740}, base_url=service.address)
    page = context.new_page()
    too_wide = []
    for path in EVERYBODY:
        page.goto(f"/{way[0]}/{path}")
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            too_wide.append(path)
    context.close()

    assert not too_wide


def test_results_and_receipts_can_be_read_by_everybody(
    chromium: Browser, way: tuple[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """On a service of its own, since it closes the vote."""
    with Service(tmp_path_factory.mktemp("closed")) as own:
        resident = reader(chromium, own, way, "resident")
        page = resident.new_page()
        page.goto(f"/{way[0]}/seved/votes/1")
        page.locator("#ballot input[type=checkbox]").first.check()
        page.locator("#ballot .sendbar button").click()
        found = list(faults(resident, way[0], ("seved/votes/1/receipt",)))
        coordinator = reader(chromium, own, way, "coordinator")
        page = coordinator.new_page()
        page.goto(f"/{way[0]}/seved/votes/1/close")
        page.locator("main form button").first.click()
        found += faults(resident, way[0], ("seved/votes/1/results", "seved/votes/1"))
        resident.close()
        coordinator.close()

    assert not found, "\n".join(found)
