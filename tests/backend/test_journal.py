from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from backend import (
    case_endings,
    case_moves,
    comment_subjects,
    comments,
    erasure,
    files,
    follows,
    journal,
    journal_lists,
    notices,
    photos,
    reportable,
    revisions,
    texts,
)
from backend.areas import Area
from backend.cases import Case
from backend.errors import Conflict, NotAllowed, NotFound, Refusal
from backend.journal import Note
from backend.notices import Notice
from backend.people import Person
from backend.photos import Photo
from tests.conftest import NOON
from tests.makers import a_case, a_photograph, ana, bo, in_the_team, karin, seved

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def area(session: Session) -> Area:
    return seved(session)


@pytest.fixture
def case(session: Session, area: Area) -> Case:
    return a_case(session, area)


@pytest.fixture
def writer(session: Session, area: Area, case: Case) -> Person:
    person = ana(session, area)
    in_the_team(session, case, person, name="Ana")
    return person


def a_photo(session: Session, folder: Path) -> Photo:
    store = files.store(f"file://{folder / 'files'}")
    return photos.keep(session, store, photos.prepare(a_photograph()), area_id=None, by=None, at=NOON)


def write(session: Session, case: Case, by: Person, text: str = "Vi började.", **more: object) -> Note:
    return journal.add(session, case, text=text, language="sv", by=by, **{"at": NOON, **more})  # type: ignore[arg-type]


def shown(session: Session, case: Case, tag: str = "sv") -> list[str]:
    return [one.words.text for one in journal_lists.page(session, case.id, tag).entries]


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    sent: list[str] = []

    def note(*given: object) -> None:
        sent.append(str(given[2]))

    event.listen(session.get_bind(), "before_cursor_execute", note)
    yield sent
    event.remove(session.get_bind(), "before_cursor_execute", note)


def test_the_same_note_sent_twice_is_one_note(session: Session, case: Case, writer: Person) -> None:
    uuid = str(uuid4())

    first, again = (write(session, case, writer, client_uuid=uuid) for _ in range(2))

    assert first.id == again.id
    assert session.scalar(select(func.count()).select_from(Note)) == 1
    with pytest.raises(Conflict):
        write(session, case, writer, "Något annat", client_uuid=uuid)


def test_nobody_else_changes_a_note_or_takes_it_back(session: Session, area: Area, case: Case, writer: Person) -> None:
    note = write(session, case, writer)
    leader = karin(session, area)

    with pytest.raises(NotAllowed):
        journal.edit(session, note, text="Nej", by=leader, at=LATER)
    with pytest.raises(NotAllowed):
        journal.take_back(session, note, by=leader, at=LATER)
    with pytest.raises(Refusal):
        journal.edit(session, note, text="x" * 601, by=writer, at=LATER)


def test_a_changed_note_says_so_and_loses_its_old_translations(session: Session, case: Case, writer: Person) -> None:
    note = write(session, case, writer)
    texts.rewrite(session, note.texts_id, "ar", {"text": "بدأنا."})
    before = revisions.named(session, case.area_id, ["cases"])

    journal.edit(session, note, text="Vi slutade.", by=writer, at=LATER)

    [entry] = journal_lists.page(session, case.id, "ar").entries
    assert (entry.words.text, entry.words.language, entry.changed_at) == ("Vi slutade.", "sv", LATER)
    assert revisions.named(session, case.area_id, ["cases"]) != before


def test_a_photo_is_shown_changed_and_removed_with_its_note(
    session: Session, case: Case, writer: Person, tmp_path: Path
) -> None:
    first, second = a_photo(session, tmp_path), a_photo(session, tmp_path)
    first_file, second_file = first.file, second.file
    note = write(session, case, writer, photo=first, alt="En bänk")
    assert (first.is_public, first.alt, first.alt_language) == (True, "En bänk", "sv")

    assert journal.edit(session, note, text="Vi började.", photo=first, alt="Två", by=writer, at=LATER) == []
    assert journal.edit(session, note, text="Vi började.", photo=second, by=writer, at=LATER) == [first_file]
    assert journal.take_back(session, note, by=writer, at=LATER) == [second_file]

    assert session.scalar(select(func.count()).select_from(Photo)) == 0
    assert texts.all_of(session, note.texts_id) == {}
    assert shown(session, case) == []
    with pytest.raises(NotFound):
        journal.by_number(session, note.id)


def test_a_note_that_is_taken_down_takes_its_photo_along(
    session: Session, case: Case, writer: Person, tmp_path: Path
) -> None:
    photo = a_photo(session, tmp_path)
    note = write(session, case, writer, photo=photo)

    journal.hide(session, note, True)
    is_public_when_down, look = photo.is_public, reportable.look_at(session, "note", note.id, "sv")
    journal.hide(session, note, False)

    assert not is_public_when_down
    assert photo.is_public
    assert look is not None
    assert (look.is_public, look.photo_key, look.path) == (False, photo.key, f"/sv/seved/journal/{note.id}")


def test_notes_moves_and_endings_stand_together_the_latest_first(
    session: Session, area: Area, case: Case, writer: Person
) -> None:
    leader = karin(session, area)
    write(session, case, writer, "En")
    for hours, stage, why in ((1, 4, "Det regnade."), (3, 7, "Klart.")):
        at = NOON + timedelta(hours=hours)
        case_moves.make(session, case, stage, why={"sv": why}, original="sv", by=leader, at=at)
    write(session, case, writer, "Två", at=NOON + timedelta(hours=2))
    case_endings.finish(session, case, word="Tack!", language="sv", by=leader, at=NOON + timedelta(hours=4))

    entries = journal_lists.page(session, case.id, "sv").entries

    assert [one.words.text for one in entries] == ["Tack!", "Klart.", "Två", "Det regnade.", "En"]
    heads = [one.head.into("en") for one in entries if one.head]
    assert heads == [
        "The case is finished", "The case came to stop 7 of 7: Spread",
        "The case went back to stop 4 of 7: Options to choose from",
    ]  # fmt: skip


def test_the_journal_has_pages_and_takes_six_statements_however_long_it_is(
    session: Session, area: Area, case: Case, writer: Person
) -> None:
    leader = karin(session, area)
    taken = []
    for round_ in range(2):
        for number in range(12):
            session.add(
                Note(
                    case_id=case.id, area_id=case.area_id, by_name="Ana", at=NOON + timedelta(minutes=number),
                    texts_id=texts.write(session, {"sv": {"text": f"{round_} {number}"}}, original="sv").id,
                )
            )  # fmt: skip
        case_moves.make(session, case, 4 + round_, why={"sv": "Ja"}, original="sv", by=leader, at=LATER)
        session.flush()
        session.expire_all()
        case_id = case.id
        with counted(session) as sent:
            found = journal_lists.page(session, case_id, "sv")
        taken.append(len(sent))

    second = journal_lists.page(session, case.id, "sv", 2)
    assert taken[0] == taken[1] <= 6
    assert (len(found.entries), found.count, found.last) == (20, 26, 2)
    assert len(second.entries) == 6
    assert journal_lists.page(session, case.id, "sv", 3).entries == []
    assert journal_lists.page(session, case.id, "sv", -1).entries == []


def test_what_is_said_of_a_note_reaches_its_writer_and_followers_in_their_languages(
    session: Session, area: Area, case: Case, writer: Person
) -> None:
    note, talker = write(session, case, writer), bo(session, area)
    arabic = bo(session, area, language="ar")
    follows.follow(session, arabic, "case", case.id, at=NOON)
    subject = comment_subjects.subject(session, "note", note.id, language="sv", area_id=area.id)

    comments.write(session, subject, area=area, text="Bra!", language="sv", by=talker, at=NOON)

    told = session.scalars(select(Notice).where(Notice.kind == "note_commented")).all()
    assert {(one.audience, one.audience_id) for one in told} == {("person", writer.id), ("case", case.id)}
    said = {tag: notices.message(session, told[0], tag) for tag in ("sv", "ar")}
    assert said["ar"].path == f"/ar/seved/journal/{note.id}#comments"
    assert "Bra!" in said["sv"].body
    assert journal_lists.page(session, case.id, "sv").entries[0].comments == 1


def test_a_note_that_is_gone_is_talked_about_no_more(session: Session, case: Case, writer: Person) -> None:
    note = write(session, case, writer)
    journal.hide(session, note, True)

    with pytest.raises(NotFound):
        comment_subjects.subject(session, "note", note.id, language="sv")
    assert comment_subjects.titles(session, [("note", note.id)], "en")["note", note.id].text == "Young adults in Seved"


@pytest.mark.parametrize("with_texts", [True, False])
def test_whoever_leaves_takes_name_and_photo_along_or_all(
    session: Session, case: Case, writer: Person, tmp_path: Path, with_texts: bool
) -> None:
    photo = a_photo(session, tmp_path)
    file = photo.file
    write(session, case, writer, photo=photo)

    gone = erasure.erase(session, writer, with_texts=with_texts, at=LATER)

    assert file in gone
    entries = journal_lists.page(session, case.id, "sv").entries
    assert [(one.words.text, one.by, one.photo) for one in entries] == (
        [] if with_texts else [("Vi började.", "", None)]
    )
