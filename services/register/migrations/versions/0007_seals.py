"""The hash of a page's PDF before the agency's seal was put on it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("snapshot_files") as files:
        files.add_column(sa.Column("unsealed_sha256", sa.String(length=64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("snapshot_files") as files:
        files.drop_column("unsealed_sha256")
