"""Readings for tests: scores as the Word Net gives them, with other letters where a test wants them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from models.lexicon import STEPS, Lexicon
from models.windows import Frame, Window
from models.word_net import Floats, Reading, decode
from models.words.evidence import Alphabet
from models.words.pieces import Piece, pieces_of

CHARACTERS = " abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:;!?'-()@/"
ALPHABET = Alphabet(CHARACTERS)
EACH = 3  # steps a character, which is read at the second of them
COUNTS = {"the": 30, "house": 22, "night": 22, "hello": 18, "world": 22, "first": 22, "fist": 14, "over": 22}
COUNTS |= {"throw": 18, "overthrow": 16, "self": 18, "made": 20, "a": 30, "i": 26, "do": 24, "not": 24}


def lexicon(**counts: int) -> Lexicon:
    """COUNTS and others, each by the binary logarithm of its count."""
    return Lexicon({word: STEPS * count for word, count in {**COUNTS, **counts}.items()}, 2.0**32)


def scores_of(text: str, other: Mapping[int, tuple[str, float]] | None = None, sure: float = 0.999) -> Floats:
    """Log-probabilities of a text.

    Args:
        other: by step, what else may stand there and how likely; "" is the blank. Steps beyond the text are left out.
    """
    steps = EACH * len(text)
    chances = np.full((steps, 1 + len(CHARACTERS)), 1e-9)
    chances[:, 0] = sure
    for index, character in enumerate(text):
        chances[EACH * index + 1, 0] = 1 - sure
        chances[EACH * index + 1, ALPHABET.classes[character]] = sure
    for step, (character, chance) in (other or {}).items():
        if step >= steps:
            continue
        chances[step] *= 1 - chance
        chances[step, ALPHABET.classes[character] if character else 0] += chance
    logarithms: Floats = np.log(chances / chances.sum(1, keepdims=True)).astype(np.float32)
    return logarithms


def step_of(index: int) -> int:
    """The step at which the character at an index is read."""
    return EACH * index + 1


def window(left: int = 0, columns: int = 320, starts_within: bool = False, ends_within: bool = False) -> Window:
    frame = Frame(np.eye(3), left + columns)
    return Window(np.zeros((32, 320), np.uint8), 0, frame, left, columns, (0, 1), starts_within, ends_within)


def reading_of(scores: Floats) -> Reading:
    text, places, confidences, _ = decode(scores, CHARACTERS)
    return Reading(text, places, confidences, 0.9)


def pieces(text: str, other: Mapping[int, tuple[str, float]] | None = None, sure: float = 0.999) -> list[Piece]:
    """The pieces of a line of one window."""
    scores = scores_of(text, other, sure)
    return pieces_of([window()], [reading_of(scores)], [scores])
