"""notifier: tells people what became of their consents, by inbox, e-mail and webhook.

Reads     consent.rejected, consent.review, consent.revoked, case.refused, snapshot.rendered, snapshot.refused
Writes    no topic
Tables    messages (owner); consents (status: DELIVERED, REFUSED, EXPIRED); vault_keys;
          organizations.webhook_disabled_at; audit_entries
Outside   an SMTP server (adapters/mail_sender.py); organizations' webhooks (adapters/webhook_sender.py)
Also      sends what the portal asks for by a row in messages: invitations, declines, passwords, links for a client
          closes the consents whose last day is over, every hour (delivery/closing.py): EXPIRED, key destroyed
Watch     messages that are PENDING for long or FAILED ("message given up"); "nobody to tell", "nobody to review";
          MAIL_SERVER_AWAY; lag of its topics
Never     writes a name, a case number, an amount or a file name into a message: a reference, what to do and a link that
          needs a sign-in; follows no redirect, and calls no private address
"""
