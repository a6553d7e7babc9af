"""Ideas: received once, read by a person, and told about in the author's language."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from backend import database, idea_answers, idea_lists, idea_texts, ideas, moderation, notices, photos, revisions, typed
from backend.errors import Conflict, NotAllowed, NotFound, Refusal
from backend.files import Folder
from backend.ideas import Idea, State
from backend.moderation import Decision, Waiting
from backend.notices import Notice
from backend.people import Person
from tests.conftest import NOON
from tests.makers import (
    LIGHTS,
    a_case,
    a_photograph,
    a_published_idea,
    an_idea,
    ana,
    bo,
    decided,
    lindangen,
    mira,
    seved,
)

UUID = "7d2f9c1e-0b52-4a41-9c7b-3a5d1c0e8f11"


def test_a_new_idea_waits_for_a_moderator(session: Session) -> None:
    area = seved(session)
    author = ana(session, area)

    idea, word = ideas.submit(session, area=area, author=author, text=LIGHTS, language="sv", at=NOON)

    assert (idea.title, idea.text) == tuple(LIGHTS.split("\n"))
    assert idea.state == State.RECEIVED
    assert [step.state for step in ideas.steps(session, idea.id)] == [State.RECEIVED]
    assert session.scalars(select(Waiting.noun_id)).all() == [idea.id]
    assert ideas.by_receipt(session, word or "") is idea


def test_until_it_is_read_only_its_author_and_moderators_see_an_idea(session: Session) -> None:
    area = seved(session)
    author = ana(session, area)
    idea = an_idea(session, area, author)

    assert ideas.may_see(idea, author)
    assert ideas.may_see(idea, mira(session, area))
    assert not ideas.may_see(idea, bo(session, area))
    assert not ideas.may_see(idea, mira(session, lindangen(session)))
    assert not ideas.may_see(idea, None)


def test_the_same_sending_again_is_the_same_idea(session: Session) -> None:
    area = seved(session)
    author = ana(session, area)
    first = an_idea(session, area, author, client_uuid=UUID)

    again, word = ideas.submit(
        session, area=area, author=author, text=f"  {LIGHTS}\r\n", language="ar", at=NOON, client_uuid=UUID.upper()
    )

    assert again.id == first.id
    assert word is None
    assert session.scalar(select(func.count()).select_from(Idea)) == 1
    assert session.scalar(select(func.count()).select_from(Waiting)) == 1


@pytest.mark.parametrize("place, text", [("seved", "Something else"), ("lindangen", LIGHTS)])
def test_the_same_key_with_another_content_is_refused(session: Session, place: str, text: str) -> None:
    places = {"seved": seved(session), "lindangen": lindangen(session)}
    author = ana(session, places["seved"])
    an_idea(session, places["seved"], author, client_uuid=UUID)

    with pytest.raises(Conflict):
        an_idea(session, places[place], author, text, client_uuid=UUID)


def test_a_photo_belongs_to_what_was_sent(session: Session, tmp_path: Path) -> None:
    area, store = seved(session), Folder(tmp_path)
    author = ana(session, area)
    first, same, other = (
        photos.keep(session, store, photos.prepare(a_photograph(size)), area_id=area.id, by=None, at=NOON)
        for size in ((80, 60), (80, 60), (81, 60))
    )
    idea = an_idea(session, area, author, client_uuid=UUID, photo=first, alt="En mörk gång")

    assert an_idea(session, area, author, client_uuid=UUID, photo=same) is idea
    assert (idea.photo_id, first.alt, first.alt_language) == (first.id, "En mörk gång", "sv")
    with pytest.raises(Conflict):
        an_idea(session, area, author, client_uuid=UUID, photo=other)
    with pytest.raises(Conflict):
        an_idea(session, area, author, client_uuid=UUID)


def test_parallel_repeats_make_one_idea(session: Session, engine: Engine) -> None:
    area = seved(session)
    author = ana(session, area)
    session.commit()

    def send(_: int) -> int:
        with database.sessions(engine)() as own, database.transaction(own):
            return an_idea(own, own.merge(area), own.get_one(Person, author.id), client_uuid=UUID).id

    with ThreadPoolExecutor(8) as pool:
        numbers = set(pool.map(send, range(16)))

    assert len(numbers) == 1
    assert session.scalar(select(func.count()).select_from(Idea)) == 1
    assert session.scalar(select(func.count()).select_from(Waiting)) == 1


@pytest.mark.parametrize(
    "text", ["", " \n\t ", "\x00", "\ud800", "\u200b\u200d", "\u202e\u2066", "\u200f\nAn invisible title"]
)
def test_an_idea_that_shows_nothing_is_refused(session: Session, text: str) -> None:
    area = seved(session)

    with pytest.raises(Refusal) as refused:
        an_idea(session, area, ana(session, area), text)

    assert refused.value.field == "text"
    assert session.scalar(select(func.count()).select_from(Idea)) == 0


def test_a_long_text_is_taken_and_a_longer_one_says_how_much(session: Session) -> None:
    area = seved(session)
    author = ana(session, area)

    an_idea(session, area, author, "å" * 2000)
    with pytest.raises(Refusal, match="too long") as refused:
        an_idea(session, area, author, "å" * 2003)

    assert "3" in str(refused.value.wording)


def test_a_wrong_key_is_refused(session: Session) -> None:
    area = seved(session)

    with pytest.raises(Refusal) as refused:
        an_idea(session, area, ana(session, area), client_uuid="no uuid")

    assert refused.value.field == "client_uuid"


def test_a_long_first_line_is_cut_at_a_word_and_kept_whole_below() -> None:
    text = "Light " * 30 + "\nplease"

    title, rest = idea_texts.in_two(text)

    assert title.endswith("Light…")
    assert len(title) <= 120
    assert rest == text


@given(text=st.text(min_size=1).map(str.strip).filter(bool))
def test_no_word_is_lost_between_title_and_text(text: str) -> None:
    title, rest = idea_texts.in_two(text)

    assert 0 < len(title) <= 120
    assert f"{title} {rest}".split() == text.split() or (title.endswith("…") and rest == text)


@given(text=st.text())
def test_whatever_is_typed_is_taken_or_refused_beside_the_field(text: str) -> None:
    try:
        clean = idea_texts.checked(text)
    except Refusal as refused:
        assert refused.field == "text"  # noqa: PT017, both ends are fine
    else:
        assert 0 < len(clean) <= 2000
        assert not typed.UNSEEN.search(clean)


def test_an_approved_idea_is_public_with_its_photo(session: Session, tmp_path: Path) -> None:
    area = seved(session)
    author = ana(session, area)
    photo = photos.keep(session, Folder(tmp_path), photos.prepare(a_photograph()), area_id=area.id, by=None, at=NOON)
    before = revisions.named(session, area.id, ["ideas"])
    idea = an_idea(session, area, author, photo=photo)

    decided(session, idea, mira(session, area))

    assert idea.state == State.READ
    assert photo.is_public
    assert ideas.may_see(idea, None)
    assert revisions.named(session, area.id, ["ideas"]) != before
    assert [one.number for one in idea_lists.latest(session, area.id, 3, language="sv")] == [idea.id]


def test_an_idea_approved_into_a_case_shows_the_case_in_each_language(session: Session) -> None:
    area = seved(session)
    idea, case = an_idea(session, area, ana(session, area)), a_case(session, area)

    decided(session, idea, mira(session, area), case_id=case.id)

    shown = idea_lists.one(session, idea.id, language="sv")
    assert [step.state for step in ideas.steps(session, idea.id)] == [State.RECEIVED, State.READ, State.IN_CASE]
    assert shown.case is not None
    assert (shown.case.number, shown.case.stage) == (case.id, case.stage)
    assert str(shown.case.title)
    assert [one.number for one in idea_lists.for_case(session, case.id, language="sv")] == [idea.id]
    assert session.scalar(select(func.count()).select_from(Notice)) == 1


def test_a_published_idea_is_fed_into_a_case_later(session: Session) -> None:
    area = seved(session)
    idea, case = a_published_idea(session, area, ana(session, area)), a_case(session, area)
    moderator = mira(session, area)

    idea_answers.feed(session, idea, case.id, by=moderator, at=NOON)
    idea_answers.join_case(session, idea, case.id, at=NOON)

    assert idea.state == State.IN_CASE
    assert [step.case_id for step in ideas.steps(session, idea.id)] == [None, None, case.id]
    with pytest.raises(NotAllowed):
        idea_answers.feed(session, idea, case.id, by=bo(session, area), at=NOON)


def test_an_idea_goes_into_no_case_before_it_is_published_or_of_another_area(session: Session) -> None:
    area = seved(session)
    waiting, public = an_idea(session, area, ana(session, area)), a_published_idea(session, area, ana(session, area))
    case, elsewhere = a_case(session, area), a_case(session, lindangen(session))

    with pytest.raises(Refusal):
        idea_answers.join_case(session, waiting, case.id, at=NOON)
    with pytest.raises(NotFound):
        idea_answers.join_case(session, public, elsewhere.id, at=NOON)


def test_an_idea_that_is_not_published_says_why_and_stays_hidden(session: Session) -> None:
    area = seved(session)
    idea = an_idea(session, area, ana(session, area))

    decided(
        session, idea, mira(session, area), Decision.NOT_PUBLISHED, reason="advertising", note="Skriv gärna igen.",
        note_language="sv",
    )  # fmt: skip

    step = ideas.steps(session, idea.id)[-1]
    assert (idea.state, step.reason, step.note) == (State.NOT_PUBLISHED, "advertising", "Skriv gärna igen.")
    assert not ideas.may_see(idea, None)
    assert idea_lists.latest(session, area.id, 3, language="sv") == []


@pytest.mark.parametrize("decision", list(Decision))
def test_the_author_is_told_in_whole_words(session: Session, decision: Decision) -> None:
    area = seved(session)
    author = ana(session, area)
    idea = an_idea(session, area, author)
    twin = an_idea(session, area, ana(session, area), "Lampor")
    twin.state = State.READ

    decided(session, idea, mira(session, area), decision, reason="hate", note="Skriv mer.", merge_into=twin.id)

    notice = session.scalars(select(Notice)).one()
    said = notices.message(session, notice, "ar")
    assert (notice.audience, notice.audience_id) == ("person", author.id)
    assert said.path == f"/ar/seved/ideas/{idea.id}/mine"
    assert str(idea.id) in said.body
    assert "\u2068Ljus i gången mellan gårdarna\u2069" in said.body


def test_the_notice_names_the_case_in_the_readers_language(session: Session) -> None:
    area = seved(session)
    idea, case = an_idea(session, area, ana(session, area)), a_case(session, area)
    decided(session, idea, mira(session, area), case_id=case.id)

    said = notices.message(session, session.scalars(select(Notice)).one(), "sv")

    shown = idea_lists.one(session, idea.id, language="sv").case
    assert shown is not None
    assert str(shown.title) in said.body


def test_no_reason_is_missing_and_the_queue_offers_them_all() -> None:
    assert len(idea_answers.REASONS) == 7
    assert moderation.reasons("idea") == idea_answers.REASONS


def test_a_moderator_sees_the_idea_and_corrects_its_language(session: Session) -> None:
    area = seved(session)
    author = ana(session, area)
    idea = an_idea(session, area, author, language="sv")
    item = session.scalars(select(Waiting)).one()

    moderation.correct_language(session, item.id, "so", by=mira(session, area), at=NOON)

    shown = moderation.look_at(session, [("idea", idea.id)], "sv")["idea", idea.id]
    assert (shown.title, shown.language, shown.author_name, shown.author_language) == (idea.title, "so", "Ana", "ar")
    assert moderation.author_id_of(session, item) == author.id


def test_a_list_has_pages_and_counts_all(session: Session) -> None:
    area, elsewhere = seved(session), lindangen(session)
    author = ana(session, area)
    for number in range(31):
        an_idea(session, area, author, f"Idea {number}").state = State.READ
    an_idea(session, elsewhere, author).state = State.READ
    an_idea(session, area, author, "It waits")
    session.flush()

    first, count = idea_lists.page(session, area.id, 1, language="sv")
    second, _ = idea_lists.page(session, area.id, 2, language="sv")

    assert (len(first), len(second), count, idea_lists.count(session, area.id)) == (30, 1, 31, 31)
    assert first[0].title == "Idea 30"
    assert idea_lists.page(session, area.id, 0, language="sv") == ([], 0)
    assert idea_lists.page(session, area.id, 10**30, language="sv") == ([], 0)
    assert len(idea_lists.latest(session, None, 50, language="sv")) == 32
    assert len(idea_lists.of_author(session, author.id, language="sv")) == 33


@pytest.mark.parametrize("number", [0, 404, 2**31, 2**70])
def test_a_number_that_no_idea_has_is_not_found(session: Session, number: int) -> None:
    with pytest.raises(NotFound):
        ideas.by_number(session, number)
    with pytest.raises(NotFound):
        idea_lists.one(session, number, language="sv")


def test_an_idea_is_not_found_in_another_area(session: Session) -> None:
    area = seved(session)
    idea = an_idea(session, area, ana(session, area))

    with pytest.raises(NotFound):
        ideas.by_number(session, idea.id, area_id=lindangen(session).id)


def test_a_new_receipt_replaces_the_old_one(session: Session) -> None:
    area = seved(session)
    author = ana(session, area)
    idea, first = ideas.submit(session, area=area, author=author, text=LIGHTS, language="sv", at=NOON)

    second = ideas.new_receipt(session, idea, by=author)

    assert ideas.by_receipt(session, second) is idea
    with pytest.raises(NotFound):
        ideas.by_receipt(session, first or "")
    with pytest.raises(NotAllowed):
        ideas.new_receipt(session, idea, by=bo(session, area))
