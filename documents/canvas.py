"""Where a page's pixels are drawn: in memory of its own, or in memory that another process sees."""

from __future__ import annotations

import contextlib
import mmap
from collections.abc import Callable

import numpy as np

from schemas.pages import Grey, Pixels

Canvas = Callable[[int, int], Pixels]  # gives (height, width, 3) pixels, or (height, width) grey, whatever they hold
_POPULATE_WRITE = 23  # MADV_POPULATE_WRITE, since Linux 5.14


def new(height: int, width: int) -> Pixels:
    """Memory of its own."""
    return np.empty((height, width, 3), np.uint8)


def new_grey(height: int, width: int) -> Grey:
    """The same for grey."""
    return np.empty((height, width), np.uint8)


class Shared:
    """A canvas at the beginning of a mapping, where each picture is drawn over the one before."""

    def __init__(self, mapping: mmap.mmap) -> None:
        self._mapping = mapping
        self._drawn: Pixels | None = None

    def __call__(self, height: int, width: int) -> Pixels:
        size = height * width * 3
        if size > len(self._mapping):
            return new(height, width)
        with contextlib.suppress(OSError):  # where there is no such call, each page of memory is made when it is met
            self._mapping.madvise(_POPULATE_WRITE, 0, size)
        self._drawn = np.frombuffer(self._mapping, np.uint8, size).reshape(height, width, 3)
        return self._drawn

    def holds(self, pixels: Pixels) -> bool:
        """Whether these are the pixels that it gave last, and so stand in the mapping."""
        return pixels is self._drawn
