"""What attackers type, wherever people can type, in a real browser with the Content-Security-Policy enforced.

Nothing of it may become an element, a script or a dialog, and the policy, the second wall, must never have to speak.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from playwright.sync_api import BrowserContext, Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import (
    adoption_reports,
    adoptions,
    areas,
    case_endings,
    case_moves,
    cases,
    database,
    files,
    handovers,
    idea_photos,
    insight_patterns,
    journal,
    lesson_search,
    method_uses,
    methods,
    moderation,
    moderation_readers,
    openings,
    option_arguments,
    options,
    paper_ballots,
    people,
    photos,
    pledge_outcomes,
    pledges,
    prototypes,
    reports,
    settings,
    sign_in,
    sounds,
    statements,
    team_notes,
    teams,
    texts,
)
from backend.cases import Case
from backend.lessons import Lesson
from backend.people import Level, Person, Role
from backend.prototypes import Prototype
from backend.sign_in import How
from backend.waiting import Decision, Waiting
from tests import makers
from tests.browser.conftest import DESK, Phones
from tests.browser.service import Service

PAYLOADS = (
    '"><img x-attack src=x onerror=alert(1)>',
    "'><svg x-attack onload=alert(2)></svg>",
    "</title></textarea><script x-attack>alert(3)</script>",
    "<a x-attack href=javascript:alert(4)>{{7*7}}</a>",
)
# Before any script of ours: what the policy had to stop is kept for the test to read.
LISTEN = """
    window.stopped = [];
    document.addEventListener("securitypolicyviolation", (event) =>
        window.stopped.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""
LEARNED = ("title", "text", "tried", "again")  # of a lesson
FOUND = """() => ({
    made: [...document.querySelectorAll("[x-attack]")].map((one) => one.outerHTML),
    acting: [...document.querySelectorAll("*")].filter((one) =>
        [...one.attributes].some((named) => named.name.startsWith("on") || /^\\s*javascript:/i.test(named.value))
    ).map((one) => one.outerHTML),
    stopped: window.stopped,
})"""


@dataclass
class World:
    """A payload in every place, and where the pages are that show it."""

    payload: str
    slug: str
    public: list[str] = field(default_factory=list)
    own: list[str] = field(default_factory=list)  # of the resident who typed it
    desk: list[str] = field(default_factory=list)
    staff: list[str] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)  # cookies


@dataclass
class Watched:
    """A browser that tells of each dialog, and pages that tell of what became of the payload."""

    context: BrowserContext
    dialogs: list[str] = field(default_factory=list)

    def page(self) -> Page:
        page = self.context.new_page()
        page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))
        return page

    def wrong_at(self, page: Page, address: str) -> list[str]:
        answer = page.goto(address)
        page.wait_for_timeout(100)  # for pictures that fail and modules that enhance
        found = page.evaluate(FOUND)
        wrong = [f"{kind}: {one}" for kind, many in found.items() for one in many] + self.dialogs
        if answer is None or answer.status != 200:
            wrong.append(f"it answers {answer and answer.status}")
        elif "x-attack" not in page.content():
            wrong.append("it does not show what was typed")
        self.dialogs.clear()
        return [f"{address}: {one}" for one in wrong]


@pytest.fixture(scope="module")
def worlds(service: Service) -> list[World]:
    engine = database.connect(service.database)
    with database.sessions(engine)() as session, database.transaction(session):
        made = [_world(session, service, payload, f"attack-{number}") for number, payload in enumerate(PAYLOADS)]
    engine.dispose()
    return made


def browser_of(phones: Phones, service: Service, word: str = "", **options: object) -> Watched:
    context = phones(**options)
    context.add_init_script(LISTEN)
    if word:
        context.add_cookies([{"name": "innovationsforum", "value": word, "url": service.address}])
    return Watched(context)


@pytest.mark.parametrize("number", range(len(PAYLOADS)), ids=["img", "svg", "script", "link"])
@pytest.mark.parametrize("who", ["nobody", "resident", "moderator", "coordinator"])
def test_what_was_typed_stays_words(
    service: Service, phones: Phones, worlds: list[World], number: int, who: str
) -> None:
    world = worlds[number]
    addresses = {"nobody": world.public, "resident": world.own, "moderator": world.desk, "coordinator": world.staff}[
        who
    ]
    options = {"viewport": DESK} if who in ("moderator", "coordinator") else {}
    watched = browser_of(phones, service, world.words.get(who, ""), **options)
    page = watched.page()

    wrong = [one for address in addresses for one in watched.wrong_at(page, f"{service.address}{address}")]

    assert not wrong


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_is_being_typed_stays_words(service: Service, phones: Phones, payload: str) -> None:
    """The text, the similar ideas under it, the name of the file and the draft that comes back."""
    watched = browser_of(phones, service)
    page = watched.page()
    page.goto(f"{service.address}/sv/seved/ideas/new")

    page.locator("textarea[name=text]").fill(f"{payload}\n{payload}")
    photo = {"name": f"{payload}.jpg", "mimeType": "image/jpeg", "buffer": makers.a_photograph((64, 48))}
    page.locator("input[type=file]").set_input_files(photo)
    page.locator("input[name=alt]").fill(payload, force=True)
    page.wait_for_timeout(1500)  # until similar ideas have been asked for
    typed = page.evaluate(FOUND)
    page.reload()
    again = page.evaluate(FOUND)

    assert typed == again == {"made": [], "acting": [], "stopped": []}
    assert not watched.dialogs


def test_this_test_would_see_a_payload_that_came_to_life(service: Service, phones: Phones) -> None:
    watched = browser_of(phones, service)
    page = watched.page()
    page.goto(f"{service.address}/sv/")

    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<b x-attack title=\"javascript:1\">x</b>')")
    found = page.evaluate(FOUND)

    assert len(found["made"]) == len(found["acting"]) == 1


def _world(session: Session, service: Service, payload: str, slug: str) -> World:
    at, world = database.now(), World(payload, slug)
    area = areas.add(session, name=payload, slug=slug, district=payload, meeting_place=payload, at=at)
    resident = people.add(session, name=payload, language="sv", level=Level.RESIDENT, area_id=area.id, at=at)
    moderator, coordinator = (_staff(session, area.id, role, payload) for role in (Role.MODERATOR, Role.COORDINATOR))
    for name, person in (("resident", resident), ("moderator", moderator), ("coordinator", coordinator)):
        world.words[name] = sign_in.begin(session, person, how=How.PASSKEY, at=at, device=payload)
    idea = _ideas(session, service, world, resident, moderator)
    case = cases.open_case(
        session, area_id=area.id, by_language={"sv": {"title": payload, "summary": payload, "here": payload}},
        original="sv", by=coordinator, at=at, stage=5,
    )  # fmt: skip
    told = {"title": payload, "lines": payload, "tries": payload, "risk": payload, "stop_when": payload}
    tried = [
        prototypes.add(
            session,
            case,
            by_language={"sv": told},
            original="sv",
            state="tried",
            picture="table",
            by=coordinator,
            at=at,
        )
        for _ in range(2)
    ]
    teams.join(session, case, resident, name=payload, at=at)
    request = _team(session, case, payload, coordinator, resident)
    note = journal.add(session, case, text=payload, language="sv", by=coordinator, at=at)
    case_moves.make(session, case, 6, why={"sv": payload}, original="sv", by=coordinator, at=at)
    meeting = makers.a_meeting(
        session, area, coordinator, by_language={"sv": {"title": payload, "about": payload, "place": payload}},
        place=payload, at=at, starts_at=at + timedelta(days=3),
    )  # fmt: skip
    lesson = Lesson(
        texts_id=texts.write(session, {"sv": dict.fromkeys(LEARNED, payload)}, original="sv").id, kind="worked",
        stage=6, programme=payload, page=1, created_at=at, area_id=area.id, case_id=case.id,
    )  # fmt: skip
    session.add(lesson)
    session.flush()
    lesson_search.keep(session, lesson.id, lesson.texts_id)
    method_uses.tell(
        session, methods.by_slug("diary"), case, by_language={"sv": {"text": payload}}, original="sv", by=coordinator,
        at=at,
    )  # fmt: skip
    asked = openings.open_round(
        session, case, prototypes=[one.id for one in tried], by_language={"sv": {"question": payload}}, original="sv",
        closes_at=at + timedelta(days=7), by=coordinator, at=at, show_originals=True,
    )  # fmt: skip
    paper_ballots.begin(session, asked, by=coordinator, at=at)
    base = f"/sv/{slug}"
    world.public += [
        "/sv/", f"{base}/", f"{base}/ideas/", f"{base}/ideas/{idea}", f"{base}/ideas/{idea}/comments/",
        f"{base}/cases/", f"{base}/cases/{case.id}", f"{base}/meetings/", f"{base}/meetings/{meeting.id}",
        f"/ar/lessons/{lesson.id}", f"/sv/lessons/{lesson.id}", f"{base}/ideas/{idea}/support",
        "/sv/lessons/?stage=6", f"/ar/lessons/search?{urlencode({'q': payload})}", "/ar/methods/diary",
        f"{base}/report/idea/{idea}",
    ]  # fmt: skip
    world.public += [f"{base}/votes/{asked.id}/results", f"{base}/cases/{case.id}/journal/"]
    world.public += [f"{base}/journal/{note.id}"]
    world.public += ["/sv/cases/", f"{base}/journal/{note.id}/comments/", f"{base}/cases/{case.id}/follow"]
    world.staff += [f"/sv/lessons/{lesson.id}/edit", "/sv/methods/diary/used", f"{base}/report/lesson/{lesson.id}"]
    world.staff += ["/sv/core/", f"{base}/journal/{note.id}/edit", f"{base}/journal/{note.id}/take-back"]
    _insights(session, service, world, case, resident, coordinator)
    weighed = _options(session, case, tried[0], coordinator, payload)
    _resources(session, world, case, resident, coordinator)
    world.public += [
        f"{base}/cases/{case.id}/options/", f"{base}/cases/{case.id}/prototypes/",
        f"{base}/cases/{case.id}/prototypes/{tried[0].id}", f"{base}/report/trial/{weighed.trial}",
        f"{base}/report/option/{weighed.option}", f"{base}/report/argument/{weighed.argument}",
    ]  # fmt: skip
    world.staff += [
        f"{base}/cases/{case.id}/options/{weighed.option}/{form}" for form in ("argue", "weigh", "decide")
    ] + [f"{base}/cases/{case.id}/trials/new", f"{base}/cases/{case.id}/prototypes/{tried[0].id}/edit"]
    team = f"{base}/cases/{case.id}/team"
    world.public += [f"{team}/", f"{base}/cases/{case.id}/problem/", f"{base}/cases/{case.id}/statements/agreement"]
    world.own += [f"{team}/room", f"{team}/notes", f"{team}/me", f"{team}/ambassadors"]
    world.own += [f"{base}/cases/{case.id}/statements/agreement/{page}" for page in ("accept", "new")]
    world.staff += [f"{team}/room", f"{team}/requests/{request}", f"{team}/invite"]
    world.own += ["/sv/me/", f"{base}/cases/{case.id}/join", "/sv/me/devices", f"{base}/votes/{asked.id}"]
    world.staff += [
        "/sv/coordination/", "/sv/people/", f"/sv/people/{resident.id}", f"{base}/meetings/{meeting.id}/told",
        f"{base}/cases/{case.id}/vote/new", f"{base}/votes/{asked.id}/close",
        f"{base}/votes/{asked.id}/paper/", f"{base}/votes/{asked.id}/paper/1", f"{base}/place-code", f"{base}/slips/",
        f"{base}/meetings/new",
    ]  # fmt: skip
    return world


def _resources(session: Session, world: World, case: Case, resident: Person, coordinator: Person) -> None:
    """A need, promises for it and besides, an offer that was answered, a solution taken up elsewhere, a last word."""
    at, payload, tongue = database.now(), world.payload, {"language": "sv", "at": database.now()}
    said = {"sv": {"words": payload, "unit": payload[:30]}}
    need = makers.a_need(session, case, coordinator, by_language=said, at=at)
    told = {"words": payload, "shown_as": "organisation", "name": payload, "contact": payload, **tongue}
    pledge = makers.a_pledge(session, case, resident, need=need, how_much=2, **told)
    pledges.publish(session, pledge, at=at)
    pledge_outcomes.note(session, pledge, "kept", word=payload, language="sv", by=coordinator, at=at)
    offer = makers.an_offer(session, case, coordinator, owner=payload, words=payload, at=at)
    [taker] = handovers.by_number(session, offer.id).takers
    handovers.note_answer(
        session, offer, taker, True, spoke=payload, words=payload, language="sv", answered_at=at, by=coordinator, at=at
    )
    there = areas.add(session, name=payload, slug=f"{world.slug}-too", district=payload, meeting_place=payload, at=at)
    people.give_role(session, coordinator, Role.COORDINATOR, area_id=there.id, at=at)
    made = adoptions.adopt(session, case, there, prototype_id=None, stage=7, by=coordinator, at=at)
    adoption = adoptions.of_new_case(session, made.id)
    changed = {"sv": {"title": payload, "summary": payload, "changes": payload}}
    adoptions.change(session, adoption, by_language=changed, original="sv", by=coordinator, at=at)
    adoption_reports.add(
        session, adoption, state="works", by_language={"sv": {"text": payload}}, original="sv", by=coordinator, at=at
    )
    case_endings.finish(session, made, word=payload, language="sv", by=coordinator, at=at)
    base, new = f"/sv/{world.slug}/cases/{case.id}", f"/sv/{there.slug}/cases/{made.id}"
    world.public += [
        f"{base}/resources/", f"{base}/spread/", f"{new}/spread/", new, f"/sv/{world.slug}/report/pledge/{pledge.id}",
        f"/sv/{world.slug}/report/handover/{offer.id}",
    ]  # fmt: skip
    world.own += [f"{base}/pledges/{pledge.id}", f"{base}/pledges/new", f"{base}/pledges/new?need={need.id}"]
    world.staff += [
        f"{base}/pledges/", f"{base}/pledges/{pledge.id}/note", f"{base}/pledges/enter",
        f"{base}/needs/{need.id}/close", f"{base}/handovers/{offer.id}",
        f"/sv/cases/{case.id}/adopt", f"{new}/adoption", f"{new}/adoption/tell", f"{new}/reopen",
    ]  # fmt: skip


@dataclass(frozen=True)
class Weighed:
    """The numbers of an option, an argument and a trial."""

    option: int
    argument: int
    trial: int


def _options(session: Session, case: Case, tried: Prototype, by: Person, payload: str) -> Weighed:
    """An option with an argument, and a trial with a number."""
    at, told = database.now(), {"sv": {"title": payload, "text": payload, "source": payload}}
    option = makers.an_option(session, case, by, by_language=told, at=at)
    argued = {"side": "for", "text": payload, "language": "sv"}
    argument = option_arguments.argue(session, option, **argued, by=by, at=at)
    weighed = {"risk": {"sv": payload}, "risk_level": "", "cost_from": None, "cost_to": 9}
    options.weigh(session, option, **weighed, by=by, at=at)
    said = dict.fromkeys(("did", "seen", "next", "learned", "place"), payload)
    trial = makers.a_trial(session, tried, by, said=said, numbers=[(payload[:40], "3")], at=at)
    return Weighed(option.id, argument.id, trial.id)


def _insights(
    session: Session, service: Service, world: World, case: Case, resident: Person, lead: Person
) -> None:  # fmt: skip
    """One that waits with photo and recording, one that is public with a recording, and what was drawn together."""
    at, payload, base = database.now(), world.payload, f"/sv/{world.slug}/cases/{case.id}"
    store = files.store(settings.from_environment(service.environment).files_url)
    told = []
    for by in (resident, lead, lead):
        photo = photos.keep(
            session, store, photos.prepare(makers.a_photograph((64, 48))), area_id=case.area_id, by=None, at=at
        )
        sound = sounds.keep(
            session, store, sounds.Prepared(b"", 1000, payload), area_id=case.area_id, by=None, at=at
        )  # fmt: skip
        words = "" if by is resident else payload  # without them it waits, though they are in the team
        heard = {"photo": photo, "alt": payload, "sound": sound, "transcript": words}
        told.append(
            makers.an_insight(session, case, by, payload, told_by="full", name=payload[:60], at=at, **heard).id
        )  # fmt: skip
    drawn = insight_patterns.draw(
        session, case, by_language={"sv": {"text": payload}}, original="sv", insights=told[1:], by=lead, at=at
    )
    world.public += [
        f"{base}/insights/", f"{base}/insights/{told[1]}", f"/sv/{world.slug}/report/insight/{told[1]}",
        f"/sv/{world.slug}/report/pattern/{drawn.id}",
    ]  # fmt: skip
    world.own += [f"{base}/insights/{told[0]}/{page}" for page in ("mine", "edit", "take-back", "transcript")]
    world.own.append(f"{base}/insights/new")
    world.desk.append(f"/ar/moderation/{_item(session, 'insight', told[0]).id}")
    world.staff += [f"{base}/patterns/new", f"{base}/patterns/{drawn.id}/edit", f"{base}/patterns/{drawn.id}/remove"]


def _team(session: Session, case: Case, payload: str, lead: Person, resident: Person) -> int:
    """What the team says of itself, together and apart; the number of somebody's wish to join."""
    at = database.now()
    makers.an_outsider(session, case, lead, name=payload, said=dict.fromkeys(("part", "gives", "needs"), payload))
    for kind in ("problem", "vision", "agreement"):
        makers.a_statement(session, case, resident, kind, by_language={"sv": payload}, at=at)
        statements.accept(session, case, kind, 1, by=resident, at=at)
        makers.a_statement(session, case, resident, kind, by_language={"sv": f"{payload} x"}, after=1, at=at)
    team_notes.write(session, case, text=payload, language="sv", by=resident, at=at)
    asks = people.add(session, name=payload, language="sv", level=Level.NEIGHBOUR, at=at)
    return makers.a_team_request(session, case, asks, gives=payload, at=at).id


def _ideas(session: Session, service: Service, world: World, resident: Person, moderator: Person) -> int:
    """A public idea with a comment, one that was refused, one that waits with a photo, and a report."""
    at, payload = database.now(), world.payload
    area = areas.by_slug(session, world.slug)
    public = makers.an_idea(session, area, resident, f"{payload}\n{payload}", at=at)
    _decide(session, public.id, Decision.APPROVED, moderator)
    refused = makers.an_idea(session, area, resident, f"{payload}\n{payload}", at=at)
    _decide(session, refused.id, Decision.NOT_PUBLISHED, moderator, reason="advertising", note=payload)
    comment = makers.a_comment(session, public, resident, payload, at=at)
    store = files.store(settings.from_environment(service.environment).files_url)
    ready = photos.prepare(makers.a_photograph((64, 48)))
    photo = photos.keep(session, store, ready, area_id=area.id, by=None, at=at)
    waiting = makers.an_idea(session, area, resident, f"{payload}\n{payload}", at=at, photo=photo, alt=payload)
    later = photos.keep(session, store, ready, area_id=area.id, by=None, at=at)
    idea_photos.send(session, public, photo=later, alt=payload, language="sv", by=resident, at=at)
    report = reports.report(
        session, area_id=area.id, kind="idea", number=public.id, by=people.add(session, language="sv", at=at),
        reason="other", words=payload, contact=payload, language="sv", at=at,
    )  # fmt: skip
    second = _staff(session, area.id, Role.MODERATOR, payload)
    item = _item(session, "idea", waiting.id)
    moderation_readers.hand_over(session, item.id, moderator.id, word=payload, by=second, at=at)
    base = f"/sv/{world.slug}"
    world.own += [
        f"{base}/ideas/{public.id}/mine", f"{base}/ideas/{public.id}/photo", f"{base}/ideas/{refused.id}/mine",
        f"{base}/ideas/{waiting.id}/mine", f"{base}/appeals/new/idea/{refused.id}", f"{base}/comments/{comment.id}",
        f"{base}/ideas/{public.id}/comments/new?to={comment.id}",
    ]  # fmt: skip
    thing = _item(session, "report", report.thing_id)
    world.desk += [
        "/sv/moderation/", f"/sv/moderation/{item.id}", f"/ar/moderation/{thing.id}", "/sv/moderation/spam",
        f"/en/moderation/{_item(session, 'idea', public.id).id}", "/sv/moderation/?photo=with",
        f"/sv/moderation/{_item(session, 'photo', public.id).id}", f"{base}/ideas/{public.id}/merge",
    ]  # fmt: skip
    return public.id


def _decide(session: Session, number: int, decision: Decision, by: Person, **how: str) -> None:
    at, item = database.now(), _item(session, "idea", number)
    moderation.decide(session, item.id, decision, by=by, seen_version=item.version, at=at, undo_seconds=0, **how)
    moderation.settle_due(session, at)


def _item(session: Session, kind: str, number: int) -> Waiting:
    return session.scalars(select(Waiting).where(Waiting.kind == kind, Waiting.noun_id == number)).one()


def _staff(session: Session, area_id: int, role: Role, name: str) -> Person:
    person = people.add(session, name=name, language="sv", level=Level.NEIGHBOUR, at=database.now())
    people.give_role(session, person, role, area_id=area_id, at=database.now())
    return person
