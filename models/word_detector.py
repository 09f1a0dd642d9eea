"""The Word Detector: pixels in, lines of words out, at high recall.

What is found needs not be text: whoever reads the lines drops what holds none. Lines are found by a small network, the
Line Net, and words by their ink; or by classical methods alone: regions of print, by a local threshold or as maximally
stable ones, strung into lines. See docs/detector.md for how they compare.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from models.detector.boxes import Bools, Boxes, Floats, Ints, overlap, surround
from models.detector.columns import part_columns
from models.detector.gather import gather
from models.detector.ink import Shade, find_dark, find_light, without_rules
from models.detector.level import make_level
from models.detector.order import reading_order
from models.detector.regions import Regions, components, stable_regions
from models.detector.rows import Rows, form_rows, select
from models.detector.strips import find_strips, levelled
from models.detector.words import word_numbers
from models.grey import Grey, grey_of
from models.line_net import FILE, LineNet
from models.own import WEIGHTS
from schemas.geometry import Quad, edge_slope

Method = Literal["components", "mser", "learned"]
METHODS: tuple[Method, ...] = get_args(Method)

PAD = 0.12  # of a line's box: its blurred edge, which no threshold finds
BAR = 0.62  # share of ink: dark regions with more are bars rather than letters
LIGHT_LETTERS = 3  # fewer light marks in the dark are holes and glints


@dataclasses.dataclass(frozen=True)
class Line:
    """A line of text, or what looks like one. Quads are in pixels of the page; their upper and lower edges follow the
    baseline, their sides are upright."""

    quad: Quad  # with the room that the Word Net reads it best with
    words: tuple[Quad, ...]  # left to right, each within the line's length; one at least
    height: float  # pixels: the median of its letters
    light: bool  # light on dark

    @property
    def tight(self) -> Quad:
        """The quad around its words."""
        left, right = self.words[0].x0, max(word.x1 for word in self.words)
        slope = edge_slope(self.quad)
        top = min(word.y0 - slope * word.x0 for word in self.words)
        bottom = max(word.y3 - slope * word.x3 for word in self.words)
        upper, lower = ([edge + slope * x for x in (left, right)] for edge in (top, bottom))
        return Quad(left, upper[0], right, upper[1], right, lower[1], left, lower[0])


class WordDetector:
    """Finds the lines of a page and the words in them."""

    def __init__(self, method: Method, weights: Path = WEIGHTS) -> None:
        """Raises ModelError where the Line Net is missing and `method` is "learned"."""
        import cv2

        cv2.setNumThreads(1)
        self.method = method
        self._net = LineNet.open(weights / FILE) if method == "learned" else None

    def detect(self, pixels: np.ndarray) -> list[Line]:
        """The lines of a page in reading order.

        Args:
            pixels: uint8 (height, width, 3), RGB, or (height, width), grey; text runs within 6 degrees of level.
        """
        grey = grey_of(pixels)
        return self._by_network(self._net, grey) if self._net is not None else self._by_regions(grey)

    def _by_network(self, net: LineNet, grey: Grey) -> list[Line]:
        maps = net.maps(grey)
        rows, light = gather(grey, find_strips(maps))
        word = word_numbers(rows)
        rows, line = part_columns(rows, word, maps.kernel)
        lines = _lines(rows, word, 0.0, light[line])
        return [lines[index] for index in reading_order(levelled(rows.boxes, rows.slant))]

    def _by_regions(self, grey: Grey) -> list[Line]:
        dark, shade = self._dark_regions(grey)
        level = make_level(dark)
        rows = form_rows(level)
        light = _no_rows()
        if shade is not None:
            light = form_rows(make_level(self._light_regions(grey, shade), level.slope))
            light = select(light, light.letters >= LIGHT_LETTERS)
        rows, light = _settle(rows, light)
        lines = _lines(rows, word_numbers(rows), level.slope, np.zeros(len(rows.height), bool))
        lines += _lines(light, word_numbers(light), level.slope, np.ones(len(light.height), bool))
        order = reading_order(np.concatenate([rows.boxes, light.boxes]))
        return [lines[index] for index in order]

    def _dark_regions(self, grey: Grey) -> tuple[Regions, Shade | None]:
        mask, shade = find_dark(grey)
        return (components(without_rules(mask)) if self.method == "components" else stable_regions(grey, None)), shade

    def _light_regions(self, grey: Grey, shade: Shade) -> Regions:
        return components(find_light(grey, shade)) if self.method == "components" else stable_regions(grey, shade)


def _no_rows() -> Rows:
    boxes, numbers, floats = np.empty((0, 4)), np.empty(0, np.int64), np.empty(0)
    return Rows(boxes, numbers, boxes, floats, floats, numbers, floats)


def _settle(dark: Rows, light: Rows) -> tuple[Rows, Rows]:
    """Drops the worse of two lines that overlap: the light in dark letters is lower than they are, but the light
    letters in a dark bar are more than its pieces."""
    fight = overlap(dark.boxes, light.boxes)
    beaten = (dark.height[:, None] < light.height) | (
        (dark.letters[:, None] < light.letters) & (dark.solid[:, None] > BAR)
    )
    return select(dark, ~np.any(fight & beaten, axis=1)), select(light, ~np.any(fight & ~beaten, axis=0))


def _lines(rows: Rows, word: Ints, slope: float, light: Bools) -> list[Line]:
    count = int(word.max(initial=-1)) + 1
    boxes = surround(rows.member_boxes, word, count)
    owner = np.zeros(count, np.int64)
    owner[word] = rows.member_row
    quads = _quads(rows.boxes, slope + rows.slant)
    words = _quads(boxes, slope + rows.slant[owner])
    ends = np.searchsorted(owner, np.arange(len(quads) + 1))
    return [
        Line(quad, tuple(words[ends[row] : ends[row + 1]]), float(rows.height[row]), bool(light[row]))
        for row, quad in enumerate(quads)
    ]


def _quads(boxes: Boxes, slope: Floats) -> list[Quad]:
    """Boxes, each in a frame sheared by its slope, padded, as quads on the page."""
    pad = PAD * (boxes[:, 3] - boxes[:, 1])
    left, top, right, bottom = (boxes + np.column_stack([-pad, -pad, pad, pad])).T
    corners = [left, top + left * slope, right, top + right * slope]
    corners += [right, bottom + right * slope, left, bottom + left * slope]
    return [Quad(*row) for row in np.column_stack(corners).tolist()]
