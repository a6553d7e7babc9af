"""The worker, with a real push service at the other end: every phone once, whatever happens on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from backend import database, deliveries, follows, notices, people, push, queue, worker
from backend.areas import Area
from backend.deliveries import Delivery, Outcome
from backend.meetings import Meeting
from backend.notices import Notice
from backend.push import Device
from backend.settings import ROOT, Settings
from backend.web_push import Sender
from tests.makers import EVENING, NOON, a_meeting, a_phone, karin, seved
from tests.push_service import Phone, PushService

SOON = NOON + timedelta(minutes=1)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[PushService]:
    with PushService(tmp_path) as made:
        yield made


@pytest.fixture
def local(service: PushService, surroundings: Settings) -> Settings:
    return replace(surroundings, push_loopback=(service.place,), push_ca=service.ca, public_url="https://forum.example")


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    return database.sessions(engine)


@pytest.fixture
def area(session: Session) -> Area:
    return seved(session)


def followers(session: Session, area: Area, service: PushService, local: Settings, *languages: str) -> list[Phone]:
    """Phones of as many people, who follow the area."""
    phones = []
    for language in languages:
        person = people.add(session, language=language, at=NOON)
        follows.follow(session, person, "area", area.id, at=NOON)
        phones.append(service.phone())
        a_phone(session, person, local, phone=phones[-1])
    return phones


def announced(session: Session, area: Area, **changed: object) -> tuple[Meeting, Notice]:
    """A meeting, committed with its notice."""
    meeting = a_meeting(session, area, karin(session, area), **changed)
    session.commit()
    notice = notices.latest(session, "meeting_announced", meeting.id)
    assert notice
    return meeting, notice


def turned(sessions: sessionmaker[Session], local: Settings, at: datetime = SOON) -> None:
    with Sender(local) as sender:
        worker.turn(sessions, local, sender, clock=lambda: at)


def reported(session: Session, notice: Notice) -> deliveries.Report:
    session.commit()
    session.expire_all()
    return deliveries.report(session, notice)


def test_each_phone_shows_the_meeting_in_its_language(session, area, service, local, sessions) -> None:
    swedish, arabic = followers(session, area, service, local, "sv", "ar")
    meeting, notice = announced(session, area)

    turned(sessions, local)

    [in_swedish], [in_arabic] = swedish.messages, arabic.messages
    assert in_swedish["notification"]["lang"] == "sv"
    assert "torsdag 26 november" in in_swedish["notification"]["body"]
    assert in_swedish["notification"]["navigate"] == f"https://forum.example/sv/seved/meetings/{meeting.id}"
    assert (in_arabic["notification"]["lang"], in_arabic["notification"]["dir"]) == ("ar", "rtl")
    assert "الخميس 26 نوفمبر" in in_arabic["notification"]["body"]
    assert in_arabic["notification"]["tag"] == f"meeting_announced-{meeting.id}"
    assert int(arabic.headers[0]["ttl"]) == (EVENING - SOON).total_seconds(), "of no use when the meeting has begun"
    assert reported(session, notice) == deliveries.Report(2, 0, 2, 0, 0, 0, True)


def test_a_phone_that_has_left_is_forgotten(session, area, service, local, sessions) -> None:
    stays, left = followers(session, area, service, local, "sv", "sv")
    left.is_gone = True
    _, notice = announced(session, area)

    turned(sessions, local)

    report = reported(session, notice)
    assert (report.sent, report.gone, report.total) == (1, 1, 2)
    assert session.scalars(select(Device.endpoint)).all() == [stays.endpoint]


def test_a_busy_service_is_asked_again_when_it_wants(session, area, service, local, sessions) -> None:
    [phone] = followers(session, area, service, local, "sv")
    phone.next_answer(429, Retry_After="90")
    _, notice = announced(session, area)
    turned(sessions, local)

    turned(sessions, local, SOON + timedelta(seconds=89))
    assert (phone.tries, reported(session, notice).waiting) == (1, 1)

    turned(sessions, local, SOON + timedelta(seconds=91))
    assert (len(phone.messages), reported(session, notice).sent) == (1, 1)


def test_a_wrong_key_of_ours_takes_no_phone_away(session, area, service, local, sessions) -> None:
    [phone] = followers(session, area, service, local, "sv")
    phone.next_answer(403)
    _, notice = announced(session, area)

    turned(sessions, local)

    assert reported(session, notice).waiting == 1
    assert session.scalar(select(func.count()).select_from(Device)) == 1


@pytest.mark.thorough
def test_a_service_that_never_answers_well_is_given_up(session, area, service, local, sessions) -> None:
    [phone] = followers(session, area, service, local, "sv")
    for _ in range(deliveries.MOST_TRIES):
        phone.next_answer(500)
    _, notice = announced(session, area)

    for hours in range(deliveries.MOST_TRIES + 2):
        turned(sessions, replace(local, quiet_from=0, quiet_until=0), SOON + timedelta(hours=hours))

    assert (phone.tries, reported(session, notice).failed) == (deliveries.MOST_TRIES, 1)


def test_one_bad_row_harms_no_other(session, area, service, local, sessions) -> None:
    bad, good = followers(session, area, service, local, "sv", "sv")
    session.scalars(select(Device).where(Device.endpoint == bad.endpoint)).one().p256dh = "broken"
    gone, _ = announced(session, area)
    meeting, notice = announced(session, area, starts_at=EVENING + timedelta(days=1))
    notices.latest(session, "meeting_announced", gone.id).noun_id = 99_999  # such a meeting there is not
    session.commit()

    turned(sessions, local)

    assert [said["notification"]["tag"] for said in good.messages] == [f"meeting_announced-{meeting.id}"]
    report = reported(session, notice)
    assert (report.sent, report.failed) == (1, 1)


def test_a_notice_of_the_night_comes_in_the_morning(session, area, service, local, sessions) -> None:
    [phone] = followers(session, area, service, local, "sv")
    night = NOON.replace(hour=21)
    _, notice = announced(session, area, at=night)

    turned(sessions, local, night)
    assert (phone.tries, reported(session, notice).total) == (0, 0)

    turned(sessions, local, NOON.replace(day=24, hour=7, minute=1))
    assert len(phone.messages) == 1


def test_a_try_put_off_by_the_night_is_not_counted(session, area, service, local, sessions) -> None:
    [phone] = followers(session, area, service, local, "sv")
    phone.next_answer(500)
    announced(session, area, at=NOON.replace(hour=19, minute=59))
    turned(sessions, local, NOON.replace(hour=19, minute=59, second=50))

    turned(sessions, local, NOON.replace(hour=20, minute=30))

    session.commit()
    delivery = session.scalars(select(Delivery).execution_options(populate_existing=True)).one()
    assert (phone.tries, delivery.tries, delivery.due_at) == (1, 1, NOON.replace(day=24, hour=7))


def test_nobody_hears_of_a_meeting_that_has_begun(session, area, service, local, sessions) -> None:
    [phone] = followers(session, area, service, local, "sv")
    _, notice = announced(session, area)

    turned(sessions, local, EVENING)

    assert (phone.tries, reported(session, notice).too_late) == (0, 1)


def test_a_phone_that_changed_hands_gets_nothing_of_the_first_owner(session, area, service, local, sessions) -> None:
    [phone] = followers(session, area, service, local, "sv")
    _, notice = announced(session, area)
    session.commit()
    with sessions() as one, database.transaction(one):
        deliveries.spread(one, notices.next_open(one, at=SOON), 10, at=SOON)
    a_phone(session, people.add(session, language="ar", at=NOON), local, phone=phone)
    session.commit()

    turned(sessions, local)

    assert (phone.tries, reported(session, notice).gone) == (0, 1)


def test_making_deliveries_can_stop_anywhere_and_doubles_nothing(session, area, local, service, sessions) -> None:
    followers(session, area, service, local, *["sv"] * 7)
    _, notice = announced(session, area)

    def make(limit: int) -> int:
        with sessions() as one, database.transaction(one):
            found = notices.next_open(one, at=SOON)
            return deliveries.spread(one, found, limit, at=SOON) if found else -1

    assert [make(3), make(3)] == [3, 3]
    with sessions() as one:  # a worker that is killed before it commits
        one.connection(execution_options={"writes": True})
        deliveries.spread(one, notices.next_open(one, at=SOON), 3, at=SOON)
        one.rollback()
    with sessions() as one, database.transaction(one):  # one that forgot how far it was
        notices.next_open(one, at=SOON).spread_to = 0
    assert [make(10), make(10)] == [7, -1]

    session.commit()
    assert session.scalar(select(func.count()).select_from(Delivery)) == 7
    assert session.scalar(select(func.count(Delivery.device_id.distinct()))) == 7
    session.refresh(notice)
    assert notice.spread_at == SOON


@pytest.mark.thorough
def test_two_workers_at_once_send_each_notice_once(session, area, service, local, engine, monkeypatch) -> None:
    monkeypatch.setattr(worker, "BATCH", 5)  # many small claims, so that the two meet often
    phones = followers(session, area, service, local, *["sv", "ar"] * 20)
    _, notice = announced(session, area)
    starts = threading.Barrier(2)

    def run() -> None:
        own = database.connect(engine.url.render_as_string(hide_password=False))
        with Sender(local) as sender:
            starts.wait()
            for _ in range(3):
                worker.turn(database.sessions(own), local, sender, clock=lambda: SOON)
        own.dispose()

    workers = [threading.Thread(target=run) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()

    assert [len(phone.messages) for phone in phones] == [1] * 40
    assert reported(session, notice) == deliveries.Report(40, 0, 40, 0, 0, 0, True)


def test_a_claim_is_held_until_its_lease_ends(session, area, service, local, sessions) -> None:
    followers(session, area, service, local, "sv", "sv", "sv")
    announced(session, area)

    def claim(at: datetime, limit: int = 2) -> list[int]:
        with sessions() as one, database.transaction(one):
            return [held.id for held in deliveries.claim(one, at=at, limit=limit, lease_seconds=60)]

    with sessions() as one, database.transaction(one):
        deliveries.spread(one, notices.next_open(one, at=SOON), 10, at=SOON)
    first, second = claim(SOON), claim(SOON)

    assert (len(first), len(second), set(first) & set(second)) == (2, 1, set())
    assert claim(SOON + timedelta(seconds=59)) == []
    assert len(claim(SOON + timedelta(seconds=60), 9)) == 3


def test_a_worker_that_comes_back_late_undoes_nothing(session, area, service, local, sessions) -> None:
    followers(session, area, service, local, "sv")
    _, notice = announced(session, area)

    def step(act: Callable[[Session], object]) -> object:
        with sessions() as one, database.transaction(one):
            return act(one)

    step(lambda one: deliveries.spread(one, notices.next_open(one, at=SOON), 10, at=SOON))
    [frozen] = step(lambda one: deliveries.claim(one, at=SOON, limit=1, lease_seconds=1))
    later = SOON + timedelta(seconds=2)
    [quick] = step(lambda one: deliveries.claim(one, at=later, limit=1, lease_seconds=60))
    step(lambda one: deliveries.settle(one, frozen, Outcome("waiting"), at=later))
    assert step(lambda one: deliveries.claim(one, at=later, limit=1, lease_seconds=60)) == []
    step(lambda one: deliveries.settle(one, quick, Outcome("sent", 201), at=later))
    step(lambda one: deliveries.settle(one, frozen, Outcome("failed", 413), at=later))

    assert reported(session, notice).sent == 1


def test_each_person_is_counted_once_however_many_phones(session, area, service, local) -> None:
    followers(session, area, service, local, "sv", "ar")
    many = people.add(session, language="sv", at=NOON)
    follows.follow(session, many, "area", area.id, at=NOON)
    a_phone(session, many, local)
    a_phone(session, many, local)
    without = people.add(session, language="sv", at=NOON)
    follows.follow(session, without, "area", area.id, at=NOON)

    assert deliveries.reach(session, "area", area.id) == deliveries.Reach(phone=3, unreached=1)
    assert deliveries.reach(session, "person", many.id) == deliveries.Reach(phone=1, unreached=0)
    assert deliveries.reach(session, "area", 999) == deliveries.Reach(0, 0)


def test_a_test_notice_goes_to_one_phone_alone(session, area, service, local, sessions) -> None:
    tried, other = followers(session, area, service, local, "ar", "ar")
    device = session.scalars(select(Device).where(Device.endpoint == tried.endpoint)).one()
    push.try_out(session, device, area_id=area.id, path="/ar/me/devices", at=SOON)
    session.commit()

    turned(sessions, local)

    assert (len(tried.messages), len(other.messages)) == (1, 0)
    assert tried.messages[0]["notification"]["navigate"] == "https://forum.example/ar/me/devices"


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all/queue.db", "redis://127.0.0.1:1/0"])
def test_a_queue_that_is_gone_fails_nobody(local: Settings, url: str) -> None:
    broken = replace(local, queue_url=url)

    queue.wake(broken)
    queue.wait(broken, 0.1, is_over=lambda: False)


def test_a_wake_ends_the_waiting(local: Settings) -> None:
    queue.wake(local)
    begun = time.monotonic()

    queue.wait(local, 5, is_over=lambda: False)

    assert time.monotonic() - begun < 1


def test_a_worker_sends_when_woken_and_ends_when_told(session, area, service, local) -> None:
    [phone] = followers(session, area, service, local, "sv")
    session.commit()
    environment = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DATA_DIR": str(local.data),
        "DATABASE_URL": local.database_url, "PUSH_LOOPBACK": service.place, "PUSH_CA": service.ca,
        "SWEEP_SECONDS": "60", "QUIET_FROM": "0", "QUIET_UNTIL": "0",
    }  # fmt: skip
    running = subprocess.Popen([sys.executable, "-m", "backend", "work"], env=environment)
    try:
        time.sleep(2)
        now = database.now()
        announced(session, area, at=now, starts_at=now + timedelta(days=3))
        queue.wake(local)
        for _ in range(100):
            if phone.messages:
                break
            time.sleep(0.1)
    finally:
        running.send_signal(signal.SIGTERM)

    assert running.wait(10) == 0
    assert len(phone.messages) == 1
