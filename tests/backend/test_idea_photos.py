"""Photos of ideas that are sent later, put away or blurred: only what a person approved is public, and nothing else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from backend import (
    appeals,
    areas,
    blurring,
    database,
    files,
    idea_edits,
    idea_photos,
    ideas,
    moderation,
    moderation_queue,
    notices,
    photos,
    reports,
)
from backend.errors import Conflict, NotAllowed
from backend.files import Store
from backend.idea_photos import IdeaPhoto
from backend.ideas import Idea
from backend.moderation import Decision, Waiting
from backend.moderation_queue import Filter
from backend.notices import Notice
from backend.people import Person
from backend.photos import Photo
from tests.conftest import NOON
from tests.makers import a_photograph, a_published_idea, an_idea, ana, bo, decided, karin, mira, seved

UUID = "5b3a4f6e-7f43-4c39-9d5e-0a4d2c6f7e81"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return files.store(f"file://{tmp_path}")


def a_photo(session: Session, store: Store, by: Person | None = None, content: bytes = b"") -> Photo:
    return photos.keep(
        session, store, photos.prepare(content or a_photograph()), area_id=None, by=by, at=NOON, alt="En gång"
    )


def with_photo(session: Session, store: Store) -> tuple[Idea, Photo, Person]:
    """Waits, with a photo; and who moderates."""
    area = seved(session)
    photo = a_photo(session, store)
    return an_idea(session, area, ana(session, area), photo=photo), photo, mira(session, area)


def sent_later(session: Session, store: Store, idea: Idea, content: bytes = b"", **how: object) -> IdeaPhoto:
    author = session.get_one(Person, idea.author_id)
    values = {"alt": "Lampan", "language": "sv", "by": author, "at": NOON, **how}
    return idea_photos.send(session, idea, photo=a_photo(session, store, content=content), **values)  # type: ignore[arg-type]


def read(session: Session, by: Person, decision: Decision, kind: str = "photo", **how: str) -> None:
    item = session.scalars(select(Waiting).where(Waiting.kind == kind, Waiting.decision.is_(None))).one()
    moderation.decide(
        session,
        item.id,
        decision,
        by=by,
        seen_version=item.version,
        at=NOON,
        undo_seconds=0,
        **how,  # type: ignore[arg-type]
    )
    moderation.settle_due(session, NOON)


def blur(session: Session, engine: Engine, store: Store) -> None:
    session.commit()
    while blurring.blur_next(database.sessions(engine), store, lambda: NOON):
        pass
    session.expire_all()


def test_an_idea_is_published_without_its_photo(session: Session, store: Store) -> None:
    idea, photo, moderator = with_photo(session, store)

    decided(session, idea, moderator, photo_act="away")

    assert idea.is_public and idea.photo_id is None and not photo.is_public
    assert store.exists(photo.file), "its author may object for half a year"


def test_only_a_blurred_copy_is_public(session: Session, engine: Engine, store: Store) -> None:
    sharp = BytesIO()
    chequered = Image.effect_noise((640, 480), 120).convert("RGB")
    chequered.save(sharp, "JPEG")
    area = seved(session)
    photo = a_photo(session, store, content=sharp.getvalue())
    idea = an_idea(session, area, ana(session, area), photo=photo, alt="En gång")

    decided(session, idea, mira(session, area), photo_act="blurred")
    assert idea.is_public and idea.photo_id is None, "nothing is shown until the copy is made"
    blur(session, engine, store)

    copy = session.get_one(Photo, idea.photo_id)
    assert copy.is_public and not photo.is_public and copy.key != photo.key
    assert (copy.width, copy.height, copy.alt) == (640, 480, "En gång")
    with Image.open(BytesIO(store.read(copy.file))) as picture:
        edges = [abs(a - b) for a, b in zip(*[picture.convert("L").tobytes()[at:] for at in (0, 1)], strict=False)]
    assert sum(edges) / len(edges) < 2, "neighbouring pixels hardly differ"


def test_an_original_that_is_gone_leaves_the_idea_without_a_photo(
    session: Session, engine: Engine, store: Store
) -> None:
    idea, photo, moderator = with_photo(session, store)
    decided(session, idea, moderator, photo_act="blurred")
    store.remove(photo.file)

    blur(session, engine, store)

    assert idea.photo_id is None
    assert idea_photos.to_blur(session) is None, "it is not tried for ever"


def test_undoing_before_it_is_told_leaves_everything(session: Session, engine: Engine, store: Store) -> None:
    idea, photo, moderator = with_photo(session, store)
    item = session.scalars(select(Waiting)).one()
    moderation.decide(
        session, item.id, Decision.APPROVED, by=moderator, seen_version=1, at=NOON, undo_seconds=10, photo_act="blurred"
    )

    moderation.undo(session, item.id, by=moderator, at=NOON)
    moderation.settle_due(session, NOON + timedelta(minutes=1))
    blur(session, engine, store)

    assert (idea.state, idea.photo_id, photo.is_public) == ("received", photo.id, False)
    assert session.scalars(select(IdeaPhoto)).all() == []


def test_a_photo_that_is_sent_later_waits_and_takes_its_place(session: Session, store: Store) -> None:
    idea, old, moderator = with_photo(session, store)
    decided(session, idea, moderator)

    sent = sent_later(session, store, idea)
    new = session.get_one(Photo, sent.photo_id)
    assert (idea.photo_id, old.is_public, new.is_public) == (old.id, True, False)
    read(session, moderator, Decision.APPROVED)

    assert (idea.photo_id, old.is_public, new.is_public) == (new.id, False, True)


def test_a_refused_photo_is_never_shown_until_another_agrees(session: Session, store: Store) -> None:
    area = seved(session)
    idea = a_published_idea(session, area, ana(session, area))
    first = session.scalars(select(Person).where(Person.name == "Mira")).one()
    sent = sent_later(session, store, idea)
    author, other = session.get_one(Person, idea.author_id), karin(session, area)

    read(session, first, Decision.NOT_PUBLISHED, reason="advertising")
    assert idea.photo_id is None and not session.get_one(Photo, sent.photo_id).is_public
    appeals.object_to(session, "photo", idea.id, by=author, words="Ingen reklam", language="sv", at=NOON)
    read(session, other, Decision.APPROVED, "appeal")

    assert idea.photo_id == sent.photo_id and session.get_one(Photo, sent.photo_id).is_public


def test_its_author_may_object_to_a_photo_put_away(session: Session, store: Store) -> None:
    idea, photo, moderator = with_photo(session, store)
    decided(session, idea, moderator, photo_act="away")
    author, other = session.get_one(Person, idea.author_id), karin(session, areas.by_id(session, idea.area_id))

    appeals.object_to(session, "photo", idea.id, by=author, words="Det är jag", language="sv", at=NOON)
    read(session, other, Decision.APPROVED, "appeal")

    assert idea.photo_id == photo.id and photo.is_public


def test_what_was_taken_down_comes_back_with_no_edit(session: Session, store: Store) -> None:
    idea, photo, moderator = with_photo(session, store)
    area = areas.by_id(session, idea.area_id)
    decided(session, idea, moderator)
    told = {"kind": "photo", "number": idea.id, "reason": "private_data", "language": "sv", "at": NOON}
    reports.report(session, area_id=area.id, by=bo(session, area), **told)  # type: ignore[arg-type]
    read(session, karin(session, area), Decision.NOT_PUBLISHED, "report", reason="names_a_person")
    assert idea.photo_id is None

    author = session.get_one(Person, idea.author_id)
    idea_edits.edit(session, idea, text="Mer ljus", language="sv", by=author, at=NOON)
    read(session, moderator, Decision.APPROVED, "idea")

    assert (idea.title, idea.photo_id, photo.is_public) == ("Mer ljus", None, False)


def test_a_newer_photo_takes_the_place_of_one_that_waits(session: Session, store: Store) -> None:
    area = seved(session)
    idea = a_published_idea(session, area, ana(session, area))
    older = sent_later(session, store, idea)
    newer = sent_later(session, store, idea, a_photograph((400, 400)))

    read(session, session.scalars(select(Person).where(Person.name == "Mira")).one(), Decision.APPROVED)

    assert (older.state, newer.state, idea.photo_id) == ("taken_back", "stands", newer.photo_id)


def test_a_repeat_is_the_same_photo_and_a_clash_is_told(session: Session, store: Store) -> None:
    area = seved(session)
    idea = a_published_idea(session, area, ana(session, area))
    first = sent_later(session, store, idea, client_uuid=UUID)

    assert sent_later(session, store, idea, client_uuid=UUID) is first
    with pytest.raises(Conflict):
        sent_later(session, store, idea, a_photograph((400, 400)), client_uuid=UUID)


def test_two_taps_at_once_send_one_photo(session: Session, engine: Engine, store: Store) -> None:
    area = seved(session)
    number = a_published_idea(session, area, ana(session, area)).id
    session.commit()

    def send(_: int) -> int:
        with database.sessions(engine)() as own, database.transaction(own):
            return sent_later(own, store, ideas.by_number(own, number), client_uuid=UUID).id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(send, range(8)))) == 1


def test_nobody_else_and_nothing_refused_gets_a_photo(session: Session, store: Store) -> None:
    area = seved(session)
    idea, other = an_idea(session, area, ana(session, area)), bo(session, area)
    decided(session, idea, mira(session, area), Decision.NOT_PUBLISHED, reason="hate")

    with pytest.raises(NotAllowed):
        sent_later(session, store, idea)
    with pytest.raises(NotAllowed):
        sent_later(session, store, a_published_idea(session, area, other), by=ana(session, area))


def test_an_idea_that_waits_shows_its_later_photo_once_it_is_public(session: Session, store: Store) -> None:
    area = seved(session)
    idea, moderator = an_idea(session, area, ana(session, area)), mira(session, area)
    sent = sent_later(session, store, idea)
    photo = session.get_one(Photo, sent.photo_id)

    read(session, moderator, Decision.APPROVED)
    told = session.scalars(select(Notice).where(Notice.kind == "photo_decided")).one()
    assert (idea.photo_id, photo.is_public) == (photo.id, False)
    assert "once it is public" in notices.message(session, told, "en").body
    decided(session, idea, moderator)

    assert idea.is_public and photo.is_public


def test_whoever_reads_a_waiting_idea_must_have_seen_its_new_photo(session: Session, store: Store) -> None:
    area = seved(session)
    idea, moderator = an_idea(session, area, ana(session, area)), mira(session, area)
    item = session.scalars(select(Waiting)).one()
    seen = item.version
    sent_later(session, store, idea)
    read(session, moderator, Decision.APPROVED)

    with pytest.raises(Conflict):
        moderation.decide(
            session, item.id, Decision.APPROVED, by=moderator, seen_version=seen, at=NOON, undo_seconds=0,
            photo_act="away",
        )  # fmt: skip


@pytest.mark.parametrize("act", ["", "blurred"])
def test_another_person_than_who_approved_the_photo_reads_a_report_on_it(
    session: Session, engine: Engine, store: Store, act: str
) -> None:
    area = seved(session)
    idea, approver = a_published_idea(session, area, ana(session, area)), karin(session, area)
    sent_later(session, store, idea)
    read(session, approver, Decision.APPROVED, photo_act=act)
    blur(session, engine, store)
    sent_later(session, store, idea, a_photograph((400, 400)))  # waits, and is no part of what is reported

    told = {"kind": "photo", "number": idea.id, "reason": "private_data", "language": "sv", "at": NOON}
    reports.report(session, area_id=area.id, by=bo(session, area), **told)  # type: ignore[arg-type]

    item = session.scalars(select(Waiting).where(Waiting.kind == "report")).one()
    assert item.not_by == approver.id


def test_whoever_approved_the_idea_reads_no_report_on_the_photo_that_came_with_it(
    session: Session, store: Store
) -> None:
    idea, _, approver = with_photo(session, store)
    area = areas.by_id(session, idea.area_id)
    karin(session, area)
    decided(session, idea, approver)
    sent_later(session, store, idea)

    told = {"kind": "photo", "number": idea.id, "reason": "private_data", "language": "sv", "at": NOON}
    reports.report(session, area_id=area.id, by=bo(session, area), **told)  # type: ignore[arg-type]

    assert session.scalars(select(Waiting.not_by).where(Waiting.kind == "report")).one() == approver.id


def test_the_queue_shows_what_carries_a_photo(session: Session, store: Store) -> None:
    idea, _, moderator = with_photo(session, store)
    area = areas.by_id(session, idea.area_id)
    another = a_published_idea(session, area, bo(session, area))
    an_idea(session, area, bo(session, area), "No photo")
    sent_later(session, store, another)

    chosen = Filter(with_photo=True)
    found = [(entry.kind, entry.noun_id) for entry in moderation_queue.waiting(session, moderator, NOON, chosen)]
    counts = moderation_queue.counts(session, moderator, NOON)

    assert found == [("idea", idea.id), ("photo", another.id)]
    assert (counts.all, counts.with_photo) == (3, 2)
    assert moderation_queue.counts(session, moderator, NOON, chosen).by_kind == {"idea": 1, "photo": 1}


def test_what_was_set_aside_goes_after_half_a_year(session: Session, store: Store) -> None:
    idea, photo, moderator = with_photo(session, store)
    decided(session, idea, moderator, photo_act="away")
    file = photo.file

    assert idea_photos.forget_old(session, store, at=NOON + idea_photos.KEPT) == 0
    assert idea_photos.forget_old(session, store, at=NOON + idea_photos.KEPT + timedelta(hours=1)) == 1
    assert not store.exists(file)


def test_a_withdrawn_idea_takes_its_waiting_photo_along(session: Session, store: Store) -> None:
    area = seved(session)
    idea = a_published_idea(session, area, ana(session, area))
    sent_later(session, store, idea)

    idea_edits.withdraw(session, idea, by=session.get_one(Person, idea.author_id), at=NOON)

    assert moderation.count(session, None) == 0
    assert idea.state == ideas.State.WITHDRAWN


@pytest.mark.parametrize("decision", [Decision.APPROVED, Decision.NOT_PUBLISHED])
def test_each_author_hears_of_their_photo_in_their_own_language(
    session: Session, store: Store, decision: Decision
) -> None:
    area = seved(session)
    moderator = karin(session, area)
    said = []
    for author in (ana(session, area), bo(session, area)):
        idea = an_idea(session, area, author)
        decided(session, idea, moderator)
        sent_later(session, store, idea)
        read(session, moderator, decision, reason="advertising")
        told = session.scalars(select(Notice).where(Notice.kind == "photo_decided", Notice.noun_id == idea.id)).one()
        said.append((told.audience_id, notices.message(session, told, author.language)))

    (arabic, swedish) = [message for _, message in said]
    assert arabic.path.startswith("/ar/") and swedish.path.startswith("/sv/")
    assert all("\u2068Ljus i gången mellan gårdarna\u2069" in one.body for one in (arabic, swedish))
