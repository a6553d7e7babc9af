from __future__ import annotations

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import (
    appeals,
    audit,
    erasure,
    moderation,
    needs,
    notices,
    own_data,
    people,
    pledge_outcomes,
    pledges,
    reportable,
    resources,
    restrictions,
    retention,
)
from backend.errors import Conflict, NotAllowed, NotFound, Refusal
from backend.moderation import Decision, Waiting
from backend.notices import Notice
from backend.people import Level
from backend.pledges import Pledge, Reading
from tests.conftest import NOON
from tests.makers import a_case, a_need, a_pledge, ana, bo, in_the_team, karin, mira, read, seved


def told(session: Session, kind: str) -> list[Notice]:
    return list(session.scalars(select(Notice).where(Notice.kind == kind).order_by(Notice.id)))


def shown(session: Session, case_id: int) -> list[str]:
    """The words of all that everybody reads."""
    found = resources.of_case(session, case_id, "sv")
    return [one.words for met in found.needs for one in met.promises] + [one.words for one in found.free]


# --- who promises, and who reads it ---


def test_a_residents_promise_waits_and_is_public_once_it_is_read(session: Session) -> None:
    area = seved(session)
    case, by = a_case(session, area), ana(session, area, level=Level.NEIGHBOUR)
    pledge = a_pledge(session, case, by, shown_as="first_name", name="Ana Maria")

    before = shown(session, case.id)
    read(session, "pledge", pledge.id, mira(session, area))

    assert before == [] and pledge.name == "Ana"
    assert shown(session, case.id) == [pledge.words]
    [notice] = told(session, "pledge_read")
    message = notices.message(session, notice, "ar")
    assert notice.audience_id == by.id
    assert message.path == f"/ar/seved/cases/{case.id}/pledges/{pledge.id}"


def test_what_a_moderator_refuses_is_seen_by_the_team_alone_and_its_author_hears_why(session: Session) -> None:
    area = seved(session)
    case, by = a_case(session, area), bo(session, area)
    pledge = a_pledge(session, case, by)

    read(session, "pledge", pledge.id, mira(session, area), Decision.NOT_PUBLISHED, reason="advertising")

    assert shown(session, case.id) == []
    assert pledges.of_case(session, case.id) == [pledge]
    [notice] = told(session, "pledge_read")
    assert notices.message(session, notice, "en").body == "It advertises something that is sold."


def test_promises_of_the_team_and_its_coordinator_are_public_at_once(session: Session) -> None:
    area = seved(session)
    case, member = a_case(session, area), bo(session, area)
    in_the_team(session, case, member)

    for by in (member, karin(session, area)):
        assert a_pledge(session, case, by).reading == Reading.PUBLIC

    assert session.scalar(select(func.count()).select_from(Waiting)) == 0


def test_guests_promise_nothing(session: Session) -> None:
    area = seved(session)

    with pytest.raises(NotAllowed):
        a_pledge(session, a_case(session, area), ana(session, area, level=Level.GUEST))


def test_a_coordinator_enters_what_somebody_without_an_account_promised(session: Session) -> None:
    area = seved(session)
    case, by = a_case(session, area), karin(session, area)
    values = {"words": "Tio stolar.", "language": "sv", "kind": "things", "at": NOON}

    pledge = pledges.enter(session, case, by=by, shown_as="organisation", name="Malmö stad", **values)

    assert shown(session, case.id) == ["Tio stolar."]
    assert (pledge.person_id, pledge.entered_by, pledge.name) == (None, by.id, "Malmö stad")
    assert session.scalars(select(audit.Act.act).where(audit.Act.act == "pledge.entered")).one()
    with pytest.raises(NotAllowed):
        pledges.enter(session, case, by=bo(session, area), shown_as="nobody", **values)


def test_coordinators_hear_of_a_promise_at_once_each_in_their_language(session: Session) -> None:
    area = seved(session)
    first, second = karin(session, area), karin(session, area)
    pledge = a_pledge(session, a_case(session, area), ana(session, area), words="سأطبخ كل خميس.")

    heard = told(session, "pledge_made")

    assert [one.audience_id for one in heard] == [first.id, second.id]
    for notice, language in zip(heard, ("sv", "ar"), strict=True):
        message = notices.message(session, notice, language)
        assert pledge.words in message.body
        assert message.path.startswith(f"/{language}/seved/cases/")


def test_only_who_promised_the_team_and_its_coordinator_see_all_of_it(session: Session) -> None:
    area = seved(session)
    case, by, member = a_case(session, area), ana(session, area), bo(session, area)
    in_the_team(session, case, member)
    pledge = a_pledge(session, case, by, contact="070-123 45 67")

    may = {
        one.name: pledges.may_see(session, pledge, one, case)
        for one in (by, member, karin(session, area), mira(session, area))
    }

    assert may == {"Ana": True, "Bo": True, "Karin": True, "Mira": False}
    assert not pledges.may_see(session, pledge, None, case)
    assert "070" not in json.dumps(resources.of_case(session, case.id, "sv"), default=vars)
    assert "070" not in repr(moderation.look_at(session, [("pledge", pledge.id)], "sv"))


def test_a_moderator_reads_the_name_too(session: Session) -> None:
    area = seved(session)
    pledge = a_pledge(
        session, a_case(session, area), bo(session, area), shown_as="organisation", name="Ring 0701234567"
    )

    [seen] = moderation.look_at(session, [("pledge", pledge.id)], "sv").values()
    item = session.scalars(select(Waiting)).one()

    assert "Ring 0701234567" in seen.facts[0].into("en")
    assert item.flags == ["phone"]


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("words", {"words": "  "}),
        ("words", {"words": "x" * 301}),
        ("kind", {"kind": ""}),
        ("shown_as", {"shown_as": "king"}),
        ("name", {"shown_as": "name", "name": " "}),
        ("name", {"shown_as": "organisation", "name": "Karin"}),
        ("name", {"shown_as": "organisation", "name": "Malmö stad"}),
        ("contact", {"contact": "x" * 121}),
        ("how_much", {"kind": "money"}),
        ("how_much", {"kind": "money", "how_much": 0}),
        ("how_much", {"kind": "hands", "how_much": 2}),
    ],
)
def test_what_is_not_right_is_refused_beside_its_field(
    session: Session, field: str, changed: dict[str, object]
) -> None:
    area = seved(session)
    karin(session, area)

    with pytest.raises(Refusal) as refusal:
        a_pledge(session, a_case(session, area), bo(session, area), **changed)

    assert refusal.value.field == field


def test_a_promise_for_a_need_is_counted_as_the_need_is(session: Session) -> None:
    area = seved(session)
    case, by = a_case(session, area), karin(session, area)
    need = a_need(session, case, by)

    with pytest.raises(Refusal):
        a_pledge(session, case, by, need=need)
    pledge = a_pledge(session, case, by, need=need, how_much=3, kind="money")
    needs.close(session, need, by=by, at=NOON)

    assert pledge.kind == "things"
    with pytest.raises(Refusal):
        a_pledge(session, case, by, need=need, how_much=3)


def test_the_same_form_sent_twice_is_one_promise(session: Session) -> None:
    area = seved(session)
    karin(session, area)
    case, by, uuid = a_case(session, area), ana(session, area), str(uuid4())

    first, second = (a_pledge(session, case, by, client_uuid=uuid) for _ in range(2))

    assert first.id == second.id
    assert len(told(session, "pledge_made")) == 1
    with pytest.raises(Conflict):
        a_pledge(session, case, by, client_uuid=uuid, words="Något annat")
    with pytest.raises(Conflict):
        a_pledge(session, case, bo(session, area), client_uuid=uuid)


def test_whoever_is_suspended_promises_nothing(session: Session) -> None:
    area = seved(session)
    by = bo(session, area)
    restrictions.restrict(
        session, by, "suspended", area=area, reason="advertises", days=7, by=karin(session, area), at=NOON
    )

    with pytest.raises(NotAllowed):
        a_pledge(session, a_case(session, area), by)


# --- how it went ---


def test_the_team_notes_that_it_was_kept_and_who_promised_hears_it(session: Session) -> None:
    area = seved(session)
    case, by, team = a_case(session, area), ana(session, area), karin(session, area)
    pledge = a_pledge(session, case, by)
    read(session, "pledge", pledge.id, mira(session, area))

    for _ in range(2):
        pledge_outcomes.note(session, pledge, "kept", word="Tack!", language="sv", by=team, at=NOON)

    assert pledge.state == "kept" and pledge.settled_at == NOON
    [notice] = told(session, "pledge_noted")
    assert notice.audience_id == by.id
    assert "Unga vuxna i Seved" in notices.message(session, notice, "sv").body
    with pytest.raises(Refusal):
        pledge_outcomes.withdraw(session, pledge, by=by, at=NOON)


def test_the_team_withdraws_one_only_with_a_word_and_nobody_else_may(session: Session) -> None:
    area = seved(session)
    case, team = a_case(session, area), karin(session, area)
    pledge = a_pledge(session, case, bo(session, area), contact="bo@example.org")

    with pytest.raises(Refusal) as refusal:
        pledge_outcomes.note(session, pledge, "withdrawn", word="", language="sv", by=team, at=NOON)
    for somebody in (ana(session, area), session.get_one(people.Person, pledge.person_id)):
        with pytest.raises(NotAllowed):
            pledge_outcomes.note(session, pledge, "kept", word="", language="sv", by=somebody, at=NOON)
    pledge_outcomes.note(session, pledge, "withdrawn", word="De flyttade.", language="sv", by=team, at=NOON)

    assert refusal.value.field == "word"
    assert (pledge.state, pledge.contact) == ("withdrawn", "")
    assert "De flyttade." in notices.message(session, told(session, "pledge_noted")[0], "ar").body


def test_whoever_promised_withdraws_it_and_it_waits_no_more(session: Session) -> None:
    area = seved(session)
    case, by = a_case(session, area), bo(session, area)
    pledge = a_pledge(session, case, by, contact="bo@example.org")

    for _ in range(2):
        pledge_outcomes.withdraw(session, pledge, by=by, at=NOON)

    assert (pledge.state, pledge.contact) == ("withdrawn", "")
    assert moderation.count(session, None) == 0
    assert shown(session, case.id) == []
    with pytest.raises(NotAllowed):
        pledge_outcomes.withdraw(session, pledge, by=ana(session, area), at=NOON)


# --- taken down, left, taken along ---


def test_a_promise_is_taken_down_and_put_back_and_its_author_may_object(session: Session) -> None:
    area = seved(session)
    case, by, reader = a_case(session, area), bo(session, area), mira(session, area)
    pledge = a_pledge(session, case, by)
    read(session, "pledge", pledge.id, reader, Decision.NOT_PUBLISHED, reason="hate")

    offer = appeals.offer(session, "pledge", pledge.id, by, at=NOON)
    reportable.KINDS["pledge"].put_back(session, pledge.id, {}, NOON)
    public = reportable.public(session, "pledge", pledge.id, "sv", area_id=area.id)

    assert offer.is_open
    assert public.text == pledge.words and public.path.endswith(f"/cases/{case.id}/resources/")


def test_whoever_leaves_is_not_named_by_what_they_promised(session: Session) -> None:
    area = seved(session)
    case, by = a_case(session, area), bo(session, area)
    public, waiting = (
        a_pledge(session, case, by, shown_as="name", name="Bo Ek", contact="070-123 45 67", words=words)
        for words in ("Två stolar.", "Fyra bord.")
    )
    read(session, "pledge", public.id, mira(session, area))
    given = own_data.export(session, by)["pledges"]

    erasure.erase(session, by, with_texts=False, at=NOON)

    session.expire_all()
    [left] = session.scalars(select(Pledge))
    assert (left.words, left.name, left.contact, left.person_id) == ("Två stolar.", "", "", None)
    assert [one["contact"] for one in given] == ["070-123 45 67"] * 2
    assert not any("content_mark" in one for one in given)
    with pytest.raises(NotFound):
        pledges.by_number(session, waiting.id)


def test_whoever_leaves_with_their_texts_takes_their_promises_along(session: Session) -> None:
    area = seved(session)
    by = karin(session, area)
    author = bo(session, area)
    pledge = a_pledge(session, a_case(session, area), author)
    pledges.publish(session, pledge, at=NOON)

    erasure.erase(session, author, with_texts=True, at=NOON)

    assert session.scalar(select(func.count()).select_from(Pledge)) == 0
    assert by.name == "Karin"


def test_how_to_reach_somebody_goes_ninety_days_after_the_promise_was_kept(session: Session) -> None:
    area = seved(session)
    case, by = a_case(session, area), karin(session, area)
    kept, open_one = (a_pledge(session, case, by, contact="070-123 45 67") for _ in range(2))
    pledge_outcomes.note(session, kept, "kept", word="", language="sv", by=by, at=NOON)

    early = pledge_outcomes.forget_contacts(session, NOON + timedelta(days=90))
    late = pledge_outcomes.forget_contacts(session, NOON + timedelta(days=90, seconds=1))

    session.refresh(kept)
    assert (early, late) == (0, 1)
    assert (kept.contact, open_one.contact) == ("", "070-123 45 67")


def test_the_words_of_a_refused_promise_go_after_half_a_year(session: Session) -> None:
    area = seved(session)
    pledge = a_pledge(session, a_case(session, area), bo(session, area), contact="070-123 45 67")
    read(session, "pledge", pledge.id, mira(session, area), Decision.NOT_PUBLISHED, reason="hate")

    early = retention.empty_refused_pledges(session, NOON + timedelta(days=100))
    late = retention.empty_refused_pledges(session, NOON + timedelta(days=190))

    assert (early, late) == (0, 1)
    assert (pledge.words, pledge.contact, pledge.reason) == ("", "", "hate")
