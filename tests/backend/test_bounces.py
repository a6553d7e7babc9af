"""Reports of mail that came back: only what names a letter of ours counts, and nothing breaks the reader."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from backend import bounces, mail, mail_addresses
from backend.mail import Letter
from backend.people import Person
from tests.makers import NOON, an_address, ana, seved

REPORT = """\
From: MAILER-DAEMON@mx.example.com
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

This is the mail system. I'm sorry to have to inform you.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; ana@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 no such user

--b
Content-Type: {quoted}

Message-ID: <{tag}@example.org>
Subject: Meeting

--b--
"""


@pytest.fixture
def person(session: Session) -> Person:
    made = ana(session, seved(session))
    an_address(session, made)
    return made


@pytest.fixture
def letter(session: Session, person: Person) -> Letter:
    return mail.post(
        session, kind="notice", to="ana@example.org", language="ar", at=NOON, ends_at=NOON + timedelta(days=1),
        person_id=person.id,
    )  # fmt: skip


def report(letter: Letter, **changed: str) -> bytes:
    values = {
        "to": "forum@example.org", "action": "failed", "status": "5.1.1", "quoted": "text/rfc822-headers",
        "tag": letter.tag, **changed,
    }  # fmt: skip
    return REPORT.format(**values).encode()


def works(session: Session, person: Person) -> bool:
    kept = mail_addresses.of_person(session, person)
    return kept is not None and kept.works


@pytest.mark.parametrize("quoted", ["text/rfc822-headers", "message/rfc822"])
def test_a_report_that_quotes_our_letter_ends_the_mail(session, person, letter, quoted: str) -> None:
    assert bounces.take(session, report(letter, quoted=quoted), at=NOON)

    assert not works(session, person)


def test_a_report_to_the_return_path_of_a_letter_ends_the_mail(session, person, letter) -> None:
    raw = report(letter, to=f"back+{letter.tag}@example.org", tag="something-else")

    assert bounces.take(session, raw, at=NOON)

    assert not works(session, person)


@pytest.mark.parametrize(
    "changed",
    [
        {"status": "4.2.2"}, {"action": "delayed"}, {"status": "5.7.1"}, {"action": "delivered", "status": "2.0.0"},
        {"tag": "0" * 32}, {"tag": ""}, {"status": ""}, {"quoted": "text/plain"},
    ],
)  # fmt: skip
def test_what_is_not_for_good_or_names_no_letter_changes_nothing(session, person, letter, changed) -> None:
    assert not bounces.take(session, report(letter, **changed), at=NOON)

    assert works(session, person)


def test_an_answer_from_somebody_who_is_away_changes_nothing(session, person, letter) -> None:
    head = f"To: back+{letter.tag}@example.org\nAuto-Submitted: auto-replied\n\n"
    raw = head + "I am away.\nAction: failed\nStatus: 5.1.1\n"

    assert not bounces.take(session, raw.encode(), at=NOON)


def hostile(letter: Letter) -> list[bytes]:
    chance, good = random.Random(7), report(letter)
    broken = []
    for _ in range(100):
        raw = bytearray(good)
        for _ in range(20):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        broken.append(bytes(raw))
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000))
    return [
        b"", b"\x00" * 5000, b"\xff" * 5000, b"To: " + b"a" * 2_000_000, b"\n" * 100_000, deep, *broken,
        b"Content-Type: multipart/report; boundary=\n\n--\n", b"Content-Type: message/rfc822\n\n" * 2000,
        b"Content-Type: text/plain; charset=\"\xff\"\nAction: =?x?q?=ff?=\nStatus: \xff\n\n",
    ]  # fmt: skip


def test_nothing_that_arrives_breaks_the_reader(session, person, letter) -> None:
    for raw in hostile(letter):
        bounces.take(session, raw, at=NOON)
