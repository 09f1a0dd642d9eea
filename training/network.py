"""The Word Net: convolutions, two bidirectional LSTMs, a linear layer over both; CTC classes for each fourth column."""

from __future__ import annotations

import torch
from torch import nn

from training.alphabet import CLASSES

LAYERS: tuple[tuple[int, int, tuple[int, int]], ...] = (
    # (channels, side of the kernel, stride down and across)
    (32, 5, (2, 2)),
    (64, 3, (2, 2)),
    (96, 3, (1, 1)),
    (96, 3, (1, 1)),
    (160, 3, (2, 1)),
    (160, 3, (1, 1)),
    (192, 3, (2, 1)),
)
"""Strides in the place of pooling, and the first at once: the layers at full size cost most of the time otherwise."""
HIDDEN = 128


class WordNetwork(nn.Module):
    """Windows in, CTC log-probabilities out.

    Input: float32 [n, 1, 32, columns], grey / 127.5 - 1, columns a multiple of 4.
    Output: float32 [n, columns / 4, classes], logarithms of probabilities; class 0 is the blank.
    """

    def __init__(self, width: float = 1.0, height: int = 32) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        last = 1
        for channels, side, stride in LAYERS:
            channels = int(channels * width)
            layers += [
                nn.Conv2d(last, channels, side, stride, side // 2, bias=False),
                nn.BatchNorm2d(channels),
                nn.ReLU(inplace=True),
            ]
            last = channels
        self.features = nn.Sequential(*layers)
        self.lstm = nn.LSTM(last * height // 16, HIDDEN, bidirectional=True, batch_first=True)
        self.second = nn.LSTM(2 * HIDDEN, HIDDEN, bidirectional=True, batch_first=True)
        self.classes = nn.Linear(4 * HIDDEN, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        columns = self.features(x).flatten(1, 2).transpose(1, 2)
        first, _ = self.lstm(columns)
        second, _ = self.second(first)
        scores: torch.Tensor = self.classes(torch.cat([first, second], -1))
        return scores.float().log_softmax(-1)


def prepare(windows: torch.Tensor) -> torch.Tensor:
    """uint8 [n, 32, columns] as the network takes it."""
    return windows.unsqueeze(1).float().div(127.5).sub(1).contiguous(memory_format=torch.channels_last)


def parameters(network: nn.Module) -> int:
    return sum(p.numel() for p in network.parameters())
