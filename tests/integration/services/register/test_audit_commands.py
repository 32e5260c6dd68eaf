from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from services.register.audit_commands import audit_app
from services.register.checkpoints import FILE_NAME, Checkpoint, CheckpointBook, CheckpointKind, CheckpointSigner
from services.register.commands import keys_app, register_app
from services.register.database import Transaction
from services.register.key_files import private_key_from
from services.runtime.clock import utc_now
from tests.support.command_home import Home
from tests.support.register_builders import an_organization


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with keys and a register of two audit entries."""
    made = Home(tmp_path / "home")
    made.run(keys_app, "create")
    assert made.run(register_app, "upgrade").exit_code == 0
    made.in_register(an_organization)
    made.in_register(an_organization)
    return made


def tamper(home: Home, statement: str) -> None:
    async def change(tx: Transaction) -> None:
        await tx.execute(text(statement))

    home.in_register(change)


def test_a_sound_chain_whose_head_is_signed_is_reported(home: Home) -> None:
    assert home.run(audit_app, "checkpoint").output == "Signed up to entry 2.\n"
    home.in_register(an_organization)
    sound = home.run(audit_app, "verify")
    assert (sound.exit_code, sound.output.startswith("3 entries, all sound")) == (0, True)
    assert "Signed up to entry 2 at" in sound.output
    assert "1 entries since" in sound.output


def test_a_sound_chain_that_nobody_signed_is_not_vouched_for(home: Home) -> None:
    result = home.run(audit_app, "verify")
    assert result.exit_code == 3
    assert "2 entries, all sound" in result.output
    assert "NOT VOUCHED FOR" in result.output


def test_a_newest_checkpoint_that_is_too_old_is_said(home: Home) -> None:
    signer = CheckpointSigner(private_key_from(home.folder / "keys" / "audit_private.pem"))
    old = utc_now() - timedelta(hours=27)
    said = {"kind": CheckpointKind.HEAD, "sequence": 0, "head": "0" * 64, "at": old}
    book = CheckpointBook(home.folder / "checkpoints")
    book.append(lambda previous: signer.line(Checkpoint.model_validate({**said, "previous": previous})), after=None)
    result = home.run(audit_app, "verify")
    assert result.exit_code == 3
    assert "27 hours old" in result.output
    assert home.run(audit_app, "verify", SNAPSHOT_AUDIT_CHECKPOINT_MAX_HOURS="28").exit_code == 0


def test_a_changed_entry_fails_the_command(home: Home) -> None:
    tamper(home, "UPDATE audit_entries SET act = 'x' WHERE sequence = 2")
    broken = home.run(audit_app, "verify")
    assert broken.exit_code == 1
    assert "BROKEN at entry 2" in broken.output


def test_a_cut_end_fails_the_command_until_an_operator_says_that_a_backup_was_restored(home: Home) -> None:
    home.run(audit_app, "checkpoint")
    tamper(home, "DELETE FROM audit_entries WHERE sequence = 2")
    short = home.run(audit_app, "verify")
    assert short.exit_code == 1
    assert "CUT SHORT OR REWRITTEN" in short.output
    assert home.run(audit_app, "checkpoint").exit_code == 1
    assert home.run(audit_app, "accept-restored").exit_code == 0
    accepted = home.run(audit_app, "verify")
    assert accepted.exit_code == 0, accepted.output
    assert "A backup was restored on" in accepted.output

    async def last_act(tx: Transaction) -> str:
        return str(await tx.scalar(text("SELECT act FROM audit_entries ORDER BY sequence DESC LIMIT 1")))

    assert home.in_register(last_act) == "audit.restored"


def test_changed_checkpoints_fail_the_command(home: Home) -> None:
    home.run(audit_app, "checkpoint")
    home.in_register(an_organization)
    home.run(audit_app, "checkpoint")
    file = home.folder / "checkpoints" / FILE_NAME
    file.write_bytes(file.read_bytes().splitlines(keepends=True)[1])
    result = home.run(audit_app, "verify")
    assert result.exit_code == 1
    assert "checkpoints were changed" in result.output


def test_without_a_private_key_nothing_is_signed_and_the_command_says_what_to_do(home: Home) -> None:
    (home.folder / "keys" / "audit_private.pem").unlink()
    result = home.run(audit_app, "checkpoint")
    assert result.exit_code == 2
    assert "snapshot keys create" in result.output
