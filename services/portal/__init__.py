"""The portal: where organizations upload consent forms, and where people sign in. One process.

Reads: no topic. Writes: consent.uploaded, consent.reviewed, consent.revoked, through the outbox and its relay.

Tables written: organizations, people, api_keys, sign_ins, invitations, password_resets, second_factors, second_steps,
recovery_codes, idempotency_keys, reviews, messages (invitations, passwords, declines and resource links),
outgoing_events; consents, grants, printed forms and audit entries through services.register alone. Disclosures go
through the gate (services.register.gate) and nothing else opens a case copy or a page.

External tools: none. Files: the vault folder (sealed), the register database.

Ops watch: /healthz (process is up), /readyz (database answers, vault folder can be written), the outbox's oldest
unpublished row, and the rate of refused sign-ins.

The rooms inside: app.py puts the parts together; identity.py says who is asking; pages.py draws a page; problems.py
answers the API; csrf.py and security_headers.py guard; routes/ holds one module per group of pages, each with a
``router``.
"""
