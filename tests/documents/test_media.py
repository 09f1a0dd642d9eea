from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from documents import media


@pytest.mark.parametrize(
    ("pillow_format", "media_type"),
    [
        ("JPEG", media.JPEG),
        ("PNG", media.PNG),
        ("GIF", media.GIF),
        ("TIFF", media.TIFF),
        ("BMP", media.BMP),
        ("WEBP", media.WEBP),
    ],
)
def test_pictures_are_known_by_their_content(pillow_format: str, media_type: str) -> None:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(file, pillow_format)
    assert media.sniff(file.getvalue()[: media.HEAD_BYTES]) == media_type
    assert media_type in media.PICTURES


def test_big_tiff_of_both_byte_orders_is_tiff() -> None:
    assert media.sniff(b"II+\x00\x08\x00\x00\x00") == media.TIFF
    assert media.sniff(b"MM\x00+\x00\x08\x00\x00") == media.TIFF


def test_a_pdf_may_begin_with_junk_of_less_than_1024_bytes() -> None:
    assert media.sniff(b"%PDF-1.7\n") == media.PDF
    assert media.sniff(b"\n" * 1000 + b"%PDF-1.4\n") == media.PDF
    assert media.sniff(b"\n" * 1024 + b"%PDF-1.4\n") is None


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\xff\xd8",
        b"BM are initials, and not a picture",
        b"RIFF\x00\x00\x00\x00WAVEfmt ",
        b"PK\x03\x04",
        b"Hello, I am report.pdf",
        b"\x00\x00\x00\x18ftypheic",
    ],
)
def test_the_rest_is_unknown(head: bytes) -> None:
    assert media.sniff(head) is None


@given(st.binary(max_size=2000))
def test_any_bytes_are_survived(head: bytes) -> None:
    assert media.sniff(head) in {None, *media.MEDIA_TYPES}
