"""Sealed objects in a bucket of Amazon S3, or of anything that speaks like it."""

import hashlib
from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from tempfile import SpooledTemporaryFile
from typing import Any, Final
from uuid import UUID

from typing_extensions import override

from services.runtime.structured_log import get_logger
from services.settings import VaultSettings
from services.vault.aws_client import aws_client, code_of
from services.vault.master_key import MasterKeyUnusable
from services.vault.object_store import ObjectName, ObjectStore, ReadableObject, StoreAway, folder_of, kind_of
from services.vault.vault import Kind, ObjectMissing

IN_MEMORY_BYTES: Final = 256 * 1024
"""A longer object waits for its upload as ciphertext in a temporary file, because its checksum is sent first."""

NO_SUCH_OBJECT: Final = "NoSuchKey"


class StoreUnusable(MasterKeyUnusable):
    """The settings of the store can't be used; the text says what to do."""


class S3Store(ObjectStore):
    """Keeps objects in a bucket, under ``<prefix><aa>/<consent id>/<kind>.sealed``.

    The store checks what it is sent against its SHA-256; what it gives back is checked by the seal.

    Args:
        settings: bucket, prefix, region, address.

    Raises:
        StoreUnusable: no bucket is set.
        AwsUnusable: boto3 is not installed, or no region is set.
    """

    def __init__(self, settings: VaultSettings) -> None:
        if not settings.vault_s3_bucket:
            raise StoreUnusable("SNAPSHOT_VAULT_S3_BUCKET is empty")
        self._bucket = settings.vault_s3_bucket
        self._prefix = settings.vault_s3_prefix
        self._client = aws_client("s3", settings, endpoint=settings.s3_endpoint, path_style=bool(settings.s3_endpoint))

    @override
    def put(self, name: ObjectName, parts: Iterable[bytes]) -> None:
        digest = hashlib.sha256()
        with SpooledTemporaryFile(IN_MEMORY_BYTES) as body:
            for part in parts:
                digest.update(part)
                body.write(part)
            body.seek(0)
            checksum = b64encode(digest.digest()).decode()
            self._ask("put_object", Key=self._key(name), Body=body, ChecksumSHA256=checksum)

    @override
    @contextmanager
    def open(self, name: ObjectName) -> Iterator[ReadableObject]:
        answer = self._ask("get_object", Key=self._key(name))
        with closing(answer["Body"]) as body:
            yield _Body(body)

    @override
    def delete(self, name: ObjectName) -> None:
        self._ask("delete_object", Key=self._key(name))

    @override
    def kinds(self, consent_id: UUID) -> set[Kind]:
        answer = self._ask("list_objects_v2", Prefix=f"{self._prefix}{folder_of(consent_id)}/")
        names = (str(entry["Key"]).rpartition("/")[2] for entry in answer.get("Contents", ()))
        return {kind for name in names if (kind := kind_of(name)) is not None}

    def _key(self, name: ObjectName) -> str:
        return f"{self._prefix}{name}"

    def _ask(self, operation: str, **request: Any) -> dict[str, Any]:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - optional

        try:
            answer: dict[str, Any] = getattr(self._client, operation)(Bucket=self._bucket, **request)
        except (BotoCoreError, ClientError) as error:
            if code_of(error) == NO_SUCH_OBJECT:
                raise ObjectMissing from None
            raise _away(error) from None
        return answer


class _Body:
    """An object's bytes as they arrive."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def read(self, size: int, /) -> bytes:
        from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - optional

        try:
            return bytes(self._body.read(size))
        except (BotoCoreError, OSError) as error:
            raise _away(error) from None


def _away(error: Exception) -> StoreAway:
    code = code_of(error)
    get_logger().warning("objects can't be reached", dependency="object_store", error=code)
    return StoreAway(code)
