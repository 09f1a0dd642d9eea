"""Lines of text as a detector finds them: their quads, their order, their pixels, their words."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from schemas.geometry import Box, Points, Quad, quarter_turns, reading_angle, transform_quads
from schemas.pages import Pixels

TALL = 1.5  # times as high as wide: a box whose text runs upwards or downwards
SAME_ROW = 0.5  # of a line's height between the centres of two lines: one row


class LinePart(NamedTuple):
    """A word of a line."""

    text: str
    quad: Quad
    confidence: float  # 0..1


def line_quad(points: Points) -> Quad:
    """The quad of a box, (4, 2) clockwise from its top-left corner; a tall one is taken to be read downwards."""
    width = max(math.dist(points[0], points[1]), math.dist(points[2], points[3]))
    height = max(math.dist(points[0], points[3]), math.dist(points[1], points[2]))
    corners = np.asarray(points, dtype=np.float64)
    # Read downwards, text starts at the top-right corner.
    return Quad.of_points(np.roll(corners, -1, axis=0) if height >= TALL * width else corners)


def line_length(quad: Quad) -> float:
    """Pixels from the line's start to its end, along its upper edge."""
    return math.dist(quad[0:2], quad[2:4])


def read_order(quads: list[Quad]) -> list[int]:
    """The indices of the quads: row by row, within a row along the text, on a page turned as most of its text is."""
    if not quads:
        return []
    quarters = [round(reading_angle(quad) / 90) % 4 for quad in quads]
    votes = np.bincount(quarters, weights=[line_length(quad) for quad in quads], minlength=4)
    upright = quarter_turns(-int(votes.argmax()))
    boxes = [quad.box for quad in transform_quads(upright, quads)]
    order = sorted(range(len(boxes)), key=lambda i: (boxes[i].top + boxes[i].bottom, boxes[i].left))
    rows: list[list[int]] = []
    for index in order:
        if rows and _same_row(boxes[rows[-1][0]], boxes[index]):
            rows[-1].append(index)
        else:
            rows.append([index])
    return [index for row in rows for index in sorted(row, key=lambda i: boxes[i].left)]


def _same_row(first: Box, other: Box) -> bool:
    between = abs((first.top + first.bottom) - (other.top + other.bottom)) / 2
    return between < SAME_ROW * min(first.bottom - first.top, other.bottom - other.top)


def crop_line(pixels: Pixels, quad: Quad) -> Pixels:
    """The line's pixels, (height, width, 3), its text upright; at least 1 x 1."""
    import cv2

    corners = quad.points
    width = max(1, round(max(math.dist(corners[0], corners[1]), math.dist(corners[2], corners[3]))))
    height = max(1, round(max(math.dist(corners[0], corners[3]), math.dist(corners[1], corners[2]))))
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    # OpenCV has (0, 0) in the centre of the first pixel, a quad at its corner.
    matrix = cv2.getPerspectiveTransform((corners - 0.5).astype(np.float32), flat - np.float32(0.5))
    return np.asarray(
        cv2.warpPerspective(pixels, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE),
        dtype=np.uint8,
    )


def share_line(
    text: str, centres: npt.NDArray[np.float64], confidences: npt.NDArray[np.float64], quad: Quad
) -> list[LinePart]:
    """Cuts a line at its white space.

    Args:
        text: the line; nothing but its white space is lost.
        centres: where along the line each character that is no white space stands, 0..1, rising.
        confidences: of each character of `text`, 0..1.
        quad: of the line.
    """
    words = text.split()
    inked = [index for index, character in enumerate(text) if not character.isspace()]
    ends = np.cumsum([len(word) for word in words])
    starts = ends - [len(word) for word in words]
    width = _character_width(centres, starts, ends)
    lefts, rights = centres[starts] - width / 2, centres[ends - 1] + width / 2
    for index in np.flatnonzero(rights[:-1] > lefts[1:]):
        rights[index] = lefts[index + 1] = (rights[index] + lefts[index + 1]) / 2
    lefts, rights = np.clip(lefts, 0.0, 1.0), np.clip(rights, 0.0, 1.0)
    return [
        LinePart(word, _slice(quad, left, right), float(confidences[inked[start:end]].mean()))
        for word, left, right, start, end in zip(words, lefts, rights, starts, ends, strict=True)
    ]


def _character_width(
    centres: npt.NDArray[np.float64], starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]
) -> float:
    """The mean step between neighbours within a word, in fractions of the line."""
    steps = [step for start, end in zip(starts, ends, strict=True) for step in np.diff(centres[start:end])]
    return float(np.mean(steps)) if steps else 1.0 / max(1, len(centres))


def _slice(quad: Quad, left: float, right: float) -> Quad:
    """The part of a quad between two fractions of its length."""
    corners = quad.points
    top, bottom = corners[1] - corners[0], corners[2] - corners[3]
    return Quad.of_points(
        np.array(
            [corners[0] + top * left, corners[0] + top * right, corners[3] + bottom * right, corners[3] + bottom * left]
        )
    )
