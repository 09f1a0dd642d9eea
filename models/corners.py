"""Where a document lies in a photograph: four corners, found in a small picture and then looked at closely."""

from __future__ import annotations

import functools
import math
from pathlib import Path
from typing import NamedTuple

import numpy as np

from models import corner_patches, corner_search
from models.card import Card
from models.drawn import is_drawn
from models.grey import shrunk
from models.own import WEIGHTS
from models.quads import around, is_convex, is_page, is_straight
from schemas.geometry import Points
from schemas.pages import Pixels

LONG_SIDE = 1024
"""Pixels of a picture's longer side that are enough to look closely."""
NEARLY_ALL = 0.85
"""Of a picture's area, from which on a part of it is not searched once more."""
QUADS = 4
"""Of a search, that are looked at closely, at most."""
LOOKS = 2
"""How often a quad is looked at closely, at most ..."""
FAR = 10.0
"""... and pixels of a patch by which a corner must be off for the second time."""
SURE = 1.45
"""Doubt, in nats, below which no other quad is looked at."""
DOUBTS = 0.4
"""What a nat of doubt weighs beside a quad's agreement, 0..1, with the area where the document seems to be."""
GLANCE = 1.0
"""Log-odds of the whole picture below which it does not surely show a document, whatever a closer look would say."""
FILE, CLOSE_FILE = "corners.onnx", "corners_close.onnx"


class Look(NamedTuple):
    """A quad and what speaks for it.

    ``first``, ``quad``: float64 [4, 2] in pixels, after the first step and after the second; ``agreement``: of the
    first with the area where the document seems to be, 0..1; ``doubt``: of the second step where its corners are, nats;
    ``odds``: log-odds that a document with edges is there, of the whole picture and of the part around the quad.
    """

    first: Points
    quad: Points
    agreement: float
    doubt: float
    odds: tuple[float, float]

    @property
    def worth(self) -> float:
        """Beside other quads of the same picture."""
        return self.agreement - DOUBTS * self.doubt

    @property
    def evidence(self) -> tuple[float, float, float, float]:
        """What the card's ``decision`` weighs: 1, the whole picture's log-odds, the higher of both, the doubt."""
        return 1.0, self.odds[0], max(self.odds), self.doubt


class CornerFinder:
    """Finds documents with two networks opened from their cards."""

    def __init__(self, search: Card, close: Card) -> None:
        import cv2

        cv2.setNumThreads(1)
        self._decision, self._threshold = np.asarray(search["decision"], np.float64), float(search["threshold"])
        self._sure = float(search["sure"])
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
        found = self.seen(pixels)
        if found is None or is_straight(found.quad):
            return None
        return found.quad

    def seen(self, pixels: Pixels) -> Look | None:
        """The same with what speaks for it, however it stands."""
        return self._page(pixels, self._threshold)

    def surely_finds(self, pixels: Pixels) -> bool:
        """Whether a picture, uint8 [height, width, 3], surely shows a document. A glance is enough for most others."""
        return self._page(pixels, self._sure, GLANCE) is not None

    def _page(self, pixels: Pixels, sureness: float, least: float = -math.inf) -> Look | None:
        """The best quad where it is a page, and as sure as that."""
        found = None if is_drawn(pixels) else self.look(pixels, least)
        if found is None or self.sureness(found) < sureness:
            return None
        return found if is_page(found.quad / pixels.shape[1::-1]) else None

    def sureness(self, look: Look) -> float:
        """Log-odds that there is a document with edges, and that these are its corners."""
        return float(self._decision @ look.evidence)

    def look(self, pixels: Pixels, least: float = -math.inf) -> Look | None:
        """The best quad of a picture, sure or not; None where none can be made out, or where the whole picture's
        log-odds are less than the ``least``.

        The first step proposes quads, in the whole picture and once more in the part where the document seems to lie,
        which shows it larger. The second looks at them closely, those first that agree with their area, until it is
        sure of one.
        """
        height, width = pixels.shape[:2]
        reduced = shrunk(pixels, LONG_SIDE / max(height, width))
        size = np.array(reduced.shape[1::-1], np.float64)
        proposed, whole = self._search_in(reduced)
        if whole < least:
            return None
        part = whole
        if proposed:
            low, high = around(proposed[0][0] / size, size)
            if 0 < (high - low).prod() < NEARLY_ALL * size.prod():
                again, part = self._search_in(reduced[low[1] : high[1], low[0] : high[0]])
                proposed += [(quad + low, agreement) for quad, agreement in again]
        best = None
        for first, agreement in sorted(proposed, key=lambda one: -one[1]):
            quad, doubt = self.closer(reduced, first)
            found = Look(first, quad, agreement, doubt, (whole, part))
            if is_convex(quad) and (best is None or found.worth > best.worth):
                best = found
                if doubt < SURE:
                    break
        scale = np.array([width, height]) / size
        return best and best._replace(first=best.first * scale, quad=best.quad * scale)

    def _search_in(self, pixels: Pixels) -> tuple[list[tuple[Points, float]], float]:
        """The likeliest quads in pixels of a picture, each with its agreement, and the log-odds that a document is
        there."""
        maps, odds = self._search.run(None, {"pictures": corner_search.as_input(pixels)})
        quads = corner_search.quads_of(maps[0])[:QUADS]
        return [(quad * pixels.shape[1::-1], agreement) for quad, agreement in quads], float(odds[0, 0])

    def closer(self, pixels: Pixels, quad: Points) -> tuple[Points, float]:
        """The second step: a quad, float64 [4, 2] in pixels of the picture, with its corners moved where they are, and
        the doubt, nats, about where that is. Once more where one was far off: its patch was askew, then."""
        for _ in range(LOOKS):
            frames = [corner_patches.frame(quad, corner) for corner in range(4)]
            patches = np.stack([corner_patches.patch(pixels, frame) for frame in frames])
            places = corner_patches.likely(self._close.run(None, {"patches": corner_patches.as_input(patches)})[0])
            by = corner_patches.offsets(places)
            quad = corner_patches.moved(quad, by)
            if np.abs(by).max() < FAR:
                break
        return quad, corner_patches.doubt(places)


@functools.cache
def shared(weights: Path) -> CornerFinder:
    """The one of a folder of weights, once a process: classifier and rectifier ask the same one."""
    return CornerFinder.open(weights / FILE, weights / CLOSE_FILE)
