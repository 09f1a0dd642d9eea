"""Small pictures that hold print: what the classifier must let through. A part of `benchmarks.page_models`."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from models.classifier import Classifier
from models.grey import grey_of, shrunk
from models.ocrable import SMALL
from schemas.pages import Pixels
from training.page_models.camera import scan
from training.page_models.pool import read

ALL_PRINT = ("letter", "form", "table", "invoice", "receipt")
"""Kinds of drawn pages without pictures: where something stands, it is print."""
INKED = 0.05
"""Of a part's pixels, that are edges, from which on it holds a word at least ..."""
EDGE = 60
"""... and grey levels of an edge's second difference."""
LARGEST = SMALL - 1


def small_pictures(pages: Path, count: int) -> dict[str, list[Pixels]]:
    """So many pictures of each kind, made of a folder of pages that are held back, all with a longer side under
    ``SMALL`` pixels."""
    rng = random.Random("small")
    receipts = sorted(pages.glob("receipt-*.jpg"))[:count]
    return {
        "parts of pages": list(parts(rng, pages, count)),
        "parts of pages, scanned": [scan(rng, part) for part in parts(rng, pages, count)],
        "receipts, shrunk to 287 pixels": [_to(LARGEST, path) for path in receipts],
        "receipts, shrunk to 200 pixels": [_to(200, path) for path in receipts],
        "labels of one to six words": [label(rng) for _ in range(count)],
    }


def parts(rng: random.Random, pages: Path, count: int) -> Iterator[Pixels]:
    """Parts of drawn pages with print in them, as they are."""
    drawn = [
        path
        for path in sorted(pages.glob("drawn-*.jpg"))
        if path.with_suffix(".txt").read_text(encoding="utf-8").split("\n")[0] in ALL_PRINT
    ]
    found = 0
    while found < count:
        page = read(rng.choice(drawn))
        width, height = rng.randint(90, LARGEST), rng.randint(40, LARGEST)
        top, left = rng.randrange(max(1, page.shape[0] - height)), rng.randrange(max(1, page.shape[1] - width))
        part = np.ascontiguousarray(page[top : top + height, left : left + width])
        if (np.abs(cv2.Laplacian(grey_of(part), cv2.CV_32F)) > EDGE).mean() > INKED:
            found += 1
            yield part


def label(rng: random.Random) -> Pixels:
    """A button, an icon or a label: words on one colour."""
    paper = [rng.randint(0, 255) for _ in range(3)]
    ink = [rng.randint(0, 80) if sum(paper) > 380 else rng.randint(180, 255) for _ in range(3)]
    image = Image.new("RGB", (rng.randint(60, LARGEST), rng.randint(24, 160)), tuple(paper))
    words = rng.sample(["Open", "Exit 12", "PAID", "Invoice", "No. 4711", "Saturday", "sold out", "Total", "Gate"], 6)
    size, y = rng.randint(11, 30), 3.0
    while words and y + size < image.height:
        line = " ".join(words.pop() for _ in range(min(len(words), rng.randint(1, 2))))
        ImageDraw.Draw(image).text((4, y), line, fill=tuple(ink), font=ImageFont.load_default(size))
        y += 1.3 * size
    return np.array(image) if y > 3 else label(rng)


def read_on(pictures: list[Pixels]) -> str:
    """A row: pictures, and those that are read on."""
    classifier, kept = Classifier(), 0
    for picture in map(grey_of, pictures):
        kept += classifier.is_readable(picture, classifier.score(picture))
    return f"{len(pictures)} | {kept} ({kept / len(pictures):.1%})"


def _to(longest: int, path: Path) -> Pixels:
    page = read(path)
    return shrunk(page, longest / max(page.shape))
