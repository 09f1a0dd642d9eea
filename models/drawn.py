"""What was drawn by a program, or made black and white by a scanner: never a photograph."""

from __future__ import annotations

import numpy as np

from schemas.pages import Pixels

EVERY = 8
"""Of so many rows and columns one tells which tones a picture has."""
TONE = 8
"""Grey levels from black or from white that are black and white."""
BETWEEN = 0.2
"""Of the pixels, that neither are, below which nothing was photographed."""
UNEVEN = 0.25
"""Of those that neither are, that differ from the one beside them, below which nothing was: most of a drawn page's
colours are flat, whatever is written on them ..."""
SHADED = 0.08
"""... unless so many differ, but hardly, from the one ``EVERY`` pixels away: smooth grounds do, which JPEG makes even
within its blocks."""
HARDLY = 4
"""Grey levels."""


def is_drawn(pixels: Pixels) -> bool:
    """Whether nearly all of a picture is black or white, as of faxes, copies and many scans, or is of flat colours, as
    slides and screens are: no photograph is so."""
    sample = pixels[EVERY // 2 :: EVERY, EVERY // 2 :: EVERY].astype(np.int16)
    between = np.asarray(((sample > TONE) & (sample < 255 - TONE)).any(2))
    if not sample.size or between.mean() < BETWEEN:
        return bool(sample.size)
    beside = pixels[EVERY // 2 :: EVERY, EVERY // 2 - 1 :: EVERY][:, : sample.shape[1]]
    uneven = between & (sample != beside).any(2)
    step = np.abs(sample[:, 1:] - sample[:, :-1]).max(2)
    shaded = between[:, 1:] & (step > 0) & (step <= HARDLY)
    return bool(uneven.sum() < UNEVEN * between.sum()) and bool(shaded.sum() < SHADED * between.size)
