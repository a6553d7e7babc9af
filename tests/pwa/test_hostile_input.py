"""Every route with every kind of nonsense, as everybody: an answer in words each time, and never a 500."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from backend import database, demo, people
from backend.people import Person, Role
from backend.settings import Settings
from tests.conftest import browser, signed_in

pytestmark = pytest.mark.thorough
NONSENSE = (
    "", " ", "\x00", "a" * 5000, "-1", "0", "99999999999999999999", "1e9", "²", "٣", "' OR 1=1 --",
    "<script>alert(1)</script>",
    "{{7*7}}", "../../etc/passwd", "\u202eabc", "\ud800", "2026-02-30", "25:61",
    "//evil.example", "true", "[]", "🙂" * 300,
)  # fmt: skip
IN_ADDRESS = ("0", "1", "2147483648", "99999999999999999999")
WORDS_IN_ADDRESS = ("x", "%00", "a" * 400, "%F0%9F%99%82", "..%2f..", "%3Cscript%3E")


@pytest.fixture
def surroundings(surroundings: Settings) -> Settings:
    """Everything comes from one network here, and each answer is wanted, not "too many"."""
    return replace(surroundings, limits_times=1000)


@pytest.fixture
def example(session: Session) -> Session:
    demo.load(session, at=database.now())
    session.commit()
    return session


def everybody(app: Flask, session: Session) -> Iterator[tuple[str, FlaskClient]]:
    yield "nobody", browser(app)
    for name in ("Hodan", "Mira", "Karin"):
        yield name, signed_in(app, session, session.scalars(select(Person).where(Person.name == name)).first())
    core = people.add(session, name="Core", language="ar", at=database.now(), level=people.Level.NEIGHBOUR)
    people.give_role(session, core, Role.CORE, area_id=None, at=database.now())
    yield "core team", signed_in(app, session, core)


def addresses(rule: Rule) -> Iterator[str]:
    """The rule with every kind of number and word in its holes; language and area are real or not at all."""
    filled = rule.rule.replace("<language:lang>", "ar").replace("<area>", "seved").replace("<release>", "x")
    holes = re.findall(r"<(?:(\w+):)?\w+>", filled)
    for value in IN_ADDRESS if "int" in holes else WORDS_IN_ADDRESS if holes else ("",):
        yield re.sub(r"<[^>]+>", value, filled)


def rules(app: Flask, method: str) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())]


def test_every_page_answers_every_address(app: Flask, example: Session) -> None:
    wrong = [
        (who, address, answer.status_code)
        for who, client in everybody(app, example)
        for rule in rules(app, "GET")
        for address in addresses(rule)
        for query in ("", "?page=x&stage=9999999999&state=%00&next=//e&lang=zz", "?page=99999999999999999999&stage=-1")
        if (answer := client.get(address + query)).status_code >= 500
    ]

    assert not wrong


def test_every_form_answers_every_nonsense(app: Flask, example: Session) -> None:
    wrong = []
    for who, client in everybody(app, example):
        token = client.get("/sv/me/mine", headers={"Accept": "application/json"}).json or {}
        for rule in rules(app, "POST"):
            address = next(iter(addresses(rule))) if "int" not in rule.rule else rule_with_one(rule)
            names = fields_of(client, address)
            for value in NONSENSE:
                fields = {**dict.fromkeys(names, value), "csrf_token": token.get("token", "")}
                body = urlencode(fields, errors="surrogatepass")
                answer = client.post(address, data=body, content_type="application/x-www-form-urlencoded")
                if answer.status_code >= 500:
                    wrong.append((who, address, value[:30], answer.status_code))
            for junk in (b"", b"{", b"[1]", b'{"endpoint": 7}', b'{"endpoint": "\\ud800"}', b"\xff\xfe", b"null"):
                answer = client.post(address, data=junk, content_type="application/json")
                if answer.status_code >= 500:
                    wrong.append((who, address, junk, answer.status_code))

    assert not wrong


@pytest.mark.parametrize(
    "content", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"<svg/>", b"%PDF-1.7", b"\x00" * 9]
)
def test_no_file_is_too_strange(app: Flask, example: Session, content: bytes) -> None:
    client = browser(app)
    for address in ("/ar/seved/ideas/new", "/ar/seved/ideas/"):
        sent = {"text": "مقعد", "photo": (io.BytesIO(content), "\x00../../evil.svg\r\nX: y")}

        assert client.post(address, data=sent, content_type="multipart/form-data").status_code < 500


def rule_with_one(rule: Rule) -> str:
    return next(address for address in addresses(rule) if "/1" in address)


def fields_of(client: FlaskClient, address: str) -> set[str]:
    """The names of the inputs on the page of a form, with some that are not there."""
    page = client.get(address).text
    named = {*re.findall(r'\bname="([^"]+)"', page), "text", "choices", "decision", "unknown"}
    return named - {"csrf_token", "switch_to"}
