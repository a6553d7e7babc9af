"""The short-lived cookie of what was begun in this browser, and who is here when it ends."""

from __future__ import annotations

from flask import Response, request

from backend import ceremonies, sign_in
from backend.errors import NotAllowed
from backend.sign_in import How
from backend.wording import say

from . import current
from .sign_in import come_in


def hand_out(response: Response, word: str) -> Response:
    """Gives the browser the word of a ceremony; an empty one takes it away."""
    if word:
        response.set_cookie(
            cookie_name(), word, max_age=ceremonies.MINUTES * 60, secure=current.settings().secure, httponly=True,
            samesite="Lax", path="/",
        )  # fmt: skip
    else:
        response.delete_cookie(cookie_name(), secure=current.settings().secure, httponly=True, samesite="Lax", path="/")
    return response


def word() -> str:
    return request.cookies.get(cookie_name(), "")


def cookie_name() -> str:
    return "__Host-ceremony" if current.settings().secure else "ceremony"


def here() -> sign_in.SignIn:
    """The sign-in of whoever passed the door. Raises NotAllowed when it has ended since."""
    found = current.this_sign_in()
    if found is None:
        raise NotAllowed(say("You may not do this here."))
    return found


def go_in_stronger(before: sign_in.SignIn, how: How) -> None:
    """The same person on the same phone, now known strongly; nothing changes for whoever is so already."""
    if not before.is_strong or before.person.is_example:
        come_in(before.person, how=how, is_shared=before.is_shared)
