"""People, trust and the queue"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
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

    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.add_column(sa.Column("how", sa.String(length=12), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.drop_column("how")

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
