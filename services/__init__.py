"""Shared services: they know no stage."""
