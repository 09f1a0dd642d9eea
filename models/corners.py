"""Where a document lies in a photograph: four corners, found in a small picture and then looked at closely."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

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
SMALLEST = 0.05
"""Of the picture's area, below which it is no page of interest."""
ROOM = 0.12
"""Of a quad's sides, that is looked at around it when it is looked for once more ..."""
NEARLY_ALL = 0.85
"""... unless that is so much of the picture."""
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
UNEVEN = 0.05
"""Of the pixels, that neither are and differ from the one beside them, below which nothing was."""
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
        if is_drawn(pixels):
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
        """The first step: the quad in fractions of the picture, float64 [4, 2], or None.

        It is looked for once more in the part where it seems to lie, which shows it larger; what agrees better counts.
        """
        found = self._search_in(pixels)
        if found is None:
            return None
        size = np.array(pixels.shape[1::-1], np.float64)
        (left, top), (right, bottom) = around(found[0], size)
        if 0 < (right - left) * (bottom - top) < NEARLY_ALL * size.prod():
            part = self._search_in(pixels[top:bottom, left:right])
            if part is not None and part[1] > found[1]:
                found = (part[0] * [right - left, bottom - top] + [left, top]) / size, part[1]
        quad, agreement = found
        return quad if agreement >= self._agreement and is_page(quad) else None

    def _search_in(self, pixels: Pixels) -> tuple[Points, float] | None:
        """The likeliest quad in fractions of a picture and its agreement, 0..1, where a document seems to be."""
        maps, odds = self._search.run(None, {"pictures": corner_search.as_input(pixels)})
        return corner_search.quad_of(maps[0]) if odds[0, 0] >= self._threshold else None

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


def around(quad: Points, size: Points) -> npt.NDArray[np.int64]:
    """The part of a picture in which a quad lies with some room around it, pixels: [[left, top], [right, bottom]].

    Args:
        quad: float64 [4, 2], in fractions of the picture.
        size: its width and height, pixels.
    """
    low, high = quad.min(0), quad.max(0)
    room = ROOM * (high - low)
    corners = np.clip([low - room, high + room], 0, 1) * size
    return np.array([np.floor(corners[0]), np.ceil(corners[1])], np.int64)


def is_drawn(pixels: Pixels) -> bool:
    """Whether nearly all of a picture is black or white, as of faxes, copies and many scans, or has the very colour of
    the pixel beside it, as of slides and screens: no photograph is so."""
    sample = pixels[EVERY // 2 :: EVERY, EVERY // 2 :: EVERY]
    between = ((sample > TONE) & (sample < 255 - TONE)).any(2)
    if not sample.size or between.mean() < BETWEEN:
        return bool(sample.size)
    beside = pixels[EVERY // 2 :: EVERY, EVERY // 2 - 1 :: EVERY][:, : sample.shape[1]]
    return bool((between & (sample != beside).any(2)).mean() < UNEVEN)


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
