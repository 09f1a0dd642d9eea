"""A stand-in for an OCR engine, for tests and for timing everything around one. It reads nothing.

Each run of dark pixels that white surrounds becomes a "word", named by a hash of its pixels, so that a test can tell
from the words alone whether the right pixels came through, unchanged and in their place.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.own import WEIGHTS
from schemas.geometry import Quad
from schemas.pages import PageImage, Pixels, Word

DARK = 128  # a pixel is ink where its green is below
GAP_SHARE = 0.35  # of a line's height; a wider gap parts two words


class StandIn:
    """Deterministic words from dark rows and columns; a few milliseconds a page."""

    name = "standin"
    version = "1"

    def read(self, image: PageImage) -> list[Word]:
        """One word a dark run: named by `word_name`, the quad the ink's tight box, the confidence the ink's share."""
        ink = np.asarray(image.pixels[:, :, 1] < DARK)
        words: list[Word] = []
        for line, (top, bottom) in enumerate(_runs(np.any(ink, axis=1), gap=0)):
            band = ink[top:bottom]
            for left, right in _runs(np.any(band, axis=0), gap=max(2, round((bottom - top) * GAP_SHARE))):
                rows = np.flatnonzero(band[:, left:right].any(axis=1))
                upper, lower = top + int(rows[0]), top + int(rows[-1]) + 1
                words.append(
                    Word(
                        text=word_name(image.pixels[upper:lower, left:right]),
                        quad=Quad.of_box(left, upper, right, lower),
                        line=line,
                        confidence=float(ink[upper:lower, left:right].mean()),
                    )
                )
        return words


def word_name(pixels: Pixels) -> str:
    """The name of a word with just these pixels: 12 letters and digits that depend on every one of them."""
    digest = hashlib.blake2b(repr(pixels.shape).encode(), digest_size=6)
    digest.update(pixels.tobytes())
    return digest.hexdigest()


def check(_: Path = WEIGHTS) -> None:
    """Needs nothing."""


def open_engine(_: Path = WEIGHTS) -> StandIn:
    """The stand-in."""
    return StandIn()


def _runs(flags: npt.NDArray[np.bool_], gap: int) -> list[tuple[int, int]]:
    """(start, end) of each run of true flags; runs with at most `gap` false ones between them are one."""
    padded = np.concatenate([[False], flags, [False]]).astype(np.int8)
    edges = np.flatnonzero(np.diff(padded))
    starts, ends = edges[0::2], edges[1::2]
    if not len(starts):
        return []
    apart = starts[1:] - ends[:-1] > gap
    return list(zip(starts[np.r_[True, apart]].tolist(), ends[np.r_[apart, True]].tolist(), strict=True))
