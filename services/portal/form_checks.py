"""What people type into the forms of the account pages, checked; mistakes are English texts of the catalogue."""

from email_validator import EmailNotValidError, validate_email

from schemas.values import Language
from services.portal.languages import mark

NAME_MISSING = mark("Enter a name.")
ORGANIZATION_MISSING = mark("Enter the name of the organization.")
NAME_TOO_LONG = mark("Use 120 characters or fewer.")
EMAIL_WRONG = mark("Enter an e-mail address like name@example.org.")
WHY_MISSING = mark("Tell us in a sentence or two how you will use it.")
WHY_TOO_LONG = mark("Use 1,000 characters or fewer.")
LANGUAGE_WRONG = mark("Choose English or Spanish.")

NAME_LIMIT = 120
WHY_LIMIT = 1000


def why_no_name(name: str) -> str | None:
    """Return what is wrong with a name, or None."""
    if not name.strip() or not name.isprintable():
        return NAME_MISSING
    return NAME_TOO_LONG if len(name) > NAME_LIMIT else None


def why_no_organization(name: str) -> str | None:
    """Return what is wrong with an organization's name, or None."""
    wrong = why_no_name(name)
    return ORGANIZATION_MISSING if wrong == NAME_MISSING else wrong


def why_no_email(email: str) -> str | None:
    """Return what is wrong with one e-mail address, or None. The mail server is not asked."""
    try:
        validate_email(email.strip(), check_deliverability=False)
    except EmailNotValidError:
        return EMAIL_WRONG
    return None


def why_no_reason(why: str) -> str | None:
    """Return what is wrong with the reason an organization gives, or None."""
    if not why.strip():
        return WHY_MISSING
    return WHY_TOO_LONG if len(why) > WHY_LIMIT else None


def why_no_language(language: str) -> str | None:
    """Return what is wrong with a language, or None."""
    return None if language in {item.value for item in Language} else LANGUAGE_WRONG


def mistakes(**found: str | None) -> dict[str, str]:
    """Return the fields that have a mistake, in form order."""
    return {name: text for name, text in found.items() if text is not None}
