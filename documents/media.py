"""Media types by content, never by name. Plain Python over the first bytes: safe outside the jail."""

from __future__ import annotations

JPEG = "image/jpeg"
PNG = "image/png"
GIF = "image/gif"
TIFF = "image/tiff"
BMP = "image/bmp"
WEBP = "image/webp"
PDF = "application/pdf"

PICTURES = frozenset({JPEG, PNG, GIF, TIFF, BMP, WEBP})
MEDIA_TYPES = PICTURES | {PDF}

HEAD_BYTES = 1024  # what `sniff` looks at: as far as readers search for a PDF's header

_MAGIC = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"II+\x00", TIFF),  # BigTIFF
    (b"MM\x00+", TIFF),
)
_BMP_HEADERS = (12, 16, 40, 52, 56, 64, 108, 124)  # sizes of the header that follows the 14 bytes of the file's own


def sniff(head: bytes) -> str | None:
    """The media type of a file that begins with `head`, None for every type that Pagebeam does not read.

    `head` holds the first `HEAD_BYTES` or more, or the whole of a shorter file.
    """
    for magic, media_type in _MAGIC:
        if head.startswith(magic):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return BMP
    if b"%PDF-" in head[:HEAD_BYTES]:
        return PDF
    return None
