"""The worker processes that read forms, and the reader that uses them."""

import os

import cv2

from consent_intake.adapters.document_pages import DocumentPages
from consent_intake.adapters.form_reader import FormReader
from schemas.values import Language
from services.consent_form.blank import blank_form_raster
from services.runtime.child_pool import ChildPool

MEMORY_BYTES = 4 << 30
"""Address space, not memory in use (that peaks at 120 MB): OpenCV and Tesseract map much more than they touch."""

CPU_SECONDS = 60


def form_reader(readers: int = 1) -> FormReader:
    """Return a reader with processes of its own; they start with the first file and end with this process."""
    pool = ChildPool(size=readers, start=start, memory_bytes=MEMORY_BYTES, cpu_seconds=CPU_SECONDS)
    return FormReader(DocumentPages(), pool)


def start() -> None:
    """One thread a process (Tesseract is a third faster with one, and pages share the cores), blank forms decoded."""
    os.environ["OMP_THREAD_LIMIT"] = "1"
    cv2.setNumThreads(1)
    for language in Language:
        blank_form_raster(language)
