"""From a checkpoint to models/weights/line_net.onnx with its card; in eight bits."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from models import line_net
from models.card import Card
from training.detector.network import DISTANCE, LineNetwork
from training.onnx_files import ExportDiffers, write_card, write_model
from training.page_models.fit import load_weights
from training.quantised import quantise

GREATEST_DIFFERENCE = 2e-3
"""Of the maps' values, which reach to about 20, between PyTorch and ONNX Runtime, before eight bits."""
ODDS_APART, PIXELS_APART = 0.2, 0.5
"""What eight bits may change in the mean where kernels are: log-odds, and pixels of the network's picture."""
TRIALS = 8
AXES = {"picture": {2: "height", 3: "width"}, "maps": {2: "rows", 3: "columns"}}

Picture = npt.NDArray[np.float32]


class Differences(NamedTuple):
    """What the export changed: the greatest one of a map's value before eight bits, and the means after."""

    greatest: float
    odds: float
    pixels: float


def export(checkpoint: Path, out: Path, pictures: Sequence[Picture], **fields: Any) -> Differences:
    """Writes ``out`` (ONNX, pictures of any size) and its card.

    Args:
        pictures: of pages, as the network takes them: every other one sets the scales of its layers, the rest show
            what eight bits change.
        fields: what else the card says.

    Raises:
        ExportDiffers: PyTorch and ONNX Runtime differ, or eight bits change too much. ``out`` is as it was then.
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
        "computes": "convolutions in eight bits, weights of seven",
        "distance": DISTANCE,
        "notebook": "training/detector/NOTEBOOK_DETECTOR.md",
        **fields,
    }
    example = torch.zeros(1, 1, 256, 256)
    with tempfile.TemporaryDirectory() as folder:
        whole, small = (Path(folder) / kind / out.name for kind in ("whole", "small"))
        worst = write_model(network, whole, example, "picture", ("maps",), _noise(), GREATEST_DIFFERENCE, card, AXES)
        small.parent.mkdir()
        quantise(whole, small, "picture", pictures[::2], seven_bits=True)
        write_card(small, json.loads(whole.with_suffix(".json").read_text(encoding="utf-8")))
        odds, pixels = _apart(Card.open(whole), Card.open(small), pictures[1::2])
        if odds > ODDS_APART or pixels > PIXELS_APART:
            raise ExportDiffers(f"eight bits change log-odds by {odds:.2g}, distances by {pixels:.2g} pixels")
        out.parent.mkdir(parents=True, exist_ok=True)
        for suffix in (".onnx", ".json"):
            out.with_suffix(suffix).write_bytes(small.with_suffix(suffix).read_bytes())
    return Differences(worst, odds, pixels)


def _apart(one: Card, other: Card, pictures: Sequence[Picture]) -> tuple[float, float]:
    """The mean differences of log-odds and of distances, pixels, where `one` sees kernels."""
    sessions, odds, pixels = (one.session(), other.session()), [], []
    for picture in pictures:
        first, second = (session.run(None, {"picture": picture})[0][0] for session in sessions)
        off = np.abs(first - second)[:, first[0] > 0]
        odds.append(off[0])
        pixels.append(off[1:].ravel() * DISTANCE)
    return tuple(float(np.concatenate([*each, np.zeros(1)]).mean()) for each in (odds, pixels))  # type: ignore[return-value]


def _noise() -> Iterator[Picture]:
    generator = np.random.default_rng(1)
    for trial in range(TRIALS):
        shape = (1, 1, 32 * (1 + 3 * (trial % 4)), 32 * (1 + 2 * (trial % 3)))
        yield np.clip(generator.normal(0.5, generator.uniform(0.05, 1), shape), -1, 1).astype(np.float32)
