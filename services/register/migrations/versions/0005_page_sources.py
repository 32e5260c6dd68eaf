"""The hashes of what a snapshot's pages were made from."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

HASHES = ("inputs_sha256", "rule_book_sha256", "templates_sha256")


def upgrade() -> None:
    with op.batch_alter_table("snapshot_files") as files:
        for name in HASHES:
            files.add_column(sa.Column(name, sa.String(length=64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("snapshot_files") as files:
        for name in HASHES:
            files.drop_column(name)
