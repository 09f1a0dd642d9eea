from __future__ import annotations

import pytest

from models.words.confidence import FEATURES, confidence, features, geometric_mean
from models.words.language import Language
from models.words.pieces import Piece
from tests.models.words.read import lexicon

LANGUAGE = Language(lexicon(), -12.0)


def piece(text: str, *confidences: float, decision: str = "kept") -> Piece:
    return Piece(text, tuple(range(len(text))), confidences or (0.9,) * len(text), None, decision)


def test_one_doubtful_letter_lowers_the_mean() -> None:
    assert geometric_mean(piece("ab", 0.9, 0.9)) == pytest.approx(0.9)
    assert geometric_mean(piece("ab", 1.0, 0.25)) == pytest.approx(0.5)
    assert geometric_mean(piece("a", 0.0)) > 0


def test_what_is_known_of_a_piece() -> None:
    named = dict(zip(FEATURES, features(piece("first", 1, 1, 1, 1, 0.5, decision="lexicon"), LANGUAGE), strict=True))
    assert named["least sure character"] == pytest.approx(-0.693, abs=0.001)
    assert named["all characters"] == pytest.approx(-0.139, abs=0.001)
    assert (named["known"], named["code"], named["sign"], named["one character"], named["changed"]) == (1, 0, 0, 0, 1)
    assert features(piece("I2"), LANGUAGE)[3:] == (0, 1, 0, 0, 0)
    assert features(piece("-"), LANGUAGE)[3:] == (0, 0, 1, 1, 0)
    assert features(piece("a"), LANGUAGE)[3] == 0  # any letter that dirt looks like is some word


def test_confidence_rises_with_what_weighs_for_it_and_stays_in_bounds() -> None:
    weights = (1.0, 2.0, 3.0, 1.0, 0.0, 0.0, 0.0, 0.0)
    sure, less = (confidence(piece("ab", each, each), LANGUAGE, weights) for each in (0.99, 0.5))
    assert 0 < less < sure < 1
    assert confidence(piece("first"), LANGUAGE, weights) > confidence(piece("fqrst"), LANGUAGE, weights)
    assert 0 < confidence(piece("a", 0.0), LANGUAGE, (0.0, 1e9, *weights[2:])) < 1e-6
