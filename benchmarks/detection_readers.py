"""Who finds and reads lines in `benchmarks.detection`: our detectors with the engine behind them, and the peers."""

from __future__ import annotations

import dataclasses
import os
import pickle
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from models.engines import native, rapidocr, tesseract
from models.grey import grey_of
from models.windows import cut_lines
from models.word_detector import Method, WordDetector
from pipelines.evaluation.detection import as_lines
from schemas.errors import Unreadable
from schemas.geometry import Quad
from schemas.pages import PageImage, Word

Boxes = np.ndarray  # (n, 4): left, top, right, bottom; pixels of the render


@dataclasses.dataclass(frozen=True)
class Reading:
    """What came of a page."""

    words: Boxes | None  # that the detector found; None where it finds lines alone
    lines: Boxes
    seen: Boxes  # what of the page is given on to be read: the lines, with the room that they are cut with
    detecting: float  # CPU seconds
    read: list[Word]  # quads in pixels of the render
    reading: float  # CPU seconds of all of it


class Reader(Protocol):
    def __call__(self, image: PageImage) -> Reading: ...


class Native:
    """The engine `native` with one of its detectors."""

    def __init__(self, method: Method) -> None:
        self._detector = WordDetector(method)
        self._engine = native.open_engine(detector=method)

    def __call__(self, image: PageImage) -> Reading:
        start = cpu_seconds()
        grey = grey_of(image.pixels)
        lines = self._detector.detect(grey)
        detected = cpu_seconds()
        try:
            read = self._engine.words(lines, cut_lines(grey, lines))
        except Unreadable:
            read = []
        end = cpu_seconds()
        words, tight, seen = (
            boxes_of(quads)
            for quads in (
                [word for line in lines for word in line.words],
                [line.tight for line in lines],
                [line.quad for line in lines],
            )
        )
        return Reading(words, tight, seen, detected - start, read, end - start)


class RapidOcr:
    """Its detector as the engine `rapidocr` uses it, which finds lines and no words; and that engine."""

    def __init__(self) -> None:
        self._engine = rapidocr.open_engine()

    def __call__(self, image: PageImage) -> Reading:
        start = cpu_seconds()
        lines = boxes_of(self._engine._find_lines(np.ascontiguousarray(image.pixels[:, :, ::-1])))
        detected = cpu_seconds()
        read = self._engine.read(image)
        return Reading(None, lines, lines, detected - start, read, cpu_seconds() - detected)


class Tesseract:
    """The engine `tesseract`, whose boxes come of its whole reading."""

    def __init__(self) -> None:
        self._engine = tesseract.open_engine()

    def __call__(self, image: PageImage) -> Reading:
        start = cpu_seconds()
        read = self._engine.read(image)
        spent = cpu_seconds() - start
        lines = np.array([line.box for line in as_lines(read)], float).reshape(-1, 4)
        return Reading(boxes_of([word.quad for word in read]), lines, lines, spent, read, spent)


PEERS: dict[str, type[RapidOcr] | type[Tesseract]] = {"rapidocr": RapidOcr, "tesseract": Tesseract}


class Kept:
    """A peer whose readings are kept in a folder, one file a page, so that they are made once."""

    def __init__(self, name: str, folder: Path | None) -> None:
        self._name, self._folder = name, folder
        self._peer: Reader | None = None

    def __call__(self, image: PageImage, page: str) -> Reading:
        path = self._folder / f"{self._name}-{page}.pickle" if self._folder else None
        if path is not None and path.is_file():
            with path.open("rb") as file:  # our own
                kept: Any = pickle.load(file)
            assert isinstance(kept, Reading)
            return kept
        self._peer = self._peer or PEERS[self._name]()
        reading = self._peer(image)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(pickle.dumps(reading))
        return reading


def boxes_of(quads: Sequence[Quad]) -> Boxes:
    """The upright boxes around quads."""
    return np.array([quad.box for quad in quads], float).reshape(-1, 4)


def cpu_seconds() -> float:
    """Of this process and of those that it started and that have ended."""
    return sum(os.times()[2:4]) + time.process_time()
