"""Whether confidence means something: of the tokens at 0.8, are eight of ten right?"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import NamedTuple

from pipelines.evaluation.detection import LEAST_IOU, Found, overlaps
from pipelines.evaluation.scores import loose
from schemas.pages import Word

BINS = 10  # equally wide
SURE = 0.9


class Judged(NamedTuple):
    """A token and whether it is right."""

    confidence: float | None
    right: bool


def judged(words: Sequence[Word], truths: Sequence[Found]) -> list[Judged]:
    """A token is right when its loose text is that of a truth's box which it overlaps at LEAST_IOU.

    The boxes must be words' boxes: a word fills too little of a line's.
    """
    texts = [loose(truth.text) for truth in truths]
    near = overlaps([word.quad.box for word in words], [truth.box for truth in truths]) >= LEAST_IOU
    return [
        Judged(word.confidence, any(texts[index] == loose(word.text) for index in row.nonzero()[0]))
        for word, row in zip(words, near, strict=True)
    ]


@dataclasses.dataclass(frozen=True)
class Bin:
    """The tokens of a range of confidence; 1 belongs to the last."""

    least: float
    tokens: int
    mean_confidence: float | None  # None without tokens, as the next
    right: float | None  # share, 0..1


@dataclasses.dataclass(frozen=True)
class Reliability:
    """Over all tokens of some pages."""

    tokens: int
    without: int  # of them have no confidence
    right: float | None  # share of all tokens
    ece: float | None  # expected calibration error (Guo et al. 2017), 0..1; None where no token has a confidence
    sure_share: float | None  # of all tokens, those at SURE or more
    sure_precision: float | None  # of those, the ones that are right
    bins: tuple[Bin, ...]


def reliability(tokens: Sequence[Judged]) -> Reliability:
    """Shares are None where there is nothing to take a share of."""
    known = [(token.confidence, token.right) for token in tokens if token.confidence is not None]
    sure = [right for confidence, right in known if confidence >= SURE]
    groups: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for confidence, right in known:
        groups[min(int(confidence * BINS), BINS - 1)].append((confidence, right))
    gaps = sum(abs(sum(confidence - right for confidence, right in group)) for group in groups)
    return Reliability(
        tokens=len(tokens),
        without=len(tokens) - len(known),
        right=_mean([token.right for token in tokens]),
        ece=gaps / len(known) if known else None,
        sure_share=len(sure) / len(tokens) if tokens else None,
        sure_precision=_mean(sure),
        bins=tuple(
            Bin(index / BINS, len(group), _mean([one for one, _ in group]), _mean([right for _, right in group]))
            for index, group in enumerate(groups)
        ),
    )


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
