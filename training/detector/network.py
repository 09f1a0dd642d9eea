"""The Line Net: a small feature pyramid of plain convolutions, grey picture in, maps at a quarter of its size out."""

from __future__ import annotations

import torch
from torch import nn

from training.page_models.networks import block

STEM, WIDTHS, JOINED = 8, (24, 48, 96, 128), 24
"""Channels at a half of the size; at a quarter, an eighth, a 16th, a 32nd; of the pyramid."""
DISTANCE = 8.0
"""Pixels that one step of the outputs for distances stands for."""


class Residual(nn.Module):
    """Two convolutions beside a straight way."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = block(channels, channels)
        self.second = nn.Sequential(nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(x + self.second(self.first(x)))


class LineNetwork(nn.Module):
    """Fine levels are thin, coarse ones thick: a level's cost falls with the square of its step."""

    def __init__(self) -> None:
        super().__init__()
        quarter, eighth, sixteenth, last = WIDTHS
        self.stem = nn.Sequential(block(1, STEM, 5, 2), block(STEM, quarter, 3, 2))
        self.levels = nn.ModuleList(
            [
                block(quarter, eighth, 3, 2),
                nn.Sequential(block(eighth, sixteenth, 3, 2), Residual(sixteenth)),
                nn.Sequential(block(sixteenth, last, 3, 2), Residual(last)),
            ]
        )
        self.across = nn.ModuleList([nn.Conv2d(width, JOINED, 1) for width in WIDTHS])
        self.smooth = nn.ModuleList([block(JOINED, JOINED) for _ in range(3)])
        self.head = nn.Conv2d(JOINED, 3, 1)
        self.larger = nn.Upsample(scale_factor=2, mode="nearest")

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """Log-odds of a line's kernel, and the distances to its upper and lower edge in steps of ``DISTANCE`` pixels.

        Args:
            pictures: float32 [n, 1, h, w], -1..1, sides multiples of 32.

        Returns:
            float32 [n, 3, h / 4, w / 4].
        """
        features = [self.stem(pictures)]
        for level in self.levels:
            features.append(level(features[-1]))
        joined = self.across[3](features[3])
        for place in (2, 1, 0):
            joined = self.smooth[place](self.across[place](features[place]) + self.larger(joined))
        maps: torch.Tensor = self.head(joined)
        return maps
