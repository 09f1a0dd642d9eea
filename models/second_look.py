"""Which way up a page is whose lines run level: some of them are read both ways, and what can be read decides."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from models.densest import places
from models.grey import Grey
from models.own import WEIGHTS
from models.windows import cut_lines
from models.word_detector import WordDetector
from models.word_net import WIDTH, Reading, shared

PART = 512
"""Pixels of a part of the page, as rendered, in which lines are looked for."""
PARTS = 5
"""Parts that are looked at, at most: the next only where those before do not tell."""
THIN = 4
"""Of so many rows and columns one tells where print is dense."""
EMPTY = 0.3
"""Mean step between neighbours, grey levels, below which a part is empty: two words make it more."""
LINES = 20
"""Windows that are read both ways, at most, the same number of each part: the longest."""
SHORTEST = 32
"""Columns of a window below which it holds too few letters to tell."""


class SecondLook:
    """Reads with the Word Net."""

    def __init__(self, weights: Path = WEIGHTS) -> None:
        self._detector = WordDetector("components")
        self._net = shared(weights)

    def letters(self, grey: Grey, enough: float, too_few: float) -> float:
        """How many more letters can be read of a page as it stands than upside down; below 0, how many fewer.

        Counted line by line, until there are ``enough``, or ``too_few``, which is negative: so little is read of most
        pages. Between the two where the page does not tell, as where nothing is written.

        Args:
            grey: uint8 [height, width], as large as it is read; its lines run level within 6 degrees.
        """
        more = 0.0
        parts = _parts(grey)
        for part in parts:
            for lines in self._longest(part, LINES // len(parts)):
                more += self._read(lines) - self._read(np.rot90(lines, 2))
                if not too_few < more < enough:
                    return more
        return more

    def _longest(self, part: Grey, most: int) -> Iterator[Grey]:
        """The longest lines of a part of a page, each as much as a window shows."""
        cut = cut_lines(part, self._detector.detect(part))
        for window in sorted(cut, key=lambda window: -window.columns)[:most]:
            if window.columns >= SHORTEST:
                yield window.pixels[:, : window.columns]

    def _read(self, lines: Grey) -> float:
        fill = 255 if lines.mean() >= 128 else 0
        padded = np.pad(lines, ((0, 0), (0, WIDTH - lines.shape[1])), constant_values=fill)
        return legible(self._net.read(padded[None])[0])


def legible(reading: Reading) -> float:
    """The letters and digits of a reading, each counted as much as the whole is sure: upside down, print gives letters
    too, but no words, and a picture none or some that are not sure."""
    return reading.confidence * sum(map(str.isalnum, reading.text))


def _parts(grey: Grey) -> list[Grey]:
    if min(grey.shape) < PART:
        return [grey[: 2 * PART, : 2 * PART]]
    found = places(np.ascontiguousarray(grey[::THIN, ::THIN]), PART // THIN, PARTS, EMPTY)
    return [grey[THIN * top : THIN * top + PART, THIN * left : THIN * left + PART] for top, left in found]
