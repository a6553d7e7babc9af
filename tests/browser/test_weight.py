"""What a first visit costs: bytes over the network, and no host but ours."""

from __future__ import annotations

import json
import re
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser

from tests.browser.service import Service

pytestmark = pytest.mark.browser
MOST = 60_000  # bytes over the network, packed, with headers


@pytest.mark.parametrize("tag", ["sv", "ar"])
def test_the_page_of_an_area_is_light_and_asks_nobody_else(chromium: Browser, service: Service, tag: str) -> None:
    # Without the service worker, which fetches the rest in the background once the page stands.
    phone = {"width": 360, "height": 740}
    context = chromium.new_context(base_url=service.address, viewport=phone, service_workers="block")
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    weights: dict[str, float] = {}
    addresses: dict[str, str] = {}
    network.on("Network.requestWillBeSent", lambda told: addresses.update({told["requestId"]: told["request"]["url"]}))
    network.on("Network.loadingFinished", lambda told: weights.update({told["requestId"]: told["encodedDataLength"]}))

    page.goto(f"/{tag}/seved/", wait_until="networkidle")
    context.close()

    sent = {addresses[one]: weight for one, weight in weights.items()}
    ours = (service.address, "data:", "blob:")
    strangers = [address for address in addresses.values() if not address.startswith(ours)]
    assert not strangers
    assert len(sent) > 3, "the page came without its files"
    print(f"a first visit weighs {sum(sent.values()):.0f} bytes")
    assert sum(sent.values()) <= MOST, sorted(sent.items(), key=lambda one: -one[1])


def test_what_a_phone_keeps_ready_is_light_too(service: Service) -> None:
    """The files and pages that stand ready without a network, packed as they are sent."""
    worker = fetched(service, "/service-worker.js").decode()
    page = fetched(service, "/sv/seved/").decode()
    files = json.loads(re.findall(r"^const SHELL = (.*);$", worker, re.MULTILINE)[0])
    [pages] = re.findall(r'<meta name="keep" content="([^"]*)">', page)

    weights = {path: len(fetched(service, path, packed=True)) for path in [*files, *pages.split()]}

    print(f"a phone keeps ready {sum(weights.values())} bytes")
    assert len(weights) > 20
    assert sum(weights.values()) <= 2 * MOST, sorted(weights.items(), key=lambda one: -one[1])


def fetched(service: Service, path: str, *, packed: bool = False) -> bytes:
    asked = Request(service.address + path, headers={"Accept-Encoding": "br"} if packed else {})
    with urlopen(asked, timeout=10) as answer:
        content: bytes = answer.read()
        return content
