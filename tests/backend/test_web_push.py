"""Sending: what leaves is right, and whatever a push service does, we are not harmed."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest

from backend import keys, settings, vapid, web_push
from backend.deliveries import Outcome
from backend.push_answers import asked_wait, outcome_of
from backend.settings import Settings
from backend.web_push import MOST_BYTES, CarefulResolver, Letter, Sender
from tests.conftest import NOON
from tests.push_service import Phone, PushService, drip, pour


@pytest.fixture
def service(tmp_path: Path) -> Iterator[PushService]:
    with PushService(tmp_path) as made:
        yield made


@pytest.fixture
def local(service: PushService, tmp_path: Path) -> Settings:
    """Settings that know the tests' push service."""
    read = settings.from_environment({"DATA_DIR": str(tmp_path / "data")})
    return replace(read, push_loopback=(service.place,), push_ca=service.ca)


def letter(phone: Phone, *, payload: bytes = b'{"web_push":8030}', endpoint: str = "") -> Letter:
    return Letter(endpoint or phone.endpoint, phone.p256dh, phone.auth, payload, 600, "normal", "topic")


def sent(local: Settings, *letters: Letter, deadline_seconds: float = 5) -> list[Outcome]:
    outcomes: dict[int, Outcome] = {}
    with Sender(local, deadline_seconds=deadline_seconds) as sender:
        sender.send(letters, lambda position, outcome: outcomes.__setitem__(position, outcome))
    return [outcomes[position] for position in range(len(letters))]


def test_a_letter_is_read_by_its_phone_alone_and_says_how_it_travels(service: PushService, local: Settings) -> None:
    phone = service.phone()

    assert sent(local, letter(phone)) == [Outcome("sent", 201)]
    assert phone.messages == [{"web_push": 8030}]
    assert (phone.headers[0]["ttl"], phone.headers[0]["urgency"], phone.headers[0]["topic"]) == (
        "600",
        "normal",
        "topic",
    )


def test_letters_to_one_service_share_one_signature(service: PushService, local: Settings) -> None:
    phones = [service.phone() for _ in range(5)]

    sent(local, *map(letter, phones))

    assert len({phone.headers[0]["authorization"] for phone in phones}) == 1


@pytest.mark.parametrize(
    ("status", "state"),
    [(404, "gone"), (410, "gone"), (413, "failed"), (429, "waiting"), (500, "waiting"), (503, "waiting"),
     (400, "waiting"), (401, "waiting"), (403, "waiting"), (202, "sent"), (200, "sent"), (418, "failed")],
)  # fmt: skip
def test_each_answer_has_its_meaning(service: PushService, local: Settings, status: int, state: str) -> None:
    phone = service.phone()
    phone.next_answer(status)

    [outcome] = sent(local, letter(phone))

    assert (outcome.state, outcome.answer) == (state, status)


def test_it_waits_as_long_as_it_is_asked_to(service: PushService, local: Settings) -> None:
    phone = service.phone()
    phone.next_answer(429, Retry_After="77")

    assert sent(local, letter(phone)) == [Outcome("waiting", 429, timedelta(seconds=77))]


@pytest.mark.parametrize(
    ("said", "wait"),
    [("120", timedelta(minutes=2)), ("Mon, 23 Nov 2026 11:05:00 GMT", timedelta(minutes=5)), ("0", timedelta()),
     ("Mon, 23 Nov 2020 11:05:00 GMT", timedelta()), ("soon", None), ("", None), (None, None), ("-5", None),
     ("٣", None)],
)  # fmt: skip
def test_retry_after_is_a_number_or_a_date(said: str | None, wait: timedelta | None) -> None:
    assert asked_wait(said, at=NOON) == wait


def test_a_redirect_is_not_followed(service: PushService, local: Settings) -> None:
    phone, elsewhere = service.phone(), service.phone()
    for status in (301, 302, 307, 308):
        phone.next_answer(status, Location=elsewhere.endpoint)

    outcomes = sent(local, *[letter(phone)] * 4)

    assert {outcome.state for outcome in outcomes} == {"failed"}
    assert elsewhere.tries == 0


def test_a_slow_drip_ends_at_the_deadline_and_harms_no_other(service: PushService, local: Settings) -> None:
    slow, quick = service.phone(), service.phone()
    slow.answers.append(drip)
    begun = time.monotonic()

    outcomes = sent(local, letter(slow), letter(quick), deadline_seconds=1)

    assert [outcome.state for outcome in outcomes] == ["waiting", "sent"]
    assert time.monotonic() - begun < 3


def test_a_body_of_200_megabytes_is_left_unread(service: PushService, local: Settings) -> None:
    phone, poured = service.phone(), list[int]()
    phone.answers.append(pour(200_000_000, poured))

    outcomes = sent(local, letter(phone))
    for _ in range(50):
        if not poured:
            time.sleep(0.1)

    assert outcomes == [Outcome("sent", 201)]
    assert poured[0] < 20_000_000


def test_a_name_that_leads_to_a_private_address_gets_nothing(service: PushService, local: Settings) -> None:
    phone = service.phone()
    careless = replace(local, push_loopback=(), push_hosts=("localhost",))
    at_the_usual_port = phone.endpoint.replace(service.place, "localhost")

    assert sent(careless, letter(phone, endpoint=at_the_usual_port)) == [Outcome("failed")]
    assert phone.tries == 0


def test_an_endpoint_that_was_changed_in_its_row_gets_nothing(service: PushService, local: Settings) -> None:
    phone = service.phone()

    assert sent(local, letter(phone, endpoint="https://169.254.169.254/latest")) == [Outcome("failed")]


def test_a_certificate_that_nobody_vouches_for_is_refused(service: PushService, local: Settings) -> None:
    phone = service.phone()

    assert sent(replace(local, push_ca=None), letter(phone))[0].state == "waiting"
    assert phone.messages == []


def test_broken_keys_in_a_row_harm_no_other(service: PushService, local: Settings) -> None:
    good, broken = service.phone(), service.phone()

    outcomes = sent(local, replace(letter(broken), p256dh="AAAA"), letter(good))

    assert [outcome.state for outcome in outcomes] == ["failed", "sent"]


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
     "2002:7f00:1::", "2001::1", "ff02::1"],
)  # fmt: skip
def test_addresses_that_are_not_public(address: str) -> None:
    assert not web_push.is_public(ip_address(address))


@pytest.mark.parametrize("address", ["142.250.74.10", "2a00:1450:400f:80c::200a", "64:ff9b::8efa:4a0a"])
def test_addresses_that_are_public(address: str) -> None:
    assert web_push.is_public(ip_address(address))


def test_a_loopback_entry_lets_nothing_but_loopback_through(local: Settings) -> None:
    async def look() -> None:
        resolver = CarefulResolver(replace(local, push_loopback=("localhost:443",)))
        assert await resolver.resolve("localhost", 443)
        with pytest.raises(web_push.PrivateAddress):
            await resolver.resolve("localhost", 444)
        with pytest.raises(web_push.PrivateAddress):
            await CarefulResolver(replace(local, push_loopback=("10.0.0.1:443",))).resolve("10.0.0.1", 443)

    asyncio.run(look())


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path, local: Settings) -> None:
    first = vapid.public_key(local)
    keys.key.cache_clear()

    assert vapid.public_key(local) == first
    assert len(first) == 87
    assert (local.data / "keys/vapid").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("sign", ["a", "å", "م", "😀", '"', "\\"])
def test_a_payload_is_cut_where_it_would_be_too_long(sign: str) -> None:
    made = web_push.payload(
        notice_id=1, tag="a-1", title=sign * 400, body=sign * 5000, language="ar", direction="rtl",
        navigate="https://example.org/ar/", at=NOON,
    )  # fmt: skip

    assert MOST_BYTES - 40 < len(made) <= MOST_BYTES
    assert json.loads(made)["notification"]["body"].endswith("…")


def test_one_payload_serves_classic_and_declarative_push() -> None:
    made = web_push.payload(
        notice_id=7, tag="meeting_announced-3", title="Möte", body="Kom", language="sv", direction="ltr",
        navigate="https://example.org/sv/seved/meetings/3", at=datetime(2026, 11, 23, tzinfo=UTC),
    )  # fmt: skip

    assert json.loads(made) == {
        "web_push": 8030,
        "notification": {
            "title": "Möte", "body": "Kom", "lang": "sv", "dir": "ltr", "tag": "meeting_announced-3",
            "navigate": "https://example.org/sv/seved/meetings/3", "timestamp": 1795392000000, "data": {"notice": 7},
        },
    }  # fmt: skip


def test_too_many_bytes_never_leave() -> None:
    assert outcome_of(413, None, "host").state == "failed"
    with pytest.raises(ValueError, match="too long"):
        web_push.encrypted(Letter("https://x", "", "", bytes(MOST_BYTES + 1), 1, "normal", "t"))
