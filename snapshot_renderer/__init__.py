"""snapshot_renderer: one case on one page, in English and in Spanish.

Reads:
    case.fetched
Writes:
    snapshot.rendered (the pages are sealed), snapshot.refused (no page, and why)
Tables:
    writes snapshot_files, consents (status, snapshot_id) and its timeline, audit entries; reads organizations, grants
Vault:
    opens the case copy, seals one PDF a language
External tools:
    none: WeasyPrint, fonts, rules and texts are in the distribution; pages are set in child processes
What operators watch:
    snapshot.refused by reason: PAGE_DOES_NOT_FIT and PAGE_NOT_PRINTABLE are ours to fix, FIGURES_DO_NOT_RECONCILE is
    the agency's record; BLOCKED(page_maker) means that children die or take over ten seconds a page;
    snapshot_rules_withheld (and "rule withheld" in the log): rules past their review-by day, which are not printed
"""
