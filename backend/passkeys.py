"""Passkeys: a key that stays in somebody's phone and signs a challenge once they showed it finger, face or PIN.

They are discoverable, so nobody types a name to sign in, and user verification is always asked for, so that one
passkey is two factors (WebAuthn level 3). Browsers bind them to the host's name; an address of numbers has none.
"""

from __future__ import annotations

import ipaddress
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import ceremonies, keys, proofs, typed
from .database import Base
from .errors import NotFound, Refusal
from .people import Person
from .settings import Settings
from .sign_in import STRONG, SignIn
from .wording import say

MOST = 10  # passkeys of one person
LONGEST_NAME = 60  # characters
LONGEST_ANSWER = 20_000  # characters of JSON; real ones have some 2,000
LONGEST_ID = 1_400  # characters of base64url: 1,023 bytes at most (WebAuthn, credential id)
FRESH = timedelta(minutes=10)


@dataclass(frozen=True)
class Site:
    """To whom a passkey belongs, as browsers see it."""

    host: str  # the "relying party id"
    origin: str
    name: str  # what the phone shows
    key: bytes  # makes the handle by which the phone knows the person


class Passkey(Base):
    __tablename__ = "passkeys"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[str] = mapped_column(String(LONGEST_ID), unique=True)  # base64url
    public_key: Mapped[bytes] = mapped_column(LargeBinary)  # COSE
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)  # 0 for ever: the phone does not count
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))  # its owner's word for it, such as "My phone"
    transports: Mapped[str] = mapped_column(String(100), default="")  # "hybrid,internal": a hint for the next time
    is_backed_up: Mapped[bool] = mapped_column(default=False)  # whether it is also on the person's other phones
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]  # empty: never since it was made


def site(settings: Settings) -> Site | None:
    """None where browsers make no passkeys: at an address of numbers, or on http beyond this machine."""
    parts = urlsplit(settings.public_url)
    host = parts.hostname or ""
    is_local = host == "localhost" or host.endswith(".localhost")
    if _is_numeric(host) or not (settings.secure or is_local):
        return None
    origin = f"{parts.scheme}://{parts.netloc}"
    return Site(host, origin, f"Innovationsforum {settings.city_name}", keys.key(settings.data, "passkeys"))


def is_fresh(sign_in: SignIn, at: datetime) -> bool:
    """Whether somebody showed strongly who they are within ten minutes, as sensitive acts may want."""
    return sign_in.person.is_example or (sign_in.how in STRONG and at - sign_in.created_at <= FRESH)


def options_to_add(session: Session, site: Site, person: Person, word: str) -> str:
    """What navigator.credentials.create() takes, as JSON; word is that of the ceremony."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers import structs

    mine = [structs.PublicKeyCredentialDescriptor(_bytes(one.credential_id)) for one in of_person(session, person)]
    chosen = structs.AuthenticatorSelectionCriteria(
        resident_key=structs.ResidentKeyRequirement.REQUIRED,
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    options = generate_registration_options(
        rp_id=site.host, rp_name=site.name, user_id=_handle(site, person), user_name=person.name or site.name,
        challenge=ceremonies.derived(word, "passkey"), authenticator_selection=chosen, exclude_credentials=mine,
        timeout=ceremonies.MINUTES * 60_000,
    )  # fmt: skip
    return options_to_json(options)


def add(session: Session, site: Site, person: Person, *, word: str, answer: str, name: str, at: datetime) -> Passkey:
    """Keeps the passkey that a browser made; answer is its JSON. Raises Refusal."""
    from webauthn import verify_registration_response

    name = typed.line(name, field="name", most=LONGEST_NAME)
    if count(session, person) >= MOST:
        raise Refusal(say("You have %(most)s passkeys already. Take one away first.", most=MOST))
    said = _read(answer)
    made = _checked(
        verify_registration_response, credential=said, expected_challenge=ceremonies.derived(word, "passkey"),
        expected_rp_id=site.host, expected_origin=site.origin, require_user_verification=True,
    )  # fmt: skip
    if session.scalar(select(Passkey.id).where(Passkey.credential_id == said["id"])) is not None:
        raise Refusal(say("This passkey is here already."))
    new = Passkey(
        person_id=person.id, credential_id=said["id"], public_key=made.credential_public_key,
        sign_count=made.sign_count, name=name, transports=_transports(said), created_at=at,
        is_backed_up=made.credential_backed_up,
    )  # fmt: skip
    session.add(new)
    session.flush()
    return new


def options_to_use(site: Site, word: str) -> str:
    """What navigator.credentials.get() takes, as JSON. It names no passkey: the phone offers what it has."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers import structs

    options = generate_authentication_options(
        rp_id=site.host, challenge=ceremonies.derived(word, "passkey"), timeout=ceremonies.MINUTES * 60_000,
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )  # fmt: skip
    return options_to_json(options)


def use(session: Session, site: Site, *, word: str, answer: str, at: datetime) -> Person:
    """Whose passkey signed. Raises Refusal, in the same words whatever was wrong."""
    from webauthn import verify_authentication_response

    said = _read(answer)
    found = session.execute(
        select(Passkey, Person).join(Person, Person.id == Passkey.person_id).where(Passkey.credential_id == said["id"])
    ).first()
    if found is None:
        raise _does_not_work()
    passkey, person = found
    signed = _checked(
        verify_authentication_response, credential=said, expected_challenge=ceremonies.derived(word, "passkey"),
        expected_rp_id=site.host, expected_origin=site.origin, credential_public_key=passkey.public_key,
        credential_current_sign_count=passkey.sign_count, require_user_verification=True,
    )  # fmt: skip
    if _bytes(said["response"].get("userHandle") or "") != _handle(site, person):
        raise _does_not_work()
    passkey.sign_count, passkey.is_backed_up = signed.new_sign_count, signed.credential_backed_up
    passkey.used_at = at
    session.flush()
    return person


def take_away(session: Session, person: Person, passkey_id: int) -> None:
    """Raises NotFound for another's, Refusal for the last proof of somebody whose role needs one."""
    mine = session.scalar(select(Passkey).where(Passkey.id == passkey_id, Passkey.person_id == person.id))
    if mine is None:
        raise NotFound(say("This passkey is not here any more."))
    proofs.make_sure_one_stays(session, person)
    session.delete(mine)
    session.flush()


def of_person(session: Session, person: Person) -> list[Passkey]:
    """Somebody's passkeys, oldest first."""
    return list(session.scalars(select(Passkey).where(Passkey.person_id == person.id).order_by(Passkey.id)))


def count(session: Session, person: Person) -> int:
    return session.scalar(select(func.count()).select_from(Passkey).where(Passkey.person_id == person.id)) or 0


def forget(session: Session, person: Person) -> None:
    session.execute(delete(Passkey).where(Passkey.person_id == person.id))


proofs.register("passkey", proofs.Kind(count, forget))


def _read(answer: str) -> dict[str, Any]:
    """The browser's JSON, of which only the outermost shape is sure. Raises Refusal."""
    try:
        said = json.loads(answer) if len(answer) <= LONGEST_ANSWER else None
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict) or not isinstance(said.get("response"), dict):
        raise _does_not_work()
    number = said.get("id")
    if not isinstance(number, str) or not 0 < len(number) <= LONGEST_ID or not number.isascii() or "\x00" in number:
        raise _does_not_work()
    return said


def _checked(check: Any, **what: Any) -> Any:
    """What the library finds in an answer. Raises Refusal for each answer that it stumbles over."""
    try:
        return check(**what)
    except Exception as error:  # strangers' bytes break its readers of CBOR and keys in ways it does not list
        raise _does_not_work() from error


def _transports(said: dict[str, Any]) -> str:
    named = said["response"].get("transports")
    known = {"ble", "cable", "hybrid", "internal", "nfc", "smart-card", "usb"}
    return ",".join(sorted(known & {one for one in named if isinstance(one, str)})) if isinstance(named, list) else ""


def _handle(site: Site, person: Person) -> bytes:
    """How the phone knows the person: always the same for them, and telling nothing of them (WebAuthn, user handle)."""
    return bytes.fromhex(keys.keyed_mark(site.key, f"person {person.id}"))


def _bytes(base64url: Any) -> bytes:
    from webauthn import base64url_to_bytes

    return base64url_to_bytes(base64url) if isinstance(base64url, str) and base64url.isascii() else b""


def _is_numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _does_not_work() -> Refusal:
    return Refusal(say("This passkey did not work here. Try again, or choose another way."))
