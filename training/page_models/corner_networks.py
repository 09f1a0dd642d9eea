"""The two corner networks: one that looks at the whole small picture, one that looks at a corner's patch."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from models.corner_patches import PLACES
from models.corner_search import MARGIN
from training.page_models.networks import block


class Search(nn.Module):
    """[n, 3, SIDE, SIDE] to maps [n, 5, GRID, GRID] (four corners, then the document's area) and [n, 1], the log-odds
    that a document with edges is there. Down by 32 and up again by 4; the margin around the picture, where corners may
    lie too, is added at an eighth."""

    def __init__(self) -> None:
        super().__init__()
        self.eighth = nn.Sequential(block(3, 16, 5, 2), block(16, 32, 3, 2), block(32, 48, 3, 2), block(48, 48))
        self.sixteenth = nn.Sequential(block(48, 80, 3, 2), block(80, 80), block(80, 80))
        self.least = nn.Sequential(block(80, 96, 3, 2), block(96, 96), block(96, 96))
        self.up_least, self.up_sixteenth = nn.Conv2d(96, 64, 1), nn.Conv2d(64, 48, 1)
        self.across_sixteenth, self.across_eighth = nn.Conv2d(80, 64, 1), nn.Conv2d(48, 48, 1)
        self.join_sixteenth = block(64, 64)
        self.join_eighth = nn.Sequential(block(48, 48), block(48, 48))
        self.whole = nn.Linear(96, 64)
        self.maps = nn.Conv2d(48, 5, 1)
        self.there = nn.Linear(192, 1)

    def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        eighth = functional.pad(self.eighth(pictures), [MARGIN] * 4)
        sixteenth = self.sixteenth(eighth)
        least = self.least(sixteenth)
        mean, most = least.mean((2, 3)), least.amax((2, 3))
        x = functional.interpolate(self.up_least(least), scale_factor=2.0) + self.across_sixteenth(sixteenth)
        x = self.join_sixteenth(x + self.whole(mean)[:, :, None, None])
        x = functional.interpolate(self.up_sixteenth(x), scale_factor=2.0) + self.across_eighth(eighth)
        return self.maps(self.join_eighth(x)), self.there(torch.cat([mean, most], 1))


class Refine(nn.Module):
    """[n, 4, side, side] to [n, 2, PLACES]: scores of where the corner lies across and down the patch."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            block(4, 24, 5, 2), block(24, 40, 3, 2), block(40, 40), block(40, 56, 3, 2), block(56, 56)
        )
        self.last = nn.Sequential(block(56, 72, 3, 2), block(72, 72), nn.Conv2d(72, 32, 1), nn.ReLU())
        self.head = nn.Linear(32 * 6 * 6, 2 * PLACES)

    def forward(self, patches: torch.Tensor) -> torch.Tensor:
        scores: torch.Tensor = self.head(self.last(self.layers(patches)).flatten(1))
        return scores.view(-1, 2, PLACES)
