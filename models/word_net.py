"""The Word Net: reads a window of text, giving its characters, where each stands and how sure it is."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from models.card import Card

HEIGHT = 32
"""Rows of a window."""
WIDTH = 320
"""Columns of a window."""
STEP = 4
"""Columns a step of the network."""
BACKGROUND_LEVEL = 112
"""Mean grey from which on a window counts as dark on light, and is padded with white."""
LEAST_RANGE = 32
"""Grey levels between paper and ink below which contrast is not stretched to the full: it would be noise."""
GAP = 6
"""Columns without ink, in a line scaled to ``HEIGHT``, that count as a space where a line is cut (margins left out)."""
EMPTY = 80
"""Grey levels between a column's darkest and lightest pixel below which it holds no ink."""

SHORT = 2
"""Letters and digits below which a text has a calibration of its own: a blot passes for a full stop, not for a word."""

Grey = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


FILE = "word_net.onnx"


class Reading(NamedTuple):
    """What stands in a window.

    ``places``: the middle of each character, columns from the window's left edge. ``confidences``: of each character,
    0..1. ``confidence``: calibrated probability that the whole text is right, 0..1; of an empty text, that nothing is
    there to read.
    """

    text: str
    places: tuple[float, ...]
    confidences: tuple[float, ...]
    confidence: float


class Window(NamedTuple):
    """A part of a line. ``pixels``: uint8 [32, 320], normalised and padded; ``left``: its place in the scaled line,
    columns; ``columns``: those that are not padding; ``after_space``: whether a space stands before it."""

    pixels: Grey
    left: int
    columns: int
    after_space: bool


class WordNet:
    """Reads windows with a network opened from its card. Each window is read alone: no result depends on a batch."""

    def __init__(self, card: Card) -> None:
        self.card = card
        self.alphabet: str = card["alphabet"]  # of class 1 and the next ones; class 0 is the blank
        self._calibrations = {kind: np.array(curve, np.float64) for kind, curve in card["calibration"].items()}
        self._session = card.session()

    @classmethod
    def open(cls, path: Path | str) -> WordNet:
        """Opens ``NAME.onnx`` with ``NAME.json`` beside it. Raises ModelError where the two do not belong together."""
        return cls(Card.open(path))

    def read(self, windows: Grey) -> list[Reading]:
        """Reads normalised windows, uint8 [n, 32, 320] as ``windows_of`` makes them, in their order."""
        return [self._read(window) for window in windows]

    def read_line(self, crop: Grey) -> Reading:
        """Reads a crop of a word or line, uint8 [rows, columns]; places are columns of the crop."""
        windows = windows_of(crop)
        readings = self.read(np.stack([window.pixels for window in windows])) if windows else []
        return join(windows, readings, HEIGHT / crop.shape[0])

    def log_probabilities(self, window: Grey) -> Floats:
        """float32 [steps, classes] of one window, uint8 [32, 320]; steps of mere padding at its end are left out."""
        scores: Floats = self._session.run(None, {"windows": network_input(window)})[0][0]
        return scores

    def _read(self, window: Grey) -> Reading:
        return self.decoded(self.log_probabilities(window))

    def decoded(self, scores: Floats) -> Reading:
        """The reading of one window by its log-probabilities."""
        text, places, confidences, score = decode(scores, self.alphabet)
        curve = self._calibrations[calibration_kind(text)]
        confidence = float(np.interp(score, curve[:, 0], curve[:, 1]))
        return Reading(text, places, confidences, confidence)


def calibration_kind(text: str) -> str:
    """Which of the card's calibrations a text has: ``words`` or ``short``."""
    return "words" if sum(map(str.isalnum, text)) >= SHORT else "short"


@functools.cache
def shared(weights: Path) -> WordNet:
    """The one of a folder of weights, once a process: whoever reads with it reads with the same one."""
    return WordNet.open(weights / FILE)


def decode(scores: Floats, alphabet: str) -> tuple[str, tuple[float, ...], tuple[float, ...], float]:
    """Greedy CTC decoding (Graves et al. 2006) of [steps, 1 + len(alphabet)] log-probabilities; class 0 is the blank.

    Returns the text, each character's place (its most probable step, in columns of the window) and probability, and
    the mean logarithm of the best path's probability a character: 0 is certain, the raw score of the confidence.
    """
    best = scores.argmax(1)
    peaks = scores[np.arange(len(scores)), best]
    changes = np.flatnonzero(np.concatenate([[True], best[1:] != best[:-1], [True]]))
    starts, ends = changes[:-1], changes[1:]
    read = best[starts] != 0
    labels = best[starts[read]].tolist()
    tops = [
        start if end - start == 1 else start + int(peaks[start:end].argmax())
        for start, end in zip(starts[read].tolist(), ends[read].tolist(), strict=True)
    ]
    text = [alphabet[label - 1] for label in labels]
    first, last = 0, len(text)
    while last and text[last - 1] == " ":
        last -= 1
    while first < last and text[first] == " ":
        first += 1
    kept = np.array(tops[first:last], int)
    places, confidences = (kept + 0.5) * STEP, np.exp(peaks[kept])
    # The worst step weighs as much as all of them together: one doubtful character spoils a word.
    score = float(peaks.sum() + peaks.min())
    return "".join(text[first:last]), tuple(places.tolist()), tuple(confidences.tolist()), score


def network_input(window: Grey) -> Floats:
    """float32 [1, 1, 32, columns] of one window, uint8 [32, 320]: what the network is given of it, -1..1."""
    used = window[None, None, :, : used_columns(window)]
    return np.asarray(used.astype(np.float32) / np.float32(127.5) - np.float32(1))


def used_columns(window: Grey) -> int:
    """Columns of a window without the padding at its end, but 8 of it, rounded up to a multiple of 16."""
    edge = window[0, -1]
    inked = np.flatnonzero((window != edge).any(0))
    used = int(inked[-1]) + 9 if len(inked) else 0
    return min(int(window.shape[1]), max(32, -(-used // 16) * 16))


def stretch(crop: Grey) -> Grey:
    """Stretches the grey of a crop to 0..255, uint8 [at least 3, at least 3]; its ends are those of 3 x 3 means."""
    x = crop.astype(np.float32)
    mean = x[:, :-2] + x[:, 1:-1] + x[:, 2:]
    mean = (mean[:-2] + mean[1:-1] + mean[2:]) / np.float32(9)
    low, high = mean.min(), mean.max()
    gain = np.float32(255) / max(high - low, np.float32(LEAST_RANGE))
    stretched: Grey = np.rint(np.clip((x - (high + low) / 2) * gain + np.float32(127.5), 0, 255)).astype(np.uint8)
    return stretched


def window_of(part: Grey) -> Grey:
    """A part of a line, uint8 [32, 3..320], normalised and padded at its right with its background: uint8 [32, 320]."""
    x = stretch(part)
    fill = 255 if x.mean() >= BACKGROUND_LEVEL else 0
    window = np.full((HEIGHT, WIDTH), fill, np.uint8)
    window[:, : x.shape[1]] = x
    return window


def scale(crop: Grey) -> Grey:
    """A crop scaled to ``HEIGHT`` rows, its aspect kept, at least 4 columns wide."""
    import cv2

    rows, columns = crop.shape
    size = (max(4, round(columns * HEIGHT / rows)), HEIGHT)
    return np.asarray(
        cv2.resize(crop, size, interpolation=cv2.INTER_AREA if rows > HEIGHT else cv2.INTER_LINEAR), np.uint8
    )


def windows_of(crop: Grey) -> list[Window]:
    """Cuts the crop of a word or line, uint8 [rows, columns], into windows: at wide gaps, else where ink is least."""
    if not crop.size:
        return []
    line = scale(crop)
    # A column that crosses ink holds two greys, whichever of them is the ink.
    ink = np.ptp(stretch(line).astype(np.int16), axis=0)
    parts, start, after_space = [], 0, False
    while line.shape[1] - start > WIDTH:
        begin, end = _cut(ink, start + WIDTH // 2, start + WIDTH)
        parts.append((start, begin, after_space))
        start, after_space = end, end - begin >= GAP
    parts.append((start, line.shape[1], after_space))
    return [
        Window(window_of(line[:, begin:end]), begin, end - begin, space)
        for begin, end, space in parts
        if end - begin >= 3
    ]


def _cut(ink: npt.NDArray[np.int16], low: int, high: int) -> tuple[int, int]:
    """Where to cut between two columns: the widest gap without ink (its ends), or the column with the least (twice)."""
    empty = np.concatenate([[False], ink[low:high] < EMPTY, [False]])
    edges = np.flatnonzero(empty[1:] != empty[:-1]).reshape(-1, 2)
    if len(edges):
        begin, end = edges[np.argmax(edges[:, 1] - edges[:, 0])]
        if end - begin >= 3:
            begin, end = low + int(begin), low + int(end)
            while end < len(ink) and ink[end] < EMPTY:
                end += 1
            margin = min(2, (end - begin) // 3)
            return begin + margin, end - margin
    least = low + int(np.argmin(ink[low:high]))
    return least, least


def join(windows: Sequence[Window], readings: Sequence[Reading], zoom: float = 1.0) -> Reading:
    """The windows of one line as one reading; places in columns of the line before it was scaled by ``zoom``.

    A space that stands where the line was cut has its place at the cut, and the lesser confidence of its neighbours.
    """
    text, confidence = "", 1.0
    places: list[float] = []
    confidences: list[float] = []
    for window, reading in zip(windows, readings, strict=True):
        if text and reading.text and window.after_space:
            text += " "
            places.append(window.left / zoom)
            confidences.append(min(confidences[-1], reading.confidences[0]))
        text += reading.text
        places += [(window.left + place) / zoom for place in reading.places]
        confidences += reading.confidences
        confidence = min(confidence, reading.confidence)
    return Reading(text, tuple(places), tuple(confidences), confidence)
