from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import (
    appeals,
    audit,
    erasure,
    files,
    idea_edits,
    idea_lists,
    idea_merges,
    idea_versions,
    moderation_queue,
    own_data,
    people,
    reports,
    sign_in,
    slips,
    supports,
)
from backend.errors import Refusal
from backend.ideas import Idea
from backend.moderation import Decision, Waiting
from backend.own_data import After
from backend.people import Level, Person, Role
from tests.conftest import NOON
from tests.makers import a_published_idea, an_idea, ana, bo, decided, karin, seved


def test_a_published_idea_stays_without_a_name(session: Session) -> None:
    area = seved(session)
    me = ana(session, area)
    published, waiting = a_published_idea(session, area, me), an_idea(session, area, me, "Min hemlighet")

    erasure.erase(session, me, with_texts=False, at=NOON)
    session.expire_all()

    assert (published.state, published.author_id, published.title) == ("read", None, "Ljus i gången mellan gårdarna")
    assert (waiting.state, waiting.author_id, waiting.title, waiting.text) == ("withdrawn", None, "", "")


def test_published_ideas_go_too_where_that_is_wished(session: Session) -> None:
    area = seved(session)
    me = ana(session, area)
    published = a_published_idea(session, area, me)

    erasure.erase(session, me, with_texts=True, at=NOON)

    assert published.state == "withdrawn" and not published.title
    assert idea_lists.count(session, area.id) == 0


def test_nothing_names_them_any_more(session: Session) -> None:
    area = seved(session)
    me, other = ana(session, area), bo(session, area)
    theirs = a_published_idea(session, area, other)
    supports.support(session, theirs, by=me, at=NOON)

    erasure.erase(session, me, with_texts=False, at=NOON)
    session.commit()
    session.expire_all()

    for table, column in own_data.columns():
        left = session.execute(select(table).where(table.c[column] == me.id)).all()
        assert not left, f"{table.name}.{column}"
    assert theirs.supports == 0
    shell = session.get_one(Person, me.id)
    assert (shell.name, shell.level, shell.area_id) == ("", 0, None) and shell.erased_at == NOON
    assert audit.verify(session)


def test_acts_of_staff_stay_without_their_name(session: Session) -> None:
    area = seved(session)
    by = karin(session, area)
    audit.note(session, "case.moved", at=NOON, by=by, area_id=area.id, to_stage=3)
    session.commit()

    erasure.erase(session, by, with_texts=False, at=NOON)
    session.commit()

    moved = session.scalars(select(audit.Act).where(audit.Act.act == "case.moved")).one()
    assert moved.by is None and not moved.details
    assert audit.verify(session)


def test_the_last_operator_stays(session: Session) -> None:
    area = seved(session)
    only = ana(session, area)
    people.give_role(session, only, Role.OPERATOR, area_id=None, at=NOON)

    with pytest.raises(Refusal, match="last operator"):
        erasure.erase(session, only, with_texts=False, at=NOON)


def test_a_restored_backup_brings_nobody_back(session: Session, tmp_path: Path) -> None:
    area = seved(session)
    me, other = ana(session, area), bo(session, area)
    idea = a_published_idea(session, area, me)
    erasure.write_down(tmp_path, me.id, me.pseudonym, at=NOON)
    erasure.write_down(tmp_path, other.id, "somebody else's", at=NOON)

    first = erasure.replay(session, tmp_path, files.store(f"file://{tmp_path}"), at=NOON)
    again = erasure.replay(session, tmp_path, files.store(f"file://{tmp_path}"), at=NOON)

    assert (first, again) == (1, 0)
    session.expire_all()
    assert session.get_one(Idea, idea.id).author_id is None
    assert session.get_one(Person, other.id).erased_at is None
    assert len([json.loads(line) for line in (tmp_path / erasure.FILE).read_text().splitlines()]) == 2
    assert (tmp_path / erasure.FILE).stat().st_mode & 0o777 == 0o600


def test_a_new_text_that_nobody_read_goes_and_the_public_one_stays(session: Session) -> None:
    area = seved(session)
    me = ana(session, area)
    idea = a_published_idea(session, area, me)
    idea_edits.edit(session, idea, text="Min nya hemlighet", language="sv", by=me, at=NOON)

    erasure.erase(session, me, with_texts=False, at=NOON)

    assert [one.title for one in idea_versions.every(session, idea)] == ["Ljus i gången mellan gårdarna"]
    assert moderation_queue.waiting_by_area(session) == {}


def test_an_idea_that_stands_for_others_lets_them_stand_alone(session: Session) -> None:
    area = seved(session)
    me, other = ana(session, area), bo(session, area)
    twin, idea = a_published_idea(session, area, me), an_idea(session, area, other, "Lampor i gången")
    by = karin(session, area)
    decided(session, idea, by)
    idea_merges.merge(session, idea, twin.id, by=by, at=NOON)

    erasure.erase(session, me, with_texts=True, at=NOON)

    assert (twin.state, twin.title, idea.state, idea.title) == ("withdrawn", "", "read", "Lampor i gången")


def test_an_idea_that_became_part_of_another_leads_on_without_its_words(session: Session) -> None:
    area = seved(session)
    me, other = ana(session, area), bo(session, area)
    idea, twin = a_published_idea(session, area, me, "Lampor i gången"), an_idea(session, area, other)
    by = karin(session, area)
    decided(session, twin, by)
    idea_merges.merge(session, idea, twin.id, by=by, at=NOON)

    erasure.erase(session, me, with_texts=True, at=NOON)

    assert (idea.state, idea.merged_into, idea.title) == ("merged", twin.id, "")
    with pytest.raises(Refusal):
        idea_merges.part(session, idea, by=by, at=NOON)


def test_an_objection_is_read_no_more_and_a_report_without_its_contact(session: Session) -> None:
    area = seved(session)
    me, by = ana(session, area), karin(session, area)
    refused, theirs = an_idea(session, area, me), an_idea(session, area, bo(session, area), "Bänkar")
    decided(session, theirs, by)
    decided(session, refused, by, Decision.NOT_PUBLISHED, reason="private_data")
    appeals.object_to(session, "idea", refused.id, by=me, words="Nej", language="sv", at=NOON)
    said = {"reason": "advertising", "language": "sv", "contact": "ana@example.org"}
    one = reports.report(session, area_id=area.id, kind="idea", number=theirs.id, by=me, at=NOON, **said)

    erasure.erase(session, me, with_texts=False, at=NOON)
    session.refresh(one)

    assert (one.contact, one.by_id) == ("", None)
    assert [row.kind for row in session.scalars(select(Waiting).where(Waiting.decision.is_(None)))] == ["report"]


def test_after_a_restore_nobody_is_signed_in_and_no_slip_lets_in(session: Session) -> None:
    area, key = seved(session), b"k" * 32
    me = ana(session, area, level=Level.NEIGHBOUR)
    cookie = sign_in.begin(session, me, at=NOON)
    address = sign_in.address_for(session, me, at=NOON)
    _, [number] = slips.make_batch(session, key, area, 1, at=NOON)

    voided = erasure.end_what_is_open(session, at=NOON)

    assert voided == 1
    assert sign_in.find(session, cookie, at=NOON) is None
    with pytest.raises(Refusal):
        sign_in.whose(session, address, at=NOON)
    with pytest.raises(Refusal):
        slips.redeem(session, key, slips.read(number), me, at=NOON)


def test_what_goes_is_what_is_theirs_alone() -> None:
    goes = {table for (table, _), part in own_data.PARTS.items() if part.after == After.GOES}

    assert not goes & {"ideas", "comments", "acts", "rounds", "meetings", "moderation"}
