"""The practice county: made-up cases for demonstrations, training and tests. No real person is in it."""
