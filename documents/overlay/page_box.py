"""Where a PDF page lies: from fractions of the page as a person sees it to its user space, and what a page inherits."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import pikepdf

from schemas.geometry import Matrix, quarter_turns

MAX_DEPTH = 64  # of the page tree: a broken file may hold a cycle
LETTER = (0.0, 0.0, 612.0, 792.0)  # what PDFium takes for a page without a usable MediaBox


class Rectangle(NamedTuple):
    """A box in user space; x0 <= x1, y0 <= y1, y pointing up."""

    x0: float
    y0: float
    x1: float
    y1: float


def inherited(page: pikepdf.Object, key: str) -> Any:
    """The value of a key of the page or of its nearest ancestor; None where none has it."""
    node: Any = page
    for _ in range(MAX_DEPTH):
        if not isinstance(node, pikepdf.Dictionary):
            return None
        value = node.get(key)
        if value is not None:
            return value
        node = node.get("/Parent")
    return None


def copied(value: Any) -> pikepdf.Dictionary:
    """A new dictionary with the items of one that may be shared; an empty one for what is none."""
    return pikepdf.Dictionary(dict(value.items()) if isinstance(value, pikepdf.Dictionary) else {})


def page_rectangle(page: pikepdf.Object) -> Rectangle:
    """What a viewer shows of the page: its CropBox as far as it lies in the MediaBox."""
    media = _rectangle(inherited(page, "/MediaBox")) or Rectangle(*LETTER)
    crop = _rectangle(inherited(page, "/CropBox"))
    if crop is None:
        return media
    shown = Rectangle(max(media.x0, crop.x0), max(media.y0, crop.y0), min(media.x1, crop.x1), min(media.y1, crop.y1))
    return shown if shown.x0 < shown.x1 and shown.y0 < shown.y1 else media


def page_turns(page: pikepdf.Object) -> int:
    """Clockwise quarter turns with which a viewer shows the page, 0..3."""
    rotate = inherited(page, "/Rotate")
    try:
        return int(float(rotate or 0) // 90) % 4
    except (TypeError, ValueError, OverflowError):
        return 0


def fractions_to_user_space(box: Rectangle, turns: int) -> Matrix:
    """Takes fractions of the page as a person sees it (y down) to user space (y up). UserUnit scales both alike."""
    unturned_to_user = np.array([[box.x1 - box.x0, 0.0, box.x0], [0.0, box.y0 - box.y1, box.y1], [0.0, 0.0, 1.0]])
    return np.asarray(unturned_to_user @ quarter_turns(-turns), dtype=np.float64)


def _rectangle(value: Any) -> Rectangle | None:
    """The box of a PDF array, whichever of its corners come first; None for one that is unusable or empty."""
    if not isinstance(value, pikepdf.Array) or len(value) < 4:
        return None
    try:
        x0, y0, x1, y1 = (float(number) for number in list(value)[:4])
    except (TypeError, ValueError):
        return None
    if not all(map(math.isfinite, (x0, y0, x1, y1))) or x0 == x1 or y0 == y1:
        return None
    return Rectangle(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
