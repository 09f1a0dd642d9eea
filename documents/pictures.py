"""Image files by Pillow: JPEG, PNG, GIF, TIFF, BMP and WebP.

Every frame of a TIFF, GIF or WebP is a page; of a JPEG and a PNG the first picture alone is, since what follows it is a
preview, a depth map or an animation. A file that is cut off is corrupt, even where its upper part could be shown: a page
that is read in part would pass for one that was read.
"""

from __future__ import annotations

import io
import math
import mmap
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import IO, cast

from PIL import (
    BmpImagePlugin,
    ExifTags,
    GifImagePlugin,
    ImageChops,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from documents import blank, media
from documents.picture_pixels import to_grey, to_pixels
from documents.sizing import preview_size, render_size
from schemas.errors import CorruptDocument, PagebeamError, TooManyPixels
from schemas.geometry import pixels_to_fractions
from schemas.pages import Inspection, PageImage, PageInspection, Pixels

MAX_PIXELS = 120_000_000  # unpacked: 4 bytes a pixel in Pillow, and in some decoders as much again, fit into 1 GiB
MAX_SIDE_PT = 3400.0  # A0 is 3,370 points long: a larger page has a resolution that nobody set
LEAST_DPI, MOST_DPI = 30.0, 5000.0  # what scanners and fax machines use; the rest is a mistake
MOST_STRETCHED = 4.0  # fax pixels are up to twice as high as wide; more is a mistake

# The plugins themselves, not Image.open: another plugin can never be talked into reading the file.
_OPENERS: dict[str, Callable[[IO[bytes]], ImageFile.ImageFile]] = {
    media.JPEG: JpegImagePlugin.JpegImageFile,
    media.PNG: PngImagePlugin.PngImageFile,
    media.GIF: GifImagePlugin.GifImageFile,
    media.TIFF: TiffImagePlugin.TiffImageFile,
    media.BMP: BmpImagePlugin.BmpImageFile,
    media.WEBP: WebPImagePlugin.WebPImageFile,
}
_PAGED = frozenset({media.TIFF, media.GIF, media.WEBP})
_LIBRARY_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    EOFError,
    ArithmeticError,
    AttributeError,
    RuntimeError,
    struct.error,
    zlib.error,
)  # what Pillow raises on damaged files, as found by damaging some

_Size = tuple[int, int]


class PictureDocument:
    """A `documents.reader.Document` over an image file. Nothing is unpacked, nor kept, between two calls."""

    def __init__(self, data: bytes | mmap.mmap, media_type: str) -> None:
        self._data = data
        self._media_type = media_type
        with self._frame(0) as image, _reading():
            self._page_count = int(getattr(image, "n_frames", 1)) if media_type in _PAGED else 1

    def inspect(self, max_pages: int, redo: bool) -> Inspection:
        """See `documents.reader.Document`; `redo` means nothing here."""
        pages: list[PageInspection] = []
        errors: list[PagebeamError] = []
        for page in range(min(max_pages, self._page_count)):
            try:
                pages.append(self._inspect_page(page))
            except PagebeamError as error:
                errors.append(error)
                pages.append(PageInspection(page, None, None, None, None, ()))
        if errors and len(errors) == len(pages):
            raise errors[0]
        return Inspection(self._page_count, tuple(pages))

    def render(self, page: int) -> PageImage:
        """See `documents.reader.Document`."""
        with self._frame(page) as image:
            pixels = _unpacked(image, render_size)
        return PageImage(pixels, pixels_to_fractions(pixels.shape[1], pixels.shape[0]))

    def preview(self, page: int, longest: int) -> Pixels:
        """See `documents.reader.Document`. A JPEG is decoded at a half, a quarter or an eighth of its size."""
        with self._frame(page) as image:
            return _unpacked(image, lambda width, height: preview_size(width, height, longest))

    def close(self) -> None:
        """See `documents.reader.Document`: there is nothing to free."""

    def __enter__(self) -> PictureDocument:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _inspect_page(self, page: int) -> PageInspection:
        with self._frame(page) as image:
            width_pt, height_pt = _size_pt(image)
            pixels = _unpacked(image, lambda width, height: preview_size(width, height, blank.LONGEST))
        if blank.is_blank(to_grey(pixels)):
            return PageInspection(page, width_pt, height_pt, "no_text", "blank", ())
        return PageInspection(page, width_pt, height_pt, None, None, ())

    @contextmanager
    def _frame(self, page: int) -> Iterator[ImageFile.ImageFile]:
        """The frame, not yet unpacked; refused where it is no JPEG and too large."""
        if self._media_type == media.WEBP:
            _check_pixels(*_webp_size(bytes(self._data[:30])))  # opening allocates the whole canvas
        with _reading():
            image = _OPENERS[self._media_type](_stream(self._data))
        try:
            self._check_frame(image)
            if page:
                with _reading():
                    image.seek(page)
                self._check_frame(image)
            yield image
        finally:
            image.close()

    def _check_frame(self, image: ImageFile.ImageFile) -> None:
        if min(image.size) < 1:
            raise CorruptDocument(f"a picture of {image.width} x {image.height} pixels")
        if self._media_type != media.JPEG or image.info.get("progressive"):
            _check_pixels(*image.size)  # a plain JPEG is decoded reduced, and checked then


def _unpacked(image: ImageFile.ImageFile, size_of: Callable[[float, float], _Size]) -> Pixels:
    """The image in RGB, in the size that `size_of` gives for (width, height) as a person sees it."""
    stored = _stored_orientation(image)
    size = size_of(*_seen_size(image, stored))
    is_tiff = isinstance(image, TiffImagePlugin.TiffImageFile)  # Pillow turns those itself
    orientation = 1 if is_tiff else stored
    with _reading():
        image.draft(None, size if orientation < 5 else size[::-1])
    _check_pixels(*image.size)
    with _reading():
        image.load()
        if image.mode == "CMYK" and image.format == "JPEG" and "adobe" not in image.info:
            return to_pixels(ImageChops.invert(image), size, orientation)  # Pillow takes every CMYK JPEG for Adobe's
        return to_pixels(image, size, orientation)


def _seen_size(image: ImageFile.ImageFile, stored: int) -> tuple[float, float]:
    """Width and height as a person sees them, in pixels of the finer direction: fax pixels are not square."""
    across, down = _dpi(image) or (1.0, 1.0)
    if not 1 / MOST_STRETCHED <= across / down <= MOST_STRETCHED:
        across = down = 1.0
    finest = max(across, down)
    width, height = _turned_size(image, stored)
    if stored >= 5:
        across, down = down, across
    return width * finest / across, height * finest / down


def _turned_size(image: ImageFile.ImageFile, stored: int) -> _Size:
    if stored >= 5 and not isinstance(image, TiffImagePlugin.TiffImageFile):
        return image.height, image.width
    return image.width, image.height


def _size_pt(image: ImageFile.ImageFile) -> tuple[float, float] | tuple[None, None]:
    """Width and height in points as a person sees them, by the stated resolution."""
    dpi = _dpi(image)
    if dpi is None:
        return None, None
    stored = _stored_orientation(image)
    width, height = _turned_size(image, stored)
    across, down = dpi if stored < 5 else dpi[::-1]
    width_pt, height_pt = 72 * width / across, 72 * height / down
    return (width_pt, height_pt) if max(width_pt, height_pt) <= MAX_SIDE_PT else (None, None)


def _dpi(image: ImageFile.ImageFile) -> tuple[float, float] | None:
    """Stated dots an inch across and down of the stored picture, None where nothing sensible is stated."""
    try:
        across, down = (float(value) for value in image.info["dpi"])
    except (KeyError, TypeError, ValueError, ArithmeticError):
        return None
    if all(math.isfinite(value) and LEAST_DPI <= value <= MOST_DPI for value in (across, down)):
        return across, down
    return None


def _stored_orientation(image: ImageFile.ImageFile) -> int:
    """EXIF orientation, 1..8; 1 where it is missing or its block is damaged, as viewers have it."""
    try:
        orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    except _LIBRARY_ERRORS:
        return 1
    return orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1


def _webp_size(head: bytes) -> _Size:
    """Width and height from a WebP's first 30 bytes; (0, 0) where they do not say, and the decoder will complain."""
    kind = head[12:16]
    if len(head) < 30 or kind not in (b"VP8X", b"VP8L", b"VP8 "):
        return 0, 0
    if kind == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack_from("<HH", head, 26)
    return width & 0x3FFF, height & 0x3FFF


def _check_pixels(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise TooManyPixels(f"{width} x {height} pixels are more than {MAX_PIXELS:,}: make the picture smaller")


def _stream(data: bytes | mmap.mmap) -> IO[bytes]:
    """A file object over the data without a copy."""
    if isinstance(data, bytes):
        return io.BytesIO(data)
    data.seek(0)
    return cast("IO[bytes]", data)


@contextmanager
def _reading() -> Iterator[None]:
    """Turns what Pillow raises on damaged files into CorruptDocument."""
    try:
        yield
    except _LIBRARY_ERRORS as error:
        raise CorruptDocument(f"the picture cannot be decoded: {type(error).__name__}: {error}") from error
