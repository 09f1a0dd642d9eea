"""What a PDF page is made of, and so whether its own text tells it all."""

from __future__ import annotations

import ctypes
import itertools
import math
from collections.abc import Iterator
from typing import NamedTuple

import pypdfium2.raw as pdfium

from documents.pdf_page import Handle, PdfPage
from documents.pdf_text import PageText
from schemas.errors import TooManyPixels

MOST_GARBAGE = 0.2  # of a page's words: formulas and bullets stay below it, a font without a mapping is far above
LITTLE_TEXT = 50  # words: stamps, headers and 'downloaded by' lines are shorter, a page of print is longer
HARDLY_ANY_TEXT = 15  # words: a page number, a running title
MORE_THAN_A_LOGO = 0.1  # of a page's area: a picture of this size on a page with hardly any text may hold the rest
MOST_OF_PAGE = 0.5  # of its area: a scan covers more, a figure in a text seldom does
OUTLINES = 500  # segments of paths: 15 letters that were turned into outlines; rules and frames have fewer
# Of one image, by the filter whose decoder unpacks it as a whole, into 16 and 6 bytes a pixel. PDFium leaves an image
# out, in silence, where it finds no memory for it; others are decoded line by line.
MOST_PIXELS = {"JPXDecode": 45_000_000, "DCTDecode": 120_000_000}
_MOST_OBJECTS = 20_000  # looked at: hostile pages have millions
_MOST_DEPTH = 8  # of forms within forms


class Makeup(NamedTuple):
    """What is drawn on a page besides text."""

    image_share: float  # 0..1: of the page's area, by its images together (a scan may come in strips)
    image_density: float  # pixels a unit of the page, of the sharpest image; 0 without one
    segments: int  # of paths, counted up to about OUTLINES


def tells_all(page: PdfPage, text: PageText, redo: bool) -> bool:
    """Whether the page's own text is worth indexing and nothing is left to be read.

    With little text that is a question of what else is drawn: a scan that carries a stamp, or outlines of letters. An
    OCR layer of an earlier run (invisible text) settles it, unless `redo` asks to do that again.
    """
    if is_garbage(text):
        return False
    if text.invisible and not redo:
        return True
    words = len(text.visible)
    if words >= LITTLE_TEXT:
        return True
    if not words:
        return False
    drawn = makeup(page)
    if words < HARDLY_ANY_TEXT:
        return drawn.image_share < MORE_THAN_A_LOGO and drawn.segments < OUTLINES
    return drawn.image_share < MOST_OF_PAGE


def is_garbage(text: PageText) -> bool:
    """Whether so many words have no meaning that the others are not to be trusted either."""
    words = len(text.visible) + len(text.invisible)
    return text.garbage > MOST_GARBAGE * (text.garbage + words)


def makeup(page: PdfPage) -> Makeup:
    """Walks over the page's objects, those inside forms too. Raises TooManyPixels for an image beyond MOST_PIXELS."""
    page_area = (page.right - page.left) * (page.top - page.bottom)
    covered, density, segments = 0.0, 0.0, 0
    columns, rows = ctypes.c_uint(), ctypes.c_uint()
    for kind, handle, scale in itertools.islice(_objects(page.handle), _MOST_OBJECTS):
        if kind == pdfium.FPDF_PAGEOBJ_PATH and segments < OUTLINES:
            segments += max(0, pdfium.FPDFPath_CountSegments(handle))
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            area = scale * _area(handle)  # of the unit square that the image fills
            covered += area
            if area and pdfium.FPDFImageObj_GetImagePixelSize(handle, columns, rows):
                pixels = columns.value * rows.value
                density = max(density, math.sqrt(pixels / area))
                _check_pixels(handle, pixels)
    return Makeup(min(1.0, covered / page_area), density, segments)


def _check_pixels(image: Handle, pixels: int) -> None:
    if pixels <= min(MOST_PIXELS.values()):
        return
    name = ctypes.create_string_buffer(32)
    for index in range(pdfium.FPDFImageObj_GetImageFilterCount(image)):
        pdfium.FPDFImageObj_GetImageFilter(image, index, name, len(name))
        most = MOST_PIXELS.get(name.value.decode("ascii", "replace"), pixels)
        if pixels > most:
            raise TooManyPixels(f"an image of {pixels:,} pixels on the page, more than {most:,}: make it smaller")


def _objects(page: Handle) -> Iterator[tuple[int, Handle, float]]:
    """Kind, handle and, for what stands in a form, by how much areas grow from the form to the page."""
    count, get = pdfium.FPDFPage_CountObjects, pdfium.FPDFPage_GetObject
    waiting = [(get(page, index), 1.0, 0) for index in reversed(range(min(count(page), _MOST_OBJECTS)))]
    while waiting:
        handle, scale, depth = waiting.pop()
        kind = pdfium.FPDFPageObj_GetType(handle)
        yield kind, handle, scale
        if kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _MOST_DEPTH:
            inner = scale * _area(handle)
            for index in reversed(range(min(pdfium.FPDFFormObj_CountObjects(handle), _MOST_OBJECTS))):
                waiting.append((pdfium.FPDFFormObj_GetObject(handle, index), inner, depth + 1))


def _area(handle: Handle) -> float:
    """What an object's matrix makes of an area of 1."""
    matrix = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(handle, matrix):
        return 0.0
    return float(abs(matrix.a * matrix.d - matrix.b * matrix.c))
