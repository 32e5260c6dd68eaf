"""Printed consent forms and the ids on them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "printed_forms",
        sa.Column("serial", sa.String(length=16), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("claim_index", sa.String(length=64), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("revision", sa.String(length=10), nullable=False),
        sa.Column("printed_by", sa.Uuid(), nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_by", sa.Uuid(), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_printed_forms_organization_id_organizations")
        ),
        sa.ForeignKeyConstraint(["printed_by"], ["people.id"], name=op.f("fk_printed_forms_printed_by_people")),
        sa.ForeignKeyConstraint(["used_by"], ["consents.id"], name=op.f("fk_printed_forms_used_by_consents")),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_printed_forms")),
    )


def downgrade() -> None:
    op.drop_table("printed_forms")
