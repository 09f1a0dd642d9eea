"""Real windows for fine-tuning: cut from receipts as the engine cuts, their letters the truth's, their case the
picture's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz

from models.windows import Window, cut_lines
from models.word_detector import WordDetector
from models.word_net import Grey, Reading, WordNet, scale, windows_of
from training.alphabet import INDEX
from training.case import picture_case
from training.crops import Crop, Page

LIKENESS = 75.0
"""Of a reading and the part of the truth that it is taken for, 0..100 (Levenshtein ratio)."""
SNAP = 2
"""Characters by which the ends of that part may be moved to the next space."""
LEAST_ROWS, LEAST_COLUMNS = 6, 8
"""Less shows no text: rows of the crop, columns of the window."""
APART = 4
"""Pixels between a window and the nearest text of the truth, for it to count as empty."""
UNKNOWN_TEXT = 3
"""Letters and digits, read in a window where the truth has none, from which on the truth is not believed."""
SURE = 0.9
"""Confidence of a single one from which on it is not; strokes and rings are often taken for ``STROKES``."""
STROKES = set("1IlO0")


@dataclass(frozen=True)
class RealWindow:
    """``pixels``: uint8 [32, columns <= 320]; ``text``: what to learn, '' where there is nothing to read."""

    pixels: Grey
    text: str


def of_crops(crops: Iterable[Crop], teacher: WordNet) -> Iterator[RealWindow]:
    """Windows of the truth's boxes, cut as the Word Net's class does."""
    for crop in crops:
        if crop.pixels.shape[0] < LEAST_ROWS:
            continue
        line = scale(crop.pixels)
        for window in windows_of(crop.pixels):
            text = learnable(crop.text, teacher.read(window.pixels[None])[0])
            if text and window.columns >= LEAST_COLUMNS:
                yield RealWindow(np.ascontiguousarray(line[:, window.left : window.left + window.columns]), text)


def of_pages(pages: Iterable[Page], teacher: WordNet) -> Iterator[RealWindow]:
    """Windows of what the Word Detector finds, with text where it lies in one box of the truth, without where it is
    clear of all of them."""
    detector = WordDetector("components")
    for page in pages:
        boxes = np.array([box for box, _ in page.lines]).reshape(-1, 4)
        for window in cut_lines(page.pixels, detector.detect(page.pixels)):
            if window.columns < LEAST_COLUMNS or window.starts_within or window.ends_within:
                continue
            inside, clear = _places(window, boxes)
            if not len(inside) and not clear:
                continue
            reading = teacher.read(window.pixels[None])[0]
            pixels = np.ascontiguousarray(window.pixels[:, : window.columns])
            if len(inside) == 1:
                text = learnable(page.lines[int(inside[0])][1], reading)
                if text:
                    yield RealWindow(pixels, text)
            elif clear and not _holds_text(reading):
                yield RealWindow(pixels, "")


def _places(window: Window, boxes: np.ndarray) -> tuple[np.ndarray, bool]:
    """The truth's boxes that a window lies in, as indices, and whether it is clear of all."""
    x0, y0 = window.point(0, 0)
    x1, y1 = window.point(window.columns, window.pixels.shape[0])
    middle = (y0 + y1) / 2
    touched = (boxes[:, 0] < x1 + APART) & (boxes[:, 2] > x0 - APART)
    touched &= (boxes[:, 1] < y1 + APART) & (boxes[:, 3] > y0 - APART)
    inside = (boxes[:, 0] < x1) & (boxes[:, 2] > x0) & (boxes[:, 1] < middle) & (boxes[:, 3] > middle)
    return np.flatnonzero(inside), not touched.any()


def _holds_text(reading: Reading) -> bool:
    read = [pair for pair in zip(reading.text, reading.confidences, strict=True) if pair[0].isalnum()]
    return len(read) >= UNKNOWN_TEXT or any(sure >= SURE and c not in STROKES for c, sure in read)


def learnable(truth: str, reading: Reading) -> str | None:
    """The words of a line's truth that a window shows, as a trained network's reading of it tells; None where it does
    not tell, or where a character is unknown."""
    part = shown(" ".join(truth.split()), reading.text)
    return picture_case(part, reading) if part and set(part) <= INDEX.keys() else None


def shown(truth: str, read: str) -> str | None:
    """The part of a line, whole words, that was read; None where none is like it."""
    if len(read) >= len(truth):
        return truth if fuzz.ratio(truth.lower(), read.lower()) >= LIKENESS else None
    found = fuzz.partial_ratio_alignment(read.lower(), truth.lower(), score_cutoff=LIKENESS)
    if not read or found is None:
        return None
    start, end = _snapped(truth, found.dest_start), _snapped(truth, found.dest_end)
    part = "" if start is None or end is None else truth[start:end].strip()
    return part if part and fuzz.ratio(part.lower(), read.lower()) >= LIKENESS else None


def _snapped(truth: str, place: int) -> int | None:
    """The nearest end of a word."""
    ends = [k for k in range(len(truth) + 1) if k in (0, len(truth)) or truth[k - 1] == " " or truth[k] == " "]
    nearest = min(ends, key=lambda k: abs(k - place))
    return nearest if abs(nearest - place) <= SNAP else None
