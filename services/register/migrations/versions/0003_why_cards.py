"""Decisions of a policy on trial, and the days that a reviewer read."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

DAYS = ("signed_on", "starts_on", "expires_on")


def upgrade() -> None:
    op.create_table(
        "shadow_decisions",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("rule_version", sa.String(length=20), nullable=False),
        sa.Column("live_outcome", sa.String(length=20), nullable=False),
        sa.Column("shadow_outcome", sa.String(length=20), nullable=False),
        sa.Column("checks", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["consent_id"], ["consents.id"], name=op.f("fk_shadow_decisions_consent_id_consents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shadow_decisions")),
    )
    op.create_index(op.f("ix_shadow_decisions_consent_id"), "shadow_decisions", ["consent_id"], unique=False)
    with op.batch_alter_table("reviews") as reviews:
        for day in DAYS:
            reviews.add_column(sa.Column(day, sa.Date(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("reviews") as reviews:
        for day in DAYS:
            reviews.drop_column(day)
    op.drop_index(op.f("ix_shadow_decisions_consent_id"), table_name="shadow_decisions")
    op.drop_table("shadow_decisions")
