"""The records that cross the wall as JSON, checked where they are not trusted: what makes no sense is a ValueError."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from documents.jail.frames import Json
from schemas.geometry import Quad
from schemas.pages import CATEGORIES, DECISIONS, Inspection, PageImage, PageInspection, Word

MAX_SIDE = 1 << 15  # pixels; a page image is 4,096 at most


def text(value: Any) -> str:
    """A text that any table can hold: a lone surrogate can be said in JSON, and written nowhere."""
    if not isinstance(value, str):
        raise ValueError(f"{type(value).__name__} where a text was promised")
    return value.encode("utf-8", "replace").decode()


def number(value: Any, most: float = 1e9) -> float:
    """A finite number of a sane size."""
    converted = float(value)
    if not abs(converted) <= most:
        raise ValueError("a number that is none, or is beyond all bounds")
    return converted


def one_of(value: Any, allowed: Collection[str]) -> str:
    """One of the words that are allowed."""
    if value not in allowed:
        raise ValueError("a word that is not one of those allowed")
    return str(value)


def words_to_json(words: Sequence[Word]) -> list[list[Any]]:
    return [[w.text, w.line, w.confidence, w.decision, w.joins_next, *w.quad] for w in words]


def words_from_json(rows: Any) -> tuple[Word, ...]:
    words = []
    for spelled, line, confidence, decision, joins_next, *quad in rows:
        if len(quad) != 8:
            raise ValueError("a word without a quad")
        words.append(
            Word(
                text=text(spelled),
                quad=Quad(*(number(value) for value in quad)),
                line=int(number(line)),
                confidence=None if confidence is None else number(confidence, 1.0),
                decision=one_of(decision, DECISIONS),
                joins_next=bool(joins_next),
            )
        )
    return tuple(words)


def inspection_to_json(inspection: Inspection) -> Json:
    pages = [
        [page.page, page.width_pt, page.height_pt, page.category, page.reason, words_to_json(page.words)]
        for page in inspection.pages
    ]
    return {"page_count": inspection.page_count, "signed": inspection.signed, "pages": pages}


def inspection_from_json(message: Json) -> Inspection:
    pages = tuple(
        PageInspection(
            page=int(page),
            width_pt=None if width is None else number(width),
            height_pt=None if height is None else number(height),
            category=None if category is None else one_of(category, CATEGORIES),
            reason=None if reason is None else text(reason),
            words=words_from_json(words),
        )
        for page, width, height, category, reason, words in message["pages"]
    )
    count = int(number(message["page_count"]))
    if [page.page for page in pages] != list(range(len(pages))) or len(pages) > count:
        raise ValueError("pages that are not the first ones of the document")
    return Inspection(page_count=count, pages=pages, signed=bool(message["signed"]))


def image_to_json(image: PageImage) -> Json:
    height, width = image.pixels.shape[:2]
    return {"width": width, "height": height, "to_page": image.to_page.ravel().tolist()}


def image_size(message: Json) -> tuple[int, int]:
    """Width and height, in a sane range."""
    width, height = int(message["width"]), int(message["height"])
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise ValueError(f"a page image of {width} x {height}")
    return width, height


def image_from_json(message: Json, data: memoryview) -> PageImage:
    width, height = image_size(message)
    to_page = np.array([number(value) for value in message["to_page"]])
    if to_page.size != 9:
        raise ValueError("a page image without its matrix")
    pixels = np.frombuffer(data, dtype=np.uint8).reshape(height, width, 3)
    return PageImage(pixels=pixels, to_page=to_page.reshape(3, 3))
