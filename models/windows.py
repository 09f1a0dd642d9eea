"""Lines cut into the windows that the Word Net reads, and what it reads put together again.

A line is scaled to the Word Net's rows; columns are counted along it from its left end, (0, 0) the corner of its first
pixel. It is cut between words; a word longer than a window is chopped, and the two parts overlap, so that each of its
letters is whole in one of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from models.grey import Grey, grey_of
from models.word_detector import Line
from models.word_net import HEIGHT, WIDTH, Reading, scale, window_of
from schemas.geometry import Matrix, Points, Quad, edge_slope, transform

OVERLAP = 48  # columns that two parts of a chopped word share: a letter and a half
TRIM = 0.1  # of a line's height, above and below: the Word Net reads best what is cut close to the letters
LEAST_FILLED = WIDTH // 2  # columns: a window is cut shorter only where it cannot be cut later
FAIR_GAP = 0.6  # of the widest gap within reach: a narrower one may lie within a word
LEAST_COLUMNS = 4  # less shows no letter
CLEAR = 8  # columns from a seam to the nearest letter that are as good as more
OFF_CENTRE = 0.25  # columns of clearance that a column off the overlap's middle is worth


class Frame(NamedTuple):
    """Where a scaled line stands: `to_page` takes its columns and rows to pixels of the page."""

    to_page: Matrix
    columns: int

    def point(self, column: float, row: float = HEIGHT / 2) -> tuple[float, float]:
        """The pixel of the page, x and y, at a column and row."""
        x, y = transform(self.to_page, np.array([[column, row]]))[0]
        return float(x), float(y)

    def spans(self, columns: np.ndarray, quad: Quad) -> list[Quad]:
        """The parts of a quad, whose sides are upright, between two columns each, (n, 2)."""
        x = self.to_page[0, 0] * columns + self.to_page[0, 2]
        slope = edge_slope(quad)
        top, bottom = (y + slope * (x - quad.x0) for y in (quad.y0, quad.y3))
        corners = np.stack([x[:, 0], top[:, 0], x[:, 1], top[:, 1], x[:, 1], bottom[:, 1], x[:, 0], bottom[:, 0]], 1)
        return [Quad(*row) for row in corners.tolist()]

    def column(self, points: Points) -> np.ndarray:
        """The columns, (n,), of points of the page, (n, 2)."""
        return np.asarray((points[:, 0] - self.to_page[0, 2]) / self.to_page[0, 0], np.float64)  # its sides are upright


class Window(NamedTuple):
    """A part of a line, dark on light."""

    pixels: Grey  # (HEIGHT, WIDTH), as `WordNet.read` wants it
    line: int  # index of its line
    frame: Frame  # of its line
    left: int  # its first column in the line
    columns: int  # those that are not padding
    words: tuple[int, int]  # the first of the line's words that it shows, wholly or in part, and the one after the last
    starts_within: bool  # a word was chopped at its left edge
    ends_within: bool  # ... at its right edge

    def point(self, column: float, row: float = HEIGHT / 2) -> tuple[float, float]:
        """The pixel of the page, x and y, at a column and row of the window."""
        return self.frame.point(self.left + column, row)


class Character(NamedTuple):
    """A character of a line. A space between two windows stands in the middle of the cut."""

    text: str
    column: float  # of its middle, in the line
    confidence: float  # 0..1


def cut_lines(pixels: np.ndarray, lines: Sequence[Line]) -> list[Window]:
    """The windows of all lines, in order.

    Args:
        pixels: of the page, uint8 (height, width, 3), RGB, or (height, width), grey.
        lines: with quads in pixels of the page whose sides are upright, as the Word Detector finds them.
    """
    grey = grey_of(pixels)
    return [window for index, line in enumerate(lines) for window in _cut_line(grey, index, line)]


def _cut_line(grey: Grey, index: int, line: Line) -> list[Window]:
    pixels, frame = straighten(grey, _trimmed(line.quad))
    if line.light:
        pixels = np.asarray(255 - pixels, np.uint8)
    corners = frame.column(np.array([word.points for word in line.words]).reshape(-1, 2)).reshape(-1, 4)
    starts, ends = corners[:, [0, 3]].min(1), corners[:, [1, 2]].max(1)
    windows = []
    for left, right, within, goes_on in cuts(starts, ends, frame.columns):
        first = int(np.searchsorted(ends, left, side="right"))
        after = max(first, int(np.searchsorted(starts, right, side="left")))
        part = window_of(np.ascontiguousarray(pixels[:, left:right]))
        windows.append(Window(part, index, frame, left, right - left, (first, after), within, goes_on))
    return windows


def _trimmed(quad: Quad) -> Quad:
    """The quad without its padding above and below."""
    trim = TRIM * (quad.y3 - quad.y0)
    return Quad(quad.x0, quad.y0 + trim, quad.x1, quad.y1 + trim, quad.x2, quad.y2 - trim, quad.x3, quad.y3 - trim)


def straighten(grey: Grey, quad: Quad) -> tuple[Grey, Frame]:
    """The pixels of a quad, (HEIGHT, columns), and where they stand. It is widened to whole pixels."""
    import cv2

    slope = edge_slope(quad)
    x, y = int(np.floor(quad.x0)), round(quad.y0)
    width, height = max(1, int(np.ceil(quad.x1)) - x), max(1, round(quad.y3 - quad.y0))
    if abs(slope * width) < 0.5:
        slope = 0.0
    if not slope and x >= 0 and y >= 0 and x + width <= grey.shape[1] and y + height <= grey.shape[0]:
        strip = grey[y : y + height, x : x + width]
    else:
        # Pixel centres: the page's column x + i + 0.5 becomes the strip's column i + 0.5, slope * (i + 0.5) rows lower.
        take = np.array([[1.0, 0.0, x], [slope, 1.0, y + slope / 2]])
        flags = (cv2.INTER_LINEAR if slope else cv2.INTER_NEAREST) | cv2.WARP_INVERSE_MAP
        strip = cv2.warpAffine(grey, take, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    line = scale(np.asarray(strip, np.uint8))
    across, down = width / line.shape[1], height / HEIGHT
    to_page = np.array([[across, 0.0, x], [slope * across, down, y], [0.0, 0.0, 1.0]])
    return line, Frame(to_page, line.shape[1])


def cuts(starts: np.ndarray, ends: np.ndarray, columns: int) -> list[tuple[int, int, bool, bool]]:
    """The windows' first and last columns, and whether a word was chopped before and after.

    A line is cut at the widest gap that fills the window well, else at the last one before, else within the word.

    Args:
        starts, ends: columns of the line's words, (n,), from left to right.
    """
    gaps = np.maximum(starts[1:] - ends[:-1], 0.0)
    middles = np.rint((starts[1:] + ends[:-1]) / 2).astype(int)
    found, left, within = [], 0, False
    while columns - left > WIDTH:
        # A gap that reaches over the window's end is cut there: chopped, it would be lost between the two parts.
        over = (ends[:-1] <= left + WIDTH) & (starts[1:] >= left + WIDTH)
        places = np.where(over, np.minimum(middles, left + WIDTH), middles)
        reached = (places >= left + LEAST_COLUMNS) & (places <= left + WIDTH) & (places <= columns - LEAST_COLUMNS)
        wide = reached & (gaps >= FAIR_GAP * gaps[reached].max(initial=0.0))
        full = wide & (places >= left + LEAST_FILLED)
        if full.any():
            right = after = int(places[full][gaps[full].argmax()])
        elif wide.any():
            right = after = int(places[wide].max())
        else:
            right, after = left + WIDTH, left + WIDTH - OVERLAP
        found.append((left, right, within, after < right))
        left, within = after, after < right
    return [*found, (left, columns, within, False)]


def join(windows: Sequence[Window], readings: Sequence[Reading]) -> list[Character]:
    """The characters of one line out of its windows, in their order; what two of them show is taken from one."""
    parts = [
        [
            Character(text, window.left + place, confidence)
            for text, place, confidence in zip(reading.text, reading.places, reading.confidences, strict=True)
        ]
        for window, reading in zip(windows, readings, strict=True)
    ]
    for place, (before, after) in enumerate(itertools.pairwise(windows)):
        if before.ends_within:
            seam = _seam(after.left, before.left + before.columns, parts[place] + parts[place + 1])
            parts[place] = [each for each in parts[place] if each.column < seam]
            parts[place + 1] = [each for each in parts[place + 1] if each.column >= seam]
    line: list[Character] = []
    for window, part in zip(windows, parts, strict=True):
        if line and part and not window.starts_within:
            line.append(Character(" ", float(window.left), min(line[-1].confidence, part[0].confidence)))
        line += part
    return line


def _seam(first: int, last: int, characters: Sequence[Character]) -> float:
    """The column between two, as clear of letters and as near to their middle as may be."""
    columns = np.arange(first, last + 1)
    places = np.array([each.column for each in characters if each.text != " "] or [-np.inf])
    clear = np.minimum(abs(columns[:, None] - places).min(1), CLEAR)
    return float(columns[np.argmax(clear - OFF_CENTRE * abs(columns - (first + last) / 2))])
