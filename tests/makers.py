"""People and things for tests, by name: Ana and Bo are residents of Seved, Mira moderates, Karin coordinates."""

from __future__ import annotations

from array import array
from datetime import UTC, datetime, timedelta
from io import BytesIO
from math import sin
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
    handovers,
    ideas,
    insights,
    lesson_search,
    mail_addresses,
    meetings,
    moderation,
    needs,
    openings,
    options,
    people,
    pledges,
    prototypes,
    push,
    statements,
    team_requests,
    team_words,
    teams,
    texts,
    trials,
)
from backend.areas import Area
from backend.cases import Case
from backend.comments import Comment
from backend.handovers import Handover
from backend.ideas import Idea
from backend.insight_tellings import Telling
from backend.insights import Insight
from backend.lessons import Lesson
from backend.mail_addresses import MailAddress
from backend.meetings import Meeting
from backend.moderation import Decision, Waiting
from backend.needs import Need
from backend.options import Option
from backend.people import Level, Person, Role
from backend.pledges import Pledge
from backend.prototypes import Prototype
from backend.push import Device
from backend.settings import Settings
from backend.statements import Statement
from backend.team_requests import TeamRequest
from backend.teams import Member
from backend.trials import Told, Trial
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


def a_lesson(
    session: Session, *, stage: int = 2, kind: str = "worked", text: str = "De som berörs vet mest."
) -> Lesson:
    """A lesson from an earlier programme, told in Swedish."""
    said = {"sv": {"title": "Fråga först", "text": text}}
    lesson = Lesson(
        texts_id=texts.write(session, said, original="sv").id, kind=kind, stage=stage, programme="Blommanpengarna",
        page=18, created_at=NOON,
    )  # fmt: skip
    session.add(lesson)
    session.flush()
    lesson_search.keep(session, lesson.id, lesson.texts_id)
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
    kind = changed.pop("kind", "idea" if isinstance(on, Idea) else "case")
    subject = comment_subjects.subject(session, kind, on.id, language="sv")
    area = areas.by_id(session, on.area_id)
    values = {"area": area, "language": by.language, "at": NOON, **changed}
    return comments.write(session, subject, text=text, by=by, **values)


def an_address(session: Session, person: Person, address: str = "", *, at: datetime = NOON) -> MailAddress:
    """An e-mail address that person has confirmed."""
    return mail_addresses.confirm(session, person, address or f"{person.name.lower()}@example.org", at=at)


def a_recording(
    seconds: float = 2.0, kind: str = "wav", *, codec: str = "pcm_s16le", rate: int = 16_000, channels: int = 1,
    **told: str,
) -> bytes:  # fmt: skip
    """A tone as a phone would send it: kind is a container of FFmpeg's; told becomes its metadata."""
    import av

    content, layout = BytesIO(), "mono" if channels == 1 else "stereo"
    with av.open(content, "w", format=kind) as made:
        made.metadata.update(told)
        into = made.add_stream(codec, rate=rate, layout=layout)
        pieces = av.AudioResampler(format=into.format, layout=layout, rate=rate, frame_size=into.frame_size or 1024)
        tone = array("h", (int(9000 * sin(at / 6)) for at in range(int(seconds * rate)))).tobytes()
        frame = av.AudioFrame(format="s16", layout="mono", samples=len(tone) // 2)
        frame.planes[0].update(tone)
        frame.sample_rate = rate
        for piece in (*pieces.resample(frame), *pieces.resample(None)):
            made.mux(into.encode(piece))
        made.mux(into.encode(None))
    return content.getvalue()


def a_telling(text: str = "Bänken vid porten är alltid full.", **changed: Any) -> Telling:
    """Something seen, told without a name."""
    return Telling(**{"form": "observation", "text": text, "is_agreed": True, **changed})


def an_insight(session: Session, case: Case, by: Person, text: str = "", **changed: Any) -> Insight:
    """What a resident tells waits; what the team and coordinators tell is public."""
    how = {name: changed.pop(name) for name in ("language", "at", "client_uuid") if name in changed}
    telling = a_telling(text or "Bänken vid porten är alltid full.", **changed)
    return insights.tell(session, case, telling, by=by, **{"language": "sv", "at": NOON, **how})


def read(
    session: Session, kind: str, number: int, by: Person, decision: Decision = Decision.APPROVED, **how: Any
) -> None:  # fmt: skip
    """A moderator has decided about such a thing and can't take it back any more."""
    query = select(Waiting).where(Waiting.kind == kind, Waiting.noun_id == number, Waiting.told_at.is_(None))
    item = session.scalars(query).one()
    values = {"by": by, "seen_version": item.version, "at": NOON, "undo_seconds": 0, **how}
    moderation.decide(session, item.id, decision, **values)
    moderation.settle_due(session, values["at"])


def in_the_team(session: Session, case: Case, person: Person, *, name: str = "", at: datetime = NOON) -> Member:
    """Person is in the team of the case."""
    teams.join(session, case, person, name=name or person.name, at=at)
    return teams.own(session, case.id, person)


def an_ambassador(session: Session, case: Case, person: Person) -> Person:
    """Person is in the team, and keeps it together."""
    in_the_team(session, case, person).is_ambassador = True
    session.flush()
    return person


def an_outsider(session: Session, case: Case, by: Person, *, name: str = "Kompis Seved", **changed: Any) -> Member:
    """A member without an account, added by a coordinator."""
    values = {"sector": "association", "said": {"gives": "En lokal"}, "language": "sv", "at": NOON, **changed}
    return team_words.add_outsider(session, case, name=name, by=by, **values)


def a_statement(session: Session, case: Case, by: Person, kind: str = "problem", **changed: Any) -> Statement:
    """The first version of what a team says, told in Swedish."""
    values = {"by_language": {"sv": "Vi känner ingen med jobb."}, "original": "sv", "after": 0, "at": NOON, **changed}
    return statements.write(session, case, kind, by=by, **values)


def a_team_request(session: Session, case: Case, person: Person, **changed: Any) -> TeamRequest:
    """Somebody asks to join."""
    values = {"name": person.name, "sector": "resident", "gives": "Tid", "language": person.language, "at": NOON}
    team_requests.ask(session, case, person, **{**values, **changed})
    return team_requests.own(session, case.id, person)


def a_need(session: Session, case: Case, by: Person, **changed: Any) -> Need:
    """Eight chairs, told in Swedish and Arabic."""
    swedish, arabic = {"words": "Stolar till bordet", "unit": "stolar"}, {"words": "كراسٍ للطاولة", "unit": "كراسٍ"}
    values = {"kind": "things", "how_much": 8, "by_language": {"sv": swedish, "ar": arabic}, "original": "sv"}
    return needs.add(session, case, by=by, **{**values, "at": NOON, **changed})


def a_pledge(session: Session, case: Case, by: Person, **changed: Any) -> Pledge:
    """A resident's waits for a moderator; the team's and its coordinator's is public."""
    values = {"words": "Jag kan laga mat varje torsdag.", "kind": "hands", "language": by.language, "at": NOON}
    return pledges.promise(session, case, by=by, **{**values, **changed})


def an_offer(session: Session, case: Case, by: Person, *members: Member, **changed: Any) -> Handover:
    """Offers a case to these members of its team, or to a department where none is named."""
    to = {"to_whom": "residents", "owner": ""} if members else {"to_whom": "department", "owner": "Fastighetskontoret"}
    values = {**to, "members": [one.id for one in members], "words": "Ni får bygga det.", "language": "sv", "at": NOON}
    return handovers.offer(session, case, by=by, **{**values, **changed})


def a_handed_over_case(session: Session, area: Area, by: Person, **changed: Any) -> Case:
    """A case that a department has taken over, as the coordinator noted."""
    case = a_case(session, area, **{"stage": 7, **changed})
    offered = handovers.by_number(session, an_offer(session, case, by).id)
    handovers.note_answer(
        session, offered.row, offered.takers[0], True, spoke="Eva", words="Ja.", language="sv", answered_at=NOON,
        by=by, at=NOON,
    )  # fmt: skip
    return case


def an_option(session: Session, case: Case, by: Person, title: str = "Ett tält på gården", **changed: Any) -> Option:
    """A solution that the team heard of, told in Swedish."""
    told = {"sv": {"title": title, "text": "Ett stort tält.", "source": "Så gör de i Lund."}}
    return options.add(session, case, **{"by_language": told, "original": "sv", "by": by, "at": NOON, **changed})


def a_trial(session: Session, prototype: Prototype, by: Person, **changed: Any) -> Trial:
    """What somebody saw on the Monday, told in Swedish."""
    said = {"did": "Vi dukade för tjugo.", "seen": "Elva kom.", **changed.pop("said", {})}
    told = Told(NOON.date(), said, changed.pop("numbers", (("personer kom", "11"),)), changed.pop("state", "tried"))
    return trials.tell(session, prototype, told, **{"language": "sv", "by": by, "at": NOON, **changed})
