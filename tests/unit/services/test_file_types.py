import pytest

from services.file_types import HEIC, JPEG, PDF, PNG, TIFF, true_media_type

HEIC_START = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (b"%PDF-1.4\n", PDF),
        (b"\xef\xbb\xbf\r\n%PDF-1.7\n", PDF),
        (b"\0" * 1000 + b"%PDF-1.7\n", PDF),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", PNG),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", JPEG),
        (b"II*\0\x08\0\0\0", TIFF),
        (b"MM\0*\0\0\0\x08", TIFF),
        (HEIC_START, HEIC),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic", HEIC),
    ],
)
def test_the_first_bytes_say_what_a_file_is(document: bytes, expected: str) -> None:
    assert true_media_type(document) == expected


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"MZ\x90\0" + b"\0" * 60,
        b"MZ\x90\0%PDF-1.7",
        b"PK\x03\x04%PDF-1.7",
        b"\x7fELF\x02%PDF-1.7",
        b"#!/bin/sh\n%PDF-1.7",
        b"GIF89a%PDF-1.7",
        b"<html><script>1</script>%PDF-1.7",
        b" \n<svg>%PDF-1.7",
        b"\xef\xbb\xbf<html>%PDF-1.7",
        b"\0" * 1024 + b"%PDF-1.7",
        b" \x89PNG\r\n\x1a\n",
        b"II+\0\x08\0\0\0",
        b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1avif",
        b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42",
        b"RIFF\0\0\0\0WEBPVP8 ",
        b"%!PS-Adobe-3.0",
        b"plain words",
    ],
)
def test_what_is_not_proven_or_is_two_things_at_once_is_no_type(document: bytes) -> None:
    assert true_media_type(document) is None
