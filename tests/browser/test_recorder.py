"""Recording in the page: a beep of the browser's own microphone is heard, sent like any file, and stopped in time."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from tests.browser.conftest import PHONE, QUIET, came_in, program
from tests.browser.service import Service

pytestmark = pytest.mark.browser
NEW = "/en/seved/cases/1/insights/new"
MICROPHONE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")  # it hears a beep each second

# Plays it, and tells its length in seconds once something was heard.
PLAYED = """audio => new Promise((done) => {
    audio.ontimeupdate = () => audio.currentTime && done(audio.duration);
    audio.play();
})"""


@pytest.fixture(scope="module")
def hearing(playwright: Playwright) -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or program("chromium", "chromium-browser", "google-chrome")
    made = playwright.chromium.launch(
        executable_path=path, chromium_sandbox=os.geteuid() != 0, args=[*QUIET, *MICROPHONE]
    )
    yield made
    made.close()


@pytest.fixture
def phone(hearing: Browser, service: Service) -> Iterator[BrowserContext]:
    complaints: list[str] = []
    context = hearing.new_context(viewport=PHONE, base_url=service.address, permissions=["microphone"])
    context.on("console", lambda message: complaints.append(message.text))
    yield context
    context.close()
    assert not [one for one in complaints if "Content Security Policy" in one or "not enhanced" in one]


def fill(page: Page) -> None:
    page.locator("input[name=form][value=story]").check()
    page.locator("input[name=told_by][value=nobody]").check()
    page.locator("input[name=is_agreed]").check()


def test_a_voice_is_recorded_heard_and_sent(phone: BrowserContext, service: Service) -> None:
    page = came_in(phone, service, "Ana", "resident", language="en")
    page.goto(NEW)
    told, record, stop = (
        page.locator("[data-part=told]"),
        page.locator("[data-act=record]"),
        page.locator("[data-act=stop]"),
    )
    expect(record).to_be_visible()
    record.focus()
    page.keyboard.press("Enter")
    expect(told).to_contain_text("We are recording.")
    expect(stop).to_be_focused()
    page.wait_for_timeout(1200)  # of sound; the policy lets no test wait by a script of its own
    expect(page.locator("[data-say]:visible")).to_have_count(1)

    page.keyboard.press("Enter")

    expect(told).to_contain_text("The recording is ready.")
    expect(record).to_be_focused()
    expect(page.locator("[data-part=heard]")).to_be_visible()
    fill(page)
    page.locator("#insight-form .button.wide").click()
    expect(page).to_have_url(re.compile("/mine$"))
    assert page.locator("audio").evaluate(PLAYED) > 0.9


def test_it_stops_when_the_time_is_over_and_says_so_before(phone: BrowserContext, service: Service) -> None:
    page = came_in(phone, service, "Bo", "resident", language="en")
    page.clock.install()
    page.goto(NEW)
    told = page.locator("[data-part=told]")
    page.locator("[data-act=record]").click()
    expect(told).to_contain_text("We are recording.")

    page.clock.run_for(31_000)
    expect(told).to_have_text("Seconds left: 30")
    page.clock.run_for(31_000)

    expect(told).to_contain_text("The time is over.")
    assert page.locator("#sound").evaluate("input => input.files.length") == 1


def test_without_a_microphone_a_file_can_be_chosen(hearing: Browser, service: Service) -> None:
    context = hearing.new_context(viewport=PHONE, base_url=service.address)
    page = came_in(context, service, "Cy", "resident", language="en")
    page.add_init_script("navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('no'))")
    page.goto(NEW)

    page.locator("[data-act=record]").click()

    expect(page.locator("[data-part=told]")).to_contain_text("Choose a file instead.")
    expect(page.locator("#sound")).to_be_visible()
    context.close()
