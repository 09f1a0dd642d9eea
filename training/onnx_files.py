"""ONNX files with their cards; none is written that does not compute what PyTorch computes."""

from __future__ import annotations

import datetime
import hashlib
import json
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from models.card import Card


class ExportDiffers(RuntimeError):
    """ONNX Runtime and PyTorch make different things of a picture."""


def write_card(model: Path, fields: dict[str, Any], **more: Any) -> None:
    """Writes the card beside a model: ``fields``, ``more`` and the model's hash."""
    card = {**fields, **more, "sha256": hashlib.sha256(model.read_bytes()).hexdigest()}
    model.with_suffix(".json").write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def write_model(
    network: nn.Module,
    out: Path,
    example: torch.Tensor,
    name: str,
    outputs: Sequence[str],
    trials: Iterable[npt.NDArray[np.float32]],
    greatest: float,
    fields: dict[str, Any],
    axes: dict[str, dict[int, str]] | None = None,
) -> float:
    """Writes ``out`` (ONNX, float32) and its card; returns the greatest difference of an output on the trials.

    Args:
        name: of the network's only input; ``outputs``: their names.
        trials: inputs that both are asked.
        greatest: difference that is borne.
        fields: what the card says, beside what every card says.
        axes: of inputs and outputs, those of any length, and what they are called.

    Raises:
        ExportDiffers: an output differs by more. ``out`` is as it was then.
    """
    network.eval()
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / out.name
        torch.onnx.export(
            network,
            (example,),
            str(trial),
            input_names=[name],
            output_names=list(outputs),
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )
        common = {
            "name": out.stem,
            "parameters": sum(parameter.numel() for parameter in network.parameters()),
            "licence": "Apache-2.0",
            "exported": datetime.date.today().isoformat(),
            "scores": {},
        }
        write_card(trial, {**common, **fields})
        worst = _difference(network, Card.open(trial), name, trials)
        if worst > greatest:
            raise ExportDiffers(f"outputs differ by {worst:.2g}")
        out.parent.mkdir(parents=True, exist_ok=True)
        for suffix in (".onnx", ".json"):
            out.with_suffix(suffix).write_bytes(trial.with_suffix(suffix).read_bytes())
    return worst


def _difference(network: nn.Module, card: Card, name: str, trials: Iterable[npt.NDArray[np.float32]]) -> float:
    session, worst = card.session(), 0.0
    for picture in trials:
        with torch.inference_mode():
            given = network(torch.from_numpy(picture))
        ours = given if isinstance(given, tuple) else (given,)
        theirs = session.run(None, {name: picture})
        worst = max(worst, *(float(np.abs(a.numpy() - b).max()) for a, b in zip(ours, theirs, strict=True)))
    return worst
