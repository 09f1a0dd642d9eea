"""UserUnit, which PDFium does not know: how many points a unit of a page is."""

from __future__ import annotations

import io
import logging
import math
import mmap

import pikepdf

logging.getLogger("pikepdf").setLevel(logging.CRITICAL)  # it tells of repairs, line by line

LARGEST = 75_000.0  # what Acrobat takes


def user_units(data: bytes | mmap.mmap, pages: int) -> list[float]:
    """Points a unit for the first `pages` pages; 1.0 where the file does not say or cannot be understood.

    A file is parsed a second time only where it may hold the word: in plain sight, or in a compressed object.
    """
    if data.find(b"/UserUnit") < 0 and data.find(b"/ObjStm") < 0:
        return [1.0] * pages
    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True, attempt_recovery=False) as pdf:
            found = [_unit(pdf.pages[page].obj.get("/UserUnit", 1)) for page in range(min(pages, len(pdf.pages)))]
    except (pikepdf.PdfError, ValueError, TypeError, LookupError, RuntimeError, AttributeError):
        found = []
    return found + [1.0] * (pages - len(found))


def _unit(value: object) -> float:
    try:
        unit = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, ArithmeticError):
        return 1.0
    return unit if math.isfinite(unit) and 0 < unit <= LARGEST else 1.0
