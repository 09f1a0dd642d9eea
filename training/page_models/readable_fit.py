"""Fitting the OCR-able classifier, and its scores on pictures held back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import nn

from models.ocrable import COUNTED, SIDE
from training.page_models.fit import Batch, Fitter, Plan
from training.page_models.networks import as_input, ocrable
from training.page_models.readable import WIDER

BATCH = 12
"""Pictures."""
SEEN = 6
"""Windows of each."""
DOUBT = 0.01
"""Label smoothing: the net shall not be certain."""


def batches(folders: list[Path], seed: int, start: int) -> Iterator[Batch]:
    """Endless batches from ``start`` on: windows, uint8 [n, SEEN, SIDE, SIDE], and whether their picture holds text,
    float32 [n]."""
    parts = [np.load(path, mmap_mode="r") for folder in folders for path in sorted(folder.glob("*[0-9].npy"))]
    sizes = np.cumsum([0] + [len(part) for part in parts])
    count = int(sizes[-1])
    step = start
    while True:
        epoch, place = divmod(step * BATCH, count)
        order = np.random.default_rng((seed, epoch)).permutation(count)
        rng = np.random.default_rng((seed, epoch, place))
        rows = np.take(order, range(place, place + BATCH), mode="wrap")
        pictures, labels = [], []
        for row in rows:
            part = int(np.searchsorted(sizes, row, side="right")) - 1
            pictures.append(vary(np.asarray(parts[part][row - sizes[part]]), rng))
            labels.append(float((row - sizes[part]) % 2 == 0))
        yield torch.from_numpy(np.stack(pictures)), torch.tensor(labels)
        step += 1


def vary(windows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Parts of some windows, turned, mirrored, dark on light or light on dark: text stays text."""
    top, left = rng.integers(WIDER - SIDE + 1, size=2)
    out = windows[rng.permutation(len(windows))[:SEEN], top : top + SIDE, left : left + SIDE]
    out = np.rot90(out, rng.integers(4), (1, 2))
    out = out[:, :, ::-1] if rng.random() < 0.5 else out
    return 255 - out if rng.random() < 0.08 else out


def loss(network: nn.Module, batch: Batch) -> torch.Tensor:
    windows, labels = batch
    scores = network(as_input(windows.flatten(0, 1))).float().view(len(labels), -1)
    highest = scores.topk(COUNTED, 1).values.mean(1)
    target = labels * (1 - 2 * DOUBT) + DOUBT
    return nn.functional.binary_cross_entropy_with_logits(highest, target)


def train(folders: list[Path], out: Path, plan: Plan, start: Path | None) -> None:
    """Trains, or goes on with it."""
    fitter = Fitter(ocrable(), plan, out, start)
    fitter.run(batches(folders, plan.seed, fitter.step), loss)
