"""E-mail addresses: one a person, one person an address, in one form."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from backend import mail_addresses
from backend.errors import Conflict, NotFound, Refusal
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
