"""What each of the page models' training commands does with its options."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from torch import nn

from models import corner_patches, corner_search, corners, ocrable, orientation
from models.own import WEIGHTS
from training.page_models import (
    corner_decision,
    corner_examples,
    corner_fit,
    corner_networks,
    networks,
    photos,
    pool,
    readable,
    readable_fit,
    standing,
)
from training.page_models.export import export as write_model
from training.page_models.fit import Plan, keep_weights

EXAMPLES = {
    "ocrable": readable.write_examples,
    "orientation": standing.write_examples,
    "corners": corner_examples.write_examples,
}
TRAIN = {
    "ocrable": readable_fit.train,
    "orientation": standing.train,
    "corners": corner_fit.train_search,
    "corners_close": corner_fit.train_refine,
}


def split(options: argparse.Namespace) -> None:
    photos.write_list(options.data / "photos")


def collect(options: argparse.Namespace) -> None:
    options.out.mkdir(parents=True, exist_ok=True)
    pool.add_printed(options.out, options.pdfs, options.most)
    pool.add_receipts(options.out, options.data, "training" if options.part == "train" else "validation")
    pool.draw(options.out, options.cache, options.data, options.part, options.count)


def examples(options: argparse.Namespace) -> None:
    pictures = photos.photos(options.data, options.part)
    pages = pool.Pool(options.pool, pictures, half=options.model != "orientation")
    EXAMPLES[options.model](options.out, pages, options.seed, options.count)


def train(options: argparse.Namespace) -> None:
    plan = Plan(options.steps, seed=options.seed, rate=options.rate)
    TRAIN[options.model](options.examples, options.out, plan, options.weights)


def decide(options: argparse.Namespace) -> None:
    card = (WEIGHTS / corners.FILE).with_suffix(".json")
    held = pool.Pool(options.pool, photos.photos(options.data, "held"))
    loss = corner_decision.decide(card, held, options.count, options.threshold, options.sure)
    print(f"loss {loss:.4f}")


def export(options: argparse.Namespace) -> None:
    fields: dict[str, Any] = json.loads(options.fields.read_text(encoding="utf-8"))
    network, out, name, shape, outputs = _network(options.model)
    worst = write_model(network, options.checkpoint, out, name, shape, outputs, **fields)
    print(f"scores differ by at most {worst:.2g}")
    if options.weights:
        keep_weights(options.checkpoint, options.weights)


def _network(model: str) -> tuple[nn.Module, Path, str, tuple[int, ...], tuple[str, ...]]:
    """The network, where its file goes, its input's name and shape, its outputs' names."""
    if model == "ocrable":
        return networks.ocrable(), WEIGHTS / ocrable.FILE, "windows", (1, 1, ocrable.SIDE, ocrable.SIDE), ("scores",)
    if model == "orientation":
        shape: tuple[int, ...] = (1, 1, orientation.SIDE, orientation.SIDE)
        return networks.orientation(), WEIGHTS / orientation.FILE, "windows", shape, ("scores",)
    if model == "corners":
        shape = (1, 3, corner_search.SIDE, corner_search.SIDE)
        return corner_networks.Search(), WEIGHTS / corners.FILE, "pictures", shape, ("maps", "odds")
    shape = (4, 4, corner_patches.SIDE, corner_patches.SIDE)
    return corner_networks.Refine(), WEIGHTS / corners.CLOSE_FILE, "patches", shape, ("scores",)
