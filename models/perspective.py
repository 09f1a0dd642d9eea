"""From a photographed rectangle back to a flat one: how wide it is for its height, and how many pixels it deserves."""

from __future__ import annotations

import math

import numpy as np

from schemas.geometry import Matrix, Points

MOST_PIXELS = 2048 * 2048
"""Of a page that was cut out: as many as the largest render has."""
LONGEST = 4096
"""Pixels of its longer side."""
FOCAL = (0.6, 3.0)
"""Focal lengths, in longer sides of the picture, that a camera's can be: from a telephone's wide angle to its tele."""
USUAL = 1.0
"""... and the one that is taken where the quad does not tell."""


def aspect(quad: Points, width: int, height: int) -> float:
    """A rectangle's width over its height, from its quad, float64 [4, 2] pixels, in a picture of so many pixels.

    By Zhang and He (2007), whiteboard scanning: the focal length is found from the quad itself, the camera's axis
    taken to go through the picture's middle. Where that gives no focal length a camera has (hardly any perspective, a
    part of a photograph), a usual one is taken.
    """
    long = max(width, height)
    centred = (quad - np.array([width, height]) / 2) / long
    # Named as in the paper: top left, top right, bottom left, bottom right.
    one, two, four, three = np.column_stack([centred, np.ones(4)])
    across = np.cross(one, four)
    second = (across @ three) / (np.cross(two, four) @ three) * two - one
    third = (across @ two) / (np.cross(three, four) @ two) * three - one
    leaning = second[2] * third[2]
    square = -(second[:2] @ third[:2]) / leaning if leaning else math.inf
    focal = math.sqrt(square) if FOCAL[0] ** 2 <= square <= FOCAL[1] ** 2 else USUAL
    scale = np.array([1 / focal, 1 / focal, 1.0])
    ratio = float(np.linalg.norm(second * scale) / np.linalg.norm(third * scale))
    across_mean, down_mean = sides(quad)
    plain = across_mean / down_mean
    return ratio if plain / 2 < ratio < plain * 2 else plain


def flat_size(quad: Points, width: int, height: int) -> tuple[int, int]:
    """Width and height of the rectangle that a quad is warped to: of the right aspect, and no side of the quad, where
    the page is nearest, has more pixels than its side, but for ``MOST_PIXELS`` and ``LONGEST``."""
    lengths = np.linalg.norm(quad - np.roll(quad, -1, 0), axis=1)
    wide, tall = max(lengths[0], lengths[2]), max(lengths[1], lengths[3])
    ratio = aspect(quad, width, height)
    wide, tall = max(wide, tall * ratio), max(tall, wide / ratio)
    scale = min(1.0, math.sqrt(MOST_PIXELS / (wide * tall)), LONGEST / max(wide, tall))
    return max(1, round(wide * scale)), max(1, round(tall * scale))


def sides(quad: Points) -> tuple[float, float]:
    """Width and height of a quad: the means of its opposite sides."""
    lengths = np.linalg.norm(quad - np.roll(quad, -1, 0), axis=1)
    return float(lengths[0] + lengths[2]) / 2, float(lengths[1] + lengths[3]) / 2


def to_quad(quad: Points, width: float, height: float) -> Matrix:
    """Takes a rectangle of ``width`` x ``height`` pixels to a quad, its top left to the first corner."""
    import cv2

    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    return np.asarray(cv2.getPerspectiveTransform(flat, quad.astype(np.float32)), np.float64)


def of_centres(matrix: Matrix) -> Matrix:
    """The same mapping between pictures for OpenCV, whose (0, 0) is the centre of a pixel."""
    to_centres = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5], [0.0, 0.0, 1.0]])
    return np.asarray(np.linalg.inv(to_centres) @ matrix @ to_centres, np.float64)
