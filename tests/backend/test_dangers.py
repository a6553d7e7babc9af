"""Danger: who hears of it at once, that it is read first, and which words speak of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import dangers, help_lines, moderation, notices, people, reports
from backend.areas import Area
from backend.errors import Conflict, NotAllowed
from backend.moderation import Decision, Waiting
from backend.notices import Notice
from backend.people import Level, Person, Role
from tests.conftest import NOON
from tests.makers import a_comment, a_published_idea, an_idea, ana, bo, karin, lindangen, mira, seved


@pytest.fixture
def area(session: Session) -> Area:
    return seved(session)


def told(session: Session) -> list[int]:
    query = select(Notice.audience_id).where(Notice.kind == "somebody_in_danger")
    return sorted(session.scalars(query))


def core(session: Session) -> Person:
    person = people.add(session, name="Core", language="ar", level=Level.NEIGHBOUR, at=NOON)
    people.give_role(session, person, Role.CORE, area_id=None, at=NOON)
    return person


def waits(session: Session, area: Area, by: Person) -> Waiting:
    idea = an_idea(session, area, by)
    return session.scalars(select(Waiting).where(Waiting.kind == "idea", Waiting.noun_id == idea.id)).one()


def test_a_report_of_danger_tells_all_who_can_act_and_is_read_first(session: Session, area: Area) -> None:
    idea = a_published_idea(session, area, bo(session, area))
    leader, team = karin(session, area), core(session)
    mira(session, lindangen(session))
    reader = session.scalars(select(Person).where(Person.name == "Mira").order_by(Person.id)).first()

    for guest in (ana(session, area), bo(session, area)):
        reports.report(
            session, area_id=area.id, kind="idea", number=idea.id, by=guest, reason=reports.IN_DANGER,
            language="sv", at=NOON,
        )  # fmt: skip

    item = session.scalars(select(Waiting).where(Waiting.kind == "report")).one()
    assert item.is_urgent
    assert reader is not None
    assert told(session) == sorted([reader.id, leader.id, team.id])


def test_the_notice_goes_out_at_night_in_each_ones_language_and_names_nobody(session: Session, area: Area) -> None:
    author = bo(session, area)
    item = waits(session, area, author)
    dangers.raise_alarm(session, item, by=mira(session, area), at=NOON)
    karin(session, area)
    core(session)
    dangers.raise_alarm(session, waits(session, area, author), by=mira(session, area), at=NOON)

    for notice in session.scalars(select(Notice).where(Notice.kind == "somebody_in_danger")):
        night = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
        assert notices.wakes_at(notice, ZoneInfo("Europe/Stockholm"), at=night, quiet=(21, 8)) == night
        assert notices.kind_of(notice).urgency == "high"
        for language in ("sv", "ar"):
            message = notices.message(session, notice, language)
            assert message.path == f"/{language}/moderation/{notice.noun_id}"
            assert "Bo" not in message.title + message.body
            assert "Ljus" not in message.title + message.body


def test_a_moderators_alarm_tells_the_others_once(session: Session, area: Area) -> None:
    reader, leader, team = mira(session, area), karin(session, area), core(session)
    item = waits(session, area, bo(session, area))

    dangers.raise_alarm(session, item, by=reader, at=NOON)
    dangers.raise_alarm(session, item, by=reader, at=NOON)

    assert told(session) == sorted([leader.id, team.id])
    assert dangers.concerns(session, [("idea", item.noun_id)])


def test_an_alarm_is_a_change_that_an_open_page_has_not_seen(session: Session, area: Area) -> None:
    reader = mira(session, area)
    item = waits(session, area, bo(session, area))
    dangers.raise_alarm(session, item, by=reader, at=NOON)

    with pytest.raises(Conflict):
        moderation.decide(session, item.id, Decision.APPROVED, by=reader, seen_version=1, at=NOON, undo_seconds=0)


def test_only_those_who_moderate_here_raise_an_alarm(session: Session, area: Area) -> None:
    item = waits(session, area, bo(session, area))

    for somebody in (ana(session, area), mira(session, lindangen(session))):
        with pytest.raises(NotAllowed):
            dangers.raise_alarm(session, item, by=somebody, at=NOON)


def test_words_that_speak_of_it_are_read_first_and_told(session: Session, area: Area) -> None:
    reader = mira(session, area)
    item = waits(session, area, bo(session, area))

    dangers.watch(session, item, "Jag orkar inte leva längre", at=NOON)

    assert (item.is_urgent, item.flags) == (True, [dangers.WORDS])
    assert told(session) == [reader.id]
    assert dangers.concerns(session, [("idea", item.noun_id)])


def test_an_idea_and_a_comment_that_speak_of_it_are_read_first(session: Session, area: Area) -> None:
    mira(session, area)
    idea = an_idea(session, area, bo(session, area), "Jag orkar inte leva längre")
    comment = a_comment(session, a_published_idea(session, area, bo(session, area)), ana(session, area), "أريد أن أموت")

    urgent = session.execute(select(Waiting.kind, Waiting.noun_id).where(Waiting.is_urgent).order_by(Waiting.id))

    assert [tuple(row) for row in urgent] == [("idea", idea.id), ("comment", comment.id)]
    assert comment.state == "waiting"


def test_a_report_of_danger_shows_nothing_on_the_authors_page(session: Session, area: Area) -> None:
    idea = a_published_idea(session, area, bo(session, area))
    reports.report(
        session, area_id=area.id, kind="idea", number=idea.id, by=ana(session, area), reason=reports.IN_DANGER,
        language="sv", at=NOON,
    )  # fmt: skip

    assert not dangers.concerns(session, reports.in_queue(session, "idea", idea.id))


@pytest.mark.parametrize(
    "text",
    [
        "Jag vill inte leva längre.", "Ibland tänker jag på att TA MITT LIV", "jag ska döda dig", "jag vill dö",
        "I want to die", "I don’t want to live", "I am going to kill them", "thinking about killing myself",
        "أريد أن أموت", "أُرِيدُ أَنْ أَمُوتَ", "سأقتلك", "سوف أنتحر", "لا أريد أن أعيش", "أفكر في إنهاء حياتي",
    ],
)  # fmt: skip
def test_such_words_are_noticed(text: str) -> None:
    assert dangers.flag(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ljus i gången mellan gårdarna", "Vi vill inte leva i ett område utan träd", "Döda växter på gården",
        "Bussen vill döpas om", "A killer view over the park", "I want to diet with my neighbours",
        "مكان للقهوة قرب الحديقة", "نريد أن نعيش هنا معًا", "Jag orkar inte leta efter nycklar",
    ],
)  # fmt: skip
def test_other_words_are_left_alone(text: str) -> None:
    assert not dangers.flag(text)


@pytest.mark.parametrize("language", ["sv", "en", "ar"])
def test_the_emergency_number_stands_first_in_the_readers_language(tmp_path: Path, language: str) -> None:
    lines = help_lines.lines(tmp_path, language)

    assert lines[0].phone == "112"
    assert {line.name.language for line in lines} == {language}
    assert len(lines) == 3


def test_a_city_replaces_the_lines_by_its_own(tmp_path: Path) -> None:
    said = 'languages = ["sv"]\nname.sv = "Legevakt"\nabout.sv = "Alltid."\n'
    own = f'[[line]]\nphone = "113"\nis_emergency = true\n{said}'
    (tmp_path / help_lines.FILE).write_text(own, "utf-8")

    line, *rest = help_lines.lines(tmp_path, "ar")

    assert (line.phone, str(line.name), line.name.language, rest) == ("113", "Legevakt", "sv", [])
