"""Files that are not what they seem, or not all there."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from random import Random

import numpy as np
from PIL import Image

from documents import media
from pipelines.samples import pdf, scans, texts
from pipelines.samples.pdf_samples import text_pdf
from pipelines.samples.picture_samples import encode
from pipelines.samples.sample import Sample, TruePage

BOMB_SIDE = 60_000  # pixels: 3,600 million in half a megabyte
_ROWS = 600  # of the bomb that are packed at once


def broken(random: Random, rng: np.random.Generator) -> Iterator[Sample]:
    """Cut off, empty, locked, misnamed, of another kind, and too large to unpack."""
    whole = pdf.save(text_pdf([texts.report_page(random, 1)]))
    yield Sample("broken/cut off.pdf", whole[:120], media.PDF, status="failed", reason="corrupt")
    layout = texts.letter(random)
    jpeg = encode(Image.fromarray(scans.scan(layout, 100, rng)), "JPEG", quality=60)
    yield Sample("broken/cut off.jpg", jpeg[: len(jpeg) // 2], media.JPEG, status="failed", reason="corrupt")
    yield Sample("broken/empty.pdf", b"", None, status="skipped", reason="empty")
    locked = pdf.save(text_pdf([texts.letter(random)]), password="secret")
    yield Sample("broken/encrypted.pdf", locked, media.PDF, status="skipped", reason="encrypted")
    misnamed = texts.invoice(random)
    page = TruePage("embedded_text", misnamed.words)
    yield Sample("broken/in truth a pdf.jpg", pdf.save(text_pdf([misnamed])), media.PDF, (page,))
    yield Sample("broken/in truth a jpeg.txt", jpeg, media.JPEG, (TruePage("image_text", layout.words),))
    note = b"A note that is plain text, which every search finds already.\n"
    yield Sample("broken/note.txt", note, None, status="skipped", reason="unsupported_type")
    yield Sample("broken/archive.zip", _zip(note), None, status="skipped", reason="unsupported_type")
    yield Sample("broken/bomb.png", bomb(), media.PNG, status="failed", reason="too_many_pixels")


def bomb() -> bytes:
    """A PNG of one colour that would unpack to `BOMB_SIDE` squared pixels, made without holding them."""
    row = 1 + BOMB_SIDE // 8  # the filter's number, then one bit a pixel; all of it zero
    packer = zlib.compressobj(9)
    head = packer.compress(bytes(row * _ROWS)) + packer.flush(zlib.Z_FULL_FLUSH)
    # After a full flush the same bytes pack to the same bytes again, and may simply be repeated.
    again = packer.compress(bytes(row * _ROWS)) + packer.flush(zlib.Z_FULL_FLUSH)
    last_block = b"\x03\x00"
    adler = struct.pack(">HH", row * BOMB_SIDE % 65_521, 1)  # Adler-32 of so many zeros
    packed = head + again * (BOMB_SIDE // _ROWS - 1) + last_block + adler
    header = struct.pack(">IIBBBBB", BOMB_SIDE, BOMB_SIDE, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _zip(content: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("note.txt"), content)  # a ZipInfo has a fixed date
    return out.getvalue()
