"""Sample consent forms for practice, demonstration and tests: filled, signed, and worn by a scanner.

Everybody on them is made up. The signatures are drawn from random curves: they belong to nobody. The figures that can
be measured with them are a ceiling: real scans are worse.
"""
