"""Examples for the orientation network: windows of pages that stand in one of four ways, and fitting it to them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

from models.densest import densest
from models.orientation import SIDE, Grey, reduced
from training.page_models.camera import photograph, scan, turned
from training.page_models.fit import Batch, Fitter, Plan
from training.page_models.grounds import ground
from training.page_models.networks import as_input, orientation
from training.page_models.pool import Pool

WIDER = 160
"""Pixels of a window that is kept; what is trained on is a part of it, another one each time."""
A_PAGE = 10
"""Windows that are kept of a page: more than are asked, so that thinner print is seen too."""
BATCH = 64
DOUBT = 0.02


def upright_windows(rng: random.Random, pool: Pool) -> list[Grey]:
    """Windows of one page that stands upright but for some skew, scanned or photographed."""
    page = pool.page(rng)
    scale = rng.uniform(0.42, 1.0)
    page = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    skew = rng.choice([0.0, rng.gauss(0, 1.5), rng.uniform(-14, 14)])
    if rng.random() < 0.75:
        page = scan(rng, turned(rng, page, skew) if skew else page)
    else:
        height, width = page.shape[:2]
        page = photograph(rng, page, ground(rng, width, height), skew, (0.9, 1.2)).pixels
    return densest(reduced(page), WIDER, A_PAGE)


def write_examples(out: Path, pool: Pool, seed: int, pages: int) -> None:
    """Writes the windows of so many pages, uint8 [n, WIDER, WIDER], in parts that can be resumed."""
    out.mkdir(parents=True, exist_ok=True)
    for part in range(0, pages, 200):
        path = out / f"{seed}-{part:06d}.npy"
        if path.exists():
            continue
        found = [w for page in range(part, part + 200) for w in upright_windows(random.Random(f"{seed}-{page}"), pool)]
        np.save(path.with_suffix(".partial.npy"), np.stack(found))
        path.with_suffix(".partial.npy").rename(path)


def batches(folders: list[Path], seed: int, start: int) -> Iterator[Batch]:
    """Endless batches: windows, uint8 [n, SIDE, SIDE], each turned by chance, and the turns that set them upright."""
    every = np.concatenate([np.load(path) for folder in folders for path in sorted(folder.glob("*[0-9].npy"))])
    step = start
    while True:
        rng = np.random.default_rng((seed, step))
        labels = rng.integers(4, size=BATCH)
        found = []
        for row, label in zip(rng.integers(len(every), size=BATCH), labels, strict=True):
            top, left = rng.integers(WIDER - SIDE + 1, size=2)
            part = every[row, top : top + SIDE, left : left + SIDE]
            part = 255 - part if rng.random() < 0.06 else part
            found.append(np.rot90(part, label))  # turned anticlockwise: clockwise sets it upright
        yield torch.from_numpy(np.stack(found)), torch.from_numpy(labels)
        step += 1


def loss(network: nn.Module, batch: Batch) -> torch.Tensor:
    pictures, labels = batch
    return nn.functional.cross_entropy(network(as_input(pictures)).float(), labels, label_smoothing=DOUBT)


def train(folders: list[Path], out: Path, plan: Plan, start: Path | None) -> None:
    """Trains, or goes on with it."""
    fitter = Fitter(orientation(), plan, out, start)
    fitter.run(batches(folders, plan.seed, fitter.step), loss)
