"""Push in two real Firefoxes, one read in Arabic, one in Swedish: from the tap on a promise to the tap on a notice.

The browsers subscribe, decrypt and draw by themselves; only the push service behind them is the tests' own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import APIRequestContext, Playwright
from sqlalchemy import select

from backend import database, days, settings
from backend.push import Device
from backend.web_push import Letter, Sender, payload
from backend.wording import say
from tests.browser.autopush import Autopush
from tests.browser.conftest import program, signed_in_at
from tests.browser.firefox import NOTICES, Firefox
from tests.browser.service import Service
from tests.push_service import PushService

pytestmark = pytest.mark.browser
MALMO = ZoneInfo("Europe/Stockholm")
STARTS_AT = (datetime.now(MALMO) + timedelta(days=9)).replace(hour=18, minute=30, second=0, microsecond=0)
# Whether the server knows a phone of this browser, asked without a page whose script would tell it of this one.
IS_LISTED = """fetch("/sv/me/devices").then((answer) => answer.text()).then((page) => page.includes('name="device"'))"""
SUBSCRIPTION = "navigator.serviceWorker.ready.then((registration) => registration.pushManager.getSubscription())"


@pytest.fixture(scope="module")
def autopush(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Autopush]:
    with PushService(tmp_path_factory.mktemp("push")) as push, Autopush(push) as made:
        yield made


@pytest.fixture(scope="module")
def service(autopush: Autopush, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    trusted = {"PUSH_CA": autopush.service.ca, "PUSH_LOOPBACK": autopush.service.place}
    with Service(tmp_path_factory.mktemp("service"), trusted) as made:
        yield made


@pytest.fixture(scope="module")
def arabic(autopush: Autopush) -> Iterator[Firefox]:
    with Firefox(program("firefox-esr", "firefox"), "ar", **{"dom.push.serverURL": autopush.address}) as made:
        yield made


@pytest.fixture(scope="module")
def swedish(autopush: Autopush) -> Iterator[Firefox]:
    with Firefox(program("firefox-esr", "firefox"), "sv", **{"dom.push.serverURL": autopush.address}) as made:
        yield made


@pytest.fixture(scope="module")
def karin(playwright: Playwright, service: Service) -> Iterator[APIRequestContext]:
    """A coordinator who has signed in, without a browser."""
    word = signed_in_at(service, "Karin", "coordinator", language="sv")
    headers = {"Origin": service.address, "Cookie": f"innovationsforum={word}"}
    client = playwright.request.new_context(base_url=service.address, extra_http_headers=headers)
    yield client
    client.dispose()


def announce(karin: APIRequestContext, title: str, in_arabic: str) -> str:
    """Announces a meeting by the form; its path without the language."""
    page = karin.get("/sv/seved/meetings/new").text()
    [token] = re.findall(r'name="csrf_token"[^>]* value="([^"]+)"', page)
    sent = {
        "csrf_token": token, "client_uuid": str(uuid4()), "original": "sv", "title_sv": title, "title_ar": in_arabic,
        "place_sv": "Rasmusgatan 3", "place_ar": "Rasmusgatan 3", "day": STARTS_AT.date().isoformat(),
        "clock": "18:30", "minutes": "90",
    }  # fmt: skip
    answer = karin.post("/sv/seved/meetings/new", form=sent)
    found = re.search(r"/sv(/seved/meetings/\d+)/told$", answer.url)
    assert found, answer.url
    return found[1]


def test_a_meeting_is_told_to_each_phone_in_its_language(
    service: Service, autopush: Autopush, arabic: Firefox, swedish: Firefox, karin: APIRequestContext
) -> None:
    arabic.follow(f"{service.address}/ar/seved/")
    swedish.follow(f"{service.address}/sv/seved/")

    path = announce(karin, "Vi bygger bänkar", "نبني مقاعد")

    for firefox, tag, direction, title, clock in (
        (arabic, "ar", "rtl", "نبني مقاعد", "18:30"),
        (swedish, "sv", "ltr", "Vi bygger bänkar", "18.30"),
    ):
        notice = firefox.notice(title)
        assert (notice["lang"], notice["dir"]) == (tag, direction)
        for part in (days.day(STARTS_AT.astimezone(UTC), MALMO, tag), clock, "Rasmusgatan 3"):
            assert part in notice["body"]
        assert notice["data"]["navigate"] == f"{service.address}/{tag}{path}"
    assert not autopush.strangers


def test_a_tap_on_the_notice_opens_the_meeting(service: Service, arabic: Firefox, karin: APIRequestContext) -> None:
    arabic.follow(f"{service.address}/ar/seved/")
    path = announce(karin, "Vi ritar gården", "نرسم الفناء")
    arabic.notice("نرسم الفناء")

    arabic.tap("نرسم الفناء")

    arabic.wait_for_window(f"{service.address}/ar{path}")


def test_a_phone_that_ends_its_subscription_is_forgotten_after_the_next_notice(
    service: Service, arabic: Firefox, swedish: Firefox, karin: APIRequestContext
) -> None:
    arabic.follow(f"{service.address}/ar/seved/")
    swedish.follow(f"{service.address}/sv/seved/")
    assert swedish.run(IS_LISTED)
    assert swedish.run(f"({SUBSCRIPTION}).then((subscription) => subscription.unsubscribe())")

    announce(karin, "Vi planterar träd", "نزرع أشجارا")

    arabic.notice("نزرع أشجارا")
    swedish.wait_for(f"{IS_LISTED}.then((is_there) => !is_there)")
    assert arabic.run(IS_LISTED)


def test_whoever_signs_out_of_a_shared_phone_is_sent_nothing_there(
    service: Service, autopush: Autopush, arabic: Firefox, swedish: Firefox, karin: APIRequestContext
) -> None:
    arabic.follow(f"{service.address}/ar/seved/")
    swedish.go(service.sign_in_address("Yasemin", "resident"))
    swedish.run("(document.querySelector('main input[name=is_shared]').click(), true)")
    swedish.run("(document.querySelector('main form button').click(), true)")
    swedish.wait_for("location.pathname === '/sv/me/'")
    swedish.follow(f"{service.address}/sv/seved/")
    endpoint = swedish.run(f"({SUBSCRIPTION}).then((subscription) => subscription.endpoint)")
    phone = next(one for one in autopush.phones.values() if one.endpoint == endpoint)
    assert is_kept(service, endpoint)

    swedish.go(f"{service.address}/sv/sign-out")
    swedish.wait_for(f"({SUBSCRIPTION}).then(Boolean)")
    swedish.run("(document.querySelector('main form[data-enhance=sign-out] button').click(), true)")
    swedish.wait_for("location.pathname === '/sv/sign-out' && !document.querySelector('main form')")

    assert swedish.run(f"({SUBSCRIPTION}).then((subscription) => subscription === null)")
    assert not is_kept(service, endpoint)
    before = phone.tries
    announce(karin, "Vi sår ängsblommor", "نزرع الزهور")
    arabic.notice("نزرع الزهور")
    assert phone.tries == before
    assert swedish.run(NOTICES) == []


def is_kept(service: Service, endpoint: str) -> bool:
    """Whether the server has a row for this phone."""
    engine = database.connect(service.database)
    with database.sessions(engine)() as session:
        found = session.scalar(select(Device.id).where(Device.endpoint == endpoint))
    engine.dispose()
    return found is not None


def test_a_message_that_nobody_can_read_still_shows_something(service: Service, arabic: Firefox) -> None:
    arabic.follow(f"{service.address}/ar/seved/")

    send(service, arabic, b"this is no JSON")

    notice = arabic.notice(say("There is news in your area.").into("ar"))
    assert (notice["lang"], notice["data"]["navigate"]) == ("ar", "/ar/")


def test_a_tap_never_leads_to_a_site_of_others(service: Service, arabic: Firefox) -> None:
    arabic.follow(f"{service.address}/ar/seved/")
    message = payload(
        notice_id=7000, tag="strange", title="غريب", body="غريب", language="ar", direction="rtl",
        navigate="http://127.0.0.1:9/ar/", at=datetime.now(UTC),
    )  # fmt: skip
    send(service, arabic, message)
    arabic.notice("غريب")

    arabic.tap("غريب")

    arabic.wait_for_window(f"{service.address}/ar/")


def send(service: Service, firefox: Firefox, message: bytes) -> None:
    """Sends a message as the worker would, signed with the service's own key."""
    subscription = firefox.run(f"({SUBSCRIPTION}).then((subscription) => subscription.toJSON())")
    address, keys = subscription["endpoint"], subscription["keys"]
    letter = Letter(address, **keys, payload=message, ttl=60, urgency="normal", topic="strange")
    states: list[str] = []

    def send_it() -> None:
        with Sender(settings.from_environment(service.environment)) as sender:
            sender.send([letter], lambda _, outcome: states.append(outcome.state))

    with ThreadPoolExecutor(1) as beside:  # in this thread runs the loop of Playwright, and a thread has but one
        beside.submit(send_it).result(30)
    assert states == ["sent"]
