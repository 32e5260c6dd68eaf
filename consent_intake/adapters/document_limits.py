"""How large a document may be, before and while it is opened."""

MAX_DOCUMENT_BYTES = 25 << 20
MAX_PAGES = 10
MAX_PAGE_PIXELS = 40_000_000
"""A letter page scanned at 600 dpi has 34 million; Pillow's own limit (179 million) lets a 340 MB picture through."""

LONGEST_SIDE = 3000
"""Pixels; phone photos, and PDF pages that phone apps size at one point a pixel, are reduced to it (letter: 2,200)."""
