"""Writing a lesson and changing it: for coordinators, the core team, and whoever is in the team of its case."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import areas, audit, cases, lesson_search, lesson_tags, restrictions, revisions, teams, texts, typed
from .areas import Area
from .cases import STAGES, Case
from .database import insert
from .errors import Conflict, NotAllowed, Refusal
from .lessons import KINDS, Lesson
from .people import Person, Role
from .wording import say

LONGEST_TITLE = 80  # characters
LONGEST_TEXT = 800  # of each part
LONGEST_PROGRAMME = 80
LONGEST_YEARS = 20
LONGEST_LINK = 300
MOST_LINKS = 3
HOST = re.compile(r"[a-z0-9.-]+")  # as name servers know it
PARTS = ("title", "tried", "happened", "again")
NEEDED = ("title", "tried", "happened")  # of what by_language holds, in the original


@dataclass(frozen=True)
class Facts:
    """What is the same in every language; links is what was typed, one web address on each line."""

    kind: str
    stage: int
    tags: Sequence[str] = ()
    links: str | None = ""
    programme: str | None = ""
    years: str | None = ""


def may_write(session: Session, person: Person | None, area_id: int | None, case_id: int | None) -> bool:
    """Coordinators of the area, the team of the case, and for the whole city the core team."""
    if person is None:
        return False
    if area_id is None:
        return person.has_role(Role.CORE, None)
    return cases.may_lead(person, area_id) or (case_id is not None and teams.is_member(session, case_id, person))


def make_sure_may_write(
    session: Session, person: Person, area_id: int | None, case_id: int | None, *, at: datetime
) -> None:
    """Raises NotAllowed."""
    if not may_write(session, person, area_id, case_id):
        raise NotAllowed(say("Only the team and its coordinator may do this."))
    if area_id is not None:
        restrictions.make_sure_may_join(session, person, area_id, at=at)


# --- verbs ---


def write(
    session: Session, facts: Facts, *, area: Area, case: Case | None, by_language: Mapping[str, Mapping[str, str]],
    original: str, by: Person, at: datetime, client_uuid: str | None = None,
) -> Lesson:  # fmt: skip
    """A new lesson out of {"sv": {"title", "tried", "happened", "again"}}, which everybody reads at once.

    The same client_uuid with the same content is the same lesson again; with another it raises Conflict. NotAllowed,
    Refusal that names a field.
    """
    make_sure_may_write(session, by, area.id, case.id if case else None, at=at)
    said, values, tags = _texts(by_language, original, facts), _values(facts), lesson_tags.checked(facts.tags)
    client_uuid = typed.uuid(client_uuid)
    told = sorted((tag, sorted(own.items())) for tag, own in said.items())
    sent = (area.id, case and case.id, by.id, sorted(values.items()), tags, told)
    mark = hashlib.sha256(repr(sent).encode()).hexdigest()
    written = texts.write(session, said, original=original)
    new = insert(session, Lesson).values(
        **values, area_id=area.id, case_id=case.id if case else None, texts_id=written.id, by_id=by.id,
        client_uuid=client_uuid, content_mark=mark, is_hidden=False, is_example=False, created_at=at,
    )  # fmt: skip
    made: Lesson | None = session.scalar(new.on_conflict_do_nothing(index_elements=["client_uuid"]).returning(Lesson))
    if made is None:
        session.delete(written)
        session.flush()
        return _sent_before(session, client_uuid, mark)
    lesson_tags.write(session, made.id, tags)
    audit.note(session, "lesson.written", at=at, by=by, area_id=area.id, noun_id=made.id)
    changed(session, made)
    return made


def edit(
    session: Session, lesson: Lesson, facts: Facts, *, by_language: Mapping[str, Mapping[str, str]], by: Person,
    at: datetime,
) -> None:  # fmt: skip
    """Another telling takes the place of the one before. NotAllowed, Refusal that names a field."""
    make_sure_may_write(session, by, lesson.area_id, lesson.case_id, at=at)
    original = texts.original_of(session, lesson.texts_id)
    said, values, tags = _texts(by_language, original, facts), _values(facts), lesson_tags.checked(facts.tags)
    kept = {tag: own.get("programme", "") for tag, own in texts.all_of(session, lesson.texts_id).items()}
    is_renamed = values["programme"] != lesson.programme
    for tag, own in said.items():
        # A programme's name in another language was written by hand: it goes only with the name itself.
        programme = {} if tag == original else {"programme": "" if is_renamed else kept.get(tag, "")}
        texts.rewrite(session, lesson.texts_id, tag, {**own, **programme, "text": ""})
    for name, value in values.items():
        setattr(lesson, name, value)
    lesson.changed_at = at
    lesson_tags.write(session, lesson.id, tags)
    audit.note(session, "lesson.changed", at=at, by=by, area_id=lesson.area_id, noun_id=lesson.id)
    changed(session, lesson)


def hide(session: Session, lesson: Lesson, is_hidden: bool) -> None:
    """Takes it down after a report, or puts it back."""
    lesson.is_hidden = is_hidden
    changed(session, lesson)


def changed(session: Session, lesson: Lesson) -> None:
    """It is found by its words of now; the pages of every area are made anew, since each may offer any lesson."""
    session.flush()
    lesson_search.keep(session, lesson.id, lesson.texts_id)
    for area in sorted(areas.every(session), key=lambda one: one.id):  # always in one order: nobody waits in a ring
        revisions.raise_(session, area.id, "lessons")


def facts_of(session: Session, lesson: Lesson) -> Facts:
    """What stands now, for a form that changes it."""
    tags = lesson_tags.of_lessons(session, [lesson.id])[lesson.id]
    return Facts(lesson.kind, lesson.stage, tags, lesson.links, lesson.programme, lesson.years)


# --- private parts ---


def _texts(by_language: Mapping[str, Mapping[str, str]], original: str, facts: Facts) -> dict[str, dict[str, str]]:
    own = by_language.get(original, {})
    for name in NEEDED:
        _part(own, name, needed=True)
    said = {tag: {name: _part(words, name) for name in PARTS} for tag, words in by_language.items()}
    said[original]["programme"] = typed.line(facts.programme, field="programme", most=LONGEST_PROGRAMME, needed=False)
    return said


def _part(said: Mapping[str, str], name: str, *, needed: bool = False) -> str:
    if name == "title":
        return typed.line(said.get(name), field=name, most=LONGEST_TITLE, needed=needed)
    return typed.text(said.get(name), field=name, most=LONGEST_TEXT, needed=needed)


def _values(facts: Facts) -> dict[str, str | int]:
    if facts.kind not in KINDS:
        raise Refusal(say("Choose one of what is offered."), field="kind")
    if facts.stage not in STAGES:
        raise Refusal(say("Choose one of the seven stops."), field="stage")
    return {
        "kind": str(facts.kind),
        "stage": int(facts.stage),
        "programme": typed.line(facts.programme, field="programme", most=LONGEST_PROGRAMME, needed=False),
        "years": typed.line(facts.years, field="years", most=LONGEST_YEARS, needed=False),
        "links": "\n".join(_links(facts.links)),
    }


def _links(typed_in: str | None) -> list[str]:
    lines = typed.text(typed_in, field="links", most=MOST_LINKS * (LONGEST_LINK + 2), needed=False).split()
    if len(lines) > MOST_LINKS:
        raise Refusal(say("Write %(most)s addresses at most.", most=MOST_LINKS), field="links")
    return list(dict.fromkeys(_link(line) for line in lines))


def _link(line: str) -> str:
    """Only what a browser opens as a page, and whose host is what it looks like. Raises Refusal."""
    wrong = Refusal(say("Write a whole web address that begins with https://."), field="links")
    try:
        parts = urlsplit(line)
        host, _ = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:  # a broken port or bracket; a host that no name server knows is a UnicodeError, which is one too
        raise wrong from None
    if parts.scheme not in ("http", "https") or "." not in host or "@" in parts.netloc or len(line) > LONGEST_LINK:
        raise wrong
    if not HOST.fullmatch(host) or any(sign in line for sign in "<>\"'`\\"):
        raise wrong
    port = f":{parts.port}" if parts.port else ""
    return parts._replace(netloc=f"{host}{port}").geturl()


def _sent_before(session: Session, client_uuid: str | None, mark: str) -> Lesson:
    before = session.scalar(select(Lesson).where(Lesson.client_uuid == client_uuid))
    if before is None or before.content_mark != mark:
        raise Conflict(say("This was sent before with other words. Open the page again."), field="client_uuid")
    return before
