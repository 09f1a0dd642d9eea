"""Words of a page to straight runs of text: where each begins and ends along its baseline. Pure geometry."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from documents.overlay.glyphless_font import clusters, whole
from schemas.geometry import Matrix, Points, transform
from schemas.pages import Word

Vector = npt.NDArray[np.float64]  # (n,)

# Gaps and advances are in ems; an em is the height of the run.
LEAST_GAP = 0.16  # pdf.js sees no space below 0.102, Poppler none below 0.15
LEAST_GAP_OF_LETTERS = 0.42  # Poppler takes single letters with less than 0.4 between them for one spaced-out word
LEAST_ADVANCE = 0.1  # PDFium takes the same letter within 0.07 for a shadow and drops it
MAX_SAG = 0.25  # how far words may stand off their baseline before it is sloped, or cut in two
MAX_TURN = 45.0  # degrees between a word and its run
# Poppler cuts a word where its letters' baselines differ by half a point, pdfminer cuts slanted words into letters. So a
# line that is nearly upright goes in steps, each word flat; in any other slanted line each word is a single glyph.
MAX_STEPPED = 7.0  # degrees off the axes
LEAST_SIZE = 0.05  # units of user space, for boxes without height


@dataclasses.dataclass(frozen=True)
class PlacedWord:
    """A word on its baseline."""

    pieces: tuple[str, ...]  # clusters, one advance each, in the order in which they stand from left to right
    start: float  # units of user space along the baseline
    end: float
    rise: float = 0.0  # units of user space above the baseline


@dataclasses.dataclass(frozen=True)
class Run:
    """Words on one straight baseline, from left to right as they are read."""

    x: float  # where the baseline is 0, user space
    y: float
    cos: float  # the direction of reading
    sin: float
    size: float  # height of the boxes, units of user space
    words: tuple[PlacedWord, ...]


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
    return runs


def _boxes(words: Sequence[Word], to_user: Matrix) -> _Boxes:
    quads = transform(to_user, np.asarray([word.quad for word in words], dtype=np.float64).reshape(-1, 2)).reshape(-1, 4, 2)
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
                return [_run(boxes, direction, baseline, height, flat=stepped)]
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
    """The direction turned into the line through the words' middles (upright boxes of an engine say nothing of slant)."""
    along = (boxes.left + boxes.right) / 2 @ direction
    slope = _slope(along - along.mean(), _heights(boxes, direction))
    turned = direction + slope * np.array([-direction[1], direction[0]])
    return np.asarray(turned / np.linalg.norm(turned), dtype=np.float64)


def _slope(spread: Vector, heights: Vector) -> float:
    scatter = float(spread @ spread)
    return float(spread @ heights) / scatter if scatter > 0 else 0.0


def _run(boxes: _Boxes, direction: Vector, baseline: Vector, height: float, *, flat: bool) -> Run:
    starts, ends = boxes.left @ direction, boxes.right @ direction
    pieces = [tuple(clusters(text) if flat else whole(text)) for text in boxes.words]
    advances = [(end - start) / len(word) for word, start, end in zip(pieces, starts, ends, strict=True)]
    # Letters that stand closer than readers bear: smaller text, in the middle of the box, keeps them apart.
    size = max(min(height, max(advances) / LEAST_ADVANCE), height * LEAST_ADVANCE, LEAST_SIZE)
    order = np.argsort(starts, kind="stable").tolist()
    origin, ground = float(starts[order[0]]), float(baseline[order[0]])
    placed = [
        PlacedWord(pieces[row], float(starts[row]) - origin, float(ends[row]) - origin, float(baseline[row]) - ground)
        for row in order
    ]
    up = ground - size / 2
    return Run(
        x=float(direction[0] * origin - direction[1] * up),
        y=float(direction[1] * origin + direction[0] * up),
        cos=float(direction[0]),
        sin=float(direction[1]),
        size=size,
        words=tuple(keep_apart(placed, size)),
    )


def keep_apart(words: Sequence[PlacedWord], size: float) -> list[PlacedWord]:
    """The words with the least gap between them: first at the cost of the word before it, then of the one behind."""
    result: list[PlacedWord] = []
    earliest = -math.inf
    for word, following in itertools.zip_longest(words, words[1:]):
        letters = following is not None and _is_letter(word) and _is_letter(following)
        gap = size * (LEAST_GAP_OF_LETTERS if letters else LEAST_GAP)
        start = max(word.start, earliest)
        end = word.end if following is None else min(word.end, following.start - gap)
        end = max(end, start + LEAST_ADVANCE * size * len(word.pieces))
        result.append(dataclasses.replace(word, start=start, end=end))
        earliest = end + gap
    return result


def _is_letter(word: PlacedWord) -> bool:
    return len(word.pieces) == 1 and len(word.pieces[0]) == 1
