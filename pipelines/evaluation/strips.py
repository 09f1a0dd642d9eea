"""Labelled pages read once by the networks, so that the Wordinator can be run on them again and again."""

from __future__ import annotations

import dataclasses
import hashlib
import pickle
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from models.engines.native import DETECTOR
from models.own import WEIGHTS
from models.windows import cut_lines
from models.word_detector import WordDetector
from models.word_net import WordNet, shared
from models.wordinator import Strip, strips_of
from pipelines.evaluation.labelled_pages import LabelledPage
from pipelines.evaluation.measure import render


@dataclasses.dataclass(frozen=True)
class ReadPage:
    """A labelled page, and what the Word Net read on it before the Wordinator sees it."""

    page: LabelledPage
    texts: tuple[str, ...]  # of the windows, as they are
    strips: list[Strip]


def read_pages(pages: Sequence[LabelledPage], cache: Path | None) -> Iterator[ReadPage]:
    """Reads the pages; with `cache`, a folder, each only once by the same Word Net."""
    detector, net = WordDetector(DETECTOR), shared(WEIGHTS)
    for page in pages:
        key = hashlib.sha256(f"{net.card['sha256']} {DETECTOR} {page.picture}".encode()).hexdigest()
        kept = cache / f"{key}.pickle" if cache else None
        if kept and kept.is_file():
            yield pickle.loads(kept.read_bytes())
            continue
        read = _read(page, detector, net)
        if kept:
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(pickle.dumps(read))
        yield read


def _read(page: LabelledPage, detector: WordDetector, net: WordNet) -> ReadPage:
    image = render(page)
    lines = detector.detect(image.pixels)
    windows = cut_lines(image.pixels, lines)
    # Half the precision keeps hundreds of pages in memory; it is far finer than any difference that counts.
    scores = [net.log_probabilities(window.pixels).astype(np.float16) for window in windows]
    readings = [net.decoded(each.astype(np.float32)) for each in scores]
    return ReadPage(page, tuple(reading.text for reading in readings), strips_of(lines, windows, readings, scores))
