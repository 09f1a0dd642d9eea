"""What each of the Word Net's training commands does with its options."""

from __future__ import annotations

import argparse
import collections
import json
import pickle
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import torch

from models.word_net import WordNet
from training.batches import Batch, Drawn, finish, stream
from training.calibrate import calibrate as fit_calibration
from training.calibrate import single_windows
from training.crops import crops, pages, read_page
from training.distort import GROUPS
from training.evaluate import evaluate as measure_all
from training.evaluate import false_words
from training.export import export as write_model
from training.export import negatives, pad, quantise, synthetic_windows
from training.onnx_files import write_card
from training.plots import draw_losses
from training.real import RealWindow, of_crops, of_pages
from training.real_batches import RealBatches, mixed
from training.train import Plan, Trainer, keep_weights, mean_weights, run

MADE_EMPTY = 1_000
"""Windows without text, made for the calibration beside the real ones."""

torch.set_num_threads(1)
"""Two threads that share their cores with other work spin for each other: a step took 5 s in the place of 0.4 s."""


def _trainer(options: argparse.Namespace) -> Trainer:
    groups = frozenset(GROUPS) - set(options.without)
    warm_up = 50 if options.command == "finetune" else Plan.warm_up
    plan = Plan(options.steps, options.minutes, options.seed, options.rate, warm_up, width=options.width, groups=groups)
    trainer = Trainer(plan, torch.device(options.device))
    checkpoint = options.out / "checkpoint.pt"
    if checkpoint.exists():
        trainer.load(checkpoint)
    elif options.weights:
        trainer.load(options.weights)
        trainer.step, trainer.seconds = 0, 0.0
    return trainer


def _stream(trainer: Trainer, options: argparse.Namespace) -> Iterator[Batch]:
    plan = trainer.plan
    return stream(
        options.cache, plan.seed, trainer.step, plan.steps - trainer.step, trainer.device, options.workers, plan.groups
    )


def train(options: argparse.Namespace) -> None:
    trainer = _trainer(options)
    run(trainer, _stream(trainer, options), options.out, options.slice, options.threads)


def finetune(options: argparse.Namespace) -> None:
    """Trains on batches of which a third are real windows of the training split; their case is the picture's."""
    trainer = _trainer(options)
    options.out.mkdir(parents=True, exist_ok=True)
    real = RealBatches(_windows_to_learn(options), options.seed)

    def batches() -> Iterator[Batch]:
        for index, batch in enumerate(_stream(trainer, options), trainer.step):
            count = len(batch.texts)
            yield mixed(batch, real.batch(index, batch.windows.shape[2], count // 2))

    run(trainer, batches(), options.out, options.slice, options.threads)


def _windows_to_learn(options: argparse.Namespace) -> list[RealWindow]:
    """The training split's windows, read by the network that this starts from; kept for when it is resumed."""
    stored = options.out / "windows.pickle"
    if not stored.exists():
        model = options.out / "teacher.onnx"
        write_model(options.weights, model, options.cache, options.seed, 0, trained_on=[])
        teacher, paths = WordNet.open(model), pages(options.data, "receipts", "training")
        windows = list(of_crops(crops(paths), teacher))
        print(f"{len(windows)} windows of the truth's boxes")
        windows += of_pages(map(read_page, paths), teacher)
        print(f"{len(windows)} with what the detector finds, {sum(not w.text for w in windows)} of them empty")
        stored.write_bytes(pickle.dumps(windows))
    kept: list[RealWindow] = pickle.loads(stored.read_bytes())
    return kept


def export(options: argparse.Namespace) -> None:
    fields: dict[str, Any] = json.loads(options.fields.read_text()) if options.fields else {"trained_on": []}
    net, worst = write_model(
        options.checkpoint, options.out, options.cache, options.seed + 10_000, options.windows, **fields
    )
    print(f"{options.windows} windows are read alike; probabilities differ by at most {worst:.2g}")
    if options.weights:
        keep_weights(options.checkpoint, options.weights)
    if options.int8:
        card = dict(net.card.fields)
        quantise(options.out, options.out, synthetic_windows(options.cache, options.seed + 20_000, 256))
        write_card(options.out, card, quantised="int8: convolutions static per channel, LSTM and MatMul dynamic")


def calibrate(options: argparse.Namespace) -> None:
    net = WordNet.open(options.model)
    paths = pages(options.data, "receipts", "validation")
    windows = list(single_windows(crops(paths + pages(options.data, "forms"))))
    for page in map(read_page, paths):
        windows += [(page.name, pad(window.pixels), "") for window in of_pages([page], net) if not window.text]
    made = negatives(options.cache, options.seed + 40_000, MADE_EMPTY)
    windows += [(f"made-{number:04}", window, "") for number, window in enumerate(made)]
    curves, error = fit_calibration(net, windows, options.plot)
    write_card(options.model, dict(net.card.fields), calibration=curves, calibration_error=round(error, 4))
    print(f"expected calibration error on the other half: {error:.4f}")


def mean(options: argparse.Namespace) -> None:
    mean_weights(options.checkpoints, options.out)


def evaluate(options: argparse.Namespace) -> None:
    nets = {path.stem: WordNet.open(path) for path in options.models}
    for name, rows in measure_all(options.data, nets, options.peers, options.sample, options.pdfs).items():
        print(name)
        for row in rows:
            print("  ", row)
    empty = negatives(options.cache, options.seed + 30_000, 1000)
    for name, net in nets.items():
        print(f"{name}: a word with confidence > 0.5 in {false_words(net, empty):.2%} of {len(empty)} empty windows")


def sheet(options: argparse.Namespace) -> None:
    drawn, rows, row, x = Drawn(options.cache, options.seed, 10**9), [], np.full((32, 1400), 128, np.uint8), 0
    for index in range(12):
        inks, widths, texts = drawn[index]
        windows = finish((inks, widths, texts), options.seed, index, torch.device("cpu")).windows.numpy()
        for window, width in list(zip(windows, widths.tolist(), strict=True))[:10]:
            if x + width > row.shape[1]:
                rows += [row, np.full((6, 1400), 60, np.uint8)]
                row, x = np.full((32, 1400), 128, np.uint8), 0
            row[:, x : x + width] = window[:, :width]
            x += width + 8
    cv2.imwrite(str(options.out), np.vstack(rows))


def plot(options: argparse.Namespace) -> None:
    scores = json.loads(options.scores.read_text()) if options.scores else {}
    draw_losses({run_.name: run_ / "loss.csv" for run_ in options.runs}, scores, options.out)


def histogram(options: argparse.Namespace) -> None:
    drawn, counts = Drawn(options.cache, options.seed, 10**9), collections.Counter[str]()
    for index in range(400):
        for text in drawn[index][2]:
            counts.update(text)
    total = sum(counts.values())
    for character, count in counts.most_common():
        print(f"{character!r:6} {count:7} {100 * count / total:6.3f} %")
