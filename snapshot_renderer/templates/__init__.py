"""The page's template and its print style sheet. No logic in either, no flex or grid: tables lay out twice as fast."""
