"""Pages drawn in a test: known words at known places."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from schemas.geometry import Box

Placed = tuple[str, Box]


class Paper:
    """A grey page to write on. `words` holds what was written, each with the box of its ink."""

    def __init__(self, width: int = 1200, height: int = 800, level: int = 255) -> None:
        self.image = Image.new("L", (width, height), level)
        self.draw = ImageDraw.Draw(self.image)
        self.words: list[Placed] = []

    def write(self, text: str, x: float, y: float, size: int = 32, level: int = 0) -> Paper:
        """Writes a line from `x` on, its ascenders under `y`."""
        font = ImageFont.load_default(size)
        for word in text.split():
            self.draw.text((x, y), word, fill=level, font=font)
            self.words.append((word, Box(*self.draw.textbbox((x, y), word, font=font))))
            x += self.draw.textlength(word + " ", font=font)
        return self

    @property
    def pixels(self) -> np.ndarray:
        """uint8 (height, width)."""
        return np.asarray(self.image)


def overlap(box: Box, other: Box) -> float:
    """Intersection over union."""
    wide = min(box.right, other.right) - max(box.left, other.left)
    high = min(box.bottom, other.bottom) - max(box.top, other.top)
    shared = max(wide, 0.0) * max(high, 0.0)
    areas = sum((each.right - each.left) * (each.bottom - each.top) for each in (box, other))
    return shared / (areas - shared)


def texts_of(boxes: Iterable[Box], written: list[Placed]) -> list[str]:
    """For each box the word that stands there, `?` where none does (IoU under 0.5)."""
    found = []
    for box in boxes:
        share, word = max((overlap(box, place), word) for word, place in written)
        found.append(word if share >= 0.5 else "?")
    return found
