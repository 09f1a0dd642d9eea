"""Where a document lies in a photograph: four corners, found in a small picture and then looked at closely."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from models import corner_patches, corner_search
from models.card import Card
from models.grey import shrunk
from models.own import WEIGHTS
from models.perspective import sides
from schemas.geometry import Points
from schemas.pages import Pixels

LONG_SIDE = 1024
"""Pixels of a picture's longer side that are enough to look closely."""
FARTHEST = 0.2
"""Of the picture's sides, by which a corner may lie outside."""
SMALLEST = 0.08
"""Of the picture's area, below which it is no page of interest."""
LOOKS = 2
"""How often a quad is looked at closely, at most ..."""
FAR = 10.0
"""... and pixels of a patch by which a corner must be off for the second time."""
FILLS = 0.96
"""Intersection over union of quad and picture from which on nothing is gained by cutting it out."""
EVERY = 8
"""Of so many rows and columns one tells which tones a picture has."""
TONE = 8
"""Grey levels from black or from white that are black and white."""
BETWEEN = 0.2
"""Of the pixels, that neither are, below which nothing was photographed."""
STRAIGHT = 0.01
"""Of a side's length, by which it may lean and still be straight: half a degree."""
FILE, CLOSE_FILE = "corners.onnx", "corners_close.onnx"


class CornerFinder:
    """Finds documents with two networks opened from their cards."""

    def __init__(self, search: Card, close: Card) -> None:
        import cv2

        cv2.setNumThreads(1)
        self._threshold, self._agreement = float(search["threshold"]), float(search["agreement"])
        self._search, self._close = search.session(), close.session()

    @classmethod
    def open(cls, search: Path | str = WEIGHTS / FILE, close: Path | str = WEIGHTS / CLOSE_FILE) -> CornerFinder:
        """Opens each ``NAME.onnx`` with ``NAME.json`` beside it. Raises ModelError where the two do not belong
        together."""
        return cls(Card.open(search), Card.open(close))

    def find(self, pixels: Pixels) -> Points | None:
        """The corners of the document in a picture, uint8 [height, width, 3]: float64 [4, 2] in pixels, clockwise from
        the one at the picture's top left; they may lie outside it.

        None where there is none with edges to be seen, as in a scan that fills its picture, where its corners are not
        sure, and where it stands straight: then nothing is gained, and what is written beside it would be lost. Of
        several papers the most central and largest is meant.
        """
        if is_two_toned(pixels):
            return None
        height, width = pixels.shape[:2]
        reduced = shrunk(pixels, LONG_SIDE / max(height, width))
        first = self.first(reduced)
        if first is None:
            return None
        size = np.array(reduced.shape[1::-1], np.float64)
        found = self.closer(reduced, first * size) / size
        quad = found * [width, height]
        return quad if is_page(found) and not is_straight(quad) else None

    def first(self, pixels: Pixels) -> Points | None:
        """The first step: the quad in fractions of the picture, float64 [4, 2], or None."""
        maps, odds = self._search.run(None, {"pictures": corner_search.as_input(pixels)})
        found = corner_search.quad_of(maps[0]) if odds[0, 0] >= self._threshold else None
        if found is None:
            return None
        quad, agreement = found
        return quad if agreement >= self._agreement and is_page(quad) else None

    def closer(self, pixels: Pixels, quad: Points) -> Points:
        """The second step: a quad, float64 [4, 2] in pixels of the picture, with its corners moved where they are. Once
        more where one was far off: its patch was askew, then."""
        for _ in range(LOOKS):
            frames = [corner_patches.frame(quad, corner) for corner in range(4)]
            patches = np.stack([corner_patches.patch(pixels, frame) for frame in frames])
            by = corner_patches.offsets(self._close.run(None, {"patches": corner_patches.as_input(patches)})[0])
            quad = corner_patches.moved(quad, by)
            if np.abs(by).max() < FAR:
                break
        return quad


def is_two_toned(pixels: Pixels) -> bool:
    """Whether nearly all of a picture is black or white, as no photograph is, but faxes, copies and many scans are."""
    sample = pixels[EVERY // 2 :: EVERY, EVERY // 2 :: EVERY, 1]
    return bool(((sample > TONE) & (sample < 255 - TONE)).mean() < BETWEEN) if sample.size else False


def is_page(quad: Points) -> bool:
    """Whether a quad in fractions of its picture can be a page of it: convex, large enough, not the whole picture."""
    ahead = np.roll(quad, -1, 0) - quad
    after = np.roll(ahead, -1, 0)
    if (ahead[:, 0] * after[:, 1] - ahead[:, 1] * after[:, 0] <= 0).any():
        return False
    if quad.min() < -FARTHEST or quad.max() > 1 + FARTHEST:
        return False
    return _area(quad) >= SMALLEST and 0 < overlap(quad, np.array([[0, 0], [1, 0], [1, 1], [0, 1.0]])) < FILLS


def is_straight(quad: Points) -> bool:
    """Whether a quad in pixels is as good as an upright rectangle."""
    lean = np.abs(quad - quad[[3, 2, 1, 0]])[:, 0].max(), np.abs(quad - quad[[1, 0, 3, 2]])[:, 1].max()
    across, down = sides(quad)
    return bool(lean[0] <= STRAIGHT * down and lean[1] <= STRAIGHT * across)


def overlap(one: Points, other: Points) -> float:
    """The intersection over union, 0..1, of two convex quads, float64 [4, 2]."""
    import cv2

    shared = float(cv2.intersectConvexConvex(one.astype(np.float32), other.astype(np.float32))[0])
    return shared / max(_area(one) + _area(other) - shared, 1e-12)


def _area(quad: Points) -> float:
    ahead = np.roll(quad, -1, 0)
    return abs(float((quad[:, 0] * ahead[:, 1] - quad[:, 1] * ahead[:, 0]).sum())) / 2
