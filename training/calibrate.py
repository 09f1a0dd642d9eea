"""From a raw score to the probability that a reading is right: monotone, fitted on one half, checked on the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.word_net import Grey, WordNet, calibration_kind, decode, windows_of
from training.crops import Crop
from training.plots import draw_reliability
from training.scores import calibration_error, loose

Floats = npt.NDArray[np.float64]
KNOTS = 30
KINDS = ("words", "short")


@dataclass(frozen=True)
class Seen:
    """A window of a page, what stands in it ('' for nothing), and what the network made of it."""

    page: str
    kind: str
    score: float
    right: bool


def see(net: WordNet, windows: Iterable[tuple[str, Grey, str]]) -> list[Seen]:
    """Reads (page, window uint8 [32, 320], truth). Right is loose (some truths are capitals) where the truth holds a
    letter or digit, else strict."""
    seen = []
    for page, window, truth in windows:
        text, _, _, score = decode(net.log_probabilities(window), net.card["alphabet"])
        same = loose if loose(truth) else _bare
        seen.append(Seen(page, calibration_kind(text), score, same(text) == same(truth)))
    return seen


def _bare(text: str) -> str:
    return "".join(text.split())


def single_windows(crops: Iterable[Crop]) -> Iterator[tuple[str, Grey, str]]:
    """The crops that are one window."""
    for crop in crops:
        windows = windows_of(crop.pixels)
        if len(windows) == 1:
            yield crop.page, windows[0].pixels, crop.text


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
    net: WordNet, windows: Iterable[tuple[str, Grey, str]], plot: Path | None = None
) -> tuple[dict[str, list[list[float]]], float]:
    """A curve for each kind of text, fitted on the windows of every other page, and the expected calibration error of
    all kinds together on the others."""
    seen = see(net, windows)
    fitted = set(sorted({each.page for each in seen})[::2])
    curves = {kind: fit(*_arrays(each for each in seen if each.kind == kind and each.page in fitted)) for kind in KINDS}
    confidences, right = [], []
    for kind in KINDS:
        scores, truths = _arrays(each for each in seen if each.kind == kind and each.page not in fitted)
        confidences.append(apply(curves[kind], scores))
        right.append(truths)
    every, truth = np.concatenate(confidences), np.concatenate(right)
    if plot:
        draw_reliability(every, truth, plot)
    return curves, calibration_error(every, truth)


def _arrays(seen: Iterable[Seen]) -> tuple[Floats, npt.NDArray[np.bool_]]:
    chosen = list(seen)
    return np.array([each.score for each in chosen]), np.array([each.right for each in chosen])
