"""Proof that pages are whole: made-up cases are set as real PDFs, and the PDFs are read back and checked.

Used by ``snapshot pages prove`` and by the tests; no part of the line of stages.
"""
