"""What is no letter: blots, drawn frames, lone marks, pieces of letters; and the signs that belong to a line."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.detector.boxes import HALF, Bools, Boxes, Floats, Ints, middle_of, shared, surround
from models.detector.level import Level
from models.detector.links import runs

BLOT = 1.5  # heights of print: smaller regions are no blots
SOLID = 0.75  # share of ink in its box from which on a region is a blot
FRAME, CONTENT = 1.25, 0.6  # heights of print: the least of a drawn frame, and of a letter in it
HUGE = 2.5  # heights of print: a lone region so high is no letter
SLIM = 0.3  # of its height: a lone stroke so narrow is a 1 beside other text, else a mark
TINY = 0.75  # heights of a line's letters: one or two regions so low beside it are a comma, quotation marks, a dash
WORD = 2.0  # times as wide as high: what is narrower and tiny and alone is a mark
PRINT = 1.6  # heights of print: a higher region alone has no signs beside it
TEXT = 3  # letters: so many are hardly a chance
ABOVE, BELOW, ASIDE = 1.6, 0.45, 0.7  # heights of a line's letters: where its dots and dashes stand


class Strings(NamedTuple):
    """Letters strung together, 0 .. n - 1: the height of the letters, the baseline, the box, how many."""

    height: Floats
    base: Floats
    around: Boxes
    size: Ints


def measure(boxes: Boxes, group: Ints, count: int) -> Strings:
    """The strings 0 .. count - 1 of letters, none of them empty."""
    height = middle_of(boxes[:, 3] - boxes[:, 1], group, count)
    base = middle_of(boxes[:, 3], group, count)
    return Strings(height, base, surround(boxes, group, count), np.bincount(group, minlength=count).astype(np.int64))


def blots(level: Level) -> Bools:
    """Which regions are filled areas: bars, punched holes, blots."""
    width, height = level.boxes[:, 2] - level.boxes[:, 0], level.boxes[:, 3] - level.boxes[:, 1]
    large = np.minimum(width, height) > BLOT * level.scale
    return np.asarray(large & (level.area > SOLID * width * height), np.bool_)


def frames(level: Level) -> Bools:
    """Which regions are drawn around letters: boxes, circles."""
    boxes, height = level.boxes, level.boxes[:, 3] - level.boxes[:, 1]
    large = np.flatnonzero(level.letter & (height > FRAME * level.scale))
    letter = np.flatnonzero(level.letter & (height > CONTENT * level.scale))
    letter = letter[np.argsort(boxes[letter, 1], kind="stable")]
    tops = boxes[letter, 1]
    lowest = boxes[large, 3] - CONTENT * level.scale
    frame, content = runs(np.searchsorted(tops, boxes[large, 1], side="right"), np.searchsorted(tops, lowest))
    outer, inner = boxes[large[frame]], boxes[letter[content]]
    inside = (inner[:, 0] > outer[:, 0]) & (inner[:, 2] < outer[:, 2]) & (inner[:, 3] < outer[:, 3])
    found = np.zeros(len(boxes), bool)
    found[large[frame[inside]]] = True
    return found


def lone_marks(strings: Strings, scale: float) -> Bools:
    """Which strings are a region or two that are no text by themselves: strokes, specks, commas beside a line."""
    height, base, around, size = strings
    width, centre = around[:, 2] - around[:, 0], (around[:, 1, None] + around[:, 3, None]) / 2
    text = around[size >= TEXT]
    beside = ((centre > text[:, 1]) & (centre < text[:, 3])).any(1)
    faint = (width < SLIM * height) | ((height < TINY * scale) & (width < WORD * height))
    mark = (size == 1) & ((height > HUGE * scale) | (faint & ~beside))
    near = np.isfinite(sign_distance(around, base, height, around))
    print_like = (size >= TEXT) | (height < PRINT * scale)
    sign = (size < TEXT) & (near & (height[:, None] < TINY * height) & print_like).any(1)
    return np.asarray(mark | sign, np.bool_)


def hidden(strings: Strings) -> Bools:
    """Which strings lie mostly under one that has more letters."""
    around = strings.around
    own = (around[:, 2] - around[:, 0]) * (around[:, 3] - around[:, 1])
    covered = shared(around, around) > HALF * own[:, None]
    return np.asarray((covered & (strings.size > strings.size[:, None])).any(1), np.bool_)


def sign_distance(boxes: Boxes, base: Floats, height: Floats, around: Boxes) -> Floats:
    """How far boxes stand from lines, in heights of their letters, (n, m); infinity where they can be no signs of it.

    Args:
        base: baselines of the lines, (m,), or at each of the boxes, (n, m).
        height, around: of the lines, (m,) and (m, 4).
    """
    x, y = (boxes[:, 0, None] + boxes[:, 2, None]) / 2, (boxes[:, 1, None] + boxes[:, 3, None]) / 2
    lift = (base - y) / height
    aside = np.maximum(np.maximum(around[:, 0] - x, x - around[:, 2]), 0) / height
    reached = (lift < ABOVE) & (lift > -BELOW) & (aside < ASIDE)
    return np.where(reached, abs(lift - 0.5) + aside, np.inf)
