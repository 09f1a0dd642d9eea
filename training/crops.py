"""Crops of real words and lines from the development data (its folder is passed in; see its own README.md)."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from models.word_net import Grey


@dataclass(frozen=True)
class Crop:
    """``pixels``: uint8 [rows, columns], the box as the set gives it; ``text``: what the set says stands in it."""

    page: str
    pixels: Grey
    text: str


@dataclass(frozen=True)
class Page:
    """``pixels``: uint8 [rows, columns]; ``lines``: boxes (left, top, right, bottom; pixels) and their texts."""

    name: str
    pixels: Grey
    lines: list[tuple[tuple[float, float, float, float], str]]


def pages(data: Path, kind: str, split: str = "") -> list[Path]:
    """The box files of a set, in order; of ``receipts``, those of the ``training`` or ``validation`` split."""
    found = sorted((data / kind).glob("*.json"))
    if split:
        with (data / kind / "split.csv").open(newline="") as file:
            rows = list(csv.reader(file))
        names = {Path(row[0]).stem for row in rows if split in row}
        found = [path for path in found if path.stem in names]
    return found


def read_page(path: Path) -> Page:
    """The page of a box file."""
    image = next(path.with_suffix(s) for s in (".jpg", ".png") if path.with_suffix(s).exists())
    pixels = np.asarray(cv2.imread(str(image), cv2.IMREAD_GRAYSCALE), np.uint8)
    lines = [((x0, y0, x1, y1), text) for x0, y0, x1, y1, text in json.loads(path.read_text(encoding="utf-8"))]
    return Page(path.stem, pixels, lines)


def crops(paths: list[Path]) -> list[Crop]:
    """Every box of some pages that holds a pixel."""
    out = []
    for page in map(read_page, paths):
        for (x0, y0, x1, y1), text in page.lines:
            part = page.pixels[max(0, round(y0)) : round(y1), max(0, round(x0)) : round(x1)]
            if part.size:
                out.append(Crop(page.name, np.ascontiguousarray(part), text))
    return out
