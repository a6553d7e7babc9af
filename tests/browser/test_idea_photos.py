"""A photo for an idea that is sent already, from a phone, with its script and without."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Phones, desk_of
from tests.browser.service import Service
from tests.makers import a_photograph


def wrote(context: BrowserContext, service: Service, text: str) -> str:
    """A guest's idea; the address of its author's page, which this browser may read."""
    headers = {"Accept": "application/json", "Origin": service.address}
    answer = context.request.post(f"{service.address}/sv/seved/ideas/", form={"text": text}, headers=headers)
    address: str = answer.json()["address"]
    return address


def sends(page: Page, photo: Path, alt: str) -> None:
    page.locator('a[href$="/photo"]').click()
    page.locator("#photo").set_input_files(photo)
    page.locator("#alt").fill(alt)
    page.locator("#photo-form button.big").click()


def test_a_guest_sends_photos_and_a_moderator_finds_them(service: Service, phones: Phones, tmp_path: Path) -> None:
    large = tmp_path / "large.jpg"
    large.write_bytes(a_photograph((5200, 5000)))  # more than the server takes: the phone makes it smaller
    small = tmp_path / "small.png"
    small.write_bytes(a_photograph((90, 60), "PNG"))

    for context, photo in ((phones(), large), (phones(java_script_enabled=False), small)):
        page = context.new_page()
        page.goto(wrote(context, service, f"En lampa, säger {photo.stem}"))
        sends(page, photo, f"Lampan, {photo.stem}")
        expect(page.get_by_alt_text(f"Lampan, {photo.stem}")).to_be_visible()

    desk = desk_of(service, phones, "Photo reader")
    desk.goto(f"{service.address}/en/moderation/?photo=with")
    expect(desk.locator(".queue li")).to_have_count(2)
    desk.locator(".queue li a").first.click()
    expect(desk.get_by_alt_text("Lampan, large")).to_be_visible()
    assert "photo=with" in desk.url
