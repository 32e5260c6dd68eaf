"""Links for forgotten passwords, and what a person needs to know their own sign-ins by."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "password_resets",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_password_resets_person_id_people")),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_password_resets")),
    )
    op.create_index(op.f("ix_password_resets_person_id"), "password_resets", ["person_id"])
    with op.batch_alter_table("sign_ins") as sign_ins:
        sign_ins.add_column(sa.Column("id", sa.Uuid(), nullable=True))
        sign_ins.add_column(sa.Column("device", sa.String(length=40), nullable=True))
    _name_those_that_are_there()
    with op.batch_alter_table("sign_ins") as sign_ins:
        sign_ins.alter_column("id", existing_type=sa.Uuid(), nullable=False)
        sign_ins.create_unique_constraint(op.f("uq_sign_ins_id"), ["id"])


def _name_those_that_are_there() -> None:
    """Give each sign-in an id: people stay signed in over the upgrade."""
    stored = sa.table("sign_ins", sa.column("token_sha256", sa.String), sa.column("id", sa.Uuid()))
    connection = op.get_bind()
    for token_sha256 in connection.scalars(sa.select(stored.c.token_sha256)).all():
        # allowed: secrets-in-constant-time - finds the row it was read from
        named = sa.update(stored).where(stored.c.token_sha256 == token_sha256).values(id=uuid4())
        connection.execute(named)


def downgrade() -> None:
    with op.batch_alter_table("sign_ins") as sign_ins:
        sign_ins.drop_constraint(op.f("uq_sign_ins_id"), type_="unique")
        sign_ins.drop_column("device")
        sign_ins.drop_column("id")
    op.drop_table("password_resets")
