"""Cases on their seven stages"""

import sqlalchemy as sa
from alembic import op

from backend import folding

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_endings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("is_end", sa.Boolean(), nullable=False),
        sa.Column("texts_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_case_endings_area_id")),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("fk_case_endings_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_endings_case_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["texts_id"], ["text_sets.id"], name=op.f("fk_case_endings_texts_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_endings")),
    )
    with op.batch_alter_table("case_endings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_endings_case_id"), ["case_id"], unique=False)

    op.create_table(
        "handovers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("to_whom", sa.String(length=20), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("offered_by", sa.Integer(), nullable=True),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_hidden", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_handovers_area_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_handovers_case_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["offered_by"], ["people.id"], name=op.f("fk_handovers_offered_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
    )
    with op.batch_alter_table("handovers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handovers_case_id"), ["case_id"], unique=False)
        batch_op.create_index(
            "uq_handovers_open",
            ["case_id"],
            unique=True,
            sqlite_where=sa.text("state = 'offered'"),
            postgresql_where=sa.text("state = 'offered'"),
        )

    op.create_table(
        "insight_patterns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("texts_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("client_uuid", sa.String(length=36), nullable=True),
        sa.Column("is_hidden", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_insight_patterns_area_id")),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_insight_patterns_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_insight_patterns_case_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["texts_id"], ["text_sets.id"], name=op.f("fk_insight_patterns_texts_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insight_patterns")),
        sa.UniqueConstraint("client_uuid", name=op.f("uq_insight_patterns_client_uuid")),
    )
    with op.batch_alter_table("insight_patterns", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_insight_patterns_area_id"), ["area_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_insight_patterns_by_id"), ["by_id"], unique=False)
        batch_op.create_index("ix_insight_patterns_case", ["case_id", "id"], unique=False)

    op.create_table(
        "method_uses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("texts_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("client_uuid", sa.String(length=36), nullable=True),
        sa.Column("content_mark", sa.String(length=64), nullable=False),
        sa.Column("is_hidden", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_method_uses_area_id")),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_method_uses_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_method_uses_case_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["texts_id"], ["text_sets.id"], name=op.f("fk_method_uses_texts_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_method_uses")),
        sa.UniqueConstraint("client_uuid", name=op.f("uq_method_uses_client_uuid")),
    )
    with op.batch_alter_table("method_uses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_method_uses_by_id"), ["by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_method_uses_case_id"), ["case_id"], unique=False)
        batch_op.create_index("ix_method_uses_method", ["method", "id"], unique=False)

    op.create_table(
        "needs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("texts_id", sa.Integer(), nullable=False),
        sa.Column("how_much", sa.Integer(), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_hidden", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("how_much > 0", name=op.f("ck_needs_how_much")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_needs_area_id")),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_needs_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_needs_case_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["texts_id"], ["text_sets.id"], name=op.f("fk_needs_texts_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_needs")),
    )
    with op.batch_alter_table("needs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_needs_case_id"), ["case_id"], unique=False)

    op.create_table(
        "sounds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("content_mark", sa.String(length=64), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("sent_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_sounds_area_id")),
        sa.ForeignKeyConstraint(["sent_by"], ["people.id"], name=op.f("fk_sounds_sent_by"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sounds")),
        sa.UniqueConstraint("key", name=op.f("uq_sounds_key")),
    )
    with op.batch_alter_table("sounds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sounds_area_id"), ["area_id"], unique=False)

    op.create_table(
        "statements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("texts_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("client_uuid", sa.String(length=36), nullable=True),
        sa.Column("content_mark", sa.String(length=64), nullable=False),
        sa.Column("is_hidden", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('problem', 'vision', 'agreement')", name=op.f("ck_statements_kind")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_statements_area_id")),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("fk_statements_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_statements_case_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["texts_id"], ["text_sets.id"], name=op.f("fk_statements_texts_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statements")),
        sa.UniqueConstraint("client_uuid", name=op.f("uq_statements_client_uuid")),
    )
    with op.batch_alter_table("statements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_statements_by"), ["by"], unique=False)
        batch_op.create_index("uq_statements_number", ["case_id", "kind", "number"], unique=True)

    op.create_table(
        "team_invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("sector", sa.String(length=20), nullable=False),
        sa.Column("code_mark", sa.String(length=64), nullable=True),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=12), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_team_invitations_area_id")),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("fk_team_invitations_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_team_invitations_case_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_team_invitations_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_invitations")),
        sa.UniqueConstraint("code_mark", name=op.f("uq_team_invitations_code_mark")),
    )
    with op.batch_alter_table("team_invitations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_team_invitations_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_team_invitations_open",
            ["case_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        )

    op.create_table(
        "team_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("client_uuid", sa.String(length=36), nullable=True),
        sa.Column("content_mark", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_team_notes_area_id")),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("fk_team_notes_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_team_notes_case_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_notes")),
        sa.UniqueConstraint("client_uuid", name=op.f("uq_team_notes_client_uuid")),
    )
    with op.batch_alter_table("team_notes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_team_notes_by"), ["by"], unique=False)
        batch_op.create_index("ix_team_notes_case", ["case_id", "id"], unique=False)

    op.create_table(
        "team_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("sector", sa.String(length=20), nullable=False),
        sa.Column("gives", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=12), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("note_language", sa.String(length=12), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["people.id"], name=op.f("fk_team_requests_answered_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_team_requests_area_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_team_requests_case_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_team_requests_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_requests")),
    )
    with op.batch_alter_table("team_requests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_team_requests_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "uq_team_requests_open",
            ["case_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        )

    op.create_table(
        "acceptances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_acceptances_person_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statements.id"], name=op.f("fk_acceptances_statement_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acceptances")),
    )
    with op.batch_alter_table("acceptances", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_acceptances_person_id"), ["person_id"], unique=False)
        batch_op.create_index("uq_acceptances_person", ["statement_id", "person_id"], unique=True)

    op.create_table(
        "daily_roots",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("ballots", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_daily_roots_round_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("round_id", "day", name=op.f("pk_daily_roots")),
    )
    op.create_table(
        "handover_takers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handover_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("answer", sa.String(length=20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("spoke", sa.String(length=60), nullable=False),
        sa.Column("noted_by", sa.Integer(), nullable=True),
        sa.Column("is_noted", sa.Boolean(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["handover_id"], ["handovers.id"], name=op.f("fk_handover_takers_handover_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["noted_by"], ["people.id"], name=op.f("fk_handover_takers_noted_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_handover_takers_person_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_takers")),
    )
    with op.batch_alter_table("handover_takers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handover_takers_handover_id"), ["handover_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_handover_takers_person_id"), ["person_id"], unique=False)

    op.create_table(
        "insights",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("client_uuid", sa.String(length=36), nullable=True),
        sa.Column("content_mark", sa.String(length=64), nullable=False),
        sa.Column("form", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("photo_id", sa.Integer(), nullable=True),
        sa.Column("sound_id", sa.Integer(), nullable=True),
        sa.Column("transcript", sa.Text(), nullable=False),
        sa.Column("told_by", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("consent_by", sa.Integer(), nullable=True),
        sa.Column("consent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("note_language", sa.String(length=12), nullable=False),
        sa.Column("is_example", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("public_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_insights_area_id")),
        sa.ForeignKeyConstraint(["author_id"], ["people.id"], name=op.f("fk_insights_author_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_insights_case_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["consent_by"], ["people.id"], name=op.f("fk_insights_consent_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name=op.f("fk_insights_photo_id")),
        sa.ForeignKeyConstraint(["sound_id"], ["sounds.id"], name=op.f("fk_insights_sound_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insights")),
        sa.UniqueConstraint("client_uuid", name=op.f("uq_insights_client_uuid")),
    )
    with op.batch_alter_table("insights", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_insights_area_id"), ["area_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_insights_author_id"), ["author_id"], unique=False)
        batch_op.create_index("ix_insights_case", ["case_id", "state", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_insights_photo_id"), ["photo_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_insights_sound_id"), ["sound_id"], unique=False)

    op.create_table(
        "lesson_tags",
        sa.Column("lesson_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tag", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lessons.id"], name=op.f("fk_lesson_tags_lesson_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("lesson_id", "tag", name=op.f("pk_lesson_tags")),
    )
    with op.batch_alter_table("lesson_tags", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lesson_tags_tag"), ["tag"], unique=False)

    op.create_table(
        "lesson_words",
        sa.Column("lesson_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lessons.id"], name=op.f("fk_lesson_words_lesson_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("lesson_id", "language", name=op.f("pk_lesson_words")),
    )
    op.create_table(
        "paper_stacks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("first_by", sa.Integer(), nullable=True),
        sa.Column("first_done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("second_by", sa.Integer(), nullable=True),
        sa.Column("second_done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ballots", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_paper_stacks_area_id")),
        sa.ForeignKeyConstraint(
            ["first_by"], ["people.id"], name=op.f("fk_paper_stacks_first_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_paper_stacks_round_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["second_by"], ["people.id"], name=op.f("fk_paper_stacks_second_by"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_stacks")),
        sa.UniqueConstraint("round_id", "position", name=op.f("uq_paper_stacks_round_id_position")),
    )
    op.create_table(
        "pledges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("how_much", sa.Integer(), nullable=True),
        sa.Column("shown_as", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("contact", sa.String(length=120), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("entered_by", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reading", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("note_language", sa.String(length=12), nullable=False),
        sa.Column("word", sa.String(length=200), nullable=False),
        sa.Column("word_language", sa.String(length=12), nullable=False),
        sa.Column("client_uuid", sa.String(length=36), nullable=True),
        sa.Column("content_mark", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("public_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("how_much > 0", name=op.f("ck_pledges_how_much")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_pledges_area_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_pledges_case_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["entered_by"], ["people.id"], name=op.f("fk_pledges_entered_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["need_id"], ["needs.id"], name=op.f("fk_pledges_need_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_pledges_person_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pledges")),
        sa.UniqueConstraint("client_uuid", name=op.f("uq_pledges_client_uuid")),
    )
    with op.batch_alter_table("pledges", schema=None) as batch_op:
        batch_op.create_index("ix_pledges_case", ["case_id", "reading"], unique=False)
        batch_op.create_index(batch_op.f("ix_pledges_need_id"), ["need_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_pledges_person_id"), ["person_id"], unique=False)

    op.create_table(
        "insight_pattern_sources",
        sa.Column("pattern_id", sa.Integer(), nullable=False),
        sa.Column("insight_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_insight_pattern_sources_area_id")),
        sa.ForeignKeyConstraint(
            ["insight_id"], ["insights.id"], name=op.f("fk_insight_pattern_sources_insight_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["pattern_id"],
            ["insight_patterns.id"],
            name=op.f("fk_insight_pattern_sources_pattern_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("pattern_id", "insight_id", name=op.f("pk_insight_pattern_sources")),
    )
    with op.batch_alter_table("insight_pattern_sources", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_insight_pattern_sources_area_id"), ["area_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_insight_pattern_sources_insight_id"), ["insight_id"], unique=False)

    op.create_table(
        "options",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("idea_id", sa.Integer(), nullable=True),
        sa.Column("texts_id", sa.Integer(), nullable=False),
        sa.Column("cost_from", sa.Integer(), nullable=True),
        sa.Column("cost_to", sa.Integer(), nullable=True),
        sa.Column("risk_level", sa.String(length=10), nullable=False),
        sa.Column("goes_on", sa.Boolean(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("added_by", sa.Integer(), nullable=True),
        sa.Column("client_uuid", sa.String(length=36), nullable=True),
        sa.Column("content_mark", sa.String(length=64), nullable=False),
        sa.Column("is_hidden", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("cost_from <= cost_to", name=op.f("ck_options_cost")),
        sa.ForeignKeyConstraint(["added_by"], ["people.id"], name=op.f("fk_options_added_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_options_area_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_options_case_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_options_decided_by"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["idea_id"], ["ideas.id"], name=op.f("fk_options_idea_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["texts_id"], ["text_sets.id"], name=op.f("fk_options_texts_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_options")),
        sa.UniqueConstraint("case_id", "idea_id", name=op.f("uq_options_case_id_idea_id")),
        sa.UniqueConstraint("client_uuid", name=op.f("uq_options_client_uuid")),
    )
    with op.batch_alter_table("options", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_options_idea_id"), ["idea_id"], unique=False)

    op.create_table(
        "paper_entries",
        sa.Column("stack_id", sa.Integer(), nullable=False),
        sa.Column("reader", sa.Integer(), nullable=False),
        sa.Column("slip_id", sa.Integer(), nullable=False),
        sa.Column("choices", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(["slip_id"], ["slips.id"], name=op.f("fk_paper_entries_slip_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["stack_id"], ["paper_stacks.id"], name=op.f("fk_paper_entries_stack_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("stack_id", "reader", "slip_id", name=op.f("pk_paper_entries")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "option_arguments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("option_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("client_uuid", sa.String(length=36), nullable=True),
        sa.Column("content_mark", sa.String(length=64), nullable=False),
        sa.Column("is_hidden", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("side IN ('for', 'against')", name=op.f("ck_option_arguments_side")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_option_arguments_area_id")),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_option_arguments_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["option_id"], ["options.id"], name=op.f("fk_option_arguments_option_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_option_arguments")),
        sa.UniqueConstraint("client_uuid", name=op.f("uq_option_arguments_client_uuid")),
    )
    with op.batch_alter_table("option_arguments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_option_arguments_option_id"), ["option_id"], unique=False)

    op.create_table(
        "adoptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_case_id", sa.Integer(), nullable=False),
        sa.Column("prototype_id", sa.Integer(), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("texts_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_adoptions_area_id")),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_adoptions_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_adoptions_case_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["from_case_id"], ["cases.id"], name=op.f("fk_adoptions_from_case_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["prototype_id"], ["prototypes.id"], name=op.f("fk_adoptions_prototype_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["texts_id"], ["text_sets.id"], name=op.f("fk_adoptions_texts_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adoptions")),
        sa.UniqueConstraint("case_id", name=op.f("uq_adoptions_case_id")),
        sa.UniqueConstraint("from_case_id", "area_id", name=op.f("uq_adoptions_from_case_id_area_id")),
    )
    with op.batch_alter_table("adoptions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_adoptions_area_id"), ["area_id"], unique=False)

    op.create_table(
        "trials",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("prototype_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("texts_id", sa.Integer(), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("client_uuid", sa.String(length=36), nullable=True),
        sa.Column("content_mark", sa.String(length=64), nullable=False),
        sa.Column("is_hidden", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('tried', 'changed', 'works', 'stopped')", name=op.f("ck_trials_state")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_trials_area_id")),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_trials_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["prototype_id"], ["prototypes.id"], name=op.f("fk_trials_prototype_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["texts_id"], ["text_sets.id"], name=op.f("fk_trials_texts_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trials")),
        sa.UniqueConstraint("client_uuid", name=op.f("uq_trials_client_uuid")),
    )
    with op.batch_alter_table("trials", schema=None) as batch_op:
        batch_op.create_index("ix_trials_prototype", ["prototype_id", "day"], unique=False)

    op.create_table(
        "adoption_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("adoption_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("texts_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("is_hidden", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["adoption_id"], ["adoptions.id"], name=op.f("fk_adoption_reports_adoption_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_adoption_reports_area_id")),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_adoption_reports_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["texts_id"], ["text_sets.id"], name=op.f("fk_adoption_reports_texts_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adoption_reports")),
    )
    with op.batch_alter_table("adoption_reports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_adoption_reports_adoption_id"), ["adoption_id"], unique=False)

    op.create_table(
        "trial_photos",
        sa.Column("trial_id", sa.Integer(), nullable=False),
        sa.Column("photo_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name=op.f("fk_trial_photos_area_id")),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name=op.f("fk_trial_photos_photo_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["trial_id"], ["trials.id"], name=op.f("fk_trial_photos_trial_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("trial_id", "photo_id", name=op.f("pk_trial_photos")),
    )
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("team_is_open", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("journal_notes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("content_mark", sa.String(length=64), server_default="", nullable=False))
        batch_op.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("lessons", schema=None) as batch_op:
        batch_op.add_column(sa.Column("links", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("client_uuid", sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column("content_mark", sa.String(length=64), server_default="", nullable=False))
        batch_op.add_column(sa.Column("is_hidden", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_lessons_by_id"), ["by_id"], unique=False)
        batch_op.create_unique_constraint(batch_op.f("uq_lessons_client_uuid"), ["client_uuid"])
        batch_op.create_foreign_key(batch_op.f("fk_lessons_by_id"), "people", ["by_id"], ["id"], ondelete="SET NULL")

    with op.batch_alter_table("prototypes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("option_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("starts_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("ends_on", sa.Date(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_prototypes_option_id"), ["option_id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_prototypes_option_id"), "options", ["option_id"], ["id"], ondelete="SET NULL"
        )

    with op.batch_alter_table("round_choices", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cost", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("was_stopped", sa.Boolean(), nullable=True))

    with op.batch_alter_table("rounds", schema=None) as batch_op:
        batch_op.add_column(sa.Column("fund", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("awaits_opening", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("account", sa.JSON(), nullable=True))

    with op.batch_alter_table("team_members", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_hidden", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("successor_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_team_members_successor_id"), "team_members", ["successor_id"], ["id"], ondelete="SET NULL"
        )
    _let_comments_stand_on("idea", "case", "problem", "vision", "note")
    _keep_words_of_lessons()


def downgrade() -> None:
    op.execute("DELETE FROM comments WHERE kind IN ('problem', 'vision', 'note')")
    _let_comments_stand_on("idea", "case")
    with op.batch_alter_table("team_members", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_team_members_successor_id"), type_="foreignkey")
        batch_op.drop_column("asked_at")
        batch_op.drop_column("successor_id")
        batch_op.drop_column("is_hidden")

    with op.batch_alter_table("rounds", schema=None) as batch_op:
        batch_op.drop_column("account")
        batch_op.drop_column("awaits_opening")
        batch_op.drop_column("fund")

    with op.batch_alter_table("round_choices", schema=None) as batch_op:
        batch_op.drop_column("was_stopped")
        batch_op.drop_column("cost")

    with op.batch_alter_table("prototypes", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_prototypes_option_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_prototypes_option_id"), type_="unique")
        batch_op.drop_column("ends_on")
        batch_op.drop_column("starts_on")
        batch_op.drop_column("option_id")

    with op.batch_alter_table("lessons", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_lessons_by_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_lessons_client_uuid"), type_="unique")
        batch_op.drop_index(batch_op.f("ix_lessons_by_id"))
        batch_op.drop_column("changed_at")
        batch_op.drop_column("is_hidden")
        batch_op.drop_column("content_mark")
        batch_op.drop_column("client_uuid")
        batch_op.drop_column("by_id")
        batch_op.drop_column("links")

    with op.batch_alter_table("journal_notes", schema=None) as batch_op:
        batch_op.drop_column("taken_back_at")
        batch_op.drop_column("changed_at")
        batch_op.drop_column("content_mark")

    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_column("finished_at")
        batch_op.drop_column("team_is_open")

    op.drop_table("trial_photos")
    with op.batch_alter_table("adoption_reports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_adoption_reports_adoption_id"))

    op.drop_table("adoption_reports")
    with op.batch_alter_table("trials", schema=None) as batch_op:
        batch_op.drop_index("ix_trials_prototype")

    op.drop_table("trials")
    with op.batch_alter_table("adoptions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_adoptions_area_id"))

    op.drop_table("adoptions")
    with op.batch_alter_table("option_arguments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_option_arguments_option_id"))

    op.drop_table("option_arguments")
    op.drop_table("paper_entries")
    with op.batch_alter_table("options", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_options_idea_id"))

    op.drop_table("options")
    with op.batch_alter_table("insight_pattern_sources", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_insight_pattern_sources_insight_id"))
        batch_op.drop_index(batch_op.f("ix_insight_pattern_sources_area_id"))

    op.drop_table("insight_pattern_sources")
    with op.batch_alter_table("pledges", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pledges_person_id"))
        batch_op.drop_index(batch_op.f("ix_pledges_need_id"))
        batch_op.drop_index("ix_pledges_case")

    op.drop_table("pledges")
    op.drop_table("paper_stacks")
    op.drop_table("lesson_words")
    with op.batch_alter_table("lesson_tags", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lesson_tags_tag"))

    op.drop_table("lesson_tags")
    with op.batch_alter_table("insights", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_insights_sound_id"))
        batch_op.drop_index(batch_op.f("ix_insights_photo_id"))
        batch_op.drop_index("ix_insights_case")
        batch_op.drop_index(batch_op.f("ix_insights_author_id"))
        batch_op.drop_index(batch_op.f("ix_insights_area_id"))

    op.drop_table("insights")
    with op.batch_alter_table("handover_takers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handover_takers_person_id"))
        batch_op.drop_index(batch_op.f("ix_handover_takers_handover_id"))

    op.drop_table("handover_takers")
    op.drop_table("daily_roots")
    with op.batch_alter_table("acceptances", schema=None) as batch_op:
        batch_op.drop_index("uq_acceptances_person")
        batch_op.drop_index(batch_op.f("ix_acceptances_person_id"))

    op.drop_table("acceptances")
    with op.batch_alter_table("team_requests", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_team_requests_open",
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_team_requests_person_id"))

    op.drop_table("team_requests")
    with op.batch_alter_table("team_notes", schema=None) as batch_op:
        batch_op.drop_index("ix_team_notes_case")
        batch_op.drop_index(batch_op.f("ix_team_notes_by"))

    op.drop_table("team_notes")
    with op.batch_alter_table("team_invitations", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_team_invitations_open",
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_team_invitations_person_id"))

    op.drop_table("team_invitations")
    with op.batch_alter_table("statements", schema=None) as batch_op:
        batch_op.drop_index("uq_statements_number")
        batch_op.drop_index(batch_op.f("ix_statements_by"))

    op.drop_table("statements")
    with op.batch_alter_table("sounds", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sounds_area_id"))

    op.drop_table("sounds")
    with op.batch_alter_table("needs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_needs_case_id"))

    op.drop_table("needs")
    with op.batch_alter_table("method_uses", schema=None) as batch_op:
        batch_op.drop_index("ix_method_uses_method")
        batch_op.drop_index(batch_op.f("ix_method_uses_case_id"))
        batch_op.drop_index(batch_op.f("ix_method_uses_by_id"))

    op.drop_table("method_uses")
    with op.batch_alter_table("insight_patterns", schema=None) as batch_op:
        batch_op.drop_index("ix_insight_patterns_case")
        batch_op.drop_index(batch_op.f("ix_insight_patterns_by_id"))
        batch_op.drop_index(batch_op.f("ix_insight_patterns_area_id"))

    op.drop_table("insight_patterns")
    with op.batch_alter_table("handovers", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_handovers_open",
            sqlite_where=sa.text("state = 'offered'"),
            postgresql_where=sa.text("state = 'offered'"),
        )
        batch_op.drop_index(batch_op.f("ix_handovers_case_id"))

    op.drop_table("handovers")
    with op.batch_alter_table("case_endings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_endings_case_id"))

    op.drop_table("case_endings")


def _let_comments_stand_on(*kinds: str) -> None:
    """SQLite makes the table anew, without the old check."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    named = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("comments", recreate="always" if is_sqlite else "never") as batch_op:
        if not is_sqlite:
            batch_op.drop_constraint(op.f("ck_comments_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_comments_kind"), f"kind IN ({named})")


def _keep_words_of_lessons() -> None:
    """The lessons that are there already are found by their words too."""
    lessons = sa.table("lessons", *map(sa.column, ("id", "texts_id")))
    lines = sa.table("text_lines", *map(sa.column, ("set_id", "name", "language", "words")))
    words = sa.table("lesson_words", *map(sa.column, ("lesson_id", "language", "folded")))
    query = sa.select(lessons.c.id, lines.c.language, lines.c.words).join(lines, lines.c.set_id == lessons.c.texts_id)
    said: dict[tuple[int, str], list[str]] = {}
    for row in op.get_bind().execute(query.order_by(lessons.c.id, lines.c.name)):
        said.setdefault((row.id, row.language), []).append(row.words)
    for (number, language), parts in said.items():
        kept = {"lesson_id": number, "language": language, "folded": folding.fold("\n".join(parts))}
        op.get_bind().execute(sa.insert(words).values(kept))
