"""Windows from born-digital PDFs: PDFium draws the page and says where each character stands. A second, independent
source of labelled text, in real layouts."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from models.word_net import Grey
from training.crops import Crop

MARGIN = 0.12
"""Of the line's height, added on each side of its characters' boxes."""
WIDEST_GAP = 2.5
"""Of the line's height: a wider gap ends a line (it is another column)."""


def printed_lines(path: Path, scale: float, pages: int = 1_000) -> list[Crop]:
    """The lines of the first pages of a PDF drawn at ``scale`` x 72 dpi."""
    import pypdfium2

    crops: list[Crop] = []
    document = pypdfium2.PdfDocument(path)
    for number in range(min(pages, len(document))):
        page = document[number]
        pixels = np.asarray(page.render(scale=scale, grayscale=True).to_numpy(), np.uint8)
        pixels = pixels[..., 0] if pixels.ndim == 3 else pixels
        for text, box in _lines(page):
            part = _crop(pixels, box, scale, page.get_height())
            if part.size:
                crops.append(Crop(f"{path.stem}-{number}", part, text))
    return crops


def _lines(page: Any) -> Iterator[tuple[str, tuple[float, float, float, float]]]:
    """Texts and boxes (left, bottom, right, top; points from the page's lower left) of a page's lines."""
    import pypdfium2.raw as pdfium

    text_page = page.get_textpage()
    box = [ctypes.c_double() for _ in range(4)]
    text = ""
    boxes: list[tuple[float, float, float, float]] = []
    for index in range(text_page.count_chars() + 1):
        character = chr(pdfium.FPDFText_GetUnicode(text_page.raw, index)) if index < text_page.count_chars() else "\n"
        pdfium.FPDFText_GetCharBox(text_page.raw, index, box[0], box[1], box[2], box[3])
        left, right, bottom, top = (value.value for value in box)
        height = max((b[3] - b[1] for b in boxes), default=0.0)
        apart = bool(boxes) and not character.isspace() and left - boxes[-1][2] > WIDEST_GAP * height
        if character in "\r\n" or apart:
            if text.strip() and boxes:
                sides = list(zip(*boxes, strict=True))
                yield " ".join(text.split()), (min(sides[0]), min(sides[1]), max(sides[2]), max(sides[3]))
            text, boxes = "", []
        if character not in "\r\n":
            text += character
            if not character.isspace():
                boxes.append((left, bottom, right, top))


def _crop(pixels: Grey, box: tuple[float, float, float, float], scale: float, page_height: float) -> Grey:
    left, bottom, right, top = box
    margin = MARGIN * (top - bottom)
    y0, y1 = ((page_height - y) * scale for y in (top + margin, bottom - margin))
    x0, x1 = ((left - margin) * scale, (right + margin) * scale)
    return np.ascontiguousarray(pixels[max(0, round(y0)) : round(y1), max(0, round(x0)) : round(x1)])
