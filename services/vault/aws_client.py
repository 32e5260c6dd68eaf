"""Clients of AWS services: boto3 (the extra ``aws``), imported when the first one is made and not before."""

from typing import Any, Final

from services.settings import AwsSettings
from services.vault.master_key import MasterKeyUnusable

CONNECT_SECONDS: Final = 2.0
READ_SECONDS: Final = 10.0
MOST_TRIES: Final = 2
"""A call is made inside a register transaction: better to give up soon and let the stage wait outside of it."""


class AwsUnusable(MasterKeyUnusable):
    """boto3 is not installed, or no region is known; the text says what to do."""


def aws_client(service: str, settings: AwsSettings, *, endpoint: str, path_style: bool = False) -> Any:
    """Return a client, which may be shared between threads.

    Args:
        service: ``kms`` or ``s3``.
        settings: the region.
        endpoint: its address; empty: the region's own.
        path_style: put the bucket's name into the path and not into the host name.

    Raises:
        AwsUnusable: see there.
    """
    try:
        import boto3  # noqa: PLC0415 - optional
        from botocore.config import Config  # noqa: PLC0415
        from botocore.exceptions import BotoCoreError  # noqa: PLC0415
    except ImportError as error:
        raise AwsUnusable("AWS is set but boto3 is not installed: pip install 'child-support-snapshot[aws]'") from error
    style = "path" if path_style else "auto"
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": MOST_TRIES, "mode": "standard"},
        s3={"addressing_style": style},
    )
    try:
        return boto3.session.Session().client(
            service, region_name=settings.aws_region or None, endpoint_url=endpoint or None, config=config
        )
    except (BotoCoreError, ValueError) as error:
        raise AwsUnusable("no AWS region or no usable address: set SNAPSHOT_AWS_REGION") from error


def code_of(error: Exception) -> str:
    """Return the service's code of a refusal, or the name of what failed before it could answer."""
    response = getattr(error, "response", None)
    code = response.get("Error", {}).get("Code", "") if isinstance(response, dict) else ""
    return code if code.isalnum() and not code.isdigit() else type(error).__name__
