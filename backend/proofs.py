"""Strong proofs of who somebody is, such as passkeys and authenticator apps: who may add one, and that one stays.

It knows no kind of proof: each registers here how it is counted and forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from . import audit, sign_in
from .errors import NotAllowed, Refusal
from .people import Person
from .sign_in import How, SignIn
from .wording import say

# How one must have signed in for a first proof to be worth something: by what only this person could have been given.
TRUSTED = (How.ADDRESS, How.MAIL)


@dataclass(frozen=True)
class Kind:
    count: Callable[[Session, Person], int]
    forget: Callable[[Session, Person], None]


_kinds: dict[str, Kind] = {}


def register(name: str, kind: Kind) -> None:
    _kinds[name] = kind


def count(session: Session, person: Person) -> int:
    """How many strong proofs somebody has set up."""
    return sum(kind.count(session, person) for kind in _kinds.values())


def may_change(session: Session, here: SignIn) -> bool:
    """Whether somebody may add or take away a proof, signed in as they are.

    A strong sign-in may always. A trusted one may set up the first, and so may any resident, whose cookie opens no
    door of staff. Whoever is not staff may also mend things after a code by mail, as when a phone was lost.
    """
    if here.is_strong:
        return True
    has_none = count(session, here.person) == 0
    if here.person.is_staff:
        return has_none and here.how in TRUSTED
    return has_none or here.how in TRUSTED


def make_sure_may_change(session: Session, here: SignIn) -> None:
    """Raises NotAllowed unless `may_change`."""
    if not may_change(session, here):
        raise NotAllowed(say("First show who you are: sign in again with what you set up, or with a code by mail."))


def make_sure_one_stays(session: Session, person: Person) -> None:
    """Raises Refusal when taking a proof away would close the doors of staff to one of them."""
    if person.is_staff and count(session, person) <= 1:
        raise Refusal(say("Your role needs this. Set up another one first, then take this one away."))


def forget_all(session: Session, person: Person, *, at: datetime, by: Person | None = None) -> None:
    """Somebody lost their phone: an operator takes all proofs away and ends every sign-in, so that they begin anew."""
    for kind in _kinds.values():
        kind.forget(session, person)
    sign_in.end_all(session, person)
    audit.note(session, "proofs.forgotten", at=at, by=by, noun_id=person.id)
