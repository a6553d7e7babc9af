"""The main job from end to end, on phones of 360 pixels: what the whole project is for.

Five steps in the order of a day; each builds on the one before. They run on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import text

from backend import database
from tests.browser.autopush import Autopush
from tests.browser.conftest import Phones, came_in, controlled, kept, program
from tests.browser.firefox import Firefox
from tests.browser.service import Service
from tests.push_service import PushService

IDEA = "مقاعد في الظل\nلا مكان يجلس فيه كبار السن في الصيف."
STOCKHOLM = ZoneInfo("Europe/Stockholm")
STATUS = ".line.thin li.here"


@pytest.fixture
def push(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PushService]:
    with PushService(tmp_path_factory.mktemp("push")) as made:
        yield made


@pytest.fixture
def service(empty_database_url: str, push: PushService, tmp_path: Path) -> Iterator[Service]:
    settings = {"PUSH_CA": str(push.ca), "PUSH_LOOPBACK": push.place, "DATABASE_URL": empty_database_url}
    with Service(tmp_path, settings) as made:
        yield made


def count(service: Service, query: str, **values: object) -> int:
    engine = database.connect(service.environment["DATABASE_URL"])
    with engine.connect() as connection:
        found = connection.execute(text(query), values).scalar_one()
    engine.dispose()
    return int(found)


def test_a_day_in_seved(service: Service, push: PushService, phones: Phones, tmp_path: Path) -> None:
    with Autopush(push) as autopush:
        residents_phone = phones(locale="ar")
        number = an_idea_is_written_without_a_network(residents_phone, service, tmp_path)
        a_moderator_feeds_it_into_a_case(phones, service, number)
        its_author_reads_so_in_arabic(residents_phone, number)
        voter = a_resident_votes(phones, service)
        the_coordinator_closes_and_the_result_is_drawn(phones, service, voter)
        meeting = a_meeting_is_announced_to_every_phone(phones, service, push, autopush)
        later_everything_opens_offline(residents_phone, service, meeting)


# --- 1 ---


def an_idea_is_written_without_a_network(context: BrowserContext, service: Service, tmp_path: Path) -> int:
    page = context.new_page()
    page.goto("/")
    page.get_by_role("link", name="العربية").first.click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    page.locator('a[href="/ar/seved/"]').first.click()
    controlled(page)
    photo = tmp_path / "bench.jpg"
    Image.effect_noise((3000, 2000), 60).convert("RGB").save(photo, quality=80)
    before = count(service, "SELECT count(*) FROM ideas")

    context.set_offline(True)
    page.locator('a[href="/ar/seved/ideas/new"]').first.click()
    expect(page.locator(".saved-copy")).to_be_visible()
    page.locator("textarea").fill(IDEA)
    page.locator('input[type="file"]').set_input_files(photo)
    expect(page.locator('[data-part="photo-kept"]')).to_be_visible()
    page.locator("form#idea-form button.big").click()
    expect(page.locator('[data-slot="title"]')).to_have_text("مقاعد في الظل")
    page.locator('[data-act="send"]').click()

    expect(page).to_have_url(re.compile("/ar/outbox"))
    expect(page.locator(".outbox li")).to_contain_text("مقاعد في الظل")
    expect(page.locator('.outbox [data-state="waiting"]').first).to_be_visible()
    assert count(service, "SELECT count(*) FROM ideas") == before
    page.close()  # the tab is gone; what waits is not

    page = context.new_page()
    context.set_offline(False)
    page.goto("/ar/outbox")
    expect(page.locator('.outbox [data-state="received"]').first).to_be_visible(timeout=15_000)
    page.locator('.outbox [data-slot="open"]').click()
    expect(page).to_have_url(re.compile(r"/ar/seved/ideas/\d+/mine"))
    number = int(re.findall(r"/ideas/(\d+)/", page.url)[0])
    expect(page.locator("main")).to_contain_text(str(number))
    assert count(service, "SELECT count(*) FROM ideas WHERE title = :title", title="مقاعد في الظل") == 1
    page.close()
    return number


# --- 2 ---


def a_moderator_feeds_it_into_a_case(phones: Phones, service: Service, number: int) -> None:
    page = came_in(phones(viewport={"width": 1280, "height": 900}), service, "Mira", "moderator")
    page.goto("/sv/moderation/")
    page.locator(".queue a", has_text="مقاعد في الظل").click()
    expect(page.locator(".read h1")).to_have_css("direction", "rtl")
    expect(page.locator(".read .lab").first).to_contain_text("العربية")
    expect(page.locator(".read .shot img")).to_be_visible()
    assert page.locator(".read .shot img").evaluate("image => image.naturalWidth") == 1600

    page.locator(".beside label", has_text="Unga vuxna i Seved").click()
    page.locator("body").press("t")

    expect(page.locator(".decide")).to_be_visible()
    page.goto("/sv/seved/cases/1")
    wait_for(lambda: count(service, "SELECT count(*) FROM ideas WHERE id = :id AND state = 'in_case'", id=number) == 1)


def its_author_reads_so_in_arabic(context: BrowserContext, number: int) -> None:
    page = context.new_page()
    page.goto(f"/ar/seved/ideas/{number}/mine")

    expect(page.locator("main")).to_contain_text("الشباب في سيفيد")
    expect(page.locator(".line.thin")).to_be_visible()
    assert not re.search("[a-z]{4,}", page.locator(STATUS).inner_text())
    page.goto(f"/i/{number}")
    expect(page).to_have_url(re.compile(f"/ar/seved/ideas/{number}$"))
    page.close()


# --- 3 ---


def a_resident_votes(phones: Phones, service: Service) -> Page:
    context = phones()
    page = context.new_page()
    page.goto("/sv/sign-in/slip")
    page.locator('input[inputmode="numeric"]').fill(service.slip())
    page.locator('input[name="name"]').fill("Nour")
    page.locator("main form button").last.click()
    page.goto("/sv/seved/cases/1")
    page.locator('a[href$="/cases/1/join"]').first.click()
    page.locator("main form button").last.click()
    expect(page.locator('form[action$="/join/take-back"]')).to_be_visible()

    page.goto("/sv/seved/votes/1")
    boxes = page.locator('.ballot input[type="checkbox"]')
    expect(boxes).to_have_count(3)
    boxes.nth(0).check()
    boxes.nth(1).check()
    page.locator("main form button").last.click()
    expect(page.locator(".ticket .code").first).to_be_visible()

    post_twenty_times_at_once(page, service)
    return page


def post_twenty_times_at_once(page: Page, service: Service) -> None:
    """The phone repeats itself; the last choice, second and third, is what counts."""
    page.goto("/sv/seved/votes/1")
    form = page.locator("main form").last.evaluate(
        "form => ({fields: [...new FormData(form)].filter(([name]) => name !== 'choices'), "
        "values: [...form.querySelectorAll('.ballot input')].map((box) => box.value)})"
    )
    fields = [*form["fields"], *(("choices", value) for value in form["values"][1:])]
    script = """([address, fields]) => Promise.all([...Array(20)].map(async () => {
        const answer = await fetch(address, {method: "POST", body: new URLSearchParams(fields)});
        return answer.status;
    }))"""

    statuses = page.evaluate(script, [page.url, fields])

    assert set(statuses) == {200}
    assert count(service, "SELECT count(*) FROM ballots") == 1
    page.goto("/sv/seved/votes/1")
    boxes = page.locator('.ballot input[type="checkbox"]')
    assert [boxes.nth(place).is_checked() for place in range(3)] == [False, True, True]


def the_coordinator_closes_and_the_result_is_drawn(phones: Phones, service: Service, voter: Page) -> None:
    page = came_in(phones(), service, "Karin", "coordinator")
    page.goto("/sv/seved/votes/1/close")
    page.locator("main form button").last.click()

    wait_for(lambda: count(service, "SELECT count(*) FROM rounds WHERE id = 1 AND counted_at IS NOT NULL") == 1)
    voter.goto("/sv/seved/votes/1/results")
    expect(voter.locator(".bars .n")).to_have_text(["1", "1", "0"])
    expect(voter.locator("main table")).to_have_count(1)
    assert count(service, "SELECT count(*) FROM ballots") == 0


# --- 4 ---


def a_meeting_is_announced_to_every_phone(
    phones: Phones, service: Service, push: PushService, autopush: Autopush
) -> str:
    path = program("firefox-esr", "firefox")
    settings = {"dom.push.serverURL": autopush.address}
    with Firefox(path, "ar", **settings) as arabic, Firefox(path, "sv", **settings) as swedish:
        for firefox, tag in ((arabic, "ar"), (swedish, "sv")):
            firefox.follow(f"{service.address}/{tag}/seved/")
        gone = an_expired_phone(phones, service, push)

        meeting = announce(phones, service)

        shown = {tag: notice_of(firefox) for firefox, tag in ((arabic, "ar"), (swedish, "sv"))}
    day = datetime.now(STOCKHOLM).date() + timedelta(days=9)
    assert (shown["ar"]["lang"], shown["ar"]["dir"]) == ("ar", "rtl")
    assert (shown["sv"]["lang"], shown["sv"]["dir"]) == ("sv", "ltr")
    for said in shown.values():
        words = said["title"] + said["body"]
        assert str(day.day) in words
        assert "Rasmusgatan" in words
        assert re.search(r"18[.:]30", words)
    assert re.search("[ء-ي]{3,}", shown["ar"]["body"])
    assert shown["sv"]["data"]["navigate"].endswith(meeting)
    wait_for(lambda: count(service, "SELECT count(*) FROM devices WHERE endpoint = :gone", gone=gone) == 0)
    return meeting


def notice_of(firefox: Firefox) -> dict:  # type: ignore[type-arg]
    script = """navigator.serviceWorker.ready.then((registration) => registration.getNotifications())
        .then((all) => all.map(({title, body, lang, dir, data}) => ({title, body, lang, dir, data})))"""
    return firefox.wait_for(f"({script}).then((all) => all.length ? all : null)", seconds=20)[0]  # type: ignore[no-any-return]


def an_expired_phone(phones: Phones, service: Service, push: PushService) -> str:
    """A subscription whose push service answers 410 from now on; its address."""
    device = push.phone()
    page = phones().new_page()
    page.goto("/sv/seved/")
    sent = {"endpoint": device.endpoint, "p256dh": device.p256dh, "auth": device.auth, "area": "seved"}
    status = page.evaluate(
        """async (sent) => (await fetch("/sv/me/devices", {method: "POST", body: JSON.stringify(sent),
            headers: {"Content-Type": "application/json", Accept: "application/json"}})).status""",
        sent,
    )
    assert status in (200, 201)
    device.is_gone = True
    return device.endpoint


def announce(phones: Phones, service: Service) -> str:
    page = came_in(phones(), service, "Karin", "coordinator")
    page.goto("/sv/seved/meetings/new")
    expect(page.locator("main form button.big")).to_contain_text("3")  # it says how many it reaches
    page.locator('[name="title"], [name="title_sv"]').first.fill("Vi bygger bänkar")
    page.locator('input[type="date"]').fill((datetime.now(STOCKHOLM).date() + timedelta(days=9)).isoformat())
    page.locator('input[type="time"]').first.fill("18:30")
    page.locator("main form button.big").click()
    expect(page.locator("main")).to_contain_text("Vi bygger bänkar")
    found = re.findall(r"/meetings/(\d+)", page.url)
    assert found, page.url
    return f"/seved/meetings/{found[0]}"


# --- 5 ---


def later_everything_opens_offline(context: BrowserContext, service: Service, meeting: str) -> None:
    page = context.new_page()
    seen = ["/ar/seved/", "/ar/seved/cases/1", f"/ar{meeting}"]
    for path in seen:
        page.goto(path)
        kept(page, path)

    context.set_offline(True)

    for path in seen:
        page.goto(path)
        expect(page.locator(".saved-copy")).to_be_visible()
        expect(page.locator(".saved-copy time")).to_have_text(re.compile(r"^\d\d:\d\d$"))
    page.goto("/ar/segevang/")
    expect(page.locator("html")).to_have_attribute("lang", "ar")
    expect(page.locator(".gaphead")).to_be_visible()
    context.set_offline(False)


def wait_for(is_so, seconds: float = 15) -> None:  # type: ignore[no-untyped-def]
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.1)
