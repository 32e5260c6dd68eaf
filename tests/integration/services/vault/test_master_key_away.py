"""A master key that can't be reached opens nothing: nothing is disclosed, and whoever needs it waits."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from schemas.consent_events import RevokedBy
from services.register import audit, consents
from services.register.commands import keys_app
from services.register.database import Database
from services.register.gate import Allowed
from services.register.states import ConsentStatus, Purpose
from services.register.tables import AuditEntry, VaultKey
from services.runtime.failures import TemporarilyUnavailable
from services.settings import RetentionSettings, VaultSettings
from services.vault.file_vault import FileVault
from services.vault.key_ring import FileKeyRing, current
from services.vault.key_wrapping import BoundTo
from services.vault.kms import REMEDIES, KmsAway
from services.vault.master_key import MasterKeyUnusable, generate_master_key_file
from services.vault.opening import key_ring
from services.vault.probing import master_key_finding
from services.vault.retention import erase_due
from services.vault.vault import Kind, ObjectMissing
from tests.support.command_home import Home
from tests.support.kms_server import KEY_ID, KmsServer, kms_server
from tests.support.register_builders import NOON, GateWorld


@pytest.fixture
def kms(monkeypatch: pytest.MonkeyPatch) -> Iterator[KmsServer]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "practice")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    with kms_server() as server:
        yield server


@pytest.fixture
def settings(kms: KmsServer, tmp_path: Path) -> VaultSettings:
    return VaultSettings(
        home=tmp_path, master_key_source="aws-kms", kms_keys=KEY_ID, kms_endpoint=kms.url, aws_region="us-east-1"
    )


async def disclosures(database: Database) -> int:
    async with database.reading() as tx:
        allowed = select(func.count()).select_from(AuditEntry).where(AuditEntry.act == "disclosure.allowed")
        return await tx.scalar(allowed) or 0


async def test_while_kms_refuses_the_gate_lets_nothing_through_and_the_stage_is_told_to_wait(
    kms: KmsServer, settings: VaultSettings, register_database: Database, tmp_path: Path
) -> None:
    world = GateWorld(vault=FileVault(tmp_path / "vault", key_ring(settings)))
    async with register_database.transaction() as tx:
        consent = await world.approved_consent(tx, status=ConsentStatus.DELIVERED)
    actor = audit.stage_actor("notifier")
    for code in ("AccessDeniedException", "DisabledException", "ThrottlingException"):
        kms.refuses = code
        with pytest.raises(TemporarilyUnavailable, match="kms"):
            async with register_database.transaction() as tx:
                await world.gate.decide(tx, consent.id, Purpose.DELIVER, actor)
    assert await disclosures(register_database) == 0
    kms.refuses = ""
    async with register_database.transaction() as tx:
        assert isinstance(await world.gate.decide(tx, consent.id, Purpose.DELIVER, actor), Allowed)
    assert await disclosures(register_database) == 1


async def test_what_has_to_end_ends_while_kms_is_away(
    kms: KmsServer, settings: VaultSettings, register_database: Database, tmp_path: Path
) -> None:
    world = GateWorld(vault=FileVault(tmp_path / "vault", key_ring(settings)))
    due = []
    for _ in range(3):
        async with register_database.transaction() as tx:
            consent = await world.approved_consent(tx, status=ConsentStatus.DELIVERED)
            await world.vault.seal(tx, consent.id, Kind.PAGE_EN, b"a page")
            due.append(consent.id)
    kms.refuses = "DisabledException"
    late = NOON + timedelta(days=31)
    async with register_database.transaction() as tx:
        by, actor = RevokedBy.PARENT, audit.SYSTEM
        assert await consents.revoke(tx, due.pop(), by=by, actor=actor, at=NOON, vault=world.vault)
    assert await erase_due(register_database, world.vault, RetentionSettings(case_days=30), now=late) == 2
    kms.refuses = ""
    for consent_id in due:
        async with register_database.reading() as tx:
            with pytest.raises(ObjectMissing):
                await world.vault.open(tx, consent_id, Kind.PAGE_EN)


async def test_what_can_not_be_wrapped_is_not_stored(
    kms: KmsServer, settings: VaultSettings, sqlite_register: Database, tmp_path: Path
) -> None:
    kms.refuses = "KMSInvalidStateException"
    with pytest.raises(KmsAway):
        async with sqlite_register.transaction() as tx:
            await FileVault(tmp_path / "vault", key_ring(settings)).seal(tx, uuid4(), Kind.DOCUMENT, b"a form")
    async with sqlite_register.reading() as tx:
        assert (await tx.scalars(select(VaultKey))).all() == []
    assert not (tmp_path / "vault").exists()


def test_a_service_that_nobody_answers_for_is_away_and_not_damage(settings: VaultSettings) -> None:
    wrapped = current(key_ring(settings)).wrap(b"k" * 32, BoundTo("data-key", "1"))
    elsewhere = settings.model_copy(update={"kms_endpoint": "http://127.0.0.1:9"})
    with pytest.raises(KmsAway) as away:
        current(key_ring(elsewhere)).unwrap(wrapped, BoundTo("data-key", "1"))
    assert away.value.dependency == "kms"
    assert away.value.code == "EndpointConnectionError"


@pytest.mark.parametrize("code", sorted(REMEDIES))
def test_doctor_says_what_to_do_about_each_refusal(code: str, settings: VaultSettings, kms: KmsServer) -> None:
    assert master_key_finding(settings)[0]
    kms.refuses = code
    assert master_key_finding(settings) == (False, f"AWS KMS, {code}: {REMEDIES[code]}")


def test_doctor_says_what_to_do_where_there_is_no_key(tmp_path: Path) -> None:
    well, found = master_key_finding(VaultSettings(home=tmp_path))
    assert not well
    assert "snapshot keys create" in found


def test_only_ids_travel_with_a_key(settings: VaultSettings, kms: KmsServer) -> None:
    consent_id = str(uuid4())
    current(key_ring(settings)).wrap(b"k" * 32, BoundTo("data-key", consent_id))
    [(operation, asked)] = kms.requests
    assert operation == "Encrypt"
    assert asked["EncryptionContext"] == {"purpose": "data-key", "subject": consent_id}


def test_a_key_file_that_goes_away_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "master.key"
    generate_master_key_file(path)
    ring = FileKeyRing(path)
    moved = path.rename(tmp_path / "elsewhere")
    with pytest.raises(TemporarilyUnavailable, match="master_key"):
        ring.versions()
    moved.rename(path)
    assert len(ring.versions()) == 1


def test_without_boto3_a_key_in_kms_says_what_to_install(
    settings: VaultSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(MasterKeyUnusable, match=r"child-support-snapshot\[aws\]"):
        key_ring(settings)


def test_who_uses_no_aws_loads_nothing_of_it(tmp_path: Path) -> None:
    generate_master_key_file(tmp_path / "keys" / "master.key")
    program = (
        "import sys; from pathlib import Path; from services.settings import VaultSettings;"
        "from services.vault.opening import open_vault; open_vault(VaultSettings(home=Path(sys.argv[1])));"
        "sys.exit(any(name.startswith(('boto3', 'botocore')) for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False).returncode == 0


def test_where_the_master_key_is_elsewhere_none_is_made(tmp_path: Path) -> None:
    home = Home(tmp_path)
    made = home.run(keys_app, "create", SNAPSHOT_MASTER_KEY_SOURCE="aws-kms")
    assert made.exit_code == 0
    assert not (tmp_path / "keys" / "master.key").exists()
    assert (tmp_path / "keys" / "grant_private.pem").exists()
