"""Six digits from an authenticator app (TOTP, RFC 6238), for whose phone makes no passkeys; and ten codes on paper.

The app's secret is encrypted with a key that lies outside the database, so that a copy of the database alone gives
nobody a second factor. Guesses are counted by whoever asks for `use`: see attempts.py.
"""

from __future__ import annotations

import base64
import random
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import proofs
from .database import Base
from .errors import Refusal
from .keys import keyed_mark
from .people import Person
from .wording import say

STEP_SECONDS = 30
WINDOW = (0, -1, 1)  # steps beside now's that count too: clocks differ, and typing takes a while
DIGITS = 6
RECOVERY_CODES = 10
RECOVERY_LENGTH = 10
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that is read as something else
LONGEST_TYPED = 40  # characters, spaces included


class AppCode(Base):
    __tablename__ = "app_codes"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    secret: Mapped[str] = mapped_column(String(200))  # encrypted
    last_step: Mapped[int] = mapped_column(default=0)  # the time step that was used last; each is used once
    made_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]  # empty: no code of it was typed yet, so it opens nothing


class RecoveryCode(Base):
    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    code_mark: Mapped[str] = mapped_column(String(64), unique=True)
    used_at: Mapped[datetime | None]


def begin(session: Session, key: bytes, person: Person, *, at: datetime) -> None:
    """Makes a secret that waits to be confirmed. Raises Refusal when an app is set up already."""
    import pyotp

    if is_set_up(session, person):
        raise Refusal(say("An authenticator app is set up already. Take it away first."))
    forget(session, person)
    secret = _box(key).encrypt(pyotp.random_base32().encode()).decode()
    session.add(AppCode(person_id=person.id, secret=secret, made_at=at))
    session.flush()


def secret_to_show(session: Session, key: bytes, person: Person) -> str | None:
    """The secret in base32 while it waits to be confirmed, and never again."""
    row = _row(session, person)
    return None if row is None or row.confirmed_at is not None else _open(key, row)


def address_to_show(secret: str, name: str, issuer: str) -> str:
    """The otpauth:// address that apps read from a square code."""
    import pyotp

    return pyotp.TOTP(secret).provisioning_uri(name=name or issuer, issuer_name=issuer)


def confirm(session: Session, key: bytes, person: Person, typed: str | None, *, at: datetime) -> list[str]:
    """Sets the app up once it gave a right code; returns the recovery codes, shown only now. Raises Refusal."""
    row = _row(session, person)
    if row is None or row.confirmed_at is not None:
        raise Refusal(say("This was set up already, or not begun. Open the page again."))
    if not _use_step(session, key, row, read(typed), at):
        raise _wrong()
    row.confirmed_at = at
    session.flush()
    return _new_recovery_codes(session, key, person)


def use(session: Session, key: bytes, person: Person, typed: str | None, *, at: datetime) -> None:
    """Takes the app's six digits, or a recovery code. Raises Refusal, in the same words whatever was wrong."""
    row, code = _row(session, person), read(typed)
    if row is None or row.confirmed_at is None:
        raise _wrong()
    takes = _use_step if len(code) == DIGITS else _use_recovery
    if not takes(session, key, row, code, at):
        raise _wrong()


def take_away(session: Session, person: Person) -> None:
    """Raises Refusal for the last proof of somebody whose role needs one."""
    if is_set_up(session, person):
        proofs.make_sure_one_stays(session, person)
    forget(session, person)


def read(typed: str | None) -> str:
    """What was typed, without spaces and in Latin digits. Raises Refusal that tells a typing error as such."""
    close = "".join((typed or "")[:LONGEST_TYPED].split()).replace("-", "").lower()
    code = "".join(str(int(sign)) if sign.isdecimal() else sign for sign in close)
    if not (len(code) == DIGITS and code.isdecimal()) and len(code) != RECOVERY_LENGTH:
        raise Refusal(say("Write the six digits that your app shows now."), field="code")
    return code


def is_set_up(session: Session, person: Person) -> bool:
    return count(session, person) > 0


def count(session: Session, person: Person) -> int:
    confirmed = (AppCode.person_id == person.id, AppCode.confirmed_at.is_not(None))
    return session.scalar(select(func.count()).select_from(AppCode).where(*confirmed)) or 0


def recovery_codes_left(session: Session, person: Person) -> int:
    unused = (RecoveryCode.person_id == person.id, RecoveryCode.used_at.is_(None))
    return session.scalar(select(func.count()).select_from(RecoveryCode).where(*unused)) or 0


def forget(session: Session, person: Person) -> None:
    for kind in (AppCode, RecoveryCode):
        session.execute(delete(kind).where(kind.person_id == person.id))


proofs.register("app", proofs.Kind(count, forget))


def in_groups(code: str) -> str:
    """ "k7m3x-2q9ap": as it is printed."""
    return f"{code[:5]}-{code[5:]}"


def _use_step(session: Session, key: bytes, row: AppCode, code: str, at: datetime) -> bool:
    """Whether the app shows this code now; of many who type it at once, one is heard."""
    import pyotp

    app, now = pyotp.TOTP(_open(key, row), interval=STEP_SECONDS), int(at.timestamp()) // STEP_SECONDS
    shown = [now + beside for beside in WINDOW if pyotp.utils.strings_equal(app.generate_otp(now + beside), code)]
    if not shown:
        return False
    newer = (AppCode.person_id == row.person_id, AppCode.last_step < shown[0])
    used = update(AppCode).where(*newer).values(last_step=shown[0]).returning(AppCode.person_id)
    return session.scalar(used.execution_options(synchronize_session=False)) is not None


def _use_recovery(session: Session, key: bytes, row: AppCode, code: str, at: datetime) -> bool:
    unused = (
        RecoveryCode.person_id == row.person_id, RecoveryCode.code_mark == _mark(key, row.person_id, code),
        RecoveryCode.used_at.is_(None),
    )  # fmt: skip
    used = update(RecoveryCode).where(*unused).values(used_at=at).returning(RecoveryCode.id)
    return session.scalar(used.execution_options(synchronize_session=False)) is not None


def _new_recovery_codes(session: Session, key: bytes, person: Person) -> list[str]:
    codes = ["".join(_CHANCE.choices(ALPHABET, k=RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)]
    _keep(session, key, person, codes)
    return [in_groups(code) for code in codes]


def _keep(session: Session, key: bytes, person: Person, codes: Sequence[str]) -> None:
    session.add_all(RecoveryCode(person_id=person.id, code_mark=_mark(key, person.id, code)) for code in codes)
    session.flush()


_CHANCE = random.SystemRandom()


def _mark(key: bytes, person_id: int, code: str) -> str:
    return keyed_mark(key, f"recovery {person_id} {code}")


def _row(session: Session, person: Person) -> AppCode | None:
    mine = select(AppCode).where(AppCode.person_id == person.id)
    return session.scalar(mine.execution_options(populate_existing=True))


def _open(key: bytes, row: AppCode) -> str:
    """Raises Refusal when the key is not the one that it was encrypted with, as after a restore without the keys."""
    from cryptography.fernet import InvalidToken

    try:
        opened: str = _box(key).decrypt(row.secret.encode()).decode()
    except InvalidToken as error:
        raise _wrong() from error
    return opened


def _box(key: bytes) -> Any:
    from cryptography.fernet import Fernet

    return Fernet(base64.urlsafe_b64encode(key))


def _wrong() -> Refusal:
    return Refusal(say("This code did not work. Wait for the next one and try again."), field="code")
