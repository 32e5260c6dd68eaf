"""The hash of a snapshot's web page."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("snapshot_files") as files:
        files.add_column(sa.Column("twin_sha256", sa.String(length=64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("snapshot_files") as files:
        files.drop_column("twin_sha256")
