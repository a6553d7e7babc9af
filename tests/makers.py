"""People and things for tests, by name: Ana and Bo are residents of Seved, Mira moderates, Karin coordinates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO
from secrets import token_bytes, token_hex
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import (
    areas,
    cases,
    comment_subjects,
    comments,
    ideas,
    mail_addresses,
    meetings,
    moderation,
    openings,
    people,
    prototypes,
    push,
    texts,
)
from backend.areas import Area
from backend.cases import Case
from backend.comments import Comment
from backend.ideas import Idea
from backend.lessons import Lesson
from backend.mail_addresses import MailAddress
from backend.meetings import Meeting
from backend.moderation import Decision, Waiting
from backend.people import Level, Person, Role
from backend.prototypes import Prototype
from backend.push import Device
from backend.settings import Settings
from backend.votes import Round
from tests.conftest import NOON
from tests.push_service import Phone

EVENING = datetime(2026, 11, 26, 16, 30, tzinfo=UTC)  # Thursday, 17.30 in Stockholm


def seved(session: Session, **changed: Any) -> Area:
    values = {
        "name": "Seved",
        "district": "Södra Innerstaden",
        "meeting_place": "Mötesplatsen på Rasmusgatan",
        "line": "brick",
    }
    return areas.add(session, **{**values, "mark": "sprout", "at": NOON, **changed})


def lindangen(session: Session) -> Area:
    return areas.add(session, name="Lindängen", district="Fosie", line="leaf", mark="lime", at=NOON)


def ana(
    session: Session, area: Area, *, level: Level = Level.RESIDENT, language: str = "ar", at: datetime = NOON
) -> Person:
    """A resident who reads Arabic."""
    return people.add(session, name="Ana", language=language, level=level, area_id=area.id, at=at)


def bo(session: Session, area: Area, *, level: Level = Level.RESIDENT, language: str = "sv") -> Person:
    """A resident who reads Swedish."""
    return people.add(session, name="Bo", language=language, level=level, area_id=area.id, at=NOON)


def mira(session: Session, area: Area) -> Person:
    """Moderates the area."""
    return _staff(session, area, "Mira", Role.MODERATOR)


def karin(session: Session, area: Area) -> Person:
    """Coordinates the area."""
    return _staff(session, area, "Karin", Role.COORDINATOR)


def a_case(session: Session, area: Area, *, stage: int = 5) -> Case:
    """Young adults, told in Swedish and English."""
    swedish = {"title": "Unga vuxna i Seved", "summary": "Många vill ha jobb.", "here": "Nu röstar de boende."}
    english = {"title": "Young adults in Seved", "summary": "Many want a job.", "here": "Now residents vote."}
    said = {"sv": swedish, "en": english}
    return cases.open_case(session, area_id=area.id, by_language=said, original="sv", by=None, at=NOON, stage=stage)


def three_prototypes(session: Session, case: Case, by: Person) -> list[Prototype]:
    """The table, the call and the window, told in Swedish."""
    told = {"Bordet": "table", "Ring en granne": "call", "Öppet fönster": "window"}
    return [
        prototypes.add(
            session, case, original="sv", by_language={"sv": {"title": title, "lines": "Mat.\nVarje torsdag."}},
            state="tried", picture=picture, by=by, at=NOON,
        )
        for title, picture in told.items()
    ]  # fmt: skip


def an_open_round(session: Session, area: Area, *, at: datetime = NOON, days: int = 7, **changed: Any) -> Round:
    """Asks the residents of the area which of three prototypes to go on with."""
    by = karin(session, area)
    case = a_case(session, area)
    made = three_prototypes(session, case, by)
    shown = {"show_originals": True}  # the prototypes are told in Swedish alone
    values = {"original": "sv", "closes_at": at + timedelta(days=days), "by": by, "at": at, **shown, **changed}
    question = {"sv": {"question": "Vad ska vi fortsätta med?"}, "en": {"question": "What should we go on with?"}}
    return openings.open_round(session, case, prototypes=[one.id for one in made], by_language=question, **values)


def a_lesson(session: Session, *, stage: int = 2, kind: str = "worked") -> Lesson:
    """A lesson from an earlier programme, told in Swedish."""
    said = {"sv": {"title": "Fråga först", "text": "De som berörs vet mest."}}
    lesson = Lesson(
        texts_id=texts.write(session, said, original="sv").id, kind=kind, stage=stage, programme="Blommanpengarna",
        page=18, created_at=NOON,
    )  # fmt: skip
    session.add(lesson)
    session.flush()
    return lesson


def _staff(session: Session, area: Area, name: str, role: Role) -> Person:
    person = people.add(session, name=name, language="sv", level=Level.NEIGHBOUR, at=NOON)
    people.give_role(session, person, role, area_id=area.id, at=NOON)
    return person


LIGHTS = "Ljus i gången mellan gårdarna\nDet är mörkt där när barnen går hem från skolan."


def an_idea(session: Session, area: Area, by: Person, text: str = LIGHTS, **changed: Any) -> Idea:
    """Sent, and waiting for a moderator."""
    idea, _ = ideas.submit(session, area=area, author=by, text=text, **{"language": "sv", "at": NOON, **changed})
    return idea


def a_published_idea(session: Session, area: Area, by: Person, text: str = LIGHTS, **changed: Any) -> Idea:
    idea = an_idea(session, area, by, text, **changed)
    decided(session, idea, mira(session, area))
    return idea


def decided(session: Session, idea: Idea, by: Person, decision: Decision = Decision.APPROVED, **how: Any) -> None:
    """A moderator has decided and can't take it back any more."""
    item = session.scalars(select(Waiting).where(Waiting.kind == "idea", Waiting.noun_id == idea.id)).one()
    values = {"seen_version": item.version, "at": NOON, "undo_seconds": 0, **how}
    moderation.decide(session, item.id, decision, by=by, **values)
    moderation.settle_due(session, NOON)


def a_photograph(size: tuple[int, int] = (800, 600), kind: str = "JPEG", **saved: Any) -> bytes:
    """What a camera would send."""
    content = BytesIO()
    Image.new("RGB", size, "teal").save(content, kind, **saved)
    return content.getvalue()


def a_phone(
    session: Session, person: Person, settings: Settings, *, phone: Phone | None = None, endpoint: str = "",
    p256dh: str | None = None, auth: str | None = None, language: str = "", at: datetime = NOON,
) -> Device:  # fmt: skip
    """A phone of person's that wants notices; phone is one of the tests' push service, else nobody listens there."""
    made = phone or Phone("", ec.generate_private_key(ec.SECP256R1()), token_bytes(16))
    return push.subscribe(
        session, person, endpoint=endpoint or made.endpoint or f"https://fcm.googleapis.com/fcm/send/{token_hex(8)}",
        p256dh=made.p256dh if p256dh is None else p256dh, auth=made.auth if auth is None else auth,
        language=language or person.language, vapid_key="", name="Firefox, Android", at=at, settings=settings,
    )  # fmt: skip


def a_meeting(session: Session, area: Area, by: Person, **changed: Any) -> Meeting:
    """An evening in three days, told in Swedish and Arabic."""
    swedish = {"title": "Vad ska gården bli?", "about": "Kom och bygg en modell."}
    arabic = {"title": "ماذا نريد للساحة؟", "about": "تعال وابنِ نموذجًا."}
    values = {
        "by_language": {"sv": swedish, "ar": arabic}, "original": "sv", "starts_at": EVENING, "minutes": 120,
        "place": "Mötesplatsen på Rasmusgatan", "at": NOON,
    }  # fmt: skip
    return meetings.announce(session, area, by=by, **{**values, **changed})


def a_comment(session: Session, on: Idea | Case, by: Person, text: str = "Ja, gärna!", **changed: Any) -> Comment:
    """Waits where its author's do, else it is public."""
    kind = "idea" if isinstance(on, Idea) else "case"
    subject = comment_subjects.subject(session, kind, on.id, language="sv")
    area = areas.by_id(session, on.area_id)
    values = {"area": area, "language": by.language, "at": NOON, **changed}
    return comments.write(session, subject, text=text, by=by, **values)


def an_address(session: Session, person: Person, address: str = "", *, at: datetime = NOON) -> MailAddress:
    """An e-mail address that person has confirmed."""
    return mail_addresses.confirm(session, person, address or f"{person.name.lower()}@example.org", at=at)
