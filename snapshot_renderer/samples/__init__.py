"""Made-up cases for designers and tests. Every person in them is invented."""
