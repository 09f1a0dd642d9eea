"""From a checkpoint to models/weights/line_net.onnx with its card."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from models import line_net
from training.detector.network import DISTANCE, LineNetwork
from training.onnx_files import write_model
from training.page_models.fit import load_weights

GREATEST_DIFFERENCE = 2e-3
"""Of the maps' values, which reach to about 20."""
TRIALS = 8
AXES = {"picture": {2: "height", 3: "width"}, "maps": {2: "rows", 3: "columns"}}


def export(checkpoint: Path, out: Path, **fields: Any) -> float:
    """Writes ``out`` (ONNX, float32, pictures of any size) and its card.

    Args:
        fields: what else the card says.

    Returns:
        The greatest difference of a map's value on pictures of several sizes.

    Raises:
        ExportDiffers: a value differs by more than ``GREATEST_DIFFERENCE``.
    """
    torch.set_num_threads(1)
    network = LineNetwork()
    network.load_state_dict(load_weights(checkpoint))
    card = {
        "input": {
            "shape": [1, 1, f"height, a multiple of {line_net.MULTIPLE}", f"width, a multiple of {line_net.MULTIPLE}"],
            "dtype": "float32",
            "range": f"grey / 127.5 - 1, the page shrunk by {line_net.SHRINK}",
        },
        "output": {
            "shape": [1, 3, f"height / {line_net.STEP}", f"width / {line_net.STEP}"],
            "is": "log-odds that a line's kernel is there; distances to its upper and lower edge",
        },
        "distance": DISTANCE,
        "notebook": "training/detector/NOTEBOOK_DETECTOR.md",
        **fields,
    }
    example = torch.zeros(1, 1, 256, 256)
    return write_model(network, out, example, "picture", ("maps",), _pictures(), GREATEST_DIFFERENCE, card, AXES)


def _pictures() -> Iterator[npt.NDArray[np.float32]]:
    generator = np.random.default_rng(1)
    for trial in range(TRIALS):
        shape = (1, 1, 32 * (1 + 3 * (trial % 4)), 32 * (1 + 2 * (trial % 3)))
        yield np.clip(generator.normal(0.5, generator.uniform(0.05, 1), shape), -1, 1).astype(np.float32)
