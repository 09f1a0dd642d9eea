"""From a raw score to the probability that a reading is right: monotone, fitted on one half, checked on the other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.word_net import WordNet, decode, windows_of
from training.crops import Crop
from training.plots import draw_reliability
from training.scores import calibration_error, loose

Floats = npt.NDArray[np.float64]
KNOTS = 30


def raw_scores(net: WordNet, crops: Sequence[Crop], alphabet: str) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """The raw score of each crop that is one window, and whether it is read right (loose: some truths are capitals)."""
    scores, right = [], []
    for crop in crops:
        windows = windows_of(crop.pixels)
        if len(windows) != 1 or not loose(crop.text):
            continue
        text, _, _, score = decode(net.log_probabilities(windows[0].pixels), alphabet)
        scores.append(score)
        right.append(loose(text) == loose(crop.text))
    return np.array(scores), np.array(right)


def fit(scores: Floats, right: npt.NDArray[np.bool_], knots: int = KNOTS) -> list[list[float]]:
    """Knots (raw score, probability) of a rising broken line: means of equally full bins, made monotone (PAV)."""
    order = np.argsort(scores)
    parts = [part for part in np.array_split(order, knots) if len(part)]
    levels = [[float(right[p].mean()), float(len(p))] for p in parts]
    pools = [[i] for i in range(len(parts))]
    place = 0
    while place < len(levels) - 1:
        if levels[place][0] > levels[place + 1][0]:
            (a, n), (b, m) = levels[place], levels[place + 1]
            levels[place : place + 2] = [[(a * n + b * m) / (n + m), n + m]]
            pools[place : place + 2] = [pools[place] + pools[place + 1]]
            place = max(0, place - 1)
        else:
            place += 1
    curve = [
        [float(np.mean([scores[parts[i]].mean() for i in pool])), level]
        for pool, (level, _) in zip(pools, levels, strict=True)
    ]
    return [[min(curve[0][0] * 2, curve[0][0] - 1), 0.0], *([round(x, 4), round(y, 4)] for x, y in curve)]


def apply(curve: list[list[float]], scores: Floats) -> Floats:
    knots = np.array(curve)
    return np.asarray(np.interp(scores, knots[:, 0], knots[:, 1]), np.float64)


def calibrate(
    net: WordNet, crops: Sequence[Crop], alphabet: str, plot: Path | None = None
) -> tuple[list[list[float]], float]:
    """The curve fitted on the crops of every other page, and the expected calibration error on the others."""
    names = sorted({crop.page for crop in crops})
    fitted = set(names[::2])
    curve = fit(*raw_scores(net, [c for c in crops if c.page in fitted], alphabet))
    scores, right = raw_scores(net, [c for c in crops if c.page not in fitted], alphabet)
    confidences = apply(curve, scores)
    if plot:
        draw_reliability(confidences, right, plot)
    return curve, calibration_error(confidences, right)
