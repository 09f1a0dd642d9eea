"""PDFium without the system's fonts: the same page on every machine.

A font that a PDF names and does not bring with it is replaced by one of those that PDFium has in itself. Left alone, it
would look in the system's folders: a page's picture, and what is read from it, would depend on what is installed. And
it would open every file there to do so, in each process anew.
"""

from __future__ import annotations

import ctypes

import pypdfium2  # noqa: F401  (starts PDFium, once a process)
import pypdfium2.raw as pdfium

_NO_FONTS = pdfium.FPDF_SYSFONTINFO(version=1)  # kept: PDFium asks it for as long as it runs


def use_none() -> None:
    """Has PDFium use its own fonts and those in PDFs alone."""
    pdfium.FPDF_SetSystemFontInfo(ctypes.byref(_NO_FONTS))
