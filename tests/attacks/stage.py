"""The stage on which every attack is tried: named people, and a thing in each state that somebody could want.

It is built once for each database. After an attack that changed something it is put back as it was: on SQLite by the
file, on PostgreSQL by the rows of the tables that differ.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session

from backend import (
    appeals,
    counting,
    database,
    files,
    follows,
    handovers,
    idea_edits,
    ideas,
    insight_patterns,
    journal,
    keys,
    mail_codes,
    moderation,
    openings,
    paper_ballots,
    people,
    photos,
    place_codes,
    reports,
    restrictions,
    settings,
    sign_in,
    slips,
    sounds,
    statements,
    team_invitations,
    team_notes,
    teams,
    votes,
)
from backend.areas import Area
from backend.cases import Case
from backend.database import Base
from backend.people import Level, Person, Role
from backend.prototypes import Prototype, State
from backend.sign_in import How
from backend.votes import Round
from backend.waiting import Decision, Waiting
from pwa import create_app
from tests import makers
from tests.conftest import NOON, browser

NOW = NOON + timedelta(hours=1)  # what every clock says, unless an attack says another moment
MOMENTS = {
    "before opening": NOON - timedelta(seconds=1),
    "last second": NOON + timedelta(days=7) - timedelta(seconds=1),
    "closing": NOON + timedelta(days=7),
    "after closing": NOON + timedelta(days=8),
    "in a quarter": NOON + timedelta(minutes=16),
    "in a day": NOON + timedelta(days=1),
    "in a week": NOON + timedelta(days=7, hours=1),
    "in half a year": NOON + timedelta(days=200),
}
LETTER = "Bänk vid porten\nDär kan de äldre vila."


@dataclass
class Stage:
    """Things have names that attacks write in braces, such as {idea_waiting}; people have a cookie each."""

    settings: settings.Settings
    engine: Engine
    app: Flask = field(init=False)
    names: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    rows: dict[str, list[Any]] = field(default_factory=dict)
    template: Path | None = None

    def browser(self, who: str) -> FlaskClient:
        made = browser(self.app)
        if who != "nobody":
            made.set_cookie("innovationsforum", self.cookies[who])
        return made

    def token(self, who: str) -> str:
        """What stands in the forms of this person's pages."""
        if who not in self.tokens:
            answer = self.browser(who).get("/sv/me/mine").json or {}
            self.tokens[who] = answer.get("token", "")
        return self.tokens[who]

    def changed(self) -> set[str]:
        """The tables whose rows are not as the stage was built."""
        now = _all_rows(self.engine)
        return {name for name in now if now[name] != self.rows[name]}

    def put_back(self, changed: set[str]) -> None:
        self.app.extensions["limits"].storage.reset()
        self.app.extensions["pages"].clear()
        if not changed:
            return
        if self.template is not None:
            self.engine.dispose()
            self.app.extensions["engine"].dispose()
            for end in ("-wal", "-shm"):
                Path(f"{self.engine.url.database}{end}").unlink(missing_ok=True)
            shutil.copy(self.template, str(self.engine.url.database))
            return
        with self.engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")  # no trigger, no foreign key
            for table in Base.metadata.sorted_tables:
                if table.name in changed:
                    connection.execute(table.delete())
                    if rows := self.rows[table.name]:
                        connection.execute(insert(table), [row._asdict() for row in rows])


def build(url: str, folder: Path) -> Stage:
    """Builds the stage in an empty database with all tables."""
    read = settings.from_environment({"DATA_DIR": str(folder / "data"), "LOG_LEVEL": "ERROR"})
    made = Stage(
        replace(read, database_url=url, smtp_url="smtp://127.0.0.1:9", mail_from="forum@example.org"),
        database.connect(url),
    )
    with clock(NOW):
        with database.sessions(made.engine)() as session, database.transaction(session):
            _Builder(made, session).build()
        made.app = create_app(made.settings)
        made.app.testing = True
        made.app.config["PROPAGATE_EXCEPTIONS"] = False
        for who in made.cookies:
            made.token(who)
        made.rows = _all_rows(made.engine)
    if made.engine.dialect.name == "sqlite":
        made.engine.dispose()
        made.app.extensions["engine"].dispose()
        path = Path(str(made.engine.url.database))
        made.template = path.with_suffix(".stage")
        shutil.copy(path, made.template)
    return made


@contextmanager
def clock(moment: datetime) -> Iterator[None]:
    with mock.patch.object(database, "now", return_value=moment):
        yield


def _all_rows(engine: Engine) -> dict[str, list[Any]]:
    """Every row of every table, in an order of their own."""
    with engine.connect() as connection:
        return {
            table.name: sorted(connection.execute(select(table)), key=repr) for table in Base.metadata.sorted_tables
        }


class _Builder:
    def __init__(self, stage: Stage, session: Session) -> None:
        self.stage, self.session, self.names = stage, session, stage.names
        self.known: dict[str, Person] = {}

    def build(self) -> None:
        self.names["long"] = "a" * 5000
        self.seved, self.elsewhere = makers.seved(self.session), makers.lindangen(self.session)
        self.people()
        self.ideas()
        self.photos()
        self.comments()
        self.cases_and_votes()
        self.insights()
        self.decisions()
        self.ways_in()
        for item in self.session.scalars(select(Waiting).order_by(Waiting.id)):
            if item.kind == "idea":
                continue
            self.names[f"item_{item.kind}"] = str(item.id)

    def people(self) -> None:
        level = Level
        for who, name, rank, area, how in (
            ("guest", "", level.GUEST, self.seved, How.GUEST),
            ("other_guest", "", level.GUEST, self.seved, How.GUEST),
            ("ana", "Ana", level.RESIDENT, self.seved, How.SLIP),
            ("bo", "Bo", level.RESIDENT, self.seved, How.SLIP),
            ("neighbour", "Nadia", level.NEIGHBOUR, self.seved, How.MAIL),
            ("resident_elsewhere", "Lena", level.RESIDENT, self.elsewhere, How.SLIP),
            ("suspended", "Sam", level.RESIDENT, self.seved, How.SLIP),
        ):
            self.person(who, name, rank, area, how)
        for who, name, role, place, how in (
            ("moderator", "Mira", Role.MODERATOR, self.seved, How.PASSKEY),
            ("second_moderator", "Maja", Role.MODERATOR, self.seved, How.PASSKEY),
            ("moderator_by_mail", "Malin", Role.MODERATOR, self.seved, How.MAIL),
            ("coordinator", "Karin", Role.COORDINATOR, self.seved, How.PASSKEY),
            ("coordinator_by_mail", "Kaj", Role.COORDINATOR, self.seved, How.MAIL),
            ("moderator_elsewhere", "Omar", Role.MODERATOR, self.elsewhere, How.PASSKEY),
            ("coordinator_elsewhere", "Kim", Role.COORDINATOR, self.elsewhere, How.PASSKEY),
            ("core", "Cora", Role.CORE, None, How.PASSKEY),
            ("operator", "Olle", Role.OPERATOR, None, How.PASSKEY),
        ):
            self.person(who, name, Level.NEIGHBOUR, place, how, role)

    def person(
        self, who: str, name: str, level: Level, area: Area | None, how: How, role: Role | None = None
    ) -> Person:
        made = people.add(
            self.session, name=name, language="sv", level=level, area_id=area.id if area else None, at=NOON
        )
        if role is not None:
            people.give_role(self.session, made, role, area_id=area.id if area else None, at=NOON)
            self.names[f"role_of_{who}"] = str(made.given[0].id)
        self.stage.cookies[who] = sign_in.begin(self.session, made, how=how, at=NOW)
        row = self.session.scalars(select(sign_in.SignIn).where(sign_in.SignIn.person_id == made.id)).one()
        self.names[f"person_{who}"], self.names[f"sign_in_{who}"] = str(made.id), str(row.id)
        self.known[who] = made
        return made

    def idea(self, name: str, area: Area, by: Person, text: str, **how: Any) -> ideas.Idea:
        made, word = ideas.submit(self.session, area=area, author=by, text=text, language="sv", at=NOON, **how)
        query = select(Waiting).where(Waiting.kind == "idea", Waiting.noun_id == made.id)
        self.names[name], self.names[f"receipt_of_{name}"] = str(made.id), word or ""
        self.names[f"item_of_{name}"] = str(self.session.scalars(query).one().id)
        return made

    def decide(self, idea: ideas.Idea, decision: Decision, by: Person, **how: Any) -> None:
        query = select(Waiting).where(Waiting.kind == "idea", Waiting.noun_id == idea.id, Waiting.told_at.is_(None))
        item = self.session.scalars(query).one()
        values = {"by": by, "seen_version": item.version, "at": NOON, "undo_seconds": 0, **how}
        moderation.decide(self.session, item.id, decision, **values)
        moderation.settle_due(self.session, NOON)

    def ideas(self) -> None:
        add, approved = self.idea, Decision.APPROVED
        add("idea_waiting", self.seved, self.known["guest"], "Secretwaiting lampor\nHemlig text av en gäst.")
        add("idea_of_bo_waiting", self.seved, self.known["bo"], "Secretbo cykelställ\nEn pump också.")
        add("idea_of_moderator", self.seved, self.known["moderator"], "Secretmira bänk\nEgen idé.")
        add("idea_of_coordinator", self.seved, self.known["coordinator"], "Secretkarin odling\nEgen idé.")
        add(
            "idea_elsewhere_waiting",
            self.elsewhere,
            self.known["resident_elsewhere"],
            "Secretlena scen\nMusik i parken.",
        )
        public = add("idea_public", self.seved, self.known["ana"], LETTER)
        away = add("idea_elsewhere", self.elsewhere, self.known["resident_elsewhere"], "Scen i parken\nMusik för alla.")
        self.decide(public, approved, self.known["moderator"])
        self.decide(away, approved, self.known["moderator_elsewhere"])
        refused = add("idea_refused", self.seved, self.known["ana"], "Secretrefused reklam\nKöp min soffa.")
        self.decide(
            refused, Decision.NOT_PUBLISHED, self.known["moderator"], reason="advertising", note="Secretnote till Ana."
        )
        edited = add("idea_edited", self.seved, self.known["bo"], "Odling på gården\nMed bönor.")
        self.decide(edited, approved, self.known["moderator"])
        idea_edits.edit(
            self.session, edited, text="Secretedit ny text\nInte läst än.", language="sv", by=self.known["bo"], at=NOON
        )
        item = self.session.scalars(
            select(Waiting).where(Waiting.noun_id == edited.id).order_by(Waiting.id.desc())
        ).first()
        self.names["item_of_edit"] = str(item.id) if item else ""
        back = add("idea_withdrawn", self.seved, self.known["bo"], "Secretwithdrawn gunga\nTogs tillbaka.")
        idea_edits.withdraw(self.session, back, by=self.known["bo"], at=NOON)
        self.public_idea, self.refused_idea = public, refused

    def photos(self) -> None:
        store = files.store(self.stage.settings.files_url)
        ready = photos.prepare(makers.a_photograph((64, 48)))
        for name, by in (("waiting", self.known["bo"]), ("public", self.known["ana"]), ("unsent", None)):
            kept = photos.keep(self.session, store, ready, area_id=self.seved.id, by=None, at=NOON)
            self.names[f"photo_{name}"] = kept.key
            if by is not None:
                made = self.idea(
                    f"idea_with_{name}_photo", self.seved, by, f"Foto {name}\nSe bilden.", photo=kept, alt="x"
                )
                if name == "public":
                    self.decide(made, Decision.APPROVED, self.known["moderator"])

    def comments(self) -> None:
        seen = makers.a_comment(self.session, self.public_idea, self.known["ana"], "Ja, gärna!")
        held = makers.a_comment(self.session, self.public_idea, self.known["neighbour"], "Secretcomment väntar.")
        self.names["comment_public"], self.names["comment_waiting"] = str(seen.id), str(held.id)

    def cases_and_votes(self) -> None:
        for area, by, end in (
            (self.seved, self.known["coordinator"], ""),
            (self.elsewhere, self.known["coordinator_elsewhere"], "_elsewhere"),
        ):
            case = makers.a_case(self.session, area)
            offered = makers.three_prototypes(self.session, case, by)
            stopped = makers.three_prototypes(self.session, case, by)[0]
            numbers = [one.id for one in offered]
            self.names[f"case{end}"] = str(case.id)
            self.names.update({f"choice_{place}{end}": str(number) for place, number in enumerate(numbers, 1)})
            self.names[f"not_on_ballot{end}"] = str(stopped.id)
            made = openings.open_round(
                self.session, case, prototypes=numbers, by_language={"sv": {"question": "Vad går vidare?"}},
                original="sv", closes_at=NOON + timedelta(days=7), by=by, at=NOON, show_originals=True,
            )  # fmt: skip
            self.names[f"round{end}"] = str(made.id)
            offered[2].state = State.STOPPED
            meeting = makers.a_meeting(self.session, area, by)
            self.names[f"meeting{end}"] = str(meeting.id)
            self.weighed(case, offered[0], by, end)
        self.counted(self.known["coordinator"])
        self.paper()
        self.resources(self.known["coordinator"])
        self.team(self.known["coordinator"])
        self.names["lesson"] = str(makers.a_lesson(self.session).id)

    def resources(self, by: Person) -> None:
        """Promises with how to reach somebody, an offer to Bo that waits for his answer, and a case with an owner."""
        case = self.session.get_one(Case, int(self.names["case"]))
        for name, reading, words in (("waiting", "waiting", "Secretpromise."), ("public", "public", "Två stolar.")):
            pledge = makers.a_pledge(self.session, case, self.known["ana"], words=words, contact="Secretcontact 040")
            pledge.reading = reading
            self.names[f"pledge_{name}"] = str(pledge.id)
        self.names["need"] = str(makers.a_need(self.session, case, by).id)
        offered = makers.a_case(self.session, self.seved)
        member = makers.in_the_team(self.session, offered, self.known["bo"])
        offer = makers.an_offer(self.session, offered, by, member, words="Secretoffer till Bo.")
        self.names["case_offered"], self.names["handover"] = str(offered.id), str(offer.id)
        self.names["taker"] = str(handovers.by_number(self.session, offer.id).takers[0].id)
        self.names["case_owned"] = str(makers.a_handed_over_case(self.session, self.seved, by).id)

    def team(self, by: Person) -> None:
        """Ana is the ambassador of a team that keeps notes, is asked by a neighbour, and invites Bo."""
        session, case = self.session, makers.a_case(self.session, self.seved)
        makers.an_ambassador(session, case, self.known["ana"])
        outsider = makers.an_outsider(session, case, by, said={"gives": "Lokal", "needs": "Secretteam pengar"})
        for kind in ("problem", "agreement"):
            makers.a_statement(session, case, self.known["ana"], kind)
        statements.accept(session, case, "agreement", 1, by=self.known["ana"], at=NOON)
        team_notes.write(session, case, text="Secretteam koden", language="sv", by=self.known["ana"], at=NOON)
        asked = makers.a_team_request(session, case, self.known["suspended"], name="Sam", gives="Secretteam tid")
        follows.follow(session, self.known["bo"], "case", case.id, at=NOON)
        given = {"sector": "resident", "by": by, "at": NOON}
        team_invitations.invite(session, case, self.known["bo"].id, **given)
        self.names["team_word"] = team_invitations.invite_by_link(session, case, name="Secretteam Leo", **given)
        link, named = team_invitations.of_case(session, case.id, at=NOON)
        member = teams.own(session, int(self.names["case_offered"]), self.known["bo"])
        note = team_notes.of_case(session, case, reader=by)[0].number
        numbers = {"case_team": case.id, "team_outsider": outsider.id, "team_request": asked.id, "team_note": note}
        numbers |= {"team_link": link.id, "team_invitation": named.id, "team_member_bo": member.id if member else 0}
        self.names.update({name: str(number) for name, number in numbers.items()})
        self.journal(case)

    def journal(self, case: Case) -> None:
        """A note that stands, one that was taken down, and one that was taken back; all by Ana."""
        session, by = self.session, self.known["ana"]
        words = {"note": "Vi började.", "note_hidden": "Secretnote a", "note_taken_back": "Secretnote b"}
        made = {
            name: journal.add(session, case, text=text, language="sv", by=by, at=NOON) for name, text in words.items()
        }
        journal.hide(session, made["note_hidden"], True)
        journal.take_back(session, made["note_taken_back"], by=by, at=NOON)
        self.names.update({name: str(note.id) for name, note in made.items()})

    def paper(self) -> None:
        """A stack that the moderator is entering, with one ballot in it, and a slip of another area."""
        key = keys.key(self.stage.settings.data, "slips")
        for name, area in (("slip_number", self.seved), ("slip_elsewhere", self.elsewhere)):
            batch, _ = slips.make_batch(self.session, key, area, 1, at=NOON)
            self.names[name] = f"{batch.id}-1"
        round_, by = self.session.get_one(Round, int(self.names["round"])), self.known["moderator"]
        stack = paper_ballots.begin(self.session, round_, by=by, at=NOW)
        paper_ballots.enter(
            self.session, key, round_, stack, number=self.names["slip_number"],
            choices=[int(self.names["choice_1"])], by=by, at=NOW,
        )  # fmt: skip
        self.names["stack"] = str(stack.position)
        self.names["slip_id"] = str(paper_ballots.entries(self.session, stack, 1)[0].slip_id)

    def insights(self) -> None:
        store = files.store(self.stage.settings.files_url)
        case = self.session.get_one(makers.Case, int(self.names["case"]))
        for name, by, words in (("waiting", "bo", ""), ("public", "coordinator", "Här sitter alltid någon.")):
            ready = sounds.Prepared(b"Secretvoice", 4000, name)
            sound = sounds.keep(self.session, store, ready, area_id=self.seved.id, by=None, at=NOON)
            text = "Secretinsight om grannen." if name == "waiting" else "Bänken är alltid full."
            told = makers.an_insight(self.session, case, self.known[by], text, sound=sound, transcript=words)
            self.names[f"insight_{name}"], self.names[f"sound_{name}"] = str(told.id), sound.key
        second = makers.an_insight(self.session, case, self.known["coordinator"], "Trappan är varmast.").id
        drawn = insight_patterns.draw(
            self.session, case, by_language={"sv": {"text": "Värme saknas."}}, original="sv",
            insights=[int(self.names["insight_public"]), second], by=self.known["coordinator"], at=NOON,
        )  # fmt: skip
        self.names["insight_second"], self.names["pattern"] = str(second), str(drawn.id)

    def weighed(self, case: Case, tried: Prototype, by: Person, end: str) -> None:
        """An option that waits, one whose prototype people vote on, and what was seen when that was tried."""
        option, chosen = (makers.an_option(self.session, case, by, title) for title in ("Ett tält", "Ett bord"))
        chosen.goes_on, tried.option_id = True, chosen.id
        trial = makers.a_trial(self.session, tried, by)
        self.names[f"option{end}"], self.names[f"option_decided{end}"] = str(option.id), str(chosen.id)
        self.names[f"trial{end}"] = str(trial.id)

    def counted(self, by: Person) -> None:
        case = makers.a_case(self.session, self.seved)
        numbers = [one.id for one in makers.three_prototypes(self.session, case, by)]
        early = NOON - timedelta(days=3)
        made = openings.open_round(
            self.session, case, prototypes=numbers, by_language={"sv": {"question": "Vad då?"}}, original="sv",
            closes_at=NOON - timedelta(days=1), by=by, at=early, show_originals=True,
        )  # fmt: skip
        votes.cast(
            self.session,
            made.id,
            area_id=self.seved.id,
            person=self.known["bo"],
            choices=numbers[:1],
            at=early + timedelta(hours=1),
        )
        counting.count_closed(self.session, at=NOON)
        self.names["round_counted"], self.names["choice_counted"] = str(made.id), str(numbers[0])

    def decisions(self) -> None:
        report = reports.report(
            self.session, area_id=self.seved.id, kind="idea", number=self.public_idea.id, by=self.known["bo"],
            reason="other", words="Secretreport ord.", language="sv", at=NOON,
        )  # fmt: skip
        appeal = appeals.object_to(
            self.session,
            "idea",
            self.refused_idea.id,
            by=self.known["ana"],
            words="Secretappeal ord.",
            language="sv",
            at=NOON,
        )
        self.names["report"], self.names["appeal"] = str(report.id), str(appeal.id)
        limit = restrictions.restrict(
            self.session, self.known["suspended"], "suspended", area=self.seved, reason="hurts_others",
            days=restrictions.DAYS[-1], by=self.known["coordinator"], at=NOON,
        )  # fmt: skip
        self.names["limit"] = str(limit.id)

    def ways_in(self) -> None:
        data = self.stage.settings.data
        made, numbers = slips.make_batch(self.session, keys.key(data, "slips"), self.seved, 2, at=NOON)
        self.names["slip_batch"], self.names["slip"], self.names["used_slip"] = str(made.id), numbers[0], numbers[1]
        redeemer = people.add(self.session, language="sv", at=NOON)
        slips.redeem(self.session, keys.key(data, "slips"), numbers[1].replace(" ", ""), redeemer, at=NOON)
        place_codes.show(self.session, self.seved, by=self.known["coordinator"], at=NOON)
        self.names["place_code_before"] = place_codes.code(keys.key(data, "place"), self.seved.id, at=NOON)
        self.names["place_code"] = place_codes.code(keys.key(data, "place"), self.seved.id, at=NOW)
        self.names["fresh_address"] = sign_in.address_for(self.session, self.known["neighbour"], at=NOON)
        self.names["used_address"] = sign_in.address_for(self.session, self.known["neighbour"], at=NOON)
        sign_in.consume(self.session, self.names["used_address"], at=NOON)
        mine = makers.an_address(self.session, self.known["neighbour"], "nadia@example.org")
        self.names["way_out"] = mine.leave_mark
        word = mail_codes.ask(self.session, keys.key(data, "mail-codes"), "nadia@example.org", language="sv", at=NOW)
        self.names["mail_page"] = word
        self.names["copied_cookie"] = self.stage.cookies["neighbour"]
        device = makers.a_phone(
            self.session, self.known["bo"], self.stage.settings, endpoint="https://fcm.googleapis.com/fcm/send/bo"
        )
        self.names["device_of_bo"], self.names["endpoint_of_bo"] = str(device.id), device.endpoint
