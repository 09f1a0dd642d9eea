"""Training of the Line Net on files of examples; new files are taken in as they come."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from training.detector.labels import STEP, UNIT
from training.detector.network import DISTANCE, LineNetwork
from training.page_models.fit import Batch, Fitter, Plan

SHARES = {"drawn": 0.66, "printed": 0.12, "receipt": 0.22}
"""Of the examples of each kind; a kind without files leaves its share to the others."""
KERNEL = 0.5
"""Of a cell: how much must be kernel for its distances to count."""
FAINTEST = 0.3
"""Of a cell: kernels that no cell has more of are raised from here on only."""
LONE, LARGE = 4.0, 12.0
"""Cells of kernel around a cell: so few are a lone digit's, and count the most; so many are a word's."""
LONE_WEIGHT = 4.0
"""... and how much the cells of a lone digit count, beside those of a word."""
AROUND = (3, 11)
"""Cells down and across that are looked at for that."""
WIDEST, GAP_WEIGHT = 9, 2.5
"""Cells across: gaps in a row that are narrower count more, since that is where columns part or a line goes on."""
FLAT, WINDOW = 3 / 127.5, (5, 9)
"""Of the picture: where it differs by no more within so many cells down and across, print was there and is lost."""
LOOK_AGAIN = 100
"""Batches after which the folder is looked through for new files."""


class Shelf:
    """The files of examples in a folder, read through the page cache."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.look()

    def look(self) -> None:
        self.files = {kind: sorted(path for path in self.folder.glob(f"{kind}-*-x.npy")) for kind in SHARES}
        self.files = {kind: files for kind, files in self.files.items() if files}

    def batch(self, rng: random.Random, count: int) -> tuple[np.ndarray, np.ndarray]:
        """uint8 [count, side, side] and uint8 [count, 4, side / 4, side / 4]; half of them of one file."""
        pictures, maps = [], []
        for size in (count // 2, count - count // 2):
            kind = rng.choices(list(self.files), [SHARES[each] for each in self.files])[0]
            path = rng.choice(self.files[kind])
            x = np.load(path, mmap_mode="r")
            y = np.load(path.with_name(path.name.replace("-x", "-y")), mmap_mode="r")
            places = sorted(rng.sample(range(len(x)), size))
            pictures.append(np.stack([shaded(x[place], rng) for place in places]))
            maps.append(y[places])
        return np.concatenate(pictures), np.concatenate(maps)

    def spread(self, count: int) -> list[np.ndarray]:
        """Pictures as the network takes them, float32 [1, 1, side, side], from all kinds and files alike."""
        files = [path for some in self.files.values() for path in some]
        chosen = [files[place * len(files) // count] for place in range(count)]
        shown = (np.array(np.load(path, mmap_mode="r")[place % 2]) for place, path in enumerate(chosen))
        return [as_input(picture[None]).numpy() for picture in shown]


def shaded(picture: np.ndarray, rng: random.Random) -> np.ndarray:
    """Lighter, darker, flatter, now and then inverted."""
    levels = np.linspace(0, 1, 256) ** np.exp(rng.gauss(0, 0.25))
    if rng.random() < 0.5:
        low, high = rng.uniform(0, 0.35), rng.uniform(0.65, 1)
        levels = low + (high - low) * levels
    if rng.random() < 0.06:
        levels = 1 - levels
    return np.asarray((levels * 255).astype(np.uint8)[picture])


def loss(network: nn.Module, batch: Batch) -> torch.Tensor:
    """How far kernels are off (cross-entropy and Dice) and the edges of lines (in heights of the line)."""
    pictures, maps = batch
    out = network(pictures).float()
    target = raised(maps[:, 0] / 255)
    counts = maps[:, 3] / 255 * ((target == 0) | visible(pictures))
    odds = functional.binary_cross_entropy_with_logits(out[:, 0], target, reduction="none") * weights(target)
    likely = torch.sigmoid(out[:, 0]) * counts
    dice = 1 - (2 * (likely * target).sum() + 1) / ((likely**2).sum() + (target**2 * counts).sum() + 1)
    edges = maps[:, 1:3] / UNIT
    inside = counts * (target > KERNEL)
    height = edges.sum(1, keepdim=True).clamp(min=4)
    off = (functional.smooth_l1_loss(out[:, 1:] * DISTANCE / height, edges / height, reduction="none", beta=0.05)).sum(
        1
    )
    return (odds * counts).mean() * 4 + dice + 2 * (off * inside).sum() / inside.sum().clamp(min=1)


def raised(kernel: torch.Tensor) -> torch.Tensor:
    """The kernels, [n, rows, columns], those raised to a whole cell that lie between cells: half as sure of it, the
    network would be sure of no lone digit and no small print."""
    most = functional.max_pool2d(kernel[:, None], 3, 1, 1)[:, 0]
    return kernel / most.clamp(min=FAINTEST)


def weights(kernel: torch.Tensor) -> torch.Tensor:
    """How much each cell counts, [n, rows, columns]: a lone digit has one or two, and each is all that there is of it;
    in a gap between two pieces of a row it is told whether they are one line."""
    down, wide = AROUND
    near = functional.avg_pool2d(kernel[:, None], AROUND, 1, (down // 2, wide // 2))[:, 0] * (down * wide)
    lone = ((LARGE - near) / (LARGE - LONE)).clamp(0, 1)
    across = (1, WIDEST)
    wider = functional.max_pool2d(kernel[:, None], across, 1, (0, WIDEST // 2))
    gap = (-functional.max_pool2d(-wider, across, 1, (0, WIDEST // 2))[:, 0] - kernel).clamp(min=0)
    return 1 + (LONE_WEIGHT - 1) * lone * kernel + (GAP_WEIGHT - 1) * gap


def visible(pictures: torch.Tensor) -> torch.Tensor:
    """Which cells, bool [n, rows, columns], have anything around them that differs: a faint line that was made black
    and white, say, has not."""
    down, across = WINDOW
    high, low = (functional.max_pool2d(sign * pictures, STEP) for sign in (1, -1))
    wide = [functional.max_pool2d(each, WINDOW, 1, (down // 2, across // 2))[:, 0] for each in (high, low)]
    return wide[0] + wide[1] > FLAT


def as_input(pictures: np.ndarray) -> torch.Tensor:
    """float32 [n, 1, h, w], -1..1."""
    x = torch.from_numpy(pictures)[:, None].float() / 127.5 - 1
    return x.contiguous(memory_format=torch.channels_last)


def batches(shelf: Shelf, seed: int, first: int, count: int) -> Iterator[Batch]:
    step = first
    while True:
        if step % LOOK_AGAIN == 0:
            shelf.look()
        pictures, maps = shelf.batch(random.Random(f"{seed}-{step}"), count)
        yield as_input(pictures), torch.from_numpy(maps).float()
        step += 1


def train(examples: Path, out: Path, plan: Plan, count: int, start: Path | None = None) -> None:
    """Trains until the plan is done, from `out/checkpoint.pt` where there is one."""
    fitter = Fitter(LineNetwork(), plan, out, start)
    fitter.run(batches(Shelf(examples), plan.seed, fitter.step, count), loss)
