"""Small plots for the lab notebook."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def draw_losses(curves: Mapping[str, Path], scores: Mapping[str, Sequence[tuple[int, float]]], path: Path) -> None:
    """Training loss (nats a character, left) of some ``loss.csv`` and errors (1 - SWA, right) by windows seen."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6, 3.5), dpi=80)
    for name, source in curves.items():
        with source.open(newline="") as file:
            rows = [[float(cell) for cell in row] for row in csv.reader(file)]
        axes.semilogy([row[0] for row in rows], [row[1] for row in rows], linewidth=1, label=name)
    axes.set(xlabel="iterations", ylabel="loss, nats a character")
    right = axes.twinx()
    for name, points in scores.items():
        right.plot([x for x, _ in points], [1 - y for _, y in points], "o--", markersize=3, linewidth=1, label=name)
    right.set(ylabel="1 - SWA (loose)", ylim=(0, 1))
    figure.legend(loc="upper right", fontsize=7)
    figure.tight_layout()
    figure.savefig(path)


def draw_reliability(confidences: Floats, right: npt.NDArray[np.bool_], path: Path, bins: int = 10) -> None:
    """A reliability diagram: share read right against confidence, and how many crops each point stands for."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    place = np.minimum((confidences * bins).astype(int), bins - 1)
    kept = [i for i in range(bins) if (place == i).sum() >= 5]
    figure, axes = pyplot.subplots(figsize=(4, 4), dpi=80)
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1)
    x, y = [confidences[place == i].mean() for i in kept], [right[place == i].mean() for i in kept]
    axes.plot(x, y, "o-")
    for i, a, b in zip(kept, x, y, strict=True):
        axes.annotate(str((place == i).sum()), (a, b), textcoords="offset points", xytext=(6, -10), fontsize=7)
    axes.set(xlabel="confidence", ylabel="share read right", xlim=(0, 1), ylim=(0, 1))
    figure.tight_layout()
    figure.savefig(path)
