"""What a page says after a form was sent and the browser came back: named in the address, worded here."""

from collections.abc import Mapping

from services.portal.languages import mark

NOTICES: Mapping[str, str] = {
    "signed_out": mark("You are signed out."),
    "password_changed": mark("Your password is changed. Every other browser is signed out."),
    "password_set": mark("Your password is set. Sign in with it now."),
    "reset_asked": mark("If we know this address, we are e-mailing it a link now. The link works for one hour."),
    "reset_started": mark("We are e-mailing them a link to set another password. The link works for one hour."),
    "second_factor_removed": mark("Your second factor is switched off."),
    "second_factor_taken": mark("Their second factor is switched off, and they are signed out everywhere."),
    "sign_in_ended": mark("That browser is signed out."),
    "sign_ins_ended": mark("Every other browser is signed out."),
    "agreement_accepted": mark("Thank you. Your agreement is recorded."),
    "organization_approved": mark("Approved. We are e-mailing the contact person an invitation."),
    "organization_declined": mark("Declined. We are e-mailing the contact person."),
    "organization_suspended": mark("Suspended. Their people and keys are shut out now."),
    "person_invited": mark("Invited. We are e-mailing them a link to set a password."),
    "person_deactivated": mark("Deactivated. They are signed out everywhere."),
    "key_revoked": mark("The key is revoked. It stopped working now."),
    "webhook_saved": mark("Webhook saved."),
    "consent_revoked": mark("The consent is revoked. Its pages can no longer be opened."),
    "review_recorded": mark("Your decision is recorded. The organization is told."),
    "case_read_again": mark("The case is being read again. If the record is in order now, the page follows."),
    "case_ended": mark("No page will be made. The organization is told."),
    "resources_sent": mark("The links are on their way. We keep no copy of the address."),
    "webhook_removed": mark("Webhook removed."),
}
