"""The reader that the stage uses: warm processes with confined children, and Tesseract for second looks."""

import os
from pathlib import Path

from consent_intake.adapters.foreign_letter import look_at
from consent_intake.adapters.form_reader import FormReader, SecondLook
from consent_intake.adapters.heap import keep_freed_memory
from consent_intake.adapters.reading_child import ReadingChild
from consent_intake.adapters.second_reader import merged, second_opinion


def form_reader(readers: int = 1, *, trust_files: tuple[Path, ...] = ()) -> FormReader:
    """Return a reader; its processes start with the first file and end with this process.

    Args:
        readers: how many files are read at the same time.
        trust_files: certificates that digital signatures may lead to.
    """
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")  # Tesseract is a third faster with one thread, and files share cores
    keep_freed_memory()
    children = [ReadingChild(trust_files) for _ in range(readers)]
    return FormReader(children, SecondLook(words_of=second_opinion, merged=merged, letter_on=look_at))
