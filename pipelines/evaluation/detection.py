"""Whether boxes were found: one-to-one matches at IoU 0.5 between the truth's boxes and an engine's."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from schemas.geometry import Box
from schemas.pages import Word

LEAST_IOU = 0.5
# Heights of a line: a wider gap ends a piece. Engines differ in whether a row of a receipt (`TOTAL      12.50`) is one
# line; the truth has two boxes. On 6 receipts Tesseract's lines scored best at 1.5 (F1 0.76; uncut 0.45), and
# RapidOCR's, which are such pieces already, the same from 1.25 up (0.90; uncut 0.90).
WIDE_GAP = 1.5


class Found(NamedTuple):
    """A box with its text."""

    box: Box
    text: str


def overlaps(ones: Sequence[Box], others: Sequence[Box]) -> npt.NDArray[np.float64]:
    """Intersection over union of each with each: (len(ones), len(others)), 0..1; 0 where both are empty."""
    a = np.asarray(ones, dtype=np.float64).reshape(-1, 1, 4)
    b = np.asarray(others, dtype=np.float64).reshape(1, -1, 4)
    sides = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
    common = np.prod(np.clip(sides, 0, None), axis=2)
    union = _areas(a) + _areas(b) - common
    shared: npt.NDArray[np.float64] = np.divide(common, union, out=np.zeros_like(common), where=union > 0)
    return shared


def matches(truths: Sequence[Box], found: Sequence[Box]) -> list[tuple[int, int]]:
    """Pairs (truth, found) of at least LEAST_IOU, each box in one at most; the pairs that overlap most come first."""
    shared = overlaps(truths, found)
    candidates = [(int(i), int(j)) for i, j in np.argwhere(shared >= LEAST_IOU)]
    # Ties go by the boxes themselves: the result depends neither on their order nor on which side is the truth.
    candidates.sort(key=lambda pair: (-shared[pair], *sorted((truths[pair[0]], found[pair[1]]))))
    taken: list[tuple[int, int]] = []
    used_truths, used_found = set[int](), set[int]()
    for one, other in candidates:
        if one not in used_truths and other not in used_found:
            used_truths.add(one)
            used_found.add(other)
            taken.append((one, other))
    return taken


def as_words(words: Sequence[Word]) -> list[Found]:
    """Each word's upright box."""
    return [Found(word.quad.box, word.text) for word in words]


def as_lines(words: Sequence[Word]) -> list[Found]:
    """The words of each of the engine's lines as one box, in pieces where a gap is wider than WIDE_GAP."""
    by_line = sorted(words, key=lambda word: word.line)
    return [
        _united(piece)
        for _, line in itertools.groupby(by_line, key=lambda word: word.line)
        for piece in _pieces(as_words(list(line)))
    ]


def _pieces(line: list[Found]) -> Iterator[list[Found]]:
    widest = WIDE_GAP * statistics.median(one.box.bottom - one.box.top for one in line)
    piece: list[Found] = []
    for one in sorted(line):
        if piece and one.box.left - max(before.box.right for before in piece) > widest:
            yield piece
            piece = []
        piece.append(one)
    yield piece


def _united(piece: list[Found]) -> Found:
    lefts, tops, rights, bottoms = zip(*(one.box for one in piece), strict=True)
    return Found(Box(min(lefts), min(tops), max(rights), max(bottoms)), " ".join(one.text for one in piece))


def _areas(boxes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(np.prod(boxes[..., 2:] - boxes[..., :2], axis=2), dtype=np.float64)
