from __future__ import annotations

import re
from datetime import datetime, timedelta
from io import BytesIO
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import atom, case_moves, journal, texts
from backend.areas import Area
from backend.cases import Case
from backend.journal import Note
from backend.people import Person
from backend.photos import Photo
from tests.conftest import NOON, browser, signed_in
from tests.makers import a_case, a_photograph, ana, bo, in_the_team, karin, seved
from tests.pwa.test_cases import token_in

UUID = "7e0c3a55-8b1f-4bb4-9d29-2f4f6a1f0f11"
ATOM, XML = "{http://www.w3.org/2005/Atom}", "{http://www.w3.org/XML/1998/namespace}"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)")  # RFC 3339
CHILDREN = {  # of an entry: how often each may stand there (RFC 4287, section 4.1.2)
    "id": (1, 1), "title": (1, 1), "updated": (1, 1), "published": (0, 1), "author": (0, 9), "content": (0, 1),
    "link": (1, 9),
}  # fmt: skip


@pytest.fixture
def area(session: Session) -> Area:
    return seved(session)


@pytest.fixture
def case(session: Session, area: Area) -> Case:
    return a_case(session, area)


@pytest.fixture
def member(app: Flask, session: Session, area: Area, case: Case) -> FlaskClient:
    person = ana(session, area)
    in_the_team(session, case, person, name="Ana")
    return signed_in(app, session, person)


def send(client: FlaskClient, address: str, **fields: object):  # type: ignore[no-untyped-def]
    token = token_in(client.get(address).text)
    return client.post(address, data={"csrf_token": token, **fields}, content_type="multipart/form-data")


def a_file() -> tuple[BytesIO, str]:
    return BytesIO(a_photograph()), "bench.jpg"


def a_note(session: Session, area: Area, case: Case, text: str = "Vi började.", **more: object) -> Note:
    made = {"text": text, "language": "sv", "by": karin(session, area), "at": NOON, **more}
    note = journal.add(session, case, **made)  # type: ignore[arg-type]
    session.commit()
    return note


def feed_of(app: Flask, case: Case, tag: str = "en") -> ElementTree.Element:
    answer = browser(app).get(f"/{tag}/seved/cases/{case.id}/journal/feed.atom")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, atom.MIME)
    return ElementTree.fromstring(answer.data)


def test_a_note_with_a_photo_stands_in_journal_case_and_page(
    app: Flask, session: Session, case: Case, member: FlaskClient
) -> None:
    address = f"/sv/seved/cases/{case.id}/journal/new"

    answer = send(member, address, text="Vi målade.", photo=a_file(), alt="En röd bänk", client_uuid=UUID)
    again = send(member, address, text="Vi målade.", photo=a_file(), alt="En röd bänk", client_uuid=UUID)

    assert (answer.status_code, again.status_code) == (303, 303)
    assert answer.location == again.location
    for path in (answer.location, f"/sv/seved/cases/{case.id}/journal/", f"/sv/seved/cases/{case.id}"):
        page = browser(app).get(path).text
        assert "Vi målade." in page
        assert 'alt="En röd bänk"' in page
        assert "csrf_token" not in page


def test_a_refusal_keeps_the_photo_and_all_that_was_typed(session: Session, case: Case, member: FlaskClient) -> None:
    address = f"/en/seved/cases/{case.id}/journal/new"
    refused = send(member, address, text=" ", photo=a_file(), alt="A bench")
    key = re.findall(r'name="photo_key"[^>]*value="([0-9a-f]{40})"', refused.text)[0]

    kept = member.get(f"/photos/{key}.jpg")
    answer = send(member, address, text="At last", photo_key=key, alt="A bench")

    assert (refused.status_code, kept.status_code, answer.status_code) == (400, 200, 303)
    assert 'value="A bench"' in refused.text
    assert session.scalars(select(Photo.is_public)).all() == [True]


def test_a_photo_can_be_left_out_before_the_note_is_sent(session: Session, case: Case, member: FlaskClient) -> None:
    address = f"/en/seved/cases/{case.id}/journal/new"

    shown = send(member, address, text="Soon", photo=a_file(), without_photo="1")

    assert shown.status_code == 200
    assert "Soon" in shown.text
    assert session.scalar(select(func.count()).select_from(Note)) == 0


def test_its_author_changes_a_note_and_takes_it_back(
    app: Flask, session: Session, area: Area, case: Case, member: FlaskClient
) -> None:
    page = send(member, f"/en/seved/cases/{case.id}/journal/new", text="Frist").location
    stranger = signed_in(app, session, bo(session, area))

    changed = send(member, f"{page}/edit", text="First")
    shown = browser(app).get(page).text
    refused = [stranger.get(f"{page}/{act}").status_code for act in ("edit", "take-back")]
    gone = send(member, f"{page}/take-back")

    assert (changed.status_code, gone.status_code, refused) == (303, 303, [403, 403])
    assert "First" in shown
    assert "Changed on" in shown
    assert browser(app).get(page).status_code == 404
    assert "First" not in browser(app).get(f"/en/seved/cases/{case.id}/journal/").text


def test_everybody_may_comment_on_a_note(app: Flask, session: Session, area: Area, case: Case) -> None:
    note = a_note(session, area, case)
    client = signed_in(app, session, bo(session, area))

    answer = send(client, f"/en/seved/journal/{note.id}/comments/new", text="Well done")

    assert answer.status_code == 303
    for path in (f"/en/seved/journal/{note.id}", f"/en/seved/journal/{note.id}/comments/"):
        assert "Well done" in browser(app).get(path).text
    assert "1 comment" in browser(app).get(f"/en/seved/cases/{case.id}/journal/").text


def test_the_journal_has_twenty_a_page_and_the_case_shows_five(
    app: Flask, session: Session, area: Area, case: Case
) -> None:
    by = karin(session, area)
    for number in range(21):
        text = texts.write(session, {"sv": {"text": f"Anteckning {number}."}}, original="sv").id
        at = NOON + timedelta(minutes=number)
        session.add(Note(case_id=case.id, area_id=area.id, texts_id=text, by_id=by.id, by_name="Karin", at=at))
    session.commit()
    address = f"/en/seved/cases/{case.id}/journal/"

    first, second = (browser(app).get(f"{address}?page={number}").text for number in (1, 2))
    of_case = browser(app).get(f"/en/seved/cases/{case.id}").text

    assert [page.count("Anteckning ") for page in (first, second)] == [20, 1]
    assert of_case.count("Anteckning ") == 5
    assert "All notes" in of_case
    assert browser(app).get(f"{address}?page=3").status_code == 404


def test_pages_of_a_case_name_its_feed(app: Flask, session: Session, case: Case) -> None:
    session.commit()
    for path in (f"/ar/seved/cases/{case.id}", f"/ar/seved/cases/{case.id}/journal/"):
        head = browser(app).get(path).text.partition("</head>")[0]
        link = re.findall(r'<link rel="alternate" type="application/atom\+xml"[^>]*>', head)
        assert len(link) == 1
        assert f'href="/ar/seved/cases/{case.id}/journal/feed.atom"' in link[0]


def test_the_feed_is_atom_as_its_rules_say(app: Flask, session: Session, area: Area, case: Case) -> None:
    client = signed_in(app, session, karin(session, area))
    send(
        client, f"/sv/seved/cases/{case.id}/journal/new", text="<b>Fest</b> & mer\x0b]]>", photo=a_file(),
        alt='En "bänk"',
    )  # fmt: skip
    lead = karin(session, area)
    case_moves.make(session, case, 4, why={"ar": "أمطرت."}, original="ar", by=lead, at=NOON)
    session.commit()

    feed = feed_of(app, case)

    assert feed.tag == f"{ATOM}feed"
    assert feed.get(f"{XML}lang") == "en"
    assert [len(feed.findall(f"{ATOM}{name}")) for name in ("id", "title", "updated")] == [1, 1, 1]
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    assert feed.find(f"{ATOM}link[@rel='self']").get("href").endswith("/journal/feed.atom")
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == 2
    for entry in entries:
        is_a_right_entry(entry)
    assert feed.findtext(f"{ATOM}updated") == max(one.findtext(f"{ATOM}updated") for one in entries)
    ids = [feed.findtext(f"{ATOM}id"), *(one.findtext(f"{ATOM}id") for one in entries)]
    assert len(set(ids)) == 3
    note = next(one for one in entries if one.find(f"{ATOM}link[@rel='enclosure']") is not None)
    content = note.find(f"{ATOM}content")
    assert (content.text, content.get(f"{XML}lang")) == ("<b>Fest</b> & mer]]>", "sv")
    assert note.findtext(f"{ATOM}author/{ATOM}name") == "Karin"
    picture = note.find(f"{ATOM}link[@rel='enclosure']")
    assert (picture.get("type"), picture.get("title")) == ("image/jpeg", 'En "bänk"')
    assert client.get(urlsplit(picture.get("href")).path).content_type == "image/jpeg"


def is_a_right_entry(entry: ElementTree.Element) -> None:
    names = [child.tag.removeprefix(ATOM) for child in entry]
    assert set(names) <= CHILDREN.keys()
    for name, (least, most) in CHILDREN.items():
        assert least <= names.count(name) <= most, name
    assert re.fullmatch("urn:uuid:[0-9a-f-]{36}", entry.findtext(f"{ATOM}id"))
    for name in ("updated", "published"):
        assert MOMENT.fullmatch(entry.findtext(f"{ATOM}{name}"))
        assert datetime.fromisoformat(entry.findtext(f"{ATOM}{name}")).tzinfo
    for name in ("title", "content"):
        assert entry.find(f"{ATOM}{name}").get("type") == "text"
        assert not list(entry.find(f"{ATOM}{name}"))
    assert [link.get("rel") for link in entry.findall(f"{ATOM}link")].count("alternate") == 1
    assert all(urlsplit(link.get("href")).scheme in ("http", "https") for link in entry.findall(f"{ATOM}link"))


def test_an_entry_keeps_its_name_when_it_is_changed_and_has_another_in_each_language(
    app: Flask, session: Session, area: Area, case: Case
) -> None:
    note = a_note(session, area, case)
    before = feed_of(app, case).find(f"{ATOM}entry")
    journal.edit(session, note, text="Annat", by=session.get_one(Person, note.by_id), at=NOON + timedelta(days=1))
    session.commit()

    after, other = (feed_of(app, case, tag).find(f"{ATOM}entry") for tag in ("en", "sv"))

    assert before.findtext(f"{ATOM}id") == after.findtext(f"{ATOM}id") != other.findtext(f"{ATOM}id")
    assert before.findtext(f"{ATOM}published") == after.findtext(f"{ATOM}published")
    assert before.findtext(f"{ATOM}updated") < after.findtext(f"{ATOM}updated")


def test_an_empty_feed_is_a_feed_too_and_a_hidden_note_is_in_none(
    app: Flask, session: Session, area: Area, case: Case
) -> None:
    session.commit()
    empty = feed_of(app, case, "ar")
    journal.hide(session, a_note(session, area, case, "Hemligt"), True)
    session.commit()

    answer = browser(app).get(f"/ar/seved/cases/{case.id}/journal/feed.atom")

    assert empty.findtext(f"{ATOM}updated")
    assert empty.get(f"{XML}lang") == "ar"
    assert "Hemligt" not in answer.text
    assert "<entry" not in answer.text


def test_the_feed_is_kept_until_something_new_stands_in_it(
    app: Flask, session: Session, area: Area, case: Case
) -> None:
    session.commit()
    address, client = f"/sv/seved/cases/{case.id}/journal/feed.atom", browser(app)
    mark = client.get(address).headers["ETag"]

    repeat = client.get(address, headers={"If-None-Match": mark})
    a_note(session, area, case)
    fresh = client.get(address, headers={"If-None-Match": mark})

    assert (repeat.status_code, fresh.status_code) == (304, 200)
    assert fresh.headers["ETag"] != mark
