"""Where scored forms come from: made here by seed, or given in a folder with a file that tells the truth."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from consent_intake.samples.truth import Specimen, Truth


class Forms(Protocol):
    """A set of specimens by number."""

    def __len__(self) -> int:
        """Return how many there are."""

    def specimen(self, number: int) -> Specimen:
        """Return one of them."""


class Source(Protocol):
    """What can be sent to another process and opened there."""

    @property
    def size(self) -> int:
        """How many forms there are."""

    def open(self) -> Forms:
        """Return the forms."""


@dataclass(frozen=True)
class MadeForms:
    """Forms to be made.

    Attributes:
        size: how many.
        seed: same seed and size, same forms.
        signatures: folder with pictures of real signatures; None draws them.
    """

    size: int
    seed: int
    signatures: Path | None = None

    def open(self) -> Forms:
        """Return the set.

        Raises:
            NoPictures: when the folder has none.
        """
        # Printing forms loads WeasyPrint, which the processes that only read forms must not pay for.
        from consent_intake.samples.specimen import any_style, from_pictures  # noqa: PLC0415
        from consent_intake.samples.specimen_set import SpecimenSet  # noqa: PLC0415

        signer = any_style if self.signatures is None else from_pictures(self.signatures)
        return SpecimenSet(self.size, self.seed, signer)


@dataclass(frozen=True)
class GivenForms:
    """Forms in a folder.

    Attributes:
        folder: where the files are.
        truths: file name and what is known about it.
    """

    folder: Path
    truths: Sequence[tuple[str, Truth]]

    @property
    def size(self) -> int:
        """How many forms there are."""
        return len(self.truths)

    def open(self) -> "GivenForms":
        """Return the forms themselves."""
        return self

    def __len__(self) -> int:
        return len(self.truths)

    def specimen(self, number: int) -> Specimen:
        """Return one form with its bytes.

        Raises:
            OSError: when the file cannot be read.
        """
        name, truth = self.truths[number]
        return Specimen((self.folder / name).read_bytes(), truth)
