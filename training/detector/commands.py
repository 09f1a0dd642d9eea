"""What each of the Line Net's training commands does with its options."""

from __future__ import annotations

import argparse
import json
from typing import Any

from models import line_net
from models.own import WEIGHTS
from training.detector import examples as example_files
from training.detector import fit, real_pages
from training.detector.export import export as write_model
from training.page_models.fit import Plan, keep_weights
from training.page_models.photos import photos

PICTURES = 160
"""Examples that the eight bits are fitted to and tried on."""


def examples(options: argparse.Namespace) -> None:
    """Kinds take turns, so that training can begin before all is there."""
    sources = {
        "drawn": (example_files.drawn(options.cache, photos(options.data, "train")), options.drawn),
        "receipt": (real_pages.receipts(options.data), options.receipts),
        "printed": (real_pages.printed(options.pdfs), options.printed if options.pdfs else 0),
    }
    most = max(count for _, count in sources.values())
    turns = sorted(
        (place / count, kind, place) for kind, (_, count) in sources.items() for place in range(min(count, most))
    )
    for _, kind, place in turns:
        example_files.write(options.out, kind, sources[kind][0], options.seed, place, 1)


def train(options: argparse.Namespace) -> None:
    plan = Plan(options.steps, options.minutes, options.seed, options.rate)
    fit.train(options.examples, options.out, plan, options.batch, options.weights)


def export(options: argparse.Namespace) -> None:
    fields: dict[str, Any] = json.loads(options.fields.read_text(encoding="utf-8"))
    pictures = fit.Shelf(options.examples).spread(PICTURES)
    changed = write_model(options.checkpoint, WEIGHTS / line_net.FILE, pictures, **fields)
    print(
        f"maps differ by at most {changed.greatest:.2g}; eight bits change log-odds by {changed.odds:.2g}, distances "
        f"by {changed.pixels:.2g} pixels"
    )
    if options.weights:
        keep_weights(options.checkpoint, options.weights)
