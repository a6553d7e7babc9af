"""People, trust and the queue"""

import hashlib
import json
import secrets
from datetime import UTC

import sqlalchemy as sa
from alembic import op

from backend import folding

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "trigram_counts",
        sa.Column("trigram", sa.String(length=3), nullable=False),
        sa.Column("ideas", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("trigram", name=op.f("pk_trigram_counts")),
    )
    op.create_table(
        "reported_things",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("noun_id", sa.Integer(), nullable=False),
        sa.Column("taken_down_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_reported_things_area_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reported_things")),
        sa.UniqueConstraint("kind", "noun_id", name=op.f("uq_reported_things_kind_noun_id")),
    )
    with op.batch_alter_table("reported_things", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reported_things_area_id"), ["area_id"], unique=False)

    op.create_table(
        "app_codes",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(length=200), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_app_codes_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_app_codes")),
    )
    op.create_table(
        "appeals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("noun_id", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("note_language", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_appeals_area_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_appeals_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals")),
        sa.UniqueConstraint("decision", name=op.f("uq_appeals_decision")),
    )
    with op.batch_alter_table("appeals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appeals_person_id"), ["person_id"], unique=False)

    op.create_table(
        "ceremonies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("word_mark", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("way_on", sa.String(length=500), nullable=False),
        sa.Column("shown", sa.String(length=64), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_ceremonies_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ceremonies")),
        sa.UniqueConstraint("word_mark", name=op.f("uq_ceremonies_word_mark")),
    )
    with op.batch_alter_table("ceremonies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ceremonies_ends_at"), ["ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_ceremonies_person_id"), ["person_id"], unique=False)

    op.create_table(
        "comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("noun_id", sa.Integer(), nullable=False),
        sa.Column("moved_from", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("client_uuid", sa.String(length=36), nullable=True),
        sa.Column("content_mark", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("next_text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("note_language", sa.String(length=12), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("public_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('idea', 'case')", name=op.f("ck_comments_kind")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_comments_area_id")),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name=op.f("fk_comments_author_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["parent_id"], ["comments.id"], name=op.f("fk_comments_parent_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
        sa.UniqueConstraint("client_uuid", name=op.f("uq_comments_client_uuid")),
    )
    with op.batch_alter_table("comments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_comments_area_id"), ["area_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_comments_author_id"), ["author_id"], unique=False)
        batch_op.create_index("ix_comments_noun", ["kind", "noun_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_comments_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "e_ids",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("subject_mark", sa.String(length=64), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_e_ids_area_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_e_ids_person_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_e_ids")),
        sa.UniqueConstraint("person_id", name=op.f("uq_e_ids_person_id")),
        sa.UniqueConstraint("subject_mark", name=op.f("uq_e_ids_subject_mark")),
    )
    op.create_table(
        "letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("to", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("notice_id", sa.Integer(), nullable=True),
        sa.Column("once", sa.String(length=60), nullable=True),
        sa.Column("is_bulk", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_letters_notice_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_letters_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        sa.UniqueConstraint("once", name=op.f("uq_letters_once")),
        sa.UniqueConstraint("tag", name=op.f("uq_letters_tag")),
    )
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.create_index("ix_letters_due", ["state", "is_bulk", "due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_letters_notice_id"), ["notice_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_letters_person_id"), ["person_id"], unique=False)

    op.create_table(
        "mail_addresses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gets_notices", sa.Boolean(), nullable=False),
        sa.Column("gets_daily", sa.Boolean(), nullable=False),
        sa.Column("leave_mark", sa.String(length=50), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_mail_addresses_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_addresses")),
        sa.UniqueConstraint("address", name=op.f("uq_mail_addresses_address")),
        sa.UniqueConstraint("leave_mark", name=op.f("uq_mail_addresses_leave_mark")),
        sa.UniqueConstraint("person_id", name=op.f("uq_mail_addresses_person_id")),
    )
    op.create_table(
        "mail_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asked_mark", sa.String(length=64), nullable=False),
        sa.Column("link_mark", sa.String(length=64), nullable=False),
        sa.Column("code_mark", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_mail_codes_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_codes")),
        sa.UniqueConstraint("asked_mark", name=op.f("uq_mail_codes_asked_mark")),
        sa.UniqueConstraint("link_mark", name=op.f("uq_mail_codes_link_mark")),
    )
    with op.batch_alter_table("mail_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mail_codes_person_id"), ["person_id"], unique=False)

    op.create_table(
        "passkeys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.String(length=1400), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("transports", sa.String(length=100), nullable=False),
        sa.Column("is_backed_up", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_passkeys_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkeys_credential_id")),
    )
    with op.batch_alter_table("passkeys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_passkeys_person_id"), ["person_id"], unique=False)

    op.create_table(
        "place_screens",
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_place_screens_area_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["opened_by"], ["people.id"], name=op.f("fk_place_screens_opened_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("area_id", name=op.f("pk_place_screens")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("code_mark", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_recovery_codes_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
        sa.UniqueConstraint("code_mark", name=op.f("uq_recovery_codes_code_mark")),
    )
    with op.batch_alter_table("recovery_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recovery_codes_person_id"), ["person_id"], unique=False)

    op.create_table(
        "reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("thing_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("contact", sa.String(length=120), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("note_language", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_reports_area_id")),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_reports_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["thing_id"], ["reported_things.id"], name=op.f("fk_reports_thing_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("thing_id", "by_id", name=op.f("uq_reports_thing_id_by_id")),
    )
    with op.batch_alter_table("reports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reports_by_id"), ["by_id"], unique=False)
        batch_op.create_index("ix_reports_open", ["thing_id", "answered_at"], unique=False)

    op.create_table(
        "restrictions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("note_language", sa.String(length=12), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_restrictions_area_id")),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("fk_restrictions_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_restrictions_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restrictions")),
    )
    with op.batch_alter_table("restrictions", schema=None) as batch_op:
        batch_op.create_index("ix_restrictions_person", ["person_id", "ends_at"], unique=False)

    op.create_table(
        "idea_merges",
        sa.Column("idea_id", sa.Integer(), nullable=False),
        sa.Column("into_id", sa.Integer(), nullable=False),
        sa.Column("state_before", sa.String(length=20), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("fk_idea_merges_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["idea_id"], ["ideas.id"], name=op.f("fk_idea_merges_idea_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["into_id"], ["ideas.id"], name=op.f("fk_idea_merges_into_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("idea_id", name=op.f("pk_idea_merges")),
    )
    with op.batch_alter_table("idea_merges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idea_merges_into_id"), ["into_id"], unique=False)

    op.create_table(
        "idea_photos",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("idea_id", sa.Integer(), nullable=False),
        sa.Column("photo_id", sa.Integer(), nullable=False),
        sa.Column("copy_id", sa.Integer(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=True),
        sa.Column("client_uuid", sa.String(length=36), nullable=True),
        sa.Column("content_mark", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["copy_id"], ["photos.id"], name=op.f("fk_idea_photos_copy_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["idea_id"], ["ideas.id"], name=op.f("fk_idea_photos_idea_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name=op.f("fk_idea_photos_photo_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idea_photos")),
        sa.UniqueConstraint("client_uuid", name=op.f("uq_idea_photos_client_uuid")),
    )
    with op.batch_alter_table("idea_photos", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idea_photos_idea_id"), ["idea_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_idea_photos_photo_id"), ["photo_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_idea_photos_state"), ["state"], unique=False)

    op.create_table(
        "idea_versions",
        sa.Column("idea_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("client_uuid", sa.String(length=36), nullable=True),
        sa.Column("content_mark", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("photo_id", sa.Integer(), nullable=True),
        sa.Column("written_by", sa.Integer(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("note_language", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["ideas.id"], name=op.f("fk_idea_versions_idea_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["photos.id"], name=op.f("fk_idea_versions_photo_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["written_by"], ["people.id"], name=op.f("fk_idea_versions_written_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("idea_id", "number", name=op.f("pk_idea_versions")),
        sa.UniqueConstraint("client_uuid", name=op.f("uq_idea_versions_client_uuid")),
    )
    with op.batch_alter_table("idea_versions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idea_versions_photo_id"), ["photo_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_idea_versions_written_by"), ["written_by"], unique=False)

    op.create_table(
        "idea_words",
        sa.Column("idea_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["idea_id"], ["ideas.id"], name=op.f("fk_idea_words_idea_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("idea_id", name=op.f("pk_idea_words")),
    )
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

    with op.batch_alter_table("areas", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("comments", sa.String(length=20), server_default="open_to_residents", nullable=False)
        )

    with op.batch_alter_table("devices", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sign_in_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_devices_sign_in_id"), ["sign_in_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_devices_sign_in_id"), "sign_ins", ["sign_in_id"], ["id"], ondelete="SET NULL"
        )

    with op.batch_alter_table("follows", schema=None) as batch_op:
        batch_op.add_column(sa.Column("came_with", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_follows_came_with"), ["came_with"], unique=False)

    with op.batch_alter_table("ideas", schema=None) as batch_op:
        batch_op.add_column(sa.Column("entered_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("merged_into", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("comments", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_ideas_merged_into"), ["merged_into"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_ideas_merged_into"), "ideas", ["merged_into"], ["id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_ideas_entered_by"), "people", ["entered_by"], ["id"], ondelete="SET NULL"
        )

    with op.batch_alter_table("journal_notes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_hidden", sa.Boolean(), server_default=sa.false(), nullable=False))

    with op.batch_alter_table("moderation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("language", sa.String(length=12), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("language_by", sa.String(length=12), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("flags", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("is_urgent", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("not_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("needs_core", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("handed_to", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("handed_by", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("handed_word", sa.String(length=300), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("merge_into", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("photo_act", sa.String(length=12), nullable=False, server_default=""))
        batch_op.create_index("ix_moderation_unheard", ["language_by", "decision"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_moderation_not_by"), "people", ["not_by"], ["id"], ondelete="SET NULL"
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_moderation_handed_to"), "people", ["handed_to"], ["id"], ondelete="SET NULL"
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_moderation_handed_by"), "people", ["handed_by"], ["id"], ondelete="SET NULL"
        )

    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mailed_to", sa.Integer(), nullable=False, server_default="0"))

    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(sa.Column("restricted_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("pseudonym", sa.String(length=32), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.add_column(sa.Column("how", sa.String(length=12), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("guest_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_sign_ins_guest_id"), "people", ["guest_id"], ["id"], ondelete="SET NULL"
        )

    with op.batch_alter_table("slip_batches", schema=None) as batch_op:
        batch_op.add_column(sa.Column("client_uuid", sa.String(length=36), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_slip_batches_client_uuid"), ["client_uuid"])
        batch_op.drop_constraint(batch_op.f("fk_slip_batches_made_by"), type_="foreignkey")
        batch_op.create_foreign_key(
            batch_op.f("fk_slip_batches_made_by"), "people", ["made_by"], ["id"], ondelete="SET NULL"
        )

    with op.batch_alter_table("slips", schema=None) as batch_op:
        batch_op.add_column(sa.Column("position", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("again_mark", sa.String(length=64), server_default="", nullable=False))

    with op.batch_alter_table("supports", schema=None) as batch_op:
        batch_op.add_column(sa.Column("came_with", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_supports_came_with"), ["came_with"], unique=False)
    _give_pseudonyms(op.get_bind())
    _seal_what_was_noted(op.get_bind())
    for statement in FOR_POSTGRESQL if op.get_bind().dialect.name == "postgresql" else FOR_SQLITE:
        op.execute(statement)
    _index_what_is_published(op.get_bind())


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":  # a trigger without its index would stop each change of a table
        for name in ("added", "gone", "changed"):
            op.execute(f"DROP TRIGGER idea_words_{name}")
        op.execute("DROP TABLE idea_search")
    with op.batch_alter_table("supports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_supports_came_with"))
        batch_op.drop_column("came_with")

    with op.batch_alter_table("slips", schema=None) as batch_op:
        batch_op.drop_column("again_mark")
        batch_op.drop_column("position")

    with op.batch_alter_table("slip_batches", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_slip_batches_made_by"), type_="foreignkey")
        batch_op.create_foreign_key(batch_op.f("fk_slip_batches_made_by"), "people", ["made_by"], ["id"])
        batch_op.drop_constraint(batch_op.f("uq_slip_batches_client_uuid"), type_="unique")
        batch_op.drop_column("client_uuid")

    with op.batch_alter_table("sign_ins", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_sign_ins_guest_id"), type_="foreignkey")
        batch_op.drop_column("guest_id")
        batch_op.drop_column("how")

    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_column("erased_at")
        batch_op.drop_column("pseudonym")
        batch_op.drop_column("restricted_until")

    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_column("mailed_to")

    with op.batch_alter_table("moderation", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_moderation_handed_by"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_moderation_handed_to"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_moderation_not_by"), type_="foreignkey")
        batch_op.drop_index("ix_moderation_unheard")
        batch_op.drop_column("photo_act")
        batch_op.drop_column("merge_into")
        batch_op.drop_column("handed_word")
        batch_op.drop_column("handed_by")
        batch_op.drop_column("handed_to")
        batch_op.drop_column("needs_core")
        batch_op.drop_column("not_by")
        batch_op.drop_column("is_urgent")
        batch_op.drop_column("flags")
        batch_op.drop_column("language_by")
        batch_op.drop_column("language")

    with op.batch_alter_table("journal_notes", schema=None) as batch_op:
        batch_op.drop_column("is_hidden")

    with op.batch_alter_table("ideas", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_ideas_entered_by"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_ideas_merged_into"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_ideas_merged_into"))
        batch_op.drop_column("changed_at")
        batch_op.drop_column("comments")
        batch_op.drop_column("merged_into")
        batch_op.drop_column("entered_by")

    with op.batch_alter_table("follows", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_follows_came_with"))
        batch_op.drop_column("came_with")

    with op.batch_alter_table("devices", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_devices_sign_in_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_devices_sign_in_id"))
        batch_op.drop_column("sign_in_id")

    with op.batch_alter_table("areas", schema=None) as batch_op:
        batch_op.drop_column("comments")

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

    op.drop_table("idea_words")
    with op.batch_alter_table("idea_versions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_idea_versions_written_by"))
        batch_op.drop_index(batch_op.f("ix_idea_versions_photo_id"))

    op.drop_table("idea_versions")
    with op.batch_alter_table("idea_photos", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_idea_photos_state"))
        batch_op.drop_index(batch_op.f("ix_idea_photos_photo_id"))
        batch_op.drop_index(batch_op.f("ix_idea_photos_idea_id"))

    op.drop_table("idea_photos")
    with op.batch_alter_table("idea_merges", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_idea_merges_into_id"))

    op.drop_table("idea_merges")
    with op.batch_alter_table("restrictions", schema=None) as batch_op:
        batch_op.drop_index("ix_restrictions_person")

    op.drop_table("restrictions")
    with op.batch_alter_table("reports", schema=None) as batch_op:
        batch_op.drop_index("ix_reports_open")
        batch_op.drop_index(batch_op.f("ix_reports_by_id"))

    op.drop_table("reports")
    with op.batch_alter_table("recovery_codes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recovery_codes_person_id"))

    op.drop_table("recovery_codes")
    op.drop_table("place_screens")
    with op.batch_alter_table("passkeys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_passkeys_person_id"))

    op.drop_table("passkeys")
    with op.batch_alter_table("mail_codes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mail_codes_person_id"))

    op.drop_table("mail_codes")
    op.drop_table("mail_addresses")
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_letters_person_id"))
        batch_op.drop_index(batch_op.f("ix_letters_notice_id"))
        batch_op.drop_index("ix_letters_due")

    op.drop_table("letters")
    op.drop_table("e_ids")
    with op.batch_alter_table("comments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_comments_parent_id"))
        batch_op.drop_index("ix_comments_noun")
        batch_op.drop_index(batch_op.f("ix_comments_author_id"))
        batch_op.drop_index(batch_op.f("ix_comments_area_id"))

    op.drop_table("comments")
    with op.batch_alter_table("ceremonies", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ceremonies_person_id"))
        batch_op.drop_index(batch_op.f("ix_ceremonies_ends_at"))

    op.drop_table("ceremonies")
    with op.batch_alter_table("appeals", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_appeals_person_id"))

    op.drop_table("appeals")
    op.drop_table("app_codes")
    with op.batch_alter_table("reported_things", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reported_things_area_id"))

    op.drop_table("reported_things")
    op.drop_table("trigram_counts")


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


# What each database derives from idea_words, as backend/search.py had it on this day.
FOR_SQLITE = (
    "CREATE VIRTUAL TABLE idea_search USING fts5"
    "(folded, content='idea_words', content_rowid='idea_id', tokenize='trigram case_sensitive 1', detail=none)",
    "CREATE TRIGGER idea_words_added AFTER INSERT ON idea_words BEGIN"
    " INSERT INTO idea_search(rowid, folded) VALUES (new.idea_id, new.folded); END",
    "CREATE TRIGGER idea_words_gone AFTER DELETE ON idea_words BEGIN"
    " INSERT INTO idea_search(idea_search, rowid, folded) VALUES ('delete', old.idea_id, old.folded); END",
    "CREATE TRIGGER idea_words_changed AFTER UPDATE ON idea_words BEGIN"
    " INSERT INTO idea_search(idea_search, rowid, folded) VALUES ('delete', old.idea_id, old.folded);"
    " INSERT INTO idea_search(rowid, folded) VALUES (new.idea_id, new.folded); END",
)
FOR_POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX idea_search ON idea_words USING gin (folded gin_trgm_ops) WITH (fastupdate=off)",
)
PUBLIC = ("read", "in_case", "answered", "tested", "done")


def _index_what_is_published(connection: sa.Connection) -> None:
    ideas = sa.table("ideas", *map(sa.column, ("id", "title", "text", "state")))
    words = sa.table("idea_words", *map(sa.column, ("idea_id", "folded")))
    counts = sa.table("trigram_counts", *map(sa.column, ("trigram", "ideas")))
    counted: dict[str, int] = {}
    for idea in connection.execute(sa.select(ideas).where(ideas.c.state.in_(PUBLIC))).all():
        folded = folding.fold(f"{idea.title}\n{idea.text}")
        connection.execute(sa.insert(words).values(idea_id=idea.id, folded=folded))
        for trigram in folding.trigrams(folded) | {""}:
            counted[trigram] = counted.get(trigram, 0) + 1
    for trigram, number in sorted(counted.items()):
        connection.execute(sa.insert(counts).values(trigram=trigram, ideas=number))
