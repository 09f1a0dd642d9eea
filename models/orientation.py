"""Whether a page's lines run level or up and down: windows where print is densest are asked together."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from models.card import Card
from models.densest import Floats, as_input, densest
from models.grey import Grey, grey_of, shrunk
from models.own import WEIGHTS
from schemas.pages import Pixels

SIDE = 96
"""Pixels of a window."""
LONG_SIDE = 1024
"""Pixels of a page's longer side when it is asked: print of 8 points and more can be told upside down."""
SHORT_SIDE = 480
"""Pixels of its shorter side that it keeps, if it is long and narrow."""
WINDOWS = 12
"""Windows that are asked."""
FILE = "orientation.onnx"


class OrientationNet:
    """Looks at windows of a page with a network opened from its card."""

    def __init__(self, card: Card) -> None:
        self.card = card
        self.margin = float(card["margin"])
        self._session = card.session()

    @classmethod
    def open(cls, path: Path | str = WEIGHTS / FILE) -> OrientationNet:
        """Opens ``NAME.onnx`` with ``NAME.json`` beside it. Raises ModelError where the two do not belong together."""
        return cls(Card.open(path))

    def sideways(self, small: Grey) -> float:
        """The log-odds that the lines of a page, uint8 [height, width] as `reduced` gives it, run up and down rather
        than level: beyond ``margin``, from the card, either way that is sure. 0 for a page without print."""
        return sideways(self.log_probabilities(windows(small)))

    def log_probabilities(self, found: list[Grey]) -> Floats:
        """float32 [n, 4]: of 0 to 3 clockwise quarter turns that set each window upright."""
        return np.array([self._ask(window) for window in found], np.float32).reshape(-1, 4)

    def _ask(self, window: Grey) -> Floats:
        scores = self._session.run(None, {"windows": as_input(window)})[0][0]
        scores = scores - scores.max()
        return np.asarray(scores - np.log(np.exp(scores).sum()), np.float32)


def sideways(scores: Floats) -> float:
    """The log-odds of lines that run up and down over level ones, from windows' log-probabilities, float32 [n, 4]:
    summed as if windows were half independent of each other; 0 without windows."""
    if not len(scores):
        return 0.0
    odds = np.logaddexp(scores[:, 1], scores[:, 3]) - np.logaddexp(scores[:, 0], scores[:, 2])
    return float(odds.sum() / np.sqrt(len(odds)))


def reduced(pixels: Pixels) -> Grey:
    """The page in grey, as large as it is asked."""
    grey = grey_of(pixels)
    short, long = sorted(grey.shape)
    return shrunk(grey, max(LONG_SIDE / long, SHORT_SIDE / short))


def windows(grey: Grey) -> list[Grey]:
    """The windows of a reduced page that are asked, uint8 [SIDE, SIDE] each."""
    return densest(grey, SIDE, WINDOWS)
