"""The `snapshot` command and what it runs on this machine."""
