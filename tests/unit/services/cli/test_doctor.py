"""What doctor says about the sandbox that uploaded files are opened in."""

import subprocess
import sys

import pytest

from services.cli.doctor import sandbox_finding

PROBE = "from consent_intake.adapters.confinement import main; main()"


def test_a_machine_on_which_the_sandbox_stands_is_well() -> None:
    well, found = sandbox_finding([sys.executable, "-m", "consent_intake.adapters.confinement"])
    assert well
    assert found.startswith("Landlock ")


@pytest.mark.parametrize(
    ("breaking", "missing"),
    [
        ("import sys; sys.modules['pyseccomp'] = None", "system calls"),
        ("from consent_intake.adapters import landlock; landlock.version = lambda: 0", "Landlock"),
    ],
)
def test_a_wall_that_cannot_be_put_up_is_named_with_what_to_do(breaking: str, missing: str) -> None:
    well, found = sandbox_finding([sys.executable, "-c", f"{breaking}; {PROBE}"])
    assert not well
    assert found.startswith(f"cannot be put up: {missing}:")
    assert "libseccomp2" in found


def test_a_stage_that_is_not_installed_is_not_well() -> None:
    well, _ = sandbox_finding([sys.executable, "-m", "no_such_stage"])
    assert not well


def test_the_probe_leaves_no_wall_around_the_one_who_asks() -> None:
    program = f"{PROBE}; open('/etc/hostname').close()"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, check=False).returncode == 0
