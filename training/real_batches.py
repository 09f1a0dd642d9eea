"""Real windows in training: jittered batches of them, beside the synthetic ones."""

from __future__ import annotations

import random
from collections.abc import Sequence

import cv2
import numpy as np
import torch

from models.word_net import HEIGHT, Grey
from training.alphabet import encode
from training.batches import WIDTHS, Batch
from training.distort import normalise
from training.distortions import Dice, jpeg, noise
from training.real import RealWindow

EMPTY = 0.08
"""Share of a batch's windows that hold no text."""
ROWS = (-4, -3, -2, -2, -1, -1, 0, 0, 0, 1, 1, 2, 2, 3, 4)
"""Rows, of 32, that a window is cut closer by above and below, as often as here; below 0, it is widened."""


class RealBatches:
    """Batches of real windows, jittered: each is drawn for one width from windows that about fill it."""

    def __init__(self, windows: Sequence[RealWindow], seed: int) -> None:
        self.seed = seed
        self.shelves: dict[int, list[RealWindow]] = {width: [] for width, _ in WIDTHS}
        for window in windows:
            self.shelves[min(width for width in self.shelves if width >= window.pixels.shape[1])].append(window)
        self.weights = {width: _weights(shelf) for width, shelf in self.shelves.items()}

    def batch(self, index: int, columns: int, count: int) -> Batch:
        """``count`` windows for windows of ``columns``; the same for the same seed and index."""
        rng = random.Random(f"real-{self.seed}-{index}")
        windows = rng.choices(self.shelves[columns], self.weights[columns], k=count)
        light = np.full((count, 1, HEIGHT, columns), 0.5, np.float32)
        widths = []
        for place, window in enumerate(windows):
            part = _jitter(rng, window.pixels, columns)
            light[place, 0, :, : part.shape[1]] = part / np.float32(255)
            light[place, 0, :, part.shape[1] :] = part[:, -1:] / np.float32(255)
            widths.append(part.shape[1])
        dice = Dice(torch.Generator().manual_seed(self.seed * 1_000_003 + index), count)
        x = torch.from_numpy(light)
        x = jpeg(noise(x * dice.uniform(0.85, 1.0), dice), dice)
        texts = [window.text for window in windows]
        targets = torch.tensor([label for text in texts for label in encode(text)], dtype=torch.int64)
        return Batch(normalise(x, torch.tensor(widths)), targets, torch.tensor([len(t) for t in texts]), texts)


def _weights(shelf: Sequence[RealWindow]) -> list[float]:
    empty = sum(not window.text for window in shelf)
    return [(1 - EMPTY) / (len(shelf) - empty) if window.text else EMPTY / empty for window in shelf]


def _jitter(rng: random.Random, pixels: Grey, columns: int) -> Grey:
    """Another crop of about the same: some rows less or more above and below, slightly wider or narrower."""
    top, bottom = rng.choice(ROWS), rng.choice(ROWS)
    part = cv2.copyMakeBorder(
        pixels[max(top, 0) : HEIGHT - max(bottom, 0)], max(-top, 0), max(-bottom, 0), 0, 0, cv2.BORDER_REPLICATE
    )
    width = max(8, min(columns, round(pixels.shape[1] * rng.uniform(0.92, 1.08))))
    return np.asarray(cv2.resize(part, (width, HEIGHT), interpolation=cv2.INTER_LINEAR), np.uint8)


def mixed(synthetic: Batch, real: Batch) -> Batch:
    """Two batches of one width as one."""
    return Batch(
        torch.cat([synthetic.windows, real.windows]),
        torch.cat([synthetic.targets, real.targets]),
        torch.cat([synthetic.lengths, real.lengths]),
        synthetic.texts + real.texts,
    )
