"""The scores of DESIGN.md that the Word Net is measured by."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt


def loose(text: str) -> str:
    """Case-folded, everything but 0-9a-z removed."""
    return re.sub("[^0-9a-z]", "", text.casefold())


def strict(text: str) -> str:
    """As it is, but for white space, which counts as one space."""
    return " ".join(text.split())


def single_word_accuracy(truths: Sequence[str], texts: Sequence[str]) -> tuple[float, float]:
    """Share of crops read exactly: (loose, without the crops whose truth is then empty; strict, of all)."""
    pairs = [(loose(truth), loose(text)) for truth, text in zip(truths, texts, strict=True)]
    pairs = [(truth, text) for truth, text in pairs if truth]
    right = [strict(truth) == strict(text) for truth, text in zip(truths, texts, strict=True)]
    return float(np.mean([truth == text for truth, text in pairs])), float(np.mean(right))


def distance(a: str, b: str) -> int:
    """Levenshtein."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]


def character_error_rate(truths: Sequence[str], texts: Sequence[str]) -> float:
    """Edits over the truths' length, case-folded (one set's truth is all capitals), white space folded."""
    pairs = [(strict(truth).casefold(), strict(text).casefold()) for truth, text in zip(truths, texts, strict=True)]
    return sum(distance(*pair) for pair in pairs) / max(1, sum(len(truth) for truth, _ in pairs))


def space_recall(truths: Sequence[str], texts: Sequence[str]) -> float:
    """Share of the truths' spaces that stand in the texts, in the lines whose characters but for spaces are right."""
    found = expected = 0
    for truth, text in zip(truths, texts, strict=True):
        if loose(truth) == loose(text):
            expected += len(_cuts(truth))
            found += len(_cuts(truth) & _cuts(text))
    return found / max(1, expected)


def _cuts(text: str) -> set[int]:
    """How many loose characters stand before each space."""
    words = [loose(word) for word in text.split()]
    ends = np.cumsum([len(word) for word in words if word])
    return set(ends[:-1].tolist())


def calibration_error(confidences: npt.NDArray[np.float64], right: npt.NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error over equally wide bins of confidence (Guo et al. 2017)."""
    place = np.minimum((confidences * bins).astype(int), bins - 1)
    return sum(
        float(abs(confidences[place == i].sum() - right[place == i].sum())) / len(right)
        for i in range(bins)
        if (place == i).any()
    )
