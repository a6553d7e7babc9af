"""A passkey is worth what its signature proves, and nothing else signs in."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from backend import ceremonies, passkeys, people, proofs, sign_in
from backend.ceremonies import Purpose
from backend.errors import NotFound, Refusal
from backend.passkeys import Passkey
from backend.people import Person
from backend.settings import Settings
from backend.sign_in import How
from tests.authenticator import BACKED_UP, PRESENT, VERIFIED, Authenticator, base64url
from tests.conftest import NOON
from tests.makers import ana, bo, mira, seved

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def site(surroundings: Settings) -> passkeys.Site:
    found = passkeys.site(surroundings)
    assert found is not None
    return found


def a_passkey(session: Session, site: passkeys.Site, person: Person, **changed: Any) -> tuple[Passkey, Authenticator]:
    phone = Authenticator(**changed)
    answer = phone.make(passkeys.options_to_add(session, site, person, "word"))
    return passkeys.add(session, site, person, word="word", answer=answer, name="Min telefon", at=NOON), phone


def test_a_passkey_signs_in_whose_it_is(session: Session, site: passkeys.Site) -> None:
    person = ana(session, seved(session))
    passkey, phone = a_passkey(session, site, person)

    found = passkeys.use(session, site, word="next", answer=phone.sign(passkeys.options_to_use(site, "next")), at=LATER)

    assert found == person
    assert (passkey.used_at, passkey.transports, passkey.is_backed_up) == (LATER, "hybrid,internal", False)


def test_what_is_asked_of_a_phone_tells_nothing_of_the_person(session: Session, site: passkeys.Site) -> None:
    person = ana(session, seved(session))
    a_passkey(session, site, person)

    first, again = (json.loads(passkeys.options_to_add(session, site, person, word)) for word in ("one", "other"))

    assert first["challenge"] != again["challenge"]
    assert first["user"]["id"] == again["user"]["id"]
    assert first["authenticatorSelection"] == {
        "residentKey": "required", "requireResidentKey": True, "userVerification": "required"
    }  # fmt: skip
    assert len(first["excludeCredentials"]) == 1
    assert json.loads(passkeys.options_to_use(site, "one")).get("allowCredentials", []) == []


def test_a_synced_passkey_is_known_as_such(session: Session, site: passkeys.Site) -> None:
    passkey, _ = a_passkey(session, site, ana(session, seved(session)), flags=PRESENT | VERIFIED | BACKED_UP)

    assert passkey.is_backed_up


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "https://evil.example"}, {"origin": "http://localhost:8000.evil.example"},
        {"origin": "https://localhost:8000"}, {"flags": PRESENT}, {"flags": VERIFIED},
    ],
    ids=["another site", "a longer name", "another scheme", "nobody verified", "nobody present"],
)  # fmt: skip
def test_a_passkey_from_elsewhere_or_of_nobody_is_not_kept(
    session: Session, site: passkeys.Site, lie: dict[str, Any]
) -> None:
    with pytest.raises(Refusal, match="did not work"):
        a_passkey(session, site, ana(session, seved(session)), **lie)


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "https://evil.example"}, {"flags": PRESENT}, {"flags": VERIFIED}, {"handle": b"somebody else"},
        {"handle": b""}, {"number": b"never seen before"}, {"key": Authenticator().key}, {"counter": 6},
    ],
    ids=["another site", "not verified", "not present", "another's handle", "no handle", "unknown", "another key",
         "a counter that went back"],
)  # fmt: skip
def test_a_signature_that_does_not_hold_signs_nobody_in(
    session: Session, site: passkeys.Site, lie: dict[str, Any]
) -> None:
    _, phone = a_passkey(session, site, ana(session, seved(session)), counter=7)

    liar = replace(phone, **lie)

    with pytest.raises(Refusal, match="did not work"):
        passkeys.use(session, site, word="n", answer=liar.sign(passkeys.options_to_use(site, "n")), at=LATER)


def test_a_signature_answers_one_challenge_only(session: Session, site: passkeys.Site) -> None:
    _, phone = a_passkey(session, site, ana(session, seved(session)))
    answer = phone.sign(passkeys.options_to_use(site, "yesterday"))

    with pytest.raises(Refusal, match="did not work"):
        passkeys.use(session, site, word="today", answer=answer, at=LATER)


NONSENSE = [
    "", "null", "[]", "{}", "\x00", "[" * 19_000, '{"id": 7, "response": {}}', '{"id": "", "response": {}}',
    '{"id": "a\\u0000", "response": {}}', '{"id": "å", "response": {}}', '{"id": "a", "response": []}',
    '{"id": "a", "response": {"userHandle": 7}}', json.dumps({"id": "a" * 30_000, "response": {}}),
]  # fmt: skip


@pytest.mark.parametrize("answer", NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense_is_refused_like_a_wrong_signature(session: Session, site: passkeys.Site, answer: str) -> None:
    person = ana(session, seved(session))

    with pytest.raises(Refusal, match="did not work"):
        passkeys.add(session, site, person, word="w", answer=answer, name="Telefon", at=NOON)
    with pytest.raises(Refusal, match="did not work"):
        passkeys.use(session, site, word="w", answer=answer, at=NOON)


@pytest.mark.parametrize("part", ["clientDataJSON", "authenticatorData", "signature", "userHandle"])
@pytest.mark.parametrize("content", ["", "AAAA", "!!", 7, None, [], base64url(b"\xff" * 200)])
def test_a_mangled_signature_is_refused(session: Session, site: passkeys.Site, part: str, content: object) -> None:
    _, phone = a_passkey(session, site, ana(session, seved(session)))
    said = json.loads(phone.sign(passkeys.options_to_use(site, "n")))
    said["response"][part] = content

    with pytest.raises(Refusal, match="did not work"):
        passkeys.use(session, site, word="n", answer=json.dumps(said), at=LATER)


def test_the_same_passkey_is_kept_once(session: Session, site: passkeys.Site) -> None:
    area = seved(session)
    _, phone = a_passkey(session, site, ana(session, area))
    other = bo(session, area)

    with pytest.raises(Refusal, match="here already"):
        answer = phone.make(passkeys.options_to_add(session, site, other, "w"))
        passkeys.add(session, site, other, word="w", answer=answer, name="Min", at=NOON)


def test_ten_passkeys_are_enough(session: Session, site: passkeys.Site) -> None:
    person = ana(session, seved(session))
    for _ in range(passkeys.MOST):
        a_passkey(session, site, person)

    with pytest.raises(Refusal, match="10 passkeys"):
        a_passkey(session, site, person)


def test_nobody_takes_anothers_passkey_away(session: Session, site: passkeys.Site) -> None:
    area = seved(session)
    passkey, _ = a_passkey(session, site, ana(session, area))

    with pytest.raises(NotFound):
        passkeys.take_away(session, bo(session, area), passkey.id)


def test_a_role_keeps_its_last_proof_and_a_resident_need_not(session: Session, site: passkeys.Site) -> None:
    area = seved(session)
    moderator, resident = mira(session, area), ana(session, area)
    first, _ = a_passkey(session, site, moderator)
    with pytest.raises(Refusal, match="Your role needs this"):
        passkeys.take_away(session, moderator, first.id)

    a_passkey(session, site, moderator)
    passkeys.take_away(session, moderator, first.id)
    passkeys.take_away(session, resident, a_passkey(session, site, resident)[0].id)

    assert (passkeys.count(session, moderator), passkeys.count(session, resident)) == (1, 0)


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("http://localhost:8000", "localhost"), ("https://forum.example.org", "forum.example.org"),
        ("http://127.0.0.1:8000", None), ("https://192.0.2.7", None), ("https://[2001:db8::1]", None),
        ("http://forum.example.org", None),
    ],
)  # fmt: skip
def test_passkeys_need_a_name_and_a_safe_way(surroundings: Settings, address: str, host: str | None) -> None:
    found = passkeys.site(replace(surroundings, public_url=address))

    assert (found.host if found else None) == host
    assert found is None or found.origin == address


HOWS = [How.SLIP, How.PLACE, How.ADDRESS, How.MAIL, How.PASSKEY, How.APP, How.E_ID]


@pytest.mark.parametrize(
    ("who", "has_one", "allowed"),
    [
        (mira, False, {How.ADDRESS, How.MAIL, How.PASSKEY, How.APP, How.E_ID}),
        (mira, True, {How.PASSKEY, How.APP, How.E_ID}),
        (ana, False, set(HOWS)),
        (ana, True, {How.ADDRESS, How.MAIL, How.PASSKEY, How.APP, How.E_ID}),
    ],
    ids=["staff, the first", "staff, another", "a resident, the first", "a resident, another"],
)
def test_who_may_set_up_a_proof(
    session: Session, site: passkeys.Site, who: Any, has_one: bool, allowed: set[How]
) -> None:
    person = who(session, seved(session))
    if has_one:
        a_passkey(session, site, person)

    def may(how: How) -> bool:
        here = sign_in.find(session, sign_in.begin(session, person, how=how, at=NOON), at=NOON)
        assert here is not None
        return proofs.may_change(session, here)

    assert {how for how in HOWS if may(how)} == allowed


def test_an_operator_lets_somebody_begin_anew(session: Session, site: passkeys.Site) -> None:
    person = mira(session, seved(session))
    _, phone = a_passkey(session, site, person)
    word = sign_in.begin(session, person, how=How.PASSKEY, at=NOON)

    proofs.forget_all(session, person, at=NOON)

    assert proofs.count(session, person) == 0
    assert sign_in.find(session, word, at=NOON) is None
    with pytest.raises(Refusal):
        passkeys.use(session, site, word="n", answer=phone.sign(passkeys.options_to_use(site, "n")), at=LATER)


def test_a_strong_sign_in_is_fresh_for_ten_minutes(session: Session) -> None:
    person = mira(session, seved(session))
    strong, weak = (
        sign_in.find(session, sign_in.begin(session, person, how=how, at=NOON), at=NOON) for how in (How.APP, How.MAIL)
    )
    assert strong is not None
    assert weak is not None

    assert passkeys.is_fresh(strong, NOON + passkeys.FRESH)
    assert not passkeys.is_fresh(strong, LATER)
    assert not passkeys.is_fresh(weak, NOON)


def test_a_ceremony_ends_once_in_time_and_where_it_began(session: Session) -> None:
    area = seved(session)
    person, other = ana(session, area), bo(session, area)
    word = ceremonies.begin(session, Purpose.ADD_PASSKEY, at=NOON, person=person)

    for by, purpose, at, said in [
        (other, Purpose.ADD_PASSKEY, NOON, word),
        (None, Purpose.ADD_PASSKEY, NOON, word),
        (person, Purpose.USE_PASSKEY, NOON, word),
        (person, Purpose.ADD_PASSKEY, NOON + timedelta(minutes=ceremonies.MINUTES), word),
        (person, Purpose.ADD_PASSKEY, NOON, ""),
    ]:
        with pytest.raises(Refusal, match="start again"):
            ceremonies.end(session, said, purpose, at=at, by=by)

    assert ceremonies.end(session, word, Purpose.ADD_PASSKEY, at=NOON, by=person).person_id == person.id
    with pytest.raises(Refusal, match="start again"):
        ceremonies.end(session, word, Purpose.ADD_PASSKEY, at=NOON, by=person)


def test_people_are_not_told_apart_by_what_their_phones_keep(session: Session, site: passkeys.Site) -> None:
    first, other = (people.add(session, language="sv", at=NOON) for _ in range(2))

    handles = {json.loads(passkeys.options_to_add(session, site, one, "w"))["user"]["id"] for one in (first, other)}

    assert len(handles) == 2
