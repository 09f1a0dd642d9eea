"""From a checkpoint to an ONNX file with its card; refuses a file that does not compute what PyTorch computes."""

from __future__ import annotations

import datetime
import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from models.card import Card
from training.page_models.fit import load_weights

GREATEST_DIFFERENCE = 1e-3
"""Of a score."""


class ExportDiffers(RuntimeError):
    """ONNX Runtime and PyTorch score a picture differently."""


def export(
    network: nn.Module,
    checkpoint: Path,
    out: Path,
    name: str,
    shape: tuple[int, ...],
    outputs: tuple[str, ...] = ("scores",),
    **fields: Any,
) -> float:
    """Writes ``out`` (ONNX, float32) and its card; returns the greatest difference of a score on 50 pictures of noise.

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
    network.eval()
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / out.name
        torch.onnx.export(
            network,
            (torch.zeros(shape),),
            str(trial),
            input_names=[name],
            output_names=list(outputs),
            opset_version=17,
            dynamo=False,
        )
        worst = _difference(network, trial, name, shape)
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(trial.read_bytes())
    card = {
        "name": out.stem,
        "input": {"shape": list(shape), "dtype": "float32", "range": "grey / 127.5 - 1"},
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "licence": "Apache-2.0",
        "notebook": "training/NOTEBOOK_PAGES.md",
        "exported": datetime.date.today().isoformat(),
        "scores": {},
        **fields,
    }
    write_card(out, card)
    Card.open(out)
    return worst


def write_card(model: Path, fields: dict[str, Any]) -> None:
    """Writes the card beside a model, with the model's hash."""
    card = {**fields, "sha256": hashlib.sha256(model.read_bytes()).hexdigest()}
    model.with_suffix(".json").write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _difference(network: nn.Module, model: Path, name: str, shape: tuple[int, ...]) -> float:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    generator, worst = np.random.default_rng(1), 0.0
    for _ in range(50):
        coarse = generator.uniform(-1, 1, shape).astype(np.float32)
        level = generator.uniform(-0.5, 0.5)
        picture = np.clip(coarse * generator.uniform(0.05, 1) + level, -1, 1).astype(np.float32)
        with torch.inference_mode():
            given = network(torch.from_numpy(picture))
        ours = given if isinstance(given, tuple) else (given,)
        theirs = session.run(None, {name: picture})
        worst = max(worst, *(float(np.abs(a.numpy() - b).max()) for a, b in zip(ours, theirs, strict=True)))
    if worst > GREATEST_DIFFERENCE:
        raise ExportDiffers(f"scores differ by {worst:.2g}")
    return worst
