"""What print, paper, fax and scanner do to text, one by one: operations of PyTorch on batches.

A batch is float32 [n, 1, rows, columns] in 0..1. As long as it is print, 1 is ink; from ``paper`` on, 1 is white. Every
operation draws its own parameters for each window of the batch from the generator that it is given.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch.nn import functional

Tensor = torch.Tensor

LUMINANCE = [
    [16, 11, 10, 16, 24, 40, 51, 61], [12, 12, 14, 19, 26, 58, 60, 55], [14, 13, 16, 24, 40, 57, 69, 56],
    [14, 17, 22, 29, 51, 87, 80, 62], [18, 22, 37, 56, 68, 109, 103, 77], [24, 35, 55, 64, 81, 104, 113, 92],
    [49, 64, 78, 87, 103, 121, 120, 101], [72, 92, 95, 98, 112, 100, 103, 99],
]  # fmt: skip


@dataclass(frozen=True)
class Dice:
    """Random numbers for each window of a batch, shaped to multiply it."""

    generator: torch.Generator
    count: int

    def uniform(self, low: float, high: float) -> Tensor:
        """float32 [count, 1, 1, 1]."""
        return low + (high - low) * self._rand(self.count, 1, 1, 1)

    def chance(self, share: float) -> Tensor:
        """float32 [count, 1, 1, 1] of 0 and 1."""
        return (self._rand(self.count, 1, 1, 1) < share).float()

    def field(self, rows: int, columns: int, cell: float) -> Tensor:
        """Smooth noise in 0..1 with spots of about ``cell`` pixels."""
        size = (max(2, round(rows / cell)), max(2, round(columns / cell)))
        return functional.interpolate(
            self._rand(self.count, 1, *size), (rows, columns), mode="bilinear", align_corners=False
        )

    def noise(self, x: Tensor) -> Tensor:
        return torch.randn(x.shape, generator=self.generator, device=x.device)

    def grain(self, x: Tensor) -> Tensor:
        return self._rand(*x.shape)

    def one(self) -> float:
        """One number in 0..1 for the whole batch."""
        return float(self._rand(1))

    def _rand(self, *shape: int) -> Tensor:
        return torch.rand(shape, generator=self.generator, device=self.generator.device)


def blur(x: Tensor, sigma: float) -> Tensor:
    """Gaussian blur, 5 taps each way (as sums of shifted copies: faster on a CPU than a convolution of one channel)."""
    near, far = math.exp(-1 / (2 * sigma**2)), math.exp(-4 / (2 * sigma**2))
    total = 1 + 2 * near + 2 * far
    wide = functional.pad(x, (2, 2, 0, 0), mode="replicate")
    n = x.shape[3]
    x = x + near * (wide[..., 1 : n + 1] + wide[..., 3 : n + 3]) + far * (wide[..., :n] + wide[..., 4:])
    high = functional.pad(x, (0, 0, 2, 2), mode="replicate")
    n = x.shape[2]
    x = x + near * (high[:, :, 1 : n + 1] + high[:, :, 3 : n + 3]) + far * (high[:, :, :n] + high[:, :, 4:])
    return x / total**2


def dilate(x: Tensor) -> Tensor:
    """The greatest value of each 3 x 3 neighbourhood (of 0 beyond the edge)."""
    x = functional.pad(x, (1, 1, 1, 1))
    x = torch.maximum(torch.maximum(x[..., :-2], x[..., 1:-1]), x[..., 2:])
    return torch.maximum(torch.maximum(x[:, :, :-2], x[:, :, 1:-1]), x[:, :, 2:])


def box_mean(x: Tensor) -> Tensor:
    """The mean of each whole 3 x 3 neighbourhood: two rows and columns fewer."""
    x = x[..., :-2] + x[..., 1:-1] + x[..., 2:]
    return (x[:, :, :-2] + x[:, :, 1:-1] + x[:, :, 2:]) / 9


def geometry(x: Tensor, dice: Dice, rows: int, columns: int, enabled: bool) -> Tensor:
    """Slight rotation, slant, curve, keystone and shift, sampled to ``rows`` x ``columns``."""
    if not enabled:
        return functional.interpolate(x, (rows, columns), mode="bilinear", align_corners=False)
    ratio = x.shape[3] / x.shape[2]
    v = ((torch.arange(rows, device=x.device) + 0.5) / rows * 2 - 1).view(1, rows, 1)
    u = ((torch.arange(columns, device=x.device) + 0.5) / columns * 2 - 1).view(1, 1, columns)
    slope = (dice.uniform(-1, 1) ** 3 * dice.chance(0.6) * 0.04)[:, 0]
    slant = (dice.uniform(-0.35, 0.35) * dice.chance(0.1))[:, 0]
    bow = (dice.uniform(-0.12, 0.12) * dice.chance(0.15))[:, 0]
    wave = (dice.uniform(-0.06, 0.06) * dice.chance(0.12))[:, 0]
    keystone = (dice.uniform(-0.1, 0.1) * dice.chance(0.15))[:, 0]
    shift = (dice.uniform(-0.05, 0.05) * dice.chance(0.5))[:, 0]
    phase, period = dice.uniform(0, 6.3)[:, 0], dice.uniform(2, 9)[:, 0]
    y = v * (1 + keystone * u) + slope * ratio * u + bow * (u * u - 0.3) + wave * torch.sin(period * u + phase) + shift
    grid_x = u + slant * v / ratio + 0 * y
    return functional.grid_sample(
        x, torch.stack([grid_x, y], -1), mode="bilinear", padding_mode="zeros", align_corners=False
    )


def strokes(x: Tensor, dice: Dice) -> Tensor:
    """Fat and thin print: dilation, erosion, uneven ink."""
    x = x + dice.chance(0.25) * dice.uniform(0.2, 1) * (dilate(x) - x)
    thin = 1 - dilate(1 - x)
    x = x + dice.chance(0.22) * dice.uniform(0.15, 0.65) * (thin - x)
    return x * (1 - dice.chance(0.25) * dice.uniform(0.1, 0.6) * dice.grain(x))


def dropout(x: Tensor, dice: Dice) -> Tensor:
    """Ink that is missing: worn spots, thermal heads' rows and columns, needles' dots."""
    rows, columns = x.shape[2:]
    spots = torch.sigmoid((dice.field(rows, columns, 4 + 8 * dice.one()) - dice.uniform(0.15, 0.4)) * 14)
    x = x * (1 - dice.chance(0.28) * dice.uniform(0.4, 1) * (1 - spots))
    lines = (dice._rand(x.shape[0], 1, rows, 1) < 0.12).float() * dice.chance(0.1)
    x = x * (1 - dice.uniform(0.3, 1) * lines)
    streaks = (dice._rand(x.shape[0], 1, 1, columns) < 0.04).float() * dice.chance(0.07)
    x = x * (1 - dice.uniform(0.3, 1) * streaks)
    down = torch.arange(rows, device=x.device).view(1, 1, -1, 1) / dice.uniform(2.6, 4.5)
    across = torch.arange(columns, device=x.device).view(1, 1, 1, -1) / dice.uniform(2.6, 4.5)
    dots = (torch.cos(2 * math.pi * down) + torch.cos(2 * math.pi * across)) * 0.35 + 0.6
    only_rows = dice.chance(0.5)
    bars = torch.cos(2 * math.pi * down) * 0.5 + 0.6
    pattern = (only_rows * bars + (1 - only_rows) * dots).clamp(0, 1)
    return x * (1 - dice.chance(0.08) * dice.uniform(0.5, 1) * (1 - pattern))


def fax(x: Tensor, dice: Dice) -> Tensor:
    """Black and white with ragged edges, as faxes and photocopies of photocopies have it; half of the windows."""
    rows, columns = x.shape[2:]
    soft = blur(x, 0.5 + 0.9 * dice.one())
    level = dice.uniform(0.22, 0.62) + dice.chance(0.4) * dice.uniform(0, 0.5) * (dice.field(rows, columns, 10) - 0.5)
    ragged = soft + dice.chance(0.7) * dice.uniform(0.0, 0.4) ** 2 * dice.noise(x)
    black = torch.sigmoid((ragged - level) * dice.uniform(6, 30))
    salt, pepper = dice.chance(0.2) * dice.uniform(0, 0.03), dice.chance(0.2) * dice.uniform(0, 0.015)
    grain = dice.grain(x)
    black = torch.where(grain < pepper, torch.ones_like(x), torch.where(grain > 1 - salt, torch.zeros_like(x), black))
    chosen = dice.chance(0.5)
    rest = x + dice.chance(0.5) * dice.uniform(0.3, 1) * (soft - x)
    return chosen * black + (1 - chosen) * rest


def paper(x: Tensor, dice: Dice) -> Tensor:
    """From ink (1) to light (1 is white): contrast, uneven light, shadow, creases, bleed-through, screens."""
    rows, columns = x.shape[2:]
    behind = blur(x.roll(1, 0).flip(3), 1.2)
    x = torch.maximum(x, dice.chance(0.07) * dice.uniform(0.05, 0.3) * behind)
    faint = dice.chance(0.1)
    contrast = faint * dice.uniform(0.12, 0.45) + (1 - faint) * dice.uniform(0.5, 1)
    white = 1 - dice.chance(0.5) * dice.uniform(0, 0.35)
    screen = dice.chance(0.04) * dice.uniform(0.1, 0.5)
    y = white - contrast * white * torch.maximum(x, screen * (dice.grain(x) < 0.35).float())
    y = y * (1 - dice.chance(0.3) * dice.uniform(0, 0.35) * dice.field(rows, columns, 24))
    across = torch.linspace(-1, 1, columns, device=x.device).view(1, 1, 1, -1)
    down = torch.linspace(-1, 1, rows, device=x.device).view(1, 1, -1, 1)
    edge = across + dice.uniform(-0.5, 0.5) * down - dice.uniform(-1, 1)
    y = y * (1 - dice.chance(0.07) * dice.uniform(0.1, 0.5) * torch.sigmoid(edge * dice.uniform(3, 40)))
    fold = torch.exp(-((across * columns / rows + dice.uniform(-2, 2) * down - dice.uniform(-3, 3)) ** 2) / 0.01)
    return y + dice.chance(0.08) * dice.uniform(-0.35, 0.3) * fold


def noise(x: Tensor, dice: Dice) -> Tensor:
    """Defocus and sensor noise."""
    x = x + dice.chance(0.35) * dice.uniform(0.2, 1) * (blur(x, 0.5 + 0.5 * dice.one()) - x)
    x = x + dice.chance(0.08) * dice.uniform(0.5, 1.5) * (x - blur(x, 1.0))
    return x + dice.chance(0.4) * dice.uniform(0, 1) ** 2 * 0.1 * dice.noise(x)


def jpeg(x: Tensor, dice: Dice) -> Tensor:
    """The rounding of a JPEG's 8 x 8 blocks, half of the time; quality 15 to 90, one for the batch."""
    if dice.one() < 0.5:
        return x
    quality = 15 + 75 * dice.one()
    scale = (5000 / quality if quality < 50 else 200 - 2 * quality) / 100
    table = (torch.tensor(LUMINANCE, device=x.device) * scale).clamp(min=1) / 255
    k = torch.arange(8, device=x.device, dtype=torch.float32)
    dct = torch.cos(math.pi * (2 * k.view(1, 8) + 1) * k.view(8, 1) / 16) * 0.5
    dct[0] = math.sqrt(1 / 8)
    rows, columns = x.shape[2:]
    padded = functional.pad(x, (0, -columns % 8, 0, -rows % 8), mode="replicate")
    n, _, high, wide = padded.shape
    blocks = padded.view(n, high // 8, 8, wide // 8, 8).transpose(2, 3)
    frequencies = torch.round(dct @ blocks @ dct.T / table) * table
    back = (dct.T @ frequencies @ dct).transpose(2, 3).reshape(n, 1, high, wide)
    return back[:, :, :rows, :columns]
