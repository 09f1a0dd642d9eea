"""How much of the words a reader gives back: word F1, space recall, overlap of boxes."""

from __future__ import annotations

import itertools
import unicodedata
from collections import Counter
from collections.abc import Sequence

from schemas.geometry import Box
from schemas.pages import Word


def folded(text: str) -> str:
    """The text without what readers rightly change: compatibility forms (ligatures), invisible signs."""
    text = unicodedata.normalize("NFKC", text)
    return "".join(char for char in text if unicodedata.category(char) != "Cf")


def word_f1(words: Sequence[Word], text: str) -> float:
    """F1 over the multisets of words, compared as they are but for `folded`."""
    truth = Counter(folded(word.text) for word in words)
    found = Counter(folded(text).split())
    hits = (truth & found).total()
    return 2 * hits / max(truth.total() + found.total(), 1)


def space_gaps(words: Sequence[Word], text: str) -> tuple[int, int]:
    """Of the gaps between neighbours on a line: how many came back as white space, and how many there are.

    Where a reader took the line apart, a gap counts when the words on both its sides came back whole.
    """
    flat, breaks = _squeezed(folded(text))
    found = set(folded(text).split())
    kept = gaps = 0
    for line in _lines(words):
        joined = "".join(line)
        start = flat.find(joined)
        ends = [sum(map(len, line[: index + 1])) for index in range(len(line) - 1)]
        gaps += len(ends)
        if start >= 0:
            kept += sum(start + end in breaks for end in ends)
        else:
            kept += sum(before in found and after in found for before, after in itertools.pairwise(line))
    return kept, gaps


def mean_overlap(words: Sequence[Word], found: Sequence[tuple[str, Box]]) -> float:
    """Mean IoU of the upright boxes around the words with the reader's for words of the same text; 0 for a lost one."""
    total = 0.0
    for word in words:
        text = folded(word.text)
        total += max((_iou(word.quad.box, box) for other, box in found if folded(other) == text), default=0.0)
    return total / max(len(words), 1)


def _lines(words: Sequence[Word]) -> list[list[str]]:
    lines: dict[int, list[str]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(folded(word.text))
    return list(lines.values())


def _squeezed(text: str) -> tuple[str, set[int]]:
    """The text without white space, and where in it white space stood."""
    flat, breaks = "", set()
    for word in text.split():
        flat += word
        breaks.add(len(flat))
    return flat, breaks


def _iou(one: Box, other: Box) -> float:
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    if width <= 0 or height <= 0:
        return 0.0
    union = sum((box.right - box.left) * (box.bottom - box.top) for box in (one, other)) - width * height
    return width * height / union
