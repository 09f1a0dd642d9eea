"""The Wordinator's limits from labelled pages that were read once."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models.lexicon import Lexicon
from models.wordinator import FEW, Wordinator
from models.words.confidence import features
from models.words.limits import Limits
from pipelines.evaluation.scores import loose, loose_words, strict_words
from pipelines.evaluation.strips import ReadPage
from pipelines.evaluation.worth import Corrected, correct

Floats = npt.NDArray[np.float64]

# What is tried for each, the others held; the first is where the search begins.
GRID = {"weight": (0.7, 0.5, 1.0), "unknown": (-12.0, -10.0, -14.0), "sure": (0.7, 0.5), "lost": (0.5, 0.65, 0.3)}
NOISE = np.linspace(0.05, 0.95, 91)
RIDGE = 1.0  # holds the logistic curve's weights where a feature hardly occurs
UNREADABLE = 2 / 3  # of the least readable page that has words


@dataclasses.dataclass(frozen=True)
class Tokens:
    """The pieces of one set: what is known of each, and whether it is right."""

    features: Floats  # (n, len(FEATURES))
    right: Floats  # 0 or 1: it stands in the truth of its page, loosely (signs: as it is)
    strict: Floats  # ... as it is
    signs: npt.NDArray[np.bool_]
    truths: tuple[int, int]  # words in the truth, loose and strict
    pages: npt.NDArray[np.int64]  # index of each one's page
    characters: Floats  # how many


def fit(lexicon: Lexicon, characters: str, pages: Sequence[ReadPage]) -> tuple[Limits, float]:
    """The limits that give the highest loose F1, each set weighing the same, and that F1."""
    chosen = {name: values[0] for name, values in GRID.items()}
    best, score = _fit_with(lexicon, characters, pages, chosen)
    for name, values in GRID.items():
        for value in values[1:]:
            limits, found = _fit_with(lexicon, characters, pages, {**chosen, name: value})
            if found > score:
                best, score, chosen = limits, found, {**chosen, name: value}
    return best, score


def _fit_with(
    lexicon: Lexicon, characters: str, pages: Sequence[ReadPage], chosen: dict[str, float]
) -> tuple[Limits, float]:
    blank = Limits(noise=0, sign_noise=0, unreadable=0, confidence=(), **chosen)
    corrected = correct(Wordinator(lexicon, blank, characters), pages)
    groups = itertools.groupby(corrected, key=lambda one: one.read.page.category)
    tokens = [tokens_of(list(group)) for _, group in groups]
    weights = logistic(np.concatenate([one.features for one in tokens]), np.concatenate([one.right for one in tokens]))
    sure = [probabilities(one.features, weights) for one in tokens]
    scores = [_f1(one.right, values, ~one.signs, one.truths[0]) for one, values in zip(tokens, sure, strict=True)]
    mean = np.mean(scores, axis=0)
    noise = float(NOISE[mean.argmax()])
    strict = [
        _f1(
            one.strict,
            np.where(one.signs, values, np.where(values >= noise, 2, -1)),
            np.ones_like(one.signs),
            one.truths[1],
        )
        for one, values in zip(tokens, sure, strict=True)
    ]
    limits = dataclasses.replace(
        blank,
        noise=round(noise, 3),
        sign_noise=round(float(NOISE[np.mean(strict, axis=0).argmax()]), 3),
        unreadable=round(UNREADABLE * min(min(qualities(*pair)) for pair in zip(tokens, sure, strict=True)), 3),
        confidence=tuple(round(float(each), 4) for each in weights),
    )
    return limits, float(mean.max())


def tokens_of(corrected: Sequence[Corrected]) -> Tokens:
    """The pieces of one set's pages, and whether they are right."""
    rows, right, strict, signs, pages, characters = [], [], [], [], [], []
    truths = [0, 0]
    for index, page in enumerate(corrected):
        loosely, strictly = loose_words(page.read.page.text), strict_words(page.read.page.text)
        truths[0] += len(loosely)
        truths[1] += len(strictly)
        left, left_strictly = _Counted(loosely), _Counted(strictly)
        for strip in page.strips:
            for piece in strip.pieces:
                as_it_is = left_strictly.take(piece.text)
                text = loose(piece.text)
                rows.append(features(piece, page.language))
                strict.append(as_it_is)
                right.append(left.take(text) if text else as_it_is)
                signs.append(not any(map(str.isalnum, piece.text)))
                pages.append(index)
                characters.append(len(piece.text))
    return Tokens(
        np.array(rows, np.float64),
        np.array(right, np.float64),
        np.array(strict, np.float64),
        np.array(signs, np.bool_),
        (truths[0], truths[1]),
        np.array(pages, np.int64),
        np.array(characters, np.float64),
    )


class _Counted:
    """Words of a truth, each of which answers for one word of the output."""

    def __init__(self, words: Sequence[str]) -> None:
        self._left: dict[str, int] = {}
        for word in words:
            self._left[word] = self._left.get(word, 0) + 1

    def take(self, word: str) -> bool:
        found = self._left.get(word, 0) > 0
        if found:
            self._left[word] -= 1
        return found


def logistic(rows: Floats, right: Floats, rounds: int = 25) -> Floats:
    """The weights of a logistic curve, (features,), by Newton's method with a small ridge."""
    weights = np.zeros(rows.shape[1])
    for _ in range(rounds):
        chance = probabilities(rows, weights)
        spread = chance * (1 - chance)
        slope = rows.T @ (right - chance) - RIDGE * weights
        bend = (rows * spread[:, None]).T @ rows + RIDGE * np.eye(len(weights))
        step = np.linalg.solve(bend, slope)
        weights = weights + step
        if np.abs(step).max() < 1e-6:
            break
    return weights


def probabilities(rows: Floats, weights: Floats) -> Floats:
    """The curve's values, (n,)."""
    return np.asarray(1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30))), np.float64)


def _f1(right: Floats, sure: Floats, counted: npt.NDArray[np.bool_], truths: int) -> Floats:
    """F1 at each of NOISE, where what is less sure is dropped."""
    kept = (sure[counted][None, :] >= NOISE[:, None]).astype(np.float64)
    return np.asarray(2 * (kept @ right[counted]) / (kept.sum(1) + truths), np.float64)


def qualities(tokens: Tokens, sure: Floats) -> list[float]:
    """How readable each page is, as `models.wordinator.readability` says it; 1 of a page with hardly any piece."""
    weighed = np.bincount(tokens.pages, sure * tokens.characters)
    total = np.bincount(tokens.pages, tokens.characters)
    many = np.bincount(tokens.pages) >= FEW
    return list(np.where(many, weighed / np.maximum(total, 1), 1.0))
