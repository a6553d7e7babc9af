"""Mail, with a real mail server at the other end: each letter once, in its receiver's language, whatever happens."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from backend import database, deliveries, follows, mail, mail_addresses, meetings, notices, people, worker
from backend.areas import Area
from backend.mail import Letter, Outcome, Text
from backend.mail_addresses import MailAddress
from backend.notices import Notice
from backend.postman import Postman
from backend.settings import ROOT, Settings
from backend.web_push import Sender
from tests.mail_server import MailServer
from tests.makers import EVENING, NOON, a_meeting, a_phone, an_address, an_idea, ana, bo, decided, karin, mira, seved

SOON = NOON + timedelta(minutes=1)
ENDS = NOON + timedelta(minutes=10)


@mail.said("test_code")
def _code(session: Session, letter: Letter, language: str) -> Text:
    return Text(letter.values.get("subject", "Your code"), ("Type this.",), link="/sv/", code=letter.values["code"])


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as made:
        yield made


@pytest.fixture
def local(server: MailServer, surroundings: Settings) -> Settings:
    return replace(
        surroundings, smtp_url=server.url, public_url="https://forum.example", mail_from="forum@example.org",
        mail_bounces="back@example.org", city_name="Malmö",
    )  # fmt: skip


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    return database.sessions(engine)


@pytest.fixture
def area(session: Session) -> Area:
    return seved(session)


def turned(sessions: sessionmaker[Session], local: Settings, at=SOON) -> None:
    with Sender(local) as sender:
        worker.turn(sessions, local, sender, clock=lambda: at)


def carried(sessions: sessionmaker[Session], local: Settings, at=SOON, context: ssl.SSLContext | None = None) -> None:
    Postman(sessions, local, lambda: at, context=context).round()


def a_code(session: Session, to: str = "ana@example.org", **values: str) -> Letter:
    return mail.post(
        session, kind="test_code", to=to, language="sv", at=NOON, ends_at=ENDS, values={"code": "123456", **values}
    )


def again(session: Session, letter: Letter) -> Letter:
    session.commit()
    session.refresh(letter)
    return letter


def announced(session: Session, area: Area) -> Notice:
    meeting = a_meeting(session, area, karin(session, area))
    session.commit()
    notice = notices.latest(session, "meeting_announced", meeting.id)
    assert notice is not None
    session.commit()
    return notice


def counted(session: Session, notice: Notice) -> dict[str, int]:
    session.commit()
    return mail.counts(session, notice.id)


def followers(session: Session, area: Area, *who) -> None:
    for person in who:
        follows.follow(session, person, "area", area.id, at=NOON)


def test_two_followers_read_of_a_meeting_each_in_their_language(session, area, server, local, sessions) -> None:
    swede, arab = bo(session, area), ana(session, area)
    followers(session, area, swede, arab)
    an_address(session, swede)
    mark = an_address(session, arab).leave_mark
    notice = announced(session, area)

    turned(sessions, local)

    [swedish], [arabic] = server.box.to("bo@example.org"), server.box.to("ana@example.org")
    assert "torsdag 26 november" in swedish.get_body(("plain",)).get_content()
    assert "الخميس 26 نوفمبر" in arabic.get_body(("plain",)).get_content()
    page = arabic.get_body(("html",)).get_content()
    assert '<html lang="ar" dir="rtl">' in page
    assert f'href="https://forum.example/ar/seved/meetings/{notice.noun_id}"' in page
    assert "\u2068" in arabic["Subject"]
    assert arabic["List-Unsubscribe"] == f"<https://forum.example/ar/mail/leave/notices/{mark}>"
    assert arabic["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert arabic["Auto-Submitted"] == "auto-generated"
    assert arabic["From"].addresses[0].addr_spec == "forum@example.org"
    assert counted(session, notice) == {"sent": 2}


def test_an_author_hears_by_mail_what_was_decided_in_their_language(session, area, server, local, sessions) -> None:
    author = ana(session, area)
    an_address(session, author)
    idea = an_idea(session, area, author, text="Ljus i gången")
    decided(session, idea, mira(session, area))
    session.commit()

    turned(sessions, local)

    [received] = server.box.to("ana@example.org")
    assert received["Content-Language"] == "ar"
    assert "\u2068Ljus i gången\u2069" in received.get_body(("plain",)).get_content()
    assert f"/ar/seved/ideas/{idea.id}/mine" in received.get_body(("html",)).get_content()


def test_a_notice_is_spread_once_to_phones_and_mailboxes(session, area, server, local, sessions, monkeypatch) -> None:
    monkeypatch.setattr(worker, "CHUNK", 2)
    for number in range(5):
        person = people.add(session, name=f"P{number}", language="sv", at=NOON)
        an_address(session, person)
        followers(session, area, person)
    notice = announced(session, area)

    for minutes in range(3):
        turned(sessions, local, SOON + timedelta(minutes=minutes))

    assert sorted(server.box.receivers) == [f"p{number}@example.org" for number in range(5)]
    assert counted(session, notice) == {"sent": 5}
    session.refresh(notice)
    assert notice.spread_at is not None


def test_whoever_wants_no_notices_or_whose_mail_comes_back_gets_none(session, area, server, local, sessions) -> None:
    swede, arab = bo(session, area), ana(session, area)
    followers(session, area, swede, arab)
    an_address(session, swede)
    mail_addresses.choose(session, swede, notices=False, daily=True)
    an_address(session, arab)
    mail_addresses.bounced(session, arab.id, "ana@example.org", at=NOON)
    announced(session, area)

    turned(sessions, local)

    assert server.box.mails == []


def test_a_letter_that_waits_is_not_sent_to_an_address_that_was_taken_away(
    session, area, server, local, sessions
) -> None:
    swede = bo(session, area)
    followers(session, area, swede)
    an_address(session, swede)
    notice = announced(session, area)
    turned(sessions, replace(local, smtp_url="smtp://127.0.0.1:1"))
    mail_addresses.forget(session, swede, at=NOON)
    session.commit()

    turned(sessions, local, SOON + timedelta(hours=1))

    [warning] = server.box.mails
    assert "/sv/about/contact" in warning.as_string(), "only that it was taken away goes there"
    assert warning["List-Unsubscribe"] is None
    assert counted(session, notice) == {"gone": 1}


def test_at_night_a_notice_waits_and_a_code_does_not(session, area, server, local, sessions) -> None:
    swede = bo(session, area)
    followers(session, area, swede)
    an_address(session, swede)
    announced(session, area)
    night = NOON + timedelta(hours=11)
    mail.post(session, kind="test_code", to="a@example.org", language="sv", at=night, ends_at=night + timedelta(
        minutes=10), values={"code": "1"})  # fmt: skip
    session.commit()

    turned(sessions, local, night)

    assert server.box.receivers == ["a@example.org"]


def test_a_code_goes_before_notices_that_wait_longer(session, area, server, local, sessions) -> None:
    swede = bo(session, area)
    an_address(session, swede)
    notice = announced(session, area)
    row = mail.new_row(kind="notice", to="bo@example.org", language="sv", person_id=swede.id, notice_id=notice.id,
                       is_bulk=True, at=NOON - timedelta(hours=1), ends_at=EVENING)  # fmt: skip
    mail.post_once(session, [row])
    a_code(session)
    session.commit()

    carried(sessions, local)

    assert server.box.receivers == ["ana@example.org", "bo@example.org"]


def test_what_held_a_code_is_emptied_when_it_is_sent(session, server, local, sessions) -> None:
    letter = a_code(session)
    session.commit()

    carried(sessions, local)

    assert "123456" in server.box.mails[0].get_body(("plain",)).get_content()
    assert (again(session, letter).state, letter.values) == ("sent", {})


def test_a_code_is_not_sent_after_its_time(session, server, local, sessions) -> None:
    letter = a_code(session)
    session.commit()

    carried(sessions, local, ENDS)

    assert (server.box.mails, again(session, letter).state, letter.values) == ([], "too_late", {})


@pytest.mark.parametrize("attack", ["Hi\r\nBcc: eve@example.org", "Hi\nX-Evil: 1\n\n<script>", "\x0bBcc:x\u2028y\x00"])
def test_no_subject_makes_a_header_of_its_own(session, server, local, sessions, attack: str) -> None:
    a_code(session, subject=attack)
    session.commit()

    carried(sessions, local)

    [received] = server.box.mails
    assert server.box.receivers == ["ana@example.org"]
    assert received["Bcc"] is None
    assert received["X-Evil"] is None
    assert "<script>" not in received.get_body(("html",)).get_content()


def test_a_busy_server_is_asked_again_and_knows_the_letter_again(session, server, local, sessions) -> None:
    server.box.to_mail.append("451 4.3.0 Try later")
    letter = a_code(session)
    session.commit()
    carried(sessions, local)
    assert (again(session, letter).state, letter.answer) == ("waiting", 451)

    carried(sessions, local, SOON + timedelta(seconds=29))
    assert server.box.mails == []

    carried(sessions, local, SOON + timedelta(seconds=31))
    [received] = server.box.mails
    assert received["Message-ID"] == f"<{letter.tag}@example.org>"
    assert server.box.senders == [f"back+{letter.tag}@example.org"]
    assert server.box.raw[0].count(b"Message-ID") == 1


def test_a_server_that_is_away_costs_only_time(session, server, local, sessions) -> None:
    letter = a_code(session)
    session.commit()
    away = replace(local, smtp_url="smtp://127.0.0.1:1")

    for seconds in (0, 40, 80):
        carried(sessions, away, SOON + timedelta(seconds=seconds))
    assert (again(session, letter).state, letter.tries) == ("waiting", 0)

    carried(sessions, local, SOON + timedelta(seconds=120))
    assert len(server.box.mails) == 1


def test_a_connection_that_breaks_loses_no_letter(session, server, local, sessions) -> None:
    letters = [a_code(session, to=f"{name}@example.org") for name in ("a", "b", "c")]
    server.box.to_receiver += ["250 OK", "421 4.3.2 Closing"]
    session.commit()

    for seconds in (0, 40, 80):
        carried(sessions, local, SOON + timedelta(seconds=seconds))

    assert [again(session, letter).state for letter in letters] == ["sent"] * 3
    assert sorted(server.box.receivers) == ["a@example.org", "b@example.org", "c@example.org"]


def test_a_mailbox_that_does_not_exist_gets_nothing_more(session, area, server, local, sessions) -> None:
    swede = bo(session, area)
    followers(session, area, swede)
    an_address(session, swede)
    server.box.to_receiver.append("550 5.1.1 No such user")
    notice = announced(session, area)

    turned(sessions, local)

    assert counted(session, notice) == {"failed": 1}
    assert session.scalar(select(MailAddress.bounced_at)) == SOON
    mail_addresses.confirm(session, swede, "bo@example.org", at=SOON)
    assert session.scalar(select(MailAddress.bounced_at)) is None


@pytest.mark.parametrize("answer", ["550 5.7.1 Rejected by policy", "554 5.7.26 SPF failed", "552 Too much today"])
def test_a_refusal_that_is_about_us_silences_no_address(session, area, server, local, sessions, answer: str) -> None:
    swede = bo(session, area)
    followers(session, area, swede)
    an_address(session, swede)
    server.box.to_receiver.append(answer)
    announced(session, area)

    turned(sessions, local)

    assert session.scalar(select(MailAddress.bounced_at)) is None


def test_one_letter_that_can_not_be_written_keeps_no_other(session, server, local, sessions) -> None:
    broken = a_code(session)
    broken.values = {}
    unknown = mail.post(session, kind="nobody_says_this", to="b@example.org", language="sv", at=NOON, ends_at=ENDS)
    good = a_code(session, to="c@example.org")
    session.commit()

    carried(sessions, local)

    assert [again(session, letter).state for letter in (broken, unknown, good)] == ["failed", "failed", "sent"]


def test_two_postmen_send_each_letter_once(session, server, local, sessions) -> None:
    for number in range(40):
        a_code(session, to=f"p{number}@example.org")
    session.commit()

    def work() -> None:
        while Postman(sessions, local, lambda: SOON).round():
            pass

    both = [threading.Thread(target=work) for _ in range(2)]

    for one in both:
        one.start()
    for one in both:
        one.join()
    carried(sessions, local)

    assert sorted(server.box.receivers) == sorted(f"p{number}@example.org" for number in range(40))


def test_a_worker_that_comes_back_after_its_lease_undoes_nothing(session, sessions) -> None:
    letter = a_code(session)
    [frozen] = mail.claim(session, at=SOON, limit=5, lease_seconds=60)
    session.commit()
    later = SOON + timedelta(seconds=61)
    session.expunge_all()
    assert mail.claim(session, at=SOON, limit=5, lease_seconds=60) == []
    [quick] = mail.claim(session, at=later, limit=5, lease_seconds=60)
    mail.settle(session, quick, Outcome("sent", 250), at=later)

    mail.settle(session, frozen, Outcome("waiting"), at=later)

    assert session.scalar(select(Letter.state).where(Letter.id == letter.id)) == "sent"


@pytest.mark.thorough
def test_killed_workers_lose_no_letter_and_double_one_a_kill_at_most(session, area, server, local, engine) -> None:
    """A mail that a killed worker had sent already comes once more under the same Message-ID."""
    by, at = karin(session, area), database.now()
    for number in range(60):
        person = people.add(session, name=f"P{number}", language="sv", at=NOON)
        an_address(session, person)
        followers(session, area, person)
    a_meeting(session, area, by, at=at, starts_at=at + timedelta(days=3))
    session.commit()
    environment = {
        "DATA_DIR": str(local.data), "DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "SMTP_URL": server.url, "LEASE_SECONDS": "1", "SWEEP_SECONDS": "0.2", "QUIET_FROM": "0", "QUIET_UNTIL": "0",
        "LOG_LEVEL": "ERROR", "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    kills = 0
    for goal in (5, 25, 60):
        process = subprocess.Popen([sys.executable, "-m", "backend", "work"], env=environment)
        try:
            until = time.monotonic() + 120
            while len(set(server.box.receivers)) < goal and time.monotonic() < until:
                time.sleep(0.002)
        finally:
            process.kill()
            process.wait()
        kills += 1

    ids = [received["Message-ID"] for received in server.box.mails]
    print(f"kills={kills} received={len(ids)} doubled={len(ids) - len(set(ids))}")
    assert sorted(set(server.box.receivers)) == sorted(f"p{number}@example.org" for number in range(60))
    assert len(set(ids)) == 60
    assert len(ids) - 60 <= kills


def test_without_a_mail_server_the_example_prints_the_letter(session, local, sessions, capfd) -> None:
    a_code(session)
    session.commit()

    carried(sessions, replace(local, smtp_url=""))

    printed = capfd.readouterr().err
    assert "123456" in printed
    assert "ana@example.org" in printed


def test_production_without_a_mail_server_writes_no_letters(session, area, local, sessions, capfd) -> None:
    swede = bo(session, area)
    followers(session, area, swede)
    an_address(session, swede)
    notice = announced(session, area)

    turned(sessions, replace(local, smtp_url="", production=True))

    assert counted(session, notice) == {}
    assert "bo@example.org" not in capfd.readouterr().err


def test_reach_counts_each_person_once(session, area, local) -> None:
    with_both, with_mail, with_nothing = bo(session, area), ana(session, area), karin(session, area)
    followers(session, area, with_both, with_mail, with_nothing)
    a_phone(session, with_both, local)
    an_address(session, with_both)
    an_address(session, with_mail)

    reach = deliveries.reach(session, "area", area.id)

    assert (reach.phone, reach.mail, reach.unreached, reach.people) == (1, 1, 1, 3)
    assert deliveries.reach(session, "area", area.id, by_mail=False) == deliveries.Reach(1, 2)


def test_letters_are_forgotten_a_week_after_they_were_sent(session, area, server, local, sessions) -> None:
    swede = bo(session, area)
    followers(session, area, swede)
    an_address(session, swede)
    notice = announced(session, area)
    a_code(session)
    session.commit()
    turned(sessions, local)

    mail.tidy(session, at=SOON + timedelta(days=8))

    [left] = session.scalars(select(Letter).execution_options(populate_existing=True))
    assert (left.notice_id, left.to, left.state) == (notice.id, "", "sent")


def test_meetings_say_the_same_by_mail_as_on_phones(session, area, server, local, sessions) -> None:
    swede = bo(session, area)
    followers(session, area, swede)
    an_address(session, swede)
    notice = announced(session, area)
    message = notices.message(session, notice, "sv")

    turned(sessions, local)

    assert server.box.mails[0]["Subject"] == message.title
    assert message.body in server.box.mails[0].get_body(("plain",)).get_content()
    assert meetings.by_number(session, notice.noun_id).starts_at == EVENING
