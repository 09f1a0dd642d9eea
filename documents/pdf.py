"""PDF files by PDFium: pages as a person sees them (CropBox, /Rotate, annotations and filled forms)."""

from __future__ import annotations

import ctypes
import mmap
from types import TracebackType

import numpy as np
import pypdfium2.raw as pdfium

from documents import blank, pdf_fonts
from documents.canvas import Canvas, new
from documents.pdf_category import MOST_OF_PAGE, is_garbage, makeup, tells_all
from documents.pdf_page import Handle, PdfPage, open_page, render_page
from documents.pdf_repair import repaired
from documents.pdf_text import page_text
from documents.pdf_units import user_units
from documents.picture_pixels import to_grey
from documents.sizing import MOST_ENLARGED, preview_size, render_size
from schemas.errors import CorruptDocument, Encrypted, PagebeamError
from schemas.geometry import pixels_to_fractions
from schemas.pages import Grey, Inspection, PageImage, PageInspection, Pixels

MOST_PER_UNIT = 600 / 72  # pixels: 600 dpi shows all that print holds; only tiny pages get less than they would fill
_MOST_SIGNATURES = 1000  # looked at

pdf_fonts.use_none()  # before a page is opened in this process


class PdfDocument:
    """A `documents.reader.Document` over a PDF. PDFium allows one thread at a time in a process."""

    def __init__(self, data: bytes | mmap.mmap) -> None:
        if not self._load(data):
            error = _open_error(pdfium.FPDF_GetLastError())
            repair = None if isinstance(error, Encrypted) else repaired(data)
            if repair is None or not self._load(repair):
                self.close()
                raise error
        self._signed = _is_signed(self._handle)  # before a page is opened: that may make its fields part of the page
        self._page_count = pdfium.FPDF_GetPageCount(self._handle)
        if self._page_count < 1:
            self.close()
            raise CorruptDocument("the PDF has no pages")

    def _load(self, data: bytes | mmap.mmap) -> bool:
        self._data = data
        self._buffer = np.frombuffer(data, dtype=np.uint8)  # the address, without a copy
        address = self._buffer.ctypes.data_as(ctypes.c_void_p)
        self._handle = pdfium.FPDF_LoadMemDocument64(address, self._buffer.size, None)
        return bool(self._handle)

    def inspect(self, max_pages: int, redo: bool) -> Inspection:
        """See `documents.reader.Document`."""
        pages: list[PageInspection] = []
        errors: list[PagebeamError] = []
        units = user_units(self._data, min(max_pages, self._page_count))
        for index, unit in enumerate(units):
            try:
                with open_page(self._handle, index) as page:
                    pages.append(_inspect_page(page, index, unit, redo))
            except PagebeamError as error:
                errors.append(error)
                pages.append(PageInspection(index, None, None, None, None, ()))
        if errors and len(errors) == len(pages):
            raise errors[0]
        return Inspection(self._page_count, tuple(pages), self._signed)

    def render(self, page: int, canvas: Canvas = new) -> PageImage:
        """See `documents.reader.Document`. A scan is not enlarged over 2x, other pages are drawn at any size."""
        with open_page(self._handle, page) as opened:
            drawn = makeup(opened)
            is_scan = drawn.image_share >= MOST_OF_PAGE
            most = min(MOST_PER_UNIT, MOST_ENLARGED * drawn.image_density) if is_scan else MOST_PER_UNIT
            pixels = render_page(opened, *render_size(*opened.size, most), canvas)
        return PageImage(pixels, pixels_to_fractions(pixels.shape[1], pixels.shape[0]))

    def preview(self, page: int, longest: int) -> Pixels:
        """See `documents.reader.Document`."""
        with open_page(self._handle, page) as opened:
            return _preview(opened, longest)

    def grey(self, page: int, longest: int) -> Grey:
        """See `documents.reader.Document`."""
        return to_grey(self.preview(page, longest))

    def close(self) -> None:
        """See `documents.reader.Document`."""
        if self._handle:
            pdfium.FPDF_CloseDocument(self._handle)
            self._handle = None
        self._buffer = np.empty(0, dtype=np.uint8)  # lets go of the data: a map cannot be closed before

    def __enter__(self) -> PdfDocument:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _inspect_page(page: PdfPage, index: int, unit: float, redo: bool) -> PageInspection:
    width, height = (side * unit for side in page.size)
    text = page_text(page)
    if tells_all(page, text, redo):
        every = text.visible if redo else text.visible + text.invisible
        words = tuple(sorted(every, key=lambda word: word.line))  # the sort is stable: reading order stays
        return PageInspection(index, width, height, "embedded_text", None, words)
    words = () if is_garbage(text) else text.visible
    if not words:
        makeup(page)  # an image that cannot be drawn must not pass for an empty page
    if not words and blank.is_blank(to_grey(_preview(page, blank.LONGEST))):
        return PageInspection(index, width, height, "no_text", "blank", ())
    return PageInspection(index, width, height, None, None, words)


def _preview(page: PdfPage, longest: int) -> Pixels:
    width, height = page.size
    units = longest / max(width, height)
    return render_page(page, *preview_size(width * units, height * units, longest))


def _is_signed(document: Handle) -> bool:
    """Whether a signature field is filled in; an empty one is an invitation to sign."""
    fields = range(min(pdfium.FPDF_GetSignatureCount(document), _MOST_SIGNATURES))
    signatures = (pdfium.FPDF_GetSignatureObject(document, index) for index in fields)
    return any(pdfium.FPDFSignatureObj_GetContents(signature, None, 0) > 0 for signature in signatures if signature)


def _open_error(code: int) -> PagebeamError:
    if code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
        return Encrypted("the PDF does not open without a password: remove it first")
    return CorruptDocument(f"PDFium cannot open the file (its error {code})")
