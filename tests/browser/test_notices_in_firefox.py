"""Notices in a real Firefox: it subscribes, the worker sends, it decrypts and shows. Nothing of it is replaced."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.autopush import Autopush
from tests.browser.conftest import program
from tests.browser.firefox import Firefox
from tests.browser.service import Service
from tests.push_service import PushService

pytestmark = pytest.mark.browser
SHOWN = """navigator.serviceWorker.ready.then((registration) => registration.getNotifications()).then((shown) =>
    shown.map(({ title, body, lang, dir, tag, data }) => ({ title, body, lang, dir, tag, data })))"""
# Whether the server knows a phone of this browser, asked without a page whose script would tell it of this one.
LISTED = """fetch("/ar/me/devices").then((answer) => answer.text()).then((page) => page.includes('name="device"'))"""


@pytest.fixture(scope="module")
def autopush(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Autopush]:
    program("firefox-esr", "firefox")
    with PushService(tmp_path_factory.mktemp("push")) as push, Autopush(push) as made:
        yield made


@pytest.fixture(scope="module")
def service(autopush: Autopush, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    trusted = {"PUSH_CA": autopush.service.ca, "PUSH_LOOPBACK": autopush.service.place}
    with Service(tmp_path_factory.mktemp("service"), trusted) as made:
        yield made


@pytest.fixture
def firefox(autopush: Autopush) -> Iterator[Firefox]:
    path = program("firefox-esr", "firefox")
    with Firefox(path, **{"dom.push.serverURL": autopush.address}) as made:
        yield made


def shown_in(firefox: Firefox) -> dict[str, Any]:
    """The one notice that stands on the phone."""
    [notice] = firefox.wait_for(f"({SHOWN}).then((all) => all.length > 0 && all)")
    found: dict[str, Any] = notice
    return found


def ask_for_a_test(firefox: Firefox, service: Service) -> None:
    firefox.go(f"{service.address}/ar/me/devices")
    firefox.run('(document.querySelector("form[action$=test] button").click(), true)')


def test_a_notice_reaches_firefox_in_the_language_of_its_reader(service: Service, firefox: Firefox) -> None:
    firefox.follow(f"{service.address}/ar/me/devices")

    ask_for_a_test(firefox, service)

    notice = shown_in(firefox)
    assert (notice["lang"], notice["dir"]) == ("ar", "rtl")
    assert notice["data"]["navigate"].endswith("/ar/me/devices")


def test_an_ended_subscription_is_forgotten_after_the_next_notice(
    service: Service, autopush: Autopush, firefox: Firefox
) -> None:
    firefox.follow(f"{service.address}/ar/me/devices")
    firefox.go(f"{service.address}/ar/me/devices")
    assert firefox.run(LISTED)
    list(autopush.phones.values())[-1].is_gone = True  # from here on the push service answers 410

    # By fetch, since the page itself would tell the server of this phone again.
    firefox.run("""fetch("/ar/me/devices/test", { method: "POST",
        body: new FormData(...["", " button"].map((what) => document.querySelector(`form[action$=test]${what}`))) })
        .then((answer) => answer.ok)""")

    firefox.wait_for(f"{LISTED}.then((is_there) => !is_there)")
