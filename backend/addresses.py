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


def options(language: str, area_slug: str, case_number: int) -> str:
    """What could help a case, side by side."""
    return f"{case(language, area_slug, case_number)}/options/"


def prototype(language: str, area_slug: str, case_number: int, number: int) -> str:
    return f"{case(language, area_slug, case_number)}/prototypes/{number}"


def resources(language: str, area_slug: str, case_number: int) -> str:
    """What a case needs and who promised what."""
    return f"{case(language, area_slug, case_number)}/resources/"


def pledge(language: str, area_slug: str, case_number: int, number: int) -> str:
    """For whoever promised it, the team and its coordinator."""
    return f"{case(language, area_slug, case_number)}/pledges/{number}"


def handover(language: str, area_slug: str, case_number: int, number: int) -> str:
    """Where those who are offered a case answer."""
    return f"{case(language, area_slug, case_number)}/handovers/{number}"


def adoptions(language: str, area_slug: str, case_number: int) -> str:
    """Who took a case up, and how it goes there."""
    return f"{case(language, area_slug, case_number)}/spread/"


def journal(language: str, area_slug: str, case_number: int) -> str:
    return f"{case(language, area_slug, case_number)}/journal/"


def note(language: str, area_slug: str, number: int) -> str:
    """A note in the journal of a case, with what is said about it."""
    return f"/{language}/{area_slug}/journal/{number}"


def comments(language: str, area_slug: str, kind: str, number: int) -> str:
    """Where the comments stand, by the kind of what they are about; what a team says has a page for them."""
    if kind in ("problem", "vision"):
        return f"{case(language, area_slug, number)}/{kind}/comments/"
    page = {"idea": idea, "note": note}.get(kind, case)
    return f"{page(language, area_slug, number)}#comments"


def own_comment(language: str, area_slug: str, number: int) -> str:
    """What its author reads: whether it waits, is public, or why not."""
    return f"/{language}/{area_slug}/comments/{number}"


def insights(language: str, area_slug: str, case: int) -> str:
    """The page of what people tell in a case."""
    return f"/{language}/{area_slug}/cases/{case}/insights/"


def insight(language: str, area_slug: str, case: int, number: int) -> str:
    return f"{insights(language, area_slug, case)}{number}"


def own_insight(language: str, area_slug: str, case: int, number: int) -> str:
    """What its writer reads: whether it waits, is public, or why not."""
    return f"{insight(language, area_slug, case, number)}/mine"


def transcript(language: str, area_slug: str, case: int, number: int) -> str:
    """Where somebody writes down what is said in its recording."""
    return f"{insight(language, area_slug, case, number)}/transcript"


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


def statements(language: str, area_slug: str, number: int, kind: str) -> str:
    """What a team says together: of the kinds "problem", "vision" and "agreement", with what it said before."""
    return f"{case(language, area_slug, number)}/statements/{kind}"


def statement(language: str, area_slug: str, number: int, kind: str) -> str:
    """Where the team says yes to it."""
    return f"{statements(language, area_slug, number, kind)}/accept"


def join(language: str, area_slug: str, number: int) -> str:
    return f"{case(language, area_slug, number)}/join"


def team(language: str, area_slug: str, number: int) -> str:
    return f"{case(language, area_slug, number)}/team/"


def team_room(language: str, area_slug: str, number: int) -> str:
    """For the team alone."""
    return f"{case(language, area_slug, number)}/team/room"


def team_request(language: str, area_slug: str, number: int, request: int) -> str:
    """Where an ambassador or a coordinator answers who asked to join."""
    return f"{case(language, area_slug, number)}/team/requests/{request}"


def team_invitation(language: str, area_slug: str, number: int, invitation: int) -> str:
    """Where whoever is invited answers."""
    return f"{case(language, area_slug, number)}/team/invitations/{invitation}"


def team_link(language: str, area_slug: str, word: str) -> str:
    """The same for whoever has no account yet."""
    return f"/{language}/{area_slug}/team-invitation/{word}"


def ambassadors(language: str, area_slug: str, number: int) -> str:
    return f"{case(language, area_slug, number)}/team/ambassadors"


def lesson(language: str, number: int) -> str:
    """A lesson belongs to the whole city, wherever it was learned."""
    return f"/{language}/lessons/{number}"


def method(language: str, slug: str) -> str:
    """A method card."""
    return f"/{language}/methods/{slug}"
