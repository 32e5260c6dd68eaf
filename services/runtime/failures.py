"""The kinds of failure a stage can raise; a business outcome is an event, not a failure.

Neither class takes free text: what reaches a log, a header or a dead letter is a code.
"""

from schemas.reason_codes import ReasonCode


class TemporarilyUnavailable(Exception):
    """A dependency is away: wait in place and try the same event again.

    Args:
        dependency: short fixed name such as ``"case_source"``; shown to operators as BLOCKED(dependency).
    """

    def __init__(self, dependency: str) -> None:
        super().__init__(dependency)
        self.dependency = dependency


class CannotBeProcessed(Exception):
    """This event can never work: dead-letter it.

    Args:
        code: why, for operators.
        parks_later_events: whether later events of the same consent wait behind it. False for an event that proves
            nothing about the consent (a forged one), so that whoever can write to the broker can't hold a family up.
    """

    def __init__(self, code: ReasonCode, *, parks_later_events: bool = True) -> None:
        super().__init__(code.value)
        self.code = code
        self.parks_later_events = parks_later_events
