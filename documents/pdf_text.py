"""A PDF page's own text, as PDFium orders it, in words with their places."""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import pypdfium2.raw as pdfium

from documents.pdf_page import Handle, PdfPage
from schemas.errors import CorruptDocument
from schemas.geometry import Quad, transform
from schemas.pages import Word

SQUARE_ANGLE = math.radians(1.0)  # text nearer to a quarter turn than this has an upright box
_HYPHEN = 0x02  # what PDFium makes of a hyphen that breaks a word at the line's end
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_REMOVED = frozenset({"Cc", "Cf", "Cs", "Cn"})  # controls, soft hyphens and the like: nothing one sees
_JOINERS = frozenset("\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}")  # part of a word's spelling in some scripts
_INVISIBLE = (pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP)

_Point = tuple[float, float]


class PageText(NamedTuple):
    """What a page holds as text."""

    visible: tuple[Word, ...]  # in fractions of the page
    invisible: tuple[Word, ...]  # an OCR layer of an earlier run; lines are numbered through both
    garbage: int  # words left out because their characters are not known


class _Span(NamedTuple):
    """Characters of one word: `start` inclusive, `stop` exclusive, in PDFium's numbering."""

    start: int
    stop: int
    line: int
    broken: bool  # goes on in the next line


def page_text(page: PdfPage) -> PageText:
    """The words of a page that stand, by their middle, on the visible part of it; raises CorruptDocument."""
    with _text_page(page) as text_page:
        codes = [pdfium.FPDFText_GetUnicode(text_page, index) for index in range(pdfium.FPDFText_CountChars(text_page))]
        spans: list[_Span] = []
        texts: list[str] = []
        garbage = 0
        for span in _spans(text_page, codes):
            text = _text(codes[span.start : span.stop])
            if _is_garbage(text_page, span, text, codes[span.start : span.stop]):
                garbage += 1
            elif text:
                spans.append(span)
                texts.append(text)
        corners = [corner for span in spans for corner in _corners(text_page, span)]
        hidden = [_is_hidden(text_page, span.start) for span in spans]
    on_page = transform(page.to_fractions, np.array(corners).reshape(-1, 2)).reshape(-1, 4, 2)
    middles = on_page.mean(axis=1)
    is_seen = ((middles >= 0) & (middles <= 1)).all(axis=1)
    quads = np.clip(on_page, 0.0, 1.0).reshape(-1, 8).tolist()
    visible: list[Word] = []
    invisible: list[Word] = []
    for index in np.flatnonzero(is_seen):
        span = spans[index]
        word = Word(texts[index], Quad(*quads[index]), span.line, decision="embedded", joins_next=span.broken)
        (invisible if hidden[index] else visible).append(word)
    return PageText(tuple(visible), tuple(invisible), garbage)


@contextmanager
def _text_page(page: PdfPage) -> Iterator[Handle]:
    text_page = pdfium.FPDFText_LoadPage(page.handle)
    if not text_page:
        raise CorruptDocument("the page's text cannot be loaded")
    try:
        yield text_page
    finally:
        pdfium.FPDFText_ClosePage(text_page)


def _spans(text_page: Handle, codes: list[int]) -> Iterator[_Span]:
    """Cuts the page's characters into words at white space, line ends and hyphens that break a word."""
    start, line, line_has_words = None, 0, False
    for index, code in enumerate([*codes, ord("\n")]):
        broken = code == _HYPHEN and pdfium.FPDFText_IsHyphen(text_page, index) == 1
        if not broken and not chr(code).isspace():
            start = index if start is None else start
            continue
        if start is not None:
            yield _Span(start, index + broken, line, broken)
            start, line_has_words = None, True
        if line_has_words and (broken or code in (0x0A, 0x0D)):
            line, line_has_words = line + 1, False


def _text(codes: list[int]) -> str:
    """The word in NFC, without what is not seen."""
    text = "".join("-" if code == _HYPHEN else chr(code) for code in codes)
    if text.isascii() and text.isprintable():
        return text
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # PDFium may give a character's halves
    kept = (char for char in whole if char in _JOINERS or unicodedata.category(char) not in _REMOVED)
    return "".join(unicodedata.normalize("NFC", "".join(kept)).split())


def _is_garbage(text_page: Handle, span: _Span, text: str, codes: list[int]) -> bool:
    """Whether one of the word's characters has no meaning in Unicode: its font does not say what it stands for."""
    if any(code < 0x20 and code != _HYPHEN for code in codes):
        return True
    if not text.isascii() and any(char == _REPLACEMENT or unicodedata.category(char) == "Co" for char in text):
        return True
    return any(pdfium.FPDFText_HasUnicodeMapError(text_page, index) == 1 for index in range(span.start, span.stop))


def _is_hidden(text_page: Handle, index: int) -> bool:
    text_object = pdfium.FPDFText_GetTextObject(text_page, index)
    return bool(text_object) and pdfium.FPDFTextObj_GetTextRenderMode(text_object) in _INVISIBLE


def _corners(text_page: Handle, span: _Span) -> list[_Point]:
    """The word's four corners in the page's own units (y points up), clockwise from its top-left as read."""
    turn = -pdfium.FPDFText_GetCharAngle(text_page, span.start)  # radians, anticlockwise
    quarters = round(turn / (math.pi / 2))
    if abs(turn - quarters * math.pi / 2) > SQUARE_ANGLE:
        return _slanted_corners(text_page, span, turn)
    left, bottom, right, top = _box(text_page, span)
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    return [corners[(corner - quarters) % 4] for corner in range(4)]


def _box(text_page: Handle, span: _Span) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of a word: of its rectangles together, which PDFium makes of a text object each."""
    left, top, right, bottom = (ctypes.c_double() for _ in range(4))
    rects = []
    for index in range(pdfium.FPDFText_CountRects(text_page, span.start, span.stop - span.start)):
        pdfium.FPDFText_GetRect(text_page, index, left, top, right, bottom)
        rects.append((left.value, bottom.value, right.value, top.value))
    if len(rects) == 1:
        return rects[0]
    lefts, bottoms, rights, tops = zip(*rects, strict=True) if rects else ((0.0,),) * 4
    return min(lefts), min(bottoms), max(rights), max(tops)


def _slanted_corners(text_page: Handle, span: _Span, turn: float) -> list[_Point]:
    """The smallest box along the text's direction around its characters, as `_corners` gives it.

    PDFium gives each character's upright box, which is that of its own turned one, and its origin, from which the width
    of the turned one follows, and from that its height.
    """
    cos, sin = math.cos(turn), math.sin(turn)
    starts, lows, ends, highs = [], [], [], []
    left, right, bottom, top, x, y = (ctypes.c_double() for _ in range(6))
    for index in range(span.start, span.stop):
        pdfium.FPDFText_GetCharBox(text_page, index, left, right, bottom, top)
        pdfium.FPDFText_GetCharOrigin(text_page, index, x, y)
        middle_x, middle_y = (left.value + right.value) / 2, (bottom.value + top.value) / 2
        width = max(0.0, 2 * ((middle_x - x.value) * cos + (middle_y - y.value) * sin))
        if abs(cos) >= abs(sin):
            height = (top.value - bottom.value - width * abs(sin)) / abs(cos)
        else:
            height = (right.value - left.value - width * abs(cos)) / abs(sin)
        along, across = middle_x * cos + middle_y * sin, middle_y * cos - middle_x * sin
        starts.append(along - width / 2)
        ends.append(along + width / 2)
        lows.append(across - max(0.0, height) / 2)
        highs.append(across + max(0.0, height) / 2)
    start, end, low, high = min(starts), max(ends), min(lows), max(highs)
    return [(u * cos - v * sin, u * sin + v * cos) for u, v in ((start, high), (end, high), (end, low), (start, low))]
