"""The agency's case records: one outside thing per file."""
