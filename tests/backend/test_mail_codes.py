"""Codes by mail: what one letter holds, what uses it up, and what a guesser or a thief gets."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from backend import database, mail, mail_addresses, mail_codes
from backend.errors import Conflict, Refusal
from backend.mail import Letter
from backend.mail_codes import MailCode
from backend.people import Level, Person
from tests.conftest import NOON
from tests.makers import ana, bo, seved

KEY = b"k" * 32
HERS = "ana@example.org"


def asked(session: Session, address: str = HERS, by: Person | None = None) -> tuple[str, str, str]:
    """The asking page's word, and the digits and the link's word of the letter."""
    word = mail_codes.ask(session, KEY, address, language="ar", at=NOON, by=by, next_page="/ar/me/")
    letter = session.scalars(select(Letter).order_by(Letter.id.desc()).limit(1)).one()
    link = letter.values["link"].rpartition("/link/")[2].partition("?")[0]
    return word, letter.values["code"].replace(" ", ""), link


def use(session: Session, word: str, digits: str, *, minutes: int = 0) -> MailCode:
    at = NOON + timedelta(minutes=minutes)
    mail_codes.count_try(session, word, at=at)
    return mail_codes.use_code(session, KEY, word, digits, at=at)


def test_one_letter_holds_code_and_link_in_the_readers_language(session: Session) -> None:
    _, digits, link = asked(session)
    letter = session.scalars(select(Letter)).one()
    text = mail.text(session, letter)

    assert (letter.to, letter.language, letter.ends_at) == (HERS, "ar", NOON + timedelta(minutes=10))
    assert text.code.replace(" ", "") == digits
    assert text.link == f"/ar/sign-in/mail/link/{link}?next=%2Far%2Fme%2F"
    assert len(digits) == 6


def test_only_marks_are_kept(session: Session) -> None:
    word, digits, link = asked(session)
    kept = session.scalars(select(MailCode)).one()

    for secret in (word, digits, link):
        assert secret not in (kept.asked_mark, kept.link_mark, kept.code_mark)


@pytest.mark.parametrize("typed", ["{}", " {} ", "{:.3}-{:.3}"])
def test_the_code_lets_a_new_neighbour_in(session: Session, typed: str) -> None:
    word, digits, _ = asked(session)
    written = typed.format(digits) if typed.count("{") == 1 else f"{digits[:3]}-{digits[3:]}"

    person = mail_codes.person_of(session, use(session, word, mail_codes.read(written)), language="ar", at=NOON)

    assert person.level == Level.NEIGHBOUR
    assert mail_addresses.person_of(session, HERS) is person


@pytest.mark.parametrize("zero", ["\u0660", "\u06f0", "\u0966"])
def test_other_scripts_digits_are_read(zero: str) -> None:
    written = "".join(chr(ord(zero) + digit) for digit in (1, 2, 3, 4, 5, 6))

    assert mail_codes.read(written) == "123456"


@pytest.mark.parametrize("typed", ["", None, "12345", "1234567", "12345a", "\x00" * 6, "½½½½½½", "1" * 5000])
def test_what_is_no_code_is_refused_before_it_counts(typed: str | None) -> None:
    with pytest.raises(Refusal):
        mail_codes.read(typed)


def test_a_known_address_lets_its_owner_in(session: Session) -> None:
    owner = ana(session, seved(session))
    mail_addresses.confirm(session, owner, HERS, at=NOON)
    word, digits, _ = asked(session)

    assert mail_codes.person_of(session, use(session, word, digits), language="sv", at=NOON) is owner
    assert owner.level == Level.RESIDENT


def test_the_link_works_once_and_takes_the_code_with_it(session: Session) -> None:
    word, digits, link = asked(session)
    mail_codes.linked(session, link, at=NOON)
    mail_codes.use_link(session, link, at=NOON)

    for again in (
        lambda: mail_codes.use_link(session, link, at=NOON),
        lambda: use(session, word, digits),
        lambda: mail_codes.asked_for(session, word, at=NOON),
    ):
        with pytest.raises(Refusal, match="Ask for a new one"):
            again()


def test_the_code_takes_the_link_with_it(session: Session) -> None:
    word, digits, link = asked(session)
    use(session, word, digits)

    with pytest.raises(Refusal):
        mail_codes.use_link(session, link, at=NOON)


def test_after_ten_minutes_neither_works(session: Session) -> None:
    word, digits, link = asked(session)

    with pytest.raises(Refusal):
        use(session, word, digits, minutes=10)
    with pytest.raises(Refusal):
        mail_codes.use_link(session, link, at=NOON + timedelta(minutes=10))


def test_the_sixth_try_is_not_heard_though_it_be_right(session: Session) -> None:
    word, digits, _ = asked(session)
    wrong = f"{(int(digits) + 1) % 10**6:06}"
    for _ in range(5):
        with pytest.raises(Refusal, match="not the code"):
            use(session, word, wrong)

    with pytest.raises(Refusal, match="Ask for a new one"):
        use(session, word, digits)


def test_the_fifth_try_may_be_the_right_one(session: Session) -> None:
    word, digits, _ = asked(session)
    for _ in range(4):
        with pytest.raises(Refusal):
            use(session, word, f"{(int(digits) + 1) % 10**6:06}")

    assert use(session, word, digits)


def test_a_code_works_only_on_the_page_that_asked(session: Session) -> None:
    mine, _, _ = asked(session)
    _, theirs, _ = asked(session, "bo@example.org")

    with pytest.raises(Refusal):
        use(session, mine, theirs)


def test_an_address_for_ones_own_page_works_only_where_one_is_signed_in(session: Session) -> None:
    area = seved(session)
    one, other = ana(session, area), bo(session, area)
    asked(session, by=one)
    code = session.scalars(select(MailCode)).one()

    assert mail_codes.may_use(code, one)
    assert not mail_codes.may_use(code, other)
    assert not mail_codes.may_use(code, None)


def test_somebody_elses_address_is_not_given_away(session: Session) -> None:
    area = seved(session)
    one, other = ana(session, area), bo(session, area)
    mail_addresses.confirm(session, other, HERS, at=NOON)
    word, digits, _ = asked(session, by=one)

    with pytest.raises(Conflict):
        mail_codes.person_of(session, use(session, word, digits), language="sv", at=NOON)


def test_old_codes_are_let_go(session: Session) -> None:
    asked(session)

    mail_codes.ask(session, KEY, "bo@example.org", language="sv", at=NOON + timedelta(hours=2))

    assert session.scalars(select(MailCode.address)).all() == ["bo@example.org"]


def test_twenty_at_once_use_a_code_once(session: Session, engine: Engine) -> None:
    word, digits, link = asked(session)
    session.commit()

    def go_in(number: int) -> bool:
        with database.sessions(engine)() as own:
            try:
                if number % 2:
                    with database.transaction(own):
                        mail_codes.use_link(own, link, at=NOON)
                    return True
                with database.transaction(own):
                    mail_codes.count_try(own, word, at=NOON)
                with database.transaction(own):
                    mail_codes.use_code(own, KEY, word, digits, at=NOON)
            except Refusal:
                return False
        return True

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(go_in, range(20))).count(True) == 1


def test_forty_guesses_at_once_are_five(session: Session, engine: Engine) -> None:
    word, _, _ = asked(session)
    session.commit()

    def guess(number: int) -> bool:
        with database.sessions(engine)() as own:
            try:
                with database.transaction(own):
                    mail_codes.count_try(own, word, at=NOON)
            except Refusal:
                return False
        return True

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(guess, range(40))).count(True) == 5
    session.rollback()
    assert session.scalar(select(func.max(MailCode.tries))) == 5
