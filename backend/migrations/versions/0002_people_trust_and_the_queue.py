"""People, trust and the queue"""

import hashlib
import json
import secrets
from datetime import UTC

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("acts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("salt", sa.String(length=32), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("pseudonym", sa.String(length=32), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("commitment", sa.String(length=64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("position", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("seal", sa.String(length=64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_acts_by"), ["by"], unique=False)
        batch_op.create_unique_constraint(batch_op.f("uq_acts_position"), ["position"])
        batch_op.drop_constraint(batch_op.f("fk_acts_area_id"), type_="foreignkey")

    with op.batch_alter_table("moderation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("language", sa.String(length=12), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("flags", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("is_urgent", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("not_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("needs_core", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("handed_to", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("merge_into", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("photo_act", sa.String(length=12), nullable=False, server_default=""))
        batch_op.create_foreign_key(
            batch_op.f("fk_moderation_handed_to"), "people", ["handed_to"], ["id"], ondelete="SET NULL"
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_moderation_not_by"), "people", ["not_by"], ["id"], ondelete="SET NULL"
        )

    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pseudonym", sa.String(length=32), nullable=False, server_default=""))

    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.add_column(sa.Column("how", sa.String(length=12), nullable=False, server_default=""))
    _give_pseudonyms(op.get_bind())
    _seal_what_was_noted(op.get_bind())


def downgrade() -> None:
    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.drop_column("how")

    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_column("pseudonym")

    with op.batch_alter_table("moderation", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_moderation_not_by"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_moderation_handed_to"), type_="foreignkey")
        batch_op.drop_column("photo_act")
        batch_op.drop_column("merge_into")
        batch_op.drop_column("handed_to")
        batch_op.drop_column("needs_core")
        batch_op.drop_column("not_by")
        batch_op.drop_column("is_urgent")
        batch_op.drop_column("flags")
        batch_op.drop_column("language")

    with op.batch_alter_table("acts", schema=None) as batch_op:
        batch_op.create_foreign_key(batch_op.f("fk_acts_area_id"), "areas", ["area_id"], ["id"])
        batch_op.drop_constraint(batch_op.f("uq_acts_position"), type_="unique")
        batch_op.drop_index(batch_op.f("ix_acts_by"))
        batch_op.drop_column("erased_at")
        batch_op.drop_column("seal")
        batch_op.drop_column("position")
        batch_op.drop_column("commitment")
        batch_op.drop_column("pseudonym")
        batch_op.drop_column("salt")


def _give_pseudonyms(connection: sa.Connection) -> None:
    people = sa.table("people", sa.column("id"), sa.column("pseudonym"))
    for person_id in connection.scalars(sa.select(people.c.id)).all():
        word = secrets.token_hex(16)
        connection.execute(sa.update(people).where(people.c.id == person_id).values(pseudonym=word))


def _seal_what_was_noted(connection: sa.Connection) -> None:
    """Chains the acts of the time before there was a chain, as backend/audit.py does it."""
    names = ("id", "by", "act", "area_id", "noun_id", "salt", "pseudonym", "commitment", "position", "seal")
    acts = sa.table(
        "acts", *map(sa.column, names), sa.column("at", sa.DateTime(timezone=True)), sa.column("details", sa.JSON())
    )
    people = sa.table("people", sa.column("id"), sa.column("pseudonym"))
    query = sa.select(acts, people.c.pseudonym.label("whose")).outerjoin(people, people.c.id == acts.c.by)
    before = "0" * 64
    for position, act in enumerate(connection.execute(query.order_by(acts.c.id)).all(), 1):
        salt, whose = secrets.token_hex(16), act.whose or "job"
        details = json.dumps(act.details, sort_keys=True, separators=(",", ":"))
        commitment = hashlib.sha256(f"{salt}|{details}".encode()).hexdigest()
        at = act.at.replace(tzinfo=UTC) if act.at.tzinfo is None else act.at.astimezone(UTC)
        when = at.isoformat(timespec="microseconds")
        said = [position, before, when, act.act, act.area_id, act.noun_id, whose, commitment]
        before = hashlib.sha256(json.dumps(said, separators=(",", ":")).encode()).hexdigest()
        sealed = {"salt": salt, "pseudonym": whose, "commitment": commitment, "position": position, "seal": before}
        connection.execute(sa.update(acts).where(acts.c.id == act.id).values(**sealed))
