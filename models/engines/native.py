"""Our own engine: Word Detector, windows, Word Net, Wordinator."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path

from models.engines.base import clean
from models.grey import grey_of
from models.own import FILES, WEIGHTS, decisive_digest
from models.windows import Window, cut_lines
from models.word_detector import Line, Method, WordDetector
from models.word_net import shared
from models.wordinator import Wordinator
from schemas.errors import UsageError
from schemas.pages import PageImage, Word

DETECTOR: Method = "learned"  # the default: see docs/detector.md for how they compare


class Native:
    """Reads a page with the models of this project, one thread, windows one by one."""

    name = "native"

    def __init__(self, detector: Method = DETECTOR, weights: Path = WEIGHTS) -> None:
        self._detector = WordDetector(detector, weights)
        self._net = shared(weights)
        self._wordinator = Wordinator.open(weights, self._net.alphabet)
        self.version = f"1-{_version(detector, weights)}"

    def read(self, image: PageImage) -> list[Word]:
        """See `Engine.read`; raises Unreadable where nearly all that there is to read is noise."""
        return self.words(*self.windows(image))

    def windows(self, image: PageImage) -> tuple[list[Line], list[Window]]:
        """The lines of a page, in reading order, and what is read of them, before anything is read."""
        grey = grey_of(image.pixels)
        lines = self._detector.detect(grey)
        return lines, cut_lines(grey, lines)

    def words(self, lines: list[Line], windows: list[Window]) -> list[Word]:
        """What is read in the windows."""
        scores = [self._net.log_probabilities(window.pixels) for window in windows]
        readings = [self._net.decoded(each) for each in scores]
        words = self._wordinator.words(lines, windows, readings, scores)
        return [word for word in words if clean(word.text) == word.text]


def _version(detector: Method, weights: Path) -> str:
    return hashlib.sha256(f"{detector} {decisive_digest(weights)}".encode()).hexdigest()[:8]


def check(weights: Path = WEIGHTS) -> None:
    """Raises UsageError where ONNX Runtime or the weights are missing."""
    if importlib.util.find_spec("onnxruntime") is None:
        raise UsageError("the engine native needs ONNX Runtime: install it (pip install onnxruntime)")
    for path in (weights / name for name in FILES):
        if not path.is_file():
            raise UsageError(f"the engine native needs {path}, which is part of the project")


def open_engine(weights: Path = WEIGHTS, detector: Method = DETECTOR) -> Native:
    """Loads the networks and the lexicon from a folder; `detector`: how lines are found."""
    check(weights)
    return Native(detector, weights)
