"""The endless stream of training batches: batch ``i`` of a seed is the same whoever draws it, and whenever."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from training import corpus, fonts
from training.alphabet import encode
from training.distort import GROUPS, distort
from training.draw import CANVAS_HEIGHT, OVERSAMPLING, Painter

WIDTHS = ((48, 10), (80, 17), (128, 20), (208, 22), (320, 31))
"""Columns of a batch's windows, and how often. Narrow ones are cheap; all batches have about as many pixels."""
COLUMNS = 6400


@dataclass(frozen=True)
class Batch:
    """``windows``: uint8 [n, 32, columns]; ``targets``: int64 [sum of lengths]; ``lengths``: int64 [n]."""

    windows: torch.Tensor
    targets: torch.Tensor
    lengths: torch.Tensor
    texts: list[str]


class Drawn(torch.utils.data.Dataset[tuple[torch.Tensor, torch.Tensor, list[str]]]):
    """Clean pictures: (ink uint8 [n, 48, 1.5 * columns], widths int64 [n], texts) for the number of a batch."""

    def __init__(self, cache: Path, seed: int, count: int) -> None:
        self.cache, self.seed, self.count = cache, seed, count
        self.painter: Painter | None = None

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor, list[str]]:
        if self.painter is None:
            self.painter = Painter(corpus.load(self.cache), fonts.load(self.cache))
        rng = random.Random(f"{self.seed}-{index}")
        place = rng.choices(range(len(WIDTHS)), [share for _, share in WIDTHS])[0]
        columns, narrower = WIDTHS[place][0], WIDTHS[place - 1][0] if place else 0
        samples = [self.painter.fitting(rng, narrower, columns) for _ in range(COLUMNS // columns)]
        ink = np.zeros((len(samples), CANVAS_HEIGHT, round(columns * OVERSAMPLING)), np.uint8)
        for canvas, sample in zip(ink, samples, strict=True):
            part = sample.ink[:, : canvas.shape[1]]
            canvas[:, : part.shape[1]] = part
        return torch.from_numpy(ink), torch.tensor([s.width for s in samples]), [s.text for s in samples]


class Distorted(torch.utils.data.Dataset[Batch]):
    """Ready batches, distorted where they are drawn (for training on a CPU)."""

    def __init__(self, drawn: Drawn, groups: frozenset[str] = frozenset(GROUPS)) -> None:
        self.drawn, self.groups = drawn, groups

    def __len__(self) -> int:
        return len(self.drawn)

    def __getitem__(self, index: int) -> Batch:
        return finish(self.drawn[index], self.drawn.seed, index, torch.device("cpu"), self.groups)


def finish(
    drawn: tuple[torch.Tensor, torch.Tensor, list[str]],
    seed: int,
    index: int,
    device: torch.device,
    groups: frozenset[str] = frozenset(GROUPS),
) -> Batch:
    """Distorts a drawn batch on a device and adds its targets."""
    ink, widths, texts = drawn
    generator = torch.Generator(device).manual_seed(seed * 1_000_003 + index)
    windows = distort(ink.to(device), widths.to(device), generator, groups)
    targets = torch.tensor([label for text in texts for label in encode(text)], dtype=torch.int64)
    return Batch(windows, targets, torch.tensor([len(text) for text in texts]), texts)


def stream(
    cache: Path,
    seed: int,
    start: int,
    count: int,
    device: torch.device,
    workers: int = 1,
    groups: frozenset[str] = frozenset(GROUPS),
) -> Iterator[Batch]:
    """Batches ``start`` to ``start + count - 1`` of a seed, drawn by ``workers`` processes ahead of need."""
    drawn = Drawn(cache, seed, start + count)
    on_cpu = device.type == "cpu"
    dataset: torch.utils.data.Dataset = Distorted(drawn, groups) if on_cpu else drawn  # type: ignore[type-arg]
    loader = torch.utils.data.DataLoader(
        dataset,
        batch_size=None,
        sampler=range(start, start + count),
        num_workers=workers,
        prefetch_factor=8 if workers else None,
        worker_init_fn=_one_thread,
    )
    for index, item in enumerate(loader, start):
        yield item if on_cpu else finish(item, seed, index, device, groups)


def _one_thread(_: int) -> None:
    torch.set_num_threads(1)
