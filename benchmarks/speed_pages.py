"""The pages that speed is measured on: even samples of the sets, and made pages of so many words."""

from __future__ import annotations

import csv
import math
import shutil
from pathlib import Path
from random import Random

import cv2
import numpy as np
from PIL import Image

from pipelines.samples import scans, texts
from pipelines.samples.layout import Layout, Line

DPI = 200
MARGIN = 60.0  # points
LARGEST = 12.0  # points: the size of print, where the words leave room for it
SPREAD = 82_000.0  # square points: the words that a page holds, times the square of their print's size


def sample(data: Path, name: str, count: int, folder: Path) -> list[Path]:
    """Copies `count` pages of a set, evenly spread, into a folder; of a set with a split, its validation part."""
    pages = sorted(path for path in (data / name).iterdir() if path.suffix in {".jpg", ".png"})
    split = data / name / "split.csv"
    if split.exists():
        with split.open(encoding="utf-8", newline="") as file:
            kept = {Path(row["name"]).stem for row in csv.DictReader(file) if row["split"] == "validation"}
        pages = [page for page in pages if page.stem in kept]
    if not pages:
        raise SystemExit(f"{data / name} has no pages")
    folder.mkdir(parents=True)
    chosen = [pages[index * len(pages) // count] for index in range(min(count, len(pages)))]
    return [Path(shutil.copy(page, folder / f"{name}-{page.name}")) for page in chosen]


def make(words: int, count: int, folder: Path) -> list[Path]:
    """Writes `count` scans of A4 pages with so many words each, no two alike, as PNG files into a folder."""
    folder.mkdir(parents=True)
    found = []
    for number in range(count):
        page = scans.scan(made_layout(words, Random(number)), DPI, np.random.default_rng(number))
        found.append(folder / f"{words}-words-{number:03d}.png")
        Image.fromarray(page).save(found[-1], dpi=(DPI, DPI))
    return found


def made_layout(words: int, random: Random) -> Layout:
    """An A4 page of prose of so many words; the more there are, the smaller the print."""
    text = [word for _ in range(words // 8 + 1) for word in random.choice(texts.SENTENCES).split()][:words]
    size = min(LARGEST, math.sqrt(SPREAD / max(words, 1)))
    lines, row, length = [], [], 0.0
    for word in [*text, None]:
        wide = 0.0 if word is None else (0.55 * len(word) + scans.SPACE) * size
        if row and (word is None or length + wide > texts.A4[0] - 2 * MARGIN):
            lines.append(Line(MARGIN, texts.A4[1] - MARGIN - 1.4 * size * len(lines), size, " ".join(row)))
            row, length = [], 0.0
        if word is not None:
            row.append(word)
            length += wide
    return Layout(*texts.A4, tuple(lines))


def describe(pages: list[Path]) -> str:
    """How many, and how large: the least, median and greatest width and height in pixels, and megapixels."""
    sizes = np.array([cv2.imread(str(page), cv2.IMREAD_GRAYSCALE).shape[::-1] for page in pages])
    least, middle, most = sizes.min(0), np.median(sizes, 0).astype(int), sizes.max(0)
    spans = " x ".join(f"{low}..{mid}..{high}" for low, mid, high in zip(least, middle, most, strict=True))
    return f"{len(pages)} pages, {spans} pixels, {sizes.prod(1).mean() / 1e6:.1f} megapixels in the mean"
