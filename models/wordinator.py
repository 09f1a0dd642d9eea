"""The Wordinator: what the Word Net read of a page's lines, as words, each with one box and one text.

A first one: it parts lines at the spaces that were read, puts chopped words together again, and drops what is noise for
sure.
The lexicon, with its joins and splits, is not there yet.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence

import numpy as np

from models.windows import Character, Frame, Window, join
from models.word_detector import Line
from models.word_net import HEIGHT, Reading
from schemas.pages import Word

NOISE = 0.75  # confidence below which a word is dropped: set by hand on samples of forms and validation receipts
SIGN_NOISE = 0.8  # the same for words without a letter or digit, which dirt looks like
HALF_LETTER = 0.22 * HEIGHT  # columns from a letter's middle to its edge, where nothing better is known
SNAP = 0.45 * HEIGHT  # columns within which the detector's edge of a word is taken for ours


def wordinate(lines: Sequence[Line], windows: Sequence[Window], readings: Sequence[Reading]) -> list[Word]:
    """The words of a page, lines in their order, quads in pixels of the page.

    Args:
        windows: of all lines, in order, as `models.windows.cut_lines` gives them; `readings` are theirs.
    """
    words: list[Word] = []
    pairs = zip(windows, readings, strict=True)
    number = 0
    for index, group in itertools.groupby(pairs, key=lambda pair: pair[0].line):
        shown, read = zip(*group, strict=True)
        found = list(_words(lines[index], number, shown[0].frame, join(shown, read)))
        words += found
        number += bool(found)
    return words


def confidence_of(characters: Sequence[Character]) -> float:
    """The geometric mean of the characters' confidences."""
    return math.exp(sum(math.log(max(each.confidence, 1e-6)) for each in characters) / len(characters))


def _words(line: Line, number: int, frame: Frame, characters: list[Character]) -> Iterator[Word]:
    edges = frame.column(np.array([quad.points for quad in line.words]).reshape(-1, 2)).reshape(-1, 4)
    starts, ends = edges[:, [0, 3]].mean(1), edges[:, [1, 2]].mean(1)
    for space, group in itertools.groupby(characters, key=lambda each: each.text == " "):
        if space:
            continue
        letters = list(group)
        text, confidence = "".join(each.text for each in letters), confidence_of(letters)
        if confidence < (NOISE if any(map(str.isalnum, text)) else SIGN_NOISE):
            continue
        left = _snapped(letters[0].column - HALF_LETTER, starts)
        right = _snapped(letters[-1].column + HALF_LETTER, ends)
        if left < right:
            yield Word(text, frame.span(max(0.0, left), min(right, float(frame.columns))), number, confidence)


def _snapped(column: float, edges: np.ndarray) -> float:
    nearest = float(edges[np.abs(edges - column).argmin()])
    return nearest if abs(nearest - column) < SNAP else column
