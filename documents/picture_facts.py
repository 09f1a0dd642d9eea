"""What an image file says of itself before it is unpacked: its turn, its resolution, its size."""

from __future__ import annotations

import math
import struct
from typing import NamedTuple

from PIL import ExifTags, ImageFile, PngImagePlugin, TiffImagePlugin

from documents.picture_errors import decoding
from schemas.errors import CorruptDocument

MAX_SIDE_PT = 3400.0  # A0 is 3,370 points long: a larger page has a resolution that nobody set
LEAST_DPI, MOST_DPI = 30.0, 5000.0  # what scanners and fax machines use; the rest is a mistake
MOST_STRETCHED = 4.0  # fax pixels are up to four times as high as wide; more is a mistake


class PictureFacts(NamedTuple):
    """Read from the header alone."""

    orientation: int  # EXIF, 1..8: how the unpacked picture is still to be turned
    seen_width: float  # pixels of the finer direction, as a person sees it: fax pixels are not square
    seen_height: float
    width_pt: float | None  # points, as a person sees it; None where no sensible resolution is stated
    height_pt: float | None


def picture_facts(image: ImageFile.ImageFile) -> PictureFacts:
    """The facts of a frame that was opened and not yet loaded. Raises CorruptDocument for a PNG alone."""
    if isinstance(image, PngImagePlugin.PngImageFile):
        # Its EXIF may follow its pixels. Pillow unpacks them to find out, and a second time finds no fault with them.
        with decoding():
            image.load()
    stored = _stored_orientation(image)
    width, height = image.size
    across, down = dpi = _dpi(image) or (1.0, 1.0)
    turned_by_pillow = isinstance(image, TiffImagePlugin.TiffImageFile)  # its size is turned, its resolution is not
    if stored >= 5:
        across, down = down, across
        if not turned_by_pillow:
            width, height = height, width
    points = 72 * width / across, 72 * height / down
    finest = max(dpi)
    return PictureFacts(
        1 if turned_by_pillow else stored,
        width * finest / across,
        height * finest / down,
        *(points if dpi != (1.0, 1.0) and max(points) <= MAX_SIDE_PT else (None, None)),
    )


def webp_size(head: bytes) -> tuple[int, int]:
    """Width and height from a WebP's first 30 bytes; (0, 0) where they do not say, and the decoder will complain."""
    kind = head[12:16]
    if len(head) < 30:
        return 0, 0
    if kind == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", head, 26)
        return width & 0x3FFF, height & 0x3FFF
    return 0, 0


def _dpi(image: ImageFile.ImageFile) -> tuple[float, float] | None:
    """Stated dots an inch across and down of the stored picture, None where nothing sensible is stated."""
    try:
        across, down = (float(value) for value in image.info["dpi"])
    except (KeyError, TypeError, ValueError, ArithmeticError):
        return None
    if not all(math.isfinite(value) and LEAST_DPI <= value <= MOST_DPI for value in (across, down)):
        return None
    return (across, down) if 1 / MOST_STRETCHED <= across / down <= MOST_STRETCHED else None


def _stored_orientation(image: ImageFile.ImageFile) -> int:
    """EXIF orientation, 1..8; 1 where it is missing or its block is damaged, as viewers have it."""
    try:
        with decoding():
            orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    except CorruptDocument:
        return 1
    return orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1
