"""Our own engine: Word Detector, windows, Word Net, Wordinator."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np

from models.engines.base import clean
from models.windows import cut_lines
from models.word_detector import WordDetector
from models.word_net import WordNet
from models.wordinator import wordinate
from schemas.errors import UsageError
from schemas.pages import PageImage, Word

WEIGHTS = Path(__file__).parents[1] / "weights" / "word_net.onnx"


class Native:
    """Reads a page with the models of this project, one thread, windows one by one."""

    name = "native"

    def __init__(self) -> None:
        self._detector = WordDetector()
        self._net = WordNet.open(WEIGHTS)
        self.version = f"1-{self._net.card['sha256'][:8]}"

    def read(self, image: PageImage) -> list[Word]:
        """See `Engine.read`."""
        lines = self._detector.detect(image.pixels)
        windows = cut_lines(image.pixels, lines)
        readings = self._net.read(np.stack([window.pixels for window in windows])) if windows else []
        return [word for word in wordinate(lines, windows, readings) if clean(word.text) == word.text]


def check() -> None:
    """Raises UsageError where ONNX Runtime or the weights are missing."""
    if importlib.util.find_spec("onnxruntime") is None:
        raise UsageError("the engine native needs ONNX Runtime: install it (pip install onnxruntime)")
    if not WEIGHTS.is_file():
        raise UsageError(f"the engine native needs {WEIGHTS}, which is part of the project")


def open_engine() -> Native:
    """Loads the networks."""
    check()
    return Native()
