"""The register: consents, organizations, people, agreements, grants, the gate and the audit chain.

Everything here is decided inside a transaction of one database (SQLite by default, PostgreSQL by URL).
No table column holds a parent's name, a case identifier, an amount or a document: those are sealed in the vault.
"""
