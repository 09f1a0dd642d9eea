"""A page of a PDF as a person sees it: its visible box, its turn, and the way from its coordinates to fractions."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import pypdfium2.raw as pdfium

from documents.canvas import Canvas, new
from schemas.errors import CorruptDocument
from schemas.geometry import Matrix, quarter_turns
from schemas.pages import Pixels

Handle = Any  # an opaque pointer of PDFium's

# What a person sees and PDFium draws as an annotation, or as part of a form, instead of as page content.
_DRAWN_ANNOTATIONS = frozenset(
    {
        pdfium.FPDF_ANNOT_WIDGET,
        pdfium.FPDF_ANNOT_FREETEXT,
        pdfium.FPDF_ANNOT_STAMP,
        pdfium.FPDF_ANNOT_INK,
        pdfium.FPDF_ANNOT_LINE,
        pdfium.FPDF_ANNOT_SQUARE,
        pdfium.FPDF_ANNOT_CIRCLE,
        pdfium.FPDF_ANNOT_POLYGON,
        pdfium.FPDF_ANNOT_POLYLINE,
    }
)
_ANNOTATIONS_LOOKED_AT = 1000  # a page with more has one of these among the first, or only links


class PdfPage(NamedTuple):
    """An open page. Its box is (left, bottom, right, top) in the page's own units, before its turn."""

    handle: Handle
    left: float
    bottom: float
    right: float
    top: float
    turns: int  # clockwise quarters by which a viewer turns it

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in the page's own units, as a person sees them."""
        width, height = self.right - self.left, self.top - self.bottom
        return (height, width) if self.turns % 2 else (width, height)

    @property
    def to_fractions(self) -> Matrix:
        """Takes a point in the page's own units to fractions of the page as a person sees it."""
        width, height = self.right - self.left, self.top - self.bottom
        upright = np.array(
            [[1 / width, 0.0, -self.left / width], [0.0, -1 / height, self.top / height], [0.0, 0.0, 1.0]]
        )
        return np.asarray(quarter_turns(self.turns) @ upright, dtype=np.float64)


@contextmanager
def open_page(document: Handle, index: int) -> Iterator[PdfPage]:
    """Opens a page (0-based), with form fields and annotations made part of its content, so that their text is found.

    Raises CorruptDocument where PDFium cannot load it or it has no area.
    """
    handle = _load(document, index)
    try:
        page = _page(handle, index)
        if _has_drawn_annotations(handle) and pdfium.FPDFPage_Flatten(handle, pdfium.FLAT_NORMALDISPLAY) == 1:
            for set_box in (pdfium.FPDFPage_SetMediaBox, pdfium.FPDFPage_SetCropBox):
                set_box(handle, *page[1:5])  # flattening forgets inherited boxes
            pdfium.FPDF_ClosePage(handle)
            handle = None
            handle = _load(document, index)
            page = _page(handle, index)
        yield page
    finally:
        if handle is not None:
            pdfium.FPDF_ClosePage(handle)


def render_page(page: PdfPage, width: int, height: int, canvas: Canvas = new) -> Pixels:
    """(height, width, 3) RGB of the page on white, drawn straight into the array."""
    pixels = canvas(height, width)
    pixels.fill(255)
    bitmap = pdfium.FPDFBitmap_CreateEx(
        width, height, pdfium.FPDFBitmap_BGR, pixels.ctypes.data_as(ctypes.c_void_p), width * 3
    )
    if not bitmap:
        raise CorruptDocument(f"no bitmap of {width} x {height} pixels could be made")
    try:
        flags = pdfium.FPDF_ANNOT | pdfium.FPDF_REVERSE_BYTE_ORDER
        pdfium.FPDF_RenderPageBitmap(bitmap, page.handle, 0, 0, width, height, 0, flags)
    finally:
        pdfium.FPDFBitmap_Destroy(bitmap)
    return pixels


def _load(document: Handle, index: int) -> Handle:
    handle = pdfium.FPDF_LoadPage(document, index)
    if not handle:
        raise CorruptDocument(f"page {index} cannot be loaded")
    return handle


def _page(handle: Handle, index: int) -> PdfPage:
    box = pdfium.FS_RECTF()
    if not pdfium.FPDF_GetPageBoundingBox(handle, box):
        raise CorruptDocument(f"page {index} has no box")
    page = PdfPage(handle, box.left, box.bottom, box.right, box.top, max(0, pdfium.FPDFPage_GetRotation(handle)))
    if not all(0 < side < float("inf") for side in page.size):
        raise CorruptDocument(f"page {index} has no area: its box is {page[1:5]}")
    return page


def _has_drawn_annotations(handle: Handle) -> bool:
    for index in range(min(pdfium.FPDFPage_GetAnnotCount(handle), _ANNOTATIONS_LOOKED_AT)):
        annotation = pdfium.FPDFPage_GetAnnot(handle, index)
        if not annotation:
            continue
        try:
            if pdfium.FPDFAnnot_GetSubtype(annotation) in _DRAWN_ANNOTATIONS:
                return True
        finally:
            pdfium.FPDFPage_CloseAnnot(annotation)
    return False
