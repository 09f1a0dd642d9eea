"""Fitting the two corner networks to their examples."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn
from torch.nn import functional

from models import corner_patches, corner_search
from models.corner_patches import PLACES, clockwise
from models.corner_search import CELL, GRID, MARGIN, covered
from training.page_models.corner_examples import A_PART, SMALL, WIDE
from training.page_models.corner_networks import Refine, Search
from training.page_models.desk import OUTSIDE
from training.page_models.fit import Batch, Fitter, Plan

BATCH = 32
PATCHES = 96
DOUBT = 0.01
"""Label smoothing: the net shall not be certain."""
SPREAD = 0.8
"""Cells, or places, of deviation around a corner's true one."""
STRAY = 0.045
"""Of a page's mean side, by which the first step is wrong, at most mostly."""


def search_batches(folders: list[Path], seed: int, start: int) -> Iterator[Batch]:
    """Endless batches: pictures, float32 [n, 3, side, side]; corners' places, float32 [n, 4, GRID, GRID]; areas,
    float32 [n, GRID, GRID]; whether there is a document, float32 [n], not a number where that is for nobody to say."""
    names = sorted(path for folder in folders for path in folder.glob("*.small.npy"))
    pictures = [np.load(path, mmap_mode="r") for path in names]
    quads = np.concatenate([np.load(str(path).replace(".small.", ".quads.")) for path in names])
    step = start
    while True:
        rng = np.random.default_rng((seed, step))
        rows = rng.integers(len(quads), size=BATCH)
        found = [vary(np.asarray(pictures[row // A_PART][row % A_PART]), quads[row], rng) for row in rows]
        yield tuple(torch.from_numpy(np.stack(column)) for column in zip(*found, strict=True))
        step += 1


def vary(picture: np.ndarray, quad: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """A part of a small picture, turned, mirrored and coloured otherwise, as the network sees it, with what it shall
    answer."""
    share = rng.uniform(0.72, 1, 2)
    corner = rng.uniform(0, 1, 2) * (1 - share)
    there = bool(np.isfinite(quad).all())
    if there:
        moved = (quad - corner) / share
        if moved.min() < -OUTSIDE or moved.max() > 1 + OUTSIDE or rng.random() < 0.3:
            share, corner, moved = np.ones(2), np.zeros(2), quad.astype(np.float64)
    (left, top), (right, bottom) = np.rint(corner * SMALL).astype(int), np.rint((corner + share) * SMALL).astype(int)
    part = picture[top:bottom, left:right]
    part = coloured(cv2.resize(part, (corner_search.SIDE,) * 2, interpolation=cv2.INTER_AREA), rng)
    turns, mirrored = int(rng.integers(4)), bool(rng.random() < 0.5)
    part = np.rot90(part, turns)
    part = np.ascontiguousarray(part[:, ::-1] if mirrored else part)
    places, area = np.zeros((4, GRID, GRID), np.float32), np.zeros((GRID, GRID), np.float32)
    if there:
        for _ in range(turns):  # anticlockwise
            moved = np.column_stack([moved[:, 1], 1 - moved[:, 0]])
        moved = clockwise(np.column_stack([1 - moved[:, 0], moved[:, 1]]) if mirrored else moved)
        places = np.stack([likely(point * (corner_search.SIDE / CELL) + MARGIN - 0.5) for point in moved])
        area = covered(moved).astype(np.float32)
    answer = np.nan if np.isinf(quad).any() else there
    return corner_search.as_input(part)[0], places, area, np.float32(answer)


def likely(cell: np.ndarray) -> np.ndarray:
    """float32 [GRID, GRID], of sum 1: a bell around a cell, x and y."""
    across, down = (np.exp(-np.square(np.arange(GRID) - value) / (2 * SPREAD**2)) for value in cell)
    bell = np.outer(down, across)
    return np.asarray(bell / bell.sum(), np.float32)


def coloured(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """In other colours, grey at times, with other noise."""
    x = pixels.astype(np.float32)
    if rng.random() < 0.15:
        x[:] = x.mean(2, keepdims=True)
    x *= rng.uniform(0.9, 1.1, 3).astype(np.float32)
    if rng.random() < 0.5:
        x += rng.normal(0, rng.uniform(0, 6), x.shape).astype(np.float32)
    if rng.random() < 0.3:
        x = 255 * np.power(np.clip(x, 0, 255) / 255, rng.uniform(0.6, 1.6), dtype=np.float32)
    return np.clip(x, 0, 255).astype(np.uint8)


def search_loss(network: nn.Module, batch: Batch) -> torch.Tensor:
    pictures, places, area, there = batch
    maps, odds = network(pictures.contiguous(memory_format=torch.channels_last))
    maps, odds = maps.float(), odds.float()[:, 0]
    clear, there = (~there.isnan()).float(), there.nan_to_num(0)
    count = there.sum().clamp(min=1)
    log = maps[:, :4].flatten(2).log_softmax(2)
    corners = -(places.flatten(2) * log).sum(2).mean(1)
    inside = functional.binary_cross_entropy_with_logits(maps[:, 4], area, reduction="none").mean((1, 2))
    target = there * (1 - 2 * DOUBT) + DOUBT
    document = functional.binary_cross_entropy_with_logits(odds, target, clear)
    return ((corners + 2 * inside) * there).sum() / count + 2 * document


def refine_batches(folders: list[Path], seed: int, start: int) -> Iterator[Batch]:
    """Endless batches: patches, float32 [n, 4, side, side], and where the corner lies in them, float32 [n, 2]."""
    names = sorted(path for folder in folders for path in folder.glob("*.patches.npy"))
    every = [np.load(path, mmap_mode="r") for path in names]
    ends = np.cumsum([len(part) for part in every])
    step = start
    while True:
        rng = np.random.default_rng((seed, step))
        patches, places = [], []
        for row in rng.integers(ends[-1], size=PATCHES):
            part = int(np.searchsorted(ends, row, side="right"))
            found = every[part][row - ends[part]]  # negative: from the part's end
            patch, place = stray(np.asarray(found), rng)
            patches.append(patch)
            places.append(place)
        yield torch.from_numpy(corner_patches.as_input(np.stack(patches))), torch.from_numpy(np.stack(places))
        step += 1


def stray(patch: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A patch as a first step that is somewhat wrong gives it, uint8 [side, side, 4], and where the corner, the middle
    of the given one, lies in it, off its middle in pixels, float32 [2]."""
    side = corner_patches.SIDE
    unit = STRAY * corner_patches.DENSITY
    off = rng.uniform(-unit, unit, 2) if rng.random() < 0.5 else rng.normal(0, unit / 3, 2)
    off = np.clip(off, -side * 0.4, side * 0.4)
    linear = np.eye(2) + rng.normal(0, 0.05, (2, 2))
    # Takes the middle of what is cut out, moved by the offset, to the middle of the patch.
    matrix = np.column_stack([linear, np.array([WIDE / 2] * 2) - linear @ (np.array([side / 2] * 2) + off)])
    matrix[:, 2] += linear @ [0.5, 0.5] - 0.5
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    out = cv2.warpAffine(patch, matrix, (side, side), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    if rng.random() < 0.5:
        out, off = out.transpose(1, 0, 2), off[::-1]
    out = np.dstack([coloured(out[..., :3], rng), out[..., 3]])
    return out, off.astype(np.float32)


def refine_loss(network: nn.Module, batch: Batch) -> torch.Tensor:
    patches, places = batch
    scores = network(patches.contiguous(memory_format=torch.channels_last)).float()
    width = corner_patches.SIDE / PLACES
    middles = (torch.arange(PLACES) + 0.5) * width - corner_patches.SIDE / 2
    bell = torch.exp(-torch.square((middles - places[:, :, None]) / width) / (2 * SPREAD**2))
    log = scores.log_softmax(2)
    right = -(bell / bell.sum(2, keepdim=True) * log).sum(2).mean()
    mean = (log.exp() * middles).sum(2)
    return right + 0.1 * functional.smooth_l1_loss(mean, places)


def train_search(folders: list[Path], out: Path, plan: Plan, start: Path | None) -> None:
    """Trains the first step's network, or goes on with it."""
    fitter = Fitter(Search(), plan, out, start)
    fitter.run(search_batches(folders, plan.seed, fitter.step), search_loss)


def train_refine(folders: list[Path], out: Path, plan: Plan, start: Path | None) -> None:
    """Trains the second step's, likewise."""
    fitter = Fitter(Refine(), plan, out, start)
    fitter.run(refine_batches(folders, plan.seed, fitter.step), refine_loss)
