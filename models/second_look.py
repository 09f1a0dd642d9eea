"""Which way up a page is whose lines run level: some of them are read both ways, and the surer reading decides."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from models.densest import places
from models.grey import Grey
from models.own import WEIGHTS
from models.windows import cut_lines
from models.word_detector import WordDetector
from models.word_net import WIDTH, shared

PART = 512
"""Pixels of a part of the page, as rendered, in which lines are looked for."""
PARTS = 3
"""Parts that are looked at, at most: the next only where those before do not tell."""
THIN = 4
"""Of so many rows and columns one tells where print is dense."""
LINES = 4
"""Windows of a part that are read both ways: the longest."""
SHORTEST = 48
"""Columns of a window below which it holds too few letters to tell."""
FEWEST = 4
"""Windows below which nothing is said."""
SURE = 0.015
"""Mean difference from which on it tells ..."""
CLEAR = 2.5
"""... if it is as many times its own standard error: in pictures without text both readings are as bad."""


class SecondLook:
    """Reads with the Word Net."""

    def __init__(self, weights: Path = WEIGHTS) -> None:
        self._detector = WordDetector("components")
        self._net = shared(weights)

    def upright(self, grey: Grey) -> bool | None:
        """Whether a page stands upright rather than upside down; None where that is not sure.

        Args:
            grey: uint8 [height, width], as large as it is read; its lines run level within 6 degrees.
        """
        differences: list[float] = []
        for part in _parts(grey):
            differences += self.differences(part)
            if tells(differences):
                return float(np.mean(differences)) > 0
        return None

    def differences(self, part: Grey) -> list[float]:
        """For each of the longest lines of a part of a page, by how much more surely it is read as it stands than
        upside down: the difference of the mean logarithm of the best path's probability a step."""
        cut = cut_lines(part, self._detector.detect(part))
        longest = sorted(cut, key=lambda window: -window.columns)[:LINES]
        found = [window.pixels[:, : window.columns] for window in longest if window.columns >= SHORTEST]
        return [self._sureness(lines) - self._sureness(np.rot90(lines, 2)) for lines in found]

    def _sureness(self, lines: Grey) -> float:
        fill = 255 if lines.mean() >= 128 else 0
        padded = np.pad(lines, ((0, 0), (0, WIDTH - lines.shape[1])), constant_values=fill)
        return float(self._net.log_probabilities(padded).max(1).mean())


def tells(differences: list[float]) -> bool:
    """Whether the windows' differences are more than chance."""
    if len(differences) < FEWEST:
        return False
    mean, error = np.mean(differences), np.std(differences, ddof=1) / np.sqrt(len(differences))
    return bool(abs(mean) > max(SURE, CLEAR * float(error)))


def _parts(grey: Grey) -> list[Grey]:
    if min(grey.shape) < PART:
        return [grey[: 2 * PART, : 2 * PART]]
    found = places(np.ascontiguousarray(grey[::THIN, ::THIN]), PART // THIN, PARTS)
    return [grey[THIN * top : THIN * top + PART, THIN * left : THIN * left + PART] for top, left in found]
