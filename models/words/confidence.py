"""How likely a piece is right: a logistic curve over what the Word Net and the lexicon say of it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from models.words.language import Language, words_of
from models.words.pieces import Piece

_LEAST = 1e-6  # of a confidence whose logarithm is taken
LEAST_ODDS = -30.0  # keeps the exponential in bounds
FEATURES = ("one", "least sure character", "all characters", "known", "code", "sign", "one character", "changed")


def geometric_mean(piece: Piece) -> float:
    """Of the confidences of its characters."""
    return math.exp(_mean_logarithm(piece))


def features(piece: Piece, language: Language) -> tuple[float, ...]:
    """As FEATURES names them: logarithms (0 is certain) and 0 or 1."""
    words = words_of(piece.text)
    known = bool(words) and max(map(len, words)) > 1 and language.knows(words)
    return (
        1.0,
        math.log(max(min(piece.confidences), _LEAST)),
        _mean_logarithm(piece),
        float(known),
        float(any(map(str.isdigit, piece.text))),
        float(not any(map(str.isalnum, piece.text))),
        float(len(piece.text) == 1),
        float(piece.decision != "kept"),
    )


def confidence(piece: Piece, language: Language, weights: Sequence[float]) -> float:
    """The probability that the piece is right, 0..1."""
    odds = sum(weight * value for weight, value in zip(weights, features(piece, language), strict=True))
    return 1 / (1 + math.exp(-max(odds, LEAST_ODDS)))


def _mean_logarithm(piece: Piece) -> float:
    confidences = piece.confidences
    if min(confidences) < _LEAST:
        confidences = tuple(max(each, _LEAST) for each in confidences)
    return sum(map(math.log, confidences)) / len(confidences)
