"""From drawn ink to windows as a scanner would give them: all distortions in turn, the same on a CPU and on a GPU."""

from __future__ import annotations

import math

import torch
from torch.nn import functional

from models.word_net import BACKGROUND_LEVEL, LEAST_RANGE
from training.distortions import Dice, Tensor, box_mean, dropout, fax, geometry, jpeg, noise, paper, strokes
from training.draw import HEIGHT

GROUPS = ("geometry", "strokes", "dropout", "fax", "resolution", "paper", "noise", "jpeg", "polarity")
"""Groups that can be left out, to see what each one is worth."""

LOW_RESOLUTIONS = (10, 12, 12, 12, 14, 14, 14, 16, 16, 16, 20, 20, 20, 24, 24, 24, 28, 28, 32, 32, 32, 32)
"""Rows of the crop in the scan, as often as here: a word on a fax is some 14 pixels high, a receipt's line 24."""


def normalise(x: Tensor, widths: Tensor) -> Tensor:
    """As ``models.word_net.stretch`` and its padding do it: uint8 [n, rows, columns] of windows ``widths`` wide."""
    x = torch.round(x.clamp(0, 1) * 255)
    inside = (torch.arange(x.shape[3], device=x.device).view(1, 1, 1, -1) < widths.view(-1, 1, 1, 1)).float()
    mean = box_mean(x)
    whole = inside[..., 2:]
    low = (mean + 1000 * (1 - whole)).amin((2, 3), keepdim=True)
    high = (mean - 1000 * (1 - whole)).amax((2, 3), keepdim=True)
    gain = 255 / (high - low).clamp(min=LEAST_RANGE)
    x = torch.round(((x - (high + low) / 2) * gain + 127.5).clamp(0, 255))
    level = (x * inside).sum((2, 3), keepdim=True) / inside.sum((2, 3), keepdim=True) / x.shape[2]
    fill = torch.where(level >= BACKGROUND_LEVEL, 255.0, 0.0)
    return (x * inside + fill * (1 - inside)).to(torch.uint8)[:, 0]


def _chunk(ink: Tensor, widths: Tensor, generator: torch.Generator, columns: int, groups: frozenset[str]) -> Tensor:
    dice = Dice(generator, len(ink))
    fine = (32, 40, 48)[int(dice.one() * 3)]
    x = geometry(ink, dice, fine, columns * fine // HEIGHT, "geometry" in groups)
    for name, operation in (("strokes", strokes), ("dropout", dropout), ("fax", fax)):
        if name in groups:
            x = operation(x, dice)
    rows = LOW_RESOLUTIONS[int(dice.one() * len(LOW_RESOLUTIONS))] if "resolution" in groups else HEIGHT
    stretch = 1 + 0.25 * (dice.one() - 0.5)
    if rows < fine:
        x = functional.interpolate(x, (rows, max(8, round(columns * rows / HEIGHT * stretch))), mode="area")
    x = paper(x, dice) if "paper" in groups else 1 - x
    if "noise" in groups:
        x = noise(x, dice)
    if "jpeg" in groups:
        x = jpeg(x, dice)
    if x.shape[2:] != (HEIGHT, columns):
        mode = "bicubic" if dice.one() < 0.25 else "bilinear"
        x = functional.interpolate(x, (HEIGHT, columns), mode=mode, align_corners=False, antialias=x.shape[2] > HEIGHT)
    if "polarity" in groups:
        dark = dice.chance(0.06)
        x = x + dark * (1 - 2 * x)
    return normalise(x, widths)


def distort(
    ink: Tensor, widths: Tensor, generator: torch.Generator, groups: frozenset[str] = frozenset(GROUPS), chunks: int = 3
) -> Tensor:
    """Windows as a scanner would give them, normalised.

    Args:
        ink: uint8 [n, 1.5 * 32, 1.5 * columns] on the generator's device, 255 is ink.
        widths: int64 [n], columns of each window that are not padding.
        chunks: parts of the batch that share a resolution and a JPEG quality.

    Returns:
        uint8 [n, 32, columns].
    """
    columns = ink.shape[2] * 2 // 3
    x = ink.float().div(255).unsqueeze(1)
    size = math.ceil(len(x) / chunks)
    parts = zip(torch.split(x, size), torch.split(widths, size), strict=True)
    return torch.cat([_chunk(part, width, generator, columns, groups) for part, width in parts])
