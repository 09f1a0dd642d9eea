"""Lines of text out of the regions of a level page."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.detector.boxes import Bools, Boxes, Floats, Ints, lean, middle_of, surround
from models.detector.level import Level
from models.detector.links import link
from models.detector.marks import blots, frames, hidden, lone_marks, measure, sign_distance

REACH = 1.3  # heights of a letter: the gap to its neighbour in a line
WIDE_REACH = 1.6  # heights of a line's higher letters: the gap over which a line goes on
CAPITALS = 0.8  # of a line's letters are no higher than its higher letters
ASCENT, DESCENT = 1.8, 0.6  # heights of a line's letters: how far it reaches over and under the baseline at most
COMMA = 0.25  # the same: how far under the baseline its signs may reach
SPECK = 0.012  # of the square of the print's height, in pixels: smaller ink is no dot
DOT_HEIGHT, DOT_WIDTH = 1.5, 2.0  # heights of print: larger ink that is no letter is no sign either
STEEPEST = 0.06  # rows a column: how much a line may run aslant on the level page
SLANT_LETTERS, SLANT_LENGTH = 6, 6.0  # letters and heights that a line needs to show that it does
ON_LINE = 0.2  # heights from the baseline: letters that stand on it


class Rows(NamedTuple):
    """Lines of a level page, 0 .. n - 1, and their regions, sorted by line and left edge."""

    member_boxes: Boxes  # of each region, cut to the line, in the line's frame
    member_row: Ints  # the line of each region
    boxes: Boxes  # of each line, in its own frame: sheared by `slant` around x = 0
    slant: Floats  # rows a column
    height: Floats  # pixels: the median of its letters
    letters: Ints  # how many
    solid: Floats  # share of the letters' boxes that is ink


def form_rows(level: Level) -> Rows:
    """Strings letters together, then gives each line its dots and dashes, its slant and its box."""
    seeds, group, count = _strings(level)
    slant = _slants(level.boxes[seeds], group, count)
    strings = measure(lean(level.boxes[seeds], slant[group]), group, count)
    member, row = seeds, group
    if count:
        dots, owner = _signs(level, seeds, strings.base, strings.height, strings.around, slant)
        member, row = np.concatenate([seeds, dots]), np.concatenate([group, owner])
    order = np.lexsort((level.boxes[member, 0], row))
    member, row = member[order], row[order]
    height, base, around, size = strings
    top = np.maximum(around[:, 1], base - ASCENT * height)
    bottom = np.clip(around[:, 3], base + COMMA * height, base + DESCENT * height)
    boxes = lean(level.boxes[member], slant[row])
    boxes[:, 1] = np.clip(boxes[:, 1], top[row], base[row] - 1)
    boxes[:, 3] = np.clip(boxes[:, 3], boxes[:, 1] + 1, bottom[row])
    full = np.prod(level.boxes[seeds, 2:] - level.boxes[seeds, :2], axis=1)
    solid = np.bincount(group, level.area[seeds], minlength=count) / np.bincount(group, full, minlength=count)
    return Rows(boxes, row, surround(boxes, row, count), slant, height, size, solid)


def select(rows: Rows, kept: Bools) -> Rows:
    """Some of the lines, numbered anew."""
    number = np.cumsum(kept) - 1
    members = kept[rows.member_row]
    return Rows(
        rows.member_boxes[members],
        number[rows.member_row[members]],
        rows.boxes[kept],
        rows.slant[kept],
        rows.height[kept],
        rows.letters[kept],
        rows.solid[kept],
    )


def _strings(level: Level) -> tuple[Ints, Ints, int]:
    """Letters, the string 0 .. n - 1 of each, and n."""
    seeds = np.flatnonzero(level.letter & ~blots(level) & ~frames(level))
    boxes = level.boxes[seeds]
    group = _go_on(boxes, link(boxes, REACH))
    count = int(group.max(initial=-1)) + 1
    strings = measure(boxes, group, count)
    kept = ~(lone_marks(strings, level.scale) | hidden(strings))
    number = np.cumsum(kept) - 1
    stay = kept[group]
    return seeds[stay], number[group[stay]], int(kept.sum())


def _go_on(boxes: Boxes, group: Ints) -> Ints:
    """The groups, joined where one goes on after a wide gap on the same baseline."""
    count = int(group.max(initial=-1)) + 1
    _, base, around, _ = measure(boxes, group, count)
    # Capitals and small letters set their gaps alike: the higher letters of a line measure them.
    height = middle_of(boxes[:, 3] - boxes[:, 1], group, count, CAPITALS)
    around[:, 1], around[:, 3] = base - height, base
    return link(around, WIDE_REACH)[group]


def _slants(boxes: Boxes, group: Ints, count: int) -> Floats:
    """Least squares through the lower edges of each line's letters, twice: the second time without descenders."""
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]
    height, _, around, size = measure(boxes, group, count)
    long = (size >= SLANT_LETTERS) & (around[:, 2] - around[:, 0] >= SLANT_LENGTH * height)
    slant = np.zeros(count)
    for _ in range(2):
        rest = y - slant[group] * x
        near = abs(rest - middle_of(rest, group, count)[group]) < ON_LINE * height[group]
        number = np.maximum(np.bincount(group, near, minlength=count), 1)
        from_x = x - (np.bincount(group, near * x, minlength=count) / number)[group]
        from_y = y - (np.bincount(group, near * y, minlength=count) / number)[group]
        spread = np.maximum(np.bincount(group, near * from_x**2, minlength=count), 1)
        fitted = np.bincount(group, near * from_x * from_y, minlength=count) / spread
        slant = np.where(long, np.clip(fitted, -STEEPEST, STEEPEST), 0.0)
    return slant


def _signs(level: Level, seeds: Ints, base: Floats, height: Floats, around: Boxes, slant: Floats) -> tuple[Ints, Ints]:
    """The dots, commas and dashes that stand by a line, and the nearest line of each."""
    boxes = level.boxes
    sign = (level.area >= SPECK * level.scale**2) & (boxes[:, 3] - boxes[:, 1] <= DOT_HEIGHT * level.scale)
    sign &= boxes[:, 2] - boxes[:, 0] <= DOT_WIDTH * level.scale
    sign[seeds] = False
    dots = np.flatnonzero(sign)
    x = (boxes[dots, 0, None] + boxes[dots, 2, None]) / 2
    far = sign_distance(boxes[dots], base + slant * x, height, around)
    nearest = far.argmin(1)
    found = np.isfinite(far[np.arange(len(dots)), nearest])
    return dots[found], nearest[found]
