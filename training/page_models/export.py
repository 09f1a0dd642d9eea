"""From a page model's checkpoint to an ONNX file with its card."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from training.onnx_files import write_model
from training.page_models.fit import load_weights

GREATEST_DIFFERENCE = 1e-3
"""Of a score."""
TRIALS = 50


def export(
    network: nn.Module,
    checkpoint: Path,
    out: Path,
    name: str,
    shape: tuple[int, ...],
    outputs: tuple[str, ...] = ("scores",),
    **fields: Any,
) -> float:
    """Writes ``out`` (ONNX, float32) and its card; returns the greatest difference of a score on pictures of noise.

    Args:
        network: to be loaded with the checkpoint's averaged weights.
        name: of the network's only input, float32, ``shape``.
        outputs: their names.
        fields: what else the card says.

    Raises:
        ExportDiffers: a score differs by more than ``GREATEST_DIFFERENCE``.
    """
    torch.set_num_threads(1)
    network.load_state_dict(load_weights(checkpoint))
    card = {
        "input": {"shape": list(shape), "dtype": "float32", "range": "grey / 127.5 - 1"},
        "notebook": "training/NOTEBOOK_PAGES.md",
        **fields,
    }
    return write_model(network, out, torch.zeros(shape), name, outputs, _noise(shape), GREATEST_DIFFERENCE, card)


def _noise(shape: tuple[int, ...]) -> Iterator[npt.NDArray[np.float32]]:
    generator = np.random.default_rng(1)
    for _ in range(TRIALS):
        coarse = generator.uniform(-1, 1, shape).astype(np.float32)
        level = generator.uniform(-0.5, 0.5)
        yield np.clip(coarse * generator.uniform(0.05, 1) + level, -1, 1).astype(np.float32)
