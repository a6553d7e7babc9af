"""What is written without a network: it waits visibly and arrives exactly once, whatever happens on the way."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import Phones, controlled, eventually
from tests.browser.cutting import CuttingNetwork
from tests.browser.service import Service

pytestmark = pytest.mark.browser
WITHOUT_SYNC = "delete window.SyncManager; delete window.ServiceWorkerRegistration?.prototype.sync;"
OUTBOX = """new Promise((resolve, reject) => {
    const opening = indexedDB.open("innovationsforum");
    opening.onerror = reject;
    opening.onsuccess = () => {
        const reading = opening.result.transaction("outbox").objectStore("outbox").getAll();
        reading.onsuccess = () => { opening.result.close(); resolve(reading.result); };
    };
})"""


def received(service: Service, title: str) -> int:
    """How many ideas of this title the service has."""
    with sqlite3.connect(service.folder / "data/innovationsforum.db") as rows:
        return int(rows.execute("SELECT count(*) FROM ideas WHERE title = ?", (title,)).fetchone()[0])


def write(page: Page, title: str) -> None:
    """Writes an idea and sends it, three taps on one page."""
    page.goto("/sv/seved/ideas/new")
    page.locator("#text").fill(f"{title}\nDet behövs här.")
    page.locator("#idea-form button.big").click()
    page.locator("[data-act=send]").click()


def wait_until_received(page: Page) -> None:
    eventually(page, f"{OUTBOX}.then((all) => all.length > 0 && all.every((one) => one.state === 'received'))")


def test_an_idea_written_without_a_network_waits_visibly_and_arrives_once(phones: Phones, service: Service) -> None:
    context = phones()
    page = context.new_page()
    page.goto("/sv/seved/")
    controlled(page)
    context.set_offline(True)

    write(page, "Bänkar i skuggan")

    page.wait_for_url("**/sv/outbox")
    expect(page.locator(".outbox li .hop[data-at='1']")).to_be_visible()
    expect(page.locator(".outbox li")).to_contain_text("Bänkar i skuggan")
    context.set_offline(False)
    wait_until_received(page)
    expect(page.locator(".outbox li .hop[data-at='3']")).to_be_visible()
    assert received(service, "Bänkar i skuggan") == 1


def test_a_tab_that_was_killed_loses_nothing(phones: Phones, service: Service) -> None:
    context = phones()
    context.add_init_script(WITHOUT_SYNC)
    page = context.new_page()
    page.goto("/sv/seved/")
    controlled(page)
    context.set_offline(True)
    write(page, "Lampor vid lekplatsen")
    page.wait_for_url("**/sv/outbox")

    page.close()
    context.set_offline(False)
    another = context.new_page()
    another.goto("/sv/seved/cases/")

    wait_until_received(another)
    assert received(service, "Lampor vid lekplatsen") == 1


def test_background_sync_sends_when_no_page_is_open(phones: Phones, service: Service) -> None:
    context = phones()
    page = context.new_page()
    page.goto("/sv/seved/")
    controlled(page)
    context.set_offline(True)
    write(page, "Ett skåp för verktyg")
    page.wait_for_url("**/sv/outbox")

    page.goto("about:blank")
    context.set_offline(False)

    eventually_received(page, service, "Ett skåp för verktyg")


def eventually_received(page: Page, service: Service, title: str) -> None:
    for _ in range(300):
        if received(service, title):
            break
        page.wait_for_timeout(100)
    assert received(service, title) == 1


def test_an_answer_that_got_lost_makes_no_second_idea(phones: Phones, service: Service) -> None:
    with CuttingNetwork(service.port) as network:
        context = phones(base_url=network.address)
        context.add_init_script(WITHOUT_SYNC)
        page = context.new_page()
        page.goto("/sv/seved/")
        controlled(page)
        network.is_cutting = True
        write(page, "En kran för vatten")
        page.wait_for_url("**/sv/outbox")
        assert network.lost
        assert received(service, "En kran för vatten") == 1
        expect(page.locator(".outbox li .hop[data-at='1']")).to_be_visible()

        network.is_cutting = False
        page.reload()

        wait_until_received(page)
        assert received(service, "En kran för vatten") == 1
        page.locator(".outbox li [data-slot=open]").click()
        expect(page.locator("main h1")).to_be_visible()
        assert page.url.endswith("/mine")


def test_with_a_network_sending_leads_to_the_answer(phone: Page, service: Service) -> None:
    phone.goto("/sv/seved/")
    controlled(phone)

    write(phone, "Fler cykelställ")

    phone.wait_for_url("**/mine")
    assert received(service, "Fler cykelställ") == 1


def test_what_is_refused_needs_somebody_and_says_why(phone: Page) -> None:
    phone.goto("/sv/seved/")
    controlled(phone)

    write(phone, "Mycket långt " + "ord " * 700)

    phone.wait_for_url("**/sv/outbox")
    expect(phone.locator(".outbox li .hop[data-at='x']")).to_be_visible()
    expect(phone.locator(".outbox li [data-slot=error]")).not_to_be_empty()


def sign_in(page: Page, service: Service, name: str) -> None:
    page.goto(service.sign_in_address(name, "resident"))
    page.locator("main form button").first.click()
    expect(page.locator("main h1")).to_be_visible()


def test_nobody_sends_what_somebody_else_wrote_on_this_phone(phones: Phones, service: Service) -> None:
    context = phones()
    page = context.new_page()
    sign_in(page, service, "Ana")
    page.goto("/sv/seved/")
    expect(page.locator(".me")).to_contain_text("Ana")
    controlled(page)
    context.set_offline(True)
    write(page, "Anas egna ord")
    page.wait_for_url("**/sv/outbox")

    cookies = [one for one in context.cookies() if one["name"] not in ("innovationsforum", "somebody")]
    context.clear_cookies()  # the session has ended; Bo comes
    context.add_cookies(cookies)  # type: ignore[arg-type]
    context.set_offline(False)

    expect(page.locator(".outbox li .hop[data-at='x']")).to_be_visible()
    expect(page.locator(".outbox li [data-slot=error]")).not_to_be_empty()
    assert received(service, "Anas egna ord") == 0


def test_signing_out_says_what_is_lost_and_empties_the_phone(phones: Phones, service: Service) -> None:
    context = phones()
    page = context.new_page()
    sign_in(page, service, "Ana")
    page.goto("/sv/seved/")
    controlled(page)
    context.set_offline(True)
    write(page, "Ännu inte skickat")
    page.wait_for_url("**/sv/outbox")
    context.clear_cookies(name="innovationsforum")  # nothing is sent in her name while she looks away
    context.set_offline(False)
    expect(page.locator(".outbox li .hop[data-at='x']")).to_be_visible()
    sign_in(page, service, "Ana")

    page.goto("/sv/sign-out")
    expect(page.locator("[data-part=waiting]")).to_be_visible()
    page.locator("main form button").first.click()

    expect(page.locator("main form")).to_have_count(0)
    assert page.evaluate(OUTBOX) == []


def test_a_draft_saves_itself_and_comes_along_into_another_language(phone: Page) -> None:
    phone.goto("/sv/seved/ideas/new")
    phone.locator("#text").fill("Halvskriven idé")
    expect(phone.locator("[data-part=saved]")).to_be_visible()

    phone.locator("nav.langs button[value=ar]").click()

    expect(phone.locator("html")).to_have_attribute("lang", "ar")
    expect(phone.locator("#text")).to_have_value("Halvskriven idé")
    phone.reload()
    expect(phone.locator("#text")).to_have_value("Halvskriven idé")


def test_typed_text_comes_along_into_another_language_without_scripts(phones: Phones) -> None:
    page = phones(java_script_enabled=False).new_page()
    page.goto("/sv/seved/ideas/new")
    page.locator("#text").fill("Utan skript")

    page.locator("nav.langs button[value=ar]").click()

    expect(page.locator("html")).to_have_attribute("lang", "ar")
    expect(page.locator("#text")).to_have_value("Utan skript")


def test_a_large_photo_comes_along_into_another_language(phone: Page, tmp_path: Path) -> None:
    camera = tmp_path / "camera.jpg"
    Image.effect_noise((5000, 4000), 90).convert("RGB").save(camera, quality=100)  # more than the service takes at once
    phone.goto("/sv/seved/ideas/new")
    phone.locator("#text").fill("Halvskriven idé")
    phone.locator("#photo").set_input_files(camera)
    expect(phone.locator("[data-part=photo-kept]")).to_be_visible(timeout=60_000)

    phone.locator("nav.langs button[value=ar]").click()

    expect(phone.locator("html")).to_have_attribute("lang", "ar")
    expect(phone.locator("#text")).to_have_value("Halvskriven idé")
    expect(phone.locator("[data-part=photo-kept]")).to_be_visible()


def test_a_photo_of_fifty_megapixels_is_made_small_before_it_leaves(phones: Phones, tmp_path: Path) -> None:
    camera = tmp_path / "camera.jpg"
    upright = Image.Exif()
    upright[0x0112] = 6  # the file lies on its side
    Image.effect_noise((64, 48), 60).resize((8160, 6120)).convert("RGB").save(camera, quality=80, exif=upright)
    context = phones()
    page = context.new_page()
    page.goto("/sv/seved/ideas/new")
    controlled(page)

    page.locator("#text").fill("Se på gården")
    page.locator("#photo").set_input_files(camera)
    expect(page.locator("[data-part=photo-kept]")).to_be_visible(timeout=60_000)
    page.locator("#idea-form button.big").click()
    shown = page.locator("[data-slot=photo]")
    expect(shown).to_be_visible()

    assert shown.evaluate("(photo) => [photo.naturalWidth, photo.naturalHeight]") == [1200, 1600]
    context.set_offline(True)
    page.locator("[data-act=send]").click()
    page.wait_for_url("**/sv/outbox")
    [size] = page.evaluate(f"{OUTBOX}.then((all) => all.map((one) => one.photo.size))")
    assert size < 1_500_000
    context.set_offline(False)
    wait_until_received(page)
