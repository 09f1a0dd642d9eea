"""One door to every kind of file: bytes in; an inspection, previews and page images out."""

from __future__ import annotations

import mmap
from types import TracebackType
from typing import Protocol

from documents import media
from documents.canvas import Canvas, new
from documents.pdf import PdfDocument
from documents.pictures import PictureDocument
from schemas.pages import Grey, Inspection, PageImage, Pixels


class Document(Protocol):
    """An open file. It keeps no page's pixels but a small picture, and is used by one thread.

    Each method raises a class of schemas.errors where the file or page cannot be read.
    """

    def inspect(self, max_pages: int, redo: bool) -> Inspection:
        """What can be said of the first `max_pages` pages before they are rendered.

        `redo` leaves invisible text (an OCR layer of an earlier run) out of account. A page that cannot be read is
        given as one that is to be read, and `render` raises its error; where no page can be read, the first error is
        raised here.
        """

    def render(self, page: int, canvas: Canvas = new) -> PageImage:
        """The page (0-based) as a person sees it, as large as `documents.sizing.render_size` says, on that canvas."""

    def preview(self, page: int, longest: int) -> Pixels:
        """A cheap picture of the page, no side longer than `longest` pixels."""

    def grey(self, page: int, longest: int) -> Grey:
        """The same in grey: what is judged by models, and by no person."""

    def close(self) -> None:
        """Frees what the parser holds. May be called twice."""

    def __enter__(self) -> Document: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def open_document(data: bytes | mmap.mmap, media_type: str) -> Document:
    """Opens a file of a type that `documents.media.sniff` gave; `data` must outlive the document.

    Raises CorruptDocument, Encrypted or TooManyPixels; ValueError for a media type that Pagebeam does not read.
    """
    if media_type == media.PDF:
        return PdfDocument(data)
    if media_type in media.PICTURES:
        return PictureDocument(data, media_type)
    raise ValueError(f"no reader for {media_type!r}, expected one of {sorted(media.MEDIA_TYPES)}")
