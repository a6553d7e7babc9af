"""The addresses that leave the house in notices, mails, calendars and on paper. They say the same as the pages' routes,
which a test keeps; the backend has no routes to ask.
"""

from __future__ import annotations

from urllib.parse import urlencode


def absolute(public_url: str, path: str) -> str:
    """The whole address; public_url has no slash at its end, path begins with one."""
    return f"{public_url}{path}"


def area(language: str, area_slug: str) -> str:
    return f"/{language}/{area_slug}/"


def idea(language: str, area_slug: str, number: int) -> str:
    return f"/{language}/{area_slug}/ideas/{number}"


def own_idea(language: str, area_slug: str, number: int) -> str:
    """What its author reads: what was decided, and what comes next."""
    return f"/{language}/{area_slug}/ideas/{number}/mine"


def case(language: str, area_slug: str, number: int) -> str:
    return f"/{language}/{area_slug}/cases/{number}"


def comments(language: str, area_slug: str, kind: str, number: int) -> str:
    """Where the comments stand on the page of an idea or a case, by its kind."""
    return f"{(idea if kind == 'idea' else case)(language, area_slug, number)}#comments"


def own_comment(language: str, area_slug: str, number: int) -> str:
    """What its author reads: whether it waits, is public, or why not."""
    return f"/{language}/{area_slug}/comments/{number}"


def vote(language: str, area_slug: str, number: int) -> str:
    return f"/{language}/{area_slug}/votes/{number}"


def results(language: str, area_slug: str, number: int) -> str:
    return f"/{language}/{area_slug}/votes/{number}/results"


def meeting(language: str, area_slug: str, number: int) -> str:
    return f"/{language}/{area_slug}/meetings/{number}"


def devices(language: str) -> str:
    return f"/{language}/me/devices"


def mine(language: str) -> str:
    return f"/{language}/me/"


def contact(language: str) -> str:
    """Where to find a person to turn to."""
    return f"/{language}/about/contact"


def sign_in(language: str, token: str) -> str:
    return f"/{language}/sign-in/{token}"


def mail_code(language: str, word: str, next_page: str = "") -> str:
    """The page with the button that a code's letter links to; next_page is a path of our own, or empty."""
    return f"/{language}/sign-in/mail/link/{word}" + (f"?{urlencode({'next': next_page})}" if next_page else "")


def slip(language: str, digits: str) -> str:
    """What a slip's square code holds: its digits stand behind the #, so that no server's log sees them."""
    return f"/{language}/sign-in/slip#{digits}"


def place_code(language: str, area_slug: str, digits: str) -> str:
    return f"/{language}/sign-in/place?area={area_slug}#{digits}"


def way_out(language: str, sort: str, leave_mark: str) -> str:
    """Ends the mails of a sort that go to one address, without signing in."""
    return f"/{language}/mail/leave/{sort}/{leave_mark}"


def queue(language: str) -> str:
    return f"/{language}/moderation/"


def queue_item(language: str, number: int) -> str:
    """One thing that waits, for moderators."""
    return f"/{language}/moderation/{number}"


def report(language: str, area_slug: str, number: int) -> str:
    """What somebody reported, and what came of it."""
    return f"/{language}/{area_slug}/reports/{number}"


def objection(language: str, area_slug: str, kind: str, number: int) -> str:
    """Where somebody reads why theirs is not published, and may object."""
    return f"/{language}/{area_slug}/appeals/new/{kind}/{number}"


def own_appeal(language: str, area_slug: str, number: int) -> str:
    return f"/{language}/{area_slug}/appeals/{number}"
