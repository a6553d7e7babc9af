"""Whoever follows all links of the example, in each language, never meets a page that is missing or broken."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import database, demo
from backend.people import Person
from backend.wording import say
from tests.conftest import browser, signed_in

pytestmark = pytest.mark.thorough
LINK = re.compile(r'<a\b[^>]*\bhref="(/[^"#]*)')
SAYS_NOT_WHO = say("Sign in with another name, or ask at the meeting place.")


def walk(client: FlaskClient, start: str) -> tuple[set[str], dict[str, int]]:
    """All addresses that links lead to from start, within its language; and those that are wrong, with their status."""
    waiting, seen, wrong = [start], {start}, {}
    language = start[:4]
    while waiting:
        address = waiting.pop()
        answer = client.get(address)
        # A public page is the same for everybody, so it leads to acts of a team too: these say to others who may.
        says_who_may = answer.status_code == 403 and SAYS_NOT_WHO.into(language.strip("/")) not in answer.text
        if answer.status_code not in (200, 302, 303) and not says_who_may:
            wrong[address] = answer.status_code
        for found in map(unescape, LINK.findall(answer.text)):
            if found.startswith(language) and found not in seen:
                seen.add(found)
                waiting.append(found)
    return seen, wrong


@pytest.mark.parametrize("tag", ["sv", "en", "ar"])
@pytest.mark.parametrize("name", ["", "Hodan", "Mira", "Karin"])
def test_every_link_leads_somewhere(app: Flask, session: Session, tag: str, name: str) -> None:
    demo.load(session, at=database.now())
    session.commit()
    person = session.scalars(select(Person).where(Person.name == name)).first() if name else None
    client = signed_in(app, session, person) if person else browser(app)

    seen, wrong = walk(client, f"/{tag}/")

    assert not wrong
    assert len(seen) > 60
