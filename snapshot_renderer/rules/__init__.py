"""Pure decisions about one page: figures, next steps and every string on it. No I/O, no clock."""
