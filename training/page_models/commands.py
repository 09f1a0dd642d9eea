"""What each of the page models' training commands does with its options."""

from __future__ import annotations

import argparse
import json
from typing import Any

from models import ocrable, orientation
from training.page_models import networks, photos, pool, readable, readable_fit, standing
from training.page_models.export import export as write_model
from training.page_models.fit import Plan, keep_weights


def split(options: argparse.Namespace) -> None:
    photos.write_list(options.data / "photos")


def collect(options: argparse.Namespace) -> None:
    options.out.mkdir(parents=True, exist_ok=True)
    pool.add_printed(options.out, options.pdfs, options.most)
    pool.add_receipts(options.out, options.data, "training" if options.part == "train" else "validation")
    pool.draw(options.out, options.cache, options.data, options.part, options.count)


def examples(options: argparse.Namespace) -> None:
    pictures = photos.photos(options.data, options.part)
    small = options.model == "ocrable"
    pages = pool.Pool(options.pool, pictures, half=small)
    write = readable.write_examples if small else standing.write_examples
    write(options.out, pages, options.seed, options.count)


def train(options: argparse.Namespace) -> None:
    plan = Plan(options.steps, seed=options.seed, rate=options.rate)
    if options.model == "ocrable":
        readable_fit.train(options.examples, options.out, plan, options.weights)
    else:
        standing.train(options.examples, options.out, plan, options.weights)


def export(options: argparse.Namespace) -> None:
    fields: dict[str, Any] = json.loads(options.fields.read_text(encoding="utf-8"))
    if options.model == "ocrable":
        network, name, side, out = networks.ocrable(), "windows", ocrable.SIDE, ocrable.WEIGHTS
    else:
        network, name, side, out = networks.orientation(), "windows", orientation.SIDE, orientation.WEIGHTS
    worst = write_model(network, options.checkpoint, out, name, (1, 1, side, side), **fields)
    print(f"scores differ by at most {worst:.2g}")
    if options.weights:
        keep_weights(options.checkpoint, options.weights)
