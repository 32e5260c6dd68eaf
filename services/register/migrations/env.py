"""Run by Alembic: migrates over the connection that services.register.migrate hands in."""

from alembic import context

from services.register.tables import AuditEntry

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=AuditEntry.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
