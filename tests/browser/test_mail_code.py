"""Codes by mail in real browsers: a letter is read in one, its code typed in another; a link alone does nothing."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Phones
from tests.browser.service import Service
from tests.mail_server import MailServer

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def mail_server() -> Iterator[MailServer]:
    with MailServer() as made:
        yield made


@pytest.fixture(scope="module")
def service(mail_server: MailServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service(tmp_path_factory.mktemp("service"), settings={"SMTP_URL": mail_server.url}) as made:
        yield made


def test_the_code_works_in_a_browser_that_did_not_ask_for_it(
    service: Service, mail_server: MailServer, phones: Phones
) -> None:
    asking, other = phones(), phones()
    page = asked(asking, "ana@example.org")
    code, _link = read(letter_to(mail_server, "ana@example.org"))

    elsewhere = other.new_page()
    elsewhere.goto(page.url)
    elsewhere.locator("input[name=code]").fill(code)
    elsewhere.locator("#code-form button").click()

    elsewhere.wait_for_url("**/sv/me/")
    assert is_signed_in(other)
    assert not is_signed_in(asking)


def test_opening_the_link_signs_nobody_in_and_leaves_the_code_as_it_was(
    service: Service, mail_server: MailServer, phones: Phones
) -> None:
    asking, mail_app = phones(), phones()
    page = asked(asking, "bo@example.org")
    code, link = read(letter_to(mail_server, "bo@example.org"))

    opened = mail_app.new_page()
    for _ in range(3):  # as mail scanners do, and whoever taps again
        opened.goto(link)
        expect(opened.locator("main bdi")).to_have_text("bo@example.org")
    assert not is_signed_in(mail_app)
    opened.goto("/sv/sign-out")
    expect(opened.locator("main form")).to_have_count(0)

    page.locator("input[name=code]").fill(code)
    page.locator("#code-form button").click()
    page.wait_for_url("**/sv/me/")
    assert is_signed_in(asking)
    assert not is_signed_in(mail_app)
    answer = opened.goto(link)
    assert answer is not None
    assert answer.status == 410, "one use ends the link too"


def asked(context: BrowserContext, address: str) -> Page:
    """A page that has asked for a code and waits for it."""
    page = context.new_page()
    page.goto("/sv/sign-in/mail")
    page.locator("input[name=address]").fill(address)
    page.locator("#mail-form button").click()
    expect(page.locator("input[name=code]")).to_be_visible()
    return page


def letter_to(mail_server: MailServer, address: str, seconds: float = 20) -> EmailMessage:
    end = time.monotonic() + seconds
    while not (found := mail_server.box.to(address)):
        assert time.monotonic() < end, f"no letter came to {address}"
        time.sleep(0.1)
    return found[0]


def read(letter: EmailMessage) -> tuple[str, str]:
    """The digits and the link, as they stand in the letter."""
    body = letter.get_body(("plain",))
    assert body is not None
    words = body.get_content()
    code, link = re.search(r"\b\d{3} \d{3}\b", words), re.search(r"http\S+/sign-in/mail/link/\S+", words)
    assert code, words
    assert link, words
    return code[0], link[0]


def is_signed_in(context: BrowserContext) -> bool:
    return any(one["name"] == "innovationsforum" for one in context.cookies())
