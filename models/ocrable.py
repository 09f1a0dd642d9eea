"""The OCR-able classifier: is there text on this page or picture that OCR can read?

It looks at the windows of a small picture where print would be, and wants to see print in more than one of them: so a
page with one line of text counts, and a street with one sign in it does not.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from models.card import Card
from models.densest import Floats, as_input, densest
from models.grey import Grey, grey_of, shrunk
from models.own import WEIGHTS
from schemas.pages import Pixels

LONG_SIDE = 768
"""Pixels of a preview's longer side that are enough."""
SIDE = 96
"""Pixels of a window."""
WINDOWS = 10
"""Windows that are asked ..."""
COUNTED = 3
"""... and how many of their scores count, the highest ones."""
SMALL = 3 * SIDE
"""Pixels of a longer side below which a picture shows few windows: its threshold is another one ..."""
GROUND = 0.5
"""... and if so much of it has one grey, it is drawn or written, and goes on: a word need not fill a window."""
LEVELS = 5
"""Neighbouring grey levels that are one grey."""
FILE = "ocrable.onnx"


class OcrableNet:
    """Scores small pictures with a network opened from its card."""

    def __init__(self, card: Card) -> None:
        import cv2

        cv2.setNumThreads(1)
        self.card = card
        self.threshold = float(card["threshold"])
        self.small_threshold = float(card["small_threshold"])
        self._session = card.session()

    @classmethod
    def open(cls, path: Path | str = WEIGHTS / FILE) -> OcrableNet:
        """Opens ``NAME.onnx`` with ``NAME.json`` beside it. Raises ModelError where the two do not belong together."""
        return cls(Card.open(path))

    def score(self, preview: Pixels | Grey) -> float:
        """The probability, 0..1, that a picture, in grey or RGB, of any size, holds text to be read."""
        return together(np.array([self._ask(window) for window in windows(preview)], np.float32))

    def is_readable(self, preview: Pixels | Grey, score: float) -> bool:
        """Whether a picture with that score is worth reading: the card's thresholds are set for high recall."""
        if max(preview.shape) >= SMALL:
            return score >= self.threshold
        return score >= self.small_threshold or ground(preview) >= GROUND

    def _ask(self, window: Grey) -> float:
        return float(self._session.run(None, {"windows": as_input(window)})[0][0, 0])


def together(scores: Floats) -> float:
    """What the windows' log-odds come to: the probability, 0..1, by the mean of the highest; without windows 0."""
    if not len(scores):
        return 0.0
    mean = float(np.sort(scores)[-COUNTED:].mean())
    return float(1 / (1 + np.exp(-mean)))


def ground(preview: Pixels | Grey) -> float:
    """The share, 0..1, of a picture's pixels that have its commonest grey, or nearly."""
    counts = np.bincount(grey_of(preview).ravel(), minlength=256)
    return float(np.convolve(counts, np.ones(LEVELS, np.int64)).max() / counts.sum())


def reduced(preview: Pixels | Grey) -> Grey:
    """A picture in grey, shrunk if it is larger than it needs to be."""
    return shrunk(grey_of(preview), LONG_SIDE / max(preview.shape))


def windows(preview: Pixels | Grey) -> list[Grey]:
    """The windows of a picture that are asked, uint8 [SIDE, SIDE] each."""
    return densest(reduced(preview), SIDE, WINDOWS)
