"""case_fetcher: opens the case that an approved consent covers, or says why it stays shut.

Reads     consent.approved, case.reviewed
Writes    case.fetched, case.refused
Tables    consents (status), audit_entries (through the gate); seals the case copy in the vault
Outside   the agency's case records, read-only: a database (adapters/sql_case_source.py), a case API
          (adapters/http_case_source.py, docs/case-api.md) or nightly files (adapters/extract_case_source.py,
          docs/case-extract.md)
Holds     the grant's public key only: it can check a grant and never make one
Watch     lag of consent.approved; BLOCKED(case_source) when the agency's records are away; CASE_NOT_FOUND and
          PARENT_NOT_ON_CASE counts (a rise means a mapping or extract problem); dead letters GRANT_* (somebody
          wrote to the broker who should not)
Never     takes over the source of a payment (federal tax information), or any address, employer or account
"""
