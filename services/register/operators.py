"""How the audit log names who runs a command."""

import getpass

from services.register.audit import Actor


def operator() -> Actor:
    """Return the actor for the person at the command line: the account's name on this machine."""
    return Actor(f"operator:{getpass.getuser()}")
