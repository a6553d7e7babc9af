"""What Chromium's service worker makes of push messages.

Chromium subscribes only at its maker's push service, so the bytes that a phone would have decrypted are handed to its
service worker by DevTools. Firefox proves the way there.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, CDPSession, Page

from backend.web_push import payload
from backend.wording import say
from tests.browser.conftest import Phones, controlled, eventually
from tests.browser.service import Service

pytestmark = pytest.mark.browser
SHOWN = """async () => (await (await navigator.serviceWorker.ready).getNotifications()).map(
    ({ title, body, lang, dir, silent, renotify, data }) => ({ title, body, lang, dir, silent, renotify, data }))"""
# A tap made by a script may open no window, so here the worker only tells which one it would open.
TAP = """async () => {
    const [notification] = await self.registration.getNotifications();
    const opened = new Promise((resolve) => { self.clients.openWindow = async (address) => resolve(address); });
    self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
    return opened;
}"""
# A worker that is only about to be active controls pages already, but Chromium hands it no message.
IS_ACTIVE = "navigator.serviceWorker.ready.then((registration) => registration.active.state === 'activated')"
LANGUAGE = 'async () => (await (await (await caches.open("pages")).match("/language"))?.text())'


class Phone:
    """A phone that reads Arabic, to whose service worker messages are handed."""

    def __init__(self, context: BrowserContext, service: Service) -> None:
        self.context, self.origin = context, service.address
        context.grant_permissions(["notifications"], origin=service.address)
        self.page: Page = context.new_page()
        self.page.goto("/ar/seved/")
        controlled(self.page)
        eventually(self.page, f"({LANGUAGE})().then((tag) => tag === 'ar')")
        eventually(self.page, IS_ACTIVE)
        self._devtools: CDPSession = context.new_cdp_session(self.page)
        self._registrations: list[str] = []
        self._devtools.on("ServiceWorker.workerRegistrationUpdated", self._note)
        self._devtools.send("ServiceWorker.enable")
        while not self._registrations:
            self.page.wait_for_timeout(20)

    def hear(self, message: bytes) -> None:
        what = {"origin": self.origin, "registrationId": self._registrations[0], "data": message.decode()}
        self._devtools.send("ServiceWorker.deliverPushMessage", what)

    def shown(self, is_so: str = "all.length > 0") -> list[dict[str, Any]]:
        """The notices that stand on the phone, as soon as this holds for all of them."""
        found: list[dict[str, Any]] = eventually(self.page, f"({SHOWN})().then((all) => {is_so} && all)")
        return found

    def tap(self) -> str:
        """Where a tap on the first notice leads."""
        address: str = self.context.service_workers[0].evaluate(TAP)
        return address

    def _note(self, event: dict[str, Any]) -> None:
        here = [one["registrationId"] for one in event["registrations"] if one["scopeURL"].startswith(self.origin)]
        self._registrations += here


@pytest.fixture
def phone_in_arabic(phones: Phones, service: Service) -> Phone:
    return Phone(phones(locale="ar"), service)


def a_message(service: Service, *, number: int = 1, title: str = "اجتماع", path: str = "/ar/seved/meetings/1") -> bytes:
    """As the worker sends it."""
    return payload(
        notice_id=number, tag="meeting_announced-1", title=title, body="نلتقي يوم الخميس", language="ar",
        direction="rtl", navigate=service.address + path, at=datetime.now(UTC),
    )  # fmt: skip


def test_a_notice_is_shown_in_its_language_and_direction(phone_in_arabic: Phone, service: Service) -> None:
    phone_in_arabic.hear(a_message(service))

    [notice] = phone_in_arabic.shown()
    assert (notice["title"], notice["body"]) == ("اجتماع", "نلتقي يوم الخميس")
    assert (notice["lang"], notice["dir"], notice["silent"]) == ("ar", "rtl", False)


def test_a_repeat_takes_the_place_of_the_first_without_a_sound(phone_in_arabic: Phone, service: Service) -> None:
    phone_in_arabic.hear(a_message(service))
    phone_in_arabic.shown()

    phone_in_arabic.hear(a_message(service, title="اجتماع!"))

    [notice] = phone_in_arabic.shown("all[0]?.title === 'اجتماع!'")
    assert (notice["silent"], notice["renotify"]) == (True, False)


def test_news_on_the_same_thing_take_its_place_and_are_heard(phone_in_arabic: Phone, service: Service) -> None:
    phone_in_arabic.hear(a_message(service))
    phone_in_arabic.shown()

    phone_in_arabic.hear(a_message(service, number=2, title="اجتماع ملغى"))

    [notice] = phone_in_arabic.shown("all[0]?.title === 'اجتماع ملغى'")
    assert (notice["silent"], notice["renotify"]) == (False, True)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"no JSON",
        b"[]",
        b"null",
        b'{"notification": null}',
        b'{"notification": {"title": 7}}',
        b'{"notification": {"title": "x", "dir": "sideways"}}',
        b'{"notification": {"title": "x", "data": "text", "timestamp": "soon", "icon": "http://", "actions": 3}}',
    ],
)
def test_what_can_not_be_read_shows_that_there_is_news(phone_in_arabic: Phone, message: bytes) -> None:
    phone_in_arabic.hear(message)

    [notice] = phone_in_arabic.shown()
    assert notice["title"] == say("There is news in your area.").into("ar")
    assert (notice["lang"], notice["data"]["navigate"]) == ("ar", "/ar/")


@pytest.mark.parametrize(
    "navigate, target",
    [
        ("/ar/seved/meetings/1", "/ar/seved/meetings/1"),
        ("https://example.org/ar/seved/", "/"),
        ("javascript:alert(1)", "/"),
        ("http://", "/"),
    ],
)
def test_a_tap_leads_to_pages_of_ours_only(
    phone_in_arabic: Phone, service: Service, navigate: str, target: str
) -> None:
    message = a_message(service).replace(f"{service.address}/ar/seved/meetings/1".encode(), navigate.encode())
    phone_in_arabic.hear(message)
    phone_in_arabic.shown()

    assert phone_in_arabic.tap().removeprefix(service.address) in (target, target.rstrip("/"))
