"""The catalogue of official forms, brochures, pages and videos that a page, a message or the portal may link to.

One data file (``catalogue.json``) with the day each link was looked at; ``catalogue.py`` reads and searches it.
"""
