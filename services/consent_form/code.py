"""The text in the form's QR code: which form this is and for whom it was printed. No personal data."""

import re
import secrets
from dataclasses import dataclass

from schemas.values import Language

FORM_ID = "CSC1"
"""Child Support Consent, form 1."""

SERIAL_BYTES = 8

_TEXT = re.compile(
    r"(?P<form>CSC1)\|(?P<revision>\d{4}-\d{2})\|(?P<language>en|es)"
    r"\|(?P<organization_code>[A-Z0-9-]{1,12})\|(?P<serial>[0-9a-f]{16})",
    re.ASCII,
)


class FormCodeInvalid(ValueError):
    """The text is no code of this form; the text itself is not in the message, since anybody can print one."""


@dataclass(frozen=True, slots=True)
class FormCode:
    """What the printed code says.

    Attributes:
        form: always FORM_ID.
        revision: revision of the form, "2026-11".
        language: language that the form was printed in.
        organization_code: 1 to 12 of A-Z, 0-9 and hyphen; public.
        serial: one-time id of this printed form, 16 lower-case hexadecimal digits.
    """

    form: str
    revision: str
    language: Language
    organization_code: str
    serial: str

    def text(self) -> str:
        """Return the text to encode, such as ``CSC1|2026-11|en|BFF|0001abcd0001abcd``.

        Raises:
            FormCodeInvalid: when a part has a shape that could not be read back.
        """
        text = f"{self.form}|{self.revision}|{self.language.value}|{self.organization_code}|{self.serial}"
        if _TEXT.fullmatch(text) is None:
            raise FormCodeInvalid("a part of the form code has the wrong shape")
        return text

    @classmethod
    def parse(cls, text: str) -> "FormCode":
        """Read a decoded code.

        Raises:
            FormCodeInvalid: when the text is no code of this form.
        """
        match = _TEXT.fullmatch(text)
        if match is None:
            raise FormCodeInvalid("not a consent form code")
        parts = match.groupdict()
        return cls(
            form=parts["form"],
            revision=parts["revision"],
            language=Language(parts["language"]),
            organization_code=parts["organization_code"],
            serial=parts["serial"],
        )


def new_serial() -> str:
    """Return a fresh one-time id: 16 random hexadecimal digits."""
    return secrets.token_hex(SERIAL_BYTES)
