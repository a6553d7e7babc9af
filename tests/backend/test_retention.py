"""What is kept of people goes when its time is over, and not before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from backend import (
    appeals,
    attempts,
    ceremonies,
    database,
    deliveries,
    files,
    idea_versions,
    mail_codes,
    meetings,
    moderation,
    photos,
    push,
    retention,
    sign_in,
)
from backend.attempts import Attempt
from backend.ceremonies import Ceremony, Purpose
from backend.comments import Comment
from backend.deliveries import Delivery
from backend.idea_versions import IdeaVersion
from backend.ideas import Idea
from backend.mail_codes import MailCode
from backend.moderation import Decision
from backend.notices import Notice
from backend.people import Level, Person
from backend.push import Device
from backend.settings import Settings
from backend.sign_in import SignIn, SignInAddress
from backend.waiting import Waiting
from tests.conftest import NOON
from tests.makers import (
    a_comment,
    a_meeting,
    a_phone,
    a_photograph,
    a_published_idea,
    an_idea,
    ana,
    bo,
    decided,
    karin,
    seved,
)

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
HALF_A_YEAR = 182 * DAY


def count(session: Session, table: Any) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def begin_one_of_each(session: Session) -> None:
    me = ana(session, seved(session))
    sign_in.begin(session, me, at=NOON)
    sign_in.address_for(session, me, at=NOON)
    mail_codes.ask(session, b"k" * 32, "ana@example.org", language="sv", at=NOON)
    ceremonies.begin(session, Purpose.USE_PASSKEY, at=NOON)
    attempts.record(session, "slip", "somebody", at=NOON)


@pytest.mark.parametrize(
    ("part", "table", "last"),
    [
        (retention.end_sign_ins, SignIn, 90 * DAY),
        (retention.end_addresses, SignInAddress, timedelta(hours=72)),
        (retention.end_codes, MailCode, timedelta(minutes=70, seconds=1)),
        (retention.end_ceremonies, Ceremony, timedelta(minutes=5)),
        (retention.forget_tries, Attempt, DAY),
    ],
)
def test_what_is_over_goes_and_what_still_holds_stays(
    session: Session, part: Callable[[Session, datetime], int], table: Any, last: timedelta
) -> None:
    begin_one_of_each(session)

    part(session, NOON + last - SECOND)
    still_there = count(session, table)
    part(session, NOON + last)

    assert (still_there, count(session, table)) == (1, 0)


def test_a_phone_that_nobody_used_for_a_year_is_forgotten(session: Session, surroundings: Settings) -> None:
    area = seved(session)
    a_phone(session, ana(session, area), surroundings)
    a_phone(session, bo(session, area), surroundings, at=NOON + DAY)

    gone = retention.forget_devices(session, NOON + 365 * DAY + SECOND)

    assert gone == 1
    assert [device.language for device in session.scalars(select(Device))] == ["sv"]


def test_of_a_delivery_the_count_stays_without_the_phone(session: Session, surroundings: Settings) -> None:
    area = seved(session)
    device = a_phone(session, ana(session, area), surroundings)
    notice = push.try_out(session, device, area_id=area.id, path="/", at=NOON)
    deliveries.spread(session, notice, 10, at=NOON)
    session.execute(update(Delivery).values(state="sent", settled_at=NOON))

    early = retention.forget_where_notices_went(session, NOON + 7 * DAY)
    late = retention.forget_where_notices_went(session, NOON + 7 * DAY + SECOND)

    assert (early, late) == (0, 1)
    assert session.scalar(select(Delivery.device_id)) is None
    assert deliveries.report(session, session.get_one(Notice, notice.id)).sent == 1


def refused_idea(session: Session, store: files.Store) -> Idea:
    area = seved(session)
    me, by = ana(session, area), karin(session, area)
    kept = photos.keep(session, store, photos.prepare(a_photograph()), area_id=area.id, by=None, at=NOON)
    idea = an_idea(session, area, me, "Grannens nummer\n040-123456", photo=kept)
    decided(session, idea, by, Decision.NOT_PUBLISHED, reason="private_data", note="040-123456 kan inte stå här.")
    return idea


def test_a_refused_idea_is_emptied_after_six_months_with_its_photo(session: Session, surroundings: Settings) -> None:
    idea = refused_idea(session, files.store(surroundings.files_url))

    assert retention.empty_refused_idea(session, NOON + HALF_A_YEAR) is None
    keys = retention.empty_refused_idea(session, NOON + HALF_A_YEAR + SECOND)
    again = retention.empty_refused_idea(session, NOON + HALF_A_YEAR + SECOND)

    assert keys is not None and len(keys) == 1 and again is None
    assert (idea.title, idea.text, idea.photo_id, idea.state) == ("", "", None, "not_published")
    assert not session.scalars(select(IdeaVersion)).all()
    assert not session.scalars(select(Waiting.note).where(Waiting.note != "")).all()
    assert [one.title for one in idea_versions.every(session, idea)] == [""]


def test_an_open_objection_keeps_the_words(session: Session, surroundings: Settings) -> None:
    idea = refused_idea(session, files.store(surroundings.files_url))
    me = session.get_one(Person, idea.author_id)
    appeals.object_to(session, "idea", idea.id, by=me, words="Det är mitt", language="sv", at=NOON + HALF_A_YEAR)

    assert retention.empty_refused_idea(session, NOON + 2 * HALF_A_YEAR) is None


def test_what_is_public_or_waits_is_never_emptied(session: Session) -> None:
    area = seved(session)
    a_published_idea(session, area, ana(session, area))
    an_idea(session, area, bo(session, area))

    assert retention.empty_refused_idea(session, NOON + 10 * HALF_A_YEAR) is None


def test_a_refused_comment_loses_its_words_after_six_months(session: Session) -> None:
    area = seved(session)
    idea = a_published_idea(session, area, bo(session, area))
    refused = a_comment(session, idea, ana(session, area, level=Level.NEIGHBOUR), "Ring 040-123456")
    public = a_comment(session, idea, bo(session, area))
    item = session.scalars(select(Waiting).where(Waiting.kind == "comment")).one()
    by = karin(session, area)
    moderation.decide(
        session, item.id, Decision.NOT_PUBLISHED, by=by, seen_version=item.version, at=NOON, undo_seconds=0,
        reason="private_data",
    )  # fmt: skip
    moderation.settle_due(session, NOON)

    early = retention.empty_refused_comments(session, NOON + HALF_A_YEAR)
    late = retention.empty_refused_comments(session, NOON + HALF_A_YEAR + SECOND)

    assert (early, late) == (0, 1)
    assert session.get_one(Comment, refused.id).text == ""
    assert session.get_one(Comment, public.id).text == "Ja, gärna!"


def test_many_rows_go_in_several_transactions(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    me = ana(session, seved(session))
    for _ in range(5):
        sign_in.begin(session, me, at=NOON)
    monkeypatch.setattr(retention, "MOST", 2)

    gone = [retention.end_sign_ins(session, NOON + 91 * DAY) for _ in range(4)]

    assert gone == [2, 2, 1, 0]


def test_the_worker_tidies_once_an_hour(session: Session, engine: Engine, surroundings: Settings) -> None:
    store = files.store(surroundings.files_url)
    idea = refused_idea(session, store)
    key = session.scalars(select(photos.Photo)).one().file
    area = seved(session, slug="other", name="Other")
    meeting = a_meeting(session, area, karin(session, area))
    session.commit()
    tidier = retention.Tidier(database.sessions(engine), surroundings)
    later = NOON + 2 * HALF_A_YEAR

    did = [tidier.tidy(at) for at in (later, later + timedelta(minutes=59), later + timedelta(hours=1))]

    session.expire_all()
    assert did == [True, False, True]
    assert not store.exists(key)
    assert session.get_one(Idea, idea.id).title == ""
    assert session.get_one(meetings.Meeting, meeting.id).cancelled_at is None
