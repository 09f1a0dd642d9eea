"""Words of a page to straight runs of text: where each begins and ends along its baseline. Pure geometry."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from documents.overlay.glyphless_font import clusters, whole
from documents.overlay.spacing import (
    LEAST_ADVANCE,
    PlacedWord,
    Run,
    keep_apart,
    may_be_glued,
    sealed,
    visual_order,
)
from schemas.geometry import Matrix, Points, transform
from schemas.pages import Word

Vector = npt.NDArray[np.float64]  # (n,)

MAX_SAG = 0.25  # of a line's height: how far words may stand off their baseline before it is sloped, or cut in two
MAX_TURN = 45.0  # degrees between a word and its run
# Poppler cuts a word where its letters' baselines differ by half a point, and pdfminer cuts slanted words into letters.
# So a line that is nearly level goes in steps, each word flat. In any other slanted line each word is a single glyph.
MAX_STEPPED = 7.0  # degrees off the axes
LEAST_SIZE = 0.05  # units of user space, for boxes without height
MARGIN = 0.001  # of the page: pdf.js drops letters whose origin lies beyond its edge


@dataclasses.dataclass(frozen=True)
class _Boxes:
    """The words of one line in user space; one row each."""

    words: Sequence[str]
    left: npt.NDArray[np.float64]  # (n, 2): middle of the left edge
    right: npt.NDArray[np.float64]  # (n, 2)
    height: npt.NDArray[np.float64]  # (n,)

    def take(self, indices: Sequence[int]) -> _Boxes:
        rows = list(indices)
        return _Boxes([self.words[row] for row in rows], self.left[rows], self.right[rows], self.height[rows])


def lay_out(words: Sequence[Word], to_user: Matrix) -> list[Run]:
    """The runs of a page's words, in the order of their line numbers.

    `to_user` takes the words' quads to the user space of the page. A line that bends is cut into straight pieces.
    """
    lines: dict[int, list[Word]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    runs: list[Run] = []
    for _, line in sorted(lines.items()):
        boxes = _boxes(line, to_user)
        if boxes.words:
            runs += _straight_runs(boxes)
    pairs = itertools.zip_longest(runs, runs[1:])
    return [sealed(run) if may_be_glued(run, behind) else run for run, behind in pairs]


def _boxes(words: Sequence[Word], to_user: Matrix) -> _Boxes:
    fractions = np.asarray([word.quad for word in words], dtype=np.float64).reshape(-1, 2)
    quads = transform(to_user, np.clip(fractions, MARGIN, 1 - MARGIN)).reshape(-1, 4, 2)
    usable = [row for row, word in enumerate(words) if clusters(word.text) and np.isfinite(quads[row]).all()]
    sides = np.linalg.norm(quads[:, 0] - quads[:, 3], axis=1) + np.linalg.norm(quads[:, 1] - quads[:, 2], axis=1)
    left, right = (quads[:, 0] + quads[:, 3]) / 2, (quads[:, 1] + quads[:, 2]) / 2
    return _Boxes([word.text for word in words], left, right, sides / 2).take(usable)


def _straight_runs(boxes: _Boxes) -> list[Run]:
    """The line as one run where it is straight, else as those of its halves."""
    edges = boxes.right - boxes.left
    direction = _direction(edges)
    height = max(float(np.median(boxes.height)), LEAST_SIZE)
    alone = len(boxes.words) == 1
    if alone or (edges @ direction >= math.cos(math.radians(MAX_TURN)) * np.linalg.norm(edges, axis=1)).all():
        axis = _nearest_axis(direction)
        stepped = float(axis @ direction) >= math.cos(math.radians(MAX_STEPPED))
        for sloped in (False, True):
            if stepped:
                direction, baseline = axis, _baseline(boxes, axis, sloped)
            else:
                direction = _along(boxes, direction) if sloped else direction
                baseline = _baseline(boxes, direction, False)
            if alone or np.abs(_heights(boxes, direction) - baseline).max() <= MAX_SAG * height:
                return [_run(boxes, direction, baseline, height, stepped=stepped)]
    order = np.argsort((boxes.left + boxes.right) @ direction, kind="stable").tolist()
    middle = len(order) // 2
    return _straight_runs(boxes.take(order[:middle])) + _straight_runs(boxes.take(order[middle:]))


def _direction(edges: Points) -> Vector:
    """The unit vector along which most of the text runs."""
    total = edges.sum(axis=0)
    length = float(np.linalg.norm(total))
    return np.asarray(total / length) if length > 0 else np.array([1.0, 0.0])


def _nearest_axis(direction: Vector) -> Vector:
    axis = np.zeros(2)
    longer = int(np.abs(direction).argmax())
    axis[longer] = np.sign(direction[longer])
    return axis


def _heights(boxes: _Boxes, direction: Vector) -> Vector:
    """How high the words' middles stand, across the direction."""
    return np.asarray((boxes.left + boxes.right) / 2 @ np.array([-direction[1], direction[0]]), dtype=np.float64)


def _baseline(boxes: _Boxes, direction: Vector, sloped: bool) -> Vector:
    """The height of the line's middle at each word: the median, or the straight line that fits best."""
    heights = _heights(boxes, direction)
    if not sloped:
        return np.full(len(heights), np.median(heights))
    along = (boxes.left + boxes.right) / 2 @ direction
    spread = along - along.mean()
    return np.asarray(heights.mean() + _slope(spread, heights) * spread, dtype=np.float64)


def _along(boxes: _Boxes, direction: Vector) -> Vector:
    """The direction turned into the line through the words' middles: an engine's upright boxes say nothing of slant."""
    along = (boxes.left + boxes.right) / 2 @ direction
    slope = _slope(along - along.mean(), _heights(boxes, direction))
    turned = direction + slope * np.array([-direction[1], direction[0]])
    return np.asarray(turned / np.linalg.norm(turned), dtype=np.float64)


def _slope(spread: Vector, heights: Vector) -> float:
    scatter = float(spread @ spread)
    return float(spread @ heights) / scatter if scatter > 0 else 0.0


def _run(boxes: _Boxes, direction: Vector, baseline: Vector, height: float, *, stepped: bool) -> Run:
    starts, ends = boxes.left @ direction, boxes.right @ direction
    pieces = [visual_order(clusters(text)) if stepped else tuple(whole(text)) for text in boxes.words]
    advances = [(end - start) / len(word) for word, start, end in zip(pieces, starts, ends, strict=True)]
    # Letters that stand closer than readers bear: smaller text, in the middle of the box, keeps them apart.
    size = max(min(height, max(advances) / LEAST_ADVANCE), height * LEAST_ADVANCE, LEAST_SIZE)
    order = np.argsort(starts, kind="stable").tolist()
    origin, ground = float(starts[order[0]]), float(baseline[order[0]])
    placed = [
        PlacedWord(pieces[row], float(starts[row]) - origin, float(ends[row]) - origin, float(baseline[row]) - ground)
        for row in order
    ]
    bottom = ground - size / 2
    return Run(
        x=float(direction[0] * origin - direction[1] * bottom),
        y=float(direction[1] * origin + direction[0] * bottom),
        cos=float(direction[0]),
        sin=float(direction[1]),
        size=size,
        words=tuple(keep_apart(placed, size)),
        stepped=stepped,
    )
