"""By how much the lines of a page lean: a projection profile of its print (Postl 1986), without a network.

Where the page is turned by the right angle, rows of ink and of white follow each other most sharply.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.grey import Grey, shrunk

MOST = 15.0
"""Degrees, either way, that are looked for."""
LONG_SIDE = 1024
"""Pixels of the picture in which ink is looked for."""
COARSE = 0.5
"""Degrees between the angles that are tried first."""
FINE = 0.1
"""... and then around the best."""
POINTS = 24_000
"""Ink pixels that are projected; more tell no more."""
FEWEST = 400
"""Ink pixels below which nothing can be said."""
CLEAR = 1.35
"""The best angle's sharpness over that of the angles 2 to 4 degrees beside it, below which there are no lines."""
STRAIGHT = 0.2
"""Degrees within which a page is taken to stand straight without a look at other angles ..."""
SURE = 5.0
"""... if that is as many times sharper than 2 to 4 degrees off: most pages are."""
DARKER = 12
"""Grey levels that ink is darker (or lighter) than the mean around it."""
AROUND = 31
"""Pixels of that square."""

Floats = npt.NDArray[np.float32]


def skew(grey: Grey) -> float:
    """Degrees clockwise by which lines lean, -15..15 in steps of 0.1; 0 where no lines can be made out.

    Args:
        grey: uint8 [height, width], of a page that stands upright but for its skew; shrunk if larger than 1,024 pixels.
    """
    points = ink_points(grey)
    if len(points) < FEWEST:
        return 0.0
    found, sharpest = _best_near(points, 0.0)
    if abs(found) <= STRAIGHT + 1e-9:
        beside = np.median([sharpness(points, angle) for angle in (-4.0, -3.0, -2.0, 2.0, 3.0, 4.0)])
        if sharpest >= SURE * beside:
            return found
    angles = np.arange(-MOST - 4, MOST + 4 + COARSE / 2, COARSE)
    sharp = np.array([sharpness(points, angle) for angle in angles])
    inner = np.abs(angles) <= MOST + 1e-9
    best = int(np.flatnonzero(inner)[sharp[inner].argmax()])
    beside = (np.abs(angles - angles[best]) >= 2) & (np.abs(angles - angles[best]) <= 4)
    if sharp[best] < CLEAR * np.median(sharp[beside]):
        return 0.0
    found, _ = _best_near(points, float(angles[best]))
    return min(MOST, max(-MOST, found))


def _best_near(points: Floats, degrees: float) -> tuple[float, float]:
    """The sharpest angle within ``COARSE`` of some degrees, to a tenth, and how sharp it is."""
    near = degrees + np.arange(-COARSE, COARSE + FINE / 2, FINE)
    sharp = [sharpness(points, angle) for angle in near]
    best = int(np.argmax(sharp))
    return round(float(near[best]), 1) + 0.0, sharp[best]


def sharpness(points: Floats, degrees: float) -> float:
    """How sharply rows of ink and of white follow each other in a page whose lines lean by ``degrees`` clockwise.

    ``points``: [n, 2], x and y of ink.
    """
    angle = np.radians(degrees)
    rows = points[:, 1] * np.float32(np.cos(angle)) - points[:, 0] * np.float32(np.sin(angle))
    profile = np.bincount((rows - rows.min()).astype(np.int64)).astype(np.float64)
    return float(np.square(np.diff(profile)).sum())


def ink_points(grey: Grey) -> Floats:
    """x and y, float32 [n, 2], of what is darker than its surroundings, or lighter, whichever is less."""
    import cv2

    grey = shrunk(grey, LONG_SIDE / max(grey.shape))
    mean = cv2.boxFilter(grey, -1, (AROUND, AROUND)).astype(np.int16)
    difference = grey.astype(np.int16) - mean
    dark, light = difference < -DARKER, difference > DARKER
    # Print stands on more paper than it covers.
    ys, xs = np.nonzero(dark if dark.sum() <= 1.5 * light.sum() or np.median(grey) > 127 else light)
    step = max(1, len(ys) // POINTS)
    return np.stack([xs[::step], ys[::step]], axis=1).astype(np.float32, order="F")
