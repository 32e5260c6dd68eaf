"""Write the inventory of components, CycloneDX 1.5, from the lock file of an installation (deploy/components)."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot5
from packageurl import PackageURL

LOCK: Final = Path(__file__).parents[2] / "requirements.lock"
PIN: Final = re.compile(r"^([\w.-]+)==([^\s;\\]+)((?:[^\n]*\\\n)*[^\n]*)", re.MULTILINE)
HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def components_of(lock: str) -> Iterator[Component]:
    """Yield the packages of a lock file, each with the hashes of the files that may be installed for it."""
    for name, version, rest in PIN.findall(lock):
        yield Component(
            name=name,
            version=version,
            type=ComponentType.LIBRARY,
            purl=PackageURL(type="pypi", name=name, version=version),
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=found) for found in HASH.findall(rest)],
        )


def main() -> None:
    """Write the inventory to the file that the command line names."""
    bom = Bom(components=components_of(LOCK.read_text(encoding="utf-8")))
    bom.metadata.component = Component(name="child-support-snapshot", type=ComponentType.APPLICATION)
    bom.register_dependency(bom.metadata.component, bom.components)
    JsonV1Dot5(bom).output_to_file(sys.argv[1], allow_overwrite=True, indent=2)


if __name__ == "__main__":
    main()
