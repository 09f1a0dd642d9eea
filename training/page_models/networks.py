"""The networks of the page models: plain convolutions with strides, small enough for a few milliseconds on a CPU."""

from __future__ import annotations

import itertools

import torch
from torch import nn

from models.densest import FAINT


def block(inside: int, outside: int, size: int = 3, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inside, outside, size, stride, size // 2, bias=False), nn.BatchNorm2d(outside), nn.ReLU(inplace=True)
    )


class Pooled(nn.Module):
    """Convolutions, the mean and the maximum over the picture, and ``classes`` scores: [n, 1, h, w] to [n, classes].

    The first convolution strides by ``first`` at once: layers at full size cost most and tell least.
    """

    def __init__(self, classes: int, size: int, first: int, channels: tuple[int, ...]) -> None:
        super().__init__()
        layers = [block(1, channels[0], size, first)]
        for place, (inside, outside) in enumerate(itertools.pairwise(channels)):
            layers.append(block(inside, outside, 3, 2))
            if place >= 1:
                layers.append(block(outside, outside))
        self.layers = nn.Sequential(*layers)
        self.drop = nn.Dropout(0.2)
        self.head = nn.Linear(2 * channels[-1], classes)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """``pictures``: float32, as `as_input` gives them."""
        features = self.layers(pictures)
        pooled = torch.cat([features.mean((2, 3)), features.amax((2, 3))], 1)
        scores: torch.Tensor = self.head(self.drop(pooled))
        return scores


def ocrable() -> Pooled:
    return Pooled(1, 5, 2, (12, 24, 40, 64))


def orientation() -> Pooled:
    return Pooled(4, 5, 2, (16, 32, 48, 80))


def as_input(windows: torch.Tensor) -> torch.Tensor:
    """uint8 [n, h, w] as `models.densest.as_input` gives one window to a network."""
    x = windows[:, None].float()
    x = x - x.mean((2, 3), keepdim=True)
    x = x / (x.std((2, 3), correction=0, keepdim=True) + FAINT)
    return x.contiguous(memory_format=torch.channels_last)
