"""A stage for the access matrix: two areas, somebody for each column, and one of each thing, own, here, elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import (
    adoptions,
    appeals,
    cases,
    comment_subjects,
    comments,
    database,
    files,
    follows,
    handovers,
    idea_answers,
    ideas,
    insight_patterns,
    journal,
    keys,
    mail_codes,
    moderation,
    paper_ballots,
    people,
    photos,
    reports,
    restrictions,
    sign_in,
    slip_batches,
    sounds,
    team_invitations,
    team_notes,
    votes,
)
from backend.areas import Area
from backend.moderation import Decision
from backend.passkeys import Passkey
from backend.people import Level, Person, Role
from backend.waiting import Waiting
from tests import makers

WHO = ("nobody", "L0", "L1", "L2", "L3", "moderator", "coordinator", "core", "operator")
LEVELS = {"L0": Level.GUEST, "L1": Level.NEIGHBOUR, "L2": Level.RESIDENT, "L3": Level.E_ID}
ROLES = {"moderator": Role.MODERATOR, "coordinator": Role.COORDINATOR, "core": Role.CORE, "operator": Role.OPERATOR}
Holes = dict[str, str]


@dataclass
class Stage:
    people: dict[str, Person] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    own: dict[tuple[str, str], Holes] = field(default_factory=dict)  # by person and noun
    placed: dict[tuple[str, str], Holes] = field(default_factory=dict)  # by "here" or "elsewhere" and noun
    any: Holes = field(
        default_factory=lambda: {"lang": "en", "sort": "notices", "slug": "diary", "number": "1", "twin": "1"}
    )
    words: Holes = field(default_factory=dict)  # what addresses of the endpoint take for <word>

    def things(self, app: Flask, method: str, endpoint: str, who: str) -> Iterator[tuple[str, str]]:
        """(own, here or elsewhere; address) for each kind of thing that the endpoint's addresses can name."""
        for rule in app.url_map.iter_rules(endpoint):
            if method not in (rule.methods or ()):
                continue
            noun = NOUNS.get(endpoint) or next((noun for path, noun in ROOMS.items() if path in rule.rule), "case")
            kinds = [(kind, {"area": slug, **self.placed.get((kind, noun), {})}) for kind, slug in PLACES.items()]
            if (who, noun) in self.own:
                kinds.insert(0, ("own", {"area": "seved", **self.own[who, noun]}))
            given = {**self.any, "word": self.words.get(endpoint, "unknown")}
            seen = set()
            for kind, holes in kinds:
                address = _filled(rule.rule, {**given, **holes})
                if address not in seen:
                    seen.add(address)
                    yield kind, address

    def fields(self, kind: str) -> Holes:
        """What a plausible form sends; a door must not open for it, whatever it says."""
        place = "elsewhere" if kind == "elsewhere" else "here"
        case = self.placed[place, "case"]
        return {
            "text": "A bench by the playground", "name": "Sam", "how_many": "1", "language": "sv", "reason": "hate",
            "words": "It names me.", "decision": "approved", "version": "1", "days": "7", "kind": "limited",
            "where": "seved", "role": "moderator 1", "rule": "closed", "to": "", "is_sure": "",
            "case": case["number"], "choices": case["prototype"],
        }  # fmt: skip


def _filled(rule: str, holes: Holes) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda hole: holes[hole[1]], rule)


PLACES = {"here": "seved", "elsewhere": "lindangen"}
ROOMS = {"/ideas/": "idea", "/<area>/journal/": "journal note"}  # in whose addresses the number is theirs
# What the number in an address names, where neither the path nor the endpoint's room says so.
NOUNS = {
    "photos.show": "photo", "ideas.mine": "waiting idea", "guessing.correct": "waiting idea",
    "idea_edits.edit": "waiting idea", "idea_edits.withdraw": "waiting idea", "idea_photos.new": "waiting idea",
    "reports.show": "report",
    "appeals.show": "appeal", "appeals.new": "refused idea", "comments.edit": "comment", "comments.show": "comment",
    "comments.take_back": "comment", "meetings.calendar": "meeting", "meetings.coming": "meeting",
    "meetings.show": "meeting", "meetings.told": "meeting", "votes.show": "round", "votes.results": "round",
    "votes.withdraw": "round", "votes.receipt": "round", "rounds.close": "round", "votes.codes": "counted round",
    "votes.check": "counted round", "published.as_json": "counted round", "published.pabulib": "counted round",
    "paper_ballots.index": "round", "paper_ballots.show": "stack", "paper_ballots.take_out": "stack",
    "paper_ballots.finish": "stack",
    "needs.close": "need", "pledges.show": "pledge", "pledge_outcomes.withdraw": "pledge",
    "pledge_outcomes.note": "pledge", "handovers.show": "handover", "handovers.note": "handover",
    "handovers.take_back": "handover", "adoptions.edit": "adopted case", "adoption_reports.new": "adopted case",
    "moderation.show": "item", "moderation.decide": "item", "moderation.correct_language": "item",
    "moderation.feed": "item", "moderation.take_back": "item", "moderation.undo": "item",
    "moderation.open_case": "item", "moderation_readers.hand_over": "item", "dangers.raise_alarm": "item",
    "passkeys.remove": "passkey",
    "teams.room": "team", "teams.mine": "team", "teams.add": "team", "teams.edit": "team", "teams.end": "team",
    "team_notes.index": "team", "team_notes.remove": "team", "ambassadors.show": "team", "team_requests.answer": "team",
    "team_invitations.new": "team", "team_invitations.withdraw": "team", "statements.versions": "team",
    "statements.new": "team", "statements.accept": "team", "statements.take_back": "team",
    "team_invitations.show": "invitation", "team_invitations.by_link": "team link",
    "people.leave": "role", "people.take": "role", "people.show": "person", "people.limit": "person",
    "people.lift": "limit", "slip_batches.void": "batch", "lessons.show": "lesson",
    "lessons.edit": "area lesson", "lessons.of_case": "team",
    "shared_links.idea": "idea",
    "insights.show": "public insight", "insights.mine": "insight", "insights.edit": "insight",
    "insights.take_back": "insight", "insights.transcript": "insight", "insight_patterns.edit": "pattern",
    "insight_patterns.remove": "pattern", "sounds.show": "sound",
    "journal.show": "journal note", "journal.edit": "journal note", "journal.take_back": "journal note",
    "reports.new": "idea report",
}  # fmt: skip


def set_the_stage(session: Session, data: Path) -> Stage:
    at = database.now()
    stage = Stage()
    here, elsewhere = makers.seved(session, at=at), makers.lindangen(session)
    for who, level in LEVELS.items():
        stage.people[who] = people.add(session, name=who, language="en", level=level, area_id=here.id, at=at)
    for who, role in ROLES.items():
        person = people.add(session, name=who, language="en", level=Level.NEIGHBOUR, at=at)
        people.give_role(session, person, role, area_id=here.id, at=at)
        stage.people[who] = person
    for kind, area in (("here", here), ("elsewhere", elsewhere)):
        _furnish(session, stage, kind, area, data)
    _adopt(session, stage, here, elsewhere)
    for who, person in stage.people.items():
        _give(session, stage, who, person, here, elsewhere, data)
    _hand_out_words(session, stage, here, data)
    return stage


def _furnish(session: Session, stage: Stage, kind: str, area: Area, data: Path) -> None:
    """One of each thing in the area, by strangers who live there."""
    at = database.now()
    stranger = people.add(session, name="Stranger", language="ar", level=Level.RESIDENT, area_id=area.id, at=at)
    lead, moderator = makers.karin(session, area), makers.mira(session, area)
    idea = makers.a_published_idea(session, area, stranger, at=at)
    waiting = makers.an_idea(session, area, stranger, "A secret garden", at=at)
    item = session.scalars(select(Waiting).where(Waiting.kind == "idea", Waiting.noun_id == waiting.id)).one()
    round_ = makers.an_open_round(session, area, at=at)
    counted = makers.an_open_round(session, area, at=at - timedelta(days=9))
    counted.counted_at, counted.ballots = at, votes.FEWEST_TO_PUBLISH
    stack = paper_ballots.begin(session, round_, by=makers.mira(session, area), at=at)
    stack.first_done_at = at
    meeting = makers.a_meeting(session, area, lead, starts_at=at + timedelta(days=3), at=at)
    noisy = people.add(session, name="Noisy", language="ar", level=Level.RESIDENT, area_id=area.id, at=at)
    limit = restrictions.restrict(session, noisy, "limited", area=area, reason="advertises", days=7, by=lead, at=at)
    batch, _ = slip_batches.make(session, keys.key(data, "slips"), area, 2, by=lead, at=at)
    photo = photos.keep(
        session, files.store(f"file://{data / 'files'}"), photos.prepare(makers.a_photograph()), area_id=area.id,
        by=stranger, at=at,
    )  # fmt: skip
    waiting.photo_id = photo.id
    places = {
        "idea": idea.id, "case": round_.case_id, "waiting idea": waiting.id, "item": item.id, "round": round_.id,
        "counted round": counted.id, "meeting": meeting.id, "person": stranger.id, "limit": limit.id,
        "batch": batch.id, "role": moderator.given[0].id,
    }  # fmt: skip
    stage.placed |= {(kind, noun): {"number": str(number)} for noun, number in places.items()}
    prototype = session.scalars(select(makers.Prototype).where(makers.Prototype.case_id == round_.case_id)).first()
    stage.placed[kind, "case"]["prototype"] = str(prototype.id)
    stage.placed[kind, "case"] |= _weighed(session, prototype, area, lead, at)
    stage.placed[kind, "counted round"]["same"] = str(counted.id)
    stage.placed[kind, "stack"] = {"number": str(round_.id), "position": str(stack.position)}
    stage.placed[kind, "photo"] = {"key": photo.key}
    stage.placed[kind, "idea report"] = {"kind": "idea", "number": str(idea.id)}
    stage.placed[kind, "lesson"] = {"number": str(makers.a_lesson(session).id)}
    learned = makers.a_lesson(session)
    learned.area_id = area.id
    stage.placed[kind, "area lesson"] = {"number": str(learned.id)}
    for noun, holes in _of(session, stranger, area, moderator).items():
        stage.placed[kind, noun] = holes
    _tell(session, stage, kind, stranger, lead, data)
    stage.placed[kind, "need"] = {
        "number": str(round_.case_id),
        "need": str(makers.a_need(session, cases.by_number(session, round_.case_id), lead, at=at).id),
    }


def _weighed(session: Session, prototype: makers.Prototype, area: Area, lead: Person, at: datetime) -> Holes:
    """An idea of the prototype's case, an option beside it, and a trial."""
    case = cases.by_number(session, prototype.case_id)
    idea = makers.a_published_idea(session, area, people.add(session, language="ar", at=at), "A tent")
    idea_answers.join_case(session, idea, case.id, at=at)
    option, trial = makers.an_option(session, case, lead, at=at), makers.a_trial(session, prototype, lead, at=at)
    return {"idea": str(idea.id), "option": str(option.id), "trial": str(trial.id)}


def _tell(session: Session, stage: Stage, kind: str, by: Person, lead: Person, data: Path) -> None:
    """A recording that waits, two insights that are public, and what was drawn together from them."""
    case = session.get_one(makers.Case, int(stage.placed[kind, "case"]["number"]))
    waiting = _a_spoken_insight(session, case, by, data)
    public = [makers.an_insight(session, case, lead, f"Seen {number}", at=database.now()).id for number in range(2)]
    pattern = insight_patterns.draw(
        session, case, by_language={"en": {"text": "All walk round it."}}, original="en", insights=public, by=lead,
        at=database.now(),
    )  # fmt: skip
    number = {"number": str(case.id)}
    stage.placed[kind, "insight"] = {**number, "insight": str(waiting.id)}
    stage.placed[kind, "public insight"] = {**number, "insight": str(public[0])}
    stage.placed[kind, "pattern"] = {**number, "pattern": str(pattern.id)}
    stage.placed[kind, "sound"] = {"key": session.get_one(sounds.Sound, waiting.sound_id).key}


def _a_spoken_insight(session: Session, case: makers.Case, by: Person, data: Path) -> makers.Insight:
    """It waits, whoever tells it, since nobody has written down what is said."""
    store, at = files.store(f"file://{data / 'files'}"), database.now()
    sound = sounds.keep(session, store, sounds.Prepared(b"sound", 4000, ""), area_id=case.area_id, by=None, at=at)
    return makers.an_insight(session, case, by, f"Heard by {by.id}", sound=sound, at=at)


def _of(session: Session, person: Person, area: Area, moderator: Person) -> dict[str, Holes]:
    """What only its owner may see: a comment, a report, a refused idea and an appeal against that."""
    at = database.now()
    idea = makers.a_published_idea(session, area, people.add(session, language="sv", at=at), f"Lamps for {person.id}")
    refused = makers.an_idea(session, area, person, f"A wall for {person.id}", at=at)
    makers.decided(session, refused, moderator, Decision.NOT_PUBLISHED, reason="hate", at=at)
    moderation.settle_due(session, at)
    appeal = appeals.object_to(session, "idea", refused.id, by=person, words="It is not.", language="en", at=at)
    report = reports.report(
        session, area_id=area.id, kind="idea", number=idea.id, by=person, reason="hate", language="en", at=at
    )
    found = {
        "report": {"number": str(report.id)}, "appeal": {"number": str(appeal.id)},
        "refused idea": {"kind": "idea", "number": str(refused.id)},
    }  # fmt: skip
    if person.level >= Level.NEIGHBOUR:
        subject = comment_subjects.subject(session, "idea", idea.id, language="en")
        comment = comments.write(session, subject, area=area, text="Yes!", language="en", by=person, at=at)
        key = Passkey(
            person_id=person.id, credential_id=f"key{person.id:05}", public_key=b"", name="Phone", created_at=at
        )
        session.add(key)
        session.flush()
        found |= {"comment": {"number": str(comment.id)}, "passkey": {"number": str(key.id)}}
        found |= _promised(session, person, area, at)
        found |= _teamed(session, person, area, at)
    return found


def _promised(session: Session, person: Person, area: Area, at: datetime) -> dict[str, Holes]:
    """A promise of theirs to a case, and an offer to own another that waits for their answer."""
    lead = makers.karin(session, area)
    promised, offered = (makers.a_case(session, area) for _ in range(2))
    pledge = makers.a_pledge(session, promised, person, at=at)
    offer = makers.an_offer(session, offered, lead, makers.in_the_team(session, offered, person), at=at)
    taker = handovers.by_number(session, offer.id).takers[0]
    return {
        "pledge": {"number": str(promised.id), "pledge": str(pledge.id)},
        "handover": {"number": str(offered.id), "handover": str(offer.id), "taker": str(taker.id)},
    }


def _teamed(session: Session, person: Person, area: Area, at: datetime) -> dict[str, Holes]:
    """A team whose ambassador they are, with one of each of its things; and an invitation into another."""
    lead = makers.karin(session, area)
    case, other = (makers.a_case(session, area) for _ in range(2))
    makers.an_ambassador(session, case, person)
    makers.a_statement(session, case, person, "agreement", at=at)
    team_notes.write(session, case, text="Only for us", language="en", by=person, at=at)
    asks = people.add(session, name="Asks", language="ar", level=Level.NEIGHBOUR, at=at)
    request = makers.a_team_request(session, case, asks, at=at)
    given = {"name": "Somebody", "sector": "resident", "by": lead, "at": at}
    word = team_invitations.invite_by_link(session, case, **given)
    follows.follow(session, person, "case", other.id, at=at)
    team_invitations.invite(session, other, person.id, sector="resident", by=lead, at=at)
    note = journal.add(session, case, text="We began.", language="en", by=person, at=at)
    link, mine = (team_invitations.of_case(session, one.id, at=at)[0] for one in (case, other))
    return {
        "team": {
            "number": str(case.id), "kind": "agreement", "asked": str(request.id), "invitation": str(link.id),
            "member": str(makers.an_outsider(session, case, lead).id),
            "note": str(team_notes.of_case(session, case, reader=person)[0].number),
        },
        "invitation": {"number": str(other.id), "invitation": str(mine.id)},
        "team link": {"word": word}, "journal note": {"number": str(note.id)},
    }  # fmt: skip


def _adopt(session: Session, stage: Stage, here: Area, elsewhere: Area) -> None:
    """A case in each of the two areas that came from the other."""
    at = database.now()
    for kind, area, source in (("here", here, elsewhere), ("elsewhere", elsewhere, here)):
        first = makers.a_handed_over_case(session, source, makers.karin(session, source))
        lead = makers.karin(session, area)
        made = adoptions.adopt(session, first, area, prototype_id=None, stage=4, by=lead, at=at)
        stage.placed[kind, "adopted case"] = {"number": str(made.id)}


def _give(
    session: Session, stage: Stage, who: str, person: Person, here: Area, elsewhere: Area, data: Path
) -> None:  # fmt: skip
    """What is this person's own."""
    at = database.now()
    moderator = makers.mira(session, here)
    for noun, holes in _of(session, person, here, moderator).items():
        stage.own[who, noun] = holes
    mine = makers.an_idea(session, here, person, f"Mine, says {who}", at=at)
    stage.own[who, "waiting idea"] = {"number": str(mine.id)}
    makers.an_address(session, person, at=at)
    if person.level >= Level.NEIGHBOUR:
        case = session.get_one(makers.Case, int(stage.placed["here", "case"]["number"]))
        told = _a_spoken_insight(session, case, person, data)
        stage.own[who, "insight"] = {"number": str(case.id), "insight": str(told.id)}
    if person.given:
        stage.own[who, "role"] = {"number": str(person.given[0].id)}


def _hand_out_words(session: Session, stage: Stage, area: Area, data: Path) -> None:
    at = database.now()
    guest = people.add(session, language="en", at=at)
    _, receipt = ideas.submit(session, area=area, author=guest, text="A tree", language="en", at=at)
    address = makers.an_address(session, people.add(session, name="Mail", language="en", level=Level.NEIGHBOUR, at=at))
    asked = mail_codes.ask(session, keys.key(data, "mail codes"), "a@example.org", language="en", at=at)
    letter = session.scalars(select(mail_codes.Letter).order_by(mail_codes.Letter.id.desc())).first()
    stage.words = {
        "ideas.receipt": receipt or "", "sign_in.address": sign_in.address_for(session, guest, at=at),
        "mail_addresses.leave": address.leave_mark, "mail_codes.enter": asked,
        "mail_codes.link": re.search(r"/link/([\w-]+)", letter.values["link"])[1],
    }  # fmt: skip
