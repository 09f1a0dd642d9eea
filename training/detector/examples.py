"""Examples in files: crops of pages with their maps, uint8, a few hundred a file, so that training only reads."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from training.detector import labels
from training.detector.additions import add
from training.detector.damage import scanned
from training.detector.labels import Strip
from training.detector.layouts import Compositor
from training.detector.sheet import Grey

SIDE = 512
"""Pixels of an example."""
PER_FILE = 240
CROPS = 3
"""Of one page."""

Page = tuple[Grey, list[Strip]]
Pages = Callable[[random.Random], Page]


def drawn(cache: Path, pictures: Sequence[Path]) -> Pages:
    """Made pages."""
    compositor = Compositor(cache)

    def page(rng: random.Random) -> Page:
        sheet = compositor.sheet(rng)
        add(sheet, compositor, pictures)
        return scanned(sheet)

    return page


def write(out: Path, name: str, pages: Pages, seed: int, first: int, files: int) -> None:
    """Writes ``name``-NNNNN-x.npy (pictures) and -y.npy (maps) from ``first`` on; goes on where it was stopped."""
    cv2.setNumThreads(1)
    out.mkdir(parents=True, exist_ok=True)
    for number in range(first, first + files):
        path = out / f"{name}-{number:05d}-x.npy"
        if path.exists():
            continue
        rng = random.Random(f"{name}-{seed}-{number}")
        crops = list(_crops(pages, rng, PER_FILE))
        np.save(out / f"{name}-{number:05d}-y.npy", np.stack([maps for _, maps in crops]))
        partial = out / f"{name}-{number:05d}.partial.npy"
        np.save(partial, np.stack([pixels for pixels, _ in crops]))
        partial.rename(path)


def _crops(pages: Pages, rng: random.Random, count: int) -> Iterator[tuple[Grey, np.ndarray]]:
    made = 0
    while made < count:
        page = pages(rng)
        for _ in range(min(CROPS, count - made)):
            yield crop(page, rng)
            made += 1


def crop(page: Page, rng: random.Random) -> tuple[Grey, np.ndarray]:
    """A part of a page, uint8 [SIDE, SIDE], and its maps; the better filled of two tries."""
    pixels, strips = page
    below, right = (max(0, SIDE - side) for side in pixels.shape)
    if below or right:
        pixels = cv2.copyMakeBorder(pixels, 0, below, 0, right, cv2.BORDER_CONSTANT, value=int(np.median(pixels)))
    places = [[rng.randint(0, pixels.shape[side] - SIDE) for side in (1, 0)] for _ in range(2)]
    x, y = max(places, key=lambda place: sum(_inside(strip, *place) for strip in strips))
    moved = [strip - [x, y, y] for strip in strips]
    return np.ascontiguousarray(pixels[y : y + SIDE, x : x + SIDE]), labels.maps(moved, SIDE, SIDE)


def _inside(strip: Strip, x: int, y: int) -> bool:
    return bool(strip[-1, 0] > x and strip[0, 0] < x + SIDE and y < strip[0, 1] < y + SIDE)
