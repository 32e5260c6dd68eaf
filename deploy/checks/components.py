"""Write the inventory of components, CycloneDX 1.5, from the lock file of an installation (deploy/components)."""

import sys
from collections.abc import Iterator

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot5
from dependency_audit import PRODUCT, pins_of
from packageurl import PackageURL


def components_of(lock: str) -> Iterator[Component]:
    """Yield the packages of a lock file, each with the hashes of the files that may be installed for it.

    Raises:
        LockUnreadable: a line is no pinned package with a hash.
    """
    for pin in pins_of(lock):
        yield Component(
            name=pin.name,
            version=pin.version,
            type=ComponentType.LIBRARY,
            purl=PackageURL(type="pypi", name=pin.name, version=pin.version),
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=found) for found in pin.hashes],
        )


def main() -> None:
    """Write the inventory to the file that the command line names."""
    bom = Bom(components=components_of(PRODUCT.read_text(encoding="utf-8")))
    bom.metadata.component = Component(name="child-support-snapshot", type=ComponentType.APPLICATION)
    bom.register_dependency(bom.metadata.component, bom.components)
    JsonV1Dot5(bom).output_to_file(sys.argv[1], allow_overwrite=True, indent=2)


if __name__ == "__main__":
    main()
