"""A second chance for PDFs whose cross-reference table is beyond PDFium: qpdf searches the file for its objects."""

from __future__ import annotations

import io
import logging
import mmap

import pikepdf

logging.getLogger("pikepdf").setLevel(logging.CRITICAL)  # it tells of repairs, line by line


def repaired(data: bytes | mmap.mmap) -> bytes | None:
    """The same document with a sound table, None where qpdf finds no document or no page either."""
    file = io.BytesIO()
    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as pdf:
            if not len(pdf.pages):
                return None
            pdf.save(file)
    except (pikepdf.PdfError, ValueError, TypeError, LookupError, RuntimeError, AttributeError):
        return None
    return file.getvalue()
