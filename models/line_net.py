"""The Line Net: for each spot of a page, whether a line of text runs through it, and how far its edges are."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from models.card import Card
from models.grey import Grey
from models.own import WEIGHTS

SHRINK = 2
"""Pixels of the page a pixel of the network's picture."""
STEP = 4
"""Pixels of that picture a cell of its maps."""
CELL = SHRINK * STEP
"""Pixels of the page a cell."""
MULTIPLE = 32
"""The network's picture has sides that it divides."""
FILE = "line_net.onnx"

Map = npt.NDArray[np.float32]


class Maps(NamedTuple):
    """Three maps, float32 [height / CELL, width / CELL], rounded up: the log-odds that a line's kernel, its middle, is
    in the cell; and, right in kernels alone, pixels of the page from the cell's middle up to the line's upper edge and
    down to its lower one."""

    kernel: Map
    above: Map
    below: Map


class LineNet:
    """Finds lines with a network opened from its card."""

    def __init__(self, card: Card) -> None:
        import cv2

        cv2.setNumThreads(1)
        self.card = card
        self._distance = float(card["distance"]) * SHRINK
        self._session = card.session()

    @classmethod
    def open(cls, path: Path | str = WEIGHTS / FILE) -> LineNet:
        """Opens ``NAME.onnx`` with ``NAME.json`` beside it. Raises ModelError where the two do not belong together."""
        return cls(Card.open(path))

    def maps(self, grey: Grey) -> Maps:
        """The maps of a page, uint8 [height, width]."""
        picture = as_input(grey)
        found = self._session.run(None, {"picture": picture})[0][0]
        rows, columns = (-(-side // CELL) for side in grey.shape)
        kernel, above, below = found[:, :rows, :columns]
        return Maps(kernel, above * self._distance, below * self._distance)


def as_input(grey: Grey) -> Map:
    """A page as the network takes it: shrunk, filled up at the right and below; float32 [1, 1, h, w], -1..1."""
    import cv2

    # A page of an odd side gets one row or column more: shrinking by exactly two is ten times as fast.
    odd = [side % SHRINK for side in grey.shape]
    whole = cv2.copyMakeBorder(grey, 0, odd[0], 0, odd[1], cv2.BORDER_REPLICATE) if any(odd) else grey
    size = whole.shape[1] // SHRINK, whole.shape[0] // SHRINK
    small = cv2.resize(whole, size, interpolation=cv2.INTER_AREA)
    below, right = (-side % MULTIPLE for side in small.shape)
    filled = cv2.copyMakeBorder(small, 0, below, 0, right, cv2.BORDER_REPLICATE)
    return np.asarray(filled[None, None] * np.float32(1 / 127.5) - np.float32(1), np.float32)
