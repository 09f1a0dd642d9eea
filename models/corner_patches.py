"""How a quad is looked at closely: a patch around each corner, taken so that the page's edges run level and upright.

The patch of a corner shows the page at its lower right, whichever corner it is: one small network serves all four.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.perspective import of_centres, sides, to_quad
from schemas.geometry import Matrix, Points, transform
from schemas.pages import Pixels

SIDE = 96
"""Pixels of a patch."""
DENSITY = 450
"""Pixels of a patch for a page's mean side: the square root of its area."""
PLACES = 48
"""Places across a patch, and as many down, among which the network chooses a corner's."""
FAINT = 4
"""Grey levels of deviation that are not stretched to the full: they would be noise."""

Floats = npt.NDArray[np.float32]


def clockwise(points: Points) -> Points:
    """A quad, float64 [4, 2], in whatever order, clockwise from the corner that is its top left if it is turned by less
    than 45 degrees."""
    middle = points.mean(0)
    around = points[np.argsort(np.arctan2(points[:, 1] - middle[1], points[:, 0] - middle[0]))]
    spread = np.ptp(around, axis=0).max()
    flat = (around - middle) / (spread or 1.0)
    square = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])
    shifts = [float(np.square(np.roll(flat, -shift, 0) - square).sum()) for shift in range(4)]
    return np.asarray(np.roll(around, -int(np.argmin(shifts)), 0), np.float64)


def frame(quad: Points, corner: int, side: int = SIDE) -> Matrix:
    """Takes pixels of a corner's patch, of ``side`` pixels, to those of the picture the quad is in.

    Args:
        quad: float64 [4, 2], clockwise.
        corner: 0..3; it stands in the middle of its patch.
    """
    rolled = np.roll(quad, -corner, 0)
    width, height = sides(rolled)
    step = np.sqrt(width * height) / DENSITY
    to_flat = np.array([[step, 0, -step * side / 2], [0, step, -step * side / 2], [0, 0, 1.0]])
    return np.asarray(to_quad(rolled, width, height) @ to_flat, np.float64)


def patch(pixels: Pixels, to_picture: Matrix, side: int = SIDE) -> Pixels:
    """uint8 [side, side, 4]: a patch, and in its last channel 255 where there is picture."""
    import cv2

    take = of_centres(to_picture)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    seen = cv2.warpPerspective(pixels, take, (side, side), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    there = cv2.warpPerspective(np.full(pixels.shape[:2], 255, np.uint8), take, (side, side), flags=flags)
    return np.dstack([seen, there])


def as_input(patches: Pixels) -> Floats:
    """uint8 [n, side, side, 4] as the network takes it: float32 [n, 4, side, side], each of mean 0 and, with contrast,
    of deviation 1; outside the picture 0."""
    x = patches.astype(np.float32)
    there = x[..., 3:] / np.float32(255)
    colours = x[..., :3]
    count = np.maximum(there.sum((1, 2, 3), keepdims=True) * 3, 1)
    colours = (colours - (colours * there).sum((1, 2, 3), keepdims=True) / count) * there
    colours /= np.sqrt(np.square(colours).sum((1, 2, 3), keepdims=True) / count) + np.float32(FAINT)
    return np.ascontiguousarray(np.concatenate([colours, there], 3).transpose(0, 3, 1, 2), np.float32)


def likely(scores: Floats) -> npt.NDArray[np.float64]:
    """The network's scores, float32 [n, 2, PLACES], as chances, float64 of sum 1."""
    chance = np.exp(scores - scores.max(2, keepdims=True), dtype=np.float64)
    return np.asarray(chance / chance.sum(2, keepdims=True), np.float64)


def offsets(chance: npt.NDArray[np.float64]) -> Points:
    """Where corners lie off the middles of their patches, float64 [n, 2] in pixels: the mean of the likely places."""
    places = (np.arange(PLACES) + 0.5) * (SIDE / PLACES) - SIDE / 2
    return np.asarray(chance @ places, np.float64)


def doubt(chance: npt.NDArray[np.float64]) -> float:
    """How little the network knows where the corners lie, nats: the mean entropy of their places."""
    return float(-(chance * np.log(np.maximum(chance, 1e-12))).sum(2).mean())


def moved(quad: Points, by: Points) -> Points:
    """The quad with each corner moved by an offset, float64 [4, 2], in pixels of its patch."""
    middle = np.array([[SIDE / 2, SIDE / 2]])
    return np.concatenate([transform(frame(quad, k), middle + by[k]) for k in range(4)])
