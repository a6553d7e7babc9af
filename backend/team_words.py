"""What members of a team say of themselves: their part in it, what they can give, and where they need others.

The last of these is for the team alone. A member writes in one language; a new text takes the place of all before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from . import addresses, audit, cases, people, reportable, restrictions, revisions, teams, texts, typed
from .areas import Area
from .cases import Case
from .errors import NotAllowed
from .people import Person
from .reportable import Look, Reportable
from .teams import Member
from .texts import Said, TextSet
from .waiting import Waiting
from .wording import say

LONGEST = 200  # characters of each
NAMES = ("part", "gives", "needs")
PUBLIC = ("part", "gives")


def may_write(member: Member, person: Person | None) -> bool:
    """A member's own; coordinators write for members without an account."""
    if member.person_id is None:
        return cases.may_lead(person, member.area_id)
    return person is not None and member.person_id == person.id


def add_outsider(
    session: Session, case: Case, *, name: str | None, sector: str | None, said: dict[str, str], language: str,
    by: Person, at: datetime,
) -> Member:  # fmt: skip
    """A member without an account: an association, a department. NotAllowed unless by coordinates; Refusal."""
    if not cases.may_lead(by, case.area_id):
        raise NotAllowed(say("Only a coordinator of this area may do this."))
    new = Member(
        case_id=case.id, area_id=case.area_id, name=teams.checked_name(people.clean_name(name or "")),
        sector=teams.checked_sector(sector), joined_at=at,
    )  # fmt: skip
    session.add(new)
    session.flush()
    write(session, new, said=said, language=language)
    audit.note(session, "team.member_added", at=at, by=by, area_id=case.area_id, noun_id=new.id)
    return new


def describe(
    session: Session, member: Member, *, name: str | None, sector: str | None, said: dict[str, str], language: str,
    by: Person, at: datetime,
) -> None:  # fmt: skip
    """What the team calls a member, where they come from, and their words. NotAllowed, Refusal."""
    if not may_write(member, by):
        raise NotAllowed(say("Each member writes this for themselves."))
    restrictions.make_sure_may_join(session, by, member.area_id, at=at)
    if member.person_id is None:
        member.name = teams.checked_name(people.clean_name(name or ""))
    elif (name or "").strip() != member.name:
        member.name = teams.checked_name(people.own_name(session, by, name or ""))
    member.sector = teams.checked_sector(sector)
    write(session, member, said=said, language=language)


def write(session: Session, member: Member, *, said: dict[str, str], language: str) -> None:
    """Raises Refusal that names "part", "gives" or "needs"."""
    clean = {name: typed.text(said.get(name), field=name, most=LONGEST, needed=False) for name in NAMES}
    before = of_member(session, member, language)
    if any(clean[name] != before[name].text for name in NAMES):
        forget(session, member)
        if any(clean.values()):
            member.texts_id = texts.write(session, {language: clean}, original=language).id
    session.flush()
    revisions.raise_(session, member.area_id, "cases")


def forget(session: Session, member: Member) -> None:
    """All their words are gone, for everybody."""
    old, member.texts_id = member.texts_id, None
    session.flush()
    session.execute(delete(TextSet).where(TextSet.id == old))


def of_member(session: Session, member: Member, language: str) -> Said:
    """ "part", "gives" and "needs", also where they were taken down: for whoever may mend them."""
    return texts.read_one(session, member.texts_id, language) if member.texts_id else Said()


# --- reports ---


def look_at(session: Session, numbers: Sequence[int], language: str) -> dict[int, Look]:
    """What a member says of themselves for everybody to read; never what is for the team alone."""
    query = (
        select(Member, Area.slug, Person.language)
        .join(Area, Area.id == Member.area_id)
        .outerjoin(Person, Person.id == Member.person_id)
        .where(Member.id.in_(numbers))
    )
    rows = session.execute(query).all()
    said = texts.read(session, [member.texts_id for member, *_ in rows if member.texts_id], language)
    found = {}
    for member, slug, reads in rows:
        own = [said[member.texts_id][name] for name in PUBLIC] if member.texts_id else []
        words = [one for one in own if one]
        found[member.id] = Look(
            member.id, member.area_id, say("A member’s words in the team"), "", "\n".join(map(str, words)),
            words[0].language if words else language, addresses.team(language, slug, member.case_id),
            bool(words) and not member.is_hidden and member.left_at is None, member.person_id, member.name, reads or "",
        )  # fmt: skip
    return found


def take_down(session: Session, number: int, waiting: Waiting, at: datetime) -> dict[str, Any]:
    _set_hidden(session, number, True)
    return {}


def put_back(session: Session, number: int, before: Mapping[str, Any], at: datetime) -> None:
    _set_hidden(session, number, False)


def _set_hidden(session: Session, number: int, is_hidden: bool) -> None:
    member = session.get(Member, number)
    if member is not None:
        member.is_hidden = is_hidden
        session.flush()
        revisions.raise_(session, member.area_id, "cases")


reportable.offer("member", Reportable(look_at, take_down, put_back))
