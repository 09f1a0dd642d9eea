"""The windows of a picture where most print stands, or what looks like it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.grey import Grey

CELL = 16
"""Pixels of the grid on which windows stand."""
STRONG = 48
"""Grey levels between neighbours that are as good as more: print counts, not the black of a photograph."""
LEAST = 2.0
"""Mean step between neighbours, grey levels, below which a window is empty."""
FAINT = 4
"""Grey levels of deviation that are not stretched to the full: they would be noise."""

Floats = npt.NDArray[np.float32]


def densest(grey: Grey, side: int, most: int) -> list[Grey]:
    """At most ``most`` windows, uint8 [side, side] each, the densest first; two overlap by a quarter at most.

    Args:
        grey: uint8 [height, width]; one smaller than a window is padded with its median.
        side: of a window, a multiple of ``CELL``.
    """
    import cv2

    below, right = (max(0, side - length) for length in grey.shape)
    if below or right:
        grey = cv2.copyMakeBorder(grey, 0, below, 0, right, cv2.BORDER_CONSTANT, value=int(np.median(grey)))
    return [np.ascontiguousarray(grey[top : top + side, left : left + side]) for top, left in places(grey, side, most)]


def places(grey: Grey, side: int, most: int, least: float = LEAST) -> list[tuple[int, int]]:
    """Top and left of those windows, pixels; of a picture that is smaller than one, none.

    ``least``: mean step between neighbours, grey levels, below which one is empty."""
    import cv2

    height, width = grey.shape
    if min(height, width) < side:
        return []
    steps = np.minimum(cv2.absdiff(grey[1:, 1:], grey[:-1, :-1]), STRONG).astype(np.float32)
    cells = cv2.resize(steps, (width // CELL, height // CELL), interpolation=cv2.INTER_AREA)
    across = side // CELL
    density = cv2.boxFilter(cells, -1, (across, across), anchor=(0, 0), borderType=cv2.BORDER_CONSTANT)
    density = density[: cells.shape[0] - across + 1, : cells.shape[1] - across + 1].copy()
    found: list[tuple[int, int]] = []
    while len(found) < most:
        row, column = (int(value) for value in np.unravel_index(int(density.argmax()), density.shape))
        if density[row, column] < least:
            break
        found.append((row * CELL, column * CELL))
        apart = across * 3 // 4
        density[max(0, row - apart + 1) : row + apart, max(0, column - apart + 1) : column + apart] = 0
    return found


def as_input(window: Grey) -> Floats:
    """A window as the networks take it: float32 [1, 1, side, side], of mean 0 and, with contrast, of deviation 1."""
    x = window.astype(np.float32)
    x -= x.mean()
    x /= x.std() + np.float32(FAINT)
    return np.asarray(x[None, None], np.float32)
