"""Alembic migrations of the register; run through services.register.migrate."""
