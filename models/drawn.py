"""What was drawn by a program, or made black and white by a scanner: never a photograph."""

from __future__ import annotations

from schemas.pages import Pixels

EVERY = 8
"""Of so many rows and columns one tells which tones a picture has."""
TONE = 8
"""Grey levels from black or from white that are black and white."""
BETWEEN = 0.2
"""Of the pixels, that neither are, below which nothing was photographed."""
UNEVEN = 0.05
"""Of the pixels, that neither are and differ from the one beside them, below which nothing was."""


def is_drawn(pixels: Pixels) -> bool:
    """Whether nearly all of a picture is black or white, as of faxes, copies and many scans, or has the very colour of
    the pixel beside it, as of slides and screens: no photograph is so."""
    sample = pixels[EVERY // 2 :: EVERY, EVERY // 2 :: EVERY]
    between = ((sample > TONE) & (sample < 255 - TONE)).any(2)
    if not sample.size or between.mean() < BETWEEN:
        return bool(sample.size)
    beside = pixels[EVERY // 2 :: EVERY, EVERY // 2 - 1 :: EVERY][:, : sample.shape[1]]
    return bool((between & (sample != beside).any(2)).mean() < UNEVEN)
