"""The outside of the notifier: a mail server and the organizations' webhooks."""
