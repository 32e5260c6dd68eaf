"""``snapshot intake score``: how well forms are read and decided, by the very code and policy that the stage uses.

Forms are made (seeded) or given with their truth; each is read in the sandbox and decided, and nothing is stored. The
values of a form never leave this package: scores are counts.
"""
