"""Forget what told repeated uploads in an earlier release: it was the senders' own text, which may be a parent's name.

Nothing is lost with it: the same bytes are still told by the document's hash.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM idempotency_keys")


def downgrade() -> None:
    """There is nothing to bring back."""
