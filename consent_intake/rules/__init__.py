"""What a reading of the form means: pure functions, no I/O, no clock."""
