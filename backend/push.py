"""Phones that want push notices: one row for each browser, which belongs to whoever signed in there last.

An endpoint is a text that somebody sends us and that we shall send requests to, so it must name a push service.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import ColumnElement, ForeignKey, String, Text, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import notices, sign_in
from .database import Base, insert
from .errors import NotFound, Refusal
from .keys import mark
from .notices import Message, Notice
from .people import Person
from .settings import Settings
from .sign_in import SignIn
from .wording import say

TEST = notices.Kind(urgency="high", longest=timedelta(minutes=10), waits=False, goes_by_mail=False)
MOST_DEVICES = 10  # for each person
LONGEST_ENDPOINT = 1500  # characters; the longest in use have about 600
WRITTEN = re.compile(r"[!-\[\]-~]+")  # what an address may hold: no blanks, no backslash, nothing beyond ASCII
BASE64URL = re.compile(r"[A-Za-z0-9_-]+")


class Device(Base):
    __tablename__ = "devices"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    # With which sign-in it was seen last: when somebody ends that one, no notice comes here any more.
    sign_in_id: Mapped[int | None] = mapped_column(ForeignKey("sign_ins.id", ondelete="SET NULL"), index=True)
    endpoint: Mapped[str] = mapped_column(Text, unique=True)  # personal data: masked in logs and exports
    p256dh: Mapped[str] = mapped_column(String(100))  # the browser's public key, base64url (RFC 8291)
    auth: Mapped[str] = mapped_column(String(40))  # its shared secret, base64url
    vapid_key: Mapped[str] = mapped_column(String(16))  # which of our keys it was made with
    language: Mapped[str] = mapped_column(String(12))  # what this phone is read in
    name: Mapped[str] = mapped_column(String(80), default="")  # such as "Firefox, Android"
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]  # last visit with this subscription


def subscribe(
    session: Session, person: Person, *, endpoint: str, p256dh: str, auth: str, language: str, vapid_key: str,
    name: str, at: datetime, settings: Settings, here: SignIn | None = None,
) -> Device:  # fmt: skip
    """Keeps a phone, or brings what we know of it up to date; vapid_key is our public key that it was made with.

    here is the sign-in that it came with: it goes when that is ended.

    It belongs to person from now on, and starts afresh where it was another's: nothing told to that one comes here.
    Of more than MOST_DEVICES the ones unseen for longest leave. Raises Refusal.
    """
    make_sure_it_is_a_push_service(endpoint, settings)
    values = {
        "person_id": person.id, "p256dh": _public_key(p256dh), "auth": _secret(auth), "language": language,
        "vapid_key": key_id(vapid_key), "name": name[:80], "seen_at": at, "sign_in_id": here.id if here else None,
    }  # fmt: skip
    session.execute(delete(Device).where(Device.endpoint == endpoint, Device.person_id != person.id))
    new = insert(session, Device).values(endpoint=endpoint, created_at=at, **values)
    session.execute(new.on_conflict_do_update(index_elements=["endpoint"], set_=values))
    older = select(Device.id).where(Device.person_id == person.id).order_by(Device.seen_at.desc(), Device.id.desc())
    too_many = session.scalars(older.offset(MOST_DEVICES)).all()
    session.execute(delete(Device).where(Device.id.in_(too_many)))
    query = select(Device).where(Device.endpoint == endpoint).execution_options(populate_existing=True)
    return session.scalars(query).one()


def unsubscribe(session: Session, endpoint: str) -> None:
    """Forgets a phone. Whoever knows its endpoint holds it: nobody can guess one."""
    session.execute(delete(Device).where(Device.endpoint == endpoint))


def remove(session: Session, person: Person, device_id: int) -> None:
    """Takes one of person's own phones away. Raises NotFound when it is not theirs."""
    session.delete(by_number(session, person, device_id))
    session.flush()


@sign_in.when_ended
def remove_with(session: Session, sign_ins: list[int]) -> None:
    session.execute(delete(Device).where(Device.sign_in_id.in_(sign_ins)))


def hand_on(session: Session, before: SignIn, here: SignIn) -> None:
    """The phone stays when its guest has signed in, or somebody signs in anew."""
    session.execute(update(Device).where(Device.sign_in_id == before.id).values(sign_in_id=here.id))


def remove_left(session: Session, at: datetime) -> int:
    """Takes shared phones away whose sign-in is over: whoever holds them next hears nothing meant for another."""
    over = select(SignIn.id).where(SignIn.is_shared, SignIn.ends_at <= at)
    gone = delete(Device).where(Device.sign_in_id.in_(over)).returning(Device.id)
    return len(session.scalars(gone, execution_options={"synchronize_session": False}).all())


def remove_all(session: Session, person: Person) -> None:
    session.execute(delete(Device).where(Device.person_id == person.id))


def of_person(session: Session, person: Person | None) -> list[Device]:
    """The phones of a person, the last seen first; none where nobody is known."""
    if person is None:
        return []
    query = select(Device).where(Device.person_id == person.id).order_by(Device.seen_at.desc(), Device.id.desc())
    return list(session.scalars(query))


def by_number(session: Session, person: Person, device_id: int) -> Device:
    """One of person's own phones. Raises NotFound."""
    return _mine(session, person, Device.id == device_id)


def with_endpoint(session: Session, person: Person | None, endpoint: str) -> Device:
    """Person's phone with this endpoint. Raises NotFound."""
    return _mine(session, person, Device.endpoint == endpoint)


def try_out(session: Session, device: Device, *, area_id: int, path: str, at: datetime) -> Notice:
    """Sends a test notice to one phone, by the same way as all others; path is where a tap leads."""
    ends = at + TEST.longest
    return notices.tell(
        session, kind="test", area_id=area_id, noun_id=device.id, audience="device", audience_id=device.id, at=at,
        ends_at=ends, values={"path": path},
    )  # fmt: skip


@notices.said("test", TEST)
def _test(session: Session, notice: Notice, language: str) -> Message:
    title, body = say("Notices work on this phone"), say("You asked for this test. You need to do nothing.")
    return Message(title.into(language), body.into(language), notice.values["path"])


def make_sure_it_is_a_push_service(endpoint: str, settings: Settings) -> None:
    """Raises Refusal unless endpoint is an https address at one of the push services that we know."""
    if not isinstance(endpoint, str) or len(endpoint) > LONGEST_ENDPOINT or not WRITTEN.fullmatch(endpoint):
        raise _no_service()
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _no_service() from None
    if parts.scheme != "https" or "@" in parts.netloc or "#" in endpoint or not parts.path.startswith("/"):
        raise _no_service()
    if f"{host}:{port or 443}" in settings.push_loopback:
        return
    if port not in (None, 443) or not is_push_host(host, settings):
        raise _no_service()


def is_push_host(host: str, settings: Settings) -> bool:
    """Whether host is one of the settings' hosts, or stands below one: the dot before it counts."""
    return any(host == known or host.endswith(f".{known}") for known in settings.push_hosts)


def key_id(public_key: str) -> str:
    """A short name for one of our keys, so that phones made with an older one can be told apart."""
    return mark(public_key)[:16]


def _mine(session: Session, person: Person | None, which: ColumnElement[bool]) -> Device:
    query = select(Device).where(which, Device.person_id == (person.id if person else None))
    device = session.scalar(query)
    if device is None:
        raise NotFound(say("This phone is not in your list."))
    return device


def _public_key(p256dh: str) -> str:
    """A point on the curve P-256, uncompressed (RFC 8291, section 3.1)."""
    raw = _decoded(p256dh, 65)
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
    except ValueError:
        raise _wrong_key() from None
    return _encoded(raw)


def _secret(auth: str) -> str:
    return _encoded(_decoded(auth, 16))


def _decoded(text: str, length: int) -> bytes:
    plain = text.rstrip("=") if isinstance(text, str) else ""
    if not BASE64URL.fullmatch(plain) or len(plain) > 100:
        raise _wrong_key()
    try:
        raw = base64.urlsafe_b64decode(plain + "=" * (-len(plain) % 4))
    except binascii.Error:
        raise _wrong_key() from None
    if len(raw) != length:
        raise _wrong_key()
    return raw


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _no_service() -> Refusal:
    return Refusal(say("This browser names no push service that we know."), field="endpoint")


def _wrong_key() -> Refusal:
    return Refusal(say("This browser's key for notices is not right. Reload the page and try again."), field="keys")
