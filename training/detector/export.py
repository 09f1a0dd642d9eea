"""From a checkpoint to models/weights/line_net.onnx with its card; refuses a file that differs from PyTorch."""

from __future__ import annotations

import datetime
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch

from models import line_net
from models.card import Card
from training.detector.network import DISTANCE, LineNetwork
from training.page_models.export import ExportDiffers, write_card
from training.page_models.fit import load_weights

GREATEST_DIFFERENCE = 2e-3
"""Of the maps' values, which reach to about 20."""
TRIALS = 8


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
    network.eval()
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / out.name
        torch.onnx.export(
            network,
            (torch.zeros(1, 1, 256, 256),),
            str(trial),
            input_names=["picture"],
            output_names=["maps"],
            dynamic_axes={"picture": {2: "height", 3: "width"}, "maps": {2: "rows", 3: "columns"}},
            opset_version=17,
            dynamo=False,
        )
        worst = _difference(network, trial)
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(trial.read_bytes())
    card = {
        "name": out.stem,
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
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "licence": "Apache-2.0",
        "notebook": "training/detector/NOTEBOOK_DETECTOR.md",
        "exported": datetime.date.today().isoformat(),
        "scores": {},
        **fields,
    }
    write_card(out, card)
    Card.open(out)
    return worst


def _difference(network: LineNetwork, model: Path) -> float:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    generator, worst = np.random.default_rng(1), 0.0
    for trial in range(TRIALS):
        shape = (1, 1, 32 * (1 + 3 * (trial % 4)), 32 * (1 + 2 * (trial % 3)))
        picture = np.clip(generator.normal(0.5, generator.uniform(0.05, 1), shape), -1, 1).astype(np.float32)
        with torch.inference_mode():
            ours = network(torch.from_numpy(picture)).numpy()
        worst = max(worst, float(np.abs(ours - session.run(None, {"picture": picture})[0]).max()))
    if worst > GREATEST_DIFFERENCE:
        raise ExportDiffers(f"maps differ by {worst:.2g}")
    return worst
