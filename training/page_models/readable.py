"""Examples for the OCR-able classifier: the windows of pictures with text to be read, and without."""

from __future__ import annotations

import random
from pathlib import Path

import cv2
import numpy as np

from models.densest import densest
from models.ocrable import LONG_SIDE, Grey, reduced
from training.page_models.camera import photograph, scan, turned
from training.page_models.grounds import colour, ground, lined
from training.page_models.pool import Pool

WIDER = 128
"""Pixels of a window that is kept; what is trained on is a part of it, another one each time."""
KEPT = 8
"""Windows of a picture."""

Pixels = np.ndarray  # uint8 [height, width, 3], RGB


def example(rng: random.Random, pool: Pool, readable: bool) -> list[Grey]:
    """The windows of a picture, uint8 [WIDER, WIDER] each; one at least."""
    while True:
        picture = np.ascontiguousarray(with_text(rng, pool) if readable else without_text(rng, pool))
        found = densest(reduced(picture), WIDER, KEPT)
        if found:
            return found


def with_text(rng: random.Random, pool: Pool) -> Pixels:
    """A page scanned or photographed, the right way up or not, whole or in part."""
    page = pool.page(rng)
    roll = rng.random()
    if roll < 0.5:
        page = scan(rng, _reduced(rng, page, 500, 1000))
        if rng.random() < 0.25:
            page = turned(rng, page, rng.choice([rng.gauss(0, 4), rng.uniform(-180, 180)]))
        out = page
    elif roll < 0.6:  # a part of a page, closer
        height, width = page.shape[:2]
        share = rng.uniform(0.35, 0.8)
        x, y = rng.uniform(0, 1 - share) * width, rng.uniform(0, 0.6 * (1 - share)) * height
        out = scan(rng, page[int(y) : int(y + share * height), int(x) : int(x + share * width)])
    else:
        width, height = _size(rng)
        turn = rng.choice([0, 90, 180, 270]) + rng.choice([rng.gauss(0, 8), rng.uniform(-45, 45)])
        out = photograph(rng, page, _ground(rng, pool, width, height), turn, (0.55, 1.3)).pixels
    return np.rot90(out, rng.choice([0, 0, 1, 2, 3]))


def without_text(rng: random.Random, pool: Pool) -> Pixels:
    """A photograph, a made picture of what looks like print from afar, or a paper that nothing is written on."""
    roll = rng.random()
    if roll < 0.55:
        out = _part(rng, pool.picture(rng))
        if rng.random() < 0.3:
            out = scan(rng, out)  # a printed photograph, scanned or faxed
    elif roll < 0.8:
        out = lined(rng, *_size(rng))
    elif roll < 0.94:  # a photograph of a blank paper or of a print
        width, height = _size(rng)
        sheet = _blank(rng, pool)
        turn = rng.choice([0, 90]) + rng.gauss(0, 10)
        out = photograph(rng, sheet, _ground(rng, pool, width, height), turn, (0.4, 1.3)).pixels
    else:  # a word or two in a scene
        out = _part(rng, pool.picture(rng)).copy()
        text = "".join(rng.choice("ABCDEFGHILMNOPRSTU") for _ in range(rng.randint(3, 9)))
        place = int(rng.uniform(0, 0.7) * out.shape[1]), int(rng.uniform(0.1, 0.95) * out.shape[0])
        scale = max(out.shape) / 400
        cv2.putText(
            out, text, place, rng.choice([0, 2, 3]), scale, colour(rng).tolist(), 1 + int(2 * scale), cv2.LINE_AA
        )
    return np.rot90(out, rng.choice([0, 0, 0, 1, 2, 3]))


def _blank(rng: random.Random, pool: Pool) -> Pixels:
    roll = rng.random()
    if roll < 0.35:
        return ground(rng, 400, rng.randint(300, 600))
    sheet = np.empty((rng.randint(300, 600), 400, 3), np.uint8)
    sheet[:] = np.clip(colour(rng, 180, 255), 0, 255)
    if roll < 0.7:
        inner = cv2.resize(_part(rng, pool.picture(rng)), (400 - 40, sheet.shape[0] - 40), interpolation=cv2.INTER_AREA)
        sheet[20:-20, 20:-20] = inner
    elif roll < 0.85:
        sheet = lined(rng, 400, 500)
    return sheet


def _part(rng: random.Random, picture: Pixels) -> Pixels:
    height, width = picture.shape[:2]
    share = rng.choice([1.0, rng.uniform(0.25, 1.0)])
    x, y = rng.uniform(0, 1 - share) * width, rng.uniform(0, 1 - share) * height
    part = picture[int(y) : int(y + share * height), int(x) : int(x + share * width)]
    scale = rng.uniform(0.4, 1.2) * LONG_SIDE / max(part.shape[:2])
    if scale > 1:  # its size must not tell that it is a part
        part = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    return part[:, ::-1] if rng.random() < 0.5 else part


def _ground(rng: random.Random, pool: Pool, width: int, height: int) -> Pixels:
    if rng.random() < 0.4:
        return ground(rng, width, height)
    return cv2.resize(_part(rng, pool.picture(rng)), (width, height), interpolation=cv2.INTER_AREA)


def _size(rng: random.Random) -> tuple[int, int]:
    long = rng.randint(480, 900)
    short = round(long * rng.choice([0.75, 0.75, 0.667, 0.5625, 1.0]))
    return (long, short) if rng.random() < 0.5 else (short, long)


def _reduced(rng: random.Random, page: Pixels, low: int, high: int) -> Pixels:
    scale = min(1.0, rng.uniform(low, high) / max(page.shape[:2]))
    return cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else page


def write_examples(out: Path, pool: Pool, seed: int, count: int) -> None:
    """Writes the windows of ``count`` pictures, uint8 [count, KEPT, WIDER, WIDER] (every other picture with text; a
    picture with fewer windows has some twice), in parts that can be resumed."""
    out.mkdir(parents=True, exist_ok=True)
    for part in range(0, count, 200):
        path = out / f"{seed}-{part:06d}.npy"
        if path.exists():
            continue
        rows = [example(random.Random(f"{seed}-{part + row}"), pool, row % 2 == 0) for row in range(200)]
        np.save(path.with_suffix(".partial.npy"), np.stack([[r[i % len(r)] for i in range(KEPT)] for r in rows]))
        path.with_suffix(".partial.npy").rename(path)
