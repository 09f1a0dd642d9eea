"""From a checkpoint to an ONNX file with its card; refuses a file that does not compute what PyTorch computes."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from models.card import Card
from models.word_net import HEIGHT, STEP, WIDTH, Grey, WordNet, decode, network_input, used_columns
from training import quantised
from training.alphabet import ALPHABET
from training.batches import Drawn, finish
from training.network import WordNetwork, parameters, prepare
from training.onnx_files import ExportDiffers, write_card
from training.train import load_network

CERTAIN = {kind: [[-100.0, 0.0], [0.0, 1.0]] for kind in ("words", "short")}
"""Calibration of a network that has not been calibrated yet."""
GREATEST_DIFFERENCE = 1e-3


def write_onnx(network: WordNetwork, path: Path) -> None:
    """The network in float32 with any number of columns: ``windows`` [1, 1, 32, columns] to ``log_probabilities``."""
    example = prepare(torch.zeros(1, HEIGHT, WIDTH, dtype=torch.uint8)).contiguous()
    torch.onnx.export(
        network.eval(),
        (example,),
        str(path),
        input_names=["windows"],
        output_names=["log_probabilities"],
        dynamic_axes={"windows": {3: "columns"}, "log_probabilities": {1: "steps"}},
        opset_version=17,
        dynamo=False,
    )


def describe(network: WordNetwork, **more: Any) -> dict[str, Any]:
    """What a Word Net's card says, but for its hash and scores."""
    return {
        "name": "word_net",
        "input": {
            "shape": [1, 1, HEIGHT, "columns, a multiple of 4 up to 320"],
            "dtype": "float32",
            "range": "grey / 127.5 - 1, normalised by models.word_net.stretch",
        },
        "output": {
            "shape": [1, f"columns / {STEP}", 1 + len(ALPHABET)],
            "is": "log-probabilities, class 0 the CTC blank",
        },
        "alphabet": ALPHABET,
        "parameters": parameters(network),
        "calibration": CERTAIN,
        "licence": "Apache-2.0",
        "notebook": "training/NOTEBOOK.md",
        "exported": datetime.date.today().isoformat(),
        "scores": {},
        **more,
    }


def synthetic_windows(cache: Path, seed: int, count: int) -> list[Grey]:
    """Padded windows, uint8 [32, 320] each, from a seed that training does not use."""
    drawn, index = Drawn(cache, seed, 10**9), 0
    windows: list[Grey] = []
    while len(windows) < count:
        for window in finish(drawn[index], seed, index, torch.device("cpu")).windows.numpy():
            windows.append(pad(window))
        index += 1
    return windows[:count]


def negatives(cache: Path, seed: int, count: int) -> list[Grey]:
    """Synthetic windows in which there is nothing to read, uint8 [32, 320] each."""
    drawn, index = Drawn(cache, seed, 10**9), 0
    windows: list[Grey] = []
    while len(windows) < count:
        inks, widths, texts = drawn[index]
        keep = [place for place, text in enumerate(texts) if not text]
        if keep:
            some = (inks[keep], widths[keep], [texts[place] for place in keep])
            windows += [pad(w) for w in finish(some, seed, index, torch.device("cpu")).windows.numpy()]
        index += 1
    return windows[:count]


def pad(window: Grey) -> Grey:
    """A narrower window padded as the widest is: with its background, taken to be what its last column mostly is."""
    last = window[:, -1]
    fill = 255 if last.mean() >= 128 else 0
    return np.pad(window, ((0, 0), (0, WIDTH - window.shape[1])), constant_values=fill)


def compare(network: WordNetwork, word_net: WordNet, windows: Iterable[Grey]) -> float:
    """The greatest difference of a probability between PyTorch and ONNX Runtime.

    Raises:
        ExportDiffers: a text differs, or a probability by more than ``GREATEST_DIFFERENCE``.
    """
    worst = 0.0
    for number, window in enumerate(windows):
        ours = word_net.log_probabilities(window)
        with torch.inference_mode():
            theirs = network(prepare(torch.from_numpy(window[None, :, : used_columns(window)].copy())))[0].numpy()
        worst = max(worst, float(np.abs(np.exp(ours) - np.exp(theirs)).max()))
        if decode(ours, ALPHABET)[0] != decode(theirs, ALPHABET)[0] or worst > GREATEST_DIFFERENCE:
            raise ExportDiffers(f"window {number} is read differently (probabilities by up to {worst:.2g})")
    return worst


def quantise(model: Path, out: Path, windows: Iterable[Grey]) -> None:
    """int8: convolutions static per channel (QDQ), calibrated on ``windows``; LSTM and MatMul dynamic."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory() as folder:
        static = Path(folder) / "static.onnx"
        quantised.quantise(model, static, "windows", map(network_input, windows), seven_bits=False, layers=["Conv"])
        quantize_dynamic(str(static), str(out), op_types_to_quantize=["LSTM", "MatMul"], weight_type=QuantType.QInt8)


def export(checkpoint: Path, out: Path, cache: Path, seed: int, count: int, **fields: Any) -> tuple[WordNet, float]:
    """Writes ``out`` (ONNX, float32) and its card, checked on ``count`` synthetic windows before."""
    network = load_network(checkpoint)
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / out.name
        write_onnx(network, trial)
        write_card(trial, describe(network, **fields))
        worst = compare(network, WordNet.open(trial), synthetic_windows(cache, seed, count)) if count else float("nan")
        out.parent.mkdir(parents=True, exist_ok=True)
        for suffix in (".onnx", ".json"):
            out.with_suffix(suffix).write_bytes(trial.with_suffix(suffix).read_bytes())
    return WordNet(Card.open(out)), worst
