"""Image files by Pillow: JPEG, PNG, GIF, TIFF, BMP and WebP.

Every frame of a TIFF, GIF or WebP is a page; of a JPEG and a PNG the first picture alone is one: what follows it is a
preview, a depth map or an animation. A file that is cut off is corrupt, even where its upper part could be shown: a
page that is read in part would pass for one that was read.
"""

from __future__ import annotations

import io
import mmap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import IO, Any, cast

from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    ImageChops,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from documents import blank, media
from documents.canvas import Canvas, new, new_grey
from documents.picture_errors import decoding
from documents.picture_facts import picture_facts, webp_size
from documents.picture_pixels import shrunk, to_pixels
from documents.sizing import preview_size, render_size
from schemas.errors import CorruptDocument, PagebeamError, TooManyPixels
from schemas.geometry import pixels_to_fractions
from schemas.pages import Grey, Inspection, PageImage, PageInspection, Pixels

MAX_PIXELS = 120_000_000  # unpacked: 4 bytes a pixel in Pillow, and in some decoders as much again, fit into 1 GiB
MAX_WEBP_PIXELS = 45_000_000  # its decoder holds 16 bytes a pixel

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


class PictureDocument:
    """A `documents.reader.Document` over an image file. Nothing is unpacked, nor kept, between two calls, but a small
    grey picture of a JPEG: a photograph is judged by it twice, and decoding it is what that costs."""

    def __init__(self, data: bytes | mmap.mmap, media_type: str) -> None:
        self._data = data
        self._media_type = media_type
        self._small: Grey | None = None
        with self._frame(0) as image, decoding():
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

    def render(self, page: int, canvas: Canvas = new) -> PageImage:
        """See `documents.reader.Document`."""
        with self._frame(page) as image:
            pixels = _unpacked(image, render_size, canvas)
        return PageImage(pixels, pixels_to_fractions(pixels.shape[1], pixels.shape[0]))

    def preview(self, page: int, longest: int) -> Pixels:
        """See `documents.reader.Document`. A JPEG is decoded at a half, a quarter or an eighth of its size."""
        with self._frame(page) as image:
            return _smaller(image, longest)

    def grey(self, page: int, longest: int) -> Grey:
        """See `documents.reader.Document`. Of a JPEG no side is longer than `blank.LONGEST`."""
        if self._small is None:
            with self._frame(page) as image:
                if self._media_type != media.JPEG:
                    return _smaller_grey(image, longest)
                self._small = _smaller_grey(image, blank.LONGEST)
        return shrunk(self._small, longest)

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
            facts = picture_facts(image)
            grey = _smaller_grey(image, blank.LONGEST)
        if self._media_type == media.JPEG:
            self._small = grey
        category, reason = ("no_text", "blank") if blank.is_blank(grey) else (None, None)
        return PageInspection(page, facts.width_pt, facts.height_pt, category, reason, ())

    @contextmanager
    def _frame(self, page: int) -> Iterator[ImageFile.ImageFile]:
        """The frame, not yet unpacked; refused where it is too large and no reduced decoding can help."""
        if self._media_type == media.WEBP:
            _check_pixels(webp_size(bytes(self._data[:30])), MAX_WEBP_PIXELS)  # opening allocates the whole canvas
        with decoding():
            image = _OPENERS[self._media_type](_stream(self._data))
        try:
            self._check_frame(image)
            if page:
                with decoding():
                    image.seek(page)
                self._check_frame(image)
            yield image
        finally:
            image.close()

    def _check_frame(self, image: ImageFile.ImageFile) -> None:
        if min(image.size) < 1:
            raise CorruptDocument(f"a picture of {image.width} x {image.height} pixels")
        if self._media_type != media.JPEG or image.info.get("progressive"):
            _check_pixels(image.size, MAX_PIXELS)


def _smaller(image: ImageFile.ImageFile, longest: int) -> Pixels:
    """The image in RGB, no side longer than `longest`."""
    return _unpacked(image, lambda width, height: preview_size(width, height, longest))


def _smaller_grey(image: ImageFile.ImageFile, longest: int) -> Grey:
    """The same in grey. Of a JPEG the colours are not even decoded."""
    return _unpacked(image, lambda width, height: preview_size(width, height, longest), new_grey, "L")


def _unpacked(
    image: ImageFile.ImageFile,
    size_of: Callable[[float, float], tuple[int, int]],
    canvas: Canvas = new,
    mode: str | None = None,
) -> Pixels:
    """The image in RGB, or what else the canvas takes, in the size that `size_of` gives for (width, height) as a person
    sees it. A JPEG is decoded in that mode, where it can be."""
    facts = picture_facts(image)
    size = size_of(facts.seen_width, facts.seen_height)
    with decoding():
        image.draft(mode, size if facts.orientation < 5 else size[::-1])
    _check_pixels(image.size, MAX_PIXELS)
    with decoding():
        image.load()
        if image.mode == "CMYK" and image.format == "JPEG" and "adobe" not in image.info:
            inverted = ImageChops.invert(image)  # Pillow takes them all for Adobe's
            return to_pixels(inverted, size, facts.orientation, canvas)
        return to_pixels(image, size, facts.orientation, canvas)


def _check_pixels(size: tuple[int, int], most: int) -> None:
    width, height = size
    if width * height > most:
        raise TooManyPixels(f"{width} x {height} pixels are more than {most:,}: make the picture smaller")


class _View(io.RawIOBase):
    """A file over bytes that others own: closing it leaves them open, which closing a mapping would not."""

    def __init__(self, data: bytes | mmap.mmap) -> None:
        self._data = data
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: len(self._data)}[whence]
        self._position = max(0, start + offset)
        return self._position

    def readinto(self, buffer: Any) -> int:
        chunk = self._data[self._position : self._position + len(buffer)]
        buffer[: len(chunk)] = chunk
        self._position += len(chunk)
        return len(chunk)


def _stream(data: bytes | mmap.mmap) -> IO[bytes]:
    """A file object over the data without a copy of the whole."""
    return cast("IO[bytes]", io.BufferedReader(_View(data), 1 << 16))
