"""The vault: documents, claims, grants, case copies and PDFs, sealed with a key per consent.

Names of objects carry ids only. Destroying a consent's key makes all of its objects unreadable.
"""
