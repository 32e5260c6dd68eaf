"""A master key in AWS KMS: it never leaves the service, which wraps and unwraps keys under it.

What a key is bound to travels as the encryption context, which KMS authenticates and writes into its own log: ids only.
boto3 is imported here and nowhere else at the start of a process that uses no KMS.
"""

import hashlib
from typing import Any, Final

from services.runtime.failures import TemporarilyUnavailable
from services.runtime.structured_log import get_logger
from services.settings import AwsSettings
from services.vault.aws_client import aws_client, code_of
from services.vault.key_wrapping import BoundTo
from services.vault.master_key import MasterKeyUnusable
from services.vault.vault import ObjectDamaged

WRAP_VERSION: Final = b"\x02"
"""Marks a key that KMS wrapped; 1 is a key wrapped in memory."""

NOT_WHAT_WAS_WRAPPED: Final = frozenset({"InvalidCiphertextException", "IncorrectKeyException"})

REMEDIES: Final = {
    "AccessDeniedException": "its role needs kms:Encrypt and kms:Decrypt on this key",
    "NotFoundException": "there is no such key in this region",
    "DisabledException": "the key is disabled; enable it",
    "KMSInvalidStateException": "the key is disabled or about to be deleted; cancel the deletion",
    "NoCredentialsError": "no AWS credentials were found",
    "UnrecognizedClientException": "the AWS credentials are not valid",
    "ExpiredTokenException": "the AWS credentials have expired",
}


class KmsAway(TemporarilyUnavailable):
    """KMS doesn't answer, or refuses: whoever meets it waits. ``code`` is the service's or the library's own."""

    def __init__(self, code: str) -> None:
        super().__init__("kms")
        self.code = code

    @property
    def remedy(self) -> str:
        """What to do about it, in words that follow a colon."""
        return REMEDIES.get(self.code, "the service does not answer; check network, region and KMS address")


class KmsKey:
    """One KMS key.

    Args:
        key: id or ARN; an alias can be pointed elsewhere, which no register row would notice.
        settings: region and address.

    Raises:
        MasterKeyUnusable: boto3 is not installed, no region is set, or the key is an alias.
    """

    is_remote = True

    def __init__(self, key: str, settings: AwsSettings) -> None:
        if key.startswith("alias/") or ":alias/" in key:
            raise MasterKeyUnusable("SNAPSHOT_KMS_KEYS names an alias; give the key's id or ARN")
        self._key = key
        self._client = aws_client("kms", settings, endpoint=settings.kms_endpoint)

    @property
    def id(self) -> str:
        """A short name: ids and ARNs are longer than a column of the register."""
        return f"kms-{hashlib.sha256(self._key.encode()).hexdigest()[:16]}"

    def wrap(self, key: bytes, bound_to: BoundTo) -> bytes:
        """Return the wrapped key; see ``KeyWrapper``.

        Raises:
            KmsAway: see there.
        """
        answer = self._ask("encrypt", Plaintext=key, EncryptionContext=_context(bound_to))
        return WRAP_VERSION + bytes(answer["CiphertextBlob"])

    def unwrap(self, wrapped: bytes, bound_to: BoundTo) -> bytes:
        """Return the key; see ``KeyWrapper``.

        Raises:
            ObjectDamaged: see there.
            KmsAway: see there.
        """
        if wrapped[:1] != WRAP_VERSION or len(wrapped) == 1:
            raise ObjectDamaged
        answer = self._ask("decrypt", CiphertextBlob=wrapped[1:], EncryptionContext=_context(bound_to))
        return bytes(answer["Plaintext"])

    def _ask(self, operation: str, **request: Any) -> dict[str, Any]:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - optional, as said above

        try:
            answer: dict[str, Any] = getattr(self._client, operation)(KeyId=self._key, **request)
        except (BotoCoreError, ClientError) as error:
            code = code_of(error)
            if code in NOT_WHAT_WAS_WRAPPED:
                raise ObjectDamaged from None
            get_logger().warning("master key can't be used", dependency="kms", error=code)
            raise KmsAway(code) from None
        return answer


def _context(bound_to: BoundTo) -> dict[str, str]:
    return {"purpose": bound_to.purpose, "subject": bound_to.subject}
