"""One form and everything that its judgement rests on, whichever policy judges it."""

from dataclasses import dataclass
from datetime import date

from consent_intake.rules.consent_decision import MAX_MONTHS, Decision, Uploader, decide
from consent_intake.rules.form_id_checks import FormIdStatus
from consent_intake.rules.form_reading import FormReading
from consent_intake.rules.policy import Policy
from schemas.consent_records import ConsentClaim


@dataclass(frozen=True)
class FormCase:
    """What ``decide`` needs, but for the policy.

    Attributes:
        reading: what the file holds.
        claim: what the uploader says it holds.
        uploader: for which organization.
        form_id: what the register knows about the printed form's one-time id.
        today: the legal day in New York on which it is judged.
        duplicate: the same file is here already.
        max_months: the longest period allowed.
        printed_on: legal day on which the form was printed; None when the register does not know it.
    """

    reading: FormReading
    claim: ConsentClaim
    uploader: Uploader
    form_id: FormIdStatus
    today: date
    duplicate: bool = False
    max_months: int = MAX_MONTHS
    printed_on: date | None = None

    def judged_by(self, policy: Policy) -> Decision:
        """Return what a policy makes of it."""
        return decide(
            self.reading,
            self.claim,
            self.uploader,
            policy=policy,
            today=self.today,
            duplicate=self.duplicate,
            form_id=self.form_id,
            max_months=self.max_months,
            printed_on=self.printed_on,
        )
