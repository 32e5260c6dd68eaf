"""Pure decisions about one agency record."""
