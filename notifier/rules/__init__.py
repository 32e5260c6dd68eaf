"""Decisions of the notifier: who is told, in which words, and when it is tried again. No I/O, no clock."""
