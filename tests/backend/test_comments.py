"""Comments: neighbours' wait to be read, residents' are public at once, and what is gone is gone for all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from backend import (
    audit,
    comment_moves,
    comment_rules,
    comment_subjects,
    comment_threads,
    comments,
    database,
    moderation,
    restrictions,
    revisions,
)
from backend.areas import Area
from backend.comment_rules import Rule
from backend.comments import Comment, State
from backend.errors import Conflict, NotAllowed, NotFound, Refusal
from backend.ideas import Idea
from backend.moderation import Decision, Waiting
from backend.people import Level, Person
from tests.conftest import NOON
from tests.makers import a_case, a_comment, a_published_idea, an_idea, ana, bo, karin, lindangen, mira, seved

UUID = "7d2f9c1e-0b52-4a41-9c7b-3a5d1c0e8f11"


@pytest.fixture
def area(session: Session) -> Area:
    return seved(session)


@pytest.fixture
def idea(session: Session, area: Area) -> Idea:
    return a_published_idea(session, area, ana(session, area))


def a_neighbour(session: Session, area: Area) -> Person:
    return bo(session, area, level=Level.NEIGHBOUR)


def in_queue(session: Session) -> list[Waiting]:
    session.expire_all()
    return list(session.scalars(select(Waiting).where(Waiting.kind == "comment", Waiting.decision.is_(None))))


def read(session: Session, area: Area, decision: Decision = Decision.APPROVED, **how: str) -> None:
    """A moderator has decided what waits, and can't take it back any more."""
    by = mira(session, area)
    for item in in_queue(session):
        moderation.decide(session, item.id, decision, by=by, seen_version=item.version, at=NOON, undo_seconds=0, **how)
    moderation.settle_due(session, NOON)


def said_on(session: Session, idea: Idea) -> list[str]:
    return [one.text for one in comment_threads.page(session, "idea", idea.id).threads]


def test_a_neighbours_comment_waits_for_moderation(session: Session, area: Area, idea: Idea) -> None:
    comment = a_comment(session, idea, a_neighbour(session, area))

    assert comment.state == State.WAITING
    assert said_on(session, idea) == []
    assert [item.noun_id for item in in_queue(session)] == [comment.id]

    read(session, area)

    assert said_on(session, idea) == ["Ja, gärna!"]
    assert idea.comments == 1


def test_a_residents_comment_is_public_at_once(session: Session, area: Area, idea: Idea) -> None:
    before = revisions.named(session, area.id, ["ideas"])

    comment = a_comment(session, idea, bo(session, area))

    assert comment.state == State.PUBLIC
    assert said_on(session, idea) == ["Ja, gärna!"]
    assert in_queue(session) == []
    assert revisions.named(session, area.id, ["ideas"]) != before


def test_staff_need_not_wait(session: Session, area: Area, idea: Idea) -> None:
    assert a_comment(session, idea, karin(session, area)).state == State.PUBLIC


def test_cases_are_talked_about_too(session: Session, area: Area, idea: Idea) -> None:
    case = a_case(session, area)

    a_comment(session, case, bo(session, area), text="Om caset")
    a_comment(session, idea, bo(session, area), text="Om idén")

    assert [one.text for one in comment_threads.page(session, "case", case.id).threads] == ["Om caset"]
    assert said_on(session, idea) == ["Om idén"]


def test_guests_do_not_comment(session: Session, area: Area, idea: Idea) -> None:
    with pytest.raises(NotAllowed):
        a_comment(session, idea, ana(session, area, level=Level.GUEST))


def test_an_area_may_let_everybody_wait(session: Session, area: Area, idea: Idea) -> None:
    comment_rules.set_rule(session, area, Rule.ALL_WAIT, by=karin(session, area), at=NOON)

    assert a_comment(session, idea, bo(session, area)).state == State.WAITING
    assert session.scalars(select(audit.Act.act).where(audit.Act.act == "area.comments")).all()


def test_where_comments_are_closed_the_old_ones_stay(session: Session, area: Area, idea: Idea) -> None:
    neighbour = bo(session, area)
    comment = a_comment(session, idea, neighbour)
    comment_rules.set_rule(session, area, Rule.CLOSED, by=karin(session, area), at=NOON)

    with pytest.raises(NotAllowed):
        a_comment(session, idea, neighbour)
    with pytest.raises(NotAllowed):
        comments.edit(session, comment, area=area, text="Nej", by=neighbour, at=NOON)

    assert said_on(session, idea) == ["Ja, gärna!"]
    comments.take_back(session, comment, by=neighbour, at=NOON)


@pytest.mark.parametrize("rule", ["", "open", "\x00"])
def test_only_rules_that_there_are_can_be_chosen(session: Session, area: Area, rule: str) -> None:
    with pytest.raises(Refusal):
        comment_rules.set_rule(session, area, rule, by=karin(session, area), at=NOON)


def test_only_a_coordinator_of_the_area_sets_its_rule(session: Session, area: Area) -> None:
    for somebody in (mira(session, area), karin(session, lindangen(session))):
        with pytest.raises(NotAllowed):
            comment_rules.set_rule(session, area, Rule.CLOSED, by=somebody, at=NOON)


def test_whoever_is_suspended_does_not_comment(session: Session, area: Area, idea: Idea) -> None:
    neighbour, by = bo(session, area), karin(session, area)
    how = {"area": area, "reason": "threatens", "days": 7, "by": by, "at": NOON}
    restrictions.restrict(session, neighbour, "suspended", **how)

    with pytest.raises(NotAllowed):
        a_comment(session, idea, neighbour)


def test_whoever_is_limited_writes_once_a_day_and_is_read_first(session: Session, area: Area, idea: Idea) -> None:
    neighbour, by = bo(session, area), karin(session, area)
    how = {"area": area, "reason": "advertises", "days": 7, "by": by, "at": NOON}
    restrictions.restrict(session, neighbour, "limited", **how)

    assert a_comment(session, idea, neighbour).state == State.WAITING
    with pytest.raises(NotAllowed):
        a_comment(session, idea, neighbour, text="En till")


def test_what_may_hold_somebodys_number_is_read_first(session: Session, area: Area, idea: Idea) -> None:
    comment = a_comment(session, idea, bo(session, area), text="Ring Elsa på 070-123 45 67")

    assert comment.state == State.WAITING
    assert in_queue(session)[0].flags == ["phone"]


def test_the_same_sending_again_is_the_same_comment(session: Session, area: Area, idea: Idea) -> None:
    neighbour = bo(session, area)

    first = a_comment(session, idea, neighbour, client_uuid=UUID)
    again = a_comment(session, idea, neighbour, text="  Ja, gärna!\r\n", client_uuid=UUID.upper())

    assert again.id == first.id
    assert session.scalar(select(func.count()).select_from(Comment)) == 1


def test_the_same_key_with_another_content_is_refused(session: Session, area: Area, idea: Idea) -> None:
    neighbour = bo(session, area)
    a_comment(session, idea, neighbour, client_uuid=UUID)

    with pytest.raises(Conflict):
        a_comment(session, idea, neighbour, text="Nej tack", client_uuid=UUID)
    with pytest.raises(Conflict):
        a_comment(session, idea, ana(session, area), client_uuid=UUID)


def test_two_sendings_at_once_make_one_comment(session: Session, engine: Engine, area: Area, idea: Idea) -> None:
    number = bo(session, area).id
    session.commit()

    def send(_: int) -> int:
        with database.sessions(engine)() as own, database.transaction(own):
            return a_comment(own, own.get_one(Idea, idea.id), own.get_one(Person, number), client_uuid=UUID).id

    with ThreadPoolExecutor(6) as pool:
        made = set(pool.map(send, range(12)))

    session.refresh(idea)
    assert len(made) == 1
    assert idea.comments == 1


def test_many_at_once_are_all_counted(session: Session, engine: Engine, area: Area, idea: Idea) -> None:
    numbers = [bo(session, area).id for _ in range(8)]
    session.commit()

    def send(number: int) -> None:
        with database.sessions(engine)() as own, database.transaction(own):
            a_comment(own, own.get_one(Idea, idea.id), own.get_one(Person, number))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(send, numbers))

    session.refresh(idea)
    assert idea.comments == 8


@pytest.mark.parametrize("text", ["", "   ", "\x00", "\u202e\u2066", "\u200b\u200d", "a" * 1001, "x" * 100_000, None])
def test_empty_and_endless_comments_are_refused(session: Session, area: Area, idea: Idea, text: str) -> None:
    with pytest.raises(Refusal) as refused:
        a_comment(session, idea, bo(session, area), text=text)

    assert refused.value.field == "text"


def test_unseen_signs_are_left_out(session: Session, area: Area, idea: Idea) -> None:
    comment = a_comment(session, idea, bo(session, area), text="Ja\x00 \u202etack\ud800")

    assert comment.text == "Ja tack"


def test_what_is_not_published_cannot_be_talked_about(session: Session, area: Area) -> None:
    author = bo(session, area)
    waiting = an_idea(session, area, author)

    with pytest.raises(NotFound):
        a_comment(session, waiting, author)


def test_another_areas_idea_is_not_found(session: Session, idea: Idea) -> None:
    with pytest.raises(NotFound):
        comment_subjects.subject(session, "idea", idea.id, language="sv", area_id=lindangen(session).id)


def test_a_reply_to_a_reply_stands_under_the_same_comment(session: Session, area: Area, idea: Idea) -> None:
    first = a_comment(session, idea, bo(session, area), text="Först")
    reply = a_comment(session, idea, ana(session, area), text="Svar", parent_id=first.id)
    a_comment(session, idea, bo(session, area), text="Svar på svaret", parent_id=reply.id)
    a_comment(session, idea, bo(session, area), text="Sist")

    threads = comment_threads.page(session, "idea", idea.id).threads

    assert [one.text for one in threads] == ["Först", "Sist"]
    assert [one.text for one in threads[0].replies] == ["Svar", "Svar på svaret"]


def test_only_what_is_public_here_can_be_answered(session: Session, area: Area, idea: Idea) -> None:
    neighbour = bo(session, area)
    waiting = a_comment(session, idea, a_neighbour(session, area))
    hidden = a_comment(session, idea, neighbour)
    comments.hide(session, hidden, "hate", by=mira(session, area), at=NOON)
    elsewhere = a_comment(session, a_case(session, area), neighbour)

    for number in (waiting.id, hidden.id, elsewhere.id, 99, 2**40):
        with pytest.raises(NotFound):
            a_comment(session, idea, neighbour, parent_id=number)


def test_a_residents_edit_is_shown_at_once_and_marked(session: Session, area: Area, idea: Idea) -> None:
    neighbour = bo(session, area)
    comment = a_comment(session, idea, neighbour)

    comments.edit(session, comment, area=area, text="Ja, absolut!", by=neighbour, at=NOON)

    shown = comment_threads.page(session, "idea", idea.id).threads[0]
    assert (shown.text, shown.is_changed) == ("Ja, absolut!", True)


def test_the_old_text_stands_until_a_neighbours_edit_is_read(session: Session, area: Area, idea: Idea) -> None:
    neighbour = a_neighbour(session, area)
    comment = a_comment(session, idea, neighbour)
    read(session, area)

    comments.edit(session, comment, area=area, text="Ja, absolut!", by=neighbour, at=NOON)
    assert said_on(session, idea) == ["Ja, gärna!"]
    read(session, area, Decision.NOT_PUBLISHED, reason="hate")
    assert said_on(session, idea) == ["Ja, gärna!"]
    comments.edit(session, comment, area=area, text="Ja, absolut!", by=neighbour, at=NOON)
    read(session, area)

    assert said_on(session, idea) == ["Ja, absolut!"]
    assert idea.comments == 1


def test_a_decision_about_an_older_text_publishes_nothing(session: Session, area: Area, idea: Idea) -> None:
    neighbour, by = a_neighbour(session, area), mira(session, area)
    comment = a_comment(session, idea, neighbour)
    item = in_queue(session)[0]
    moderation.decide(session, item.id, Decision.APPROVED, by=by, seen_version=item.version, at=NOON, undo_seconds=10)

    comments.edit(session, comment, area=area, text="Något helt annat", by=neighbour, at=NOON)
    moderation.settle_due(session, NOON.replace(hour=23))

    assert said_on(session, idea) == []
    assert len(in_queue(session)) == 1


def test_a_refused_comment_can_be_changed_and_sent_again(session: Session, area: Area, idea: Idea) -> None:
    neighbour = a_neighbour(session, area)
    comment = a_comment(session, idea, neighbour)
    read(session, area, Decision.NOT_PUBLISHED, reason="hate", note="Skriv vänligare.", note_language="sv")
    assert (comment.state, comment.reason, comment.note) == (State.NOT_PUBLISHED, "hate", "Skriv vänligare.")

    comments.edit(session, comment, area=area, text="Jag håller inte med.", by=neighbour, at=NOON)
    read(session, area)

    assert said_on(session, idea) == ["Jag håller inte med."]
    assert (comment.reason, comment.note) == ("", "")


def test_a_change_can_be_asked_for(session: Session, area: Area, idea: Idea) -> None:
    comment = a_comment(session, idea, a_neighbour(session, area))

    read(session, area, Decision.CHANGE_ASKED, note="Vem menar du?", note_language="sv")

    assert (comment.state, comment.note) == (State.CHANGE_ASKED, "Vem menar du?")


def test_only_its_author_edits_or_takes_back(session: Session, area: Area, idea: Idea) -> None:
    comment = a_comment(session, idea, bo(session, area))

    for somebody in (ana(session, area), mira(session, area)):
        with pytest.raises(NotAllowed):
            comments.edit(session, comment, area=area, text="Mitt", by=somebody, at=NOON)
        with pytest.raises(NotAllowed):
            comments.take_back(session, comment, by=somebody, at=NOON)
        with pytest.raises(NotFound):
            comments.own(session, comment.id, by=somebody, area_id=area.id)


def test_what_is_taken_back_is_gone_and_replies_stay(session: Session, area: Area, idea: Idea) -> None:
    neighbour = bo(session, area)
    comment = a_comment(session, idea, neighbour)
    a_comment(session, idea, ana(session, area), text="Svar", parent_id=comment.id)

    comments.take_back(session, comment, by=neighbour, at=NOON)
    comments.take_back(session, comment, by=neighbour, at=NOON)

    place = comment_threads.page(session, "idea", idea.id).threads[0]
    assert (place.state, place.text, place.author_name) == (State.TAKEN_BACK, "", "")
    assert [one.text for one in place.replies] == ["Svar"]
    assert idea.comments == comment_threads.page(session, "idea", idea.id).count == 1
    assert comment.text == ""


def test_what_waits_leaves_the_queue_with_its_author(session: Session, area: Area, idea: Idea) -> None:
    neighbour = a_neighbour(session, area)
    comment = a_comment(session, idea, neighbour)

    comments.take_back(session, comment, by=neighbour, at=NOON)
    moderation.settle_due(session, NOON)

    assert in_queue(session) == []
    assert said_on(session, idea) == []


def test_what_is_hidden_counts_no_more_until_it_is_shown_again(session: Session, area: Area, idea: Idea) -> None:
    by, neighbour = mira(session, area), bo(session, area)
    comment = a_comment(session, idea, neighbour)

    assert comments.hide(session, comment, "hate", by=by, at=NOON)
    assert not comments.hide(session, comment, "hate", by=by, at=NOON)
    assert (idea.comments, said_on(session, idea)) == (0, [])
    assert not comments.may_edit(comment, neighbour, area)

    assert comments.show_again(session, comment, by=by, at=NOON)
    assert (idea.comments, said_on(session, idea)) == (1, ["Ja, gärna!"])


def test_a_page_holds_fifty_and_the_next_begins_with_whom_it_answers(session: Session, area: Area, idea: Idea) -> None:
    neighbour = bo(session, area)
    first = a_comment(session, idea, neighbour, text="Först")
    for number in range(60):
        a_comment(session, idea, neighbour, text=f"Svar {number}", parent_id=first.id)

    one, two = (comment_threads.page(session, "idea", idea.id, number) for number in (1, 2))

    assert (one.count, one.last, two.count) == (61, 2, 61)
    assert [len(page.threads[0].replies) for page in (one, two)] == [49, 11]
    assert two.threads[0].text == "Först"
    for number in (0, -1, 3, 2**70):
        assert comment_threads.page(session, "idea", idea.id, number).threads == []


def test_a_page_of_comments_costs_one_statement(session: Session, area: Area, idea: Idea) -> None:
    neighbour = bo(session, area)
    for number in range(20):
        a_comment(session, idea, neighbour, text=f"Ord {number}")
    sent: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *given: sent.append(given[2]))

    comment_threads.page(session, "idea", idea.id)

    assert len(sent) == 1


def test_comments_go_along_with_a_merged_idea_and_come_back(session: Session, area: Area, idea: Idea) -> None:
    neighbour = bo(session, area)
    twin = a_published_idea(session, area, neighbour, text="Lampor i gången")
    moved = a_comment(session, idea, neighbour, text="Om den första")
    a_comment(session, twin, neighbour, text="Om tvillingen")

    comment_moves.move(session, idea.id, twin.id)
    a_comment(session, twin, neighbour, text="Svar", parent_id=moved.id)
    assert (idea.comments, twin.comments) == (0, 3)

    comment_moves.move_back(session, idea.id, twin.id)
    assert (idea.comments, twin.comments) == (2, 1)
    assert said_on(session, twin) == ["Om tvillingen"]


def test_merges_of_merges_are_taken_apart_one_by_one(session: Session, area: Area, idea: Idea) -> None:
    neighbour = bo(session, area)
    second, third = (a_published_idea(session, area, neighbour, text=text) for text in ("Den andra", "Den tredje"))
    for number in (idea.id, second.id):
        a_comment(session, session.get_one(Idea, number), neighbour)

    comment_moves.move(session, idea.id, second.id)
    comment_moves.move(session, second.id, third.id)
    assert (idea.comments, second.comments, third.comments) == (0, 0, 2)

    comment_moves.move_back(session, second.id, third.id)
    assert (idea.comments, second.comments, third.comments) == (0, 2, 0)
    comment_moves.move_back(session, idea.id, second.id)
    assert (idea.comments, second.comments, third.comments) == (1, 1, 0)


def test_a_moderator_corrects_the_language(session: Session, area: Area, idea: Idea) -> None:
    comment = a_comment(session, idea, a_neighbour(session, area), text="Haa")

    moderation.correct_language(session, in_queue(session)[0].id, "so", by=mira(session, area), at=NOON)

    assert comment.language == "so"


def test_the_queue_shows_what_a_comment_is_about(session: Session, area: Area, idea: Idea) -> None:
    neighbour = a_neighbour(session, area)
    first = a_comment(session, idea, neighbour, text="Ja\nHela gården vill det.")
    second = a_comment(session, a_case(session, area), neighbour, text="Bra")

    looks = moderation.look_at(session, [("comment", first.id), ("comment", second.id)], "sv")

    one, two = looks["comment", first.id], looks["comment", second.id]
    assert (one.title, one.text, one.author_name) == ("Ja", "Hela gården vill det.", "Bo")
    assert one.about and two.about
    assert (one.about.title, two.about.title) == (idea.title, "Unga vuxna i Seved")
    assert one.about.path == f"/sv/seved/ideas/{idea.id}#comments"
