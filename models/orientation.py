"""Which way a page stands: windows where print is densest are asked together."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

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


class Standing(NamedTuple):
    """How a page seems to stand, in log-odds; 0 each for a page without print.

    ``sideways``: of lines that run up and down over level ones; ``upright``: of an upright page over the likeliest of
    the other three."""

    sideways: float
    upright: float


class OrientationNet:
    """Looks at windows of a page with a network opened from its card."""

    def __init__(self, card: Card) -> None:
        self.card = card
        # Log-odds, either way, from which on the lines' direction is sure, and those of a page that is surely upright.
        self.margin, self.upright_margin = float(card["margin"]), float(card["upright_margin"])
        self._session = card.session()

    @classmethod
    def open(cls, path: Path | str = WEIGHTS / FILE) -> OrientationNet:
        """Opens ``NAME.onnx`` with ``NAME.json`` beside it. Raises ModelError where the two do not belong together."""
        return cls(Card.open(path))

    def standing(self, small: Grey) -> Standing:
        """How a page, uint8 [height, width] as `reduced` gives it, stands."""
        return standing(self.log_probabilities(windows(small)))

    def tries(self, seems: Standing) -> tuple[int, ...]:
        """Clockwise quarter turns, 0 or 1, after which lines may run level, the likelier first: both where that is not
        sure, none where it is sure that the page stands upright."""
        if seems.upright >= self.upright_margin:
            return ()
        likelier = 1 if seems.sideways > 0 else 0
        return (likelier,) if abs(seems.sideways) > self.margin else (likelier, 1 - likelier)

    def log_probabilities(self, found: list[Grey]) -> Floats:
        """float32 [n, 4]: of 0 to 3 clockwise quarter turns that set each window upright."""
        return np.array([self._ask(window) for window in found], np.float32).reshape(-1, 4)

    def _ask(self, window: Grey) -> Floats:
        scores = self._session.run(None, {"windows": as_input(window)})[0][0]
        scores = scores - scores.max()
        return np.asarray(scores - np.log(np.exp(scores).sum()), np.float32)


def standing(scores: Floats) -> Standing:
    """What windows' log-probabilities, float32 [n, 4], come to: summed as if half independent of each other."""
    if not len(scores):
        return Standing(0.0, 0.0)
    sideways = np.logaddexp(scores[:, 1], scores[:, 3]) - np.logaddexp(scores[:, 0], scores[:, 2])
    turns = scores.sum(0)
    together = np.sqrt(len(scores))
    return Standing(float(sideways.sum() / together), float((turns[0] - turns[1:].max()) / together))


def reduced(pixels: Pixels) -> Grey:
    """The page in grey, as large as it is asked."""
    grey = grey_of(pixels)
    short, long = sorted(grey.shape)
    return shrunk(grey, max(LONG_SIDE / long, SHORT_SIDE / short))


def windows(grey: Grey) -> list[Grey]:
    """The windows of a reduced page that are asked, uint8 [SIDE, SIDE] each."""
    return densest(grey, SIDE, WINDOWS)
