from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import audit, audit_mail, mail, people
from backend.mail import Letter
from backend.people import Level, Role
from tests.conftest import NOON
from tests.makers import an_address


def an_operator(session: Session, name: str, language: str) -> None:
    person = people.add(session, name=name, language=language, level=Level.NEIGHBOUR, at=NOON)
    people.give_role(session, person, Role.OPERATOR, area_id=None, at=NOON)
    an_address(session, person)


def letters(session: Session) -> list[Letter]:
    return list(session.scalars(select(Letter).where(Letter.kind == "audit_head").order_by(Letter.id)))


def test_operators_get_the_head_once_a_day_in_their_own_language(session: Session) -> None:
    an_operator(session, "Omar", "ar")
    an_operator(session, "Olga", "sv")
    audit.note(session, "slips.made", at=NOON, by=None)
    session.commit()

    for at in (NOON, NOON + timedelta(hours=2), NOON + timedelta(days=1)):
        audit_mail.post_due(session, at=at)

    head = str(audit.head(session))
    said = [mail.text(session, one) for one in letters(session)]
    assert len(said) == 4
    assert all(any(head == part for part in text.paragraphs) for text in said)
    assert {one.language for one in letters(session)} == {"ar", "sv"}
    assert "2026-11-23" in said[0].subject


def test_nothing_is_sent_at_night_or_without_an_act(session: Session) -> None:
    an_operator(session, "Omar", "ar")
    audit_mail.post_due(session, at=NOON)
    audit.note(session, "slips.made", at=NOON, by=None)
    session.commit()

    audit_mail.post_due(session, at=NOON.replace(hour=3))

    assert not letters(session)
