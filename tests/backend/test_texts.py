from __future__ import annotations

from sqlalchemy import event
from sqlalchemy.orm import Session

from backend import texts

CASE = {"sv": {"title": "Unga vuxna", "summary": "Laget prövar."}, "ar": {"title": "الشباب"}}


def test_a_reader_gets_their_own_language_where_it_stands(session: Session) -> None:
    made = texts.write(session, CASE, original="sv")

    said = texts.read_one(session, made.id, "ar")

    assert (said.title.text, said.title.direction) == ("الشباب", "rtl")


def test_a_missing_text_is_shown_as_the_original_and_says_so(session: Session) -> None:
    made = texts.write(session, CASE, original="sv")

    said = texts.read_one(session, made.id, "ar")

    assert (said.summary.text, said.summary.language, said.summary.is_original) == ("Laget prövar.", "sv", True)


def test_a_text_nobody_wrote_is_empty_and_false(session: Session) -> None:
    made = texts.write(session, CASE, original="sv")

    assert not texts.read_one(session, made.id, "sv").vision


def test_many_sets_are_read_in_one_statement(session: Session) -> None:
    ids = [texts.write(session, CASE, original="sv").id for _ in range(20)]
    statements: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *args: statements.append(args[2]))

    said = texts.read(session, ids, "en")

    assert len(said) == 20
    assert len(statements) == 1


def test_an_emptied_text_falls_back_again(session: Session) -> None:
    made = texts.write(session, CASE, original="sv")

    texts.rewrite(session, made.id, "ar", {"title": " "})

    assert texts.read_one(session, made.id, "ar").title.text == "Unga vuxna"
    assert texts.missing_in(session, made.id, "title", ["sv", "en", "ar"]) == ["en", "ar"]


def test_sets_without_an_owner_are_swept_away(session: Session) -> None:
    made = texts.write(session, CASE, original="sv")

    texts.sweep(session)

    assert session.get(texts.TextSet, made.id, populate_existing=True) is None
