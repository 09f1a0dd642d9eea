"""Examples for the corner networks: small pictures with their quads, and wide patches around true corners."""

from __future__ import annotations

import random
from pathlib import Path

import cv2
import numpy as np

from models.corner_patches import clockwise, frame, patch
from training.page_models.desk import with_document, without_document
from training.page_models.pool import Pool

LONG = 720
"""Pixels of a made photograph's longer side."""
SMALL = 256
"""Pixels of a small picture's sides, whatever its shape; what is trained on is a part of it."""
WIDE = 144
"""Pixels of a patch that is kept; likewise."""
SHARE = 0.62
"""Of the examples hold a document with edges."""
A_PART = 200

Pixels = np.ndarray  # uint8 [height, width, 3], RGB


def example(rng: random.Random, pool: Pool) -> tuple[Pixels, np.ndarray]:
    """A picture and its document's corners in pixels, float64 [4, 2] clockwise; not a number where none has edges
    here, infinite where that is for nobody to say."""
    if rng.random() < SHARE:
        shot = with_document(rng, pool, LONG)
        return shot.pixels, clockwise(shot.corners)
    pixels, edges = without_document(rng, pool, LONG)
    return np.ascontiguousarray(pixels), np.full((4, 2), np.inf if edges else np.nan)


def small(pixels: Pixels) -> Pixels:
    """uint8 [SMALL, SMALL, 3]."""
    return np.asarray(cv2.resize(pixels, (SMALL, SMALL), interpolation=cv2.INTER_AREA), np.uint8)


def write_examples(out: Path, pool: Pool, seed: int, count: int) -> None:
    """Writes ``count`` examples in parts that can be resumed: NAME.small.npy, uint8 [n, SMALL, SMALL, 3];
    NAME.quads.npy, float32 [n, 4, 2] in fractions of the picture, as ``example`` says where there is none;
    NAME.patches.npy, uint8 [m, WIDE, WIDE, 4], four of each document."""
    out.mkdir(parents=True, exist_ok=True)
    for part in range(0, count, A_PART):
        path = out / f"{seed}-{part:06d}"
        if path.with_suffix(".patches.npy").exists():
            continue
        pictures, quads, patches = [], [], []
        for row in range(A_PART):
            pixels, corners = example(random.Random(f"corners-{seed}-{part + row}"), pool)
            pictures.append(small(pixels))
            quads.append(corners / pixels.shape[1::-1])
            if np.isfinite(corners).all():
                patches += [patch(pixels, frame(corners, corner, WIDE), WIDE) for corner in range(4)]
        np.save(path.with_suffix(".small.npy"), np.stack(pictures))
        np.save(path.with_suffix(".quads.npy"), np.stack(quads).astype(np.float32))
        partial = path.with_suffix(".partial.npy")
        np.save(partial, np.stack(patches))
        partial.rename(path.with_suffix(".patches.npy"))
