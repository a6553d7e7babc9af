"""Insights: who tells, whose is read first, what is published of whoever told it, and what becomes of it later."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from backend import (
    appeals,
    erasure,
    insight_lists,
    insights,
    notices,
    photos,
    reports,
    restrictions,
    retention,
    sounds,
    stage_checks,
    teams,
)
from backend.cases import Stage
from backend.errors import Conflict, NotAllowed, NotFound, Refusal
from backend.files import Folder
from backend.insights import Insight, State
from backend.moderation import Decision
from backend.notices import Notice
from backend.people import Level
from backend.photos import Photo
from backend.sounds import Sound
from backend.waiting import Waiting
from tests.conftest import NOON
from tests.makers import a_case, a_photograph, a_telling, an_insight, ana, bo, karin, mira, read, seved

LATER = NOON + timedelta(hours=1)


def a_photo(session: Session, folder: Path) -> Photo:
    prepared = photos.prepare(a_photograph((40, 30)))
    return photos.keep(session, Folder(folder), prepared, area_id=None, by=None, at=NOON)


def a_sound(session: Session, folder: Path) -> Sound:
    return sounds.keep(session, Folder(folder), sounds.Prepared(b"sound", 4000, "mark"), area_id=None, by=None, at=NOON)


def waits(session: Session, insight: Insight) -> bool:
    open_ = (Waiting.kind == "insight", Waiting.noun_id == insight.id, Waiting.decision.is_(None))
    return session.scalar(select(Waiting.id).where(*open_)) is not None


def test_what_a_resident_tells_waits_for_a_moderator(session: Session) -> None:
    area = seved(session)
    case = a_case(session, area)
    insight = an_insight(session, case, ana(session, area, level=Level.NEIGHBOUR))

    assert insight.state == State.WAITING
    assert insight_lists.page(session, case.id).insights == []

    read(session, "insight", insight.id, mira(session, area))

    assert insight.state == State.PUBLIC
    assert [one.number for one in insight_lists.page(session, case.id).insights] == [insight.id]


def test_what_the_team_and_coordinators_tell_stands_at_once(session: Session) -> None:
    area = seved(session)
    case, member = a_case(session, area), bo(session, area)
    teams.join(session, case, member, name="Bo", at=NOON)

    told = [an_insight(session, case, by, f"Told by {by.name}") for by in (member, karin(session, area))]

    assert [one.state for one in told] == [State.PUBLIC, State.PUBLIC]
    assert not any(waits(session, one) for one in told)


def test_a_member_of_another_case_is_read_first(session: Session) -> None:
    area = seved(session)
    member = bo(session, area)
    teams.join(session, a_case(session, area), member, name="Bo", at=NOON)

    assert an_insight(session, a_case(session, area), member).state == State.WAITING


def test_guests_can_not_tell(session: Session) -> None:
    area = seved(session)

    with pytest.raises(NotAllowed):
        an_insight(session, a_case(session, area), ana(session, area, level=Level.GUEST))


def test_whoever_is_suspended_can_not_tell_and_a_limited_member_is_read_first(session: Session) -> None:
    area = seved(session)
    case, member, noisy, lead = a_case(session, area), bo(session, area), ana(session, area), karin(session, area)
    teams.join(session, case, member, name="Bo", at=NOON)
    for person, kind in ((member, "limited"), (noisy, "suspended")):
        restrictions.restrict(session, person, kind, area=area, reason="advertises", days=7, by=lead, at=NOON)

    assert an_insight(session, case, member).state == State.WAITING
    with pytest.raises(NotAllowed):
        an_insight(session, case, member, "A second thing", at=LATER)
    with pytest.raises(NotAllowed):
        an_insight(session, case, noisy)


def test_the_same_sending_twice_is_one_insight(session: Session) -> None:
    area = seved(session)
    case, by, key = a_case(session, area), ana(session, area), str(uuid4())

    first = an_insight(session, case, by, client_uuid=key)
    again = an_insight(session, case, by, client_uuid=key)

    assert again.id == first.id
    with pytest.raises(Conflict):
        an_insight(session, case, by, "Something else", client_uuid=key)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"form": "rumour"}, "form"), ({"text": "  "}, "text"), ({"text": "x" * 1501}, "text"),
        ({"told_by": "everybody"}, "told_by"), ({"told_by": "full"}, "name"), ({"is_agreed": False}, "is_agreed"),
        ({"told_by": "full", "name": "x" * 61}, "name"),
    ],
)  # fmt: skip
def test_what_is_missing_is_named(session: Session, changed: dict[str, object], field: str) -> None:
    area = seved(session)

    with pytest.raises(Refusal) as refused:
        insights.tell(
            session, a_case(session, area), a_telling(**changed), language="sv", by=ana(session, area), at=NOON
        )

    assert refused.value.field == field


@pytest.mark.parametrize(
    ("told_by", "kept"), [("full", "Amina Al-Sayed"), ("first", "Amina"), ("nobody", "")]
)  # fmt: skip
def test_no_more_of_a_name_is_kept_than_is_published(session: Session, told_by: str, kept: str) -> None:
    area = seved(session)

    insight = an_insight(
        session, a_case(session, area), karin(session, area), told_by=told_by, name=" Amina  Al-Sayed "
    )  # fmt: skip

    assert insight.name == kept


def test_it_is_noted_who_asked_for_consent_and_when(session: Session) -> None:
    area = seved(session)
    by = ana(session, area)

    insight = an_insight(session, a_case(session, area), by)

    assert (insight.consent_by, insight.consent_at) == (by.id, NOON)


def test_a_photo_alone_is_enough_and_is_public_with_its_insight(session: Session, tmp_path: Path) -> None:
    area = seved(session)
    case, photo = a_case(session, area), a_photo(session, tmp_path)
    insight = insights.tell(
        session, case, a_telling(text="", photo=photo, alt="En bänk"), language="sv", by=ana(session, area), at=NOON
    )

    assert not photo.is_public

    read(session, "insight", insight.id, mira(session, area))

    assert photo.is_public
    assert insight_lists.one(session, insight.id, case_id=case.id).photo_alt == "En bänk"


def test_a_recording_is_not_published_before_its_words_stand(session: Session, tmp_path: Path) -> None:
    area = seved(session)
    case, sound, moderator = a_case(session, area), a_sound(session, tmp_path), mira(session, area)
    insight = an_insight(session, case, ana(session, area), sound=sound)

    with pytest.raises(Refusal, match="Write down"):
        read(session, "insight", insight.id, moderator)

    seen = session.scalars(select(Waiting).where(Waiting.kind == "insight")).one().version
    insights.transcribe(session, insight, "Här sitter alltid någon.", by=moderator, at=NOON)
    item = session.scalars(select(Waiting).where(Waiting.kind == "insight")).one()
    assert item.version > seen, "who opened it before the words stood has not read them"
    read(session, "insight", insight.id, moderator)

    assert sound.is_public
    assert insight_lists.one(session, insight.id, case_id=case.id).transcript == "Här sitter alltid någon."


def test_a_recording_of_the_team_without_words_waits_until_its_writer_writes_them(
    session: Session, tmp_path: Path
) -> None:
    area = seved(session)
    lead = karin(session, area)
    insight = an_insight(session, a_case(session, area), lead, sound=a_sound(session, tmp_path))

    assert insight.state == State.WAITING
    insights.transcribe(session, insight, "Hej", by=lead, at=NOON)

    assert insight.state == State.PUBLIC
    assert not waits(session, insight)


def test_nobody_else_writes_the_words_and_nobody_once_it_is_public(session: Session, tmp_path: Path) -> None:
    area = seved(session)
    by = ana(session, area)
    insight = an_insight(session, a_case(session, area), by, sound=a_sound(session, tmp_path), transcript="Hej")

    with pytest.raises(NotAllowed):
        insights.transcribe(session, insight, "Köp!", by=bo(session, area), at=NOON)
    read(session, "insight", insight.id, mira(session, area))
    with pytest.raises(NotAllowed):
        insights.transcribe(session, insight, "Köp!", by=by, at=NOON)


def test_a_writer_changes_what_was_asked_and_it_is_read_again(session: Session, tmp_path: Path) -> None:
    area = seved(session)
    case, moderator = a_case(session, area), mira(session, area)
    member = bo(session, area)
    photo = a_photo(session, tmp_path)
    insight = an_insight(session, case, member, photo=photo)
    read(session, "insight", insight.id, moderator, Decision.CHANGE_ASKED, note="Utan foto, tack.")
    teams.join(session, case, member, name="Bo", at=NOON)

    gone = insights.change(session, insight, a_telling("Utan foto."), language="sv", by=member, at=LATER)

    assert gone == [photo.file]
    assert session.get(Photo, photo.id) is None
    assert (insight.state, insight.text, insight.note) == (State.WAITING, "Utan foto.", "")
    assert waits(session, insight), "what was refused once is read again, whoever wrote it"


def test_what_everybody_reads_does_not_change_unread(session: Session) -> None:
    area = seved(session)
    lead = karin(session, area)
    insight = an_insight(session, a_case(session, area), lead)

    with pytest.raises(NotAllowed):
        insights.change(session, insight, a_telling("Annat."), language="sv", by=lead, at=LATER)


def test_nobody_changes_or_takes_back_what_another_told(session: Session) -> None:
    area = seved(session)
    case, other = a_case(session, area), bo(session, area)
    insight = an_insight(session, case, ana(session, area))

    with pytest.raises(NotAllowed):
        insights.change(session, insight, a_telling("Annat."), language="sv", by=other, at=LATER)
    with pytest.raises(NotAllowed):
        insights.take_back(session, insight, by=other, at=LATER)
    with pytest.raises(NotFound):
        insights.own(session, insight.id, by=other, case_id=case.id)


def test_what_is_taken_back_leaves_no_words_photo_or_voice(session: Session, tmp_path: Path) -> None:
    area = seved(session)
    case, by = a_case(session, area), ana(session, area)
    photo, sound = a_photo(session, tmp_path), a_sound(session, tmp_path)
    insight = an_insight(
        session, case, by, photo=photo, sound=sound, transcript="Hej", told_by="full", name="Amina"
    )  # fmt: skip
    read(session, "insight", insight.id, mira(session, area))

    gone = insights.take_back(session, insight, by=by, at=LATER)

    assert sorted(gone) == sorted([photo.file, sound.file])
    assert (insight.text, insight.transcript, insight.name, insight.photo_id, insight.sound_id) == (
        "", "", "", None, None
    )  # fmt: skip
    assert insight_lists.page(session, case.id).all == 0


def test_two_writers_hear_the_decision_in_their_languages(session: Session) -> None:
    area = seved(session)
    case, moderator = a_case(session, area), mira(session, area)
    for by in (ana(session, area), bo(session, area)):
        insight = an_insight(session, case, by, f"Sagt av {by.name}")
        read(session, "insight", insight.id, moderator, Decision.NOT_PUBLISHED, reason="not_agreed")

    told = session.scalars(select(Notice).where(Notice.kind == "insight_decided").order_by(Notice.id)).all()
    messages = [notices.message(session, notice, language) for notice, language in zip(told, ("ar", "sv"), strict=True)]

    assert [one.path.split("/")[1] for one in messages] == ["ar", "sv"]
    assert all(one.path.endswith("/mine") for one in messages)
    assert [notice.audience_id for notice in told] == [one.author_id for one in session.scalars(select(Insight))]


def test_a_refusal_can_be_appealed_and_turned_over(session: Session) -> None:
    area = seved(session)
    by, second = ana(session, area), karin(session, area)
    insight = an_insight(session, a_case(session, area), by)
    read(session, "insight", insight.id, mira(session, area), Decision.NOT_PUBLISHED, reason="hate")

    appeal = appeals.object_to(session, "insight", insight.id, by=by, words="Nej.", language="sv", at=LATER)
    read(session, "appeal", appeal.id, second, at=LATER)

    assert insight.state == State.PUBLIC


def test_what_is_reported_is_taken_down_with_photo_and_voice(session: Session, tmp_path: Path) -> None:
    area = seved(session)
    photo, sound = a_photo(session, tmp_path), a_sound(session, tmp_path)
    insight = an_insight(
        session, a_case(session, area), karin(session, area), photo=photo, sound=sound, transcript="Hej"
    )  # fmt: skip
    assert photo.is_public and sound.is_public
    reports.report(
        session, area_id=area.id, kind="insight", number=insight.id, by=bo(session, area), reason="private_data",
        words="Det är jag.", language="sv", at=LATER,
    )  # fmt: skip
    item = session.scalars(select(Waiting).where(Waiting.kind == "report")).one()

    read(
        session, "report", item.noun_id, mira(session, area), Decision.NOT_PUBLISHED, reason="names_a_person", at=LATER
    )

    assert insight.state == State.HIDDEN
    assert not photo.is_public
    assert not sound.is_public


def test_a_page_holds_twenty_of_the_chosen_form_in_two_statements(session: Session, engine: Engine) -> None:
    area = seved(session)
    case, lead = a_case(session, area), karin(session, area)
    for number in range(23):
        an_insight(session, case, lead, f"Nummer {number}", form="interview" if number % 2 else "diary")
    sent: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: sent.append(given[2]))

    first = insight_lists.page(session, case.id)

    assert len(sent) == 2
    assert (len(first.insights), first.all, first.last) == (20, 23, 2)
    assert first.insights[0].text == "Nummer 22"
    assert len(insight_lists.page(session, case.id, number=2).insights) == 3
    assert {one.form for one in insight_lists.page(session, case.id, "diary").insights} == {"diary"}
    for wrong in (0, 3, 2**40):
        with pytest.raises(NotFound):
            insight_lists.page(session, case.id, number=wrong)


def test_the_stage_says_what_is_usually_there(session: Session) -> None:
    area = seved(session)
    case = a_case(session, area)

    def there() -> list[bool]:
        return [check.is_there for check in stage_checks.of_case(session, case.id, Stage.INSIGHTS)]

    assert there() == [False] * 4
    tellers = [karin(session, area), bo(session, area), ana(session, area)]
    for number, by in enumerate(tellers * 2):
        teams.join(session, case, by, name=by.name, at=NOON)
        an_insight(session, case, by, f"Nummer {number}", form="interview" if number else "story")

    assert there() == [True, True, True, False]


def test_whoever_leaves_leaves_words_without_name_photo_or_voice(session: Session, tmp_path: Path) -> None:
    area = seved(session)
    case, by = a_case(session, area), ana(session, area)
    photo, sound = a_photo(session, tmp_path), a_sound(session, tmp_path)
    public = an_insight(session, case, by, "Alla läser.", photo=photo, told_by="full", name="Ana")
    only_seen = insights.tell(
        session, case, a_telling("", photo=a_photo(session, tmp_path)), language="sv", by=by, at=NOON
    )
    for one in (public, only_seen):
        read(session, "insight", one.id, mira(session, area))
    waiting = an_insight(session, case, by, "Väntar.", sound=sound)

    keys = erasure.erase(session, by, with_texts=False, at=LATER)

    assert len(keys) == 3
    for one in (public, only_seen, waiting):
        session.refresh(one)
    assert (public.state, public.text, public.name, public.author_id) == (State.PUBLIC, "Alla läser.", "", None)
    assert [one.state for one in (only_seen, waiting)] == [State.TAKEN_BACK] * 2
    assert session.scalars(select(Sound)).all() == []
    assert not waits(session, waiting)


def test_what_was_refused_is_emptied_after_half_a_year(session: Session, tmp_path: Path) -> None:
    area = seved(session)
    sound = a_sound(session, tmp_path)
    insight = an_insight(session, a_case(session, area), ana(session, area), sound=sound, transcript="Hej")
    read(session, "insight", insight.id, mira(session, area), Decision.NOT_PUBLISHED, reason="hate", note="Nej.")

    assert retention.empty_refused_insight(session, NOON + timedelta(days=180)) is None
    assert retention.empty_refused_insight(session, NOON + timedelta(days=190)) == [sound.file]
    assert retention.empty_refused_insight(session, NOON + timedelta(days=190)) is None

    assert (insight.text, insight.transcript, insight.note, insight.reason) == ("", "", "", "hate")


def test_a_photo_or_voice_of_somebody_elses_can_not_be_taken(session: Session, tmp_path: Path) -> None:
    area = seved(session)
    case = a_case(session, area)
    photo, sound = a_photo(session, tmp_path), a_sound(session, tmp_path)
    an_insight(session, case, ana(session, area), photo=photo, sound=sound, transcript="Hej")

    for changed in ({"photo": photo}, {"sound": sound, "transcript": "Hej"}):
        with pytest.raises(Refusal):
            an_insight(session, case, bo(session, area), "Mitt", **changed)
