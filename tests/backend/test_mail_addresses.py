"""E-mail addresses: one a person, one person an address, in one form."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import mail, mail_addresses
from backend.errors import Conflict, NotFound, Refusal
from backend.mail import Letter
from tests.makers import NOON, an_address, ana, bo, seved


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Ana@Example.ORG ", "ana@example.org"), ("ana+forum@example.org", "ana+forum@example.org"),
        ("ana@malmö.se", "ana@xn--malm-8qa.se"),
    ],
)  # fmt: skip
def test_an_address_has_one_form(typed: str, kept: str) -> None:
    assert mail_addresses.clean(typed) == kept
    assert mail_addresses.clean(kept) == kept


@pytest.mark.parametrize(
    "typed",
    [
        None, "", " ", "ana", "ana@", "@example.org", "a@b@example.org", "ana@localhost", "ana@[127.0.0.1]",
        "ana@example.org\r\nBcc: eve@example.org", "ana@example.org, eve@example.org", "Ana <ana@example.org>",
        "\x00@a.se", '"a b"@example.org', "\ud800@example.org", "\u202eana@example.org", "a" * 5000 + "@example.org",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_beside_its_field(typed: str | None) -> None:
    with pytest.raises(Refusal) as refused:
        mail_addresses.clean(typed)

    assert refused.value.field == "address"


def test_a_new_address_takes_the_place_of_the_old_one_and_wishes_stay(session: Session) -> None:
    somebody = ana(session, seved(session))
    an_address(session, somebody, "old@example.org")
    mail_addresses.choose(session, somebody, notices=False, daily=True)

    kept = mail_addresses.confirm(session, somebody, "new@example.org", at=NOON)

    assert (kept.address, kept.gets_notices, kept.gets_daily) == ("new@example.org", False, True)
    assert mail_addresses.person_of(session, "old@example.org") is None
    assert mail_addresses.person_of(session, "new@example.org") == somebody


def test_two_people_share_no_address(session: Session) -> None:
    area = seved(session)
    first, second = ana(session, area), bo(session, area)
    an_address(session, first, "one@example.org")

    with pytest.raises(Conflict):
        mail_addresses.confirm(session, second, "one@example.org", at=NOON)

    assert mail_addresses.person_of(session, "one@example.org") == first


def test_confirming_again_ends_a_bounce(session: Session) -> None:
    somebody = ana(session, seved(session))
    kept = an_address(session, somebody)
    mail_addresses.bounced(session, somebody.id, "ana@example.org", at=NOON)
    session.refresh(kept)
    assert not kept.works

    again = mail_addresses.confirm(session, somebody, "ana@example.org", at=NOON + timedelta(days=1))

    assert again.works
    assert again.leave_mark == kept.leave_mark


def test_a_bounce_of_an_address_that_was_changed_does_nothing(session: Session) -> None:
    somebody = ana(session, seved(session))
    kept = an_address(session, somebody, "new@example.org")

    mail_addresses.bounced(session, somebody.id, "old@example.org", at=NOON)

    session.refresh(kept)
    assert kept.works


@pytest.mark.parametrize("word", ["", "x", "\x00", "a" * 43, "ä" * 43])
def test_a_way_out_that_nobody_was_given_leads_nowhere(session: Session, word: str) -> None:
    with pytest.raises(NotFound):
        mail_addresses.leave(session, word, "notices")


def left(session: Session) -> list[Letter]:
    return list(session.scalars(select(Letter).where(Letter.kind == "address_left").order_by(Letter.id)))


def test_the_old_address_hears_in_its_language_that_it_was_changed(session: Session) -> None:
    somebody = ana(session, seved(session), language="ar")
    an_address(session, somebody, "old@example.org")
    mail_addresses.choose(session, somebody, notices=False, daily=False)

    mail_addresses.confirm(session, somebody, "new@example.org", at=NOON)

    [letter] = left(session)
    assert (letter.to, letter.language) == ("old@example.org", "ar"), "it comes whatever else they want by mail"
    text = mail.text(session, letter)
    assert text.code == "" and text.link == "/ar/about/contact"
    assert "new@example.org" not in str(text), "who reads the old mailbox need not learn the new one"
    assert letter.kind not in mail.WAYS_OUT


def test_the_old_address_hears_that_it_was_taken_away(session: Session) -> None:
    somebody = ana(session, seved(session))
    an_address(session, somebody, "old@example.org")
    mail_addresses.bounced(session, somebody.id, "old@example.org", at=NOON)

    mail_addresses.forget(session, somebody, at=NOON)
    mail_addresses.forget(session, somebody, at=NOON)

    [letter] = left(session)
    assert letter.to == "old@example.org"
    letter.language = "en"
    assert mail.text(session, letter).subject == "Your e-mail address was taken away"


def test_a_first_address_and_the_same_one_again_warn_nobody(session: Session) -> None:
    somebody = ana(session, seved(session))

    for _ in range(2):
        mail_addresses.confirm(session, somebody, "ana@example.org", at=NOON)

    assert left(session) == []
