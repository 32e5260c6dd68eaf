"""A mail server for practice: takes every e-mail, delivers none, and shows them on a page and as JSON.

Run it with ``python -m services.mail_catcher``. Anybody who reaches its page reads every e-mail, invitation links
included, so it listens on this machine only unless told otherwise, and is never for real people's mail.

An e-mail to ``refused@`` any domain is refused for good, one to ``busy@`` for now, to practise both.

SNAPSHOT_MAIL_CATCHER_SMTP_PORT  port that takes e-mail, default 2525
SNAPSHOT_MAIL_CATCHER_WEB_PORT   port of the page, default 8025
SNAPSHOT_MAIL_CATCHER_HOST       address to listen on, default 127.0.0.1
SNAPSHOT_HOME                    e-mails are kept in mail/ below it, default var
"""
