"""Labelled pages for tests: drawn bars that the stand-in engine reads as words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from models.engines.standin import word_name
from pipelines.evaluation.detection import Found
from pipelines.evaluation.labelled_pages import LabelledPage
from schemas.geometry import Box, Quad
from schemas.pages import Word

SIDE = 2048  # pixels: such a picture is rendered as it is, so that the stand-in sees these very pixels
BARS = (Box(100, 100, 400, 140), Box(600, 100, 800, 140), Box(100, 300, 500, 340))  # two on the first line


def found(left: float, top: float, right: float, bottom: float, text: str = "x") -> Found:
    return Found(Box(left, top, right, bottom), text)


def word(text: str, box: Box = BARS[0], line: int = 0, confidence: float | None = 0.95, joins: bool = False) -> Word:
    return Word(text, Quad.of_box(*box), line, confidence, joins_next=joins)


def page(
    text: str = "", boxes: Sequence[Found] | None = None, lines: bool = False, category: str = "set", name: str = "a"
) -> LabelledPage:
    labels = None if boxes is None else tuple(boxes)
    return LabelledPage(category, name, f"/nowhere/{name}.png", 1000, 1000, text, labels, lines)


def bars() -> tuple[np.ndarray, list[str]]:
    """A picture of BARS, and the words that the stand-in reads there."""
    pixels = np.full((SIDE, SIDE, 3), 255, np.uint8)
    for shade, bar in enumerate(BARS):
        pixels[int(bar.top) : int(bar.bottom), int(bar.left) : int(bar.right)] = 10 * shade
    names = [word_name(pixels[int(bar.top) : int(bar.bottom), int(bar.left) : int(bar.right)]) for bar in BARS]
    return pixels, names


def save(folder: Path, name: str, text: str | None = None, boxes: Sequence[Found] | None = None) -> None:
    """A page of BARS as files; its truth is what the stand-in reads, where no other is given."""
    folder.mkdir(parents=True, exist_ok=True)
    pixels, names = bars()
    Image.fromarray(pixels).save(folder / f"{name}.png")
    truth = f"{names[0]} {names[1]}\n{names[2]}\n" if text is None else text
    (folder / f"{name}.txt").write_text(truth, encoding="utf-8")
    if boxes is not None:
        (folder / f"{name}.json").write_text(json.dumps([[*one.box, one.text] for one in boxes]), encoding="utf-8")


def labels() -> list[Found]:
    """The truth's boxes of a page of BARS."""
    return [Found(bar, name) for bar, name in zip(BARS, bars()[1], strict=True)]
