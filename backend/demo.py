"""The example that a first start shows: the pre-study's areas, cases and lessons, told in three languages.

Its texts stand in backend/example/*.toml. All of it is marked as an example, and `remove` takes it away before
somebody goes live.
"""

from __future__ import annotations

import hashlib
import tomllib
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from . import (
    addresses,
    areas,
    demo_insights,
    demo_lessons,
    demo_options,
    demo_resources,
    demo_rounds,
    demo_talk,
    demo_team,
    keys,
    people,
    revisions,
    search,
    sign_in,
    slips,
    texts,
)
from .areas import Area
from .cases import Case
from .database import Base
from .errors import Refusal
from .follows import Follow
from .idea_versions import IdeaVersion
from .ideas import PUBLIC, Idea, IdeaStep, State
from .journal import Note
from .keys import mark, token
from .languages import offered
from .lessons import Lesson
from .meetings import Meeting
from .moderation import Waiting
from .people import Level, Person, Role
from .photos import Photo
from .prototypes import Prototype
from .settings import Settings
from .sounds import Sound
from .supports import Support
from .teams import Member
from .wording import say

EXAMPLE = Path(__file__).resolve().parent / "example"
ROOMS = ("areas", "ideas", "cases", "meetings", "votes", "lessons")
Texts = dict[str, dict[str, str]]


def load(session: Session, *, at: datetime) -> None:
    """Adds the example. Raises Refusal when there are areas already: it never mixes with what is real."""
    if areas.count(session):
        raise Refusal(say("There are areas already. The example is for an empty start."))
    places = {row["slug"]: _area(session, row, at) for row in _read("area")}
    _staff(session, places["seved"], at)
    cases = {row["key"]: _case(session, row, places[row["area"]], at) for row in _read("case")}
    written = {row["key"]: _idea(session, row, places[row["area"]], cases, at) for row in _read("idea")}
    for row in _read("meeting"):
        _meeting(session, row, places[row["area"]], cases, at)
    demo_talk.load(session, written, cases, at=at)
    demo_rounds.load(session, cases, at=at)
    demo_options.load(session, written, cases, at=at)
    demo_resources.load(session, cases, places, at=at)
    demo_insights.load(session, cases, at=at)
    demo_team.load(session, cases, at=at)
    demo_lessons.load(session, cases, at=at)
    for area in places.values():
        revisions.raise_(session, area.id, *ROOMS)


def greetings(session: Session, settings: Settings, *, at: datetime) -> list[str]:
    """Lines to print at the start: fresh sign-in addresses for the example's people, and slips to try."""
    example = session.scalars(select(Person).where(Person.is_example, Person.name.in_(NAMES)).order_by(Person.id)).all()
    if not example or settings.production:
        return []
    lines = ["", "This is an example. Sign in as (each address works once):"]
    for person in example:
        word = sign_in.address_for(session, person, at=at)
        lines.append(
            f"  {NAMES[person.name]:<12} {addresses.absolute(settings.public_url, addresses.sign_in('sv', word))}"
        )
    _, numbers = slips.make_batch(session, keys.key(settings.data, "slips"), areas.by_slug(session, "seved"), 3, at=at)
    return [*lines, "Slips that let a resident of Seved vote:", *(f"  {number}" for number in numbers), ""]


NAMES = {
    "Hodan": "resident", "Mira": "moderator", "Karin": "coordinator", "Sami": "moderator", "Nadia": "core team",
    "Olle": "operator",
}  # fmt: skip


def remove(session: Session) -> list[str]:
    """Takes all of the example away, with whatever was written in its areas.

    Returns the keys of its photos and recordings: their files can go once the caller has committed.
    """
    gone = set(session.scalars(select(Area.id).where(Area.is_example)))
    files = [
        *(photo.file for photo in session.scalars(select(Photo).where(Photo.area_id.in_(gone)))),
        *(sound.file for sound in session.scalars(select(Sound).where(Sound.area_id.in_(gone)))),
    ]
    strangers = select(Person.id).where(Person.is_example)
    session.execute(update(Idea).where(Idea.area_id.in_(gone)).values(case_id=None, photo_id=None))
    for table in reversed(Base.metadata.sorted_tables):
        if "area_id" in table.c and table.name not in ("people", "acts"):  # the audit log stays whole
            session.execute(delete(table).where(table.c.area_id.in_(gone)))
    session.execute(delete(Lesson).where(Lesson.is_example))
    session.execute(delete(Person).where(Person.id.in_(strangers)))
    session.execute(update(Person).where(Person.area_id.in_(gone)).values(area_id=None))
    session.execute(delete(Follow).where(Follow.kind == "area", Follow.noun_id.in_(gone)))
    session.execute(delete(Area).where(Area.id.in_(gone)))
    texts.sweep(session)
    search.count_anew(session)
    for room in ROOMS:
        revisions.raise_(session, None, room)
    return files


def _read(noun: str) -> list[dict[str, Any]]:
    names = {"area": "areas", "case": "cases", "idea": "ideas", "meeting": "meetings"}
    found: list[dict[str, Any]] = tomllib.loads((EXAMPLE / f"{names[noun]}.toml").read_text("utf-8"))[noun]
    return found


def _turn(row: dict[str, Any], *names: str) -> Texts:
    """{"title": {"sv": ...}} turned to {"sv": {"title": ...}}; lists become lines."""
    turned: Texts = {}
    for name in names:
        for language, said in row.get(name, {}).items():
            turned.setdefault(language, {})[name] = "\n".join(said) if isinstance(said, list) else said
    return turned


def _write(session: Session, by_language: Texts) -> int:
    return texts.write(session, by_language, original="sv").id


def _area(session: Session, row: dict[str, Any], at: datetime) -> Area:
    said = {
        language: {
            "name": name,
            "meeting_place": row["meeting_place"]["name"][language],
            "motto": row["motto"][language],
        }
        for language, name in row["names"].items()
    }
    return areas.add(
        session, slug=row["slug"], name=row["name"], district=row["district"], line=row["line"], mark=row["mark"],
        meeting_place=row["meeting_place"]["name"]["sv"], time_zone=row["time_zone"], said=said, is_example=True, at=at,
    )  # fmt: skip


def _staff(session: Session, area: Area, at: datetime) -> None:
    """People of the area to sign in as: a resident, those who work here, and two who look after every area."""
    people.add(session, name="Hodan", language="sv", level=Level.RESIDENT, area_id=area.id, is_example=True, at=at)
    given = (
        ("Mira", Role.MODERATOR), ("Karin", Role.COORDINATOR), ("Sami", Role.MODERATOR), ("Nadia", Role.CORE),
        ("Olle", Role.OPERATOR),
    )  # fmt: skip
    for name, role in given:
        person = people.add(session, name=name, language="sv", level=Level.NEIGHBOUR, is_example=True, at=at)
        people.give_role(session, person, role, area_id=area.id, at=at)


def _case(session: Session, row: dict[str, Any], area: Area, at: datetime) -> Case:
    said = _turn(row, "title", "summary", "here", "known")
    for stage in row.get("stages", ()):
        for language, text in stage["text"].items():
            said[language][f"stage{stage['stage']}"] = text
    case = Case(
        area_id=area.id, texts_id=_write(session, said), stage=row["stage"], furthest=row["furthest"], is_example=True,
        created_at=at - timedelta(days=max(stage["days_ago"] for stage in row["stages"]) if row.get("stages") else 30),
    )  # fmt: skip
    session.add(case)
    session.flush()
    for member in row.get("team", ()):
        _member(session, member, case, area, at)
    for note in row.get("journal", ()):
        said = _turn(note, "text")
        written = at - timedelta(days=note["days_ago"])
        session.add(
            Note(case_id=case.id, area_id=area.id, texts_id=_write(session, said), by_name=note["by"], at=written)
        )
    made = [
        _prototype(session, one, position, case, area, at) for position, one in enumerate(row.get("prototypes", ()))
    ]
    if "round" in row:
        demo_rounds.open_round(session, row["round"], _turn(row["round"], "question"), made, case, at)
    return case


def _member(session: Session, row: dict[str, Any], case: Case, area: Area, at: datetime) -> None:
    said = {language: {"part": words} for language, words in row["role"].items()}
    session.add(
        Member(
            case_id=case.id, area_id=area.id, name=row["name"], sector=row["sector"], texts_id=_write(session, said),
            is_ambassador=row["is_ambassador"], joined_at=at - timedelta(days=150),
        )
    )  # fmt: skip


def _prototype(session: Session, row: dict[str, Any], position: int, case: Case, area: Area, at: datetime) -> Prototype:
    said = _turn(row, "title", "lines", "tries", "risk", "stop_when", "seen", "next")
    made = Prototype(
        case_id=case.id, area_id=area.id, texts_id=_write(session, said), state=row["state"], picture=row["picture"],
        cost=row.get("cost_kronor"), position=position, created_at=at - timedelta(days=60),
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def _idea(session: Session, row: dict[str, Any], area: Area, cases: dict[str, Case], at: datetime) -> Idea:
    written = at - timedelta(days=row.get("days_ago", 0), hours=row.get("hours_waiting", 0))
    tongue = offered(row["language"])
    author = people.add(
        session, name=row["author"], language=tongue.tag if tongue else "sv", level=Level.NEIGHBOUR, area_id=area.id,
        is_example=True, at=written,
    )  # fmt: skip
    title, _, text = row["text"].strip().partition("\n")
    case = cases.get(row.get("case", ""))
    idea = Idea(
        area_id=area.id, author_id=author.id, content_mark=hashlib.sha256(row["text"].encode()).hexdigest(),
        receipt_mark=mark(token()), title=title.strip(), text=text.strip(), language=row["language"], is_example=True,
        case_id=case.id if case else None, state=row["status"], supports=row["supports"], created_at=written,
    )  # fmt: skip
    session.add(idea)
    session.flush()
    _steps(session, idea, case, at)
    if idea.state in PUBLIC:
        search.keep(session, idea.id, f"{idea.title}\n{idea.text}")
    _supports(session, idea, row["supports"], at)
    if "earlier" in row:
        _versions(session, idea, row["earlier"])
    if idea.state == State.RECEIVED:
        session.add(Waiting(area_id=area.id, kind="idea", noun_id=idea.id, asked_at=written))
    return idea


def _versions(session: Session, idea: Idea, earlier: str) -> None:
    """Its author edited it a day later, and both texts were read."""
    title, _, text = earlier.strip().partition("\n")
    idea.changed_at = idea.created_at + timedelta(days=1)
    for number, words, at in ((1, (title, text), idea.created_at), (2, (idea.title, idea.text), idea.changed_at)):
        session.add(
            IdeaVersion(
                idea_id=idea.id, number=number, title=words[0], text=words[1], language=idea.language, written_at=at,
                written_by=idea.author_id, state="approved", settled_at=at,
            )
        )  # fmt: skip
    session.flush()


def _steps(session: Session, idea: Idea, case: Case | None, at: datetime) -> None:
    way = [State.RECEIVED, State.READ]
    if case:
        way.append(State.IN_CASE)
    if idea.state not in way:
        way.append(State(idea.state))
    for number, state in enumerate(way[: way.index(State(idea.state)) + 1]):
        moment = min(at, idea.created_at + timedelta(hours=20) * number)
        session.add(
            IdeaStep(
                idea_id=idea.id, state=state, at=moment, case_id=case.id if case and state == State.IN_CASE else None
            )
        )


def _supports(session: Session, idea: Idea, count: int, at: datetime) -> None:
    """Supporters are people like all others: the count on a page is never more than there are rows."""
    for _ in range(count):
        person = Person(language="sv", level=Level.NEIGHBOUR, area_id=idea.area_id, is_example=True, created_at=at)
        session.add(person)
        session.flush()
        session.add(Support(idea_id=idea.id, person_id=person.id, at=at))


def _meeting(session: Session, row: dict[str, Any], area: Area, cases: dict[str, Case], at: datetime) -> None:
    day = (at + timedelta(days=row["in_days"])).astimezone(area.zone).date()
    step = timedelta(days=1 if row["in_days"] >= 0 else -1)
    while day.weekday() > 4:
        day += step
    begins = datetime.combine(day, time.fromisoformat(row["time"]), area.zone)
    case = cases.get(row.get("case", ""))
    session.add(
        Meeting(
            area_id=area.id, case_id=case.id if case else None, starts_at=begins,
            ends_at=begins + timedelta(minutes=row["minutes"]), place=row["place"]["sv"],
            texts_id=_write(session, _turn(row, "title", "about", "place", "outcome")),
            interpreters=" ".join(row.get("interpreters", ())), has_childcare=row.get("childcare", False),
            seats=row.get("seats"), uid=f"{token()}@innovationsforum", is_example=True, created_at=at,
        )
    )  # fmt: skip
